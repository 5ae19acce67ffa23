"""Scores of typed forms."""

from ctocalc.scores.criterion import Finding
from ctocalc.scores.form import facts_from_form
from ctocalc.scores.registry import system
from ctocalc.scores.system import Basis, Score, evaluate


def score(name: str, edition: str | None = None, /, **entries: object) -> Score:
    chosen = system(name, edition)
    facts = facts_from_form(chosen, {field: str(value) for field, value in entries.items()})
    return evaluate(chosen, facts, basis=Basis.APPARENT)


def item(name: str, edition: str | None, which: str, /, **entries: object) -> Finding:
    found = score(name, edition, **entries).findings
    return next(finding for finding in found if finding.item == which)
