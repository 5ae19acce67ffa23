"""The one decorator of every kernel; nobody else imports numba."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import numba
import numpy as np
from numba.core import config
from numba.extending import intrinsic

from ctocalc.kernels._cache import KernelCache

__all__ = ["INTERPRETED", "UNCHECKED", "entry", "intrinsic", "kernel"]

INTERPRETED = bool(vars(config)["DISABLE_JIT"])
# Raw loads would step around Numba's bounds checks, and cannot be interpreted.
UNCHECKED = not INTERPRETED and not vars(config)["BOUNDSCHECK"]

P = ParamSpec("P")
R = TypeVar("R")


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Compile at the first call, release the GIL, keep the machine code between processes.

    No fastmath: it makes ``isnan(nan)`` False, and NaN is "not measurable" here.  No parallel: it
    aborts or is slow when two Python threads use it; callers hand chunks to their own threads.
    """
    compiled: Any = numba.njit(nogil=True, error_model="numpy")(function)
    if not INTERPRETED:
        compiled._cache = KernelCache(function)
    return compiled  # type: ignore[no-any-return]


def entry(function: Callable[P, R]) -> Callable[P, R]:
    """Compile as `kernel`, for calls from Python with any array: each is passed on read-only.

    To Numba a writable and a locked array are two types, a strided one a third; passing every
    array C-contiguous and locked keeps one compiled form, and shows that inputs stay as they are.
    """
    compiled: Any = kernel(function)

    @wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        named = {name: _locked(a) for name, a in kwargs.items()}
        return compiled(*(_locked(a) for a in args), **named)  # type: ignore[no-any-return]

    call.kernel = compiled  # type: ignore[attr-defined]
    return call


def _locked(value: object) -> object:
    if not isinstance(value, np.ndarray):
        return value
    view = np.ascontiguousarray(value).view()
    view.flags.writeable = False
    return view
