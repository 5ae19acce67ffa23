"""Three-valued logic: from facts to yes, no or cannot tell, and to what either could become."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ctocalc.quantity import Measured
from ctocalc.scores.facts import Answer, Fact, Facts, Source
from ctocalc.scores.rules import Rule
from ctocalc.scores.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One fact held against one rule.

    ``unknown_counts``: the answer 'unknown' meets the rule (a score must say so).
    """

    fact: str
    rule: Rule
    unknown_counts: bool = False


@dataclass(frozen=True, slots=True)
class Every:
    """All clauses hold."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one clause holds."""

    clauses: tuple["Clause", ...]


@dataclass(frozen=True, slots=True)
class FirstGiven:
    """The first clause of which any fact was given decides; with none given, the first."""

    clauses: tuple["Clause", ...]


Clause = Check | Every | Some | FirstGiven


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One check as it came out; ``present`` None means that it cannot be told.

    ``measured`` was held against the rule, or stands behind the answer to a yes/no question.
    """

    fact: str
    rule: Rule
    present: bool | None
    borderline: bool
    measured: Measured | None
    source: Source
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A clause as it came out.

    ``best`` is the best call; ``can_be`` holds every answer that the intervals and the missing
    answers leave open; ``lead`` is the condition that decided, or that keeps it undecided.
    """

    best: bool | None
    can_be: frozenset[bool]
    borderline: bool
    lead: Condition
    conditions: tuple[Condition, ...]


BOTH = frozenset({True, False})


def judge(clause: Clause, facts: Facts) -> Verdict:
    """Evaluate a clause by three-valued (Kleene) logic.

    ``can_be`` treats the facts as independent, so it never leaves out a possible answer.
    """
    match clause:
        case Check():
            return judge_fact(clause, facts[clause.fact])
        case FirstGiven():
            given = (c for c in clause.clauses if any(facts[t.fact].given for t in checks(c)))
            return judge(next(given, clause.clauses[0]), facts)
        case Every():
            return _combine(clause.clauses, facts, decisive=False)
        case Some():
            return _combine(clause.clauses, facts, decisive=True)


def checks(clause: Clause) -> Iterator[Check]:
    """Walk through the checks of a clause, left to right."""
    if isinstance(clause, Check):
        yield clause
    else:
        for part in clause.clauses:
            yield from checks(part)


def judge_fact(check: Check, fact: Fact) -> Verdict:
    """Hold one fact against its rule."""
    best, can_be = _weigh(check, fact)
    borderline = best is not None and can_be == BOTH
    condition = Condition(
        fact=check.fact, rule=check.rule, present=best, borderline=borderline,
        measured=fact.measured or fact.quoted, source=fact.source,
        reason=_reason(check, fact, best, borderline),
    )  # fmt: skip
    return Verdict(
        best=best, can_be=can_be, borderline=borderline, lead=condition, conditions=(condition,)
    )


def _combine(clauses: tuple[Clause, ...], facts: Facts, *, decisive: bool) -> Verdict:
    """Join verdicts; one ``decisive`` answer settles it (True for OR, False for AND)."""
    parts = [judge(clause, facts) for clause in clauses]
    bests = [part.best for part in parts]
    best = decisive if decisive in bests else None if None in bests else not decisive
    can_be = set()
    if any(decisive in part.can_be for part in parts):
        can_be.add(decisive)
    if all((not decisive) in part.can_be for part in parts):
        can_be.add(not decisive)
    return Verdict(
        best=best,
        can_be=frozenset(can_be),
        borderline=len(can_be) > 1 and any(part.borderline for part in parts),
        lead=parts[bests.index(best)].lead,
        conditions=tuple(c for part in parts for c in part.conditions),
    )


def _weigh(check: Check, fact: Fact) -> tuple[bool | None, frozenset[bool]]:
    if fact.measured is not None:
        return _weigh_number(check.rule, fact.measured)
    if fact.answer is Answer.UNKNOWN and check.unknown_counts:
        return True, frozenset({True})
    if fact.answer in {Answer.YES, Answer.NO}:
        best = (fact.answer is Answer.YES) is (check.rule.threshold is not False)
        return best, BOTH if fact.borderline else frozenset({best})
    return None, BOTH


def _weigh_number(rule: Rule, number: Measured) -> tuple[bool | None, frozenset[bool]]:
    value, low, high = number.value, number.low, number.high
    if value is not None and low is None and high is None:
        low = high = value
    lowest = -math.inf if low is None else low
    highest = math.inf if high is None else high
    can_be = rule.readings(lowest) | rule.readings(highest)
    if len(can_be) == 1:
        return next(iter(can_be)), can_be
    open_end = highest if high is None else lowest
    if value is None or (
        is_bound(number) and rule.readings(value) != rule.readings(open_end)
    ):  # fmt: skip
        return None, can_be
    return rule.holds(value), can_be


def is_bound(number: Measured) -> bool:
    """Whether the value estimates but a part: one end of its interval is open, as if truncated."""
    return number.value is not None and (number.low is None) != (number.high is None)


def _reason(check: Check, fact: Fact, best: bool | None, borderline: bool) -> str | None:
    words = [fact.reason, fact.measured.reason if fact.measured else None]
    if best is None:
        words.append(_why_not(check, fact))
    elif borderline:
        words.append(_why_borderline(check.rule, fact))
    elif fact.answer is Answer.UNKNOWN:
        words.append("the answer 'unknown' counts as a point here")
    kept = dict.fromkeys(word for word in words if word)
    return "; ".join(kept) or None


def _why_not(check: Check, fact: Fact) -> str | None:
    if fact.measured is not None:
        if is_bound(fact.measured):
            return "only a bound is known, and it does not decide"
        return None if fact.measured.reason else f"{term(check.fact)}: cannot be told"
    if fact.answer is Answer.UNKNOWN:
        return f"{term(check.fact)}: 'unknown' was answered, which has no meaning here"
    return None if fact.reason else f"{term(check.fact)}: not given"


def _why_borderline(rule: Rule, fact: Fact) -> str:
    number = fact.measured
    if number is None:
        return "borderline: the other answer is nearly as likely"
    if number.value == rule.threshold and rule.rival is not None:
        return f"borderline: on the threshold, where the source writes both " \
               f"'{rule.comparator}' and '{rule.rival}'"  # fmt: skip
    return "borderline: the interval holds the threshold"
