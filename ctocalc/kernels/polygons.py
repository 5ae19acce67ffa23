"""Measures of closed contours given by A radii at equal angles: polygons, not smooth curves.

Vertex ``a`` lies at ``radius_mm[n, a]`` and angle ``2 pi a / A``.  A polygon inscribed in a circle
has less area than the circle: 0.65 % with 32 vertices, 0.005 % with 360.  A station with a NaN
radius has NaN measures.
"""

import math

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array, Real


@entry
def areas_mm2(radius_mm: Array) -> Array:
    """Return (N,) areas of contours (N, A), mm2."""
    stations, angles = radius_mm.shape
    half_sine = 0.5 * math.sin(2 * math.pi / max(angles, 1))
    out = np.empty(stations)
    for n in range(stations):
        total = 0.0
        for a in range(angles):
            total += radius_mm[n, a] * radius_mm[n, (a + 1) % angles]
        out[n] = half_sine * total
    return out


@entry
def centroids_mm(radius_mm: Array) -> Array:
    """Return (N, 2) centroids of area, mm along the directions of angle 0 and of 90 degrees.

    NaN where the area is 0.
    """
    stations, angles = radius_mm.shape
    out = np.empty((stations, 2))
    for n in range(stations):
        area = x = y = 0.0
        for a in range(angles):
            x0, y0 = _vertex(radius_mm, n, a)
            x1, y1 = _vertex(radius_mm, n, (a + 1) % angles)
            cross = x0 * y1 - x1 * y0
            area += cross
            x += (x0 + x1) * cross
            y += (y0 + y1) * cross
        known = area != 0.0
        scale = 1.0 / (3.0 * area) if known else math.nan
        out[n, 0], out[n, 1] = x * scale, y * scale
    return out


@kernel
def _vertex(radius_mm: Array, station: int, a: int) -> tuple[Real, Real]:
    angle = 2 * math.pi * a / radius_mm.shape[1]
    radius = radius_mm[station, a]
    return radius * math.cos(angle), radius * math.sin(angle)
