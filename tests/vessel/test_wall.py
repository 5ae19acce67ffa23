"""The outer wall of known circles and ellipses, in fat and beside muscle, open and occluded."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.wall import WallSettings, departure_mm, find_wall
from tests.measured_tube import line_of, look
from tests.tube import Material, Path, gap, rotated, scan, vessel

PATH = Path(length_mm=30.0)
NOISE_HU = 25.0
OPEN, CLOSED = 2.4, 0.0


def area_of(material: Material, *, seed: int = 1, **kwargs: object) -> tuple[Floats, Floats]:
    """Wall area (N,) and the share of it that is seen, away from the ends."""
    path = kwargs.pop("path", PATH)
    assert isinstance(path, Path)
    volume = scan(path, material, noise_hu=NOISE_HU, seed=seed, **kwargs)  # type: ignore[arg-type]
    wall = look(volume, line_of(path)).trace.wall.boundary
    return wall.area_mm2[6:-6], wall.confidence[6:-6]


@pytest.mark.parametrize("wall_mm", [1.3, 1.8, 2.3])
def test_a_circle_in_fat_about_an_occluded_body(wall_mm: float) -> None:
    closed = vessel(diameter=gap(7.0, 23.0, wide=1.6), wall_mm=wall_mm)
    area, seen = area_of(closed)
    body = slice(6, -6)
    assert area[body].mean() == pytest.approx(np.pi * wall_mm**2, rel=0.06)
    assert area[body] == pytest.approx(np.pi * wall_mm**2, rel=0.13)
    assert seen.mean() > 0.6


def test_a_circle_in_fat_about_an_open_lumen() -> None:
    area, _ = area_of(vessel(diameter=2.4, wall_mm=1.8))
    assert area.mean() == pytest.approx(np.pi * 1.8**2, rel=0.10)
    assert area.std() < 0.06 * area.mean()


def test_an_ellipse_keeps_its_area() -> None:
    a, b = 2.1, 1.5
    area, _ = area_of(vessel(diameter=gap(7.0, 23.0, wide=1.6), ellipse=(a, b)))
    assert area[6:-6].mean() == pytest.approx(np.pi * a * b, rel=0.07)


def test_an_ellipse_keeps_its_axes() -> None:
    volume = scan(
        PATH, vessel(diameter=gap(7, 23, wide=1.6), ellipse=(1.95, 1.65)), noise_hu=NOISE_HU
    )
    trace = look(volume, line_of(PATH)).trace
    wall = trace.wall.boundary
    inner = slice(15, 45)
    # Along x, whatever the clock angle that is.
    towards = np.abs(trace.frames.directions(wall.angle_rad)[20] @ np.array([1.0, 0.0, 0.0]))
    radius = wall.radius_mm[inner].mean(axis=0)
    wide, narrow = radius[towards > 0.98].mean(), radius[towards < 0.2].mean()
    assert wide == pytest.approx(1.95, abs=0.12)
    assert narrow == pytest.approx(1.65, abs=0.12)
    assert wide - narrow > 0.12


def test_faint_calcium_at_the_wall_does_not_draw_it_outwards() -> None:
    """Taken for plaque, it reads 38 % too much.

    It ends at the wall: the rim that is expected behind calcium makes 22 % by itself.
    """

    def arc(s: Floats, u: Floats, v: Floats) -> Floats:
        return np.where((np.hypot(u, v) > 0.9) & (np.abs(s - 15.0) < 6.0), 250.0, 0.0)

    area, _ = area_of(vessel(diameter=gap(7.0, 23.0, wide=1.6), wall_mm=1.4, calcium=arc))
    assert area[14:-14].mean() == pytest.approx(np.pi * 1.4**2, rel=0.22)


def test_muscle_on_one_side_does_not_draw_the_wall_outwards() -> None:
    beside = vessel(diameter=gap(7.0, 23.0, wide=1.6), wall_mm=1.7, muscle_beyond_mm=1.7)
    area, _ = area_of(beside)
    assert area[6:-6].mean() == pytest.approx(np.pi * 1.7**2, rel=0.10)


def test_a_wall_off_the_axis_is_found_off_the_axis() -> None:
    aside = np.array([0.5, -0.4])

    def moved(s: Floats, u: Floats, v: Floats) -> Floats:
        return vessel(diameter=gap(7.0, 23.0, wide=1.6))(s, u - aside[0], v - aside[1])

    trace = look(scan(PATH, moved, noise_hu=NOISE_HU), line_of(PATH)).trace
    centre = trace.wall.boundary.centroid_mm
    frames = trace.frames
    point = centre[:, :1] * frames.normal + centre[:, 1:] * frames.binormal
    inner = point[8:-8]
    np.testing.assert_allclose(inner[:, :2].mean(axis=0), aside, atol=0.08)
    assert np.hypot(*(inner[:, :2] - aside).T).max() < 0.25


def ring(s: Floats, u: Floats, v: Floats) -> Floats:
    """Calcium of 0.7 mm up to 0.1 mm from the wall, three quarters round, over 6 mm."""
    r, angle = np.hypot(u, v), np.arctan2(v, u)
    return np.asarray(900.0 * ((np.abs(s - 15) < 3) & (r > 1.0) & (r < 1.7) & (angle > -np.pi / 2)))


def test_calcium_at_the_wall_does_not_carry_it_away() -> None:
    closed = vessel(diameter=gap(6.0, 24.0, wide=1.6), calcium=ring)
    area, _ = area_of(closed)
    calcified = area[len(area) // 2 - 4 : len(area) // 2 + 5]
    assert calcified.mean() == pytest.approx(np.pi * 1.8**2, rel=0.14)


def test_the_wall_in_a_bend_on_an_oblique_grid() -> None:
    path = Path(length_mm=30.0, bend_radius_mm=12.0)
    closed = vessel(diameter=gap(7.0, 23.0, wide=1.6))
    area, _ = area_of(closed, path=path, rotation=rotated(50.0), spacing_kji_mm=(0.6, 0.4, 0.35))
    assert area[6:-6].mean() == pytest.approx(np.pi * 1.8**2, rel=0.07)


def test_without_any_contrast_between_tissues_the_wall_is_bridged() -> None:
    """Embedded in what looks like plaque over 8 mm: carried over from both sides, and said so."""

    def hidden(s: Floats, u: Floats, v: Floats) -> Floats:
        out = vessel(diameter=gap(4.0, 26.0, wide=1.6))(s, u, v)
        return np.where((np.abs(s - 15) < 4) & (out < 0), 55.0, out)

    trace = look(scan(PATH, hidden, noise_hu=NOISE_HU), line_of(PATH)).trace
    s, wall = trace.frames.arclength_mm, trace.wall
    dark = np.abs(s - 15) < 2
    assert (wall.source[dark] == "bridged").all()
    assert (wall.source[(s > 7) & (s < 9)] == "seen").all()
    assert wall.boundary.area_mm2[dark] == pytest.approx(np.pi * 1.8**2, rel=0.25)


def test_a_wall_that_keeps_its_course_is_known_better_than_one_that_leaves_it() -> None:
    """The same vessel with and without a bulge 5 mm long, which may be another organ's edge."""

    def radius_sd(bulge_mm: float) -> Floats:
        radius = 1.7 + np.where(np.abs(np.arange(60) - 30) < 5, bulge_mm, 0.0)
        boundary = Boundary(
            radius_mm=np.repeat(radius[:, None], 48, axis=1),
            kind=BoundaryKind.WALL,
            confidence=np.ones(60),
        )
        return departure_mm(boundary, 0.5)

    assert radius_sd(0.0) == pytest.approx(0.0, abs=1e-9)
    bulge = radius_sd(0.4)
    assert bulge[30] == pytest.approx(0.4, abs=0.1)
    assert bulge[5] < 0.05


def half_hidden(layer_mm: float, stations: int = 40) -> RayFits:
    """Return a lumen of 1.2 mm radius whose wall shows on half of its rays only."""
    rays = np.full((stations, 48), 1.2)
    shows = np.zeros(rays.shape, dtype=bool)
    shows[:, :24] = True
    return RayFits(
        lumen_mm=rays, wall_mm=rays + np.where(shows, layer_mm, 0.5),
        wall_sd_mm=np.where(shows, 0.05, np.inf), calcified=np.zeros(rays.shape, dtype=bool),
    )  # fmt: skip


@pytest.mark.parametrize("layer_mm", [0.2, 0.75])
def test_the_side_that_does_not_show_is_like_the_side_that_does(layer_mm: float) -> None:
    def off(own_layer: float) -> float:
        settings = WallSettings(own_layer=own_layer)
        wall = find_wall(half_hidden(layer_mm), step_mm=0.5, rim_mm=0.09, settings=settings)
        return float(np.abs(wall.boundary.radius_mm[:, 24:] - 1.2 - layer_mm).mean())

    assert off(0.5) < 0.75 * off(0.0)


def test_a_vessel_that_shows_hardly_any_wall_has_the_usual_one() -> None:
    rays = half_hidden(0.9)
    few = np.isfinite(rays.wall_sd_mm) & (np.arange(48) < 4)
    hidden = replace(rays, wall_sd_mm=np.where(few, 0.05, np.inf))
    walls = [
        find_wall(hidden, step_mm=0.5, rim_mm=0.09, settings=WallSettings(own_layer=own))
        for own in (0.0, 0.5)
    ]
    np.testing.assert_array_equal(walls[0].boundary.radius_mm, walls[1].boundary.radius_mm)


def rays_with_body(body_wall_mm: float, sd_mm: float) -> RayFits:
    """An open vessel (lumen 1.2 mm, wall 1.65 mm in fat) with a blocked body of 15 mm."""
    shape, body = (80, 48), slice(25, 55)
    lumen, wall, sd = np.full(shape, 1.2), np.full(shape, 1.65), np.full(shape, 0.03)
    lumen[body], wall[body], sd[body] = 0.0, body_wall_mm, sd_mm
    return RayFits(
        lumen_mm=lumen, wall_mm=wall, wall_sd_mm=sd, calcified=np.zeros(shape, dtype=bool)
    )


def body_radius_mm(rays: RayFits) -> Floats:
    wall = find_wall(rays, step_mm=0.5, rim_mm=0.0, settings=WallSettings())
    return np.sqrt(wall.boundary.area_mm2 / np.pi)[35:45]


def test_faint_edges_far_off_the_open_vessels_course_are_anothers() -> None:
    """Fat behind muscle looks like a wall, 3 mm out."""
    assert body_radius_mm(rays_with_body(3.0, 0.15)) == pytest.approx(0.92 * 1.65, abs=0.15)


@pytest.mark.parametrize("body_wall_mm", [1.2, 2.0])
def test_a_body_whose_wall_shows_is_as_wide_as_it_shows(body_wall_mm: float) -> None:
    told = body_radius_mm(rays_with_body(body_wall_mm, 0.03))
    assert told.mean() == pytest.approx(body_wall_mm, abs=0.05)


def test_what_is_expected_of_a_body_makes_its_wall_no_surer() -> None:
    step, settings = 0.5, WallSettings()
    without = find_wall(rays_with_body(1.57, np.inf), step_mm=step, rim_mm=0.0, settings=settings)
    shown = find_wall(rays_with_body(1.57, 0.03), step_mm=step, rim_mm=0.0, settings=settings)
    assert without.radius_sd_mm[40] > 4.0 * shown.radius_sd_mm[40]


def test_faint_edges_inside_the_course_count_in_full() -> None:
    """A vessel may shrink as far as it likes: weighed down as those outside are, 0.86 mm."""
    assert body_radius_mm(rays_with_body(0.7, 0.15)).mean() == pytest.approx(0.75, abs=0.06)


def test_rays_that_tell_nothing_are_not_blocked() -> None:
    """At a branch's mouth the parent hides rays: the wall stays that of the open vessel."""
    rays = rays_with_body(1.5, 0.03)
    mouth = np.zeros(rays.wall_mm.shape, dtype=bool)
    mouth[:8] = True
    wall = find_wall(rays.without(mouth), step_mm=0.5, rim_mm=0.0, settings=WallSettings())
    assert np.sqrt(wall.boundary.area_mm2[:8] / np.pi) == pytest.approx(1.65, abs=0.04)


@pytest.mark.parametrize(("lumen_mm", "least", "most"), [(0.7, 0.1, 0.3), (2.6, 0.03, 0.09)])
def test_a_wall_about_a_thin_lumen_is_known_less_well(
    lumen_mm: float, least: float, most: float
) -> None:
    """The blur of a lumen of 0.7 mm hides its width, and with it where its wall is."""
    within = []
    for seed in range(1, 5):
        thin = vessel(diameter=lumen_mm, wall_mm=lumen_mm / 2 + 0.3)
        wall = look(scan(PATH, thin, noise_hu=NOISE_HU, seed=seed), line_of(PATH)).trace.wall
        found, sd = np.sqrt(wall.boundary.area_mm2 / np.pi)[6:-6], wall.radius_sd_mm[6:-6]
        assert least < np.median(sd) < most
        within.append(np.abs(found - lumen_mm / 2 - 0.3) < 1.96 * sd)
    assert np.mean(within) > 0.9
