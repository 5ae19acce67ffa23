"""A case in a few lines for people; ``result.json`` is for programs."""

from collections.abc import Iterator

from ctocalc.cli.score import span
from ctocalc.lesion.lesion import Lesion, Stump
from ctocalc.quantity import Measured
from ctocalc.scores.definition import amount
from ctocalc.scores.system import Score
from ctocalc.study.result import CaseResult, LesionScore, VesselResult

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
        yield from _scores(vessel, lesion.lesion)
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
    mine = [one for one in vessel.scores if one.lesion == lesion]
    width = max((len(_title(one)) for one in mine), default=0)
    for one in mine:
        yield f"    {_title(one):{width}}  {_points(one.score)}"


def _title(one: LesionScore) -> str:
    return f"{one.score.title}, {one.score.basis}"


def _points(score: Score) -> str:
    total = span(score.points, score.points_low, score.points_high)
    words = [f"{total} of {score.system.most_points:g}"]
    if score.group:
        words.append(score.group)
    borderline = [finding.item for finding in score.findings if finding.borderline]
    if borderline:
        words.append(f"borderline: {', '.join(borderline)}")
    missing = [finding.item for finding in score.findings if finding.points is None]
    if missing:
        words.append(f"open: {', '.join(missing)}")
    return "; ".join(words)


def _stump(stump: Stump) -> str:
    call = "not seen" if stump.call is None else stump.call.value
    return f"{call} (borderline)" if stump.borderline else call


def told(measured: Measured) -> str:
    """Return value and interval with the unit, or why there is none; rounded for reading."""
    if measured.value is None:
        return f"cannot be told ({measured.reason})"
    value = amount(_rounded(measured.value), measured.unit)
    if measured.low is None and measured.high is None:
        return value
    low = "?" if measured.low is None else f"{_rounded(measured.low):g}"
    high = "?" if measured.high is None else f"{_rounded(measured.high):g}"
    return f"{value} ({low} to {high})"


def _rounded(value: float) -> float:
    return round(value, 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0)
