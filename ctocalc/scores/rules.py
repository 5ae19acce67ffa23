"""Evidence, comparators and rules: the words in which every item of every score is written."""

import operator
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
    BELOW = "<"
    AT_MOST = "<="
    IS = "is"

    def holds(self, value: float, threshold: float) -> bool:
        """Return whether ``value`` stands in this relation to ``threshold``; not for IS."""
        return bool(_NUMERIC[self](value, threshold))


_NUMERIC = {
    Comparator.ABOVE: operator.gt,
    Comparator.AT_LEAST: operator.ge,
    Comparator.BELOW: operator.lt,
    Comparator.AT_MOST: operator.le,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One comparison: ``value comparator threshold``.

    For a yes/no question (comparator IS) ``threshold`` is the answer that meets it, True for
    yes, and ``unit`` is None.  ``evidence`` grades comparator and threshold, not the item.
    ``rival`` is a second comparator that the source itself also uses: a value on the threshold
    is then borderline.
    """

    comparator: Comparator
    threshold: float | bool
    unit: Unit | None
    evidence: Evidence
    citation: str
    note: str = ""
    rival: Comparator | None = None

    def __post_init__(self) -> None:
        if (self.comparator is Comparator.IS) != isinstance(self.threshold, bool):
            raise ValueError("IS goes with True or False, every other comparator with a number")

    def holds(self, value: float) -> bool:
        """Return whether the number meets the rule; not for yes/no rules."""
        return self.comparator.holds(value, self.threshold)

    def readings(self, value: float) -> frozenset[bool]:
        """Return every answer that the source's own comparators give for the number."""
        comparators = {self.comparator, self.rival or self.comparator}
        return frozenset(each.holds(value, self.threshold) for each in comparators)


def yes(evidence: Evidence, citation: str, note: str = "", *, met_by: bool = True) -> Rule:
    """Return the rule of a yes/no question; ``met_by`` False: the answer no meets it."""
    return Rule(
        comparator=Comparator.IS, threshold=met_by, unit=None,
        evidence=evidence, citation=citation, note=note,
    )  # fmt: skip
