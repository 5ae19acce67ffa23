"""How well calcium's area is known at each station, from what the fit itself shows."""

import numpy as np

from ctocalc._arrays import Floats, Floats32

# Measured once on phantoms of two generators: what edges inside the wall are off by, what blur and
# density (known to 4 %) make of an area, how far along the vessel a deposit's end may be off, and
# how much calcium noise hides, in noise over calcium's contrast times the rest of the section.
LEAST_SD_MM2 = 0.09
EDGE_SD_MM = 0.09
AREA_SHARE = 0.04
ALONG_MM = 0.35
HIDDEN_BY_NOISE = 0.6
# Calcium within this of the wall ends there whatever its edge looks like.
RIM_MM = 0.2
LEAST_CONTRAST_HU = 50.0


def area_sd_mm2(
    share: Floats32,
    beyond_mm: Floats,
    contrast_hu: Floats,
    *,
    noise_hu: float,
    pixel_mm: float,
    step_mm: float,
) -> Floats:
    """Return the standard deviation (N,) of calcium's area inside a wall that is right.

    Parameters
    ----------
    share, beyond_mm
        (N, P, P): share of calcium of a pixel, and its distance beyond the wall.
    contrast_hu
        (N,) HU of the fitted calcium above plaque, NaN where there is none.

    0 where there is no calcium and none beside it along the vessel.
    """
    area = share.sum(axis=(1, 2), dtype=np.float64) * pixel_mm**2
    wall = (beyond_mm <= 0.0).sum(axis=(1, 2)) * pixel_mm**2
    edge = np.zeros(len(share))
    some = np.flatnonzero(area > 0.0)
    if len(some):
        rise = np.hypot(*np.gradient(share[some], pixel_mm, axis=(1, 2)))
        edge[some] = (rise * (beyond_mm[some] < -RIM_MM)).sum(axis=(1, 2)) * pixel_mm**2
    along = ALONG_MM * np.abs(np.gradient(area, step_mm)) if len(area) > 1 else 0.0 * area
    doubt = noise_hu / np.maximum(np.nan_to_num(contrast_hu, nan=np.inf), LEAST_CONTRAST_HU)
    hidden = HIDDEN_BY_NOISE * doubt * np.maximum(wall - area, 0.0)
    least = np.where(area > 0.0, LEAST_SD_MM2, 0.0)
    parts = (least, EDGE_SD_MM * edge, AREA_SHARE * area, along, hidden)
    return np.asarray(np.sqrt(sum(np.square(part) for part in parts)))
