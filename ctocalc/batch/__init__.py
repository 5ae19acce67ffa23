"""Many patients: the manifest, the job of one case, the runner and the summary."""
