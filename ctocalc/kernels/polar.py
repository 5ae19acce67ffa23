"""Arcs, runs and sums on maps around the vessel.

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
def close_arcs(present: Array, gap: int) -> Array:
    """Return a bool map (N, A) with gaps of at most ``gap`` sectors between arcs filled."""
    stations, angles = present.shape
    out = present.copy()
    for n in range(stations):
        first = _first_present(present[n])
        since = 0
        for step in range(1, angles + 1 if first >= 0 else 0):
            a = (first + step) % angles
            if not present[n, a]:
                since += 1
                continue
            if since <= gap:
                for back in range(1, since + 1):
                    out[n, (a - back) % angles] = True
            since = 0
    return out


@kernel
def _first_present(row: Array) -> Whole:
    for a in range(row.size):
        if row[a]:
            return a
    return -1


@entry
def label_arcs(present: Array) -> Array:
    """Return (N, A) int64: 1, 2, ... for the arcs of each station in angle order, 0 elsewhere.

    An arc over the seam (last to first sector) is one arc and takes the number 1.
    """
    stations, angles = present.shape
    out = np.zeros((stations, angles), np.int64)
    for n in range(stations):
        label = 0
        for a in range(angles):
            if present[n, a]:
                if a == 0 or not present[n, a - 1]:
                    label += 1
                out[n, a] = label
        if angles > 0 and label > 1 and present[n, 0] and present[n, angles - 1]:
            for a in range(angles):
                if out[n, a] == label:
                    out[n, a] = 1
    return out


@entry
def cell_areas_mm2(radius_mm: Array, angles: int) -> Array:
    """Return (R,) the area of one sector of each ring; rings meet midway between their radii.

    The innermost ring starts, and the outermost ends, half a step beyond its radius (never < 0).
    """
    rings = radius_mm.size
    out = np.empty(rings)
    for r in range(rings):
        below = radius_mm[r - 1] if r > 0 else 2 * radius_mm[0] - radius_mm[min(1, rings - 1)]
        above = radius_mm[r + 1] if r + 1 < rings else 2 * radius_mm[r] - radius_mm[max(r - 1, 0)]
        inner = max((below + radius_mm[r]) / 2, 0.0)
        outer = (radius_mm[r] + above) / 2
        out[r] = np.pi * (outer * outer - inner * inner) / max(angles, 1)
    return out


@entry
def ring_sums(values: Array, weights: Array) -> Array:
    """Return (N, R) sums over the angles of ``values`` (N, A, R) times ``weights`` (R,)."""
    stations, angles, rings = values.shape
    out = np.zeros((stations, rings))
    for n in range(stations):
        for a in range(angles):
            for r in range(rings):
                out[n, r] += values[n, a, r] * weights[r]
    return out


@entry
def sector_sums(values: Array, weights: Array) -> Array:
    """Return (N, A) sums over the rings of ``values`` (N, A, R) times ``weights`` (R,).

    With `cell_areas_mm2` as weights: the area (mm2) in each sector of a fractional map, whose sum
    over A is the section's area; with the ring step (mm) as every weight: thickness along the ray.
    NaN anywhere on a ray makes its sum NaN.
    """
    stations, angles, rings = values.shape
    out = np.zeros((stations, angles))
    for n in range(stations):
        for a in range(angles):
            total = 0.0
            for r in range(rings):
                total += values[n, a, r] * weights[r]
            out[n, a] = total
    return out


@entry
def areas_mm2(fraction: Array, cells_mm2: Array) -> Array:
    """Return (N,) areas of a bool or fractional map (N, A, R) with `cell_areas_mm2` (R,)."""
    stations, angles, rings = fraction.shape
    out = np.zeros(stations)
    for n in range(stations):
        total = 0.0
        for a in range(angles):
            for r in range(rings):
                total += fraction[n, a, r] * cells_mm2[r]
        out[n] = total
    return out


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
