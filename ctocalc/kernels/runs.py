"""Runs of stations along a vessel; lengths and gaps are numbers of stations."""

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array, Whole


@entry
def runs(mask: Array) -> Array:
    """Return (M, 2) int64 start and stop (exclusive) of every run of True in ``mask`` (N,)."""
    count = 0
    for n in range(mask.size):
        count += mask[n] and (n == 0 or not mask[n - 1])
    out = np.empty((count, 2), np.int64)
    row = 0
    n = 0
    while n < mask.size:
        if mask[n]:
            out[row, 0] = n
            n = _end(mask, n, True)
            out[row, 1] = n
            row += 1
        else:
            n += 1
    return out


@entry
def close_gaps(mask: Array, gap: int) -> Array:
    """Return the mask (N,) with gaps of at most ``gap`` stations between two runs filled."""
    return _flipped(mask, False, gap)


@entry
def drop_short(mask: Array, shortest: int) -> Array:
    """Return the mask (N,) without runs of fewer than ``shortest`` stations."""
    return _flipped(mask, True, shortest - 1)


@kernel
def _end(mask: Array, first: Whole, wanted: bool) -> Whole:
    n = first
    while n < mask.size and mask[n] == wanted:
        n += 1
    return n


@kernel
def _flipped(mask: Array, wanted: bool, longest: int) -> Array:
    """Flip runs of ``wanted`` up to ``longest``; gaps only between two runs of True."""
    out = mask.copy()
    n = 0
    while n < mask.size:
        stop = _end(mask, n, mask[n])
        at_end = n == 0 or stop == mask.size
        if mask[n] == wanted and stop - n <= longest and (wanted or not at_end):
            out[n:stop] = not wanted
        n = stop
    return out
