"""Grey values on space: volumes, resampled sections, the physics of one scan."""
