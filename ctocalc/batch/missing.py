"""What a manifest names and is not there: told before the first case runs."""

import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from ctocalc.batch.manifest import Row

_ONE = ("series", "centerline", "review")
_SEVERAL = ("branch", "contours")


def missing_paths(rows: Iterable[Row], folder: Path) -> Iterator[str]:
    """Yield row and column of every path that is not there; ``folder`` is the manifest's.

    Masks are left out: theirs may be ``FILE:LABEL``.
    """
    # Path.exists raises for a name that is too long or may not be looked at.
    there = cache(os.path.exists)
    for row in rows:
        for name, cell in row.cells:
            parts = cell.split(";") if name in _SEVERAL else [cell] if name in _ONE else []
            if not all(there(folder / part.strip()) for part in parts if part.strip()):
                yield f"row {row.number}, column {name}: there is no such path"
