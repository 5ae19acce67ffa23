"""The score table of several cases: one row per lesion, rounded for reading."""

from collections.abc import Iterator, Mapping

from ctocalc.errors import Code
from ctocalc.lesion.lesion import Lesion, Stump
from ctocalc.quantity import Measured
from ctocalc.scores.registry import system
from ctocalc.scores.system import Basis
from ctocalc.scores.words import span
from ctocalc.study.result import CaseResult, VesselResult

SCORES = {"J-CTO on CT": "jcto_ct", "CT-RECTOR": "ct_rector", "KCCT": "kcct"}
HEAD = ("case", "vessel", "lesion", "occlusions", "length mm", "calcium", "bend deg", "stumps")
NOTHING = "-"
UNTOLD = "?"
LEGEND = (
    "calcium: largest calcified share of a cross-section inside the wall, blur undone, which the\n"
    "scores rest on. 1-3: what answers not given, borderline and unseen items leave open. stumps:\n"
    "proximal/distal. A ? behind a word: borderline; a ? alone: cannot be told.\n"
    "Research use; validated on phantoms only; recommends no treatment."
)


def demo_table(results: Mapping[str, CaseResult]) -> str:
    """Return the table of the cases by name, with its legend."""
    rows = [(*HEAD, *SCORES)]
    for name, result in results.items():
        for vessel in result.vessels:
            rows += [(name, vessel.vessel, *cells) for cells in _vessel(vessel, result)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, "", LEGEND])


def _vessel(vessel: VesselResult, result: CaseResult) -> Iterator[tuple[str, ...]]:
    empty = (NOTHING,) * (len(HEAD) + len(SCORES) - 4)
    if vessel.status != "ok":
        yield (NOTHING, f"refused ({vessel.code})", *empty)
    elif not vessel.lesions:
        unseen = any(notice.code is Code.NO_CONTRAST for notice in result.quality)
        yield (NOTHING, UNTOLD if unseen else "0", *empty)
    for lesion in vessel.lesions:
        yield (*_lesion(lesion), *(_points(vessel, lesion, name) for name in SCORES.values()))


def _lesion(lesion: Lesion) -> tuple[str, ...]:
    return (
        str(lesion.lesion),
        str(len(lesion.occlusions)) if lesion.occluded else "0 (subtotal)",
        _number(lesion.length_mm, 1),
        _number(lesion.max_calcium_fraction, 2),
        _number(lesion.bend_deg, 0),
        f"{_stump(lesion.proximal_stump)}/{_stump(lesion.distal_stump)}",
    )


def _number(measured: Measured, digits: int) -> str:
    return UNTOLD if measured.value is None else f"{measured.value:.{digits}f}"


def _stump(stump: Stump) -> str:
    if stump.call is None:
        return UNTOLD
    return stump.call.value + (UNTOLD if stump.borderline else "")


def _points(vessel: VesselResult, lesion: Lesion, name: str) -> str:
    for scored in vessel.scores:
        score = scored.score
        ours = score.system is system(name) and score.basis is Basis.CORRECTED
        if ours and scored.lesion == lesion.lesion:
            return span(score.points, score.points_low, score.points_high).replace(" to ", "-")
    return NOTHING
