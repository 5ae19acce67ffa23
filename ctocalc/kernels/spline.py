"""Coefficients of the cubic B-spline that passes through the voxels of a volume.

A row filter along i, recursions of row against row along j and k; mirrored boundaries.  In this
order, each finished for the whole volume before the next: `spline_slices`, `spline_columns`,
`finish_slices`, `finish_ends`.  The first three work on a range, so that threads can share them.
"""

import math

import numpy as np

from ctocalc.kernels._jit import kernel
from ctocalc.kernels._memory import put, tap
from ctocalc.kernels._types import Real, Vector, Volume

POLE = math.sqrt(3.0) - 2.0  # of the cubic B-spline; Unser, IEEE Signal Process. Mag. 16 (1999)
TAIL = 10  # of the row filter sqrt(3) * POLE**|n|: what is cut off is 1e-6 of the grey values
HORIZON = 16  # of the recursion's mirrored start
W0, W1, W2, W3, W4, W5, W6, W7, W8, W9, W10 = (
    np.float32(math.sqrt(3.0) * POLE**n) for n in range(TAIL + 1)
)
POLE32, SIX, ENDING = np.float32(POLE), np.float32(6), np.float32(6 * POLE / (POLE * POLE - 1))
AIR_HU = np.float32(-1000)


@kernel
def spline_slices(
    stored: Volume, scale: Vector, coefficients: Volume, first: int, stop: int
) -> None:
    """Filter slices ``first`` to ``stop`` along i and j into the inner part of ``coefficients``.

    Padding is bridged by its nearest neighbour along the row (air where a row has none), so that
    the filter's tails carry no step of thousands of HU into the tissue.
    """
    rows, width = stored.shape[1], stored.shape[2]
    padded = np.empty(width + 2 * TAIL, np.float32)
    table = coefficients.reshape(-1, coefficients.shape[2])
    for k in range(first, stop):
        for j in range(rows):
            _bridged_row(stored[k, j], scale, padded)
            if width == 1:
                coefficients[k + 1, j + 1, 1] = padded[TAIL]
            else:
                _filtered_row(padded, coefficients[k + 1, j + 1])
        _recur(table, (k + 1) * (rows + 3) + 1, 1, rows)


@kernel
def _bridged_row(stored: Vector, scale: Vector, padded: Vector) -> None:
    width = stored.size
    slope, intercept, padding = np.float32(scale[0]), np.float32(scale[1]), np.float32(scale[2])
    missing = 0
    for i in range(width):
        value = np.float32(stored[i])
        missing += 0 if value > padding else 1
        padded[TAIL + i] = value * slope + intercept
    if missing > 0:
        _bridge(stored, padding, padded)
    for n in range(1, TAIL + 1):
        padded[TAIL - n] = padded[TAIL + mirrored(-n, width)]
        padded[TAIL + width - 1 + n] = padded[TAIL + mirrored(width - 1 + n, width)]


@kernel
def _bridge(stored: Vector, padding: Real, padded: Vector) -> None:
    width = stored.size
    known = -1
    for i in range(width + 1):
        if i < width and not np.float32(stored[i]) > padding:
            continue
        for gap in range(known + 1, i):
            if known < 0 and i == width:
                padded[TAIL + gap] = AIR_HU
            elif i == width or (known >= 0 and gap - known <= i - gap):
                padded[TAIL + gap] = padded[TAIL + known]
            else:
                padded[TAIL + gap] = padded[TAIL + i]
        known = i


@kernel
def mirrored(index: int, size: int) -> int:
    """Return ``index`` folded into 0..size - 1 about the first and last voxel centre."""
    if size == 1:
        return 0
    period = 2 * (size - 1)
    folded = index % period
    return period - folded if folded >= size else folded


@kernel
def _filtered_row(padded: Vector, line: Vector) -> None:
    for i in range(padded.size - 2 * TAIL):
        value = W0 * tap(padded, TAIL, i)
        value += W1 * (tap(padded, TAIL - 1, i) + tap(padded, TAIL + 1, i))
        value += W2 * (tap(padded, TAIL - 2, i) + tap(padded, TAIL + 2, i))
        value += W3 * (tap(padded, TAIL - 3, i) + tap(padded, TAIL + 3, i))
        value += W4 * (tap(padded, TAIL - 4, i) + tap(padded, TAIL + 4, i))
        value += W5 * (tap(padded, TAIL - 5, i) + tap(padded, TAIL + 5, i))
        value += W6 * (tap(padded, TAIL - 6, i) + tap(padded, TAIL + 6, i))
        value += W7 * (tap(padded, TAIL - 7, i) + tap(padded, TAIL + 7, i))
        value += W8 * (tap(padded, TAIL - 8, i) + tap(padded, TAIL + 8, i))
        value += W9 * (tap(padded, TAIL - 9, i) + tap(padded, TAIL + 9, i))
        value += W10 * (tap(padded, TAIL - 10, i) + tap(padded, TAIL + 10, i))
        put(line, i + 1, value)


@kernel
def _recur(table: Volume, first: int, stride: int, count: int) -> None:
    """Filter rows ``first + n * stride`` against each other in place: causal, then anticausal."""
    if count == 1:
        return
    width = table.shape[1] - 2
    start = np.zeros(width, np.float32)
    for n in range(1 - HORIZON, 1):
        weight = np.float32(POLE ** (-n))
        source = table[first + mirrored(n, count) * stride]
        for i in range(1, width):
            start[i] += weight * source[i]
    table[first, 1:width] = start[1:]
    for n in range(1, count):
        here, before = table[first + n * stride], table[first + (n - 1) * stride]
        for i in range(1, width):
            here[i] += POLE32 * before[i]
    here, before = table[first + (count - 1) * stride], table[first + (count - 2) * stride]
    for i in range(1, width):
        here[i] = ENDING * (POLE32 * before[i] + here[i])
    for n in range(count - 2, -1, -1):
        here, after = table[first + n * stride], table[first + (n + 1) * stride]
        for i in range(1, width):
            here[i] = POLE32 * (after[i] - SIX * here[i])


@kernel
def spline_columns(coefficients: Volume, first: int, stop: int) -> None:
    """Filter rows ``first`` to ``stop`` along k in place, after `spline_slices` of every slice."""
    depth, rows, width = coefficients.shape
    table = coefficients.reshape(depth * rows, width)
    for j in range(first, stop):
        _recur(table, rows + j + 1, rows, depth - 3)


@kernel
def finish_slices(
    stored: Volume, padding: Real, coefficients: Volume, first: int, stop: int
) -> None:
    """Mark padding as NaN in slices ``first`` to ``stop`` and mirror their rows and columns."""
    rows, width = stored.shape[1], stored.shape[2]
    for k in range(first, stop):
        plane = coefficients[k + 1]
        for j in range(rows):
            source, line = stored[k, j], plane[j + 1]
            for i in range(width):
                if not source[i] > padding:
                    line[i + 1] = np.nan
            line[0] = line[1 + mirrored(-1, width)]
            line[width + 1] = line[1 + mirrored(width, width)]
            line[width + 2] = line[1 + mirrored(width + 1, width)]
        for j in (-1, rows, rows + 1):
            plane[j + 1] = plane[1 + mirrored(j, rows)]


@kernel
def finish_ends(coefficients: Volume) -> None:
    """Mirror the first and the last slices, after `finish_slices` of every slice."""
    depth = coefficients.shape[0] - 3
    for k in (-1, depth, depth + 1):
        coefficients[k + 1] = coefficients[1 + mirrored(k, depth)]
