"""PROGRESS-CTO complication scores: MACE, mortality, pericardiocentesis."""

from ctocalc.scores.criterion import Criterion
from ctocalc.scores.logic import Check
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, ScoringSystem

PAPER = Paper(citation="Simsek 2022, JACC Cardiovasc Interv 15:1413", evidence=Evidence.PRIMARY)
AGE = PAPER.item("age", "Age", (1, PAPER.compares("age_years", ">=", 65)))
CALCIFICATION = PAPER.item(
    "calcification", "Moderate or severe calcification", (1, PAPER.asks("calcification_moderate"))
)
ADR = PAPER.item("adr", "Antegrade dissection and re-entry", (1, PAPER.asks("adr")))


def _female(points: float) -> Criterion:
    return PAPER.item("female", "Female", (points, PAPER.asks("female")))


def _retrograde(points: float) -> Criterion:
    return PAPER.item("retrograde", "Retrograde approach", (points, PAPER.asks("retrograde")))


def _score(complication: str, *criteria: Criterion, excludes: Check | None = None) -> ScoringSystem:
    return ScoringSystem(
        name=f"progress_{complication.lower()}", edition="simsek_2022",
        title=f"PROGRESS-CTO {complication} (Simsek 2022)", modality=ANGIOGRAPHY,
        endpoint=f"in-hospital {complication}", citation=PAPER.citation,
        criteria=criteria, groups=(), filled_from_image=(), calcium_area_item=False,
        excludes=excludes,
        departures=(
            "How the occlusion is crossed is a choice, not a finding: where adr and retrograde "
            "are not given, the points of each strategy are named.",
        ),
    )  # fmt: skip


MACE = _score(
    "MACE", AGE, CALCIFICATION,
    PAPER.item("blunt_stump", "Blunt stump", (1, PAPER.asks("blunt_stump"))),
    ADR, _female(2), _retrograde(2),
)  # fmt: skip
MORTALITY = _score(
    "mortality", AGE,
    PAPER.item("lvef", "Poor ejection fraction", (1, PAPER.compares("lvef_percent", "<=", 45))),
    CALCIFICATION, ADR, _retrograde(1),
)  # fmt: skip
PERICARDIOCENTESIS = _score(
    "pericardiocentesis", AGE, _female(1), CALCIFICATION, ADR, _retrograde(2),
    excludes=PAPER.asks("prior_cabg", "made without patients who had bypass surgery"),
)  # fmt: skip
