"""Slow twins of the kernels: the same answers by the plainest way."""

import itertools
import math

import numpy as np

from ctocalc._arrays import Array, Floats


def spline_coefficients(values: Floats) -> Floats:
    """Solve for the coefficients of an interpolating cubic B-spline, mirrored about its ends."""
    out = values.astype(float)
    for axis, size in enumerate(values.shape):
        matrix = np.zeros((size, size))
        for n in range(size):
            for tap, weight in ((-1, 1 / 6), (0, 4 / 6), (1, 1 / 6)):
                matrix[n, mirror(n + tap, size)] += weight
        out = np.moveaxis(np.tensordot(np.linalg.inv(matrix), out, axes=(1, axis)), 0, axis)
    return out


def mirror(index: int, size: int) -> int:
    while not 0 <= index < size:
        index = -index if index < 0 else 2 * (size - 1) - index
        if size == 1:
            return 0
    return index


def spline_basis(x: float) -> float:
    x = abs(x)
    if x < 1:
        return 2 / 3 - x * x + x**3 / 2
    return (2 - x) ** 3 / 6 if x < 2 else 0.0


def linear_basis(x: float) -> float:
    return max(1 - abs(x), 0.0)


def sample(values: Floats, kji: Floats, *, cubic: bool) -> float:
    """Sum of basis functions at one point; NaN outside the outermost voxel centres."""
    if any(not 0 <= x <= n - 1 for x, n in zip(kji, values.shape, strict=True)):
        return math.nan
    basis = spline_basis if cubic else linear_basis
    taps = [range(math.floor(x) - 1, math.floor(x) + 3) for x in kji]
    total = 0.0
    for voxel in itertools.product(*taps):
        weight = math.prod(basis(x - v) for x, v in zip(kji, voxel, strict=True))
        if weight != 0.0:
            inside = tuple(mirror(v, n) for v, n in zip(voxel, values.shape, strict=True))
            total += weight * values[inside]
    return total


def runs(mask: Array) -> list[tuple[int, int]]:
    out, start = [], 0
    for value, group in itertools.groupby(mask.tolist()):
        length = len(list(group))
        if value:
            out.append((start, start + length))
        start += length
    return out


def ring_runs(row: Array) -> list[list[int]]:
    """Sectors of every circular run of True."""
    if row.all():
        return [list(range(row.size))]
    if not row.any():
        return []
    first = int(np.flatnonzero(~row)[0])
    turned = np.roll(row, -first)
    return [[(a + first) % row.size for a in range(*ends)] for ends in runs(turned)]


def largest_arc_deg(row: Array) -> float:
    return 360 * max((len(run) for run in ring_runs(row)), default=0) / row.size


def enclosing_arc_deg(row: Array) -> float:
    return 360 - largest_arc_deg(~row)


def vertices(radius: Floats) -> Array:
    angle = 2 * np.pi * np.arange(radius.size) / radius.size
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)


def polygon(radius: Floats) -> tuple[float, Array]:
    """Area and centroid from a fan of triangles about the origin."""
    points = vertices(radius)
    area, moment = 0.0, np.zeros(2)
    for p, q in zip(points, np.roll(points, -1, axis=0), strict=True):
        triangle = (p[0] * q[1] - p[1] * q[0]) / 2
        area += triangle
        moment += triangle * (p + q) / 3
    return area, moment / area


def half_maximum(profile: Array, peak: int, floor: float, radius: Floats) -> float:
    level = (float(profile[peak]) + floor) / 2
    if not profile[peak] > floor:
        return math.nan
    for r in range(peak + 1, len(profile)):
        if np.isnan(profile[r]):
            return math.nan
        if float(profile[r]) < level:
            ends = [float(profile[r]), float(profile[r - 1])]
            return float(np.interp(level, ends, [radius[r], radius[r - 1]]))
    return math.nan
