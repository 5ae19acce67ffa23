"""Scores and their findings as plain records, in the names of the published interface."""

from collections.abc import Mapping
from typing import Any

from ctocalc.quantity import Measured
from ctocalc.scores.criterion import Finding
from ctocalc.scores.facts import Fact
from ctocalc.scores.logic import Condition
from ctocalc.scores.rules import Rule
from ctocalc.scores.system import Score

Record = dict[str, Any]


def score_json(score: Score, *, lesion: int | None = None) -> Record:
    """Return the score as it stands in a result; ``lesion`` is None for a form."""
    system = score.system
    return {
        "system": system.name,
        "edition": system.edition,
        "title": score.title,
        "modality": score.modality,
        "endpoint": system.endpoint,
        "lesion": lesion,
        "basis": score.basis.value,
        "points": score.points,
        "points_low": score.points_low,
        "points_high": score.points_high,
        "points_image_only": score.points_image_only,
        "group": score.group,
        "published_rate": score.published_rate,
        "published_rate_evidence": _value(score.published_rate_evidence),
        "items": [_finding(finding) for finding in score.findings],
        "citation": system.citation,
        "evidence": system.evidence.value,
        "unconfirmed": list(system.unconfirmed),
        "notes": list(score.notes),
        "reason": score.reason,
    }


def facts_json(facts: Mapping[str, Fact]) -> Record:
    """Return facts by name, whole: who has them and a definition can score without this package."""
    return {
        name: {
            "answer": fact.answer.value,
            "measured": _measured(fact.measured),
            "quoted": _measured(fact.quoted),
            "borderline": fact.borderline,
            "source": fact.source.value,
            "reason": fact.reason,
        }
        for name, fact in facts.items()
    }


def _finding(finding: Finding) -> Record:
    return {
        "item": finding.item,
        "points": finding.points,
        "points_low": finding.points_low,
        "points_high": finding.points_high,
        "present": finding.present,
        "source": finding.source.value,
        "measured": _measured(finding.measured),
        "rule": rule_json(finding.rule),
        "conditions": [_condition(condition) for condition in finding.conditions],
        "borderline": finding.borderline,
        "evidence": finding.evidence.value,
        "reason": finding.reason,
    }


def _condition(condition: Condition) -> Record:
    return {
        "fact": condition.fact,
        "present": condition.present,
        "source": condition.source.value,
        "measured": _measured(condition.measured),
        "rule": rule_json(condition.rule),
        "borderline": condition.borderline,
        "reason": condition.reason,
    }


def rule_json(rule: Rule) -> Record:
    """Return a rule; ``threshold`` true and ``unit`` null belong to yes/no questions."""
    return {
        "comparator": rule.comparator.value,
        "threshold": rule.threshold,
        "unit": _value(rule.unit),
        "evidence": rule.evidence.value,
        "citation": rule.citation,
    }


def _measured(measured: Measured | None) -> Record | None:
    if measured is None:
        return None
    return {
        "value": measured.value,
        "low": measured.low,
        "high": measured.high,
        "unit": measured.unit.value,
        "reason": measured.reason,
    }


def _value(word: Any) -> str | None:
    return None if word is None else str(word.value)
