"""How wide a lumen is beside calcium that outshines it."""

import numpy as np
from scipy.ndimage import binary_dilation, distance_transform_edt
from scipy.special import chndtr

from ctocalc._arrays import Bools, Floats
from ctocalc.vessel.look import Look

# So bright, as a share of the lumen's contrast, calcium is told from lumen beside it.
OUTSHINES = 1.4
# What calcium may have touched does not count: so far from it, and in the stations next to it.
HALO_MM, NEXT_MM = 0.6, 0.5
# What lies outside darkens the wall's rim: most of that stays, a lumen of 2.6 mm reads 0.1 mm too
# narrow.  Less room tells nothing.
RIM_MM, LEAST_MM2 = 0.1, 0.3
DIAMETERS_MM = np.arange(0.0, 4.01, 0.1)
# No lumen fills more of the wall's diameter.
WIDEST_SHARE = 0.9
# Where its centre may lie, and how unlikely so far from the axis.
SHIFTS_MM, CENTRE_SD_MM = (-0.3, 0.0, 0.3), 0.25
CENTRES_MM = np.array([(x, y) for x in SHIFTS_MM for y in SHIFTS_MM])
ASIDE = (CENTRES_MM**2).sum(axis=1) / CENTRE_SD_MM**2
# So far apart pixels have noise of their own; smoothing leaves this share of it, and tissue is not
# even.
APART_MM, NOISE_KEPT, UNEVEN_HU = 0.45, 0.6, 15.0
# Larger misses, in mean squares of what noise makes, are of something that is no lumen.
LARGEST_MISS = 6.0
BIN_MM = 0.05


def lumen_beside(
    look: Look,
    calcium: Bools,
    *,
    lumen_hu: Floats,
    plaque_hu: float,
    blur_mm: float,
) -> tuple[Floats, Floats]:
    """Diameter (N,) of the lumen, and its SD, from what is left beside calcium.

    Blurred discs of the lumen's own HU about the axis are compared with it; the result is their
    mean by likelihood, so that it never reads 0: 0.3 mm or more where there is no lumen.  NaN where
    nothing outshines the lumen, where too little is left, or no disc looks like it.  Misleads where
    a fainter deposit lies beside the one that does: it is taken for lumen (`lumen.find_lumen`
    leaves out what has not the lumen's HU).

    Parameters
    ----------
    look
        The sections, smoothed.
    calcium
        (N, P, P) what is brighter than the lumen there, inside the wall or not.
    lumen_hu, plaque_hu
        HU (N,) of a wide lumen, and HU without lumen or calcium.
    blur_mm
        SD of scan blur and filter.
    """
    along = 2 * round(NEXT_MM / look.step_mm) + 1
    near = binary_dilation(calcium, np.ones((along, 1, 1), dtype=bool))
    brightest_hu = np.where(look.inside, look.smooth, -np.inf).max(axis=(1, 2))
    outshone = brightest_hu - plaque_hu > OUTSHINES * (lumen_hu - plaque_hu)
    outshone &= (calcium & look.inside).any(axis=(1, 2))
    offset = look.offset_mm
    pixel = float(offset[1] - offset[0])
    x, y = np.meshgrid(offset, offset)
    bins = np.arange(0.0, 2 * np.abs(offset).max(), BIN_MM)
    discs = chndtr((DIAMETERS_MM[:, None] / 2 / blur_mm) ** 2, 2.0, (bins / blur_mm) ** 2)
    noise_hu = float(np.hypot(NOISE_KEPT * look.noise_hu, UNEVEN_HU))
    diameter, sd = np.full((2, len(outshone)), np.nan)
    for n in np.flatnonzero(outshone):
        free = np.hypot(x, y) < look.wall_radius_mm[n] - RIM_MM
        if near[n].any():
            free &= distance_transform_edt(~near[n]) * pixel > HALO_MM
        if free.sum() * pixel**2 < LEAST_MM2:
            continue
        above = look.smooth[n][free].astype(np.float64) - plaque_hu
        miss = _misses(above, x[free], y[free], (lumen_hu[n] - plaque_hu) * discs)
        miss *= (pixel / APART_MM / noise_hu) ** 2
        miss += ASIDE[:, None]
        miss[:, 2 * WIDEST_SHARE * look.wall_radius_mm[n] < DIAMETERS_MM] = np.inf
        if miss.min() > LARGEST_MISS * free.sum() * (pixel / APART_MM) ** 2:
            continue
        p = np.exp(-0.5 * (miss - miss.min())).sum(axis=0)
        p /= p.sum()
        diameter[n] = p @ DIAMETERS_MM
        sd[n] = np.sqrt(p @ (DIAMETERS_MM - diameter[n]) ** 2)
    return diameter, sd


def _misses(above: Floats, x: Floats, y: Floats, models: Floats) -> Floats:
    """Sum of squares (centres, discs) between HU at some places and discs (discs, bins) there."""
    out = np.empty((len(CENTRES_MM), len(models)))
    for m, (cx, cy) in enumerate(CENTRES_MM):
        at = np.rint(np.hypot(x - cx, y - cy) / BIN_MM).astype(np.int64)
        count = np.bincount(at, minlength=models.shape[1])
        height = np.bincount(at, above, minlength=models.shape[1])
        out[m] = above @ above - 2.0 * models @ height + models**2 @ count
    return out
