"""The manifest: one row per vessel, checked whole before the first case runs."""

import csv
import difflib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ctocalc.batch.cohort import taken_names
from ctocalc.batch.manifest_cells import (
    KNOWN,
    OF_CASE,
    OF_PATIENT,
    REQUIRED,
    Cells,
    case_options,
    row_faults,
)
from ctocalc.batch.options import CaseOptions, named, vessel_names
from ctocalc.errors import Code, SettingsRefused, UsageError

LARGEST_BYTES = 100_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its number as in a spreadsheet (the header is row 1) and its filled cells.

    ``vessel`` is the name that its vessel has in the results; ``passed`` are the cells of the
    columns that ctocalc does not know.
    """

    number: int
    case_id: str
    vessel: str
    cells: tuple[tuple[str, str], ...]
    passed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One patient: its rows, and what ``analyze`` would be asked for."""

    case_id: str
    rows: tuple[Row, ...]
    options: CaseOptions

    @property
    def paths(self) -> Iterator[tuple[str, Path]]:
        """Every input file with its role."""
        yield "series", self.options.series
        for role, lines in (("centerline", self.options.lines), ("branch", self.options.branches)):
            yield from ((f"{role} {n}", line.path) for n, line in enumerate(lines))
        for role, drawn in (("contours", self.options.contours), ("mask", self.options.masks)):
            yield from ((f"{role} {n}", path) for n, (_, path) in enumerate(drawn))
        if self.options.review:
            yield "review", self.options.review


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All rows, and the cases in the order of their first rows.

    ``passed``: names of the columns that ctocalc does not know; ``remarks`` name those that
    look like a misspelt one.
    """

    passed: tuple[str, ...]
    rows: tuple[Row, ...]
    cases: tuple[Case, ...]
    remarks: tuple[str, ...] = ()


def read_manifest(path: Path, *, settings: Path | None = None) -> Manifest:
    """Read a CSV or TSV, UTF-8 with a header; paths in it are relative to its folder.

    Raises
    ------
    SettingsRefused
        MANIFEST_INVALID, with every fault: the first is the sentence, the others its notes.
    """
    header, rows = _table(path)
    faults = list(_header_faults(header))
    sound_header = not faults
    required = [name for name in REQUIRED if name in header]
    passed = tuple(name for name in header if name not in KNOWN)
    read: list[tuple[int, Cells, tuple[str, ...]]] = []
    faulty: set[int] = set()
    for number, cells in rows:
        if len(cells) != len(header):
            faults.append(f"row {number}: {len(cells)} cells, but the header has {len(header)}")
            continue
        named = dict(zip(header, cells, strict=True))
        known = {name: named[name] for name in KNOWN if named.get(name)}
        found = [f"row {number}, {fault}" for fault in row_faults(known, required)]
        if found:
            faulty.add(number)
        faults += found
        read.append((number, known, tuple(named[name] for name in passed)))
    if not rows:
        faults.append("the manifest has a header but no row")
    faults += _case_faults(read)
    sound = [row for row in read if sound_header and row[0] not in faulty]
    cases = tuple(_cases(sound, path.parent, settings, faults))
    _refuse(sorted(faults, key=_row_of))
    of_cases = (row for case in cases for row in case.rows)
    return Manifest(
        passed=passed,
        rows=tuple(sorted(of_cases, key=lambda row: row.number)),
        cases=cases,
        remarks=tuple(_remarks(passed)),
    )


def _refuse(faults: list[str]) -> None:
    if not faults:
        return
    error = SettingsRefused(Code.MANIFEST_INVALID, f"{faults[-1]}.")
    for fault in faults[:-1]:
        error.add_note(f"{Code.MANIFEST_INVALID}: {fault}.")
    raise error


def _row_of(fault: str) -> int:
    digits = fault.removeprefix("row ").partition(",")[0].partition(":")[0]
    return int(digits) if digits.isdigit() else 0


def _table(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header, and the rows that are not blank with their numbers."""
    try:
        if path.exists() and not (path.is_file() and path.stat().st_size <= LARGEST_BYTES):
            _refuse([f"the manifest is no file, or has more than {LARGEST_BYTES // 1_000_000} MB"])
        text = path.read_text(encoding="utf-8-sig")
        separator = next((sign for sign in "\t;" if sign in text.partition("\n")[0]), ",")
        every = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))
    except OSError as error:
        _refuse([f"the manifest cannot be read ({error.strerror or type(error).__name__})"])
    except UnicodeDecodeError:
        _refuse(["the manifest is not UTF-8 text; save it as CSV or TSV in UTF-8"])
    except csv.Error as error:
        _refuse([f"the manifest is no CSV or TSV: {error}"])
    stripped = [(n, [cell.strip() for cell in row]) for n, row in enumerate(every, 1)]
    filled = [(n, row) for n, row in stripped if any(row)]
    if not filled or filled[0][0] != 1:
        _refuse(["row 1: there is no header; expected the names of the columns"])
    return filled[0][1], filled[1:]


def _header_faults(header: list[str]) -> Iterator[str]:
    for name in REQUIRED:
        if name not in header:
            alike = next((f"; was {other} meant?" for other in header if other.lower() == name), "")
            yield f"row 1: there is no column {name}{alike}"
    taken = taken_names()
    for place, name in enumerate(header, 1):
        if not name:
            yield f"row 1: column {place} has no name"
        elif name in header[: place - 1]:
            yield f"row 1, column {name}: the name stands there twice"
        elif name not in KNOWN and name in taken:
            yield (
                f"row 1, column {name}: it would be passed through, but {taken[name]}.tsv has a "
                "column of that name; rename it"
            )


def _remarks(passed: tuple[str, ...]) -> Iterator[str]:
    for name in passed:
        near = difflib.get_close_matches(name.lower(), KNOWN, n=1, cutoff=0.8)
        if near:
            yield f"column {name} is passed through and not used; was {near[0]} meant?"


def _case_faults(read: Iterable[tuple[int, Cells, tuple[str, ...]]]) -> Iterator[str]:
    """Yield where the rows of one case contradict each other."""
    first: dict[str, tuple[int, Cells]] = {}
    spelt: dict[str, tuple[int, str]] = {}
    for number, cells, _ in read:
        if "case_id" not in cells:
            continue
        case_id = cells["case_id"]
        # Some disks take the two for one folder, and one would have the other's results.
        at, known = spelt.setdefault(case_id.casefold(), (number, case_id))
        if known != case_id:
            yield f"row {number}, column case_id: it is that of row {at} but for capital letters"
        at, before = first.setdefault(case_id, (number, cells))
        for name in (*OF_CASE, *OF_PATIENT):
            if cells.get(name) != before.get(name):
                yield (
                    f"row {number}, column {name}: {case_id} has another one in row {at}; "
                    "one case has one"
                )


def _cases(
    read: Iterable[tuple[int, Cells, tuple[str, ...]]],
    folder: Path,
    settings: Path | None,
    faults: list[str],
) -> Iterator[Case]:
    """Group rows by case; a case whose vessels cannot be told apart is a fault."""
    groups: dict[str, list[tuple[int, Cells, tuple[str, ...]]]] = {}
    for row in read:
        groups.setdefault(row[1]["case_id"], []).append(row)
    for case_id, rows in groups.items():
        try:
            options = case_options([cells for _, cells, _ in rows], folder, settings)
            names = vessel_names(named(options))
        except UsageError as error:
            faults.append(f"row {rows[-1][0]}, column vessel: {str(error).rstrip('.')}")
            continue
        yield Case(
            case_id=case_id,
            options=options,
            rows=tuple(
                Row(number=number, case_id=case_id, vessel=name, passed=passed,
                    cells=tuple(cells.items()))
                for name, (number, cells, passed) in zip(names, rows, strict=True)
            ),
        )  # fmt: skip
