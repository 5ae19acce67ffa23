"""Cues to how likely an apparent occlusion on CT is a total one; cues, never a verdict."""

from dataclasses import dataclass

from ctocalc.lesion.crossing import reaches
from ctocalc.lesion.lesion import Lesion, Presence

CUTS_MM = (5.5, 9.0, 15.0)
ATTENUATION = "how the attenuation runs along the distal vessel is not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class LikelihoodCues:
    """Published cues (P): the longer, the likelier; so is attenuation that rises distally.

    CT and angiography agree in only 56 % of apparent occlusions.  ``attenuation_rises_distally``
    is always null, with the reason.
    """

    length_5_5_mm: Presence
    length_9_mm: Presence
    length_15_mm: Presence
    attenuation_rises_distally: Presence


def likelihood_cues(lesion: Lesion) -> LikelihoodCues:
    """Hold a lesion's length against the published cut-offs; from them on counts as reached."""
    shortest, middle, longest = (reaches(lesion.length_mm, cut) for cut in CUTS_MM)
    return LikelihoodCues(
        length_5_5_mm=shortest,
        length_9_mm=middle,
        length_15_mm=longest,
        attenuation_rises_distally=Presence(present=None, reason=ATTENUATION),
    )
