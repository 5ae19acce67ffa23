"""The publication behind a table: it writes its citation and grade into every item."""

from dataclasses import dataclass

from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.facts import FACTS
from ctocalc.scores.logic import Check, Clause
from ctocalc.scores.rules import Comparator, Evidence, Rule, yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One publication; ``evidence`` grades everything that is not graded on its own."""

    citation: str
    evidence: Evidence

    def asks(
        self, fact: str, note: str = "", *, met_by: bool = True, grade: Evidence | None = None
    ) -> Check:
        """Return a yes/no check; ``met_by`` False: the answer no meets it."""
        rule = yes(grade or self.evidence, self.citation, note, met_by=met_by)
        return Check(fact=fact, rule=rule)

    def compares(
        self, fact: str, comparator: str, threshold: float, note: str = "", *,
        grade: Evidence | None = None, rival: str | None = None, unknown_counts: bool = False,
    ) -> Check:  # fmt: skip
        """Return a number's check, in the fact's own unit: ``compares("length_mm", ">=", 20)``."""
        rule = Rule(
            comparator=Comparator(comparator), threshold=float(threshold), unit=FACTS[fact].unit,
            evidence=grade or self.evidence, citation=self.citation, note=note,
            rival=Comparator(rival) if rival else None,
        )  # fmt: skip
        return Check(fact=fact, rule=rule, unknown_counts=unknown_counts)

    def item(
        self, item: str, title: str, *levels: tuple[float, Clause],
        grade: Evidence | None = None, note: str = "",
    ) -> Criterion:  # fmt: skip
        """Return an item; ``levels`` are points with their clause, most points first."""
        return Criterion(
            item=item, title=title, evidence=grade or self.evidence, note=note,
            levels=tuple(Level(points=points, clause=clause) for points, clause in levels),
        )  # fmt: skip
