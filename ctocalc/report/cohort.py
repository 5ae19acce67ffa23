"""``cohort.html``: a whole batch on one page, each row a lesion that leads to its case."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ctocalc.report.distributions import Distribution, distribution
from ctocalc.report.page import render

Columns = Mapping[str, Sequence[Any]]
SCRIPTS = ("rows", "table", "filters", "cohort")
# The columns of the cohort's tables that the page is made of.
TABLES = {
    "cases": ("case_id", "vessel", "status", "code", "vessel_status", "vessel_code"),
    "vessels": ("case_id", "vessel", "lesions", "calcium_mass_mg", "flags"),
    "lesions": (
        "case_id", "vessel", "lesion", "occluded", "truncated", "length_mm",
        "max_calcium_fraction", "max_calcium_fraction_apparent", "max_calcium_arc_deg", "bend_deg",
        "calcium_mass_mg", "proximal_stump", "proximal_stump_borderline",
    ),
    "scores": (
        "case_id", "vessel", "lesion", "system", "edition", "basis", "points", "points_low",
        "points_high",
    ),
}  # fmt: skip
# Measures of the table: column, what it is called, its unit, digits shown.
MEASURES = (
    ("length_mm", "Length", "mm", 1),
    ("max_calcium_fraction", "Calcium fraction", "", 2),
    ("max_calcium_fraction_apparent", "Apparent fraction", "", 2),
    ("max_calcium_arc_deg", "Calcium arc", "°", 0),
    ("bend_deg", "Bend", "°", 0),
    ("calcium_mass_mg", "Calcium mass", "mg", 1),
)
# Scores of the table, on the corrected basis: system, edition, what they are called.
SCORES = (
    ("jcto_ct", "fujino_2018", "J-CTO on CT"),
    ("ct_rector", "opolski_2015", "CT-RECTOR"),
    ("kcct", "yu_2017", "KCCT"),
)
Key = tuple[str, str]
Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class CohortRow:
    """A lesion, or a vessel or case that has none (``lesion`` None).

    ``values`` in the order of ``MEASURES``; ``scores`` (points, fewest, most) in that of
    ``SCORES``; ``page`` says that the case has a page to lead to.
    """

    case: str
    vessel: str
    lesion: int | None
    state: str
    page: bool
    values: tuple[float | None, ...]
    stump: str
    scores: tuple[tuple[float | None, ...] | None, ...]
    flags: tuple[str, ...]


def cohort_page(tables: Mapping[str, Columns], drawn: Collection[str]) -> bytes:
    """Return the page of a batch; equal tables give equal bytes.

    Parameters
    ----------
    tables : mapping
        By table, the columns that ``TABLES`` names; None is an empty cell.  Of ``scores`` only
        the totals of ``SCORES`` on the corrected basis are needed; others are passed over.
    drawn : collection of str
        The cases that have a page of their own, to which their rows lead.

    A measure is marked as an outlier where it lies farther from the quartiles than three times
    their distance (Tukey's "far out"); that says "look at it", never that it is wrong.
    """
    rows = list(_rows(tables, drawn))
    lesions = [row for row in rows if row.lesion is not None]
    shown = [
        distribution(name, title, unit, [row.values[n] for row in lesions])
        for n, (name, title, unit, _) in enumerate(MEASURES)
    ]
    outliers = [[n for n, one in enumerate(shown) if _far_out(one, row.values[n])] for row in rows]
    context = {
        "cases": len(set(tables["cases"]["case_id"])),
        "lesions": len(lesions),
        "states": Counter(row.state for row in rows).most_common(),
        "flags": _counted(rows),
        "distributions": [(d, digits) for d, (*_, digits) in zip(shown, MEASURES, strict=True)],
        "totals": [
            (title, _totals([row.scores[n] for row in lesions]))
            for n, (_, _, title) in enumerate(SCORES)
        ],
        "outliers": sum(map(bool, outliers)),
    }
    data = {
        "measures": [[title, unit, digits] for _, title, unit, digits in MEASURES],
        "scores": [title for _, _, title in SCORES],
        "rows": [
            [row.case, row.vessel, row.lesion, row.state, row.page, row.values, row.stump,
             row.scores, row.flags, far]
            for row, far in zip(rows, outliers, strict=True)
        ],
    }  # fmt: skip
    return render("cohort", SCRIPTS, context, data, styles=("cohort.css",))


def _rows(tables: Mapping[str, Columns], drawn: Collection[str]) -> Iterator[CohortRow]:
    """Yield a row per lesion, and one per vessel or case that has none, in the batch's order."""
    vessels = _by_vessel(tables["vessels"])
    lesions = _by_vessel(tables["lesions"])
    totals = _totals_of(tables["scores"])
    for key, case in _cases(tables["cases"], [*vessels, *lesions]).items():
        (vessel,) = vessels.get(key, [{}])
        flags = vessel.get("flags") or ""
        for lesion in lesions.get(key, [{}]):
            number = lesion.get("lesion")
            yield CohortRow(
                case=key[0], vessel=key[1], lesion=number, state=_state(case, flags, lesion),
                page=key[0] in drawn,
                values=tuple(_short(lesion.get(name)) for name, *_ in MEASURES),
                stump=_stump(lesion),
                scores=tuple(totals.get((*key, number, *score[:2])) for score in SCORES),
                flags=tuple(flags.split("; ")) if flags else (),
            )  # fmt: skip


def _cases(cases: Columns, measured: list[Key]) -> dict[Key, Record]:
    """Return the batch's row of every vessel: of those it lists, and of any that was measured."""
    found: dict[str, dict[Key, Record]] = {}
    for case in _records(cases):
        found.setdefault(case["case_id"], {})[case["case_id"], case["vessel"]] = case
    for key in measured:
        listed = found[key[0]]
        first = next(iter(listed.values()))
        listed.setdefault(key, {**first, "vessel_status": "ok", "vessel_code": None})
    return {key: case for listed in found.values() for key, case in listed.items()}


def _state(case: Record, flags: str, lesion: Record) -> str:
    if case["status"] != "ok":
        return f"{case['status'] or 'not run'} {case['code'] or ''}".strip()
    if case["vessel_status"] != "ok":
        return f"{case['vessel_status'] or 'not measured'} {case['vessel_code'] or ''}".strip()
    if lesion:
        return "total occlusion" if lesion["occluded"] else "subtotal"
    return "occlusion cannot be told" if "NO_CONTRAST" in flags else "no occlusion"


def _stump(lesion: Record) -> str:
    call = lesion.get("proximal_stump") or ""
    return f"{call} ?" if call and lesion.get("proximal_stump_borderline") else call


def _records(columns: Columns) -> Iterator[Record]:
    for cells in zip(*columns.values(), strict=True):
        yield dict(zip(columns, cells, strict=True))


def _by_vessel(columns: Columns) -> dict[Key, list[Record]]:
    found: dict[Key, list[Record]] = {}
    for record in _records(columns):
        found.setdefault((record["case_id"], record["vessel"]), []).append(record)
    return found


def _totals_of(columns: Columns) -> dict[tuple[Any, ...], tuple[float | None, ...]]:
    wanted = {score[:2] for score in SCORES}
    return {
        (s["case_id"], s["vessel"], s["lesion"], s["system"], s["edition"]): (
            s["points"], s["points_low"], s["points_high"]
        )
        for s in _records(columns)
        if (s["system"], s["edition"]) in wanted and s["basis"] == "corrected"
    }  # fmt: skip


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _far_out(shown: Distribution, value: float | None) -> bool:
    return value is not None and not shown.fence_low <= value <= shown.fence_high


def _counted(rows: Sequence[CohortRow]) -> list[tuple[str, int]]:
    """Return how many vessels carry each flag, the commonest first."""
    carried = {(row.case, row.vessel, flag) for row in rows for flag in row.flags}
    counts = Counter(flag for _, _, flag in carried)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _totals(found: Sequence[tuple[float | None, ...] | None]) -> list[tuple[str, int]]:
    """Return how many lesions have each total; those that are intervals are counted as open."""
    points = [total[0] for total in found if total is not None]
    known = Counter(p for p in points if p is not None)
    rows = [(f"{p:g}", known[p]) for p in sorted(known)]
    return [*rows, ("interval", sum(p is None for p in points))]
