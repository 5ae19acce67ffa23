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
# The wall's rim is darkened by what lies outside; less room than this tells nothing.
RIM_MM, LEAST_MM2 = 0.1, 0.3
DIAMETERS_MM = np.arange(0.0, 4.01, 0.1)
# No lumen fills more of the wall's diameter.
WIDEST_SHARE = 0.9
# Where its centre may lie, and how likely so far from the wall's.
CENTRES_MM, CENTRE_SD_MM = (-0.3, 0.0, 0.3), 0.25
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

    The blurred disc of the lumen's own HU that looks most like it is sought about the middle of the
    wall.  NaN where nothing outshines the lumen, where too little is left, or no disc looks like
    it.  Misleads where a fainter deposit lies beside the one that does: it is taken for lumen.

    Parameters
    ----------
    look
        The sections, smoothed, in all blurred by ``blur_mm``.
    calcium
        (N, P, P) what is brighter than any lumen.
    lumen_hu, plaque_hu
        HU (N,) of a wide lumen, and HU without lumen or calcium.
    """
    near = binary_dilation(
        calcium, np.ones((2 * round(NEXT_MM / look.step_mm) + 1, 1, 1), dtype=bool)
    )
    brightest = np.where(look.inside, look.smooth, -np.inf).max(axis=(1, 2))
    outshone = brightest - plaque_hu > OUTSHINES * (lumen_hu - plaque_hu)
    offset = look.offset_mm
    pixel = float(offset[1] - offset[0])
    x, y = np.meshgrid(offset, offset)
    from_middle = np.hypot(x, y)
    bins = np.arange(0.0, 2 * np.abs(offset).max(), BIN_MM)
    discs = chndtr((DIAMETERS_MM[:, None] / 2 / blur_mm) ** 2, 2.0, (bins / blur_mm) ** 2)
    variance = (NOISE_KEPT * look.noise_hu) ** 2 + UNEVEN_HU**2
    diameter, sd = np.full((2, len(outshone)), np.nan)
    for n in np.flatnonzero(outshone):
        free = from_middle < look.wall_radius_mm[n] - RIM_MM
        if near[n].any():
            free &= distance_transform_edt(~near[n]) * pixel > HALO_MM
        looks = free.sum() * (pixel / APART_MM) ** 2
        if looks < LEAST_MM2 / APART_MM**2:
            continue
        above = look.smooth[n][free].astype(np.float64) - plaque_hu
        widest = 2 * WIDEST_SHARE * look.wall_radius_mm[n]
        models = (lumen_hu[n] - plaque_hu) * discs
        misses = []
        for cx in CENTRES_MM:
            for cy in CENTRES_MM:
                at = np.rint(np.hypot(x - cx, y - cy)[free] / BIN_MM).astype(np.int64)
                count = np.bincount(at, minlength=len(bins))
                height = np.bincount(at, above, minlength=len(bins))
                squares = above @ above - 2.0 * models @ height + models**2 @ count
                aside = (cx**2 + cy**2) / CENTRE_SD_MM**2
                misses.append(squares * (pixel / APART_MM) ** 2 / variance + aside)
        miss = np.array(misses)
        miss[:, widest < DIAMETERS_MM] = np.inf
        if miss.min() > LARGEST_MISS * looks:
            continue
        p = np.exp(-0.5 * (miss - miss.min())).sum(axis=0)
        p /= p.sum()
        diameter[n] = p @ DIAMETERS_MM
        sd[n] = np.sqrt(p @ (DIAMETERS_MM - diameter[n]) ** 2)
    return diameter, sd
