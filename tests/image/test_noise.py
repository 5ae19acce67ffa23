"""Noise of volumes whose own is known, amid edges, slopes, air and padding."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.noise import LEAST_BLOCKS, MOST_BLOCKS, block_scatter_hu, noise_hu
from ctocalc.image.volume import Volume
from tests.tube import Path, scan, vessel

FINE_MM = (0.5, 0.4, 0.4)
SHAPE = (60, 90, 90)


def volume(
    hu: Floats, spacing_mm: tuple[float, float, float] = FINE_MM, padding: float | None = None
) -> Volume:
    affine = np.eye(4)
    affine[:3, :3] = np.diag(spacing_mm[::-1])[:, ::-1]
    depth, height, width = hu.shape
    return Volume(
        stored=hu.astype(np.float32), slope=1.0, intercept=0.0, padding_stored=padding,
        grid=VoxelGrid(shape_kji=(depth, height, width), lps_from_kji=affine),
    )  # fmt: skip


def white(sd_hu: float, shape: tuple[int, int, int] = SHAPE, seed: int = 1) -> Floats:
    return sd_hu * np.random.default_rng(seed).standard_normal(shape)


def read(hu: Floats, spacing_mm: tuple[float, float, float] = FINE_MM) -> float | None:
    return noise_hu([block_scatter_hu(volume(hu, spacing_mm))])


@pytest.mark.parametrize("sd_hu", [8.0, 25.0, 60.0])
@pytest.mark.parametrize("spacing_mm", [FINE_MM, (0.25, 0.3, 0.3), (2.5, 0.6, 0.6)])
def test_noise_of_even_tissue(sd_hu: float, spacing_mm: tuple[float, float, float]) -> None:
    assert read(40.0 + white(sd_hu), spacing_mm) == pytest.approx(sd_hu, rel=0.05)


def test_slopes_and_edges_are_no_noise() -> None:
    """HU that climb along every axis, and rods of contrast through a third of the blocks."""
    k, j, i = np.meshgrid(*[np.arange(n) for n in SHAPE], indexing="ij")
    rods = 400.0 * ((j // 4) % 6 == 0)
    assert read(-60.0 + 0.8 * k + 0.4 * j + 0.5 * i + rods + white(25.0)) == pytest.approx(
        25.0, rel=0.04
    )


def test_noise_of_two_tissues_is_the_tissues() -> None:
    hu = np.where(np.arange(SHAPE[2]) < 41, -95.0, 110.0) + white(30.0)
    assert read(hu) == pytest.approx(30.0, rel=0.04)


@pytest.mark.parametrize("outside_hu", [-1000.0, -830.0, 1500.0])
def test_neither_air_nor_lung_nor_metal_tells(outside_hu: float) -> None:
    """Three quarters of the volume are quiet, and not soft tissue."""
    inside = np.broadcast_to(np.arange(SHAPE[0])[:, None, None] < 15, SHAPE)
    hu = np.where(inside, 50.0 + white(28.0), outside_hu + white(3.0, seed=2))
    assert read(hu) == pytest.approx(28.0, rel=0.06)


def test_padding_tells_nothing() -> None:
    hu = 50.0 + white(28.0)
    hu[:, :60] = -2000.0
    padded = volume(hu, padding=-2000.0)
    assert noise_hu([block_scatter_hu(padded)]) == pytest.approx(28.0, rel=0.06)
    nothing = volume(np.full(SHAPE, -2000.0), padding=-2000.0)
    assert block_scatter_hu(nothing).size == 0


def test_a_quiet_scan_has_no_noise_and_no_tissue_none_that_is_known() -> None:
    assert read(np.full(SHAPE, 40.0)) == 1.0
    assert read(np.full(SHAPE, -1000.0)) is None
    few = (6, 7 * (LEAST_BLOCKS - 1), 7)
    assert read(40.0 + white(25.0, few), (0.5, 0.43, 0.43)) is None
    assert read(40.0 + white(25.0, (2, 2, 2))) is None
    assert read(40.0 + white(25.0), (6.0, 6.0, 6.0)) is None


@pytest.mark.parametrize("share", [0.1, 0.33, 0.5, 0.6])
@pytest.mark.parametrize("rods_hu", [0.0, 400.0])
def test_what_is_filled_with_one_number_tells_nothing(share: float, rods_hu: float) -> None:
    """Filled across the rods, which pass through a third of the other blocks."""
    hu = 40.0 + rods_hu * ((np.arange(SHAPE[1])[:, None] // 4) % 6 == 0) + white(25.0)
    hu[: int(share * SHAPE[0])] = 0.0
    assert read(hu) == pytest.approx(25.0, rel=0.05)


def test_few_blocks_beside_filled_ones_do_not_tell() -> None:
    few = (6, 7 * (LEAST_BLOCKS - 1), 7)
    beside = np.concatenate([40.0 + white(25.0, few), np.zeros((6, 14, 7))], axis=1)
    assert read(beside, (0.5, 0.43, 0.43)) is None


@pytest.mark.parametrize("spacing_mm", [FINE_MM, (0.4, 0.35, 0.35), (1.0, 0.5, 0.5)])
@pytest.mark.parametrize(("wide_mm", "sigma_mm"), [(2.4, 0.29), (5.0, 0.38)])
def test_a_vessel_without_noise_has_none(
    spacing_mm: tuple[float, float, float], wide_mm: float, sigma_mm: float
) -> None:
    """Though all blocks along it scatter alike, and a wide one runs through most of them."""
    lumen = vessel(diameter=lambda s: np.full_like(s, wide_mm))
    quiet = scan(Path(length_mm=44.0), lumen, sigma_mm=sigma_mm, spacing_kji_mm=spacing_mm)
    assert noise_hu([block_scatter_hu(quiet)]) == 1.0


@pytest.mark.parametrize("depth", [7, 9, 61])
def test_the_way_the_axes_run_does_not_matter(depth: int) -> None:
    """Of a volume whose sides hold no whole number of blocks."""
    hu = 40.0 + white(25.0, (depth, 150, 173))
    for turned in (hu[::-1], hu[:, ::-1], hu[:, :, ::-1], hu.swapaxes(1, 2)):
        assert read(turned) == pytest.approx(read(hu), rel=1e-6)


def test_not_too_many_blocks_are_read() -> None:
    one = block_scatter_hu(volume(40.0 + white(25.0, (120, 120, 120))))
    assert 0.5 * MOST_BLOCKS < one.size <= MOST_BLOCKS
    thin = block_scatter_hu(volume(40.0 + white(25.0, (7, 512, 512))))
    assert 0.5 * MOST_BLOCKS < thin.size <= MOST_BLOCKS


def test_vessels_tell_together() -> None:
    few = (6, 7 * (LEAST_BLOCKS * 2 // 3), 7)
    parts = [
        block_scatter_hu(volume(40.0 + white(25.0, few, seed), (0.5, 0.43, 0.43)))
        for seed in (1, 2)
    ]
    assert [noise_hu([part]) for part in parts] == [None, None]
    assert noise_hu(parts) == pytest.approx(25.0, rel=0.1)


def test_noise_is_of_hounsfield_units() -> None:
    stored = volume(40.0 + white(25.0))
    scaled = Volume(stored=stored.stored, slope=2.0, intercept=-50.0, grid=stored.grid)
    assert noise_hu([block_scatter_hu(scaled)]) == pytest.approx(50.0, rel=0.04)
