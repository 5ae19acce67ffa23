"""J-CTO, the angiographic original."""

from ctocalc.quantity import Unit
from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.logic import Check, Clause, FirstGiven
from ctocalc.scores.rules import Comparator, Evidence, Rule, yes
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

MORINO = "Morino 2011, JACC Cardiovasc Interv 4:213"
CROSSING = "wire crossing within 30 minutes"
IMAGE_ITEMS = ("blunt_stump", "calcification", "bending", "length")


def blunt(citation: str) -> Criterion:
    """Return the stump item as every J-CTO edition has it."""
    return Criterion(
        item="blunt_stump", title="Blunt proximal stump", evidence=Evidence.PRIMARY,
        levels=(Level(points=1, clause=Check(
            fact="blunt_stump", rule=yes(Evidence.PRIMARY, citation, "blunt, not tapered"),
        )),),
        note="a stump that cannot be seen because it lies flush with a branch or the ostium "
        "counts as blunt (U)",
    )  # fmt: skip


def bending(citation: str) -> Criterion:
    """Return the bending item as every J-CTO edition has it."""
    rule = Rule(
        comparator=Comparator.ABOVE, threshold=45.0, unit=Unit.DEG,
        evidence=Evidence.PRIMARY, citation=citation,
    )  # fmt: skip
    return Criterion(
        item="bending", title="Bending in the CTO segment", evidence=Evidence.PRIMARY,
        levels=(Level(points=1, clause=Check(fact="bend_deg", rule=rule)),),
    )  # fmt: skip


def length(rule: Rule, note: str = "") -> Criterion:
    """Return the length item; the comparator is the edition's own."""
    return Criterion(
        item="length", title="Occlusion length", evidence=rule.evidence,
        levels=(Level(points=1, clause=Check(fact="length_mm", rule=rule)),), note=note,
    )  # fmt: skip


def prior_attempt(citation: str) -> Criterion:
    """Return the item of the earlier failed attempt as every J-CTO edition has it."""
    return Criterion(
        item="prior_attempt", title="Previously failed PCI of this CTO",
        evidence=Evidence.PRIMARY,
        levels=(Level(points=1, clause=Check(
            fact="prior_attempt", rule=yes(Evidence.PRIMARY, citation),
        )),),
    )  # fmt: skip


def _any_calcium() -> Clause:
    seen = yes(Evidence.PRIMARY, MORINO, "any calcium; on CT a piece of at least 0.4 mg (U)")
    share = Rule(
        comparator=Comparator.ABOVE, threshold=0.0, unit=Unit.FRACTION,
        evidence=Evidence.REVIEW, citation=MORINO, note="any calcium, given as a fraction",
    )  # fmt: skip
    return FirstGiven((
        Check(fact="calcification_any", rule=seen), Check(fact="calcium_fraction", rule=share),
    ))  # fmt: skip


MORINO_2011 = ScoringSystem(
    name="jcto",
    edition="morino_2011",
    title="J-CTO (Morino 2011)",
    modality=ANGIOGRAPHY,
    endpoint=CROSSING,
    citation=MORINO,
    criteria=(
        blunt(MORINO),
        Criterion(
            item="calcification", title="Calcification in the CTO segment",
            evidence=Evidence.PRIMARY, levels=(Level(points=1, clause=_any_calcium()),),
        ),
        bending(MORINO),
        length(
            Rule(
                comparator=Comparator.AT_LEAST, threshold=20.0, unit=Unit.MM,
                evidence=Evidence.REVIEW, citation=MORINO,
            ),
            note="'> 20 mm' is a rival reading",
        ),
        prior_attempt(MORINO),
    ),
    groups=(
        Group(lower=0, name="easy", rate=0.88, evidence=Evidence.REVIEW),
        Group(lower=1, name="intermediate", rate=0.67, evidence=Evidence.REVIEW),
        Group(lower=2, name="difficult", rate=0.42, evidence=Evidence.REVIEW),
        Group(lower=3, name="very difficult", rate=0.10, evidence=Evidence.REVIEW),
    ),
    filled_from_image=IMAGE_ITEMS,
    calcium_area_item=False,
    departures=(
        "Filled from CT it is named CT-adapted and prints no rate: calcium that CT sees is "
        "often invisible on angiography, and lengths on CT and angiography differ.",
    ),
)  # fmt: skip
