"""W-CTO, the weighted angiographic score."""

from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Comparator, Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

PAPER = Paper(citation="Khanna 2018, AsiaIntervention 4:18 (PMC9706745)", evidence=Evidence.PRIMARY)

KHANNA_2018 = ScoringSystem(
    name="wcto",
    edition="khanna_2018",
    title="W-CTO (Khanna 2018)",
    modality=ANGIOGRAPHY,
    endpoint="antegrade wire crossing",
    citation=PAPER.citation,
    criteria=(
        PAPER.item("blunt_stump", "Blunt stump", (2, PAPER.asks("blunt_stump"))),
        PAPER.item("length", "Occlusion length", (1.5, PAPER.compares("length_mm", ">", 20))),
        PAPER.item("calcification", "Calcification", (1, PAPER.asks("calcification_seen"))),
        PAPER.item(
            "tortuosity", "Tortuosity",
            (1, PAPER.asks("tortuosity_seen", "where it begins is not stated: the reader's word",
                           grade=Evidence.UNCONFIRMED)),
        ),
        PAPER.item("rentrop", "Poor collateral filling", (1, PAPER.compares("rentrop", "<", 2))),
    ),
    groups=(
        Group(lower=0, name="low", rate=0.98, evidence=Evidence.PRIMARY),
        Group(
            lower=2, comparator=Comparator.ABOVE, name="intermediate", rate=0.742,
            evidence=Evidence.PRIMARY,
        ),
        Group(
            lower=4, comparator=Comparator.ABOVE, name="high", rate=0.425,
            evidence=Evidence.PRIMARY,
        ),
    ),
    filled_from_image=(),
    calcium_area_item=False,
    departures=("The rates are those of the derivation set.",),
)  # fmt: skip
