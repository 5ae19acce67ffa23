"""Numbers, rules and clauses as people write them."""

from ctocalc.quantity import Unit
from ctocalc.scores.logic import Check, Clause, Every, FirstGiven, Some
from ctocalc.scores.rules import Comparator, Rule

UNIT_WORDS = {
    Unit.FRACTION: "", Unit.SCORE: "", Unit.MONTH: "months", Unit.YEAR: "years",
}  # fmt: skip


def amount(value: float, unit: Unit | None) -> str:
    """Return a number with its unit as people write it; a fraction stays 0-1."""
    word = UNIT_WORDS.get(unit, unit.value) if unit else ""
    return f"{value:.4g} {word}".strip()


def span(points: float | None, low: float | None, high: float | None) -> str:
    """Return points as one number, or as the interval that is left."""
    if low is None or high is None:
        return "not scored"
    if low == high:
        return f"{low:g}"
    return f"{low:g} to {high:g}" if points is None else f"{points:g} ({low:g} to {high:g})"


def range_words(most_points: float | None) -> str:
    """Return what totals there are; None: there is no total."""
    return "criteria, no total" if most_points is None else f"0 to {most_points:g} points"


def rate_words(rate: float) -> str:
    """Return a rate (0-1) in per cent, as precise as it was published."""
    return f"{100 * rate:.4g}%"


def rule_words(rule: Rule) -> str:
    """Return the rule alone, such as '>= 20 mm' or 'is yes'."""
    if rule.comparator is Comparator.IS:
        return "is yes" if rule.threshold else "is no"
    return f"{rule.comparator} {amount(rule.threshold, rule.unit)}"


def clause_words(clause: Clause) -> str:
    """Return the whole condition of an item in words."""
    match clause:
        case Check():
            unknown = ", or the answer 'unknown'" if clause.unknown_counts else ""
            return f"{clause.fact} {rule_words(clause.rule)}{unknown}"
        case Every():
            return "(" + " AND ".join(clause_words(part) for part in clause.clauses) + ")"
        case Some():
            return "(" + " OR ".join(clause_words(part) for part in clause.clauses) + ")"
        case FirstGiven():
            return "; where not given: ".join(clause_words(part) for part in clause.clauses)
