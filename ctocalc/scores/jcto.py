"""J-CTO, the angiographic original."""

from ctocalc.scores.criterion import Criterion
from ctocalc.scores.logic import Check, FirstGiven
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Group, ScoringSystem

MORINO = Paper(citation="Morino 2011, JACC Cardiovasc Interv 4:213", evidence=Evidence.PRIMARY)
CROSSING = "wire crossing within 30 minutes"
IMAGE_ITEMS = ("blunt_stump", "calcification", "bending", "length")
ANY_CALCIUM = FirstGiven((
    MORINO.asks("calcification_any", "any calcium; on CT a piece of at least 0.4 mg (U)"),
    MORINO.compares(
        "calcium_fraction", ">", 0, "any calcium, given as a fraction", grade=Evidence.REVIEW
    ),
))  # fmt: skip


def blunt(paper: Paper) -> Criterion:
    """Return the stump item as every J-CTO edition has it."""
    return paper.item(
        "blunt_stump", "Blunt proximal stump",
        (1, paper.asks("blunt_stump", "blunt, not tapered")),
        note="a stump that cannot be seen because it lies flush with a branch or the ostium "
        "counts as blunt (U)",
    )  # fmt: skip


def bending(paper: Paper) -> Criterion:
    """Return the bending item as every J-CTO edition has it."""
    return paper.item(
        "bending", "Bending in the CTO segment", (1, paper.compares("bend_deg", ">", 45))
    )


def length(paper: Paper, check: Check, note: str = "") -> Criterion:
    """Return the length item; the comparator is the edition's own."""
    return paper.item(
        "length", "Occlusion length", (1, check), grade=check.rule.evidence, note=note
    )


def prior_attempt(paper: Paper) -> Criterion:
    """Return the item of the earlier failed attempt as every J-CTO edition has it."""
    return paper.item(
        "prior_attempt", "Previously failed PCI of this CTO", (1, paper.asks("prior_attempt"))
    )


MORINO_2011 = ScoringSystem(
    name="jcto",
    edition="morino_2011",
    title="J-CTO (Morino 2011)",
    modality=ANGIOGRAPHY,
    endpoint=CROSSING,
    citation=MORINO.citation,
    criteria=(
        blunt(MORINO),
        MORINO.item("calcification", "Calcification in the CTO segment", (1, ANY_CALCIUM)),
        bending(MORINO),
        length(
            MORINO, MORINO.compares("length_mm", ">=", 20, grade=Evidence.REVIEW),
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
