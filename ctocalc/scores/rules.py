"""Evidence, comparators and rules: the words in which every item of every score is written."""

from dataclasses import dataclass
from enum import StrEnum

from ctocalc.quantity import Unit


class Evidence(StrEnum):
    """How far an item, a threshold or a rate was traced back; strongest first."""

    PRIMARY = "P"
    REVIEW = "R"
    SECONDARY = "S"
    UNCONFIRMED = "U"


EVIDENCE_MEANING = {
    Evidence.PRIMARY: "primary: the paper's own abstract or text was read",
    Evidence.REVIEW: "review: stated in reviews of the field that were read",
    Evidence.SECONDARY: "secondary: stated in a secondary summary",
    Evidence.UNCONFIRMED: "unconfirmed: customary or recollected, the primary text was not read",
}


def weakest(grades: tuple[Evidence, ...]) -> Evidence:
    """Return the weakest of the grades; a chain is as strong as that one."""
    return max(grades, key=list(Evidence).index)


class Comparator(StrEnum):
    """How a value is held against a threshold; it belongs to the edition."""

    ABOVE = ">"
    AT_LEAST = ">="
    IS = "is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One comparison: ``value comparator threshold``.

    ``threshold`` is True and ``unit`` None for a yes/no question (comparator IS).  ``evidence``
    grades comparator and threshold, not the item.  ``rival`` is a second comparator that the
    source itself also uses: a value on the threshold is then borderline.
    """

    comparator: Comparator
    threshold: float | bool
    unit: Unit | None
    evidence: Evidence
    citation: str
    note: str = ""
    rival: Comparator | None = None

    def __post_init__(self) -> None:
        if (self.comparator is Comparator.IS) != (self.threshold is True):
            raise ValueError("IS goes with threshold True, every other comparator with a number")

    def holds(self, value: float) -> bool:
        """Return whether the number meets the rule; not for yes/no rules."""
        return _compare(self.comparator, value, self.threshold)

    def readings(self, value: float) -> frozenset[bool]:
        """Return every answer that the source's own comparators give for the number."""
        comparators = {self.comparator, self.rival or self.comparator}
        return frozenset(_compare(each, value, self.threshold) for each in comparators)


def _compare(comparator: Comparator, value: float, threshold: float) -> bool:
    if comparator is Comparator.IS:
        raise ValueError("a yes/no rule needs an answer, not a number")
    return value > threshold if comparator is Comparator.ABOVE else value >= threshold


def yes(evidence: Evidence, citation: str, note: str = "") -> Rule:
    """Return the rule of a yes/no question."""
    return Rule(
        comparator=Comparator.IS, threshold=True, unit=None,
        evidence=evidence, citation=citation, note=note,
    )  # fmt: skip
