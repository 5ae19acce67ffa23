"""CL, the clinical and lesion-related score."""

from ctocalc.scores.paper import Paper
from ctocalc.scores.progress import TECHNICAL_SUCCESS
from ctocalc.scores.rules import Comparator, Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

# Of the items only severe calcification was found in a review; the others are recollected.
PAPER = Paper(
    citation="Alessandrino 2015, JACC Cardiovasc Interv 8:1540", evidence=Evidence.UNCONFIRMED
)

ALESSANDRINO_2015 = ScoringSystem(
    name="cl",
    edition="alessandrino_2015",
    title="CL score (Alessandrino 2015)",
    modality=ANGIOGRAPHY,
    endpoint=TECHNICAL_SUCCESS,
    citation=PAPER.citation,
    criteria=(
        PAPER.item(
            "calcification", "Severe calcification",
            (2, PAPER.asks("calcification_severe", grade=Evidence.REVIEW)), grade=Evidence.REVIEW,
        ),
        PAPER.item("prior_cabg", "Coronary bypass in the past", (1.5, PAPER.asks("prior_cabg"))),
        PAPER.item("length", "Occlusion length", (1.5, PAPER.compares("length_mm", ">=", 20))),
        PAPER.item("prior_mi", "Myocardial infarction in the past", (1, PAPER.asks("prior_mi"))),
        PAPER.item("non_lad", "Vessel other than the LAD", (1, PAPER.asks("non_lad"))),
        PAPER.item("blunt_stump", "Blunt stump", (1, PAPER.asks("blunt_stump"))),
    ),
    groups=(
        Group(lower=0, name="0-1", evidence=Evidence.REVIEW),
        Group(
            lower=1, comparator=Comparator.ABOVE, name="> 1 to < 3", evidence=Evidence.REVIEW
        ),
        Group(lower=3, name=">= 3 to < 5", evidence=Evidence.REVIEW),
        Group(lower=5, name=">= 5", evidence=Evidence.REVIEW),
    ),
    filled_from_image=(),
    calcium_area_item=False,
)  # fmt: skip
