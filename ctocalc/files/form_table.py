"""Tables of forms: one case per row, the form's names as header, scored row by row."""

import csv
import difflib
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctocalc.scores.facts import Facts
from ctocalc.scores.form import FormError, facts_from_form, fields
from ctocalc.scores.registry import EVERYTHING
from ctocalc.scores.system import Score, ScoringSystem

CASE = "case_id"
# Of the cases that stand in several rows so many are named.
NAMED = 5
OF_SCORE = ("system", "edition", "modality", "endpoint", "basis", "evidence")
TOTAL = (
    "points", "points_low", "points_high", "points_image_only", "group", "published_rate",
    "published_rate_evidence", "reason", "notes",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRow:
    """One case; ``kept`` are its cells of the columns that are passed through."""

    case_id: str
    kept: tuple[str, ...]
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTable:
    """A table that was read and checked whole.

    ``faults`` are sentences with row and column (the header is row 1, as in a spreadsheet);
    with any of them there are no ``rows``.  ``remarks`` name columns that were left aside, and
    cases that stand in several rows.
    """

    system: ScoringSystem
    kept: tuple[str, ...] = ()
    rows: tuple[FormRow, ...] = ()
    faults: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_form_table(path: Path, system: ScoringSystem, *, keep: tuple[str, ...] = ()) -> FormTable:
    """Read a TSV or CSV of forms; what separates the header separates the rows.

    ``case_id`` names the row and is passed through, as are the columns in ``keep``.  Names that
    only other systems ask are left aside, so one table serves several scores; any other name is
    a fault, because it may be a misspelt item.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        header, *cells = _rows(text)
    except OSError as error:
        why = error.strerror or type(error).__name__
        return FormTable(system=system, faults=(f"the table cannot be read ({why})",))
    except UnicodeDecodeError:
        return FormTable(system=system, faults=("the table is not UTF-8 text",))
    except (ValueError, csv.Error):
        return FormTable(system=system, faults=("the table is empty, or no TSV or CSV",))
    faults = tuple(_header_faults(header, system, keep))
    if faults or not cells:
        return FormTable(system=system, faults=faults or ("the table has a header but no case",))
    read = [_read_row(n, header, row, system, keep) for n, row in enumerate(cells, 2)]
    if faults := tuple(fault for row in read if isinstance(row, list) for fault in row):
        return FormTable(system=system, faults=faults)
    rows = tuple(row for row in read if isinstance(row, FormRow))
    aside = [name for name in header if name not in {CASE, *keep, *fields(system)}]
    return FormTable(
        system=system,
        kept=tuple(name for name in header if name in keep),
        rows=rows,
        remarks=tuple(_remarks(system, aside, rows)),
    )


def _remarks(system: ScoringSystem, aside: list[str], rows: tuple[FormRow, ...]) -> Iterator[str]:
    if aside:
        yield f"not asked by {system.name} {system.edition}: {', '.join(aside)}"
    count = Counter(row.case_id for row in rows)
    if again := [case for case, n in count.items() if n > 1]:
        more = " ..." if len(again) > NAMED else ""
        yield f"in several rows, each scored for itself: {', '.join(again[:NAMED])}{more}"


def _rows(text: str) -> list[list[str]]:
    """Return the cells of every row; blank rows at the end of a file are none."""
    first = text.partition("\n")[0]
    separator = next((sign for sign in "\t;" if sign in first), ",")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    while rows and not any(cell.strip() for cell in rows[-1]):
        rows.pop()
    return [[cell.strip() for cell in row] for row in rows]


def _header_faults(
    header: list[str], system: ScoringSystem, keep: tuple[str, ...]
) -> Iterator[str]:
    known = {CASE, *keep, *(name for each in EVERYTHING for name in fields(each))}
    if CASE not in header:
        yield f"row 1: there is no column {CASE}"
    yield from (f"row 1: there is no column {name} to keep" for name in keep if name not in header)
    written = {*OF_SCORE, *TOTAL, *_item_columns(system), CASE}
    yield from (
        f"row 1, column {name}: it cannot be kept, the scored table has a column of that name"
        for name in keep if name in written
    )  # fmt: skip
    for place, name in enumerate(header, 1):
        if not name:
            yield f"row 1: column {place} has no name"
        elif name in header[: place - 1]:
            yield f"row 1, column {name}: the name stands there twice"
        elif name not in known:
            near = difflib.get_close_matches(name, fields(system), n=1)
            guess = f"; is it {near[0]}?" if near else ""
            yield f"row 1, column {name}: no score asks it{guess} (--keep {name} passes it through)"


def _read_row(
    number: int, header: list[str], row: list[str], system: ScoringSystem, keep: tuple[str, ...]
) -> FormRow | list[str]:
    """Return the row's form, or its faults."""
    if len(row) != len(header):
        return [f"row {number}: {len(row)} cells, but the header has {len(header)}"]
    named = dict(zip(header, row, strict=True))
    asked = fields(system)
    form = {name: named[name] for name in header if name in asked}
    faults = [] if named[CASE] else [f"row {number}, column {CASE}: it is empty"]
    try:
        facts = facts_from_form(system, form)
    except FormError as error:
        alone = [_fault(system, {name: text}) for name, text in form.items()]
        found = [one for one in alone if one] or [error]
        faults += [f"row {number}, column {one.field}: {one}" for one in found]
    if faults:
        return faults
    kept = tuple(named[name] for name in header if name in keep)
    return FormRow(case_id=named[CASE], kept=kept, facts=facts)


def _fault(system: ScoringSystem, form: dict[str, str]) -> FormError | None:
    try:
        facts_from_form(system, form)
    except FormError as error:
        return error
    return None


def scored_table(table: FormTable, scores: list[Score]) -> str:
    """Return the scored table as tab-separated text, one row per case, empty = cannot be told."""
    header = (CASE, *table.kept, *OF_SCORE, *TOTAL, *_item_columns(table.system))
    rows = [
        (row.case_id, *row.kept, *_cells(score))
        for row, score in zip(table.rows, scores, strict=True)
    ]
    return "".join("\t".join(map(_text, row)) + "\n" for row in (header, *rows))


def _item_columns(system: ScoringSystem) -> list[str]:
    return [f"{criterion.item}_points" for criterion in system.criteria]


def _cells(score: Score) -> tuple[str | float | None, ...]:
    system = score.system
    items: dict[str, float | None] = {finding.item: finding.points for finding in score.findings}
    return (
        system.name, system.edition, score.modality, system.endpoint, score.basis, system.evidence,
        score.points, score.points_low, score.points_high, score.points_image_only, score.group,
        score.published_rate, score.published_rate_evidence, score.reason, "; ".join(score.notes),
        *(items.get(criterion.item) for criterion in system.criteria),
    )  # fmt: skip


def _text(cell: str | float | None) -> str:
    """Return a cell's text, never a tab or a line break."""
    if cell is None:
        return ""
    return " ".join(cell.split()) if isinstance(cell, str) else f"{cell:g}"
