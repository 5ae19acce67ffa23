"""Machine names as people say them: no underscore, no unit, acronyms as acronyms."""

import re
from itertools import combinations

import pytest

from ctocalc.scores.facts import FACTS
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import ScoringSystem
from ctocalc.scores.terms import term

ITEMS = {criterion.item for system in SYSTEMS for criterion in system.criteria}


@pytest.mark.parametrize("name", sorted({*FACTS, *ITEMS}))
def test_a_name_is_words(name: str) -> None:
    words = term(name).split()
    assert words
    assert all(re.fullmatch("[A-Za-z0-9-]+", word) for word in words)
    assert not {"mm", "deg", "months", "years", "percent"} & set(words)
    assert not {"adr", "lad", "lvef", "cabg", "mi", "cto"} & set(words)


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda s: f"{s.name}-{s.edition}")
def test_the_facts_of_one_score_have_names_of_their_own(system: ScoringSystem) -> None:
    facts = sorted({check.fact for c in system.criteria for check in c.checks})
    assert all(term(one) != term(two) for one, two in combinations(facts, 2))
