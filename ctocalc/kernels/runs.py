"""Runs of stations along a vessel."""

import numpy as np

from ctocalc.kernels._jit import entry
from ctocalc.kernels._types import Array


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
            while n < mask.size and mask[n]:
                n += 1
            out[row, 1] = n
            row += 1
        else:
            n += 1
    return out
