"""Dense, sparse, jittered and repeated points of one vessel give one smooth course."""

from itertools import product

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused
from ctocalc.files.lines.course import (
    check_course,
    length_mm,
    split_at_jumps,
    strides,
    without_repeats,
)
from ctocalc.files.lines.line import Line
from ctocalc.geometry.curve import smooth

RADIUS_MM, PITCH_MM, TURNS = 15.0, 40.0, 0.8
LENGTH_MM = TURNS * float(np.hypot(2 * np.pi * RADIUS_MM, PITCH_MM))


def helix(step_mm: float) -> Floats:
    """A helix, whose length is known in closed form."""
    turn = np.linspace(0.0, TURNS, round(LENGTH_MM / step_mm) + 1)
    angle = 2 * np.pi * turn
    return np.stack([RADIUS_MM * np.cos(angle), RADIUS_MM * np.sin(angle), PITCH_MM * turn], axis=1)


def off_mm(points: Floats) -> Floats:
    """Distance from the helix, first order: radial, and along the local normal plane."""
    angle = 2 * np.pi * points[:, 2] / PITCH_MM
    foot = np.stack([RADIUS_MM * np.cos(angle), RADIUS_MM * np.sin(angle), points[:, 2]], axis=1)
    slope = PITCH_MM / float(np.hypot(2 * np.pi * RADIUS_MM, PITCH_MM))
    tangent = np.stack([-np.sin(angle), np.cos(angle), 0 * angle], axis=1) * np.sqrt(1 - slope**2)
    tangent[:, 2] = slope
    miss = points - foot
    across = miss - (miss * tangent).sum(axis=1, keepdims=True) * tangent
    return np.asarray(np.linalg.norm(across, axis=1))


@pytest.mark.parametrize(
    ("step_mm", "jitter_mm", "repeats"), list(product((0.03, 0.5, 2.0, 5.0), (0.0, 0.5), (1, 3)))
)
def test_any_sampling_of_a_vessel_gives_the_same_smooth_course(
    step_mm: float, jitter_mm: float, repeats: int
) -> None:
    rng = np.random.default_rng(5)
    given = helix(step_mm)
    given += rng.normal(0.0, jitter_mm / np.sqrt(3), given.shape)
    line = without_repeats(Line(points_mm=np.repeat(given, repeats, axis=0)))
    assert len(line.points_mm) == len(given)
    assert len(split_at_jumps(line)) == 1
    check_course(line.points_mm)
    curve = smooth(line.points_mm, stiffness_mm6=60.0)
    assert curve.length_mm == pytest.approx(LENGTH_MM, rel=0.01 + 0.02 * jitter_mm)
    inner = curve.at(np.linspace(3.0, curve.length_mm - 3.0, 200))
    assert off_mm(inner).max() < 0.1 + 1.2 * jitter_mm


def test_jitter_lengthens_points_but_hardly_strides() -> None:
    rng = np.random.default_rng(1)
    points = helix(0.03)
    points += rng.normal(0.0, 0.3, points.shape)
    raw = float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
    assert raw > 10 * LENGTH_MM
    assert length_mm(points) == pytest.approx(LENGTH_MM, rel=0.2)
    assert (np.linalg.norm(np.diff(strides(points)[:-1], axis=0), axis=1) >= 2.0).all()


def test_a_line_that_runs_back_along_itself_is_refused_and_a_loop_is_not() -> None:
    there = helix(0.5)
    with pytest.raises(CenterlineRefused, match="back along itself over 7"):
        check_course(np.concatenate([there, there[::-1] + 0.2]))
    angle = np.linspace(0.0, 2.0 * np.pi, 80)
    loop = np.stack([6 * np.cos(angle), 6 * np.sin(angle), 0.05 * angle], axis=1)
    ahead = loop[-1] + np.linspace(0.2, 30.0, 60)[:, None] * (0.0, 1.0, 0.0)
    check_course(np.concatenate([loop, ahead]))


def test_a_jump_is_long_and_longer_than_the_other_steps() -> None:
    line = helix(1.0)
    near = np.concatenate([line[:30], line[38:]])
    assert len(split_at_jumps(Line(points_mm=near))) == 1  # 9 mm apart: a gap, not a jump
    apart = np.concatenate([line[:30], line[42:]])
    radius = np.linspace(2.0, 1.0, len(apart))
    first, second = split_at_jumps(Line(points_mm=apart, radius_mm=radius))
    np.testing.assert_array_equal(second.points_mm, line[42:])
    assert first.radius_mm is not None
    assert len(first.radius_mm) == 30
    sparse = helix(5.0)[[0, 1, 2, 5, 6, 7, 8]]
    assert len(split_at_jumps(Line(points_mm=sparse))) == 1
