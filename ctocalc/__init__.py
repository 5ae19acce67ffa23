"""Measure chronic total occlusions on coronary CT and score them; research use only."""
