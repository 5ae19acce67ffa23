"""J-CTO read on coronary CT: two editions, with the same items and different comparators."""

from ctocalc.quantity import Unit
from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.jcto import CROSSING, IMAGE_ITEMS, bending, blunt, length, prior_attempt
from ctocalc.scores.logic import Check
from ctocalc.scores.rules import Comparator, Evidence, Rule
from ctocalc.scores.system import CT, Group, ScoringSystem

FUJINO = "Fujino 2018, JACC Cardiovasc Imaging 11:209"
LI = "Li 2015, J Cardiovasc Comput Tomogr"

# The papers take over the difficulty classes of the angiographic score; no rate is known.
GROUPS = (
    Group(lower=0, name="easy", evidence=Evidence.UNCONFIRMED),
    Group(lower=1, name="intermediate", evidence=Evidence.UNCONFIRMED),
    Group(lower=2, name="difficult", evidence=Evidence.UNCONFIRMED),
    Group(lower=3, name="very difficult", evidence=Evidence.UNCONFIRMED),
)


def _edition(edition: str, title: str, citation: str, longer_than: Comparator) -> ScoringSystem:
    half = Rule(
        comparator=Comparator.ABOVE, threshold=0.50, unit=Unit.FRACTION,
        evidence=Evidence.PRIMARY, citation=citation,
        note="of any cross-section in the occlusion: the maximum, not the mean",
    )  # fmt: skip
    long = Rule(
        comparator=longer_than, threshold=20.0, unit=Unit.MM,
        evidence=Evidence.PRIMARY, citation=citation,
    )  # fmt: skip
    calcification = Criterion(
        item="calcification", title="Calcified area of the vessel cross-section",
        evidence=Evidence.PRIMARY,
        levels=(Level(points=1, clause=Check(fact="calcium_fraction", rule=half)),),
    )  # fmt: skip
    return ScoringSystem(
        name="jcto_ct", edition=edition, title=title, modality=CT, endpoint=CROSSING,
        citation=citation,
        criteria=(
            blunt(citation), calcification, bending(citation), length(long),
            prior_attempt(citation),
        ),
        groups=GROUPS,
        filled_from_image=IMAGE_ITEMS,
        calcium_area_item=True,
    )  # fmt: skip


FUJINO_2018 = _edition("fujino_2018", "J-CTO on CT (Fujino 2018)", FUJINO, Comparator.ABOVE)
LI_2015 = _edition("li_2015", "J-CTO on CT (Li 2015)", LI, Comparator.AT_LEAST)
