"""Angles of a C-arm as directions, and foreshortening, against closed forms."""

from itertools import pairwise

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.views import BEAMS_AT_ONCE, foreshortening, towards_detector

X, Y, Z = np.eye(3)  # left, posterior, superior


def straight(direction: Floats, *, points: int = 7) -> Floats:
    return np.linspace(0.0, 20.0, points)[:, None] * direction + 3.0


@pytest.mark.parametrize(
    ("angles", "towards"),
    [
        ((0, 0), -Y),  # in front of the chest
        ((90, 0), X),  # LAO 90: the patient's left side
        ((-90, 0), -X),
        ((0, 90), Z),  # cranial 90: from the head
        ((0, -90), -Z),
        ((90, 90), Z),
        ((45, 0), (X - Y) / np.sqrt(2)),
        ((0, -45), (-Y - Z) / np.sqrt(2)),
        ((30, 30), [np.sqrt(3) / 4, -3 / 4, 1 / 2]),
    ],
)
def test_angles_point_where_the_detector_stands(
    angles: tuple[float, float], towards: Floats
) -> None:
    assert towards_detector(*angles) == pytest.approx(np.array(towards), abs=1e-12)


@pytest.mark.parametrize(
    ("vessel", "angles", "share"),
    [
        (X, (0, 0), 0.0),  # across the chest
        (X, (60, 0), 1 - np.cos(np.pi / 3)),
        (X, (60, 45), 1 - np.sqrt(1 - 3 / 8)),
        (Y, (0, 0), 1.0),  # end on
        (Y, (90, 0), 0.0),
        (Y, (0, 30), 1 - np.sin(np.pi / 6)),
        (Z, (77, 0), 0.0),  # along the body no obliquity matters, angulation alone does
        (Z, (77, 30), 1 - np.cos(np.pi / 6)),
        (-Z, (-12, -30), 1 - np.cos(np.pi / 6)),
    ],
)
def test_a_straight_vessel_is_foreshortened_by_its_angle_to_the_beam(
    vessel: Floats, angles: tuple[float, float], share: float
) -> None:
    found = foreshortening(straight(vessel), towards_detector(*angles))
    assert found == pytest.approx(share, abs=1e-7)


def test_views_without_foreshortening_lie_on_the_curve_perpendicular_to_the_vessel() -> None:
    n = np.array([0.36, 0.48, 0.8])
    lao = np.arange(-80.0, 81.0, 5.0)
    a = np.radians(lao)
    cranial = np.degrees(np.arctan((n[1] * np.cos(a) - n[0] * np.sin(a)) / n[2]))
    assert foreshortening(straight(n), towards_detector(lao, cranial)) == pytest.approx(0, abs=1e-9)
    assert foreshortening(straight(n), towards_detector(lao, cranial + 20)).min() > 0.03


def test_a_winding_vessel_counts_whole_not_by_its_chord() -> None:
    turn = np.linspace(0, np.pi, 4001)
    half_circle = 8.0 * np.stack([np.cos(turn), 0 * turn, np.sin(turn)], axis=1)  # frontal plane
    share = foreshortening(half_circle, np.stack([-Y, X, Z]))
    assert share[0] == pytest.approx(0.0, abs=1e-9)
    # From the left it is seen to rise and to fall, although its chord is seen end on.
    assert share[1] == pytest.approx(1 - 2 / np.pi, abs=1e-4)
    assert share[2] == pytest.approx(1 - 2 / np.pi, abs=1e-4)


def test_a_turned_patient_shifts_the_map_by_his_turn() -> None:
    rng = np.random.default_rng(4)
    course = np.cumsum(rng.normal(size=(30, 3)), axis=0)
    by = np.radians(25.0)  # about the body's axis, front towards the left
    turned = course @ np.array([
        [np.cos(by), np.sin(by), 0], [-np.sin(by), np.cos(by), 0], [0, 0, 1]
    ])  # fmt: skip
    lao, cranial = np.arange(-40.0, 41.0, 10.0)[:, None], np.arange(-30.0, 31.0, 10.0)
    before = foreshortening(course, towards_detector(lao, cranial))
    assert foreshortening(turned, towards_detector(lao + 25, cranial)) == pytest.approx(before)


def test_sampling_position_and_sense_do_not_matter_and_many_beams_go_in_parts() -> None:
    beams = towards_detector(np.linspace(-90, 90, BEAMS_AT_ONCE + 5), 20.0)
    course = np.array([[0.0, 0, 0], [3, 1, 9], [7, -4, 15]])
    share = foreshortening(course, beams)
    dense = np.concatenate([np.linspace(a, b, 9) for a, b in pairwise(course)])
    assert foreshortening(dense[::-1] - 40.0, -beams) == pytest.approx(share)
    assert share[-1] == pytest.approx(foreshortening(course, beams[-1]))
    assert foreshortening(course, beams.reshape(-1, 1, 3)).shape == (len(beams), 1)


def test_a_course_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="two points"):
        foreshortening(np.ones((3, 3)), -Y)
