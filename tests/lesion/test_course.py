"""Bends of a vessel before its occlusion and on the whole."""

import numpy as np
import pytest

from ctocalc.geometry.curve import Curve
from ctocalc.lesion.course import course, proximal_course
from ctocalc.lesion.measures import LesionSettings
from ctocalc.vessel.caps import Cap
from tests.curves import bent_line, circle
from tests.lesion.vessel_made import vessel

SETTINGS = LesionSettings()
BENT = vessel(curve=Curve(points_lps_mm=bent_line(0.25)[0]))


def test_the_bend_of_a_line_is_listed_with_its_place() -> None:
    found = course(BENT, 0.0, 60.0, SETTINGS)
    (bend,) = found.bends
    assert bend.angle_deg == found.largest_deg
    assert found.largest_deg.value == pytest.approx(60.0, abs=1.0)
    assert found.largest_deg.at_mm == bend.at_mm == pytest.approx(31.0, abs=0.6)
    assert (bend.start_mm, bend.end_mm) == pytest.approx((25.0, 37.0), abs=1.0)
    assert found.second_deg.value == pytest.approx(0.0, abs=2.0)


def test_only_what_lies_in_the_stretch_counts() -> None:
    half_way = course(BENT, 0.0, 31.0, SETTINGS)
    assert half_way.largest_deg.value == pytest.approx(30.0, abs=1.0)
    before = course(BENT, 0.0, 24.0, SETTINGS)
    assert before.bends == ()
    assert before.largest_deg.value == pytest.approx(0.0, abs=1.0)


def test_without_a_proximal_vessel_no_bend_can_be_told() -> None:
    found = course(BENT, 0.0, 0.0, SETTINGS)
    assert found.largest_deg.value is None
    assert found.second_deg.value is None
    assert found.largest_deg.reason
    assert found.bends == ()


def test_the_interval_is_wider_where_the_axis_is_worse_known() -> None:
    line = bent_line(0.25)[0]
    clear, poor = (
        course(vessel(curve=Curve(points_lps_mm=line), sd_mm=sd), 0.0, 60.0, SETTINGS).largest_deg
        for sd in (0.03, 0.2)
    )
    assert clear.value == poor.value
    assert poor.high - poor.value > clear.high - clear.value  # type: ignore[operator]


def test_the_smallest_bend_listed_is_a_setting_and_the_two_largest_are_told_regardless() -> None:
    arc = vessel(curve=Curve(points_lps_mm=circle(40.0, 80.0)))
    length = 40 * np.radians(80)
    few = course(arc, 0.0, length, SETTINGS)
    assert few.bends == ()
    each = np.degrees(15 / 40)
    assert few.largest_deg.value == pytest.approx(each, abs=0.5)
    assert few.second_deg.value == pytest.approx(each, abs=1.0)
    many = course(arc, 0.0, length, LesionSettings(least_bend_deg=15.0))
    assert len(many.bends) == 3
    assert [b.start_mm for b in many.bends] == sorted(b.start_mm for b in many.bends)


def entry(at_mm: float, sd_mm: float) -> Cap:
    return Cap(
        tip_mm=at_mm, half_mm=at_mm, one_mm=at_mm, half_sd_mm=sd_mm, taper_mm=1.0,
        taper_sd_mm=0.5, p_blunt=0.5,
    )  # fmt: skip


def test_a_bend_that_the_entry_cuts_is_the_less_sure_the_less_the_entry_is() -> None:
    """From 25 mm on the line bends by 5 degrees per mm: 30 degrees before an entry at 31 mm."""
    sharp, vague = (proximal_course(BENT, entry(31.0, sd), SETTINGS) for sd in (0.05, 1.0))
    for found in (sharp, vague):
        assert found.largest_deg.value == pytest.approx(30.0, abs=1.0)
    low, high = vague.largest_deg.low, vague.largest_deg.high
    assert low is not None
    assert high is not None
    assert low < 30.0 - 5 * 1.96
    assert high > 30.0 + 5 * 1.96
    assert sharp.largest_deg.high < high  # type: ignore[operator]


def test_an_entry_that_is_not_seen_leaves_the_proximal_course_untold() -> None:
    assert proximal_course(BENT, None, SETTINGS).largest_deg.value is None
