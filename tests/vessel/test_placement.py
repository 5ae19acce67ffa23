"""Placement: the right frame passes, the mirrored one is noticed, a declared one is honoured."""

from pathlib import Path

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.dicom.read import open_series, read
from ctocalc.errors import CenterlineRefused, Code, ImageRefused
from ctocalc.files.centerlines import read_centerlines
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.placement import Sampler, nearest_hu, place

GRID = VoxelGrid.axis_aligned((120, 160, 200), (0.5, 0.5, 0.5), (-50.0, -40.0, 0.0))
T = np.linspace(0, 1, 60)
VESSEL = np.stack([15 + 12 * T, -14 + 6 * np.sin(3 * T), 48 - 38 * T], axis=1)


def line(points: Floats, *, declared: bool = False) -> Centerline:
    return Centerline(points_lps_mm=points, vessel="LAD", frame_declared=declared)


def scene(
    *,
    lumen: float = 380.0,
    around: float = -90.0,
    myocardium: float = 110.0,
    chamber: float = 400.0,
    elsewhere: float = 60.0,
    noise: float = 25.0,
) -> Sampler:
    """A vessel of 3.4 mm in fat on one side of the body, beside muscle and a chamber.

    Its mirror image runs through ``elsewhere``.
    """
    seed = np.random.default_rng(1)

    def sample(points: Floats) -> Floats:
        flat = points.reshape(-1, 3)
        distance = np.linalg.norm(flat[:, None] - VESSEL[None, ::3], axis=2).min(axis=1)
        hu = np.full(len(flat), elsewhere)
        hu[distance < 9] = around
        near = (distance < 9) & (flat[:, 1] > -14 + 6 * np.sin(3 * (flat[:, 0] - 15) / 12) + 2.2)
        hu[near] = myocardium
        hu[near & (distance > 6)] = chamber
        hu[distance < 1.7] = lumen
        hu = hu + seed.normal(0, noise, len(flat))
        hu[~GRID.inside(flat)] = np.nan
        return np.asarray(hu.reshape(points.shape[:-1]))

    return sample


SCENES = {
    "contrast": scene(),
    "soft plaque throughout": scene(lumen=55.0),
    "no contrast": scene(lumen=40.0, myocardium=45.0, chamber=40.0, elsewhere=55.0),
    "noisy": scene(noise=45.0),
    "mirror in blood pool": scene(elsewhere=400.0),
    "mirror in lung": scene(elsewhere=-850.0),
    "mirror in fat": scene(elsewhere=-100.0),
    "mirror in liver, low contrast": scene(lumen=200.0, elsewhere=90.0),
}


@pytest.mark.parametrize("name", SCENES)
def test_the_right_frame_passes_and_the_mirrored_one_is_refused(name: str) -> None:
    sample = SCENES[name]
    right = line(VESSEL)
    assert place(right, GRID, sample) is right
    with pytest.raises(CenterlineRefused) as refused:
        place(right.mirrored(), GRID, sample)
    assert refused.value.code is Code.CENTERLINE_FRAME_IMPLAUSIBLE
    assert "--frame" in str(refused.value)


def test_a_declared_frame_is_never_weighed_against_the_other() -> None:
    def never(_: Floats) -> Floats:
        raise AssertionError("a declared line is not tested against the image")

    for points in (VESSEL, VESSEL * (-1, -1, 1)):
        assert place(line(points, declared=True), GRID, never).frame_declared


def test_outside_is_refused_with_the_hint_when_the_mirror_fits() -> None:
    shifted = VoxelGrid.axis_aligned((120, 100, 100), (0.5, 0.5, 0.5), (5.0, -40.0, 0.0))
    with pytest.raises(CenterlineRefused) as refused:
        place(line(VESSEL * (-1, -1, 1)), shifted, scene())
    assert refused.value.code is Code.CENTERLINE_OUTSIDE_IMAGE
    assert "60 of 60 points" in str(refused.value)
    assert "--frame ras" in str(refused.value)
    with pytest.raises(CenterlineRefused) as refused:
        place(line(VESSEL + 500), shifted, scene())
    assert refused.value.code is Code.CENTERLINE_OUTSIDE_IMAGE
    assert "--frame" not in str(refused.value)


def test_one_point_outside_is_enough() -> None:
    points = VESSEL.copy()
    points[-1, 2] = -0.3
    with pytest.raises(CenterlineRefused) as refused:
        place(line(points, declared=True), GRID, scene())
    assert "1 of 60" in str(refused.value)


def test_a_scan_that_cannot_be_read_at_the_mirror_image_is_no_evidence() -> None:
    def sample(points: Floats) -> Floats:
        if points[..., 0].mean() < 0:
            raise ImageRefused(Code.SLICE_MISSING, "a slice is missing")
        return scene()(points)

    place(line(VESSEL), GRID, sample)
    with pytest.raises(ImageRefused):
        place(line(VESSEL).mirrored(), GRID, sample)


def test_a_line_through_air_is_refused_even_alone() -> None:
    half = VoxelGrid.axis_aligned((120, 160, 100), (0.5, 0.5, 0.5), (0.0, -40.0, 0.0))
    with pytest.raises(CenterlineRefused) as refused:
        place(line(VESSEL), half, lambda p: np.full(p.shape[:-1], -900.0))
    assert refused.value.code is Code.CENTERLINE_FRAME_IMPLAUSIBLE
    assert "0%" in str(refused.value)


def test_the_nearest_sampler_reads_voxels_and_knows_its_ends() -> None:
    stored = np.arange(24, dtype=np.int16).reshape(2, 3, 4)
    grid = VoxelGrid.axis_aligned((2, 3, 4), (1.0, 1.0, 1.0))
    volume = Volume(stored=stored, slope=2.0, intercept=-5.0, grid=grid, padding_stored=3.0)
    points = np.array([[3.2, 1.9, 0.6], [0, 0, 0], [4.0, 0, 0]])  # x, y, z
    np.testing.assert_array_equal(nearest_hu(volume, points), [2 * 23 - 5, np.nan, np.nan])


@pytest.mark.parametrize("name", ["lad", "rca", "lcx"])
def test_real_lines_on_a_scan_without_contrast(shared_data: Path, name: str) -> None:
    folder = shared_data / "nlst_chest_toshiba"
    opened = open_series(folder)
    given = read_centerlines(folder / "centerlines" / f"{name}.csv")

    def sample(points: Floats) -> Floats:
        return nearest_hu(read(opened, points.reshape(-1, 3), margin_mm=0.5)[0], points)

    assert place(given, opened.grid, sample) is given
    with pytest.raises(CenterlineRefused) as refused:
        place(given.mirrored(), opened.grid, sample)
    assert refused.value.code is Code.CENTERLINE_FRAME_IMPLAUSIBLE
    as_ras = read_centerlines(folder / "centerlines" / f"{name}.csv", frame="ras")
    np.testing.assert_allclose(as_ras.mirrored().points_lps_mm, given.points_lps_mm)
    assert place(as_ras, opened.grid, sample) is as_ras
