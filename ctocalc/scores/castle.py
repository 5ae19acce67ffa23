"""EuroCTO CASTLE."""

from ctocalc.scores.logic import FirstGiven
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

PAPER = Paper(citation="Szijgyarto 2019, JACC Cardiovasc Interv 12:335", evidence=Evidence.PRIMARY)
EXTENT = FirstGiven((
    PAPER.asks("calcification_severe", "a reader's grade goes first"),
    PAPER.compares(
        "calcium_share_of_length", ">", 0.5, "of the CTO segment, read as a share of its length",
        grade=Evidence.UNCONFIRMED,
    ),
))  # fmt: skip

SZIJGYARTO_2019 = ScoringSystem(
    name="castle",
    edition="szijgyarto_2019",
    title="EuroCTO CASTLE (Szijgyarto 2019)",
    modality=ANGIOGRAPHY,
    endpoint="technical failure",
    citation=PAPER.citation,
    criteria=(
        PAPER.item("prior_cabg", "Coronary bypass in the past", (1, PAPER.asks("prior_cabg"))),
        PAPER.item("age", "Age", (1, PAPER.compares("age_years", ">=", 70))),
        PAPER.item(
            "blunt_stump", "Stump blunt or invisible", (1, PAPER.asks("blunt_stump")),
            note="a stump that the angiogram does not show counts as blunt",
        ),
        PAPER.item(
            "tortuosity", "Tortuosity severe or unseen", (1, PAPER.asks("tortuosity_grade_severe"))
        ),
        PAPER.item("length", "Occlusion length", (1, PAPER.compares("length_mm", ">=", 20))),
        PAPER.item("calcification", "Extent of calcification: severe", (1, EXTENT)),
    ),
    groups=(
        Group(lower=0, name="0-1", rate=0.08, evidence=Evidence.REVIEW),
        Group(lower=2, name="2-3", evidence=Evidence.REVIEW),
        Group(lower=4, name=">= 4", rate=0.35, evidence=Evidence.REVIEW),
    ),
    filled_from_image=("blunt_stump", "length", "calcification"),
    calcium_area_item=False,
    departures=("The rates are of technical failure, not of success.",),
)  # fmt: skip
