"""From images to score items that ask where a lesion lies: phantoms with known answers."""

from functools import cache
from typing import Any

import pytest

from benchmarks.cases import Case, from_spec
from ctocalc.lesion.lesion import BranchPlace, Lesion, StumpCall
from ctocalc.phantom.cases import PLACES, named
from ctocalc.scores.criterion import Finding
from ctocalc.scores.facts import Source
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis
from ctocalc.study.result import VesselResult

pytestmark = pytest.mark.slow

OCCLUDED = {"ostial": "RCA", "aorto-ostial": "RCA", "ostial-branch": "D1", "two-bends": "LCX"}
NEW = {
    ("recharge_ct", "li_2021", "distal_landing"): "distal_landing_diseased",
    ("castle", "szijgyarto_2019", "calcification"): "calcified_half_of_length",
    ("kcct", "yu_2017", "side_branch"): "side_branch",
    ("progress", "christopoulos_2016", "tortuosity"): "vessel",
    ("progress", "christopoulos_2016_proximal", "tortuosity"): "proximal",
}


@cache
def analysed(name: str) -> tuple[Case, VesselResult]:
    case = from_spec(named(name), seed=1)
    wanted = OCCLUDED.get(name, "LAD")
    return case, next(v for v in case.measured().vessels if v.vessel == wanted)


def lesion(name: str) -> Lesion:
    (found,) = analysed(name)[1].lesions
    return found


def truth(name: str) -> dict[str, Any]:
    case, vessel = analysed(name)
    record = next(v for v in case.truth["vessels"] if v["vessel"] == vessel.vessel)
    found: dict[str, Any] = record["lesions"][0]
    return found


def findings(name: str) -> dict[tuple[str, str, str], Finding]:
    scores = [one.score for one in analysed(name)[1].scores]
    return {
        (score.system.name, score.system.edition, one.item): one
        for score in scores
        if score.basis is Basis.CORRECTED
        for one in score.findings
    }


def true_item(name: str, item: str) -> tuple[bool, bool]:
    """Return the true answer, and whether anybody could tell it."""
    if item not in {"vessel", "proximal"}:
        told = truth(name)["items"][item]
        return bool(told["present"]), bool(told["gradable"])
    first, second = (truth(name)[f"{n}_bend_{item}_deg"]["value"] for n in ("largest", "second"))
    if first is None:
        return False, False  # nothing lies before an ostial entry
    gradable = all(abs(angle - cut) > 8 for angle in (first, second) for cut in (70, 90))
    return first > 90 or second > 70, gradable


def test_every_item_that_an_image_decides_is_decided_from_one() -> None:
    asked = {
        (system.name, system.edition, item)
        for system in SYSTEMS
        for item in system.filled_from_image
    }
    decided = {
        key
        for name in PLACES
        for key, one in findings(name).items()
        if one.source is Source.IMAGE and one.points is not None
    }
    assert asked <= decided


@pytest.mark.parametrize("name", PLACES)
def test_what_no_image_decides_is_not_decided_from_one(name: str) -> None:
    seen = {key for key, one in findings(name).items() if one.source is Source.IMAGE}
    allowed = {(s.name, s.edition, item) for s in SYSTEMS for item in s.filled_from_image}
    assert seen <= allowed


@pytest.mark.parametrize("key", NEW)
@pytest.mark.parametrize("name", PLACES)
def test_an_item_that_is_not_borderline_is_true(name: str, key: tuple[str, str, str]) -> None:
    found = findings(name)[key]
    present, gradable = true_item(name, NEW[key])
    if gradable and found.present is not None and not found.borderline:
        assert found.present == present


@pytest.mark.parametrize("key", NEW)
def test_every_new_item_is_truly_found_present_somewhere(key: tuple[str, str, str]) -> None:
    found = {findings(name)[key].present for name in PLACES if true_item(name, NEW[key])[0]}
    assert True in found
    # Without a branch line nobody says that there is none: "no" is borderline, or not told.
    without = [findings(name)[key] for name in PLACES if not true_item(name, NEW[key])[0]]
    assert all(one.present is not True or one.borderline for one in without)


def test_a_flush_entry_has_no_stump_and_its_branches_have_their_places() -> None:
    found, true = lesion("flush-branch"), truth("flush-branch")
    assert found.proximal_stump.call is StumpCall.NONE
    assert true["proximal_stump"]["call"] == "none"
    assert found.side_branches is not None
    assert [b.place for b in found.side_branches] == [BranchPlace.AT_CAP, BranchPlace.DISTAL]
    assert found.segment == "mid"
    for one, other in zip(found.side_branches, true["side_branches"], strict=True):
        assert one.start_mm == pytest.approx(other["start_mm"], abs=0.6)
        assert one.end_mm == pytest.approx(other["end_mm"], abs=0.6)
        assert one.take_off_deg.value == pytest.approx(other["take_off_deg"]["value"], abs=10)


@pytest.mark.parametrize("name", PLACES)
def test_ostial_is_true_or_borderline(name: str) -> None:
    found = lesion(name).ostial
    assert found.present == truth(name)["ostial"]["present"] or found.borderline


def test_at_the_aorta_the_ostium_is_the_entry_and_nothing_is_cut_off() -> None:
    found, true = lesion("aorto-ostial"), truth("aorto-ostial")
    assert found.truncated is true["truncated"] is False
    assert found.proximal_stump.call == true["proximal_stump"]["call"] == StumpCall.NONE
    assert found.length_mm.low is not None and found.length_mm.high is not None
    assert found.length_mm.low <= true["length_mm"]["value"] <= found.length_mm.high


def test_a_branch_knows_that_it_begins_in_its_parent() -> None:
    found = lesion("ostial-branch").ostial
    assert found.present is True
    assert found.reason is None, "the parent's line tells the ostium"


@pytest.mark.parametrize("name", PLACES)
def test_diameters_behind_the_exit_lie_within_their_intervals(name: str) -> None:
    found, true = lesion(name).distal_landing, truth(name)["distal_landing"]
    for field in ("mean_diameter_mm", "min_diameter_mm", "reference_diameter_mm"):
        told = getattr(found, field)
        assert told.low is not None and told.high is not None
        assert told.low <= true[field]["value"] <= told.high, field


@pytest.mark.parametrize("name", PLACES)
def test_bends_lie_within_their_intervals(name: str) -> None:
    for stretch in ("proximal", "vessel"):
        for rank in ("largest", "second"):
            field = f"{rank}_bend_{stretch}_deg"
            told, true = getattr(lesion(name), field), truth(name)[field]["value"]
            if true is None:
                assert told.value is None, field
            else:
                assert told.low <= true <= told.high, field
