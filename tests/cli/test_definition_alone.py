"""The printed JSON is the whole definition: who scores from it alone gets the same result."""

import json
import random
from itertools import product

import pytest
from click.testing import CliRunner

from ctocalc.cli.scores import command
from ctocalc.scores.facts import FACTS
from ctocalc.scores.form import FormError, facts_from_form
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis, ScoringSystem, evaluate
from tests.cli import score_interpreter

MOST = 400


def printed(system: ScoringSystem) -> score_interpreter.Json:
    records = json.loads(CliRunner().invoke(command, [system.name, "--json"]).stdout)
    return next(each for each in records if each["edition"] == system.edition)


def answers(record: score_interpreter.Json, name: str) -> list[str]:
    """Return words and numbers around every threshold, and no answer."""
    field = record["form"][name]
    found = [None, *field["words"]]
    if number := field["number"]:
        cuts = [k for item in record["items"] for level in item["levels"]
                for k in thresholds(level["clause"], field["fact"])]  # fmt: skip
        step = 1 if number["whole"] else 0.01
        highest = number["highest"] or 1000
        found += [repr(c + s) for c in cuts for s in (-step, 0, step) if 0 <= c + s <= highest]
    return [text or "" for text in found]


def thresholds(clause: score_interpreter.Json, fact: str) -> list[float]:
    if "fact" in clause:
        asks = clause["fact"] == fact and clause["rule"]["comparator"] != "is"
        return [clause["rule"]["threshold"]] if asks else []
    return [cut for part in next(iter(clause.values())) for cut in thresholds(part, fact)]


def agree(system: ScoringSystem, record: score_interpreter.Json, entries: dict[str, str]) -> bool:
    """Return whether the form was taken; the interpreter's result is then Python's."""
    try:
        facts = facts_from_form(system, entries)
    except FormError as error:
        assert "twice" in str(error), error
        return False
    score = evaluate(system, facts, basis=Basis.APPARENT)
    told = score_interpreter.score(record, entries)
    if told is None:
        assert score.points_low is None
        return True
    assert told[:2] == (score.points_low, score.points_high), entries
    if score.points is None or score.points_low == score.points_high:
        assert told[2] == score.group, entries
    return True


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda each: f"{each.name}-{each.edition}")
def test_scoring_from_the_json_alone(system: ScoringSystem) -> None:
    record = printed(system)
    names = list(record["form"])
    choices = {name: answers(record, name) for name in names}
    assert all(len(found) > 1 for found in choices.values())
    for item in record["items"]:
        asked = [n for n in names if n == item["item"] or n in fields_of(record, item)]
        every = list(product(*(choices[name] for name in asked)))
        chosen = every if len(every) <= MOST else random.Random(1).sample(every, MOST)
        taken = [agree(system, record, dict(zip(asked, row, strict=True))) for row in chosen]
        assert any(taken)
    dice = random.Random(2)
    whole = [{name: dice.choice(choices[name]) for name in names} for _ in range(MOST)]
    sparse = [{n: text for n, text in row.items() if dice.random() < 0.5} for row in whole]
    assert sum(agree(system, record, row) for row in (*whole, *sparse)) > MOST / 20


def fields_of(record: score_interpreter.Json, item: score_interpreter.Json) -> set[str]:
    """Return the form's names that answer facts of the item."""
    facts = {f for level in item["levels"] for f in score_interpreter.used(level["clause"])}
    return {
        name
        for name, field in record["form"].items()
        if field["fact"] in facts
        or any(facts & set(told) for told in (field["answers"] or {}).values())
    }


def test_every_asked_fact_is_explained() -> None:
    for system in SYSTEMS:
        assert printed(system)["facts"] == {name: FACTS[name].meaning for name in system.facts}
