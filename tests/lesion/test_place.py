"""Ostium, segment and branches, from mouths at known places."""

from dataclasses import replace

import pytest

from ctocalc.lesion.lesion import BranchPlace
from ctocalc.lesion.measures import LesionSettings
from ctocalc.lesion.place import (
    branch_at_cap,
    entry_flush_with,
    exit_flush_with,
    from_ostium,
    ostial,
    segment,
    side_branches,
)
from ctocalc.vessel.branching import Branching, Mouth
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption

SETTINGS = LesionSettings()
ALONE = Branching()


def cap(at_mm: float, sd_mm: float = 0.2) -> Cap:
    return Cap(
        tip_mm=at_mm + 0.1, half_mm=at_mm, one_mm=at_mm - 0.1, half_sd_mm=sd_mm, taper_mm=0.4,
        taper_sd_mm=0.2, p_blunt=0.95,
    )  # fmt: skip


def mouth(at_mm: float, vessel: str = "D1") -> Mouth:
    return Mouth(vessel=vessel, at_mm=at_mm, half_mm=1.0, diameter_mm=1.8, take_off_deg=60.0)


def tree(*mouths: Mouth, whole: bool = False) -> Branching:
    return Branching(mouths=mouths, whole_tree=whole)


@pytest.mark.parametrize(
    ("entry_mm", "present", "borderline"),
    [(1.0, True, False), (2.9, True, True), (3.1, False, True), (8.0, False, False)],
)
def test_ostial_is_within_three_millimetres(
    entry_mm: float, present: bool, borderline: bool
) -> None:
    found = ostial(cap(entry_mm), ALONE, SETTINGS)
    assert (found.present, found.borderline) == (present, borderline)
    assert "first point" in (found.reason or "")


def test_a_branch_has_its_ostium_where_it_leaves_its_parent() -> None:
    child = Branching(parent="LAD", ostium_mm=6.0)
    found = ostial(cap(7.0), child, SETTINGS)
    assert found.present is True
    assert found.value is not None
    assert found.value.value == pytest.approx(1.0)
    assert found.reason is None
    assert ostial(None, child, SETTINGS).present is None


def test_an_occlusion_from_the_parents_wall_on_has_its_entry_there() -> None:
    child = Branching(parent="LAD", ostium_mm=6.0)
    unseen = Interruption(
        start_mm=6.5, end_mm=20.0, entry=None, exit=cap(20.0), islands_mm=(), total=True
    )
    found = from_ostium(unseen, child)
    assert found.entry is not None
    assert (found.start_mm, found.entry.half_mm, found.entry.p_blunt) == (6.0, 6.0, 1.0)
    assert entry_flush_with(found.entry, child, 0.5) == "the ostium in LAD"
    assert ostial(found.entry, child, SETTINGS).present is True


def test_at_the_aorta_the_ostium_is_the_entry_and_the_lesion_is_whole() -> None:
    dark = Interruption(
        start_mm=0.0, end_mm=20.0, entry=None, exit=cap(20.0), islands_mm=(), total=True
    )
    found = from_ostium(dark, Branching(at_aorta=True))
    assert found.entry is not None
    assert found.entry.half_mm == 0.0
    assert entry_flush_with(found.entry, Branching(at_aorta=True), 0.5) == "the ostium in the aorta"
    assert from_ostium(dark, ALONE).entry is None


def test_an_entry_that_is_seen_or_lies_farther_on_or_has_no_parent_stays() -> None:
    child = Branching(parent="LAD", ostium_mm=6.0)
    unseen = Interruption(
        start_mm=6.5, end_mm=20.0, entry=None, exit=cap(20.0), islands_mm=(), total=True
    )
    for gap, among in (
        (replace(unseen, entry=cap(6.5)), child),
        (replace(unseen, start_mm=7.5), child),
        (unseen, ALONE),
    ):
        assert from_ostium(gap, among) is gap


@pytest.mark.parametrize(
    ("entry_mm", "place"),
    [
        (20.0, BranchPlace.AT_CAP),  # within the mouth
        (24.0, BranchPlace.AT_CAP),  # 3.0 mm behind its edge
        (24.1, BranchPlace.PROXIMAL),
        (16.0, BranchPlace.AT_CAP),
        (15.9, BranchPlace.INSIDE),
        (5.0, BranchPlace.INSIDE),
    ],
)
def test_a_branch_has_its_place_by_the_nearest_edge_of_its_mouth(
    entry_mm: float, place: BranchPlace
) -> None:
    found = side_branches(cap(entry_mm), cap(40.0), (entry_mm, 40.0), tree(mouth(20.0)), SETTINGS)
    assert found is not None
    assert found[0].place is place
    assert found[0].distance_to_entry_mm.value == pytest.approx(
        max(0.0, abs(entry_mm - 20.0) - 1.0)
    )
    assert found[0].distance_to_exit_mm.value == pytest.approx(19.0)


def test_a_branch_beyond_the_exit_is_distal() -> None:
    found = side_branches(cap(5.0), cap(15.0), (5.0, 15.0), tree(mouth(20.0)), SETTINGS)
    assert found is not None
    assert found[0].place is BranchPlace.DISTAL


def at_cap(entry_mm: float, among: Branching) -> tuple[bool | None, bool]:
    found = side_branches(cap(entry_mm), cap(60.0), (entry_mm, 60.0), among, SETTINGS)
    told = branch_at_cap(found, among, SETTINGS)
    assert (told.present is None) <= (told.reason is not None)
    return told.present, told.borderline


def test_without_other_lines_nobody_can_tell_unless_the_tree_is_whole() -> None:
    assert at_cap(20.0, ALONE) == (None, False)
    assert at_cap(20.0, tree(whole=True)) == (False, False)


def test_a_branch_not_given_may_arise_at_the_cap() -> None:
    assert at_cap(30.0, tree(mouth(20.0))) == (False, True)
    assert at_cap(30.0, tree(mouth(20.0), whole=True)) == (False, False)


def test_a_branch_given_at_the_cap_is_one_and_near_three_millimetres_borderline() -> None:
    assert at_cap(21.5, tree(mouth(20.0))) == (True, False)
    assert at_cap(23.8, tree(mouth(20.0))) == (True, True)
    assert at_cap(21.5, tree(mouth(20.0), mouth(50.0, "D2"))) == (True, False)


def test_the_distance_is_a_setting() -> None:
    found = side_branches(cap(25.0), cap(60.0), (25.0, 60.0), tree(mouth(20.0)), SETTINGS)
    wide = LesionSettings(side_branch_mm=5.0)
    assert branch_at_cap(found, tree(mouth(20.0)), SETTINGS).present is False
    assert branch_at_cap(found, tree(mouth(20.0)), wide).present is True


def test_an_entry_that_is_not_seen_leaves_the_distance_untold() -> None:
    among = tree(mouth(20.0))
    found = side_branches(None, cap(30.0), (0.0, 30.0), among, SETTINGS)
    assert found is not None
    assert found[0].distance_to_entry_mm.value is None
    assert branch_at_cap(found, among, SETTINGS).present is None


@pytest.mark.parametrize(
    ("entry_mm", "flush"),
    [(18.9, False), (19.0, True), (20.5, True), (21.5, True), (21.6, False)],
)
def test_flush_is_within_the_mouth_or_just_behind_it(entry_mm: float, flush: bool) -> None:
    found = entry_flush_with(cap(entry_mm), tree(mouth(20.0)), 0.5)
    assert found == ("the mouth of D1" if flush else None)


@pytest.mark.parametrize(
    ("exit_mm", "flush"),
    [(18.4, False), (18.5, True), (20.5, True), (21.0, True), (21.1, False)],
)
def test_an_exit_is_flush_within_the_mouth_or_just_before_it(exit_mm: float, flush: bool) -> None:
    found = exit_flush_with(cap(exit_mm), tree(mouth(20.0)), 0.5)
    assert found == ("the mouth of D1" if flush else None)
    assert exit_flush_with(None, tree(mouth(20.0)), 0.5) is None


def test_an_entry_at_the_ostium_of_a_branch_is_flush_with_its_parent() -> None:
    child = Branching(parent="LAD", ostium_mm=6.0)
    assert entry_flush_with(cap(6.4), child, 0.5) == "the ostium in LAD"
    assert entry_flush_with(cap(6.6), child, 0.5) is None
    assert entry_flush_with(None, child, 0.5) is None


@pytest.mark.parametrize(
    ("vessel", "entry_mm", "ends", "expected"),
    [
        ("LAD", 10.0, {"D1": 20.0}, "proximal"),
        ("LAD", 10.0, {"D1": 20.0, "S1": 8.0}, None),
        ("LAD", 25.0, {"D1": 20.0}, None),
        ("LAD", 25.0, {"D1": 20.0, "D2": 40.0}, "mid"),
        ("LAD", 45.0, {"D1": 20.0, "D2": 40.0}, "distal"),
        ("LAD", 10.0, {}, None),
        ("LCX", 10.0, {"OM1": 20.0}, "proximal"),
        ("LCX", 30.0, {"OM1": 20.0}, "distal"),
        ("RCA", 10.0, {"AM": 50.0}, "proximal"),
        ("RCA", 30.0, {"AM": 50.0}, "mid"),
        ("RCA", 60.0, {"AM": 50.0}, "distal"),
        ("RCA", 60.0, {"D1": 50.0}, None),
        ("D1", 10.0, {"D2": 5.0}, None),
    ],
)
def test_a_segment_is_told_by_the_branches_that_end_it(
    vessel: str, entry_mm: float, ends: dict[str, float], expected: str | None
) -> None:
    among = tree(*(mouth(at, name) for name, at in ends.items()))
    found, reason = segment(vessel, entry_mm, among)
    assert found == expected
    assert reason


def test_an_entry_at_a_mouth_is_borderline_between_segments() -> None:
    assert "borderline" in segment("LCX", 20.5, tree(mouth(20.0, "OM1")))[1]
    assert "borderline" not in segment("LCX", 30.0, tree(mouth(20.0, "OM1")))[1]
