"""VoxelGrid: index against point, oblique and tilted, and its crops."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctocalc._arrays import Floats
from ctocalc.geometry.grid import VoxelGrid

SHAPE = (20, 30, 40)


def oblique(tilt_deg: float = 0.0, seed: int = 0) -> VoxelGrid:
    turn, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))
    i, j, normal = turn.T
    tilt = np.radians(tilt_deg)
    affine = np.eye(4)
    slice_axis = np.cos(tilt) * normal + np.sin(tilt) * j
    affine[:3, :3] = np.stack([0.5 * slice_axis, 0.4 * j, 0.3 * i], axis=1)
    affine[:3, 3] = [-120.0, 33.0, 250.5]
    return VoxelGrid(shape_kji=SHAPE, lps_from_kji=affine)


indices = st.tuples(*[st.floats(-50, 100)] * 3).map(np.array)


@given(indices, st.floats(-25, 25), st.integers(0, 5))
def test_points_and_indices_are_inverse(kji: Floats, tilt: float, seed: int) -> None:
    grid = oblique(tilt, seed)
    np.testing.assert_allclose(grid.indices(grid.points(kji)), kji, atol=1e-9)
    np.testing.assert_allclose(grid.kji_from_lps @ grid.lps_from_kji, np.eye(4), atol=1e-12)


def test_axes_of_an_untilted_scan() -> None:
    grid = VoxelGrid.axis_aligned(SHAPE, (0.5, 0.4, 0.3), (10.0, 20.0, 30.0))
    np.testing.assert_allclose(grid.points(np.zeros(3)), [10, 20, 30])  # a centre, not a corner
    np.testing.assert_allclose(grid.points(np.array([2.0, 0, 0])), [10, 20, 31])
    np.testing.assert_allclose(grid.points(np.array([0, 2.0, 0])), [10, 20.8, 30])
    np.testing.assert_allclose(grid.points(np.array([0, 0, 2.0])), [10.6, 20, 30])
    np.testing.assert_allclose(grid.spacing_kji_mm, (0.5, 0.4, 0.3))


def test_tilt_takes_volume_and_keeps_spacing() -> None:
    upright, tilted = oblique(0.0), oblique(20.0)
    np.testing.assert_allclose(tilted.spacing_kji_mm, upright.spacing_kji_mm)
    assert upright.voxel_volume_mm3 == pytest.approx(0.5 * 0.4 * 0.3)
    assert tilted.voxel_volume_mm3 == pytest.approx(0.06 * np.cos(np.radians(20)))


def test_inside_reaches_to_the_voxel_faces() -> None:
    grid = oblique(10.0)
    last = np.array(SHAPE) - 1.0
    for kji, inside in [(-0.49, True), (-0.51, False)]:
        assert grid.inside(grid.points(np.array([kji, 3, 3]))) == inside
        assert grid.inside(grid.points(last - np.array([0, kji, 0]))) == inside
    many = grid.points(np.zeros((4, 5, 3)))
    assert grid.inside(many).shape == (4, 5)


@given(st.integers(0, 5), st.floats(-20, 20), st.floats(0.5, 6.0))
def test_box_holds_every_point_within_its_margin(seed: int, tilt: float, margin: float) -> None:
    grid = oblique(tilt, seed)
    rng = np.random.default_rng(seed)
    points = grid.points(rng.uniform(0.3, 0.7, (6, 3)) * np.array(SHAPE))
    box = grid.box(points, margin)
    away = rng.normal(size=(200, 3))
    away *= margin / np.linalg.norm(away, axis=1, keepdims=True)
    around = (points[:, None, :] + away).reshape(-1, 3)
    around = around[grid.inside(around)]
    kji = np.clip(grid.indices(around), 0, np.array(SHAPE) - 1.0)
    for axis, part in enumerate(box):
        assert (kji[:, axis] >= part.start - 1e-9).all()
        assert (kji[:, axis] <= part.stop - 1 + 1e-9).all()


def test_box_far_outside_is_clipped_to_the_grid() -> None:
    grid = oblique()
    for part, size in zip(grid.box(np.array([[1e4, 1e4, 1e4]]), 5.0), SHAPE, strict=True):
        assert 0 <= part.start < part.stop <= size


def test_crop_leaves_points_where_they_are() -> None:
    grid = VoxelGrid(
        shape_kji=SHAPE, lps_from_kji=oblique(12.0).lps_from_kji, frame_of_reference="1.2.3"
    )
    small = grid.crop((slice(3, 9), slice(5, 25), slice(7, 17)))
    assert small.shape_kji == (6, 20, 10)
    assert small.frame_of_reference == "1.2.3"
    there = small.points(np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(there, grid.points(np.array([4.0, 7.0, 10.0])))


def test_grid_keeps_its_own_locked_affine() -> None:
    affine = np.diag([0.5, 0.4, 0.3, 1.0])
    grid = VoxelGrid(shape_kji=SHAPE, lps_from_kji=affine)
    affine[0, 0] = 9.0
    assert grid.spacing_kji_mm[0] == 0.5
    with pytest.raises(ValueError, match="read-only"):
        grid.lps_from_kji[0, 0] = 1.0


@pytest.mark.parametrize(
    ("axes", "complaint"),
    [
        (np.diag([0.5, 0.0, 0.3]), "without length"),
        (np.diag([0.5, np.nan, 0.3]), "without length"),
        (np.array([[1.0, 0, 1], [0, 1, 0], [0, 0, 0]]), "inverted"),
        (np.array([[1.0, 0, 0], [0, 1, 0.1], [0, 0, 1]]), "orthogonal"),
    ],
)
def test_unusable_affines_are_refused(axes: Floats, complaint: str) -> None:
    affine = np.eye(4)
    affine[:3, :3] = axes
    with pytest.raises(ValueError, match=complaint):
        VoxelGrid(shape_kji=SHAPE, lps_from_kji=affine)
