"""Points of a complication score per way of crossing: a choice of the operator, not a finding."""

from dataclasses import replace

from ctocalc.scores.criterion import Criterion, find
from ctocalc.scores.facts import NOT_GIVEN, Answer, Fact, Facts, Source
from ctocalc.scores.words import span

CHOICES = ("adr", "retrograde")
BY_STRATEGY = "points by strategy"
# Answers to CHOICES.
STRATEGIES = {
    "antegrade wiring only": (Answer.NO, Answer.NO),
    "ADR": (Answer.YES, Answer.NO),
    "retrograde": (Answer.NO, Answer.YES),
    "ADR and retrograde": (Answer.YES, Answer.YES),
}


def by_strategy(criteria: tuple[Criterion, ...], facts: Facts) -> str | None:
    """Return the points of each strategy in words; None where none is asked, or one was given."""
    asked = {check.fact for criterion in criteria for check in criterion.checks}
    given = any(facts[name].given or facts.items.get(name, NOT_GIVEN).given for name in CHOICES)
    if given or not asked.issuperset(CHOICES):
        return None
    points = []
    for strategy, answers in STRATEGIES.items():
        chosen = {
            name: Fact(answer=answer, source=Source.GIVEN)
            for name, answer in zip(CHOICES, answers, strict=True)
        }
        supposed = replace(facts, answers={**facts.answers, **chosen})
        found = [find(criterion, supposed) for criterion in criteria]
        low, high = sum(f.points_low for f in found), sum(f.points_high for f in found)
        points.append(f"{strategy} {span(None, low, high)}")
    return f"{BY_STRATEGY}: {', '.join(points)}"
