"""A case in a few lines for people; ``result.json`` is for programs."""

from collections.abc import Iterator

from ctocalc.lesion.lesion import Lesion, Stump
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.system import MODIFIED, TOTAL_OCCLUSION, Basis, Score
from ctocalc.scores.words import UNIT_WORDS, span
from ctocalc.study.result import CaseResult, VesselResult

BASES = (Basis.CORRECTED, Basis.APPARENT)
RESEARCH = "Research use; validated on phantoms only; recommends no treatment."


def summary(result: CaseResult) -> str:
    """Return the vessels with their lesions and scores, and what the result may be used for."""
    lines = [line for vessel in result.vessels for line in _vessel(vessel)]
    return "\n".join([*lines, RESEARCH])


def _vessel(vessel: VesselResult) -> Iterator[str]:
    if vessel.status != "ok":
        yield f"{vessel.vessel}: refused ({vessel.code})"
        return
    calcium = vessel.calcium
    burden = f"; calcium {told(calcium.volume_mm3)}, {told(calcium.mass_mg)}" if calcium else ""
    yield f"{vessel.vessel}: {vessel.length_mm:.1f} mm measured{burden}"
    for lesion in vessel.lesions:
        yield from (f"  {line}" for line in _lesion(lesion))
        yield from (f"    {line}" for line in _scores(vessel, lesion.lesion))
    if not any(lesion.occluded for lesion in vessel.lesions):
        reasons = {one.score.reason for one in vessel.scores if one.lesion is None}
        yield f"  no score: {'; '.join(sorted(filter(None, reasons))) or 'no total occlusion'}"


def _lesion(lesion: Lesion) -> Iterator[str]:
    kind = "total occlusion" if lesion.occluded else "subtotal, a channel is seen"
    notes = [" (target)" if lesion.target else "", ", truncated" if lesion.truncated else ""]
    place = f"{lesion.segment}, " if lesion.segment else ""
    yield (
        f"lesion {lesion.lesion}{notes[0]}: {kind}, {place}{lesion.start_mm:.1f} to "
        f"{lesion.end_mm:.1f} mm from the start{notes[1]}"
    )
    yield f"  length            {told(lesion.length_mm)}"
    yield f"  calcium fraction  {told(lesion.max_calcium_fraction)} of the section at most"
    yield f"  calcium arc       {told(lesion.max_calcium_arc_deg)} at most"
    yield f"  bend              {told(lesion.bend_deg)}"
    yield f"  stumps            {_stump(lesion.proximal_stump)} proximal, " \
          f"{_stump(lesion.distal_stump)} distal"  # fmt: skip


def _scores(vessel: VesselResult, lesion: int) -> Iterator[str]:
    """Return one row per score: both bases, their group, and what keeps it open."""
    by_title: dict[str, dict[Basis, Score]] = {}
    for one in vessel.scores:
        if one.lesion == lesion:
            by_title.setdefault(one.score.title, {})[one.score.basis] = one.score
    rows = [("score", *(basis.value for basis in BASES), "group", "")] if by_title else []
    rows += [_row(title, scores) for title, scores in by_title.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(4)] if rows else []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[4]]).rstrip()
    yield from (f"  {note}" for note in _notes(vessel, lesion))


def _notes(vessel: VesselResult, lesion: int) -> Iterator[str]:
    """Return what holds for all scores of a lesion, once: its age, and what "corrected" means."""
    said = [note for one in vessel.scores if one.lesion == lesion for note in one.score.notes]
    for note in filter(_of_the_lesion, dict.fromkeys(said)):
        yield f"{Basis.CORRECTED}: {note}" if note == MODIFIED else note


def _of_the_lesion(note: str) -> bool:
    return note == MODIFIED or note.startswith(TOTAL_OCCLUSION)


def _row(title: str, scores: dict[Basis, Score]) -> tuple[str, ...]:
    told = [_points(scores[basis]) if basis in scores else "" for basis in BASES]
    groups = dict.fromkeys(_group(score) for score in scores.values())
    findings = [finding for score in scores.values() for finding in score.findings]
    remarks = {
        "borderline": dict.fromkeys(f.item for f in findings if f.borderline),
        "open": dict.fromkeys(f.item for f in findings if f.points is None),
    }
    words = [f"{remark}: {', '.join(items)}" for remark, items in remarks.items() if items]
    notes = dict.fromkeys(note for score in scores.values() for note in score.notes)
    words += [note for note in notes if not _of_the_lesion(note)]
    return (title, *told, " / ".join(groups), "; ".join(words))


def _points(score: Score) -> str:
    total = span(score.points, score.points_low, score.points_high)
    return total if score.points_low is None else f"{total} of {score.system.most_points:g}"


def _group(score: Score) -> str:
    return score.group or ("open" if score.system.groups and score.points_low is not None else "-")


def _stump(stump: Stump) -> str:
    call = "not seen" if stump.call is None else stump.call.value
    return f"{call} (borderline)" if stump.borderline else call


def told(measured: Measured) -> str:
    """Return value and interval with the unit, or why there is none; rounded for reading."""
    if measured.value is None:
        return f"cannot be told ({measured.reason})"
    digits = 0 if measured.unit is Unit.DEG else 2 if measured.unit is Unit.FRACTION else 1
    value, low, high = (
        "open" if number is None else f"{number:.{digits}f}"
        for number in (measured.value, measured.low, measured.high)
    )
    word = UNIT_WORDS.get(measured.unit, measured.unit.value)
    known = measured.low is not None or measured.high is not None
    return f"{value} {word}".strip() + (f" ({low} to {high})" if known else "")
