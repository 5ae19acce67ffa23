"""The interpreter in the page gives what Python gives, over every combination of the items."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from importlib.resources import files
from itertools import product
from typing import Any

import pytest

from ctocalc.quantity import Measured, Unit
from ctocalc.report.rules import score_rules
from ctocalc.scores.criterion import Criterion, find
from ctocalc.scores.definition import definition
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.record import facts_json
from ctocalc.scores.registry import EVERYTHING, SYSTEMS
from ctocalc.scores.strategy import BY_STRATEGY
from ctocalc.scores.system import Basis, Score, ScoringSystem, evaluate, not_scored
from ctocalc.scores.words import span

MOST_OF_ITEM = 800
MOST_OF_SYSTEM = 2000
Known = dict[str, Fact]


@pytest.fixture(scope="module")
def interpreter(browser: Any) -> Iterator[Any]:
    page = browser.new_page()
    source = (files("ctocalc.report") / "templates/js/scores.js").read_text(encoding="utf-8")
    page.add_script_tag(content=source)
    yield page
    page.close()


def scored_by_page(interpreter: Any, system: ScoringSystem, known: list[Known]) -> list[Any]:
    """Return the scores on both bases; as text, since nested values travel slowly."""
    asked = json.dumps(
        [definition(system), score_rules()["common"], [facts_json(facts) for facts in known]]
    )
    shown = interpreter.evaluate(
        "(text) => { const [definition, common, all] = JSON.parse(text);"
        " return JSON.stringify(all.flatMap((facts) => ['corrected', 'apparent'].map((basis) =>"
        " evaluate(definition, facts, basis, common)))); }",
        asked,
    )
    return list(json.loads(shown))


def told(score: Score) -> dict[str, Any]:
    """Return a score as the interpreter would; the points of the strategies in words."""
    return {
        "points": score.points, "low": score.points_low, "high": score.points_high,
        "imageOnly": score.points_image_only, "group": score.group, "rate": score.published_rate,
        "items": [
            {"item": f.item, "points": f.points, "low": f.points_low, "high": f.points_high,
             "source": f.source.value, "present": f.present, "borderline": f.borderline}
            for f in score.findings
        ],
        "strategies": next((note for note in score.notes if note.startswith(BY_STRATEGY)), None),
    }  # fmt: skip


def in_words(score: dict[str, Any]) -> dict[str, Any]:
    ways = score["strategies"]
    if ways is None:
        return score
    points = ", ".join(f"{name} {span(None, low, high)}" for name, low, high in ways)
    return score | {"strategies": f"{BY_STRATEGY}: {points}"}


def agree(interpreter: Any, system: ScoringSystem, known: list[Known]) -> None:
    shown = scored_by_page(interpreter, system, known)
    assert len(shown) == 2 * len(known)
    pairs = ((facts, basis) for facts in known for basis in (Basis.CORRECTED, Basis.APPARENT))
    for (facts, basis), found in zip(pairs, shown, strict=True):
        expected = told(evaluate(system, Facts(answers=facts), basis=basis))
        assert in_words(found) == expected, (facts, basis)


def cuts(system: ScoringSystem, fact: str) -> list[float]:
    checks = [c for criterion in system.criteria for c in criterion.checks if c.fact == fact]
    return [float(c.rule.threshold) for c in checks if c.rule.unit]


def around(cut: float, unit: Unit) -> list[Measured]:
    """Return exact values, intervals, bounds and open numbers about a threshold."""
    step = min(1.0, cut / 4) or 0.25
    near = [cut - step, cut, cut + step]
    ends: list[tuple[float | None, float | None, float | None]] = [
        *((v, v, v) for v in near),
        *((v, cut - 2 * step, cut + 2 * step) for v in near),
        *((v, v, None) for v in near),
        *((v, None, v) for v in near),
        *((v, cut - 2 * step, None) for v in near),
        *((v, None, cut + 2 * step) for v in near),
        (None, cut, cut + step), (None, cut - step, cut), (None, cut - step, cut + step),
        (cut, None, None), (None, None, None),
    ]  # fmt: skip
    return [
        Measured(value=v, low=a, high=b, unit=unit, reason="not seen" if v is None else None)
        for v, a, b in ends
    ]


def states(system: ScoringSystem, name: str) -> list[Fact]:
    """Return a fact as nobody, a form, a reader or the image may leave it."""
    unit = FACTS[name].unit
    nothing = [Fact(), Fact(source=Source.IMAGE), Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)]
    if unit is None:
        plain = [Fact(answer=a, source=Source.IMAGE) for a in (Answer.YES, Answer.NO)]
        return [*plain, *(replace(f, borderline=True) for f in plain),
                *(replace(f, source=Source.READER) for f in plain), *nothing]  # fmt: skip
    found = [
        Fact(measured=measured, source=source)
        for cut in cuts(system, name) or [10.0]
        for measured in around(cut, unit)
        for source in (Source.IMAGE, Source.READER)
    ]
    return [*found, *nothing]


def sampled(choices: dict[str, list[Fact]], most: int, seed: int) -> list[Known]:
    count = 1
    for each in choices.values():
        count *= len(each)
    if count <= most:
        return [dict(zip(choices, row, strict=True)) for row in product(*choices.values())]
    dice = random.Random(seed)
    return [{name: dice.choice(each) for name, each in choices.items()} for _ in range(most)]


def outcomes(system: ScoringSystem, criterion: Criterion) -> list[Known]:
    """Return one set of facts for every way in which an item can come out."""
    names = dict.fromkeys(check.fact for check in criterion.checks)
    found: dict[Any, Known] = {}
    for known in sampled({n: states(system, n) for n in names}, MOST_OF_ITEM, 3):
        item = find(criterion, Facts(answers=known))
        certain = item.points_low == item.points_high or item.points is None
        if certain:
            found.setdefault((item.points, item.points_low, item.points_high), known)
    return list(found.values())


@pytest.mark.parametrize("system", EVERYTHING, ids=lambda each: each.edition + each.name)
def test_every_combination_of_met_not_met_and_open(interpreter: Any, system: ScoringSystem) -> None:
    each = [outcomes(system, criterion) for criterion in system.criteria]
    assert all(len(found) >= 2 for found in each)
    rows = [{k: f for known in row for k, f in known.items()} for row in product(*each)]
    agree(interpreter, system, rows)


@pytest.mark.parametrize("system", EVERYTHING, ids=lambda each: each.edition + each.name)
def test_every_state_of_the_facts_of_an_item(interpreter: Any, system: ScoringSystem) -> None:
    for criterion in system.criteria:
        names = dict.fromkeys(check.fact for check in criterion.checks)
        agree(interpreter, system, sampled({n: states(system, n) for n in names}, 400, 1))


@pytest.mark.slow
@pytest.mark.parametrize("system", EVERYTHING, ids=lambda each: each.edition + each.name)
def test_whole_lesions_at_random(interpreter: Any, system: ScoringSystem) -> None:
    every = {name: states(system, name) for name in (*system.facts, "duration_months")}
    agree(interpreter, system, sampled(every, MOST_OF_SYSTEM, 2))


def test_the_page_holds_every_edition_that_is_scored() -> None:
    shown = [(d["system"], d["edition"]) for d in score_rules()["definitions"]]
    assert shown == [(system.name, system.edition) for system in SYSTEMS]


def test_a_patient_the_paper_did_not_look_at_has_no_score(interpreter: Any) -> None:
    system = next(each for each in SYSTEMS if each.excludes)
    assert system.excludes is not None
    known = {system.excludes.fact: Fact(answer=Answer.YES, source=Source.GIVEN)}
    found = scored_by_page(interpreter, system, [known])
    empty = told(not_scored(system, "", basis=Basis.CORRECTED))
    assert found == [empty, empty]
