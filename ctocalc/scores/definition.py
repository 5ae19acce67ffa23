"""The definition of a system in words and as a record, from the very tables that score."""

from ctocalc.quantity import Unit
from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.facts import FACTS
from ctocalc.scores.logic import Check, Clause, Every, FirstGiven, Some, checks
from ctocalc.scores.record import Record, rule_json
from ctocalc.scores.rules import Comparator, Rule
from ctocalc.scores.system import ScoringSystem

CALCIUM_TWICE = (
    "Calcium is scored twice, as it looks (apparent) and with blur undone (corrected); "
    "no rate stands beside the corrected one."
)
UNIT_WORDS = {Unit.FRACTION: "", Unit.MONTH: "months"}


def amount(value: float, unit: Unit | None) -> str:
    """Return a number with its unit as people write it; a fraction stays 0-1."""
    word = UNIT_WORDS.get(unit, unit.value) if unit else ""
    return f"{value:.4g} {word}".strip()


def rule_words(rule: Rule) -> str:
    """Return the rule alone, such as '>= 20 mm' or 'is yes'."""
    if rule.comparator is Comparator.IS:
        return "is yes"
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


def definition(system: ScoringSystem) -> Record:
    """Return everything that the system's table holds, ready for JSON."""
    return {
        "system": system.name,
        "edition": system.edition,
        "title": system.title,
        "modality": system.modality,
        "endpoint": system.endpoint,
        "citation": system.citation,
        "evidence": system.evidence.value,
        "unconfirmed": list(system.unconfirmed),
        "most_points": system.most_points,
        "filled_from_image": list(system.filled_from_image),
        "calcium_area_item": system.calcium_area_item,
        "items": [_criterion(criterion) for criterion in system.criteria],
        "groups": [
            {
                "lower": group.lower,
                "name": group.name,
                "published_rate": group.rate,
                "evidence": group.evidence.value,
            }
            for group in system.groups
        ],
        "facts": {
            check.fact: FACTS[check.fact].meaning
            for criterion in system.criteria
            for check in criterion.checks
        },
        "departures": list(system.departures),
    }


def _criterion(criterion: Criterion) -> Record:
    return {
        "item": criterion.item,
        "title": criterion.title,
        "evidence": criterion.evidence.value,
        "note": criterion.note or None,
        "citation": criterion.checks[0].rule.citation,
        "levels": [_level(level) for level in criterion.levels],
    }


def _level(level: Level) -> Record:
    rules = {check.fact: check.rule for check in checks(level.clause)}
    return {
        "points": level.points,
        "when": clause_words(level.clause),
        "clause": _clause(level.clause),
        "threshold_evidence": sorted({rule.evidence.value for rule in rules.values()}),
        "notes": [f"{fact}: {rule.note}" for fact, rule in rules.items() if rule.note],
    }


def _clause(clause: Clause) -> Record:
    match clause:
        case Check():
            record = {"fact": clause.fact, "rule": rule_json(clause.rule)}
            return {**record, "unknown_counts": clause.unknown_counts}
        case Every():
            return {"all_of": [_clause(part) for part in clause.clauses]}
        case Some():
            return {"any_of": [_clause(part) for part in clause.clauses]}
        case FirstGiven():
            return {"first_given_of": [_clause(part) for part in clause.clauses]}
