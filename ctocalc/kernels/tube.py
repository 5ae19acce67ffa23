"""Where the points of a grid lie in a vessel's own coordinates."""

import math

import numpy as np

from ctocalc.kernels._jit import entry
from ctocalc.kernels._types import Array


@entry
def tube_coordinates(
    first: Array,
    steps: Array,
    shape: Array,
    origin: Array,
    axes: Array,
    reach_mm: float,
    step_mm: float,
) -> tuple[Array, Array, Array]:
    """Return station (fractional), radius (mm) and clock angle (radians) of every grid point.

    Point (k, j, i) lies at ``first + (k, j, i) @ steps`` (3, 3); stations have ``origin`` (N, 3)
    and ``axes`` (N, 3, 3): normal, binormal, tangent.  NaN (all three) farther than ``reach_mm``
    from the axis or beyond its ends.
    """
    depth, rows, width = shape[0], shape[1], shape[2]
    stations = origin.shape[0]
    station = np.full((depth, rows, width), np.nan, np.float32)
    radius = np.full((depth, rows, width), np.nan, np.float32)
    turn = np.full((depth, rows, width), np.nan, np.float32)
    point = np.empty(3)
    for k in range(depth):
        for j in range(rows):
            for i in range(width):
                for c in range(3):
                    point[c] = first[c] + k * steps[0, c] + j * steps[1, c] + i * steps[2, c]
                nearest, least = 0, math.inf
                for n in range(stations):
                    far = (
                        (point[0] - origin[n, 0]) ** 2
                        + (point[1] - origin[n, 1]) ** 2
                        + (point[2] - origin[n, 2]) ** 2
                    )
                    if far < least:
                        nearest, least = n, far
                if least > (reach_mm + step_mm) ** 2:
                    continue
                u = v = t = 0.0
                for c in range(3):
                    away = point[c] - origin[nearest, c]
                    u += away * axes[nearest, 0, c]
                    v += away * axes[nearest, 1, c]
                    t += away * axes[nearest, 2, c]
                beyond = (nearest == 0 and t < -step_mm / 2) or (
                    nearest == stations - 1 and t > step_mm / 2
                )
                far = math.sqrt(u * u + v * v)
                if beyond or far > reach_mm:
                    continue
                station[k, j, i] = nearest + min(max(t / step_mm, -1.0), 1.0)
                radius[k, j, i] = far
                turn[k, j, i] = math.atan2(v, u)
    return station, radius, turn
