"""PROGRESS-CTO: two editions, because sources differ on which stretch must be tortuous."""

from ctocalc.scores.logic import FirstGiven, Some
from ctocalc.scores.paper import Paper
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, ScoringSystem

CHRISTOPOULOS = Paper(
    citation="Christopoulos 2016, JACC Cardiovasc Interv 9:1", evidence=Evidence.PRIMARY
)
TECHNICAL_SUCCESS = "technical success"
UNCONFIRMED = Evidence.UNCONFIRMED


def _edition(edition: str, title: str, where: str, stretch: str) -> ScoringSystem:
    paper = CHRISTOPOULOS
    tortuosity = FirstGiven((
        paper.asks("tortuosity_grade_moderate", "a reader's grade goes first"),
        Some((
            paper.compares(f"largest_bend_{stretch}_deg", ">", 90, grade=UNCONFIRMED),
            paper.compares(f"second_bend_{stretch}_deg", ">", 70, grade=UNCONFIRMED),
        )),
    ))  # fmt: skip
    return ScoringSystem(
        name="progress", edition=edition,
        title=title,
        modality=ANGIOGRAPHY, endpoint=TECHNICAL_SUCCESS, citation=paper.citation,
        criteria=(
            paper.item("cap_ambiguity", "Proximal cap ambiguity", (1, paper.asks("cap_ambiguity"))),
            paper.item(
                "tortuosity", f"Moderate or severe tortuosity {where}", (1, tortuosity),
                note="one bend > 90 deg, or two bends > 70 deg (U); sources differ on 'of the "
                "CTO vessel' and 'proximal to the occlusion': both editions are shown",
            ),
            paper.item("circumflex", "Circumflex CTO", (1, paper.asks("circumflex"))),
            paper.item(
                "no_collaterals", "No interventional collaterals",
                (1, paper.asks("interventional_collaterals", met_by=False)),
            ),
        ),
        groups=(),
        filled_from_image=("tortuosity",),
        calcium_area_item=False,
        departures=(
            "No rate and no group is printed: those that a review gives are impossible beside "
            "the paper's overall success.",
        ),
    )  # fmt: skip


CHRISTOPOULOS_2016 = _edition(
    "christopoulos_2016", "PROGRESS-CTO (Christopoulos 2016)", "of the CTO vessel", "vessel"
)
CHRISTOPOULOS_2016_PROXIMAL = _edition(
    "christopoulos_2016_proximal", "PROGRESS-CTO (Christopoulos 2016, bends proximal)",
    "proximal to the occlusion", "proximal",
)  # fmt: skip
