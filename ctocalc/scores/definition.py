"""The definition of a system as a record, from the very tables that score."""

from collections.abc import Iterator

from ctocalc.scores.criterion import Criterion, Level
from ctocalc.scores.facts import FACTS
from ctocalc.scores.form import fact_of, fields, words_taken
from ctocalc.scores.grades import GRADES
from ctocalc.scores.logic import Check, Clause, Every, FirstGiven, Some, checks
from ctocalc.scores.record import Record, rule_json
from ctocalc.scores.system import CTO_MONTHS, Group, ScoringSystem
from ctocalc.scores.words import clause_words, rule_words

CALCIUM_TWICE = (
    "Calcium is scored twice, as it looks (apparent) and with blur undone (corrected); "
    "no rate stands beside the corrected one."
)
# What a reader needs beside the tables to score a case by hand.
HOW_TO_SCORE = (
    "Add the points of all items; the group is the last one whose bound the total meets. A total "
    "that cannot be told has a group where both ends of its interval fall into the same.",
    "A value whose interval holds the threshold is borderline: it counts as the value itself says, "
    "and the fewest and most points say what else is possible.",
    "Of an item with several levels only the first that holds counts; of 'A; where not given: B', "
    "B counts only while nothing in A was given.",
    "What is not given counts neither as met nor as not met: the item is worth anything from 0 "
    "to its most points, and the total is an interval. 'unknown' is the same, except where an "
    "item says that it counts.",
    "yes or no to an item's own name answers the whole item and goes before the facts below it; a "
    "name that is also one of the item's several facts means that fact alone where the form asks "
    "for the others too.",
    "A rate holds for the modality it was published for: an angiographic score filled from CT is "
    "CT-adapted and has none.",
    f"An occlusion younger than {CTO_MONTHS:g} months is scored and flagged as no CTO; it has no "
    "rate.",
)


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
        "most_points": system.most_points if system.adds_up else None,
        "adds_up": system.adds_up,
        "filled_from_image": list(system.filled_from_image),
        "calcium_area_item": system.calcium_area_item,
        "not_scored_if": _excludes(system.excludes),
        "items": [_criterion(criterion) for criterion in system.criteria],
        "groups": [_group(group) for group in system.groups],
        "facts": {fact: FACTS[fact].meaning for fact in system.facts},
        "form": {name: _field(system, name) for name in fields(system)},
        "how_to_score": list(HOW_TO_SCORE),
        "departures": list(system.departures),
    }


def grade_words(record: Record) -> Iterator[str]:
    """Say in words which facts of a definition a reader's grade answers, and how."""
    for name, field in record["form"].items():
        grades = field["answers"] or {}
        for fact in dict.fromkeys(fact for facts in grades.values() for fact in facts):
            words: dict[str, list[str]] = {}
            for word, facts in grades.items():
                words.setdefault(facts[fact], []).append(word)
            told = "; ".join(f"{answer} for {', '.join(each)}" for answer, each in words.items())
            yield f"{fact}, from {name}: {told}"


def _excludes(check: Check | None) -> Record | None:
    if check is None:
        return None
    return {"when": clause_words(check), "clause": _clause(check), "reason": check.rule.note}


def _group(group: Group) -> Record:
    return {
        "comparator": group.comparator.value,
        "lower": group.lower,
        "name": group.name,
        "published_rate": group.rate,
        "evidence": group.evidence.value,
    }


def _field(system: ScoringSystem, name: str) -> Record:
    """Return what a field of the form takes.

    ``fact`` is what a number, or a yes or no, answers; None where that is the whole item.
    ``answers`` are those of a grade's words.
    """
    fact = fact_of(name)
    spec = FACTS[fact] if fact else None
    grades = {
        word: {told: answer.value for told, answer in facts.items() if told in system.facts}
        for word, facts in GRADES.get(name, {}).items()
    }
    number = {"highest": spec.highest, "whole": spec.whole} if spec and spec.unit else None
    return {
        "fact": fact,
        "words": list(words_taken(system, name)),
        "unit": spec.unit.value if spec and spec.unit else None,
        "number": number,
        "answers": grades or None,
    }


def _criterion(criterion: Criterion) -> Record:
    return {
        "item": criterion.item,
        "title": criterion.title,
        "evidence": criterion.evidence.value,
        "note": criterion.note or None,
        "citation": criterion.checks[0].rule.citation,
        "answerable": criterion.answerable,
        "unknown_counts": criterion.unknown_counts,
        "levels": [_level(level) for level in criterion.levels],
    }


def _level(level: Level) -> Record:
    rules = {check.fact: check.rule for check in checks(level.clause)}
    rivals = [
        f"{fact}: the source also writes '{rule.rival}': exactly there it is borderline"
        for fact, rule in rules.items() if rule.rival
    ]  # fmt: skip
    grades = sorted({rule.evidence.value for rule in rules.values()})
    each = [f"{fact} {rule_words(rule)} [{rule.evidence.value}]" for fact, rule in rules.items()]
    return {
        "points": level.points,
        "when": clause_words(level.clause),
        "clause": _clause(level.clause),
        "threshold_evidence": grades,
        "notes": [
            *(["; ".join(each)] if len(grades) > 1 else ()),
            *(f"{fact}: {rule.note}" for fact, rule in rules.items() if rule.note),
            *rivals,
        ],
    }


def _clause(clause: Clause) -> Record:
    match clause:
        case Check():
            rule = rule_json(clause.rule) | {"rival": clause.rule.rival}
            return {"fact": clause.fact, "rule": rule, "unknown_counts": clause.unknown_counts}
        case Every():
            return {"all_of": [_clause(part) for part in clause.clauses]}
        case Some():
            return {"any_of": [_clause(part) for part in clause.clauses]}
        case FirstGiven():
            return {"first_given_of": [_clause(part) for part in clause.clauses]}
