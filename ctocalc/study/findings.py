"""The bridge: a lesion and the clinical facts, as the facts that scores ask for."""

from ctocalc.lesion.lesion import Lesion, Presence, Stump, StumpCall
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import Answer, Fact, Facts, Source
from ctocalc.scores.system import Basis
from ctocalc.study.clinical import ClinicalFacts

IN_STENT = "the occlusion lies in a stent, whose struts look like calcium"
CALCIUM_FACTS = (
    "calcification_any", "calcium_fraction", "full_moon", "arc_where_half_calcified_deg",
    "calcium_arc_deg",
)  # fmt: skip


def facts_of(lesion: Lesion, clinical: ClinicalFacts, *, basis: Basis) -> Facts:
    """Return everything a score may ask of one occluded lesion.

    On the apparent basis only the calcium fraction is exchanged; arcs and full moon stay corrected.
    In a stent no fact of calcium can be told.
    """
    in_stent = clinical.in_stent is Answer.YES
    untold = {name: Fact(source=Source.IMAGE, reason=IN_STENT) for name in CALCIUM_FACTS}
    apparent = basis is Basis.APPARENT
    amount = lesion.max_calcium_fraction_apparent if apparent else lesion.max_calcium_fraction
    return Facts(
        answers={
            "blunt_stump": _stump(lesion.proximal_stump),
            "blunt_stump_exit": _stump(lesion.distal_stump),
            "calcification_any": _presence(lesion.calcification),
            "calcium_fraction": _number(amount),
            "full_moon": _presence(lesion.full_moon),
            "arc_where_half_calcified_deg": _number(lesion.max_arc_where_half_calcified_deg),
            "calcium_arc_deg": _number(lesion.max_calcium_arc_largest_deg),
            "bend_deg": _number(lesion.bend_deg),
            "length_mm": _number(lesion.length_mm),
            "multiple_occlusions": _presence(lesion.multiple_occlusions),
            "side_branch": _presence(lesion.proximal_side_branch),
            "prior_attempt": _given(clinical.prior_attempt),
            "duration_months": _duration(clinical),
        }
        | (untold if in_stent else {})
    )


def _number(measured: Measured) -> Fact:
    return Fact(measured=measured, source=Source.IMAGE, reason=measured.reason)


def _presence(found: Presence) -> Fact:
    if found.present is None:
        return Fact(source=Source.IMAGE, reason=found.reason)
    return Fact(
        answer=Answer.YES if found.present else Answer.NO,
        borderline=found.borderline,
        source=Source.IMAGE,
        reason=found.reason,
    )


def _stump(stump: Stump) -> Fact:
    """Blunt, or none at all (flush at a branch), counts as blunt."""
    if stump.call is None:
        return Fact(source=Source.IMAGE, reason=stump.reason)
    return Fact(
        answer=Answer.NO if stump.call is StumpCall.TAPERED else Answer.YES,
        borderline=stump.borderline,
        source=Source.IMAGE,
        reason=stump.reason,
    )


def _given(answer: Answer) -> Fact:
    return Fact() if answer is Answer.MISSING else Fact(answer=answer, source=Source.GIVEN)


def _duration(clinical: ClinicalFacts) -> Fact:
    months = clinical.duration_months
    if months is None:
        return Fact()
    if months == "unknown":
        return Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)
    return Fact(
        measured=Measured(
            value=float(months), unit=Unit.MONTH, low=float(months), high=float(months)
        ),
        source=Source.GIVEN,
    )
