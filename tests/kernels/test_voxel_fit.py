"""The fit of shares against plain sums, and against shares that are known."""

import numpy as np
import pytest

from ctocalc._arrays import Array, Floats32
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.voxel_blur import VoxelBlur

GRID = VoxelGrid.axis_aligned((8, 14, 15), (0.6, 0.4, 0.4))
BLUR = VoxelBlur.of_grid(GRID, sigma_mm=(0.28, 0.35), cell_mm=0.3)
# One, two and four cells along an axis, and another blur.
UNEVEN = VoxelGrid.axis_aligned((5, 17, 9), (1.0, 0.3, 0.5))
UNEVEN_BLUR = VoxelBlur.of_grid(UNEVEN, sigma_mm=(0.31, 0.5), cell_mm=0.3)
BOTH = pytest.mark.parametrize(("grid", "blur"), [(GRID, BLUR), (UNEVEN, UNEVEN_BLUR)])
SHARPNESS = np.repeat([0.02, 0.05, 0.1, 0.2], 10)


def disc(radius_mm: float) -> tuple[Floats32, Array]:
    """A cylinder along k (share of cells), and a mask of voxels about it."""
    fine = BLUR.finer(GRID)
    i, j = (np.arange(n) for n in fine.shape_kji[:0:-1])
    away = np.hypot((i - i.mean())[None, :] * 0.2, (j - j.mean())[:, None] * 0.2)
    share = np.clip(0.5 + (radius_mm - away) / 0.2, 0.0, 1.0)
    out = np.zeros(fine.shape_kji, np.float32)
    out[4:12] = share
    return out, np.ones(GRID.shape_kji, dtype=np.bool_)


def plain(cell: Array, taps: Array, count: int, axis: int) -> Array:
    lines = np.moveaxis(cell, axis, 0).astype(float)
    lead = (len(taps) - count) // 2
    out = np.zeros((lines.shape[0] // count, *lines.shape[1:]))
    for n in range(len(out)):
        for t, weight in enumerate(taps):
            place = n * count + t - lead
            if 0 <= place < len(lines):
                out[n] += weight * lines[place]
    return np.moveaxis(out, 0, axis)


@BOTH
def test_the_blur_is_the_weighted_sum_along_each_axis(grid: VoxelGrid, blur: VoxelBlur) -> None:
    rng = np.random.default_rng(1)
    cell = rng.uniform(size=blur.finer(grid).shape_kji).astype(np.float32)
    mask = rng.uniform(size=grid.shape_kji) < 0.2
    want = plain(cell, blur.k, int(blur.cells[0]), 0)
    want = plain(want, blur.j, int(blur.cells[1]), 1)
    want = plain(want, blur.i, int(blur.cells[2]), 2)
    np.testing.assert_allclose(blur.apply(cell, mask), np.where(mask, want, 0.0), atol=1e-5)


def test_cells_lie_within_their_voxels() -> None:
    fine = BLUR.finer(GRID)
    cells = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]])
    np.testing.assert_allclose(fine.points(cells).mean(axis=0), GRID.points(np.zeros(3)))


@BOTH
def test_one_step_goes_down_the_slope_of_the_squared_rest(grid: VoxelGrid, blur: VoxelBlur) -> None:
    """From zero, one plain step is the transposed blur of the data, bounded."""
    rng = np.random.default_rng(2)
    shape = blur.finer(grid).shape_kji
    mask = rng.uniform(size=grid.shape_kji) < 0.5
    data = np.where(mask, rng.normal(size=grid.shape_kji), 0.0).astype(np.float32)
    amplitude = rng.uniform(0.5, 1.0, size=shape) * (rng.uniform(size=shape) < 0.3)
    probe = [(0, 0, 0), tuple(n - 1 for n in shape), *rng.integers(0, shape, size=(12, 3))]
    for at in probe:
        amplitude[tuple(at)] = 1.0
    got = blur.fit(data, mask, amplitude.astype(np.float32), rounds=1, sharpness=np.zeros(0))
    assert (got[amplitude == 0.0] == 0.0).all()
    for at in probe:
        one = np.zeros(shape, np.float32)
        one[tuple(at)] = 1.0
        slope = float((blur.apply(one, mask) * data).sum())
        want = np.clip(slope * np.prod(blur.cells), 0, 1)
        assert got[tuple(at)] == pytest.approx(want, abs=1e-4)


@pytest.mark.parametrize("radius", [0.5, 0.9, 1.3])
def test_a_known_disc_is_found_again(radius: float) -> None:
    share, mask = disc(radius)
    height = np.full(share.shape, 900.0, np.float32)
    noise = 15.0 * np.random.default_rng(3).normal(size=mask.shape)
    data = (BLUR.apply(share * height, mask) + noise).astype(np.float32)
    got = BLUR.fit(data, mask, height, rounds=40, sharpness=SHARPNESS)
    # Shortening edges costs the narrow most.
    assert got.sum() == pytest.approx(share.sum(), rel=0.06 if radius > 0.6 else 0.14)
    assert (got * (1 - got)).mean() < 0.01


def test_only_the_true_density_leaves_noise_behind() -> None:
    share, mask = disc(0.9)
    data = BLUR.apply(share * np.float32(900.0), mask)
    left = {}
    for hu in (600.0, 750.0, 900.0, 1080.0, 1300.0):
        height = np.full(share.shape, hu, np.float32)
        got = BLUR.fit(data, mask, height, rounds=40, sharpness=SHARPNESS)
        left[hu] = float(((data - BLUR.apply(got * height, mask)) ** 2).sum())
    assert min(left, key=lambda hu: left[hu]) == 900.0


def test_without_amplitude_there_is_no_share() -> None:
    share, mask = disc(0.9)
    height = np.where(share > 0, 500.0, 0.0).astype(np.float32)
    data = np.full(mask.shape, 500.0, np.float32)
    got = BLUR.fit(data, mask, height, rounds=5, sharpness=np.zeros(0))
    assert (got[height == 0] == 0).all()
    assert (got[share > 0.5] > 0).any()
