"""KCCT, the Korean CT score."""

from ctocalc.quantity import Unit
from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.jcto import CROSSING
from ctocalc.scores.logic import Check, Clause, Every, FirstGiven
from ctocalc.scores.rules import Comparator, Evidence, Rule, yes
from ctocalc.scores.system import CT, Group, ScoringSystem

YU = "Yu 2017, Circ Cardiovasc Imaging 10:e005800"


def _at_least(
    threshold: float, unit: Unit, evidence: Evidence = Evidence.REVIEW, note: str = ""
) -> Rule:
    return Rule(
        comparator=Comparator.AT_LEAST, threshold=threshold, unit=unit,
        evidence=evidence, citation=YU, note=note,
    )  # fmt: skip


def _item(item: str, title: str, clause: Clause, note: str = "") -> Criterion:
    return Criterion(
        item=item, title=title, evidence=Evidence.PRIMARY,
        levels=(Level(points=1, clause=clause),), note=note,
    )  # fmt: skip


FULL_MOON = FirstGiven((
    Check(fact="full_moon", rule=yes(Evidence.REVIEW, YU, "central calcium, full moon")),
    Check(fact="calcium_fraction", rule=_at_least(
        0.95, Unit.FRACTION, Evidence.UNCONFIRMED, "where full moon itself was not answered"
    )),
))  # fmt: skip
PERIPHERAL = FirstGiven((
    Check(fact="arc_where_half_calcified_deg", rule=_at_least(
        180.0, Unit.DEG, note="single arc of a section that is at least half calcified"
    )),
    Every((
        Check(fact="calcium_arc_deg", rule=_at_least(180.0, Unit.DEG, note="single arc")),
        Check(fact="calcium_fraction", rule=_at_least(0.50, Unit.FRACTION, note="same section")),
    )),
))  # fmt: skip
CALCIFICATION = Criterion(
    item="calcification", title="Calcification: peripheral 1, central (full moon) 2",
    evidence=Evidence.REVIEW,
    levels=(Level(points=2, clause=FULL_MOON), Level(points=1, clause=PERIPHERAL)),
    note="exclusive",
)  # fmt: skip

YU_2017 = ScoringSystem(
    name="kcct",
    edition="yu_2017",
    title="KCCT (Yu 2017)",
    modality=CT,
    endpoint=CROSSING,
    citation=YU,
    criteria=(
        _item(
            "blunt_stump", "Proximal blunt entry",
            Check(fact="blunt_stump", rule=yes(Evidence.PRIMARY, YU)),
        ),
        _item(
            "side_branch", "Proximal side branch",
            Check(fact="side_branch", rule=yes(
                Evidence.UNCONFIRMED, YU, "the distance is stated nowhere: 3 mm by default"
            )),
            note="the distance from the entry is a setting, recorded with the result; "
            "5 mm is in use too",
        ),
        _item(
            "bending", "Bending",
            Check(fact="bend_deg", rule=Rule(
                comparator=Comparator.ABOVE, threshold=45.0, unit=Unit.DEG,
                evidence=Evidence.UNCONFIRMED, citation=YU,
            )),
        ),
        _item(
            "length", "Occlusion length",
            Check(fact="length_mm", rule=_at_least(15.0, Unit.MM, Evidence.PRIMARY)),
        ),
        CALCIFICATION,
        _item(
            "prior_attempt", "Re-attempt",
            Check(fact="prior_attempt", rule=yes(Evidence.PRIMARY, YU)),
        ),
        _item(
            "duration", "Duration of 12 months or more, or unknown",
            Check(
                fact="duration_months", unknown_counts=True,
                rule=_at_least(
                    12.0, Unit.MONTH, Evidence.PRIMARY,
                    "the answer 'unknown' is a point; no answer is not",
                ),
            ),
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
