"""Interpolate a volume along straight lines: trilinear and cubic B-spline.

Coordinates are continuous indices (k, j, i); an integer is a voxel centre.  Sample ``n`` of a line
lies at ``start + reach[n] * step`` with ``reach`` ascending, so the samples inside the volume are
one run and only its ends are tested.  Samples outside the outermost voxel centres are NaN.

Float32 coordinates are kept relative to the line's own first voxel: exact to about 1e-5 voxel.
"""

import math

import numpy as np

from ctocalc.kernels._jit import kernel
from ctocalc.kernels._memory import put, tap, taps64
from ctocalc.kernels._types import Four, Real, Vector, Volume, Whole

EDGE = 1e-4  # a point that rounding puts this far (voxels) outside the last centre is still on it


@kernel
def inside_run(
    start: Vector, step: Vector, reach: Vector, shape: tuple[int, int, int]
) -> tuple[int, int]:
    """Return the run (first, stop) of samples that lie within the outermost voxel centres."""
    first = 0
    stop = reach.size
    while first < stop and not _within(start, step, reach[first], shape):
        first += 1
    while stop > first and not _within(start, step, reach[stop - 1], shape):
        stop -= 1
    return first, stop


@kernel
def _within(start: Vector, step: Vector, reach: Real, shape: tuple[int, int, int]) -> bool:
    for axis in range(3):
        at = start[axis] + reach * step[axis]
        if not (-EDGE <= at <= shape[axis] - 1 + EDGE):
            return False
    return True


@kernel
def _first_voxel(start: Real, step: Real, low: Real, high: Real, last: Whole) -> Whole:
    at = min(start + low * step, start + high * step)
    return min(max(math.floor(at), 0), last)


@kernel
def linear_lines(
    flat: Vector,
    shape: tuple[int, int, int],
    starts: Volume,
    steps: Volume,
    reach: Vector,
    scale: Vector,
    out: Volume,
) -> None:
    """Write trilinear samples of a flat (K * J * I) volume of stored values into ``out`` (L, R).

    ``starts``, ``steps`` (L, 3); ``scale`` holds slope, intercept and padding: a sample of whose
    eight voxels one is at or below padding, or NaN, is NaN.
    """
    slope, intercept, padding = np.float32(scale[0]), np.float32(scale[1]), np.float32(scale[2])
    near = reach.astype(np.float32)
    for line in range(starts.shape[0]):
        row = out[line]
        start, step = starts[line], steps[line]
        first, stop = inside_run(start, step, reach, shape)
        row[:first] = np.nan
        row[stop:] = np.nan
        if first < stop:
            _linear_line(
                flat, shape, start, step, reach, near, first, stop, slope, intercept, padding, row
            )


@kernel
def _linear_line(
    flat: Vector,
    shape: tuple[int, int, int],
    start: Vector,
    step: Vector,
    reach: Vector,
    near: Vector,
    first: int,
    stop: int,
    slope: Real,
    intercept: Real,
    padding: Real,
    row: Vector,
) -> None:
    low, high = reach[first], reach[stop - 1]
    last_k, last_j, last_i = max(shape[0] - 2, 0), max(shape[1] - 2, 0), max(shape[2] - 2, 0)
    voxel_k = _first_voxel(start[0], step[0], low, high, last_k)
    voxel_j = _first_voxel(start[1], step[1], low, high, last_j)
    voxel_i = _first_voxel(start[2], step[2], low, high, last_i)
    k0, dk = np.float32(start[0] - voxel_k), np.float32(step[0])
    j0, dj = np.float32(start[1] - voxel_j), np.float32(step[1])
    i0, di = np.float32(start[2] - voxel_i), np.float32(step[2])
    most_k, most_j, most_i = (
        np.int32(last_k - voxel_k),
        np.int32(last_j - voxel_j),
        np.int32(last_i - voxel_i),
    )
    base = (voxel_k * shape[1] + voxel_j) * shape[2] + voxel_i
    stride_k, stride_j = np.int32(shape[1] * shape[2]), np.int32(shape[2])
    # An axis of one voxel has no neighbour: its second tap is the first again.
    next_k = np.int64(stride_k) if shape[0] > 1 else 0
    next_j = np.int64(stride_j) if shape[1] > 1 else 0
    base_i = base + (1 if shape[2] > 1 else 0)
    base_j, base_ji = base + next_j, base_i + next_j
    base_k, base_ki = base + next_k, base_i + next_k
    base_kj, base_kji = base_k + next_j, base_ki + next_j
    for n in range(first, stop):
        far = tap(near, 0, n)
        k, j, i = k0 + far * dk, j0 + far * dj, i0 + far * di
        whole_k = min(np.int32(k), most_k)
        whole_j = min(np.int32(j), most_j)
        whole_i = min(np.int32(i), most_i)
        part_k, part_j, part_i = (
            k - np.float32(whole_k),
            j - np.float32(whole_j),
            i - np.float32(whole_i),
        )
        at = np.int64(whole_k * stride_k + whole_j * stride_j + whole_i)
        a, b = tap(flat, base, at), tap(flat, base_i, at)
        c, d = tap(flat, base_j, at), tap(flat, base_ji, at)
        e, f = tap(flat, base_k, at), tap(flat, base_ki, at)
        g, h = tap(flat, base_kj, at), tap(flat, base_kji, at)
        lowest = min(a, b, c, d, e, f, g, h)
        ab, cd = a + part_i * (b - a), c + part_i * (d - c)
        ef, gh = e + part_i * (f - e), g + part_i * (h - g)
        abcd, efgh = ab + part_j * (cd - ab), ef + part_j * (gh - ef)
        value = (abcd + part_k * (efgh - abcd)) * slope + intercept
        put(row, n, value if lowest > padding else np.float32(np.nan))


@kernel
def cubic_lines(
    coefficients: Volume, starts: Volume, steps: Volume, reach: Vector, out: Volume
) -> None:
    """Write cubic B-spline samples into ``out`` (L, R).

    ``coefficients`` (K + 3, J + 3, I + 3): HU, one voxel of rim before and two after, as left by
    the four steps of `ctocalc.kernels.spline`.  NaN among them makes every sample NaN whose
    4 x 4 x 4 support touches it.
    """
    shape = (coefficients.shape[0] - 3, coefficients.shape[1] - 3, coefficients.shape[2] - 3)
    flat = coefficients.ravel()
    near = reach.astype(np.float32)
    for line in range(starts.shape[0]):
        row = out[line]
        start, step = starts[line], steps[line]
        first, stop = inside_run(start, step, reach, shape)
        row[:first] = np.nan
        row[stop:] = np.nan
        if first < stop:
            low, high = reach[first], reach[stop - 1]
            _cubic_line(flat, shape, start, step, low, high, near, first, stop, row)


@kernel
def _cubic_line(
    flat: Vector,
    shape: tuple[int, int, int],
    start: Vector,
    step: Vector,
    low: Real,
    high: Real,
    near: Vector,
    first: int,
    stop: int,
    row: Vector,
) -> None:
    voxel_k = _first_voxel(start[0], step[0], low, high, shape[0] - 1)
    voxel_j = _first_voxel(start[1], step[1], low, high, shape[1] - 1)
    voxel_i = _first_voxel(start[2], step[2], low, high, shape[2] - 1)
    k0, dk = np.float32(start[0] - voxel_k), np.float32(step[0])
    j0, dj = np.float32(start[1] - voxel_j), np.float32(step[1])
    i0, di = np.float32(start[2] - voxel_i), np.float32(step[2])
    most_k, most_j, most_i = shape[0] - 1 - voxel_k, shape[1] - 1 - voxel_j, shape[2] - 1 - voxel_i
    stride_j = shape[2] + 3
    stride_k = (shape[1] + 3) * stride_j
    # The rim before the first voxel makes a voxel's own index that of its support's first tap.
    base = voxel_k * stride_k + voxel_j * stride_j + voxel_i
    for n in range(first, stop):
        k, j, i = k0 + near[n] * dk, j0 + near[n] * dj, i0 + near[n] * di
        whole_k, whole_j, whole_i = min(int(k), most_k), min(int(j), most_j), min(int(i), most_i)
        at = base + whole_k * stride_k + whole_j * stride_j + whole_i
        wk = spline_weights(k - np.float32(whole_k))
        wj = spline_weights(j - np.float32(whole_j))
        wi = spline_weights(i - np.float32(whole_i))
        row[n] = taps64(flat, at, stride_k, stride_j, wk, wj, wi)


@kernel
def spline_weights(part: Real) -> Four:
    """Return the cubic B-spline at the four voxels around a point ``part`` past the second."""
    one, sixth = np.float32(1), np.float32(1 / 6)
    rest = one - part
    w0 = sixth * rest * rest * rest
    w3 = sixth * part * part * part
    w1 = np.float32(2 / 3) - np.float32(0.5) * part * part * (np.float32(2) - part)
    w2 = one - w0 - w1 - w3
    return w0, w1, w2, w3
