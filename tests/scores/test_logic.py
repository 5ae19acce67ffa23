"""Three-valued logic against its slow twin: every completion, enumerated."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import Answer, Fact, Facts, Source
from ctocalc.scores.logic import Check, Clause, Every, FirstGiven, Some, checks, judge
from ctocalc.scores.rules import Comparator, Evidence, Rule, yes

NAMES = ("blunt_stump", "blunt_stump_exit", "side_branch", "prior_attempt", "full_moon")
ANSWERS = {True: Answer.YES, False: Answer.NO, None: Answer.MISSING}


def ask(name: str) -> Check:
    return Check(fact=name, rule=yes(Evidence.PRIMARY, "a paper"))


def facts_of(answers: dict[str, bool | None]) -> Facts:
    return Facts(
        answers={
            name: Fact(answer=ANSWERS[answer], source=Source.IMAGE)
            for name, answer in answers.items()
        }
    )


def two_valued(clause: Clause, world: dict[str, bool]) -> bool:
    """Return what plain logic says when everything is known."""
    if isinstance(clause, Check):
        return world[clause.fact]
    parts = [two_valued(part, world) for part in clause.clauses]
    if isinstance(clause, FirstGiven):
        return parts[0]
    return all(parts) if isinstance(clause, Every) else any(parts)


def completions(clause: Clause, answers: dict[str, bool | None]) -> set[bool]:
    choices = [[True, False] if answers[name] is None else [answers[name]] for name in NAMES]
    return {
        two_valued(clause, {n: bool(a) for n, a in zip(NAMES, world, strict=True)})
        for world in product(*choices)
    }


A, B, C = (ask(name) for name in NAMES[:3])


@pytest.mark.parametrize("answers", list(product([True, False, None], repeat=3)))
@pytest.mark.parametrize(
    "clause",
    [Every((A, B, C)), Some((A, B, C)), Every((A, Some((B, C)))), Some((A, Every((B, C))))],
)
def test_whole_truth_table(clause: Clause, answers: tuple[bool | None, ...]) -> None:
    told = dict.fromkeys(NAMES, False) | dict(zip(NAMES, answers, strict=False))
    verdict = judge(clause, facts_of(told))
    possible = completions(clause, told)
    assert verdict.can_be == possible
    assert verdict.best == (possible.pop() if len(possible) == 1 else None)
    assert verdict.lead.present == verdict.best


clauses = st.recursive(
    st.sampled_from(NAMES).map(ask),
    lambda inner: st.builds(
        lambda kind, parts: kind(tuple(parts)),
        st.sampled_from([Every, Some]),
        st.lists(inner, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(
    clause=clauses,
    answers=st.fixed_dictionaries({n: st.sampled_from([True, False, None]) for n in NAMES}),
)
def test_nested_clauses_never_leave_out_a_completion(
    clause: Clause, answers: dict[str, bool | None]
) -> None:
    verdict = judge(clause, facts_of(answers))
    possible = completions(clause, answers)
    assert possible <= verdict.can_be
    names = [check.fact for check in checks(clause)]
    if len(set(names)) == len(names):
        assert possible == verdict.can_be
    if verdict.best is not None:
        assert possible == {verdict.best}


@pytest.mark.parametrize("sure", [True, False])
def test_borderline_spreads_only_where_it_matters(sure: bool) -> None:
    nearly = Fact(answer=Answer.YES, borderline=True, source=Source.IMAGE)
    other = Fact(answer=Answer.YES if sure else Answer.NO, source=Source.IMAGE)
    facts = Facts(answers={"blunt_stump": nearly, "blunt_stump_exit": other})
    both = (ask("blunt_stump"), ask("blunt_stump_exit"))
    assert judge(Every(both), facts).borderline is sure
    assert judge(Some(both), facts).borderline is not sure


@pytest.mark.parametrize(
    ("value", "low", "high", "best"),
    [
        (22.0, 18.0, None, True), (18.0, 16.0, None, None), (21.0, 21.0, None, True),
        (18.0, 18.0, None, None), (18.0, None, 22.0, False), (22.0, None, 24.0, None),
        (22.0, 18.0, 24.0, True), (18.0, 16.0, 22.0, False),
    ],
)  # fmt: skip
def test_of_a_part_is_told_what_the_rest_would_not_change(
    value: float, low: float | None, high: float | None, best: bool | None
) -> None:
    """A part that is 22 mm long passes 20 mm however long the whole is; one of 18 mm may."""
    rule = Rule(
        comparator=Comparator.AT_LEAST, threshold=20.0, unit=Unit.MM,
        evidence=Evidence.PRIMARY, citation="made",
    )  # fmt: skip
    length = Measured(value=value, low=low, high=high, unit=Unit.MM)
    facts = Facts(answers={"length_mm": Fact(measured=length, source=Source.IMAGE)})
    assert judge(Check(fact="length_mm", rule=rule), facts).best is best


def test_a_quoted_number_is_shown_and_never_weighed() -> None:
    taper = Measured(value=9.0, unit=Unit.MM, low=0.0, high=20.0)
    blunt = Fact(answer=Answer.YES, quoted=taper, source=Source.IMAGE)
    verdict = judge(ask("blunt_stump"), Facts(answers={"blunt_stump": blunt}))
    assert (verdict.best, verdict.lead.measured) == (True, taper)
    assert verdict.can_be == {True}
    with pytest.raises(ValueError, match="quoted behind an answer"):
        Fact(quoted=taper)


def test_first_given_passes_over_what_nobody_looked_at() -> None:
    clause = FirstGiven((ask("full_moon"), ask("side_branch")))
    present = Fact(answer=Answer.YES, source=Source.GIVEN)
    unseen = Fact(source=Source.IMAGE, reason="metal hides it")
    asked = Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)
    assert judge(clause, Facts(answers={"side_branch": present})).best is True
    both = {"full_moon": asked, "side_branch": present}
    assert judge(clause, Facts(answers=both)).best is True
    verdict = judge(clause, Facts(answers=both | {"full_moon": unseen}))
    assert verdict.best is None
    assert verdict.lead.reason == "metal hides it"
    assert judge(clause, Facts()).lead.fact == "full_moon"
