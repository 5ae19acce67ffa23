"""A reader's calls: what they say to the scores, and what they leave alone."""

from itertools import product
from typing import Any

import pytest

from ctocalc.lesion.lesion import Lesion, StumpCall
from ctocalc.scores.facts import FACTS, Answer, Source
from ctocalc.scores.registry import SYSTEMS, system
from ctocalc.scores.system import Basis, Score, evaluate
from ctocalc.study.calls import QUESTIONS, UNTOLD, Call, called, said
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.findings import facts_of
from tests.case_results import lesion

LESION = lesion()


def score(calls: dict[str, Call], name: str, basis: Basis = Basis.CORRECTED) -> Score:
    facts = facts_of(LESION, "LAD", ClinicalFacts(), basis=basis, calls=calls)
    return evaluate(system(name), facts, basis=basis)


def item(calls: dict[str, Call], name: str, item_: str) -> Any:
    return next(found for found in score(calls, name).findings if found.item == item_)


@pytest.mark.parametrize(
    ("calls", "name", "item_", "points"),
    [
        ({"proximal_stump": "tapered"}, "jcto", "blunt_stump", 0),
        ({"proximal_stump": "none"}, "jcto", "blunt_stump", 1),
        ({"proximal_stump": "unknown"}, "jcto", "blunt_stump", None),
        ({"distal_stump": "blunt", "proximal_stump": "tapered"}, "ct_rector", "blunt_stump", 1),
        ({"side_branch": "yes"}, "kcct", "side_branch", 1),
        ({"bend_over_45": "yes"}, "jcto", "bending", 1),
        ({"bend_over_45": "yes"}, "ct_rector", "bending", 1),
        ({"bend_over_45": "no"}, "jcto", "bending", 0),
        ({"bend_over_45": "no"}, "ct_rector", "bending", 0),
        ({"bend_deg": 45}, "jcto", "bending", 0),
        ({"bend_deg": 45}, "ct_rector", "bending", 1),
        ({"bend_deg": "unknown"}, "jcto", "bending", None),
        ({"calcification": "no"}, "jcto", "calcification", 0),
        ({"calcification": "no"}, "jcto_ct", "calcification", 0),
        ({"calcification": "no"}, "kcct", "calcification", 0),
        ({"calcification": "no"}, "castle", "calcification", 0),
        ({"calcification": "unknown"}, "jcto", "calcification", None),
        ({"calcium_over_half": "yes"}, "jcto_ct", "calcification", 1),
        ({"calcium_over_half": "yes"}, "ct_rector", "calcification", 1),
        ({"calcium_over_half": "no"}, "jcto_ct", "calcification", 0),
        ({"calcium_over_half": "no"}, "ct_rector", "calcification", 0),
        ({"calcium_over_half": "no"}, "kcct", "calcification", 0),
        ({"calcium_over_half": "unknown"}, "ct_rector", "calcification", None),
        ({"calcification": "no", "calcium_over_half": "yes"}, "jcto", "calcification", 1),
        ({"full_moon": "yes"}, "kcct", "calcification", 2),
        ({"full_moon": "yes"}, "jcto_ct", "calcification", 1),
        ({"full_moon": "unknown"}, "kcct", "calcification", None),
        ({"calcium_over_half": "yes", "calcium_arc_deg": 180}, "kcct", "calcification", 1),
        ({"calcium_over_half": "yes", "calcium_arc_deg": 179}, "kcct", "calcification", 0),
        ({"calcium_over_half": "no", "calcium_arc_deg": 300}, "kcct", "calcification", 0),
        ({"multiple_occlusions": "yes"}, "ct_rector", "multiple_occlusions", 1),
        ({"distal_landing_diseased": "yes"}, "recharge_ct", "distal_landing", 1),
    ],
)
def test_a_call_decides_its_item(
    calls: dict[str, Call], name: str, item_: str, points: float | None
) -> None:
    found = item(calls, name, item_)
    assert found.points == points
    assert found.source is Source.READER
    if points is not None:
        assert found.points_low == found.points_high == points


@pytest.mark.parametrize("name", QUESTIONS)
def test_calls_speak_for_their_facts_alone_and_hold_for_both_bases(name: str) -> None:
    question = QUESTIONS[name]
    every: list[Call] = [*question.words, *([33.0] if question.number else [])]
    for call in every:
        told = said({name: call})
        assert told and set(told) <= set(FACTS)
        for basis in Basis:
            before = facts_of(LESION, "LAD", ClinicalFacts(), basis=basis).answers
            after = facts_of(LESION, "LAD", ClinicalFacts(), basis=basis, calls={name: call})
            assert {n for n in FACTS if after[n] != before.get(n)} <= set(told)
            assert all(after[n] == told[n] for n in told)


def test_what_a_reader_cannot_tell_nothing_else_answers() -> None:
    for name, question in QUESTIONS.items():
        facts = said({name: "unknown"}) if "unknown" in question.words else {}
        opened = [fact for fact in facts.values() if fact.source is Source.READER]
        assert opened
        assert all(f.answer is Answer.MISSING and f.measured is None for f in opened)
        assert all(fact.reason == UNTOLD for fact in opened)


def test_every_pair_of_calls_can_be_scored() -> None:
    for (one, first), (two, second) in product(QUESTIONS.items(), repeat=2):
        for a, b in product(first.words, second.words):
            calls: dict[str, Call] = {one: a, two: b}
            facts = facts_of(LESION, "LAD", ClinicalFacts(), basis=Basis.APPARENT, calls=calls)
            for each in SYSTEMS[:6]:
                found = evaluate(each, facts, basis=Basis.APPARENT)
                assert found.points_low is not None


def changed_fields(before: Lesion, after: Lesion) -> set[str]:
    return {n for n in type(before).__slots__ if getattr(before, n) != getattr(after, n)}


def test_the_lesion_follows_and_its_other_measures_stay() -> None:
    after = called(LESION, {"proximal_stump": "tapered", "bend_deg": 60.0, "full_moon": "yes",
                            "side_branch": "unknown", "calcium_over_half": "yes"})  # fmt: skip
    assert changed_fields(LESION, after) == {
        "proximal_stump", "bend_deg", "full_moon", "proximal_side_branch"
    }  # fmt: skip
    assert after.proximal_stump.call is StumpCall.TAPERED
    assert after.proximal_stump.taper_mm == LESION.proximal_stump.taper_mm
    assert after.proximal_stump.p_blunt is None
    assert (after.bend_deg.value, after.bend_deg.low, after.bend_deg.high) == (60.0, 60.0, 60.0)
    assert after.full_moon.present is True
    assert after.proximal_side_branch.present is None
    assert after.proximal_side_branch.reason


def test_automatic_answers_are_those_of_the_image() -> None:
    told = {name: question.automatic(LESION) for name, question in QUESTIONS.items()}
    assert told == {
        "proximal_stump": "blunt", "distal_stump": None, "side_branch": None,
        "bend_over_45": "yes", "bend_deg": 50.0, "calcification": "yes",
        "calcium_over_half": "yes", "full_moon": "no", "calcium_arc_deg": 180.0,
        "multiple_occlusions": "no", "distal_landing_diseased": "no",
    }  # fmt: skip
