"""CT analogues of intravascular calcium criteria: which are met, and never a total.

They were made for a lumen with a wire in it; in an occlusion they are facts about the calcium.
"""

from ctocalc.scores.criterion import Criterion
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import CT_ANALOGUE, ScoringSystem

OCT = Paper(citation="Fujino 2018, EuroIntervention 13:e2182", evidence=Evidence.PRIMARY)
IVUS = Paper(citation="Zhang 2021, Circ Cardiovasc Interv 14:e010296", evidence=Evidence.SECONDARY)


def _analogue(
    name: str, edition: str, title: str, paper: Paper, *criteria: Criterion
) -> ScoringSystem:
    return ScoringSystem(
        name=name, edition=edition, title=title, modality=CT_ANALOGUE, endpoint="stent expansion",
        citation=paper.citation, criteria=criteria, groups=(),
        filled_from_image=tuple(criterion.item for criterion in criteria),
        calcium_area_item=False, adds_up=False,
        departures=("Made for a lumen with a wire in it: the criteria are facts, no total.",),
    )  # fmt: skip


FUJINO_2018 = _analogue(
    "oct_calcium", "fujino_2018", "CT analogue of the OCT calcium criteria (Fujino 2018)", OCT,
    OCT.item("arc", "Calcium arc", (2, OCT.compares("largest_arc_deg", ">", 180))),
    OCT.item("thickness", "Thickness", (1, OCT.compares("calcium_thickness_mm", ">", 0.5))),
    OCT.item("calcium_length", "Length", (1, OCT.compares("calcium_longest_mm", ">", 5))),
)  # fmt: skip
ZHANG_2021 = _analogue(
    "ivus_calcium", "zhang_2021", "CT analogue of the IVUS calcium criteria (Zhang 2021)", IVUS,
    IVUS.item(
        "long_arc", "Calcium arc > 270 deg over a length",
        (1, IVUS.compares("stretch_over_270_mm", ">=", 5)),
    ),
    IVUS.item("full_circle", "Full circle", (1, IVUS.compares("largest_arc_deg", ">=", 360))),
    IVUS.item("nodule", "Calcified nodule", (1, IVUS.asks("calcified_nodule"))),
    IVUS.item("small_vessel", "Vessel", (1, IVUS.compares("vessel_diameter_mm", "<", 3.5))),
)  # fmt: skip
