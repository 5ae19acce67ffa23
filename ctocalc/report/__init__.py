"""The rim that is seen: pages and figures, drawn from result.json and sections.npz."""
