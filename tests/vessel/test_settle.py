"""Plaque and surroundings of a deposit, moved to what its voxels show."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.voxel_blur import VoxelBlur
from ctocalc.vessel.block import Block
from ctocalc.vessel.settle import settled

PLAQUE_HU, FAT_HU, CALCIUM_HU, NOISE_HU = 55.0, -90.0, 600.0, 20.0
WALL_MM, REACH_MM, INNER_MM = 1.6, 2.5, 1.1


def tube(*, plaque_off: float = 0.0, side_off: float = 0.0) -> tuple[Block, np.ndarray]:
    """A straight vessel along k with a ring of calcium, and the true share of it.

    What the block believes of plaque, and of the surroundings at i beyond the axis, is off.
    """
    affine = np.diag([0.4, 0.4, 0.4, 1.0])
    grid = VoxelGrid(shape_kji=(20, 16, 16), lps_from_kji=affine)
    blur = VoxelBlur.of_grid(grid, sigma_mm=(0.28, 0.28), cell_mm=0.3)
    cells = blur.finer(grid)
    k, j, i = np.indices(cells.shape_kji)
    y, x = (at * 0.4 / 2 - 3.1 for at in (j, i))
    radius = np.hypot(x, y)
    within, near = radius < WALL_MM, radius < REACH_MM
    ring = within & (radius > INNER_MM) & (np.abs(k - 20) < 10)
    true = np.where(within, PLAQUE_HU, FAT_HU).astype(np.float32)
    believed = true + plaque_off * within + side_off * (~within & near & (x > 0))
    mask = np.ones(grid.shape_kji, bool)
    share = ring.astype(np.float32)
    hu = blur.apply(true + share * (CALCIUM_HU - true), mask)
    block = Block(
        grid=cells, blur=blur, inside=within.astype(np.float32), plaque=within.astype(np.float32),
        about=(~within & near).astype(np.float32), background=believed.astype(np.float32),
        piece=within.astype(np.int64), rest=hu - blur.apply(believed.astype(np.float32), mask),
        mask=mask,
    )  # fmt: skip
    return block, share


def of_calcium(block: Block, share: np.ndarray) -> Block:
    return settled(block, share, np.full(share.shape, CALCIUM_HU, np.float32), NOISE_HU)


def test_what_is_right_stays() -> None:
    block, share = tube()
    after = of_calcium(block, share)
    assert np.abs(after.background - block.background).max() < 0.5
    assert np.abs(after.rest - block.rest).max() < 0.5


@pytest.mark.parametrize("off", [20.0, -25.0])
def test_plaque_and_one_side_move_to_what_the_voxels_show(off: float) -> None:
    right, share = tube()
    for wrong in (tube(plaque_off=off)[0], tube(side_off=off)[0]):
        changed = wrong.background != right.background
        left = (of_calcium(wrong, share).background - right.background)[changed]
        assert np.abs(left).mean() < 0.35 * abs(off)


def test_what_a_block_explains_stays_its_voxels() -> None:
    """Rest and background move together: their sum is the scan."""
    block, share = tube(plaque_off=20.0, side_off=-30.0)
    after = of_calcium(block, share)
    before_hu, after_hu = (b.rest + b.blur.apply(b.background, b.mask) for b in (block, after))
    assert np.abs(after_hu - before_hu).max() < 0.1


def test_without_voxels_nothing_moves() -> None:
    block, share = tube(plaque_off=20.0)
    blind = replace(block, mask=np.zeros_like(block.mask), rest=np.zeros_like(block.rest))
    assert np.array_equal(of_calcium(blind, share).background, block.background)
