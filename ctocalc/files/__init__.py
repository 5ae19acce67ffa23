"""The file rim: centerlines, images, settings, results and tables."""
