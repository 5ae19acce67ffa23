"""A number with its interval, held against a threshold."""

import pytest

from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import Answer, Fact, Facts, Source
from ctocalc.scores.logic import BOTH, Check, Verdict, judge_fact
from ctocalc.scores.rules import Comparator, Evidence, Rule, weakest, yes


def rule(comparator: Comparator, rival: Comparator | None = None) -> Rule:
    return Rule(
        comparator=comparator, threshold=20.0, unit=Unit.MM,
        evidence=Evidence.PRIMARY, citation="a paper", rival=rival,
    )  # fmt: skip


def hold(comparator: Comparator, **number: float | str | None) -> Verdict:
    measured = Measured(unit=Unit.MM, **({"value": None} | number))  # type: ignore[arg-type]
    fact = Fact(measured=measured, source=Source.IMAGE)
    return judge_fact(Check(fact="length_mm", rule=rule(comparator)), fact)


@pytest.mark.parametrize(
    ("comparator", "low", "value", "high", "best", "borderline"),
    [
        (">", 18, 19, 20, False, False),
        (">", 18, 19, 20.1, False, True),
        (">", 20, 21, 22, True, True),
        (">", 20.1, 21, 22, True, False),
        (">=", 18, 19, 19.9, False, False),
        (">=", 18, 19, 20, False, True),
        (">=", 20, 21, 22, True, False),
        (">=", 19.9, 21, 22, True, True),
    ],
)
def test_borderline_when_the_ends_disagree(
    comparator: str, low: float, value: float, high: float, best: bool, borderline: bool
) -> None:
    verdict = hold(Comparator(comparator), low=low, value=value, high=high)
    assert verdict.best is best
    assert verdict.borderline is borderline
    assert verdict.can_be == (BOTH if borderline else {best})
    assert ("interval holds the threshold" in (verdict.lead.reason or "")) is borderline


def test_a_truncated_length_is_yes_or_cannot_be_told() -> None:
    short = hold(Comparator.AT_LEAST, low=12, value=12, high=None)
    assert short.best is None
    assert short.can_be == BOTH
    assert not short.borderline
    assert "only a bound is known" in str(short.lead.reason)
    long = hold(Comparator.AT_LEAST, low=20, value=20, high=None)
    assert long.best is True
    assert long.can_be == {True}
    assert hold(Comparator.ABOVE, low=20, value=20, high=None).best is None


def test_an_upper_bound_is_no_or_cannot_be_told() -> None:
    assert hold(Comparator.AT_LEAST, low=None, value=19, high=19).best is False
    assert hold(Comparator.AT_LEAST, low=None, value=20, high=20).best is None


def test_no_value_cannot_be_told_unless_an_end_decides() -> None:
    untold = hold(Comparator.AT_LEAST, reason="no contrast")
    assert (untold.best, untold.can_be) == (None, BOTH)
    assert untold.lead.reason == "no contrast"
    assert hold(Comparator.AT_LEAST, low=25, reason="cap unseen").best is True
    assert hold(Comparator.AT_LEAST, high=5, reason="cap unseen").best is False
    assert hold(Comparator.AT_LEAST, low=5, high=25, reason="cap unseen").best is None


def test_an_exact_number_has_no_interval() -> None:
    verdict = hold(Comparator.ABOVE, value=20)
    assert (verdict.best, verdict.can_be) == (False, frozenset({False}))


def test_rival_comparators_make_the_threshold_itself_borderline() -> None:
    check = Check(fact="length_mm", rule=rule(Comparator.AT_LEAST, Comparator.ABOVE))
    for value, best, borderline in ((19.9, False, False), (20, True, True), (20.1, True, False)):
        number = Measured(value=value, unit=Unit.MM, low=value, high=value)
        verdict = judge_fact(check, Fact(measured=number, source=Source.GIVEN))
        assert (verdict.best, verdict.borderline) == (best, borderline)


def test_unknown_counts_only_where_the_score_says_so() -> None:
    months = Rule(
        comparator=Comparator.AT_LEAST, threshold=12.0, unit=Unit.MONTH,
        evidence=Evidence.SECONDARY, citation="a paper",
    )  # fmt: skip
    unknown = Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)
    counted = judge_fact(Check(fact="duration_months", rule=months, unknown_counts=True), unknown)
    assert (counted.best, counted.can_be) == (True, frozenset({True}))
    ignored = judge_fact(Check(fact="duration_months", rule=months), unknown)
    assert (ignored.best, ignored.can_be) == (None, BOTH)
    missing = judge_fact(Check(fact="duration_months", rule=months, unknown_counts=True), Fact())
    assert (missing.best, missing.can_be) == (None, BOTH)
    assert missing.lead.reason == "duration: not given"


def test_a_reason_travels_with_a_known_answer() -> None:
    fact = Fact(answer=Answer.NO, source=Source.IMAGE, reason="the two bends disagree")
    verdict = judge_fact(Check(fact="side_branch", rule=yes(Evidence.PRIMARY, "a")), fact)
    assert verdict.best is False
    assert verdict.lead.reason == "the two bends disagree"


def test_facts_refuse_what_means_nothing() -> None:
    number = Measured(value=1.0, unit=Unit.MM)
    with pytest.raises(ValueError, match="is no fact"):
        Facts(answers={"lenght_mm": Fact(measured=number)})
    with pytest.raises(ValueError, match="not in deg"):
        Facts(answers={"bend_deg": Fact(measured=number)})
    with pytest.raises(ValueError, match="yes or no goes to the item"):
        Facts(answers={"bend_deg": Fact(answer=Answer.YES)})
    with pytest.raises(ValueError, match="not both"):
        Fact(answer=Answer.YES, measured=number)
    with pytest.raises(ValueError, match="borderline"):
        Fact(borderline=True)
    with pytest.raises(ValueError, match="IS goes with"):
        Rule(
            comparator=Comparator.IS, threshold=1.0, unit=None,
            evidence=Evidence.PRIMARY, citation="a",
        )  # fmt: skip


def test_the_weakest_grade_is_the_last_of_the_four() -> None:
    assert weakest((Evidence.PRIMARY, Evidence.SECONDARY, Evidence.REVIEW)) is Evidence.SECONDARY
    assert weakest(tuple(Evidence)) is Evidence.UNCONFIRMED
