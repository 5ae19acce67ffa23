"""Positions along rays: half maxima of profiles (N, A, R).

Positions are radii (mm), linear between samples; NaN where there is none, also where the way to it
holds a NaN sample.
"""

import math

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array, Real, Whole


@entry
def half_maximum_mm(profiles: Array, peak: Array, background: Array, radius_mm: Array) -> Array:
    """Return (N, A) where each profile falls halfway from sample ``peak`` to ``background`` (HU).

    The edge of an object wider than the blur; NaN where the peak is not above the background.
    """
    stations, angles, _ = profiles.shape
    out = np.empty((stations, angles))
    for n in range(stations):
        for a in range(angles):
            top, floor = np.float64(profiles[n, a, peak[n, a]]), background[n, a]
            out[n, a] = math.nan
            if top > floor:
                out[n, a] = _crossing(profiles[n, a], (top + floor) / 2, peak[n, a], radius_mm)
    return out


@kernel
def _crossing(profile: Array, level: Real, start: Whole, radius_mm: Array) -> Real:
    """Return where the profile falls below ``level``, from a ``start`` that is not below it."""
    before = math.nan
    for r in range(start, profile.size):
        over = np.float64(profile[r]) - level
        if math.isnan(over):
            return math.nan
        if over < 0.0:
            # before >= 0 > over: the denominator is positive
            share = before / (before - over)
            return radius_mm[r - 1] + share * (radius_mm[r] - radius_mm[r - 1])
        before = over
    return math.nan
