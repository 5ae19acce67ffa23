"""Lines that begin inside another line's vessel: how much of them is the other's."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.curve import smooth
from ctocalc.study.tree import stems_of
from ctocalc.vessel.branching import Stem, Tube

STEP = 0.5
PARENT_MM, BRANCH_MM = 2.0, 1.0


def straight(start: tuple[float, float, float], degrees: float, length_mm: float) -> Floats:
    """Return points along a line in the x-y plane that leaves the x axis by an angle."""
    towards = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees)), 0.0])
    return np.asarray(np.array(start) + np.arange(0.0, length_mm, STEP)[:, None] * towards)


def tube(vessel: str, points: Floats, radius_mm: float) -> Tube:
    curve = smooth(points, stiffness_mm6=1.0)
    s = curve.stations(STEP)
    radius = np.full(len(s), radius_mm)
    return Tube(
        vessel=vessel, curve=curve, arclength_mm=s, wall_radius_mm=radius,
        lumen_radius_mm=0.7 * radius,
    )  # fmt: skip


PARENT = tube("LAD", straight((0.0, 0.0, 0.0), 0.0, 40.0), PARENT_MM)


def stem_of(other: Tube) -> tuple[Stem | None, Stem | None]:
    parent, own = stems_of((PARENT, other))
    return parent, own


@pytest.mark.parametrize("degrees", [40.0, 60.0, 90.0])
def test_a_branch_is_its_own_from_where_its_axis_leaves_the_parent(degrees: float) -> None:
    parent, own = stem_of(tube("D1", straight((15.0, 0.0, 0.0), degrees, 20.0), BRANCH_MM))

    assert parent is None
    assert own is not None
    assert own.tube is PARENT
    assert own.ostium_mm == pytest.approx(PARENT_MM / np.sin(np.radians(degrees)), abs=0.2)


@pytest.mark.parametrize("first", [True, False])
def test_a_trunk_that_lines_share_from_their_begin_is_the_elder_vessels(first: bool) -> None:
    trunk = straight((0.0, 0.3, 0.0), 0.0, 10.0)
    other = np.concatenate([trunk, straight((10.0, 0.3, 0.0), 50.0, 20.0)])
    lcx = tube("LCX", other, PARENT_MM)

    stems = stems_of((PARENT, lcx) if first else (lcx, PARENT))
    lad_stem, lcx_stem = stems if first else stems[::-1]
    assert lad_stem is None
    assert lcx_stem is not None
    assert lcx_stem.tube is PARENT
    assert lcx_stem.ostium_mm == pytest.approx(10.0 + PARENT_MM / np.sin(np.radians(50.0)), abs=0.7)


def test_the_same_vessel_given_twice_is_no_branch_of_itself() -> None:
    assert stem_of(tube("D1", straight((6.0, 0.2, 0.0), 0.0, 25.0), PARENT_MM)) == (None, None)


def test_a_line_that_only_crosses_another_vessel_is_its_own() -> None:
    assert stem_of(tube("OM1", straight((20.0, -10.0, 0.0), 90.0, 20.0), 1.0)) == (None, None)


def test_a_tube_holds_what_lies_within_its_wall() -> None:
    angle = np.arange(48) * 2 * np.pi / 48
    away = np.stack([0 * angle, np.cos(angle), np.sin(angle)], axis=1)
    walls = (np.array([20.0, 2.5, 0.0]) + BRANCH_MM * away)[None]

    inside = np.hypot(walls[0, :, 1], walls[0, :, 2]) < PARENT_MM
    assert 0 < inside.sum() < 24
    np.testing.assert_array_equal(PARENT.holds(walls)[0], inside)
