"""Plaque and surroundings of a deposit as the scan has them, from what a first fit leaves."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import gaussian_filter

from ctocalc._arrays import Array
from ctocalc.vessel.block import Block

# What a first fit makes of calcium is off by this share, and hides so much of the rest.
CALCIUM_OFF = 0.1
# Neighbouring voxels share their noise: they count as so many fewer.
SHARED_NOISE = 5.0
# The length over which surroundings and plaque change, and what they are off by beforehand.
REACH_MM = (0.7, 2.0)
USUAL_SD_HU = (30.0, 20.0)
ROUNDS = 4


def settled(block: Block, share: Array, calcium_hu: Array, noise_hu: float) -> Block:
    """Return the block with surroundings and plaque moved to what a fit of calcium leaves of them.

    Both change slowly, and where little of them shows they stay as they were.  Thin faint calcium
    needs it: 20 HU that plaque is too bright make it a quarter too dense.
    """
    cells = (block.about, ((1.0 - share) * block.plaque).astype(np.float32))
    shown = block.blur.apply(share * block.height(calcium_hu), block.mask)
    left, seen = block.rest - shown, [block.blur.apply(each, block.mask) for each in cells]
    trust = block.mask / (1.0 + (CALCIUM_OFF * shown / noise_hu) ** 2)
    voxel_mm = np.array(block.grid.spacing_kji_mm) * block.blur.cells
    change = [np.zeros_like(left), np.zeros_like(left)]
    for _ in range(ROUNDS):
        for n, (reach_mm, sd_hu) in enumerate(zip(REACH_MM, USUAL_SD_HU, strict=True)):
            reach = reach_mm / voxel_mm
            own = left - seen[1 - n] * change[1 - n]
            count = np.prod(2.0 * np.sqrt(np.pi) * reach) / SHARED_NOISE
            known = gaussian_filter(trust * seen[n] ** 2, reach) + (noise_hu / sd_hu) ** 2 / count
            change[n] = gaussian_filter(trust * seen[n] * own, reach) / known
    about, plaque = (block.on_cells(each) for each in change)
    added = (block.about * about + block.plaque * plaque).astype(np.float32)
    rest = np.where(block.mask, block.rest - block.blur.apply(added, block.mask), 0.0)
    return replace(
        block,
        background=np.asarray(block.background + added, np.float32),
        rest=np.asarray(rest, np.float32),
    )
