"""What a result keeps for and of a reader's review, as plain values: facts, edits, totals."""

from dataclasses import fields
from typing import Any

from ctocalc.scores.facts import Answer
from ctocalc.scores.record import facts_json
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.questions import FACTS
from ctocalc.study.review import AutomaticScore, AutomaticVessel, Edit, LesionFacts, Reviewed

Json = dict[str, Any]
BY_BASIS = "calcium_fraction"


def facts_record(known: LesionFacts) -> Json:
    """Return the facts of a lesion; only the calcium fraction differs by basis."""
    return {
        "lesion": known.lesion,
        "start_mm": known.start_mm,
        "end_mm": known.end_mm,
        "calls": dict(known.calls),
        "facts": facts_json(known.corrected.answers),
        "apparent": facts_json({BY_BASIS: known.apparent[BY_BASIS]}),
    }


def clinical_record(clinical: ClinicalFacts) -> Json:
    """Return every clinical fact by the name of its option; null: not given."""
    return {fact.name: _given(getattr(clinical, fact.field)) for fact in FACTS}


def _given(value: Any) -> str | float | None:
    return None if value is Answer.MISSING else value


def reviewed_record(reviewed: Reviewed) -> Json:
    """Return who changed what, when, and the automatic answers beside it."""
    review = reviewed.review
    return {
        "reader": review.reader,
        "when": review.when,
        "version": review.version,
        "status": review.status,
        "blind": review.blind,
        "comment": review.comment,
        "result_digest": review.result_digest,
        "same_result": reviewed.same_result,
        "edits": [edit_record(edit) for edit in review.edits],
        "automatic": [_automatic(vessel) for vessel in reviewed.automatic],
    }


def edit_record(edit: Edit) -> Json:
    """Return one edit, as a review file holds it."""
    place = edit.lesion
    return {
        "vessel": edit.vessel,
        "lesion": place and {
            "number": place.number, "start_mm": place.start_mm, "end_mm": place.end_mm,
        },
        "item": edit.item,
        "automatic": _word(edit.automatic),
        "reader": _word(edit.reader),
    }  # fmt: skip


def _word(word: Any) -> Any:
    return [list(pair) for pair in word] if isinstance(word, tuple) else word


def _automatic(vessel: AutomaticVessel) -> Json:
    return {
        "vessel": vessel.vessel,
        "occlusions": _word(vessel.occlusions),
        "clinical": clinical_record(vessel.clinical),
        "facts": [facts_record(known) for known in vessel.facts],
        "scores": [_score(score) for score in vessel.scores],
    }


def _score(score: AutomaticScore) -> Json:
    return {field.name: getattr(score, field.name) for field in fields(score)}
