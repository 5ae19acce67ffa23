"""The HU that a wide lumen has, or would have, along a vessel."""

import numpy as np
from scipy.ndimage import (
    binary_erosion,
    binary_opening,
    gaussian_filter1d,
    median_filter,
    percentile_filter,
)

from ctocalc._arrays import Bools, Floats, Ints
from ctocalc.kernels.runs import runs
from ctocalc.vessel.tissue import Tissue

# Contrast in one stretch of lumen changes little; where it is narrow, blur shows less of it.
STRETCH_MM, WIDE_PERCENT = 20.0, 75
CAP_MM = 1.0
LEAST_VOTES = 2
# No lumen outshines the pool that feeds it by more, noise included.
MOST_OF_POOL = 1.3
# A dark end of a line may be a faint lumen where it stays above plaque over this length; where it
# is narrow, blur leaves it this share of what it must have in the median.  Less lumen than this
# within the dark is noise.
DIM_MM, DIM_OVER_MM, DIM_LEAST_SHARE, NO_LUMEN_MM = 4.0, 10.0, 0.75, 2.0


def reference_hu(
    contrast: Floats, level: Floats, tissue: Ints, pool: float, step_mm: float
) -> tuple[Floats, float]:
    """Return the lumen's HU along the vessel (N,), and that of the brighter of its two end lumens.

    Each stretch of lumen has the HU that its wide parts show (a running percentile): a taper or a
    narrowing that looks darker is narrow, not dim.  Between stretches the nearer one's is carried
    on.  None of the lumens between exceeds the brighter end, and what outshines the ``pool`` by far
    is none.  The pool's HU where nothing is told.

    Parameters
    ----------
    contrast
        (N,) HU of the brightest place that can be lumen; NaN where calcium covers the section.
    level
        (N,) HU of the disc that looks like it.
    """
    lumen = tissue == Tissue.LUMEN
    # Caps are thinner than the filter is wide: they do not vote.
    inner = binary_erosion(lumen, iterations=max(1, round(CAP_MM / step_mm)), border_value=1)
    votes = inner & (contrast < MOST_OF_POOL * pool)
    size = 2 * round(STRETCH_MM / 2 / step_mm) + 1
    whole = np.full(len(contrast), np.nan)
    for start, stop in runs(lumen):
        own = np.flatnonzero(votes[start:stop]) + start
        if len(own) >= LEAST_VOTES:
            # Padding by the outermost station would make a bright one that of the whole stretch.
            whole[own] = percentile_filter(contrast[own], WIDE_PERCENT, size=size)
    known = np.flatnonzero(np.isfinite(whole))
    if not len(known):
        return np.full(len(contrast), pool), pool
    nearest = np.abs(np.arange(len(contrast))[:, None] - known).argmin(axis=1)
    smooth = gaussian_filter1d(whole[known[nearest]], 1.0 / step_mm, mode="nearest")
    ends = [level[votes & part] for part in _end_stretches(lumen)]
    high = [float(np.percentile(each, WIDE_PERCENT)) for each in ends if len(each) >= LEAST_VOTES]
    return np.asarray(smooth), max(high, default=pool)


def with_dim_ends(
    reference: Floats,
    contrast: Floats,
    tissue: Ints,
    *,
    floor_hu: float,
    above_hu: float,
    step_mm: float,
) -> Floats:
    """Return the lumen's HU (N,), lower where a dark end of the line is brighter than plaque.

    Collaterals may fill a distal lumen so faintly that beside the proximal one it seems none.  What
    stays brighter than plaque (``floor_hu``) up to the line's end, in the median by ``above_hu``
    and over every 10 mm by most of it, is then looked at as a lumen of its own HU; shape and place
    still decide.  Lumen of less than 2 mm within the dark is none.
    """
    out = reference.copy()
    size = 2 * round(DIM_OVER_MM / 2 / step_mm) + 1
    lumen = binary_opening(
        tissue == Tissue.LUMEN, np.ones(max(1, round(NO_LUMEN_MM / step_mm)), dtype=bool)
    )
    for turn in (slice(None), slice(None, None, -1)):
        dark = np.cumsum(lumen[turn]) == 0
        own = np.where(np.isfinite(contrast), contrast, -np.inf)[turn][dark]
        if len(own) * step_mm < DIM_MM:
            continue
        level = median_filter(own, size=size, mode="nearest")
        dim = int((np.cumsum(level < floor_hu + DIM_LEAST_SHARE * above_hu) == 0).sum())
        if dim * step_mm >= DIM_MM and np.median(own[:dim]) >= floor_hu + above_hu:
            out[turn][:dim] = np.minimum(out[turn][:dim], level[:dim])
    return out


def _end_stretches(lumen: Bools) -> tuple[Bools, Bools]:
    """Mark the lumen that reaches from either end of the line to the first interruption."""
    none_yet = np.cumsum(~lumen) == 0
    none_after = np.cumsum(~lumen[::-1])[::-1] == 0
    return none_yet, none_after
