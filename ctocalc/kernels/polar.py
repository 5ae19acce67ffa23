"""Arcs and thickness on maps around the vessel.

Maps are (N, A): A equal sectors per station, the last next to the first; or (N, A, R) with rings.
Arcs are in degrees: the number of sectors times 360 / A, so 360 is the whole ring.
"""

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array, Whole


@entry
def union_arc_deg(present: Array) -> Array:
    """Return (N,) the sum of all arcs of a bool or fractional (0-1) map; NaN where one is NaN."""
    stations, angles = present.shape
    out = np.empty(stations)
    for n in range(stations):
        total = 0.0
        for a in range(angles):
            total += present[n, a]
        out[n] = 360.0 * total / max(angles, 1)
    return out


@entry
def largest_arc_deg(present: Array) -> Array:
    """Return (N,) the longest single arc of a bool map (N, A)."""
    stations, angles = present.shape
    out = np.empty(stations)
    for n in range(stations):
        out[n] = 360.0 * _longest(present[n], True) / max(angles, 1)
    return out


@entry
def enclosing_arc_deg(present: Array) -> Array:
    """Return (N,) the smallest arc that holds all that is present: 360 less the largest gap."""
    stations, angles = present.shape
    out = np.empty(stations)
    for n in range(stations):
        out[n] = 360.0 * (angles - _longest(present[n], False)) / max(angles, 1)
    return out


@kernel
def _longest(row: Array, wanted: bool) -> Whole:
    angles = row.size
    longest = 0
    length = 0
    for step in range(2 * angles):  # twice round, so that a run over the seam is seen whole
        length = length + 1 if row[step % angles] == wanted else 0
        longest = max(longest, length)
    return min(longest, angles)


@entry
def thickness_mm(mask: Array, step_mm: float) -> Array:
    """Return (N, A) the thickness along each ray of a bool or fractional map (N, A, R)."""
    stations, angles, rings = mask.shape
    out = np.zeros((stations, angles))
    for n in range(stations):
        for a in range(angles):
            total = 0.0
            for r in range(rings):
                total += mask[n, a, r]
            out[n, a] = total * step_mm
    return out
