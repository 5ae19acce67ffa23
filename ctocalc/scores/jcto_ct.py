"""J-CTO read on coronary CT: two editions, with the same items and different comparators."""

from ctocalc.scores.jcto import CROSSING, IMAGE_ITEMS, bending, blunt, length, prior_attempt
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import CT, Group, ScoringSystem

FUJINO = Paper(citation="Fujino 2018, JACC Cardiovasc Imaging 11:209", evidence=Evidence.PRIMARY)
LI = Paper(citation="Li 2015, J Cardiovasc Comput Tomogr", evidence=Evidence.PRIMARY)

# The papers take over the difficulty classes of the angiographic score; no rate is known.
GROUPS = tuple(
    Group(lower=lower, name=name, evidence=Evidence.UNCONFIRMED)
    for lower, name in enumerate(("easy", "intermediate", "difficult", "very difficult"))
)


def _edition(edition: str, title: str, paper: Paper, longer_than: str) -> ScoringSystem:
    half = paper.compares(
        "calcium_fraction", ">", 0.5,
        "of any cross-section in the occlusion: the maximum, not the mean",
    )  # fmt: skip
    return ScoringSystem(
        name="jcto_ct", edition=edition, title=title, modality=CT, endpoint=CROSSING,
        citation=paper.citation,
        criteria=(
            blunt(paper),
            paper.item("calcification", "Calcified area of the vessel cross-section", (1, half)),
            bending(paper),
            length(paper, paper.compares("length_mm", longer_than, 20)),
            prior_attempt(paper),
        ),
        groups=GROUPS,
        filled_from_image=IMAGE_ITEMS,
        calcium_area_item=True,
    )  # fmt: skip


FUJINO_2018 = _edition("fujino_2018", "J-CTO on CT (Fujino 2018)", FUJINO, ">")
LI_2015 = _edition("li_2015", "J-CTO on CT (Li 2015)", LI, ">=")
