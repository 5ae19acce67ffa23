"""Array aliases, and the one way an array gets into a frozen value."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Floats = NDArray[np.float64]
Floats32 = NDArray[np.float32]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Array = NDArray[Any]


def frozen(
    array: ArrayLike, shape: tuple[int | None, ...], dtype: DTypeLike = np.float64
) -> NDArray[Any]:
    """Return a read-only, C-contiguous array of ``dtype``; raise ValueError on another shape.

    None in ``shape`` matches any length.  A writable array is copied, so the caller keeps his own.
    """
    out = np.asarray(array, dtype=dtype, order="C")
    if out.ndim != len(shape) or any(
        n is not None and n != m for n, m in zip(shape, out.shape, strict=True)
    ):
        raise ValueError(f"expected an array of shape {shape}, found {out.shape}")
    if out.flags.writeable:
        out = out.copy() if np.may_share_memory(out, np.asarray(array)) else out
        out.flags.writeable = False
    return out
