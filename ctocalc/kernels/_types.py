"""Names for what kernels take and return."""

from typing import Any

from numpy.typing import NDArray

Array = NDArray[Any]
Vector = NDArray[Any]
Volume = NDArray[Any]
# A kernel's numbers may be Python's or NumPy's, of 32 or 64 bits.
Real = Any
Whole = Any
Four = tuple[Real, Real, Real, Real]
