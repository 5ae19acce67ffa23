"""Numba kernels: arrays and scalars in, arrays or tuples out; no checks, no exceptions."""
