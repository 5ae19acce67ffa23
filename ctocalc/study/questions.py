"""The questions about what no image can tell: how users name them, and which answers they take."""

from collections.abc import Callable
from dataclasses import dataclass

from ctocalc.scores.facts import Answer
from ctocalc.scores.grades import GRADES


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFact:
    """One fact as users give it: option ``--prior-attempt``, TOML key ``prior_attempt``.

    ``field`` is its name in ClinicalFacts; ``by_vessel`` facts may differ between vessels.
    ``expected`` completes the sentence of a refusal; ``metavar`` and ``meaning`` describe the
    option.
    """

    name: str
    field: str
    meaning: str
    expected: str
    metavar: str
    read: Callable[[str], object]
    by_vessel: bool = False


def _one_of(*words: str) -> Callable[[str], object]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(text)
        return text.lower()

    return read


def _number(low: float, high: float) -> Callable[[str], object]:
    return lambda text: _between(text, low, high)


def _between(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise ValueError(text)
    return value


def _answer(text: str) -> Answer:
    answer = Answer(text.lower())
    if answer is Answer.MISSING:
        raise ValueError(text)
    return answer


def _months(text: str) -> float | str:
    return "unknown" if text.lower() == "unknown" else _between(text, 0, 1200)


def _grade(text: str) -> int:
    if text not in {"0", "1", "2", "3"}:
        raise ValueError(text)
    return int(text)


YES_NO = "yes, no or unknown"


def _yes_no(name: str, meaning: str, *, by_vessel: bool) -> ClinicalFact:
    return ClinicalFact(
        name=name, field=name, meaning=meaning, expected=YES_NO, metavar="yes|no|unknown",
        read=_answer, by_vessel=by_vessel,
    )  # fmt: skip


def _words(name: str, meaning: str, *, by_vessel: bool) -> ClinicalFact:
    words = tuple(GRADES[name])
    return ClinicalFact(
        name=name, field=name, meaning=meaning, expected=" or ".join(words),
        metavar="|".join(words), read=_one_of(*words), by_vessel=by_vessel,
    )  # fmt: skip


FACTS = (
    _yes_no("prior_attempt", "An earlier PCI of this occlusion failed.", by_vessel=True),
    ClinicalFact(
        name="duration_months", field="duration_months", by_vessel=True, read=_months,
        expected="months (0-1200) or unknown", metavar="N|unknown", meaning="Age of the occlusion.",
    ),
    _yes_no("in_stent", "The occlusion lies in a stent.", by_vessel=True),
    _yes_no("graft_on_vessel", "A bypass graft goes to this vessel.", by_vessel=True),
    ClinicalFact(
        name="age", field="age_years", read=_number(0, 130), expected="years (0-130)",
        metavar="YEARS", meaning="Age of the patient.",
    ),
    _words("sex", "Sex of the patient.", by_vessel=False),
    _yes_no("prior_cabg", "Bypass surgery in the past.", by_vessel=False),
    _yes_no("prior_mi", "Myocardial infarction in the past.", by_vessel=False),
    ClinicalFact(
        name="lvef", field="lvef_percent", read=_number(0, 100), expected="percent (0-100)",
        metavar="PERCENT", meaning="Left-ventricular ejection fraction.",
    ),
    ClinicalFact(
        name="rentrop", field="rentrop", by_vessel=True, read=_grade, expected="0, 1, 2 or 3",
        metavar="0-3", meaning="Rentrop grade of the collateral filling.",
    ),
    _yes_no("collaterals", "There are collaterals fit for intervention.", by_vessel=True),
    _yes_no("cap_ambiguity", "The place of the proximal cap is ambiguous.", by_vessel=True),
    _words("tortuosity", "Tortuosity as a reader grades it.", by_vessel=True),
    _words("calcification_grade", "Calcification as a reader grades it.", by_vessel=True),
)  # fmt: skip
BY_NAME = {fact.name: fact for fact in FACTS}
