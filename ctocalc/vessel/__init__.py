"""Anatomy, station by station: centerline, lumen, occlusion, wall, calcium."""
