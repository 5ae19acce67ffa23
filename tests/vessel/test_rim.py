"""The wall behind calcium: its edge on rays, which rays may tell, and the wall that follows."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.study.calcium import deposits_of
from ctocalc.study.settings import AnalysisSettings
from ctocalc.study.trace import with_calcium_edge
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.rim import calcium_edge_mm, rays_behind_calcium, solid
from ctocalc.vessel.wall import Wall, WallSettings
from tests.measured_tube import line_of, look, scan_of
from tests.tube import Path, gap, scan, vessel

PIXEL_MM = 0.15
OFFSET_MM = np.arange(-3.0, 3.01, PIXEL_MM)
ANGLE_RAD = np.linspace(0.0, 2 * np.pi, 48, endpoint=False)
SETTINGS = AnalysisSettings()


def disc(radius_mm: float, u: float = 0.0, v: float = 0.0) -> Floats:
    """Share (P, P) of a disc, with edges one pixel wide."""
    away = np.hypot(OFFSET_MM[None, :] - u, OFFSET_MM[:, None] - v)
    return np.asarray(np.clip(0.5 + (radius_mm - away) / PIXEL_MM, 0.0, 1.0))


def edge(share: Floats) -> Floats:
    return np.asarray(calcium_edge_mm(share[None].astype(np.float32), OFFSET_MM, ANGLE_RAD)[0])


@pytest.mark.parametrize("inner_mm", [0.0, 1.1])
def test_a_moon_and_a_ring_end_where_they_end(inner_mm: float) -> None:
    ring = disc(1.6) - (disc(inner_mm) if inner_mm else 0.0)
    np.testing.assert_allclose(edge(ring), 1.6, atol=0.03)


def test_a_disc_off_the_axis_ends_on_its_far_side() -> None:
    """On a ray through its centre at distance and radius; on the other side there is none."""
    found = edge(disc(0.5, u=1.0))
    assert found[0] == pytest.approx(1.5, abs=0.03)
    assert np.isnan(found[24])
    # The tangent from the axis: sin = 0.5 / 1, 30 degrees.
    assert (np.isfinite(found) == (np.cos(ANGLE_RAD) > np.cos(np.radians(30.0)))).mean() > 0.95


def test_no_calcium_has_no_edge() -> None:
    assert np.isnan(edge(np.zeros((41, 41)))).all()
    assert np.isnan(edge(0.4 * disc(1.0))).all()


def solids(shares: list[Floats], wall_mm: float = 1.75) -> list[bool]:
    edges = np.stack([edge(each) for each in shares])
    wall = Boundary(
        radius_mm=np.full(edges.shape, wall_mm), kind=BoundaryKind.WALL,
        confidence=np.ones(len(edges)),
    )  # fmt: skip
    of = np.stack(shares).astype(np.float32)
    return [bool(each) for each in solid(of, OFFSET_MM, edges, wall, WallSettings())]


def test_a_moon_fills_the_vessel_a_ring_a_nodule_and_part_of_a_disc_do_not() -> None:
    moon, eccentric = disc(1.6), disc(1.5, u=0.1)
    ring, nodule = disc(1.6) - disc(0.6), disc(0.4)
    part = disc(1.6) * ~((OFFSET_MM[None, :] > 0.0) & (OFFSET_MM[:, None] > 0.0))
    for share, fills in (
        (moon, True), (eccentric, True), (ring, False), (nodule, False), (part, False),
        (0.0 * moon, False),
    ):  # fmt: skip
        assert solids([share]) == [fills]


def test_one_station_that_noise_spoils_parts_no_moon() -> None:
    half = disc(1.6) * (OFFSET_MM > 0.0)
    assert solids([disc(1.6)] * 3 + [half] + [disc(1.6)] * 3) == [True] * 7


def wall_of(radius_mm: float) -> Wall:
    shape = (2, 4)
    return Wall(
        boundary=Boundary(
            radius_mm=np.full(shape, radius_mm), kind=BoundaryKind.WALL, confidence=np.ones(2)
        ),
        source=np.array(["seen", "seen"]),
        radius_sd_mm=np.full(2, 0.05),
    )


def test_a_wall_moves_part_of_the_way_and_is_as_uncertain_as_it_moved() -> None:
    """Not inside calcium, nor outside both walls where calcium's edge is read there."""
    least = np.full((2, 4), np.nan)
    least[0, :2] = 1.58, 1.9
    moved = wall_of(1.6).towards(wall_of(1.4), np.array([0.5, 0.0]), least)
    np.testing.assert_allclose(moved.boundary.radius_mm[0], [1.58, 1.6, 1.5, 1.5])
    np.testing.assert_allclose(moved.boundary.radius_mm[1], 1.6)
    np.testing.assert_allclose(moved.radius_sd_mm, [np.hypot(0.05, 0.1), 0.05])


def test_the_wall_around_calcium_that_fills_the_vessel_is_half_way_to_its_course() -> None:
    """A moon that leaves a rim of 0.45 mm: the usual rim alone puts the wall 0.25 mm too far in."""

    def moon(s: Floats, u: Floats, v: Floats) -> Floats:
        return np.asarray(900.0 * ((np.abs(s - 15) < 4) & (np.hypot(u, v) < 1.35)))

    path = Path(length_mm=30.0)
    volume = scan(path, vessel(diameter=gap(6.0, 24.0, wide=1.6), calcium=moon), noise_hu=25.0)
    seen = look(volume, line_of(path))
    deposits = deposits_of(scan_of(volume, seen.physics), seen.trace, SETTINGS)

    def radius_mm(course: float) -> float:
        settings = replace(SETTINGS, wall=replace(SETTINGS.wall, filled_course=course))
        wall = with_calcium_edge(seen.trace, deposits, settings).wall.boundary
        middle = np.abs(seen.trace.frames.arclength_mm - 15.0) < 2.0
        return float(np.sqrt(wall.area_mm2[middle] / np.pi).mean())

    rim, half, course = (radius_mm(each) for each in (0.0, 0.5, 1.0))
    assert rim < 1.65
    assert course == pytest.approx(1.8, abs=0.08)
    assert half == pytest.approx((rim + course) / 2.0, abs=0.02)


def test_only_calcium_near_the_wall_tells_where_it_is() -> None:
    """Four rays: calcium near the wall, deep calcium with and without bloom at the wall, none."""
    rays = RayFits(
        lumen_mm=np.zeros((1, 4)), wall_mm=np.array([[1.75, 1.55, 1.71, 1.72]]),
        wall_sd_mm=np.full((1, 4), 0.1), calcified=np.array([[True, True, False, False]]),
    )  # fmt: skip
    wall = Boundary(radius_mm=np.full((1, 4), 1.7), kind=BoundaryKind.WALL, confidence=np.ones(1))
    deep = 1.7 - WallSettings().rim_reach_mm - 0.1
    told = rays_behind_calcium(rays, np.array([[1.6, deep, deep, np.nan]]), wall, WallSettings())
    np.testing.assert_array_equal(told.wall_mm, [[1.6, np.nan, 1.71, 1.72]])
    np.testing.assert_array_equal(told.calcified, [[True, True, False, False]])


@pytest.mark.parametrize(("thick_mm", "rim_mm"), [(0.5, 0.05), (1.0, 0.15), (0.5, 0.25)])
def test_the_wall_behind_a_ring(thick_mm: float, rim_mm: float) -> None:
    """Calcium all round over 8 mm: no ray shows the wall.

    The rim of plaque is not seen: one 0.1 mm off the usual one costs 11 % of the area.
    """
    outer = 1.8 - rim_mm

    def ring(s: Floats, u: Floats, v: Floats) -> Floats:
        r = np.hypot(u, v)
        return np.asarray(900.0 * ((np.abs(s - 15) < 4) & (r > outer - thick_mm) & (r < outer)))

    path = Path(length_mm=30.0)
    volume = scan(path, vessel(diameter=gap(6.0, 24.0, wide=1.6), calcium=ring), noise_hu=25.0)
    seen = look(volume, line_of(path))
    found = deposits_of(scan_of(volume, seen.physics), seen.trace, SETTINGS)
    wall = with_calcium_edge(seen.trace, found, SETTINGS).wall
    body = np.abs(seen.trace.frames.arclength_mm - 15.0) < 3.0
    area = np.pi * 1.8**2
    assert wall.boundary.area_mm2[body].mean() == pytest.approx(area, rel=0.14)
    assert (np.abs(wall.boundary.area_mm2[body] - area) < 1.96 * wall.area_sd_mm2[body]).all()
    assert (wall.source[body] == "bridged").all()
