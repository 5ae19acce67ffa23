"""ORA: ostial location, Rentrop grade, age."""

from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

PAPER = Paper(citation="Galassi 2016, JACC Cardiovasc Interv", evidence=Evidence.SECONDARY)

GALASSI_2016 = ScoringSystem(
    name="ora",
    edition="galassi_2016",
    title="ORA (Galassi 2016)",
    modality=ANGIOGRAPHY,
    endpoint="technical failure",
    citation=PAPER.citation,
    criteria=(
        PAPER.item("ostial", "Ostial location", (1, PAPER.asks("ostial"))),
        PAPER.item("rentrop", "Poor collateral filling", (2, PAPER.compares("rentrop", "<", 2))),
        PAPER.item("age", "Age", (1, PAPER.compares("age_years", ">=", 75))),
    ),
    groups=tuple(
        Group(lower=lower, name=name, evidence=Evidence.UNCONFIRMED)
        for lower, name in enumerate(("easy", "intermediate", "difficult", "very difficult"))
    ),
    filled_from_image=(),
    calcium_area_item=False,
)  # fmt: skip
