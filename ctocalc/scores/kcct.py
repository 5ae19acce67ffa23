"""KCCT, the Korean CT score."""

from ctocalc.scores.jcto import CROSSING
from ctocalc.scores.logic import Every, FirstGiven
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import CT, Group, ScoringSystem

YU = Paper(citation="Yu 2017, Circ Cardiovasc Imaging 10:e005800", evidence=Evidence.PRIMARY)
REVIEW, UNCONFIRMED = Evidence.REVIEW, Evidence.UNCONFIRMED

FULL_MOON = FirstGiven((
    YU.asks("full_moon", "central calcium, full moon", grade=REVIEW),
    YU.compares(
        "calcium_fraction", ">=", 0.95, "where full moon itself was not answered",
        grade=UNCONFIRMED,
    ),
))  # fmt: skip
PERIPHERAL = FirstGiven((
    YU.compares(
        "arc_where_half_calcified_deg", ">=", 180,
        "single arc of a section that is at least half calcified", grade=REVIEW,
    ),
    Every((
        YU.compares("calcium_arc_deg", ">=", 180, "single arc", grade=REVIEW),
        YU.compares("calcium_fraction", ">=", 0.5, "same section", grade=REVIEW),
    )),
))  # fmt: skip

YU_2017 = ScoringSystem(
    name="kcct",
    edition="yu_2017",
    title="KCCT (Yu 2017)",
    modality=CT,
    endpoint=CROSSING,
    citation=YU.citation,
    criteria=(
        YU.item("blunt_stump", "Proximal blunt entry", (1, YU.asks("blunt_stump"))),
        YU.item(
            "side_branch", "Proximal side branch",
            (1, YU.asks(
                "side_branch", "the distance is stated nowhere: 3 mm by default",
                grade=UNCONFIRMED,
            )),
            note="the distance from the entry is a setting, recorded with the result; "
            "5 mm is in use too",
        ),
        YU.item("bending", "Bending", (1, YU.compares("bend_deg", ">", 45, grade=UNCONFIRMED))),
        YU.item("length", "Occlusion length", (1, YU.compares("length_mm", ">=", 15))),
        YU.item(
            "calcification", "Calcification: peripheral 1, central (full moon) 2",
            (2, FULL_MOON), (1, PERIPHERAL), grade=REVIEW, note="exclusive",
        ),
        YU.item("prior_attempt", "Re-attempt", (1, YU.asks("prior_attempt"))),
        YU.item(
            "duration", "Duration of 12 months or more, or unknown",
            (1, YU.compares(
                "duration_months", ">=", 12, "the answer 'unknown' is a point; no answer is not",
                unknown_counts=True,
            )),
        ),
    ),
    groups=(
        Group(lower=0, name="0", rate=1.00, evidence=Evidence.SECONDARY),
        Group(lower=1, name="1-2", rate=0.84, evidence=Evidence.SECONDARY),
        Group(lower=3, name="3", rate=0.51, evidence=Evidence.SECONDARY),
        Group(lower=4, name=">= 4", rate=0.30, evidence=Evidence.SECONDARY),
    ),
    filled_from_image=("blunt_stump", "side_branch", "bending", "length", "calcification"),
    calcium_area_item=True,
)  # fmt: skip
