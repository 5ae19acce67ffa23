"""Pathology: what an occlusion is like, as values a score may ask for."""
