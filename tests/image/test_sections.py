"""Sections against closed forms: linear fields, a Gaussian blob, rotation, padding, scan edges."""

from typing import Literal

import numpy as np
import pytest
from scipy import ndimage

from ctocalc._arrays import Array, Floats
from ctocalc.geometry.frames import Frames, rotation_minimising
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.sections import Sampler, cartesian_sections, cubic, linear, polar_sections
from ctocalc.image.volume import Volume
from ctocalc.kernels import sampling
from ctocalc.kernels._jit import INTERPRETED

METHODS = {"linear": linear, "cubic": cubic}
both = pytest.mark.parametrize("method", list(METHODS))
RADIUS = np.arange(0.1, 3.0, 0.25)


def sheared(shape: tuple[int, int, int]) -> VoxelGrid:
    """An oblique grid with unequal spacings and a gantry tilt of 12 degrees."""
    turn, _ = np.linalg.qr(np.array([[1.0, 0.3, 0.2], [0.1, 1.0, -0.4], [-0.2, 0.5, 1.0]]))
    i, j, normal = turn.T
    k = np.cos(np.radians(12)) * normal + np.sin(np.radians(12)) * j
    affine = np.eye(4)
    affine[:3, :3] = np.stack([0.6 * k, 0.4 * j, 0.35 * i], axis=1)
    affine[:3, 3] = [-31.0, 12.0, 170.0]
    return VoxelGrid(shape_kji=shape, lps_from_kji=affine)


def straight(centre: Floats, direction: Floats, stations: int = 3) -> Frames:
    tangent = np.broadcast_to(direction / np.linalg.norm(direction), (stations, 3)).copy()
    arclength: Floats = 0.5 * np.arange(stations, dtype=np.float64)
    origin = centre + (arclength - arclength.mean())[:, None] * tangent
    return rotation_minimising(origin, tangent, arclength)


def rendered(grid: VoxelGrid, field: Floats, padding: float | None = None) -> Volume:
    return Volume(
        stored=field.astype(np.float32),
        slope=1.0,
        intercept=0.0,
        grid=grid,
        padding_stored=padding,
    )


def centres(grid: VoxelGrid) -> Floats:
    return grid.points(np.moveaxis(np.indices(grid.shape_kji), 0, -1).astype(float))


GRID = sheared((24, 30, 34))
CENTRE = GRID.points(np.array([11.3, 14.8, 16.2]))
SLOPES = np.array([13.0, -7.0, 21.0])


def linear_field(points: Floats) -> Floats:
    out: Floats = 100.0 + (points - CENTRE) @ SLOPES
    return out


@both
def test_linear_field_is_reproduced(method: str) -> None:
    frames = straight(CENTRE, np.array([0.4, -0.7, 0.5]))
    sampler = METHODS[method](rendered(GRID, linear_field(centres(GRID))))
    got = polar_sections(sampler, frames, angles=16, radius_mm=RADIUS)
    ends = frames.directions(got.angle_rad)[:, :, None, :] * RADIUS[:, None]
    truth = linear_field(frames.origin_lps_mm[:, None, None, :] + ends)
    # Mirrored boundaries bend a ramp at the rim of the volume; the spline feels it 4 voxels deep.
    np.testing.assert_allclose(got.samples, truth, atol=0.5 if method == "cubic" else 0.01)
    assert got.inside.all()
    assert not np.isnan(got.samples).any()


@both
def test_stored_integers_are_rescaled(method: str) -> None:
    field = np.round(linear_field(centres(GRID)) + 1024) * 2
    volume = Volume(stored=field.astype(np.uint16), slope=0.5, intercept=-1024.0, grid=GRID)
    same = rendered(GRID, field * 0.5 - 1024)
    points = CENTRE + np.random.default_rng(1).normal(0, 2, (50, 3))
    a, b = (METHODS[method](v).at(points) for v in (volume, same))
    np.testing.assert_allclose(a, b, atol=1e-2)


def test_gaussian_blob_by_cubic() -> None:
    grid = VoxelGrid.axis_aligned((40, 40, 40), (0.5, 0.35, 0.35))
    centre = grid.points(np.array([19.4, 20.3, 19.8]))
    sigma = 0.8
    distance2 = ((centres(grid) - centre) ** 2).sum(axis=-1)
    sampler = cubic(rendered(grid, 1000 * np.exp(-distance2 / (2 * sigma**2))))
    frames = straight(centre, np.array([0.3, 0.2, 0.9]), stations=1)
    got = polar_sections(sampler, frames, angles=24, radius_mm=RADIUS)
    truth = 1000 * np.exp(-(RADIUS**2) / (2 * sigma**2))
    assert np.abs(got.samples - truth).max() < 6.0  # 0.6 % of the peak
    flat = cartesian_sections(sampler, frames, half_width_mm=2.5, pixel_mm=0.1)
    area = float(flat.samples.sum()) * 0.1**2
    assert area == pytest.approx(1000 * 2 * np.pi * sigma**2, rel=0.01)


def test_clock_starts_at_normal_and_turns_towards_binormal() -> None:
    frames = straight(CENTRE, np.array([0.0, 0.3, 1.0]))
    sampler = linear(rendered(GRID, linear_field(centres(GRID))))
    got = polar_sections(sampler, frames, angles=4, radius_mm=np.array([1.0]))
    for angle, axis in enumerate((frames.normal, frames.binormal)):
        truth = linear_field(frames.origin_lps_mm + axis)
        np.testing.assert_allclose(got.samples[:, angle, 0], truth, atol=0.01)


@both
def test_cartesian_and_polar_agree_where_they_meet(method: str) -> None:
    noise = ndimage.gaussian_filter(np.random.default_rng(3).normal(0, 300, GRID.shape_kji), 1)
    sampler = METHODS[method](rendered(GRID, noise))
    frames = straight(CENTRE, np.array([0.4, -0.7, 0.5]))
    polar = polar_sections(sampler, frames, angles=4, radius_mm=np.array([0.5, 1.0]))
    flat = cartesian_sections(sampler, frames, half_width_mm=1.0, pixel_mm=0.5)
    assert flat.offset_mm.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0]
    for angle, (row, column) in enumerate([(2, 4), (4, 2), (2, 0), (0, 2)]):
        np.testing.assert_allclose(
            polar.samples[:, angle, 1], flat.samples[:, row, column], atol=0.05
        )


@both
def test_rigid_motion_of_scan_and_line_changes_nothing(method: str) -> None:
    turn, _ = np.linalg.qr(np.random.default_rng(5).normal(size=(3, 3)))
    turn *= np.linalg.det(turn)
    motion = np.eye(4)
    motion[:3, :3], motion[:3, 3] = turn, [40.0, -9.0, 3.0]
    moved_grid = VoxelGrid(shape_kji=GRID.shape_kji, lps_from_kji=motion @ GRID.lps_from_kji)
    noise = ndimage.gaussian_filter(np.random.default_rng(3).normal(0, 300, GRID.shape_kji), 1)
    points = CENTRE + np.random.default_rng(1).normal(0, 2, (80, 3))
    here = METHODS[method](rendered(GRID, noise)).at(points)
    there = METHODS[method](rendered(moved_grid, noise)).at(points @ turn.T + motion[:3, 3])
    np.testing.assert_allclose(here, there, atol=0.02)


@both
def test_matches_scipy_on_noise(method: str) -> None:
    rng = np.random.default_rng(7)
    stored = rng.integers(-1000, 1500, (12, 14, 13)).astype(np.int16)
    grid = VoxelGrid.axis_aligned((12, 14, 13), (0.5, 0.4, 0.35))
    volume = Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid)
    kji = rng.uniform(0, 1, (400, 3)) * (np.array(stored.shape) - 1)
    want = ndimage.map_coordinates(
        stored.astype(float), kji.T, order=3 if method == "cubic" else 1, mode="mirror"
    )
    assert np.abs(METHODS[method](volume).at(grid.points(kji)) - want).max() < 0.05


@both
def test_outside_the_scan_is_nan_and_marks_the_station(method: str) -> None:
    sampler = METHODS[method](rendered(GRID, linear_field(centres(GRID))))
    first = GRID.points(np.array([0.0, 10.0, 10.0]))
    outward = -GRID.lps_from_kji[:3, 0] / np.linalg.norm(GRID.lps_from_kji[:3, 0])
    assert np.isfinite(sampler.at(first))
    assert np.isnan(sampler.at(first + 0.1 * outward))
    along = sampler.along(first - 0.5 * outward, outward, np.array([0.0, 0.4, 0.6, 9.0]))
    assert np.isnan(along).tolist() == [False, False, True, True]
    frames = straight(first, outward, stations=5)
    got = polar_sections(sampler, frames, angles=8, radius_mm=np.array([0.2]))
    assert not got.inside[3:].any()
    assert np.isnan(got.samples[4]).all()
    beside = straight(first, GRID.lps_from_kji[:3, 1], stations=1)
    half = polar_sections(sampler, beside, angles=8, radius_mm=np.array([0.2]))
    assert np.isnan(half.samples).any()
    assert not np.isnan(half.samples).all()
    assert not half.inside.any()


@both
@pytest.mark.parametrize("dtype", [np.int16, np.float32])
def test_padding_is_nan_never_air(method: str, dtype: type) -> None:
    grid = VoxelGrid.axis_aligned((20, 22, 24), (0.5, 0.5, 0.5))
    stored: Array = np.full((20, 22, 24), 40, dtype)
    stored[:, :, :6] = -2000
    volume = Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid, padding_stored=-1500)
    sampler = METHODS[method](volume)
    reach = 2 if method == "cubic" else 1
    i = np.linspace(0.0, 23.0, 300)
    hu = sampler.at(grid.points(np.stack([np.full(300, 9.3), np.full(300, 8.6), i], axis=-1)))
    assert np.isnan(hu[i < 5 + reach - 1e-3]).all()
    np.testing.assert_allclose(hu[i > 5 + reach + 1e-3], 40.0, atol=0.01)


@both
def test_results_do_not_depend_on_threads(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(3).normal(0, 300, GRID.shape_kji)
    frames = straight(CENTRE, np.array([0.4, -0.7, 0.5]))

    def sampled() -> Floats:
        sampler = METHODS[method](rendered(GRID, noise))
        got = polar_sections(sampler, frames, angles=16, radius_mm=RADIUS).samples
        return got.astype(np.float64)

    two = sampled()
    monkeypatch.setattr("ctocalc.image.sections.THREADS", 1)
    assert np.array_equal(two, sampled())


@pytest.mark.skipif(INTERPRETED, reason="nothing is compiled without the JIT")
def test_writable_and_locked_arrays_share_one_compiled_form() -> None:
    volume = rendered(GRID, linear_field(centres(GRID)))
    sampler = linear(volume)
    frames = straight(CENTRE, np.array([0.4, -0.7, 0.5]))
    polar_sections(sampler, frames, angles=8, radius_mm=RADIUS)
    before = len(sampling.linear_lines.signatures)  # type: ignore[attr-defined]
    locked = RADIUS.copy()
    locked.flags.writeable = False
    polar_sections(sampler, frames, angles=8, radius_mm=locked)
    points = np.asfortranarray(CENTRE + np.zeros((5, 3)))
    points.flags.writeable = False
    sampler.at(points)
    cartesian_sections(sampler, frames, half_width_mm=1.0, pixel_mm=0.5)
    assert len(sampling.linear_lines.signatures) == before  # type: ignore[attr-defined]


def test_misuse_is_a_programming_error() -> None:
    volume = rendered(GRID, linear_field(centres(GRID)))
    method: Literal["cubic"] = "cubic"
    with pytest.raises(ValueError, match="use cubic"):
        Sampler(volume=volume, method=method)
    with pytest.raises(ValueError, match="ascend"):
        linear(volume).along(CENTRE, np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.5]))


@both
def test_a_single_slice_is_sampled_in_its_plane(method: str) -> None:
    grid = VoxelGrid.axis_aligned((1, 12, 12), (0.5, 0.5, 0.5))
    field = np.add.outer(np.arange(12.0), 10 * np.arange(12.0))[None]
    sampler = METHODS[method](rendered(grid, field))
    hu = sampler.at(grid.points(np.array([[0.0, 5.5, 6.25], [0.5, 5.5, 6.25]])))
    assert hu[0] == pytest.approx(68.0, abs=0.2)
    assert np.isnan(hu[1])
