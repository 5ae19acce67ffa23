"""RECHARGE read on coronary CT."""

from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import CT, ScoringSystem

LI = Paper(citation="Li 2021, Korean J Radiol 22:697", evidence=Evidence.SECONDARY)

LI_2021 = ScoringSystem(
    name="recharge_ct",
    edition="li_2021",
    title="RECHARGE on CT (Li 2021)",
    modality=CT,
    endpoint="success of the intervention",
    citation=LI.citation,
    criteria=(
        LI.item("blunt_stump", "Blunt proximal cap", (1, LI.asks("blunt_stump"))),
        LI.item("length", "Occlusion length", (1, LI.compares("length_mm", ">=", 20))),
        LI.item(
            "calcification", "Calcified area of the vessel cross-section",
            (1, LI.compares("calcium_fraction", ">=", 0.5)),
        ),
        LI.item("bending", "Bending", (1, LI.compares("bend_deg", ">", 45))),
        LI.item(
            "distal_landing", "Diseased distal landing zone",
            (1, LI.asks("distal_landing_diseased")),
        ),
        LI.item(
            "graft_on_vessel", "Bypass graft on the CTO vessel", (1, LI.asks("graft_on_vessel"))
        ),
    ),
    groups=(),
    filled_from_image=("blunt_stump", "length", "calcification", "bending", "distal_landing"),
    calcium_area_item=True,
)  # fmt: skip
