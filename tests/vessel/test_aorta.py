"""A ball of contrast is the aorta, a tube is an artery, a plane beside it a chamber."""

import numpy as np
import pytest

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.vessel.aorta import LEAST_SHARE, begins_at_aorta, share_of_pool

POOL_HU = 400.0
SIDE = 56
STEP_MM = 0.5
CENTRE = np.full(3, (SIDE - 1) / 2 * STEP_MM)


def volume(bright: Bools) -> Volume:
    affine = np.diag([0.0, 0.0, 0.0, 1.0])
    affine[0, 2] = affine[1, 1] = affine[2, 0] = STEP_MM
    stored = np.where(bright, POOL_HU, -80).astype(np.int16)
    return Volume(
        stored=stored, slope=1.0, intercept=0.0,
        grid=VoxelGrid(shape_kji=(SIDE, SIDE, SIDE), lps_from_kji=affine),
    )  # fmt: skip


def points() -> Floats:
    k, j, i = np.meshgrid(*(np.arange(SIDE) * STEP_MM,) * 3, indexing="ij")
    return np.asarray(np.stack([i, j, k], axis=-1) - CENTRE)


def tube(radius_mm: float) -> Bools:
    return np.asarray(np.hypot(points()[..., 0], points()[..., 1]) < radius_mm)


def beyond(x_mm: float) -> Bools:
    return np.asarray(points()[..., 0] < -x_mm)


def aorta(radius_mm: float, away_mm: float) -> Bools:
    """Return a sphere whose wall passes ``away_mm`` from the point (negative: the point inside)."""
    centre = np.array([0.0, 0.0, radius_mm + away_mm])
    return np.asarray(np.linalg.norm(points() - centre, axis=-1) < radius_mm)


def test_the_share_of_a_half_space_is_a_half() -> None:
    assert share_of_pool(volume(beyond(0.0)), CENTRE, POOL_HU) == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize("away_mm", [0.0, -2.0, -5.0])
@pytest.mark.parametrize("radius_mm", [12.0, 16.0])
def test_a_line_that_begins_at_the_aortas_wall_or_in_it(radius_mm: float, away_mm: float) -> None:
    seen = volume(aorta(radius_mm, away_mm) | tube(1.8))
    assert begins_at_aorta(seen, CENTRE, POOL_HU)


@pytest.mark.parametrize("gap_mm", [3.0, 4.0])
def test_a_chamber_beside_an_artery_is_no_aorta(gap_mm: float) -> None:
    assert share_of_pool(volume(beyond(gap_mm) | tube(2.0)), CENTRE, POOL_HU) < LEAST_SHARE


def test_an_artery_some_millimetres_behind_the_aorta_is_not_at_it() -> None:
    assert not begins_at_aorta(volume(aorta(14.0, 4.0) | tube(2.2)), CENTRE, POOL_HU)


def test_without_a_blood_pool_and_outside_the_image_nothing_is_the_aorta() -> None:
    assert not begins_at_aorta(volume(aorta(14.0, 0.0)), CENTRE, None)
    assert not begins_at_aorta(volume(aorta(14.0, 0.0)), CENTRE + 200.0, POOL_HU)
