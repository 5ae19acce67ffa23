"""Cells of a manifest: which columns there are, what each may hold, what a case's rows ask for."""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from ctocalc.batch.cohort import cohort_tables
from ctocalc.batch.options import CaseOptions, LineOption, named, vessel_names
from ctocalc.errors import SettingsRefused
from ctocalc.files.clinical import Given, clinical_sheet
from ctocalc.files.results import is_case_id
from ctocalc.image.listed import parse_wanted
from ctocalc.study.questions import FACTS

REQUIRED = ("case_id", "series", "centerline")
OF_CASE = ("series", "series_select", "phase", "frame", "whole_tree", "review")
OF_VESSEL = (
    "centerline", "vessel", "label", "branch", "cap", "target_lesion", "contours", "mask",
)  # fmt: skip
KNOWN = ("case_id", *OF_CASE, *OF_VESSEL, *(fact.name for fact in FACTS))
OF_PATIENT = tuple(fact.name for fact in FACTS if not fact.by_vessel)

Cells = dict[str, str]


def row_faults(cells: Cells, required: Sequence[str] = REQUIRED) -> Iterator[str]:
    """Yield what is wrong with a row by itself, the column first."""
    yield from (f"column {name}: it is empty" for name in required if name not in cells)
    for name, cell in cells.items():
        if any(unicodedata.category(sign) == "Cc" for sign in cell):
            yield f"column {name}: it holds a line break or another control character"
    case_id = cells.get("case_id", "case")
    if not is_case_id(case_id) or case_id.startswith("."):
        yield (
            "column case_id: expected 1 to 64 letters, digits, dots, dashes and underscores, "
            "not a dot first"
        )
    if case_id.casefold().partition(".")[0] in (*cohort_tables(), "batch", "cohort"):
        yield "column case_id: a file of the whole batch has that name; choose another"
    for name, expected in _EXPECTED.items():
        try:
            _READ[name](cells.get(name, ""))
        except ValueError:
            yield f"column {name}: expected {expected}"
    for fact in FACTS:
        if fact.name in cells:
            try:
                clinical_sheet([Given(name=fact.name, text=cells[fact.name])])
            except SettingsRefused:
                yield f"column {fact.name}: expected {fact.expected}"


def _caps(text: str) -> tuple[tuple[float, float], ...]:
    """Return the occlusions of a cell: ``12.5,30`` or several with ``;`` between them."""
    found = []
    for part in filter(None, text.split(";")):
        start, end = (float(number) for number in part.split(","))
        if not 0 <= start < end < math.inf:
            raise ValueError(text)
        found.append((start, end))
    if any(start < end for (_, end), (start, _) in pairwise(sorted(found))):
        raise ValueError(text)
    return tuple(found)


def _number(text: str) -> int | None:
    number = int(text) if text else None
    if number is not None and number < 1:
        raise ValueError(text)
    return number


def _frame(text: str) -> str | None:
    if text.lower() not in ("", "lps", "ras"):
        raise ValueError(text)
    return text.lower() or None


def _phase(text: str) -> str | None:
    if text and parse_wanted(text) is None:
        raise ValueError(text)
    return text or None


def _yes(text: str) -> bool:
    if text.lower() not in ("", "yes", "no"):
        raise ValueError(text)
    return text.lower() == "yes"


_READ = {"cap": _caps, "target_lesion": _number, "frame": _frame, "phase": _phase,
         "whole_tree": _yes}  # fmt: skip
_EXPECTED = {
    "cap": "two arc lengths in mm, entry before exit, such as 12.5,30 (several apart: with ;)",
    "target_lesion": "a number from 1",
    "frame": "lps or ras",
    "phase": "a number as listed, 75% or 650ms",
    "whole_tree": "yes or no",
}


def case_options(rows: Sequence[Cells], folder: Path, settings: Path | None) -> CaseOptions:
    """Return what ``analyze`` would be asked for; paths are relative to ``folder``.

    Raises
    ------
    UsageError
        When two lines would be the same vessel.
    """
    case = rows[0]
    plain = CaseOptions(
        series=folder / case["series"],
        lines=tuple(_line(row, folder) for row in rows),
        branches=tuple(
            LineOption(path=path) for row in rows for path in _files(row, "branch", folder)
        ),
        whole_tree=_yes(case.get("whole_tree", "")),
        case_id=case["case_id"],
        wanted_series=case.get("series_select"),
        wanted_phase=_phase(case.get("phase", "")),
        frame=_frame(case.get("frame", "")),
        settings=settings,
    )
    vessels = tuple(zip(vessel_names(named(plain)), rows, strict=True))
    return replace(
        plain,
        answers=tuple(_answers(vessels)),
        caps_mm=tuple((name, cap) for name, row in vessels for cap in _caps(row.get("cap", ""))),
        targets=tuple(
            (name, number)
            for name, row in vessels
            if (number := _number(row.get("target_lesion", ""))) is not None
        ),
        contours=tuple((n, path) for n, row in vessels for path in _files(row, "contours", folder)),
        masks=tuple((n, path) for n, row in vessels for path in _files(row, "mask", folder)),
        review=folder / case["review"] if "review" in case else None,
    )


def _files(row: Cells, column: str, folder: Path) -> Iterator[Path]:
    """Yield the paths of a cell: one, or several with ``;`` between them."""
    for part in row.get(column, "").split(";"):
        if part.strip():
            yield folder / part.strip()


def _line(row: Cells, folder: Path) -> LineOption:
    return LineOption(
        path=folder / row["centerline"], label=row.get("label"), vessel=row.get("vessel")
    )


def _answers(vessels: Iterable[tuple[str, Cells]]) -> Iterator[Given]:
    """Yield the clinical answers: the patient's once, a vessel's for each."""
    told: set[str] = set()
    for vessel, row in vessels:
        for fact in FACTS:
            if fact.name not in row or fact.name in told:
                continue
            if not fact.by_vessel:
                told.add(fact.name)
            of = vessel if fact.by_vessel else None
            yield Given(name=fact.name, text=row[fact.name], vessel=of)
