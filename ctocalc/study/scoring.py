"""Every score of every occluded lesion of a vessel."""

from ctocalc.lesion.lesion import Lesion
from ctocalc.scores.facts import Source
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis, ScoringSystem, evaluate, not_scored
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.findings import facts_of
from ctocalc.study.result import LesionScore

NO_OCCLUSION = "no total occlusion of contrast was found in this vessel"
SUBTOTAL = "a channel is seen: a subtotal is no total occlusion"


def score_lesions(
    lesions: tuple[Lesion, ...],
    clinical: ClinicalFacts,
    *,
    vessel: str = "",
    caps: Source = Source.IMAGE,
    not_measurable: str | None,
) -> tuple[LesionScore, ...]:
    """Score a vessel: one row per system and basis and occluded lesion, or one with the reason.

    ``vessel`` is its name, which tells the artery; an empty one tells none.  ``caps``: who said
    where the occlusions are.  ``not_measurable`` says why lumen and occlusion could not be told
    (no contrast).
    """
    occluded = [lesion for lesion in lesions if lesion.occluded]
    if occluded:
        return tuple(
            LesionScore(
                lesion=lesion.lesion,
                score=evaluate(
                    system,
                    facts_of(lesion, vessel, clinical, basis=basis, caps=caps),
                    basis=basis,
                ),
            )
            for lesion in occluded
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
