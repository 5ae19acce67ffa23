"""The exit codes of every command."""

from enum import IntEnum


class Exit(IntEnum):
    """Stable for scripts; documented in the README."""

    DONE = 0
    FAULT = 1
    USAGE = 2
    REFUSED = 3
    SOME_FAILED = 4
    OUTPUT_FAILED = 5
    INTERRUPTED = 130
