"""``cohort.html`` from the tables of a batch: only the columns and rows that it shows are read."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from pyarrow import parquet

from ctocalc.report.cohort import SCORES, TABLES, cohort_page

NAME = "cohort.html"


def overview(folder: Path, drawn: Collection[str]) -> bytes:
    """Return the page of the batch of these Parquet tables; ``drawn`` cases have their own."""
    tables = {name: _columns(folder / f"{name}.parquet", TABLES[name]) for name in TABLES}
    return cohort_page(tables, drawn)


def _columns(path: Path, names: tuple[str, ...]) -> dict[str, list[Any]]:
    totals = None
    if path.stem == "scores":
        systems = [system for system, _, _ in SCORES]
        totals = pc.field("item").is_null() & pc.field("system").isin(systems)
    read = parquet.read_table(path, columns=list(names), filters=totals)
    found: dict[str, list[Any]] = read.to_pydict()
    return found
