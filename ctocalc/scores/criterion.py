"""One item of a score: its levels, and how it comes out on facts."""

from dataclasses import dataclass

from ctocalc.quantity import Measured
from ctocalc.scores.facts import NOT_GIVEN, Answer, Facts, Source
from ctocalc.scores.logic import Check, Clause, Condition, checks, judge, judge_fact
from ctocalc.scores.rules import Evidence, Rule, yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """Points for a clause that holds."""

    points: float
    clause: Clause


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One item.

    ``levels`` exclude each other: the one with the most points that holds is given.
    ``evidence`` grades the item; its thresholds carry their own grades.
    """

    item: str
    title: str
    levels: tuple[Level, ...]
    evidence: Evidence
    note: str = ""

    def __post_init__(self) -> None:
        points = [level.points for level in self.levels]
        if not points or points != sorted(set(points), reverse=True) or points[-1] <= 0:
            raise ValueError(f"{self.item}: levels are listed from most points to fewest, above 0")

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of the item, most points first."""
        return tuple(check for level in self.levels for check in checks(level.clause))

    @property
    def unknown_counts(self) -> bool:
        """Whether the answer 'unknown' is a point."""
        return any(check.unknown_counts for check in self.checks)

    @property
    def answerable(self) -> bool:
        """Whether a form's yes or no to the item's own name settles the item: not of several."""
        return len(self.levels) == 1

    @property
    def named_as_part(self) -> bool:
        """Whether the item's name is also that of one of its several facts."""
        facts = {check.fact for check in self.checks}
        return self.item in facts and len(facts) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One item as it came out.

    ``points`` None: cannot be told; the reason says why.  ``measured``, ``rule`` and ``source``
    are those of the condition that decided; ``conditions`` lists all of a compound item.
    """

    item: str
    points: float | None
    points_low: float
    points_high: float
    present: bool | None
    measured: Measured | None
    rule: Rule
    conditions: tuple[Condition, ...]
    borderline: bool
    source: Source
    evidence: Evidence
    reason: str | None


def find(criterion: Criterion, facts: Facts) -> Finding:
    """Evaluate one item; an answer to the whole item goes before the facts it is made of."""
    answered = facts.items.get(criterion.item, NOT_GIVEN)
    whole = _whole_item(criterion)
    # An 'unknown' without a meaning is no answer: what the image says then stands.
    meant = answered.answer is Answer.UNKNOWN and whole.unknown_counts
    if (answered.given or meant) and len(criterion.levels) == 1:
        verdicts = [judge_fact(whole, answered)]
    else:
        verdicts = [judge(level.clause, facts) for level in criterion.levels]
    worth = list(zip(criterion.levels, verdicts, strict=True))
    low = max((lv.points for lv, v in worth if False not in v.can_be), default=0)
    high = max((lv.points for lv, v in worth if True in v.can_be), default=0)
    level, verdict = next(((lv, v) for lv, v in worth if v.best is not False), worth[-1])
    points = None if verdict.best is None else level.points if verdict.best else 0
    conditions = tuple(dict.fromkeys(c for v in verdicts for c in v.conditions))
    return Finding(
        item=criterion.item,
        points=points, points_low=low, points_high=high,
        present=True if low > 0 else None if points is None else points > 0,
        measured=verdict.lead.measured, rule=verdict.lead.rule,
        conditions=conditions if len(conditions) > 1 else (),
        borderline=low < high and any(v.borderline for v in verdicts),
        source=verdict.lead.source, evidence=criterion.evidence,
        reason=_join_reasons(verdict.lead, conditions if low < high else ()),
    )  # fmt: skip


def _whole_item(criterion: Criterion) -> Check:
    rule = criterion.checks[0].rule
    if rule.threshold is False:
        rule = yes(rule.evidence, rule.citation, rule.note)
    return Check(fact=criterion.item, rule=rule, unknown_counts=criterion.unknown_counts)


def _join_reasons(lead: Condition, open_among: tuple[Condition, ...]) -> str | None:
    """Join the reason of what decided with those of what is still open."""
    told = [c for c in open_among if c.present is None or c.borderline]
    return "; ".join(dict.fromkeys(c.reason for c in [lead, *told] if c.reason)) or None
