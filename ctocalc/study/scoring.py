"""Every score of every occluded lesion of a vessel."""

from collections.abc import Mapping
from types import MappingProxyType

from ctocalc.lesion.lesion import Lesion
from ctocalc.scores.facts import Source
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis, ScoringSystem, evaluate, not_scored
from ctocalc.study.calls import QUESTIONS, Call
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.findings import facts_of
from ctocalc.study.result import LesionScore
from ctocalc.study.review import LesionFacts

NO_CALLS: Mapping[int, Mapping[str, Call]] = MappingProxyType({})
NO_OCCLUSION = "no total occlusion of contrast was found in this vessel"
NO_OCCLUSION_READ = "a reader sees no total occlusion in this vessel"
SUBTOTAL = "a channel is seen: a subtotal is no total occlusion"


def lesion_facts(
    lesions: tuple[Lesion, ...],
    clinical: ClinicalFacts,
    *,
    vessel: str = "",
    caps: Source = Source.IMAGE,
    calls: Mapping[int, Mapping[str, Call]] = NO_CALLS,
) -> tuple[LesionFacts, ...]:
    """Return what is known about each occluded lesion of a vessel.

    ``vessel`` is its name, which tells the artery; an empty one tells none.  ``caps``: who said
    where the occlusions are; ``calls``: what a reader said of a lesion, by its number.
    """
    return tuple(
        LesionFacts(
            lesion=lesion.lesion,
            start_mm=lesion.start_mm,
            end_mm=lesion.end_mm,
            calls={name: question.automatic(lesion) for name, question in QUESTIONS.items()},
            **{
                basis.value: facts_of(
                    lesion, vessel, clinical, basis=basis, caps=caps,
                    calls=calls.get(lesion.lesion, {}),
                )
                for basis in Basis
            },
        )
        for lesion in lesions
        if lesion.occluded
    )  # fmt: skip


def score_lesions(
    lesions: tuple[Lesion, ...],
    known: tuple[LesionFacts, ...],
    *,
    not_measurable: str | None,
) -> tuple[LesionScore, ...]:
    """Score a vessel: one row per system and basis and occluded lesion, or one with the reason.

    ``not_measurable`` says why lumen and occlusion could not be told, or that a reader sees none.
    """
    if known:
        return tuple(
            LesionScore(
                lesion=each.lesion,
                score=evaluate(system, getattr(each, basis.value), basis=basis),
            )
            for each in known
            for system in SYSTEMS
            for basis in bases(system)
        )
    reason = not_measurable or (SUBTOTAL if lesions else NO_OCCLUSION)
    return tuple(
        LesionScore(lesion=None, score=not_scored(system, reason, basis=Basis.CORRECTED))
        for system in SYSTEMS
    )


def bases(system: ScoringSystem) -> tuple[Basis, ...]:
    """Return corrected first, and apparent beside it where a system asks for calcium area."""
    if system.calcium_area_item:
        return Basis.CORRECTED, Basis.APPARENT
    return (Basis.CORRECTED,)
