"""CT-RECTOR: two editions, because sources differ on which stump counts."""

from ctocalc.quantity import Unit
from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.jcto import CROSSING
from ctocalc.scores.logic import Check, Clause, Some
from ctocalc.scores.rules import Comparator, Evidence, Rule, yes
from ctocalc.scores.system import CT, Group, ScoringSystem

OPOLSKI = "Opolski 2015, JACC Cardiovasc Interv 8:257"


def _stump(clause: Clause, title: str) -> Criterion:
    return Criterion(
        item="blunt_stump", title=title, evidence=Evidence.SECONDARY,
        levels=(Level(points=1, clause=clause),),
        note="sources differ on 'at entry' and 'at entry or exit': both editions are shown",
    )  # fmt: skip


ENTRY = Check(fact="blunt_stump", rule=yes(Evidence.UNCONFIRMED, OPOLSKI, "no tapering at entry"))
EXIT = Check(
    fact="blunt_stump_exit", rule=yes(Evidence.UNCONFIRMED, OPOLSKI, "no tapering at exit")
)

OTHER_ITEMS = (
    Criterion(
        item="calcification", title="Severe calcification", evidence=Evidence.REVIEW,
        levels=(Level(points=1, clause=Check(fact="calcium_fraction", rule=Rule(
            comparator=Comparator.AT_LEAST, threshold=0.50, unit=Unit.FRACTION,
            evidence=Evidence.REVIEW, citation=OPOLSKI, rival=Comparator.ABOVE,
            note="of the vessel cross-section within the CTO; entry and exit belong to it (U)",
        ))),),
        note="the same review writes '> 50 %' once: exactly 50 % is borderline",
    ),
    Criterion(
        item="bending", title="Bending", evidence=Evidence.SECONDARY,
        levels=(Level(points=1, clause=Check(fact="bend_deg", rule=Rule(
            comparator=Comparator.AT_LEAST, threshold=45.0, unit=Unit.DEG,
            evidence=Evidence.UNCONFIRMED, citation=OPOLSKI, note="at entry or within",
        ))),),
    ),
    Criterion(
        item="duration", title="Duration of 12 months or more, or unknown",
        evidence=Evidence.SECONDARY,
        levels=(Level(points=1, clause=Check(
            fact="duration_months", unknown_counts=True,
            rule=Rule(
                comparator=Comparator.AT_LEAST, threshold=12.0, unit=Unit.MONTH,
                evidence=Evidence.SECONDARY, citation=OPOLSKI,
                note="the answer 'unknown' is a point; no answer is not",
            ),
        )),),
    ),
    Criterion(
        item="prior_attempt", title="Previously failed PCI of this CTO",
        evidence=Evidence.SECONDARY,
        levels=(Level(points=1, clause=Check(
            fact="prior_attempt", rule=yes(Evidence.SECONDARY, OPOLSKI),
        )),),
    ),
)  # fmt: skip
OCCLUSIONS = Criterion(
    item="multiple_occlusions", title="Multiple occlusions", evidence=Evidence.SECONDARY,
    levels=(Level(points=1, clause=Check(
        fact="multiple_occlusions",
        rule=yes(
            Evidence.UNCONFIRMED, OPOLSKI,
            ">= 2 complete interruptions of contrast (S), an enhanced segment of >= 5 mm "
            "between them (U)",
        ),
    )),),
)  # fmt: skip


def _edition(edition: str, title: str, stump: Criterion, *rates: float | None) -> ScoringSystem:
    names = ("easy", "intermediate", "difficult", "very difficult")
    return ScoringSystem(
        name="ct_rector", edition=edition, title=title, modality=CT, endpoint=CROSSING,
        citation=OPOLSKI,
        criteria=(OCCLUSIONS, stump, *OTHER_ITEMS),
        groups=tuple(
            Group(lower=lower, name=name, rate=rate, evidence=Evidence.SECONDARY)
            for lower, (name, rate) in enumerate(zip(names, rates, strict=True))
        ),
        filled_from_image=("multiple_occlusions", "blunt_stump", "calcification", "bending"),
        calcium_area_item=True,
    )  # fmt: skip


OPOLSKI_2015 = _edition(
    "opolski_2015", "CT-RECTOR (Opolski 2015)",
    _stump(Some((ENTRY, EXIT)), "Blunt stump at entry or exit"), 0.95, 0.88, 0.57, 0.22,
)  # fmt: skip

# The published rates stand beside one edition only: which stump they were counted with is
# what the sources disagree about.
OPOLSKI_2015_ENTRY = _edition(
    "opolski_2015_entry", "CT-RECTOR (Opolski 2015, stump at entry)",
    _stump(ENTRY, "Blunt stump at entry"), None, None, None, None,
)  # fmt: skip
