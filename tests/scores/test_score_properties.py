"""What must hold for any answers, in every system."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctocalc.quantity import Measured
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.logic import Check
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.rules import Comparator
from ctocalc.scores.system import Basis, Score, ScoringSystem, evaluate

EDITIONS = pytest.mark.parametrize(
    "system", SYSTEMS, ids=lambda system: f"{system.name}-{system.edition}"
)


def exact(name: str, value: float, source: Source) -> Fact:
    unit = FACTS[name].unit
    assert unit is not None
    measured = Measured(value=value, unit=unit, low=value, high=value)
    return Fact(measured=measured, source=source)


def highest(name: str) -> float:
    return FACTS[name].highest or 60.0


@st.composite
def known_facts(draw: st.DrawFn, system: ScoringSystem, name: str) -> Fact:
    """Return a fact that is fully known, and that the system hears."""
    source = draw(st.sampled_from([Source.IMAGE, Source.GIVEN]))
    if name not in of_image(system):
        source = Source.GIVEN
    if FACTS[name].unit is None:
        return Fact(answer=draw(st.sampled_from([Answer.YES, Answer.NO])), source=source)
    return exact(name, draw(st.floats(0, highest(name))), source)


@st.composite
def blurred(draw: st.DrawFn, name: str, truth: Fact) -> Fact:
    """Return what might be known about a truth: less, or an interval that holds it."""
    kind = draw(st.sampled_from(["kept", "unseen", "interval"]))
    if kind == "unseen":
        return Fact(source=Source.IMAGE, reason="cannot be seen")
    if kind == "kept":
        return truth
    if truth.measured is None:
        flip = Answer.NO if truth.answer is Answer.YES else Answer.YES
        call = draw(st.sampled_from([truth.answer, flip]))
        return replace(truth, answer=call, borderline=True)
    value = truth.measured.value
    assert value is not None
    low, high = draw(st.floats(0, value)), draw(st.floats(value, highest(name)))
    best = draw(st.floats(low, high))
    measured = replace(
        truth.measured, value=best, low=low, high=draw(st.sampled_from([high, None]))
    )
    return replace(truth, measured=measured)


def fact_names(system: ScoringSystem) -> list[str]:
    found = dict.fromkeys(c.fact for criterion in system.criteria for c in criterion.checks)
    return list(found)


def of_image(system: ScoringSystem) -> set[str]:
    items = [c for c in system.criteria if c.item in system.filled_from_image]
    return {check.fact for criterion in items for check in criterion.checks}


def scored(system: ScoringSystem, facts: dict[str, Fact]) -> Score:
    return evaluate(system, Facts(answers=facts), basis=Basis.APPARENT)


def bounds(score: Score) -> tuple[float, float]:
    assert score.points_low is not None
    assert score.points_high is not None
    return score.points_low, score.points_high


@EDITIONS
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_the_interval_holds_the_truth_and_the_best_call(
    system: ScoringSystem, data: st.DataObject
) -> None:
    truth = {name: data.draw(known_facts(system, name), name) for name in fact_names(system)}
    seen = {name: data.draw(blurred(name, fact), f"seen {name}") for name, fact in truth.items()}
    complete, partial = scored(system, truth), scored(system, seen)
    low, high = bounds(partial)
    assert complete.points is not None
    assert low <= complete.points <= high
    assert 0 <= low <= high <= system.most_points
    if partial.points is not None:
        assert low <= partial.points <= high
    assert (partial.reason is None) == (low == high)
    assert low == sum(finding.points_low for finding in partial.findings)


@EDITIONS
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_nothing_given_is_never_zero(system: ScoringSystem, data: st.DataObject) -> None:
    names = fact_names(system)
    given_names = data.draw(st.sets(st.sampled_from(names)))
    truth = {name: data.draw(known_facts(system, name), name) for name in names}
    score = scored(system, {name: truth[name] for name in sorted(given_names)})
    low, high = bounds(score)
    for criterion, finding in zip(system.criteria, score.findings, strict=True):
        if not {check.fact for check in criterion.checks} & given_names:
            assert finding.points is None
            assert (finding.points_low, finding.points_high) == (0, criterion.levels[0].points)
            assert finding.reason
    if score.points is None:
        assert low < high
        assert score.group is None or system.group(low) is system.group(high)


def decided(check: Check, *, met: bool) -> Fact:
    """Return the fact that meets the check as clearly as can be, or fails it so."""
    if FACTS[check.fact].unit is None:
        answer = Answer.YES if met is check.rule.threshold else Answer.NO
        return Fact(answer=answer, source=Source.GIVEN)
    falling = check.rule.comparator in {Comparator.BELOW, Comparator.AT_MOST}
    return exact(check.fact, 0.0 if met is falling else highest(check.fact), Source.GIVEN)


@EDITIONS
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_positive_answer_never_lowers_a_score(system: ScoringSystem, data: st.DataObject) -> None:
    before = {name: data.draw(known_facts(system, name), name) for name in fact_names(system)}
    checks = [check for criterion in system.criteria for check in criterion.checks]
    check = data.draw(st.sampled_from(checks))
    first, second = (
        scored(system, before),
        scored(system, {**before, check.fact: decided(check, met=True)}),
    )
    assert first.points is not None
    assert second.points is not None
    assert second.points >= first.points
    answered = data.draw(st.sampled_from(system.criteria))
    items = {answered.item: Fact(answer=Answer.YES, source=Source.READER)}
    third = evaluate(system, Facts(answers=before, items=items), basis=Basis.APPARENT)
    assert third.points is not None
    assert third.points >= first.points


@EDITIONS
def test_all_and_nothing(system: ScoringSystem) -> None:
    checks = [check for criterion in system.criteria for check in criterion.checks]
    full = scored(system, {check.fact: decided(check, met=True) for check in checks})
    assert full.points == system.most_points
    none = scored(system, {check.fact: decided(check, met=False) for check in checks})
    assert none.points == 0
