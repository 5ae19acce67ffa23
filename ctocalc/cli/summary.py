"""A case in a few lines for people; ``result.json`` is for programs."""

from collections.abc import Iterable, Iterator
from textwrap import shorten, wrap

from ctocalc.cli.amounts import told
from ctocalc.cli.score_items import LEGEND, score_items
from ctocalc.lesion.lesion import Lesion, Stump, View
from ctocalc.quantity import Measured
from ctocalc.scores.registry import system
from ctocalc.scores.system import MODIFIED, TOTAL_OCCLUSION, Basis, Score
from ctocalc.scores.words import span
from ctocalc.study.result import CaseResult, VesselResult

BASES = (Basis.CORRECTED, Basis.APPARENT)
# Whose items are told here; those of every score stand in scores.tsv.
ITEMISED = tuple(system(name) for name in ("jcto_ct", "ct_rector", "kcct"))
ADAPTED = " (CT-adapted)"
TITLE, WIDTH = 45, 80
RESEARCH = "Research use; validated on phantoms only; recommends no treatment."


def summary(result: CaseResult) -> str:
    """Return the vessels with their lesions and scores, and what the result may be used for."""
    lines = [line for vessel in result.vessels for line in _vessel(vessel)]
    return "\n".join(part for line in [*lines, RESEARCH] for part in _fitted(line.rstrip()))


def _fitted(line: str) -> list[str]:
    """Return a line as lines of a plain terminal; what goes on is indented."""
    room = " " * (len(line) - len(line.lstrip()) + 4)
    return wrap(line, WIDTH, subsequent_indent=room, break_long_words=False,
                break_on_hyphens=False) or [""]  # fmt: skip


def _vessel(vessel: VesselResult) -> Iterator[str]:
    if vessel.status != "ok":
        yield f"{vessel.vessel}: refused ({vessel.code})"
        return
    calcium = vessel.calcium
    burden = f"; calcium {told(calcium.volume_mm3)}, {told(calcium.mass_mg)}" if calcium else ""
    if calcium and calcium.agatston.value is not None:
        burden += f", Agatston score {told(calcium.agatston)}"
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
    yield f"  calcium fraction  {_most(lesion.max_calcium_fraction, 'of the section ')}"
    yield f"  calcium arc       {_most(lesion.max_calcium_arc_deg)}"
    yield f"  bend              {told(lesion.bend_deg)}"
    yield f"  stumps            {_stump(lesion.proximal_stump)} proximal, " \
          f"{_stump(lesion.distal_stump)} distal"  # fmt: skip
    best = lesion.optimal_view
    if best.single.lao_rao_deg is None:
        yield f"  best view         {told(best.single.foreshortening)}"
        return
    yield f"  best view         {_view(best.single)} (foreshortening; geometry only)"
    if best.biplane_apart_deg is not None:
        yield f"  biplane           {_view(best.biplane_first)}; {_view(best.biplane_second)}"


def _most(measured: Measured, of: str = "") -> str:
    """Return a maximum; of a part of the lesion where the rest cannot be told."""
    if measured.value is None:
        return told(measured)
    return f"{told(measured)} {of}{'at most' if measured.high is not None else 'where told'}"


def _view(view: View) -> str:
    """Return a view's angles in degrees, and how much of the lesion's length it hides."""
    turn, tilt = view.lao_rao_deg or 0.0, view.cran_caud_deg or 0.0
    side, end = "RAO" if turn < 0 else "LAO", "CAU" if tilt < 0 else "CRA"
    hidden = 100.0 * (view.foreshortening.value or 0.0)
    return f"{side} {abs(turn):.0f} {end} {abs(tilt):.0f}, {hidden:.1f} %"


def _scores(vessel: VesselResult, lesion: int) -> Iterator[str]:
    """Yield every total on both bases, what holds for all, and the items of some."""
    by_title: dict[str, dict[Basis, Score]] = {}
    for one in vessel.scores:
        if one.lesion == lesion:
            by_title.setdefault(one.score.title, {})[one.score.basis] = one.score
    if not by_title:
        return
    yield from _totals(by_title)
    for note in _notes(score for scores in by_title.values() for score in scores.values()):
        yield f"  {note}"
    for scores in by_title.values():
        score = scores.get(Basis.CORRECTED)
        if score and score.system in ITEMISED:
            yield ""
            yield from score_items(score)
    yield from (f"  {line}" for line in LEGEND)


def _totals(by_title: dict[str, dict[Basis, Score]]) -> Iterator[str]:
    rows = [("score", *(basis.value for basis in BASES), "of")]
    rows += [_row(title, scores) for title, scores in by_title.items()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        yield "  ".join([*cells, row[3]]).rstrip()


def _row(title: str, scores: dict[Basis, Score]) -> tuple[str, str, str, str]:
    corrected, apparent = (_points(scores[basis]) if basis in scores else "" for basis in BASES)
    adapted = title.removesuffix(ADAPTED)
    name = shorten(adapted, TITLE, placeholder=" ...)") + ("*" if adapted != title else "")
    score = next(iter(scores.values()))
    most = "" if score.points_low is None else f"{score.system.most_points:g}"
    return name, corrected, apparent, most


def _points(score: Score) -> str:
    return span(score.points, score.points_low, score.points_high)


def _notes(scores: Iterable[Score]) -> Iterator[str]:
    """Yield what holds for all scores of a lesion, once; what holds for one, with its name."""
    said: dict[str, list[str]] = {}
    for score in scores:
        for note in score.notes:
            said.setdefault(note, []).append(score.title.removesuffix(ADAPTED))
        if score.group:
            said.setdefault(f"group: {score.group}", []).append(
                f"{score.title.removesuffix(ADAPTED)}, {score.basis.value}"
            )
    for note, titles in said.items():
        if note == MODIFIED:
            yield f"{Basis.CORRECTED}: {note}"
        elif note.startswith(TOTAL_OCCLUSION):
            yield note
        else:
            yield f"{'; '.join(dict.fromkeys(titles))}: {note}"
    yield "*: made for angiography, here filled from CT"


def _stump(stump: Stump) -> str:
    call = "not seen" if stump.call is None else stump.call.value
    return f"{call} (borderline)" if stump.borderline else call
