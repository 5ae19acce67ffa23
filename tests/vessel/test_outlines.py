"""A reader's rings and masks as radii about an axis: circles and ellipses of known radii."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import Code, SettingsRefused
from ctocalc.geometry.curve import Curve
from ctocalc.geometry.frames import Frames, rotation_minimising
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.vessel.boundary import BoundaryKind
from ctocalc.vessel.outlines import Mask, Rings, both

ANGLES = 48
BEND_MM = 20.0


def frames(length_mm: float = 40.0, step_mm: float = 0.5) -> Frames:
    """Stations along an arc of 20 mm radius in the plane y = 0."""
    turn = np.linspace(0.0, length_mm / BEND_MM, 200)
    points = np.stack([BEND_MM * np.cos(turn), 0 * turn, BEND_MM * np.sin(turn)], axis=1)
    curve = Curve(points_lps_mm=points)
    s = curve.stations(step_mm)
    return rotation_minimising(curve.at(s), curve.tangent(s), s)


def ring(s_mm: float, radius: Floats | float, *, tilt: float = 0.0, points: int = 50) -> Floats:
    """A ring about the arc in a plane of its own, tilted away from the section by ``tilt`` rad."""
    turn = s_mm / BEND_MM
    out, up = np.array([np.cos(turn), 0, np.sin(turn)]), np.array([0.0, 1.0, 0.0])
    ahead = np.array([-np.sin(turn), 0.0, np.cos(turn)])
    angle = np.linspace(0.0, 2 * np.pi, points, endpoint=False)
    x, y = radius * np.cos(angle), radius * np.sin(angle)
    lifted = np.tan(tilt) * y
    return np.asarray(BEND_MM * out + x[:, None] * out + y[:, None] * up + lifted[:, None] * ahead)


def rings(*all_: Floats, kind: BoundaryKind = BoundaryKind.WALL) -> Rings:
    return Rings(kind=kind, points_lps_mm=all_)


def test_rings_of_a_tube_give_its_radius_between_the_first_and_the_last() -> None:
    seen = frames()
    drawn = rings(*(ring(s, 1.7) for s in np.arange(10.0, 30.0, 0.8)))
    radius = drawn.radius_mm(seen, ANGLES)
    told = np.isfinite(radius).all(axis=1)
    s = seen.arclength_mm
    np.testing.assert_array_equal(told, (s >= 10.0) & (s <= 29.2))
    np.testing.assert_allclose(radius[told], 1.7, atol=0.01)


def test_the_order_and_the_direction_of_rings_and_points_do_not_matter() -> None:
    seen = frames()
    straight = [ring(s, 1.5) for s in np.arange(10.0, 20.0, 0.5)]
    mixed = [points[::-1] for points in straight[::2] + straight[1::2]]
    np.testing.assert_allclose(
        rings(*mixed).radius_mm(seen, ANGLES), rings(*straight).radius_mm(seen, ANGLES), atol=2e-3
    )


def test_the_clock_of_an_ellipse_is_kept() -> None:
    seen = frames()
    angle = np.linspace(0.0, 2 * np.pi, 80, endpoint=False)
    ellipse = 2.0 * 1.0 / np.hypot(1.0 * np.cos(angle), 2.0 * np.sin(angle))
    drawn = rings(*(ring(s, ellipse, points=80) for s in np.arange(5.0, 30.0, 0.5)))
    radius = drawn.radius_mm(seen, ANGLES)
    n = 30
    across = seen.directions(np.linspace(0, 2 * np.pi, ANGLES, endpoint=False))[n]
    # The long axis lies in the plane of the arc, the short one along y.
    long = np.abs(across[:, 1]) < 1e-6
    short = np.abs(across[:, 1]) > 1 - 1e-6
    np.testing.assert_allclose(radius[n, long], 2.0, atol=0.03)
    np.testing.assert_allclose(radius[n, short], 1.0, atol=0.03)


def test_oblique_rings_of_a_tube_are_the_same_tube() -> None:
    seen = frames()
    drawn = rings(*(ring(s, 1.6, tilt=0.35) for s in np.arange(5.0, 35.0, 0.5)))
    radius = drawn.radius_mm(seen, ANGLES)
    middle = (seen.arclength_mm > 8.0) & (seen.arclength_mm < 32.0)
    np.testing.assert_allclose(radius[middle], 1.6, atol=0.06)


def test_a_gap_between_rings_stays_undrawn() -> None:
    seen = frames()
    s = np.concatenate([np.arange(5.0, 12.0, 0.5), np.arange(20.0, 30.0, 0.5)])
    radius = rings(*(ring(at, 1.5) for at in s)).radius_mm(seen, ANGLES)
    gap = (seen.arclength_mm > 11.5) & (seen.arclength_mm < 20.0)
    assert np.isnan(radius[gap]).all()
    assert np.isfinite(radius[(seen.arclength_mm > 6) & (seen.arclength_mm < 11)]).all()


def test_rings_that_do_not_go_around_the_axis_are_refused() -> None:
    seen = frames()
    away = np.array([0.0, 4.0, 0.0])
    beside = [ring(s, 1.5) + away for s in np.arange(5.0, 30.0, 0.5)]
    for wrong in (beside, [points + 100 * away for points in beside]):
        with pytest.raises(SettingsRefused) as caught:
            rings(*wrong).radius_mm(seen, ANGLES)
        assert caught.value.code is Code.SETTINGS_INVALID
        assert "0 of 50 drawn wall sections" in str(caught.value)
    # One bad contour of many is left out, not carried along.
    mostly = [ring(s, 1.5) for s in np.arange(5.0, 30.0, 0.5)]
    mostly[20] = mostly[20] + away
    radius = rings(*mostly).radius_mm(seen, ANGLES)
    np.testing.assert_allclose(radius[np.isfinite(radius)], 1.5, atol=0.01)


def test_rings_beyond_the_line_are_not_its_own() -> None:
    seen = frames(20.0)
    drawn = rings(*(ring(s, 1.5) for s in np.arange(5.0, 35.0, 0.5)))
    radius = drawn.radius_mm(seen, ANGLES)
    assert np.isfinite(radius[seen.arclength_mm > 6]).all()


def mask(spacing_mm: float, radius_mm: float, kind: BoundaryKind = BoundaryKind.WALL) -> Mask:
    """A tube about the arc as voxels, on a grid that has nothing to do with the stations."""
    count = round(46.0 / spacing_mm)
    grid = VoxelGrid.axis_aligned(
        (count, round(12.0 / spacing_mm), count), (spacing_mm,) * 3, (-20.3, -6.1, -5.7)
    )
    z, y, x = np.meshgrid(*(spacing_mm * np.arange(n) for n in grid.shape_kji), indexing="ij")
    x, y, z = x - 20.3, y - 6.1, z - 5.7
    away = np.hypot(np.hypot(x, z) - BEND_MM, y)
    stored = (away < radius_mm).astype(np.int16)
    return Mask(kind=kind, volume=Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid))


@pytest.mark.parametrize("spacing_mm", [0.25, 0.4])
def test_a_mask_of_a_tube_gives_its_radius(spacing_mm: float) -> None:
    seen = frames()
    radius = mask(spacing_mm, 1.7).radius_mm(seen, ANGLES)
    inner = (seen.arclength_mm > 2.0) & (seen.arclength_mm < 28.0)
    assert np.isfinite(radius[inner]).all()
    assert radius[inner].mean() == pytest.approx(1.7, abs=0.03)
    np.testing.assert_allclose(radius[inner], 1.7, atol=0.5 * spacing_mm)


def test_a_mask_beside_the_axis_is_refused() -> None:
    elsewhere = mask(0.4, 1.7)
    seen = frames()
    moved = rotation_minimising(
        np.add(seen.origin_lps_mm, (0.0, 3.0, 0.0)), seen.tangent, seen.arclength_mm
    )
    with pytest.raises(SettingsRefused, match="0 of 80 drawn wall sections"):
        elsewhere.radius_mm(moved, ANGLES)


def test_wall_and_lumen_are_told_apart_and_the_last_drawn_counts() -> None:
    seen = frames()
    s = np.arange(5.0, 30.0, 0.5)
    drawn = [
        rings(*(ring(at, 1.8) for at in s)),
        rings(*(ring(at, 1.1) for at in s), kind=BoundaryKind.LUMEN),
        rings(*(ring(at, 1.6) for at in s[:20])),
    ]
    wall, lumen = both(drawn, seen, ANGLES)
    n, m = 20, 50
    assert wall[n] == pytest.approx(1.6, abs=0.01)
    assert wall[m] == pytest.approx(1.8, abs=0.01)
    assert lumen[n] == pytest.approx(1.1, abs=0.01)
    assert np.isnan(lumen[0]).all()
