"""Following a vessel: recentring onto the true axis, and the same answer on any grid."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.bends import largest_bend
from ctocalc.image.volume import Volume
from ctocalc.study.stations import lumen_area_mm2, with_shared
from ctocalc.study.trace import Trace
from ctocalc.vessel.profile import COLUMNS, VesselProfile
from tests.measured_tube import line_of, look
from tests.tube import Path, gap, rotated, scan, vessel

PATH = Path(length_mm=34.0, bend_radius_mm=16.0)
ENTRY, EXIT = 12.0, 22.0
MATERIAL = vessel(diameter=gap(ENTRY, EXIT))
NOISE_HU = 25.0


def off_axis(points: Floats, path: Path = PATH) -> Floats:
    """Distance (N,) of points from the true axis."""
    _, u, v = path.coordinates(points)
    return np.asarray(np.hypot(u, v))


def inner(seen: Trace, margin_mm: float = 4.0) -> Floats:
    return np.linspace(margin_mm, seen.curve.length_mm - margin_mm, 120)


@cache
def plain() -> Volume:
    return scan(PATH, MATERIAL, noise_hu=NOISE_HU)


@cache
def followed() -> Trace:
    return measure(plain())


def measure(volume: Volume, off_mm: float = 0.6) -> Trace:
    return look(volume, line_of(PATH, off_mm=off_mm), recentrings=2).trace


@pytest.mark.parametrize("off_mm", [0.5, 1.0])
def test_a_line_off_centre_ends_on_the_axis(off_mm: float) -> None:
    line = line_of(PATH, off_mm=off_mm)
    assert np.sqrt((off_axis(line) ** 2).mean()) > 0.7 * off_mm
    seen = measure(plain(), off_mm)
    away = off_axis(seen.curve.at(inner(seen)))
    assert np.sqrt((away**2).mean()) < 0.15
    assert away.max() < 0.35


def test_recentring_keeps_lengths_and_bends() -> None:
    seen = followed()
    # The ends of the given line lie up to 0.3 mm beside those of the path.
    assert seen.curve.length_mm == pytest.approx(PATH.length_mm, abs=0.4)
    found = seen.gaps[0]
    assert found.end_mm - found.start_mm == pytest.approx(EXIT - ENTRY, abs=0.5)
    angle, _ = largest_bend(seen.curve, found.start_mm, found.end_mm)
    assert angle == pytest.approx(np.degrees((EXIT - ENTRY) / 16.0), abs=4.0)


def test_the_axis_bends_with_a_vessel_that_calcium_rings() -> None:
    """Without a say of calcium's edge the axis leaves this bend by 0.5 mm."""
    path = Path(length_mm=30.0)

    def aside(s: Floats) -> Floats:
        return np.exp(-(((s - 15.0) / 3.5) ** 2))

    def ring(s: Floats, u: Floats, v: Floats) -> Floats:
        return np.where((np.hypot(u, v) > 0.9) & (np.abs(s - 15.0) < 6.0), 900.0, 0.0)

    blocked = vessel(diameter=gap(7.0, 23.0, wide=1.6), wall_mm=1.6, calcium=ring)
    volume = scan(path, lambda s, u, v: blocked(s, u - aside(s), v), noise_hu=20.0)
    found = look(volume, line_of(path), recentrings=2).trace.frames.origin_lps_mm
    ringed = found[np.abs(found[:, 2] + 15.0) < 5.0]
    off = np.hypot(ringed[:, 0] - aside(-ringed[:, 2]), ringed[:, 1])
    assert off.mean() < 0.17
    assert off.max() < 0.35


def test_arc_length_starts_where_the_given_line_does() -> None:
    line = line_of(PATH)[8:]  # starts 4 mm down the vessel
    seen = look(plain(), line, recentrings=2).trace
    assert seen.gaps[0].start_mm == pytest.approx(ENTRY - 4.0, abs=0.5)


def places(volume: Volume) -> tuple[float, float]:
    gaps = measure(volume, 0.3).gaps
    assert len(gaps) == 1
    return gaps[0].start_mm, gaps[0].end_mm


@cache
def quiet() -> tuple[float, float]:
    return places(scan(PATH, MATERIAL, noise_hu=8.0))


def test_the_order_of_the_slices_changes_nothing() -> None:
    flipped = scan(PATH, MATERIAL, noise_hu=0.0, flip_slices=True)
    turned = Volume(
        stored=np.ascontiguousarray(plain().stored[::-1]), slope=1.0, intercept=0.0,
        grid=flipped.grid,
    )  # fmt: skip
    assert places(turned) == pytest.approx(places(plain()), abs=0.02)


@pytest.mark.parametrize(
    ("spacing", "turn_deg"),
    [
        ((0.5, 0.4, 0.4), 0.0),
        ((0.6, 0.35, 0.35), 0.0),
        ((0.5, 0.45, 0.4), 35.0),
        ((0.4, 0.4, 0.4), 80.0),
    ],
)
def test_the_same_scene_on_other_grids_has_the_same_lengths(
    spacing: tuple[float, float, float], turn_deg: float
) -> None:
    volume = scan(PATH, MATERIAL, noise_hu=8.0, spacing_kji_mm=spacing, rotation=rotated(turn_deg))
    start, end = places(volume)
    assert start == pytest.approx(ENTRY, abs=0.3)
    assert end == pytest.approx(EXIT, abs=0.3)
    first, last = quiet()
    assert end - start == pytest.approx(last - first, abs=0.2)


def test_stored_values_may_be_scaled() -> None:
    """Other slope and intercept, the same HU: the same answer to the digit."""
    shifted = Volume(
        stored=(plain().stored + 1024).astype(np.uint16), slope=1.0, intercept=-1024.0,
        grid=plain().grid,
    )  # fmt: skip
    assert places(shifted) == pytest.approx(places(plain()), abs=1e-6)


def test_occluded_stations_are_those_between_the_caps() -> None:
    seen = followed()
    s, found = seen.frames.arclength_mm, seen.gaps[0]
    np.testing.assert_array_equal(seen.occluded, (s >= found.start_mm) & (s <= found.end_mm))


def test_curvature_points_to_the_inside_of_the_bend() -> None:
    seen = followed()
    frames, middle = seen.frames, slice(14, -14)
    bend = seen.curvature
    vector = bend[:, :1] * frames.normal + bend[:, 1:] * frames.binormal
    np.testing.assert_allclose(np.linalg.norm(vector[middle], axis=1), 1 / 16.0, rtol=0.15)
    centre = np.array([16.0, 0.0, 0.0]) - frames.origin_lps_mm
    assert ((vector * centre).sum(axis=1)[middle] > 0).all()


def test_without_contrast_nothing_is_called_occluded() -> None:
    plain = vessel(diameter=3.0, lumen_hu=45.0)
    seen = look(scan(PATH, plain, noise_hu=NOISE_HU), line_of(PATH)).trace
    assert seen.gaps == ()
    assert not seen.occluded.any()
    assert np.isnan(seen.signal.contrast_hu).all()


def test_what_is_shared_is_left_out_and_told_as_shared() -> None:
    whole = replace(followed(), shared=6)
    own = whole.own
    n = len(own.frames)
    assert own.frames.arclength_mm[0] == whole.frames.arclength_mm[6]
    assert own.curve.length_mm == whole.curve.length_mm
    np.testing.assert_array_equal(own.wall.boundary.area_mm2, whole.wall.boundary.area_mm2[6:])
    np.testing.assert_array_equal(own.signal.share, whole.signal.share[6:])
    measured = VesselProfile(
        frames=own.frames, values=np.ones((n, len(COLUMNS))), occluded=np.ones(n, dtype=bool),
        lesion=np.ones(n, dtype=np.int64), wall_source=own.wall.source,
    )  # fmt: skip

    told = with_shared(measured, whole.frames)

    assert set(told.wall_source[:6]) == {"shared"}
    assert np.isnan(told.values[:6]).all()
    assert not told.occluded[:6].any()
    np.testing.assert_array_equal(told.values[6:], measured.values)


def test_a_lumen_wider_than_the_wall_around_it_is_another_vessels() -> None:
    seen = followed()
    radius = seen.wall.boundary.radius_mm.copy()
    radius[:4] = 1.0
    told = lumen_area_mm2(
        replace(
            seen, wall=replace(seen.wall, boundary=replace(seen.wall.boundary, radius_mm=radius))
        )
    )
    before = lumen_area_mm2(seen)
    assert np.isnan(told[:4]).all()
    assert (before[:4] > np.pi).all()
    np.testing.assert_array_equal(told[4:], before[4:])
