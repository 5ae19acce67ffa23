"""Bends against arcs of known angle: each counted once."""

from itertools import pairwise

import numpy as np
import pytest

from ctocalc.geometry.bends import largest_bend, largest_chord_bend, turns
from ctocalc.geometry.curve import Curve, smooth
from ctocalc.study.settings import AxisSettings
from tests.curves import bent_line, circle, jitter

STIFFNESS = AxisSettings().stiffness_mm6


@pytest.mark.parametrize("window_mm", [5.0, 15.0])
def test_largest_bend_of_a_circle_is_the_window_over_the_radius(window_mm: float) -> None:
    curve = Curve(points_lps_mm=circle(20.0, 120.0))
    angle, at = largest_bend(curve, 5.0, 35.0, window_mm=window_mm)
    assert angle == pytest.approx(np.degrees(window_mm / 20.0), abs=0.5)
    assert 5.0 + window_mm / 2 - 0.3 <= at <= 35.0 - window_mm / 2 + 0.3


def test_largest_bend_of_a_lesion_shorter_than_the_window() -> None:
    curve = Curve(points_lps_mm=circle(20.0, 120.0))
    angle, at = largest_bend(curve, 10.0, 16.0)
    assert angle == pytest.approx(np.degrees(6.0 / 20.0), abs=0.3)
    assert at == pytest.approx(13.0, abs=0.2)


def test_largest_bend_is_centred_on_the_bend() -> None:
    points, _ = bent_line(0.25)
    angle, at = largest_bend(Curve(points_lps_mm=points), 5.0, 57.0)
    assert angle == pytest.approx(60.0, abs=0.5)
    assert at == pytest.approx(31.0, abs=2.0)


def test_largest_bend_adds_no_turns_of_opposite_sense() -> None:
    """An S-bend of two arcs of 40 degrees: the tangents' rotation is 40, not 80."""
    arc = circle(15.0, 40.0, 0.1)
    turned = 2 * arc[-1] - arc[::-1]
    curve = Curve(points_lps_mm=np.concatenate([arc, turned[1:]]))
    assert largest_bend(curve, 0.0, curve.length_mm)[0] == pytest.approx(40.0, abs=1.0)


def test_largest_chord_bend_of_a_circle() -> None:
    """Two chords of arc length 10 mm on a circle meet at 10 / R: the exterior angle."""
    curve = Curve(points_lps_mm=circle(20.0, 160.0))
    found = largest_chord_bend(curve, 15.0, 40.0)
    assert found is not None
    assert found[0] == pytest.approx(np.degrees(10.0 / 20.0), abs=0.2)
    assert 15.0 <= found[1] <= 40.0


def test_largest_chord_bend_needs_room_for_two_chords() -> None:
    curve = Curve(points_lps_mm=circle(20.0, 50.0))
    assert curve.length_mm < 20.0
    assert largest_chord_bend(curve, 5.0, 12.0) is None


def course(*parts: tuple[float, float], radius_mm: float = 10.0) -> Curve:
    """Return a plane curve of (length mm, turn degrees; negative: the other way) after another."""
    step, heading, at = 0.25, 0.0, np.zeros(3)
    points = [at]
    for length, turn in parts:
        count = round(length / step)
        for _ in range(count):
            heading += np.radians(turn) / count / 2
            at = at + step * np.array([np.cos(heading), np.sin(heading), 0.0])
            heading += np.radians(turn) / count / 2
            points.append(at)
    return Curve(points_lps_mm=np.array(points))


def angles(curve: Curve, **more: float) -> list[float]:
    found = turns(curve, 0.0, curve.length_mm, **more)  # type: ignore[arg-type]
    return [turn.angle_deg for turn in found]


@pytest.mark.parametrize("length_mm", [4.0, 10.0, 14.0])
@pytest.mark.parametrize("angle_deg", [35.0, 80.0, 130.0])
def test_one_arc_is_one_bend_of_its_angle(angle_deg: float, length_mm: float) -> None:
    curve = course((20, 0), (length_mm, angle_deg), (20, 0))
    (turn,) = turns(curve, 0.0, curve.length_mm)
    assert turn.angle_deg == pytest.approx(angle_deg, abs=1.0)
    assert turn.at_mm == pytest.approx(20 + length_mm / 2, abs=0.5)
    assert turn.end_mm - turn.start_mm == pytest.approx(length_mm, abs=1.0)


@pytest.mark.parametrize("between_mm", [2.0, 10.0, 30.0])
def test_two_arcs_with_a_straight_between_are_two_bends(between_mm: float) -> None:
    """Two of the same sense; both are within one window only where they are near."""
    curve = course((15, 0), (8, 50), (between_mm, 0), (8, -75), (15, 0))
    assert angles(curve) == pytest.approx([75.0, 50.0], abs=1.0)
    far = course((15, 0), (8, 50), (between_mm + 15, 0), (8, 75), (15, 0))
    assert angles(far) == pytest.approx([75.0, 50.0], abs=1.0)


def test_an_s_shape_is_two_bends_that_do_not_cancel() -> None:
    curve = course((12, 0), (9, 70), (9, -70), (12, 0))
    assert angles(curve) == pytest.approx([70.0, 70.0], abs=1.0)


def test_bends_do_not_overlap_and_come_largest_first() -> None:
    curve = course((5, 0), (9, 40), (9, -70), (4, 0), (6, 95), (30, 120))
    found = turns(curve, 0.0, curve.length_mm, least_deg=10.0)
    sizes = [turn.angle_deg for turn in found]
    assert sizes == sorted(sizes, reverse=True)
    along = sorted(found, key=lambda turn: turn.start_mm)
    assert all(a.end_mm <= b.start_mm for a, b in pairwise(along))


def test_an_arc_longer_than_the_window_is_counted_by_windows() -> None:
    """120 degrees over 40 mm: 45 within 15 mm, twice, and what is left over: 30 over 10 mm."""
    curve = course((15, 0), (40, 120), (15, 0))
    found = angles(curve, least_deg=10.0)
    assert found[0] == pytest.approx(45.0, abs=0.5)
    assert sum(found) == pytest.approx(120.0, abs=4.0)
    assert len(found) >= 3


def test_a_straight_line_has_no_bend_and_a_second_one_may_be_small() -> None:
    straight = course((60, 0))
    assert angles(straight) == []
    one = course((20, 0), (10, 60), (15, 0), (30, 12))
    assert angles(one) == pytest.approx([60.0], abs=1.0)
    assert angles(one, at_least=2) == pytest.approx([60.0, 6.0], abs=1.0)


@pytest.mark.parametrize(("sd_mm", "off_deg"), [(0.1, 3.0), (0.2, 5.0)])
def test_bends_of_a_smoothed_line_are_nearly_unbiased_under_jitter(
    sd_mm: float, off_deg: float
) -> None:
    path = course((20, 0), (10, 75), (12, 0), (10, -50), (20, 0))
    points = path.at(path.stations(0.5))
    found = []
    for seed in range(12):
        curve = smooth(points + jitter(len(points), sd_mm, 0.5, seed), stiffness_mm6=STIFFNESS)
        found.append(angles(curve, at_least=2)[:2])
    assert np.mean(found, axis=0) == pytest.approx([75.0, 50.0], abs=off_deg)
