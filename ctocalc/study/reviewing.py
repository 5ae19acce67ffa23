"""Apply a reader's review: the official result follows it, the automatic one stays beside."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ctocalc.errors import Code, Notice
from ctocalc.lesion.lesion import Lesion
from ctocalc.scores.facts import Answer
from ctocalc.study.calls import QUESTIONS
from ctocalc.study.clinical import ClinicalFacts, ClinicalSheet
from ctocalc.study.questions import BY_NAME
from ctocalc.study.result import CaseResult, LesionScore, VesselResult
from ctocalc.study.review import (
    OCCLUSIONS,
    AutomaticScore,
    AutomaticVessel,
    Caps,
    Edit,
    Review,
    Reviewed,
    Word,
    refused,
)
from ctocalc.study.settings import Request

NEAR_MM = 1.0


def reviewed(
    automatic: CaseResult,
    review: Review,
    *,
    digest: str,
    request: Request,
    again: Callable[[Request], CaseResult],
) -> CaseResult:
    """Return the result as a reader leaves it.

    Parameters
    ----------
    automatic
        The result of ``request`` without the review; ``digest`` is the SHA-256 of its JSON text.
    again
        Measures the same scan and lines for another request.

    Raises
    ------
    SettingsRefused
        When the review is of another case, or its lesions are not those of this result.
    """
    same = review.result_digest == digest
    edits = tuple(replace(edit, automatic=automatic_of(edit, automatic)) for edit in review.edits)
    _check(review, edits, automatic, same=same)
    result = again(asked(request, review))
    _check_places(review, result)
    return replace(
        result,
        vessels=tuple(
            replace(v, edits=tuple(e for e in edits if e.vessel in {None, v.vessel}))
            for v in result.vessels
        ),
        quality=(*result.quality, *_notices(review, same=same)),
        review=Reviewed(
            review=replace(review, edits=edits), same_result=same,
            automatic=tuple(_automatic(v) for v in automatic.vessels if v.status == "ok"),
        ),
    )  # fmt: skip


def asked(request: Request, review: Review) -> Request:
    """Return the request that the reader's answers make of an automatic one."""
    caps: dict[str, Any] = {}
    calls: dict[str, dict[int, dict[str, Any]]] = {}
    sheet = request.clinical
    for edit in review.edits:
        if edit.item == OCCLUSIONS:
            caps[str(edit.vessel)] = edit.reader
        elif edit.lesion is not None:
            of_vessel = calls.setdefault(str(edit.vessel), {})
            of_vessel.setdefault(edit.lesion.number, {})[edit.item] = edit.reader
        else:
            sheet = _with_fact(sheet, edit)
    return replace(request, caps_mm=request.caps_mm | caps, calls=calls, clinical=sheet)


def _with_fact(sheet: ClinicalSheet, edit: Edit) -> ClinicalSheet:
    fact = BY_NAME[edit.item]
    change: dict[str, Any] = {fact.field: fact.read(str(edit.reader).removesuffix(".0"))}
    own = sheet.by_vessel
    if edit.vessel is not None:
        changed = replace(sheet.of(edit.vessel), **change)
        return replace(sheet, by_vessel=own | {edit.vessel: changed})
    return ClinicalSheet(
        patient=replace(sheet.patient, **change),
        by_vessel={vessel: replace(facts, **change) for vessel, facts in own.items()},
    )


def automatic_of(edit: Edit, automatic: CaseResult) -> Word:
    """Return what the automatic result says where an edit does; None: it cannot tell."""
    measured = [v for v in automatic.vessels if v.status == "ok"]
    mine = [v for v in measured if edit.vessel in {None, v.vessel}]
    if not mine:
        known = ", ".join(v.vessel for v in measured)
        raise refused(f"is about a vessel that was not measured here; there are {known}")
    if edit.item == OCCLUSIONS:
        return occlusions_of(mine[0])
    if edit.lesion is None:
        return _given(getattr(mine[0].clinical or ClinicalFacts(), BY_NAME[edit.item].field))
    start, end = edit.lesion.start_mm, edit.lesion.end_mm
    there = [
        one for one in mine[0].lesions
        if one.occluded and one.start_mm < end and one.end_mm > start
    ]  # fmt: skip
    return QUESTIONS[edit.item].automatic(there[0]) if len(there) == 1 else None


def _given(value: Any) -> Word:
    if value is Answer.MISSING or value is None:
        return None
    return str(value) if isinstance(value, str) else float(value)


def occlusions_of(vessel: VesselResult) -> Caps:
    """Return entry and exit of every total occlusion of a vessel."""
    return tuple(
        (part.start_mm, part.end_mm)
        for lesion in vessel.lesions
        if lesion.occluded
        for part in lesion.occlusions
    )


def _check(review: Review, edits: tuple[Edit, ...], automatic: CaseResult, *, same: bool) -> None:
    if review.case_id != automatic.case_id:
        raise refused("is of another case; give it to the case that its page was of")
    for told, found in zip(review.edits, edits, strict=True):
        if told.item == OCCLUSIONS:
            length = next(v.length_mm for v in automatic.vessels if v.vessel == told.vessel)
            _check_ends(told, length or 0.0)
        if review.blind:
            continue
        if same and told.automatic != found.automatic:
            raise refused("was altered: an automatic value is not the one of its result")
        if told.item == OCCLUSIONS and not _alike(told.automatic, found.automatic):
            raise refused(
                "was made on another result, whose occlusions lie elsewhere; review this one"
            )


def _check_ends(edit: Edit, length_mm: float) -> None:
    ends = [end for _, end in edit.reader] if isinstance(edit.reader, tuple) else []
    if any(end > length_mm + NEAR_MM for end in ends):
        raise refused(
            f"sets an exit beyond the end of {edit.vessel}, which is {length_mm:.1f} mm long"
        )


def _alike(told: Word, found: Word) -> bool:
    if not isinstance(told, tuple) or not isinstance(found, tuple):
        return told == found
    return len(told) == len(found) and all(
        abs(a - b) <= NEAR_MM for x, y in zip(told, found, strict=True)
        for a, b in zip(x, y, strict=True)
    )  # fmt: skip


def _check_places(review: Review, result: CaseResult) -> None:
    lesions: dict[tuple[str, int], Lesion] = {
        (v.vessel, lesion.lesion): lesion for v in result.vessels for lesion in v.lesions
    }
    for edit in review.edits:
        if edit.lesion is None:
            continue
        lesion = lesions.get((str(edit.vessel), edit.lesion.number))
        told = ((edit.lesion.start_mm, edit.lesion.end_mm),)
        if lesion is None or not _alike(told, ((lesion.start_mm, lesion.end_mm),)):
            raise refused(
                f"calls lesion {edit.lesion.number} of {edit.vessel}, which does not lie there in "
                "this result; review this result"
            )


def _notices(review: Review, *, same: bool) -> tuple[Notice, ...]:
    count = len(review.edits)
    notices = [
        Notice(
            code=Code.READER_REVIEW,
            severity="info" if review.status == "final" else "warning",
            message=f"{count} {'answer is' if count == 1 else 'answers are'} a reader's "
            f"({review.status} review); the automatic results are kept in result.json.",
        )
    ]
    if not same:
        notices.append(Notice(
            code=Code.REVIEW_OTHER_RESULT,
            message="The review was made on another result (of another version, other settings or "
            "options), in which its lesions lie where they lie here. Look at it again.",
        ))  # fmt: skip
    return tuple(notices)


def _automatic(vessel: VesselResult) -> AutomaticVessel:
    return AutomaticVessel(
        vessel=vessel.vessel,
        occlusions=occlusions_of(vessel),
        clinical=vessel.clinical or ClinicalFacts(),
        facts=vessel.facts,
        scores=tuple(map(_total, vessel.scores)),
    )


def _total(scored: LesionScore) -> AutomaticScore:
    score = scored.score
    return AutomaticScore(
        lesion=scored.lesion, system=score.system.name, edition=score.system.edition,
        basis=score.basis.value, points=score.points, points_low=score.points_low,
        points_high=score.points_high, group=score.group,
    )  # fmt: skip
