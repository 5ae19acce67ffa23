"""The truth about bends, branches and the landing zone against closed forms."""

import math
from dataclasses import replace
from typing import Any

import pytest

from ctocalc.phantom.cases import PLACES, named
from ctocalc.phantom.course_truth import course
from ctocalc.phantom.path import build_axes, build_axis
from ctocalc.phantom.render import case_grid
from ctocalc.phantom.spec import (
    Bend,
    Cap,
    CaseSpec,
    Interruption,
    Narrowing,
    Path,
    Sector,
    Surroundings,
    Vessel,
)
from ctocalc.phantom.truth import describe

BLUNT = Cap(tapered=False, length_mm=0.0)
MAIN = Vessel(
    name="LAD", path=Path(length_mm=60.0), diameter_start_mm=3.6, diameter_end_mm=3.6,
    wall_mm=0.4, lumen_hu_per_mm=0.0,
    interruptions=(
        Interruption(start_mm=20, end_mm=40, proximal=BLUNT, distal=BLUNT, lumen_hu_after=300.0),
    ),
)  # fmt: skip
BRANCH = Vessel(
    name="D1", path=Path(length_mm=20.0), diameter_start_mm=2.2, diameter_end_mm=2.2, wall_mm=0.2,
    parent="LAD", parent_at_mm=15.0, parent_angle_deg=90.0, take_off_deg=60.0,
)  # fmt: skip


def lesion(*vessels: Vessel, of: int = 0) -> dict[str, Any]:
    spec = CaseSpec(name="t", summary="", vessels=vessels)
    axes = build_axes(vessels)
    truth, _ = describe(spec, axes, case_grid(spec, axes), seed=1)
    found: dict[str, Any] = truth["vessels"][of]["lesions"][0]
    return found


def bends(*each: Bend, wander: float = 0.0) -> dict[str, Any]:
    axis = build_axis(Path(length_mm=80, bends=each, wander_per_mm=wander))
    return course(axis, 0, 80, "vessel")


def test_each_bend_is_counted_once_whatever_its_direction() -> None:
    one = Bend(at_mm=20, angle_deg=70, length_mm=12, towards_deg=10)
    two = Bend(at_mm=50, angle_deg=45, length_mm=12, towards_deg=200)
    found = bends(one, two)
    assert found["largest_bend_vessel_deg"]["value"] == pytest.approx(70, abs=0.1)
    assert found["second_bend_vessel_deg"]["value"] == pytest.approx(45, abs=0.1)
    assert [b["at_mm"] for b in found["bends_vessel"]] == pytest.approx([20, 50], abs=0.5)


def test_a_small_bend_is_told_but_not_listed() -> None:
    found = bends(Bend(at_mm=40, angle_deg=20, length_mm=10))
    assert found["bends_vessel"] == []
    assert found["largest_bend_vessel_deg"]["value"] == pytest.approx(20, abs=0.1)
    assert found["second_bend_vessel_deg"]["value"] == pytest.approx(0, abs=0.6)


def test_a_circle_turns_by_the_window_over_the_radius() -> None:
    found = bends(wander=1 / 20)
    assert found["largest_bend_vessel_deg"]["value"] == pytest.approx(math.degrees(15 / 20), abs=1)
    assert len(found["bends_vessel"]) == 5


def test_only_bends_before_the_entry_are_proximal() -> None:
    path = Path(length_mm=60, bends=(Bend(at_mm=10, angle_deg=50, length_mm=10),
                                     Bend(at_mm=50, angle_deg=65, length_mm=10)))  # fmt: skip
    found = lesion(replace(MAIN, path=path))
    assert found["largest_bend_proximal_deg"]["value"] == pytest.approx(50, abs=0.2)
    assert found["largest_bend_vessel_deg"]["value"] == pytest.approx(65, abs=0.2)
    assert found["second_bend_vessel_deg"]["value"] == pytest.approx(50, abs=0.2)


def test_a_branchs_mouth_lies_where_its_axis_passes_the_lumen() -> None:
    (branch,) = lesion(MAIN, BRANCH)["side_branches"]
    middle = 15 + 1.4 / math.tan(math.radians(60))
    half = 0.9 / math.sin(math.radians(60))
    assert (branch["start_mm"], branch["end_mm"]) == pytest.approx((middle - half, middle + half))
    assert branch["distance_to_entry_mm"]["value"] == pytest.approx(20 - middle - half, abs=0.01)
    assert branch["place"] == "proximal"
    assert branch["diameter_mm"]["value"] == pytest.approx(1.8)


@pytest.mark.parametrize(
    ("at_mm", "place", "stump"),
    [
        (5.0, "proximal", "blunt"),
        (17.0, "at the cap", "blunt"),
        (18.0, "at the cap", "none"),
        (30.0, "inside", "blunt"),
        (50.0, "distal", "blunt"),
    ],
)
def test_a_branch_has_its_place_and_takes_the_stump(at_mm: float, place: str, stump: str) -> None:
    found = lesion(MAIN, replace(BRANCH, parent_at_mm=at_mm))
    assert found["side_branches"][0]["place"] == place
    assert found["proximal_stump"]["call"] == stump


@pytest.mark.parametrize(("at_mm", "stump"), [(37.0, "blunt"), (39.0, "none"), (42.0, "blunt")])
def test_a_branch_takes_the_distal_stump_too(at_mm: float, stump: str) -> None:
    """Inside the occlusion the branch's axis passes the wall at 1.8 mm: 1.04 mm farther on."""
    found = lesion(MAIN, replace(BRANCH, parent_at_mm=at_mm))
    assert found["distal_stump"]["call"] == stump
    assert found["proximal_stump"]["call"] == "blunt"


def test_a_branch_that_is_not_given_is_not_listed() -> None:
    assert lesion(MAIN, replace(BRANCH, given=False))["side_branches"] == []


@pytest.mark.parametrize(("start_mm", "present"), [(2.0, True), (2.9, True), (3.2, False)])
def test_ostial_is_within_three_millimetres(start_mm: float, present: bool) -> None:
    gap = replace(MAIN.interruptions[0], start_mm=start_mm)
    found = lesion(replace(MAIN, interruptions=(gap,)))["ostial"]
    assert found["present"] is present
    assert found["value"]["value"] == pytest.approx(start_mm, abs=0.02)


@pytest.mark.parametrize(
    ("aorta_mm", "cut_off", "call"), [(13.0, False, "none"), (None, True, None)]
)
def test_at_the_aorta_an_occlusion_is_whole(
    aorta_mm: float | None, cut_off: bool, call: str | None
) -> None:
    gap = replace(MAIN.interruptions[0], start_mm=-1.0)
    spec = CaseSpec(
        name="t", summary="", vessels=(replace(MAIN, interruptions=(gap,)),),
        surroundings=Surroundings(aorta_mm=aorta_mm),
    )  # fmt: skip
    axes = build_axes(spec.vessels)
    truth, _ = describe(spec, axes, case_grid(spec, axes), seed=1)
    found = truth["vessels"][0]["lesions"][0]
    assert found["truncated"] is cut_off
    assert found["proximal_stump"]["call"] == call


def test_the_landing_zone_of_an_even_vessel() -> None:
    found = lesion(MAIN)["distal_landing"]
    assert found["mean_diameter_mm"]["value"] == pytest.approx(2.8)
    assert found["largest_stenosis_percent"]["value"] == pytest.approx(0, abs=1e-6)
    assert found["diseased"]["present"] is False
    assert found["calcium_free_mm"]["value"] == pytest.approx(10.5, abs=0.6)


def test_a_narrowing_and_calcium_behind_the_exit() -> None:
    arc = Sector(start_mm=44, end_mm=47, angle_deg=0, arc_deg=90, thickness_mm=0.3,
                 density_mgcc=600)  # fmt: skip
    narrow = Narrowing(at_mm=46, length_mm=5, factor=0.4)
    found = lesion(replace(MAIN, narrowings=(narrow,), calcium=(arc,)))["distal_landing"]
    assert found["min_diameter_mm"]["value"] == pytest.approx(0.4 * 2.8)
    assert found["largest_stenosis_percent"]["value"] == pytest.approx(60)
    assert found["diseased"]["present"] is True
    assert found["calcium_free_mm"]["value"] == pytest.approx(10.5 - 3.0, abs=1.1)


def test_gaps_share_and_wide_arcs() -> None:
    gaps = tuple(
        replace(MAIN.interruptions[0], start_mm=a, end_mm=b) for a, b in ((12, 20), (29, 42))
    )
    ring = Sector(start_mm=30, end_mm=40, angle_deg=0, arc_deg=300, thickness_mm=0.7,
                  density_mgcc=600)  # fmt: skip
    found = lesion(replace(MAIN, interruptions=gaps, calcium=(ring,)))
    assert [gap["value"] for gap in found["gap_mm"]] == pytest.approx([9.0], abs=0.02)
    assert found["calcium_share_of_length"]["value"] == pytest.approx(10 / 30, abs=0.03)
    assert found["max_calcium_thickness_mm"]["value"] == pytest.approx(0.7, abs=0.03)
    # The ends of a sector are rounded: its arc is whole in the middle only.
    assert 5.0 < found["longest_arc_over_270_mm"]["value"] < 10.0


@pytest.mark.parametrize(
    ("name", "item", "present"),
    [
        ("ostial", "ostial", True),
        ("aorto-ostial", "ostial", True),
        ("ostial-branch", "ostial", True),
        ("two-bends", "ostial", False),
        ("flush-branch", "side_branch", True),
        ("diseased-landing", "distal_landing_diseased", True),
        ("diseased-landing", "calcified_half_of_length", True),
        ("two-bends", "distal_landing_diseased", False),
    ],
)
def test_the_named_places_are_what_they_are_named_for(name: str, item: str, present: bool) -> None:
    spec = named(name)
    axes = build_axes(spec.vessels)
    truth, _ = describe(spec, axes, case_grid(spec, axes), seed=1)
    (told,) = [one for vessel in truth["vessels"] for one in vessel["lesions"]]
    assert told["items"][item]["present"] is present
    assert name in PLACES
