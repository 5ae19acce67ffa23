"""The bridge: a lesion and the clinical facts, as the facts that scores ask for."""

from collections.abc import Mapping
from dataclasses import replace

from ctocalc.lesion.lesion import Lesion, Presence, Stump, StumpCall
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import Answer, Fact, Facts, Source
from ctocalc.scores.grades import GRADES
from ctocalc.scores.system import Basis
from ctocalc.study.calls import NO_CALLS, Call, said
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.vessel.segments import belongs_to

NO_NODULES = "nodules are not told from other calcium"
WHOSE = "the vessel's name does not tell which artery it belongs to"


def facts_of(
    lesion: Lesion,
    vessel: str,
    clinical: ClinicalFacts,
    *,
    basis: Basis,
    caps: Source = Source.IMAGE,
    calls: Mapping[str, Call] = NO_CALLS,
) -> Facts:
    """Return everything a score may ask of one occluded lesion.

    On the apparent basis only the calcium fraction is exchanged; arcs and full moon stay corrected.
    ``caps``: who said where the occlusions begin and end, and so how long and how many they are.
    ``calls`` of a reader go before the image.
    """
    return Facts(
        answers=_shape(lesion)
        | _extent(lesion, caps)
        | _calcium(lesion, basis)
        | given_facts(vessel, clinical)
        | said(calls)
    )


def given_facts(vessel: str, clinical: ClinicalFacts) -> dict[str, Fact]:
    """Return the facts that no image tells: the vessel's own and the clinical ones."""
    return _vessel(vessel) | _clinical(clinical)


def _shape(lesion: Lesion) -> dict[str, Fact]:
    return {
        "blunt_stump": _stump(lesion.proximal_stump),
        "blunt_stump_exit": _stump(lesion.distal_stump),
        "bend_deg": _number(lesion.bend_deg),
        "side_branch": _presence(lesion.proximal_side_branch),
        "largest_bend_proximal_deg": _number(lesion.largest_bend_proximal_deg),
        "second_bend_proximal_deg": _number(lesion.second_bend_proximal_deg),
        "largest_bend_vessel_deg": _number(lesion.largest_bend_vessel_deg),
        "second_bend_vessel_deg": _number(lesion.second_bend_vessel_deg),
        "distal_landing_diseased": _presence(lesion.distal_landing.diseased),
        "ostial": _presence(lesion.ostial),
        "vessel_diameter_mm": _number(lesion.wall_diameter_at_calcium_mm),
    }


def _extent(lesion: Lesion, caps: Source) -> dict[str, Fact]:
    return {
        "length_mm": replace(_number(lesion.length_mm), source=caps),
        "multiple_occlusions": replace(_presence(lesion.multiple_occlusions), source=caps),
    }


def _calcium(lesion: Lesion, basis: Basis) -> dict[str, Fact]:
    apparent = basis is Basis.APPARENT
    amount = lesion.max_calcium_fraction_apparent if apparent else lesion.max_calcium_fraction
    return {
        "calcification_any": _presence(lesion.calcification),
        "calcium_fraction": _number(amount),
        "full_moon": _presence(lesion.full_moon),
        "arc_where_half_calcified_deg": _number(lesion.max_arc_where_half_calcified_deg),
        "calcium_arc_deg": _number(lesion.max_calcium_arc_largest_deg),
        "calcium_share_of_length": _number(lesion.calcium_share_of_length),
        "largest_arc_deg": _number(lesion.max_calcium_arc_largest_deg),
        "calcium_thickness_mm": _number(lesion.max_calcium_thickness_mm),
        "calcium_longest_mm": _number(lesion.calcium_longest_mm),
        "stretch_over_270_mm": _number(lesion.longest_arc_over_270_mm),
        "calcified_nodule": Fact(source=Source.IMAGE, reason=NO_NODULES),
    }


def _vessel(vessel: str) -> dict[str, Fact]:
    """Return what the line's name says: the label was given, the image does not tell it."""
    return {
        "circumflex": _named(belongs_to(vessel, "LCX")),
        "right_coronary": _named(belongs_to(vessel, "RCA")),
        "non_lad": _named(_negated(belongs_to(vessel, "LAD"))),
    }


def _negated(answer: bool | None) -> bool | None:
    return None if answer is None else not answer


def _named(answer: bool | None) -> Fact:
    if answer is None:
        return Fact(reason=WHOSE)
    return Fact(answer=Answer.YES if answer else Answer.NO, source=Source.GIVEN)


def _clinical(clinical: ClinicalFacts) -> dict[str, Fact]:
    words = {
        "sex": clinical.sex,
        "tortuosity": clinical.tortuosity,
        "calcification_grade": clinical.calcification_grade,
    }
    return {
        "prior_attempt": _given(clinical.prior_attempt),
        "duration_months": _duration(clinical),
        "graft_on_vessel": _given(clinical.graft_on_vessel),
        "prior_cabg": _given(clinical.prior_cabg),
        "prior_mi": _given(clinical.prior_mi),
        "interventional_collaterals": _given(clinical.collaterals),
        "cap_ambiguity": _given(clinical.cap_ambiguity),
        "age_years": _amount(clinical.age_years, Unit.YEAR),
        "lvef_percent": _amount(clinical.lvef_percent, Unit.PERCENT),
        "rentrop": _amount(clinical.rentrop, Unit.SCORE),
        # Strategies that a form may look at; no analysis knows them.
        "adr": Fact(),
        "retrograde": Fact(),
    } | {
        name: _given(answer)
        for question, word in words.items()
        for name, answer in _graded(question, word).items()
    }


def _graded(question: str, word: str | None) -> Mapping[str, Answer]:
    """Return the answers that a reader's word gives, missing ones where no word was given."""
    words = GRADES[question]
    return words[word] if word else dict.fromkeys(next(iter(words.values())), Answer.MISSING)


def _number(measured: Measured) -> Fact:
    return Fact(measured=measured, source=Source.IMAGE, reason=measured.reason)


def _presence(found: Presence) -> Fact:
    if found.present is None:
        return Fact(source=Source.IMAGE, reason=found.reason)
    return Fact(
        answer=Answer.YES if found.present else Answer.NO,
        quoted=found.value,
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
        quoted=stump.taper_mm,
        borderline=stump.borderline,
        source=Source.IMAGE,
        reason=stump.reason,
    )


def _given(answer: Answer) -> Fact:
    return Fact() if answer is Answer.MISSING else Fact(answer=answer, source=Source.GIVEN)


def _amount(value: float | None, unit: Unit) -> Fact:
    if value is None:
        return Fact()
    exact = float(value)
    return Fact(
        measured=Measured(value=exact, unit=unit, low=exact, high=exact), source=Source.GIVEN
    )


def _duration(clinical: ClinicalFacts) -> Fact:
    if clinical.duration_months == "unknown":
        return Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)
    return _amount(clinical.duration_months, Unit.MONTH)
