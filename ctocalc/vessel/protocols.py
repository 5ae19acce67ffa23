"""Calcium by the thresholds of the literature, side by side; blur is left in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter

from ctocalc._arrays import Bools, Floats, Floats32

PROTOCOLS = ("hu_130", "hu_350", "hu_600", "lumen_2sd", "lumen_3sd", "half_maximum")
FIXED_HU = (130.0, 350.0, 600.0)
PEAK_REACH_MM = 0.75
# Noise averages over the several blur widths of a contour: this share of a voxel's moves it.
NOISE_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ThresholdAreas:
    """Area (T, N) above T thresholds at N stations, and its standard deviation from noise."""

    area_mm2: Floats
    sd_mm2: Floats


def areas_above(
    hu: Floats32, inside: Bools, levels: Sequence[Floats], *, noise_hu: float, pixel_mm: float
) -> ThresholdAreas:
    """Count what lies at or above thresholds, and what a shift of them by the noise changes.

    ``levels`` are T arrays that broadcast to ``hu`` (N, P, P).
    """

    def area(shift_hu: float) -> Floats:
        above = [(np.greater_equal(hu, level + shift_hu) & inside).sum((1, 2)) for level in levels]
        return np.asarray(np.stack(above) * pixel_mm**2, dtype=np.float64)

    return ThresholdAreas(
        area_mm2=area(0.0),
        sd_mm2=0.5 * NOISE_SHARE * (area(-noise_hu) - area(noise_hu)),
    )


def protocol_areas(
    hu: Floats32,
    inside: Bools,
    candidate: Bools,
    *,
    lumen_hu: Floats,
    plaque_hu: Floats,
    noise_hu: float,
    pixel_mm: float,
) -> ThresholdAreas:
    """Return areas within the wall, in the order of ``PROTOCOLS``.

    Parameters
    ----------
    hu, inside, candidate
        (N, P, P): values, pixels within the wall, pixels bright enough to be calcium.
    lumen_hu, plaque_hu
        (N,) HU of the lumen and of plaque at every station.

    Fixed and lumen-relative thresholds are right for one density only, and count a lumen that is
    as bright; half of the local peak is right near one blur width and reads thinner calcium too
    large.
    """
    size = 2 * round(PEAK_REACH_MM / pixel_mm) + 1
    peak = maximum_filter(np.where(candidate, hu, -1000.0), size=(3, size, size))
    half = 0.5 * (peak + plaque_hu[:, None, None])
    fixed = (np.full((1, 1, 1), level) for level in FIXED_HU)
    levels = [
        *fixed,
        (lumen_hu + 2.0 * noise_hu)[:, None, None],
        (lumen_hu + 3.0 * noise_hu)[:, None, None],
        np.where(peak > -1000.0, half, np.inf),
    ]
    return areas_above(hu, inside, levels, noise_hu=noise_hu, pixel_mm=pixel_mm)
