"""Columns of the tables of a whole batch."""

from functools import cache

from ctocalc.files.columns import Column
from ctocalc.files.tables import tables_of

CASE_ID = Column(name="case_id", kind="string", doc="The case, as the manifest names it.")
CASES = (
    CASE_ID,
    Column(name="vessel", kind="string", doc="Name of the row's vessel in the other tables."),
    Column(
        name="status", kind="string",
        doc="How the case ended: ok (any vessel was measured), refused, error, crashed, timeout, "
        "memory; empty: not run yet.",
    ),
    Column(name="code", kind="string", doc="Code of the case's refusal or failure."),
    Column(name="reason", kind="string", doc="Why the case failed."),
    Column(
        name="vessel_status", kind="string",
        doc="ok or refused; empty where the case was not measured.",
    ),
    Column(name="vessel_code", kind="string", doc="Code of the vessel's refusal."),
    Column(
        name="reader_edits", kind="integer", low=0,
        doc="Answers of a reader that the vessel's results follow, those about the patient too.",
    ),
    Column(
        name="attempts", kind="integer", low=1,
        doc="How often the case was begun, interrupted attempts included; may differ between runs.",
    ),
    Column(
        name="seconds", kind="number", low=0,
        doc="Seconds of the clock of the last attempt; differ between runs.",
    ),
)  # fmt: skip


def passed_column(name: str) -> Column:
    """Return a column of the manifest that is passed through."""
    return Column(name=name, kind="string", doc="From the manifest, as it stood there.")


@cache
def cohort_tables() -> dict[str, tuple[Column, ...]]:
    """Return the columns of every table by the table's name, those passed through left out."""
    own = {table.name: (CASE_ID, *table.columns) for table in tables_of(())}
    return {**own, "cases": CASES}


@cache
def taken_names() -> dict[str, str]:
    """Return the names that a column of the manifest cannot have, each with a table that does."""
    return {column.name: table for table, columns in cohort_tables().items() for column in columns}
