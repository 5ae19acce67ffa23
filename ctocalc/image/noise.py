"""Noise of a scan, from how much its voxels scatter in small blocks of soft tissue."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ctocalc._arrays import Floats, Ints
from ctocalc.image.volume import Volume

# Divided by usual spacings it is no whole number and a half: rounding does not decide on sizes.
BLOCK_MM, MOST_BLOCKS, LEAST_BLOCKS = 3.1, 2000, 20
# Blocks of such a mean are fat, muscle or blood, neither lung nor air.
TISSUE_HU = (-150.0, 700.0)
# The commonest scatter is told of its logarithms, smoothed by so much.
ALIKE, FINE, LEAST_HU = 0.08, 0.01, 1.0
# A block of which more than so much is one number is filled, or shows no noise; where fewer blocks
# than so many are neither, the scan has none (of phantoms without noise it was a quarter at most).
ONE_NUMBER, NOISY = 0.25, 0.3


def block_scatter_hu(volume: Volume) -> Floats:
    """Return the SD (B,) of the voxels of blocks of soft tissue about their linear trends.

    A block within one tissue shows noise alone, any other more.  At most `MOST_BLOCKS`, evenly
    spread, are looked at: the same ones however the axes of the volume run.  0 is a block that
    is filled with one number, be it in part.
    """
    size = np.rint(BLOCK_MM / np.array(volume.grid.spacing_kji_mm)).astype(np.int64).clip(1)
    shape = np.array(volume.grid.shape_kji)
    trend = _trend(size)
    spare = len(trend) - trend.shape[1]
    if (shape < size).any() or not spare:
        return np.empty(0)
    starts = product(*_spread(shape, size))
    hu = np.stack([volume.hu(_box(start, size)).ravel() for start in starts])
    mean = hu.mean(axis=1)
    tissue = hu[(mean > TISSUE_HU[0]) & (mean < TISSUE_HU[1])]
    rest = tissue - (tissue @ trend) @ trend.T
    scatter = np.sqrt((rest**2).sum(axis=1) / spare)
    order = np.sort(tissue, axis=1)
    many = 1 + int(ONE_NUMBER * len(trend))
    return np.where((order[:, many:] == order[:, :-many]).any(axis=1), 0.0, scatter)


def noise_hu(scatter_hu: Sequence[Floats]) -> float | None:
    """Return the noise SD of a voxel: the commonest scatter of blocks; None from too few of them.

    The mode of local SDs reads noise in scans of patients as well, whose tissues differ from place
    to place (Christianson et al., AJR 2015;205:W93: 5 % off what observers measured).  Misleads
    where hardly any block lies within one tissue: too large then; and where two thirds and more
    are filled: that looks like a scan without noise.
    """
    scatter = np.concatenate(scatter_hu)
    told = scatter[scatter > 0.0]
    if len(scatter) >= LEAST_BLOCKS and len(told) < NOISY * len(scatter):
        return LEAST_HU
    if len(told) < LEAST_BLOCKS:
        return None
    return float(np.exp(_commonest(np.log(np.maximum(told, LEAST_HU)))))


def _commonest(values: Floats) -> float:
    lowest = values.min() - 2 * FINE
    place = np.rint((values - lowest) / FINE).astype(np.int64)
    often = gaussian_filter1d(
        np.bincount(place, minlength=place.max() + 3).astype(np.float64), ALIKE / FINE,
        mode="constant", truncate=8.0,
    )  # fmt: skip
    top = int(np.argmax(often))
    before, here, after = np.log(often[top - 1 : top + 2])
    return float(lowest + FINE * (top + 0.5 * (after - before) / (2 * here - before - after)))


def _spread(shape: Ints, size: Ints) -> list[list[int]]:
    """Where blocks start along each axis: fewer along all of them where they are too many."""
    fewer = min(1.0, float(MOST_BLOCKS / (shape // size).prod()) ** (1 / 3))
    while True:
        starts = [_starts(*each, fewer) for each in zip(shape, size, strict=True)]
        if np.prod([len(each) for each in starts]) <= MOST_BLOCKS:
            return starts
        # An axis of a single block cannot have fewer.
        fewer *= 0.9


def _starts(voxels: int, size: int, fewer: float) -> list[int]:
    """Where blocks start along an axis: placed alike from both its ends."""
    half = int(voxels // size * fewer) // 2
    if not half:
        middle, odd = divmod(voxels - size, 2)
        return [middle, middle + 1] if odd else [middle]
    places = [int(place) for place in np.linspace(0, voxels - size, 2 * half)[:half]]
    return places + [voxels - size - place for place in places]


def _box(start: tuple[int, ...], size: Ints) -> tuple[slice, slice, slice]:
    (k, j, i), (depth, height, width) = start, size
    return slice(k, k + depth), slice(j, j + height), slice(i, i + width)


def _trend(size: Ints) -> Floats:
    """Orthonormal columns (V, C): a constant, and a slope along each axis that has one."""
    along = np.meshgrid(*[np.arange(n) for n in size], indexing="ij")
    slopes = [axis.ravel() for axis, n in zip(along, size, strict=True) if n > 1]
    return np.asarray(np.linalg.qr(np.stack([np.ones(int(size.prod())), *slopes], axis=1))[0])
