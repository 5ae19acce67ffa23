"""B-CTO, the Busan score."""

from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

PAPER = Paper(citation="Busan CTO score, Figshare 4626157", evidence=Evidence.PRIMARY)

BUSAN_2017 = ScoringSystem(
    name="bcto",
    edition="busan_2017",
    title="B-CTO (Busan)",
    modality=ANGIOGRAPHY,
    endpoint="opening of the CTO",
    citation=PAPER.citation,
    criteria=(
        PAPER.item(
            "age", "Age: 60-74 years 1, from 75 years 2",
            (2, PAPER.compares("age_years", ">=", 75)),
            (1, PAPER.compares("age_years", ">=", 60)),
        ),
        PAPER.item("length", "Lesion length", (1, PAPER.compares("length_mm", ">=", 20))),
        PAPER.item("female", "Female", (2, PAPER.asks("female"))),
        PAPER.item("right_coronary", "Right coronary artery", (2, PAPER.asks("right_coronary"))),
        PAPER.item("blunt_stump", "Blunt stump", (2, PAPER.asks("blunt_stump"))),
        PAPER.item("bending", "Bending", (2, PAPER.compares("bend_deg", ">", 45))),
    ),
    groups=(
        Group(lower=0, name="easy", rate=0.953, evidence=Evidence.PRIMARY),
        Group(lower=2, name="intermediate", rate=0.865, evidence=Evidence.PRIMARY),
        Group(lower=4, name="difficult", rate=0.791, evidence=Evidence.PRIMARY),
        Group(lower=6, name="very difficult", rate=0.652, evidence=Evidence.PRIMARY),
    ),
    filled_from_image=(),
    calcium_area_item=False,
)  # fmt: skip
