"""Blur a stack of sections (N, P, P) by taps that differ from section to section.

One pass blurs along one direction of the pixel grid; outside the stack its outermost values go on.
Taps (N, 2R + 1) are centred; a pass is linear, and ``transpose`` is its exact adjoint.
"""

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array, Real, Vector, Whole


@kernel
def _gather(out: Vector, values: Vector, weight: Real, shift: Whole) -> None:
    """Add ``weight * values[q + shift]`` to ``out[q]``."""
    size = out.size
    low = min(max(0, -shift), size)
    high = max(min(size, size - shift), low)
    for q in range(low):
        out[q] += weight * values[0]
    for q in range(low, high):
        out[q] += weight * values[q + shift]
    for q in range(high, size):
        out[q] += weight * values[size - 1]


@kernel
def _scatter(out: Vector, values: Vector, weight: Real, shift: Whole) -> None:
    """Add ``weight * values[q]`` to ``out[q + shift]``: the adjoint of `_gather`."""
    size = out.size
    low = min(max(0, -shift), size)
    high = max(min(size, size - shift), low)
    for q in range(low):
        out[0] += weight * values[q]
    for q in range(low, high):
        out[q + shift] += weight * values[q]
    for q in range(high, size):
        out[size - 1] += weight * values[q]


@entry
def across(stack: Array, taps: Array, row: int, column: int, transpose: bool) -> Array:
    """Blur within every section along the grid direction (row, column), each -1, 0 or 1."""
    stations, rows, _ = stack.shape
    reach = taps.shape[1] // 2
    out = np.zeros_like(stack)
    for n in range(stations):
        for k in range(-reach, reach + 1):
            weight = taps[n, k + reach]
            if weight == 0.0:
                continue
            for p in range(rows):
                other = min(max(p + k * row, 0), rows - 1)
                if transpose:
                    _scatter(out[n, other], stack[n, p], weight, k * column)
                else:
                    _gather(out[n, p], stack[n, other], weight, k * column)
    return out


@entry
def along(stack: Array, taps: Array, transpose: bool) -> Array:
    """Blur from section to section."""
    stations = stack.shape[0]
    reach = taps.shape[1] // 2
    out = np.zeros_like(stack)
    for n in range(stations):
        for k in range(-reach, reach + 1):
            weight = taps[n, k + reach]
            if weight == 0.0:
                continue
            other = min(max(n + k, 0), stations - 1)
            target, source = (other, n) if transpose else (n, other)
            for p in range(stack.shape[1]):
                _gather(out[target, p], stack[source, p], weight, 0)
    return out
