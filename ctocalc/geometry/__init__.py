"""Space: value types for grids, curves and frames; no image."""
