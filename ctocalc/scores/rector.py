"""CT-RECTOR: two editions, because sources differ on which stump counts."""

from ctocalc.scores.jcto import CROSSING, prior_attempt
from ctocalc.scores.logic import Clause, Some
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import CT, Group, ScoringSystem

OPOLSKI = Paper(citation="Opolski 2015, JACC Cardiovasc Interv 8:257", evidence=Evidence.SECONDARY)
REVIEW, UNCONFIRMED = Evidence.REVIEW, Evidence.UNCONFIRMED

ENTRY = OPOLSKI.asks("blunt_stump", "no tapering at entry", grade=UNCONFIRMED)
EXIT = OPOLSKI.asks("blunt_stump_exit", "no tapering at exit", grade=UNCONFIRMED)
OCCLUSIONS = OPOLSKI.item(
    "multiple_occlusions", "Multiple occlusions",
    (1, OPOLSKI.asks(
        "multiple_occlusions",
        ">= 2 complete interruptions of contrast (S), an enhanced segment of >= 5 mm between "
        "them (U)",
        grade=UNCONFIRMED,
    )),
)  # fmt: skip
OTHER_ITEMS = (
    OPOLSKI.item(
        "calcification", "Severe calcification",
        (1, OPOLSKI.compares(
            "calcium_fraction", ">=", 0.5,
            "of the vessel cross-section within the CTO; entry and exit belong to it (U)",
            grade=REVIEW, rival=">",
        )),
        grade=REVIEW,
    ),
    OPOLSKI.item(
        "bending", "Bending",
        (1, OPOLSKI.compares("bend_deg", ">=", 45, "at entry or within", grade=UNCONFIRMED)),
    ),
    OPOLSKI.item(
        "duration", "Duration of 12 months or more, or unknown",
        (1, OPOLSKI.compares(
            "duration_months", ">=", 12, "the answer 'unknown' is a point; no answer is not",
            unknown_counts=True,
        )),
    ),
    prior_attempt(OPOLSKI),
)  # fmt: skip


def _edition(
    edition: str, title: str, stump: tuple[str, Clause], *rates: float | None
) -> ScoringSystem:
    names = ("easy", "intermediate", "difficult", "very difficult")
    where, clause = stump
    blunt = OPOLSKI.item(
        "blunt_stump", f"Blunt stump at {where}", (1, clause),
        note="sources differ on 'at entry' and 'at entry or exit': both editions are shown",
    )  # fmt: skip
    return ScoringSystem(
        name="ct_rector", edition=edition, title=title, modality=CT, endpoint=CROSSING,
        citation=OPOLSKI.citation,
        criteria=(OCCLUSIONS, blunt, *OTHER_ITEMS),
        groups=tuple(
            Group(lower=lower, name=name, rate=rate, evidence=Evidence.SECONDARY)
            for lower, (name, rate) in enumerate(zip(names, rates, strict=True))
        ),
        filled_from_image=("multiple_occlusions", "blunt_stump", "calcification", "bending"),
        calcium_area_item=True,
    )  # fmt: skip


OPOLSKI_2015 = _edition(
    "opolski_2015", "CT-RECTOR (Opolski 2015)",
    ("entry or exit", Some((ENTRY, EXIT))), 0.95, 0.88, 0.57, 0.22,
)  # fmt: skip

# The published rates stand beside one edition only: which stump they were counted with is
# what the sources disagree about.
OPOLSKI_2015_ENTRY = _edition(
    "opolski_2015_entry", "CT-RECTOR (Opolski 2015, stump at entry)",
    ("entry", ENTRY), None, None, None, None,
)  # fmt: skip
