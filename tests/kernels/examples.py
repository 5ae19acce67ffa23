"""How many examples a kernel is tried on; the first of them may have to compile it."""

from hypothesis import settings

quick = settings(deadline=None, max_examples=40, derandomize=True)
