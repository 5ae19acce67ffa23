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


def block_scatter_hu(volume: Volume) -> Floats:
    """Return the SD (B,) of the voxels of blocks of soft tissue about their linear trends.

    A block within one tissue shows noise alone, any other more.  At most `MOST_BLOCKS`, evenly
    spread, are looked at: the same ones however the axes of the volume run.
    """
    size = np.rint(BLOCK_MM / np.array(volume.grid.spacing_kji_mm)).astype(np.int64).clip(1)
    shape = np.array(volume.grid.shape_kji)
    trend = _trend(size)
    spare = len(trend) - trend.shape[1]
    if (shape < size).any() or not spare:
        return np.empty(0)
    fewer = min(1.0, float(MOST_BLOCKS / (shape // size).prod()) ** (1 / 3))
    starts = product(*(_starts(*each, fewer) for each in zip(shape, size, strict=True)))
    hu = np.stack([volume.hu(_box(start, size)).ravel() for start in starts])
    mean = hu.mean(axis=1)
    tissue = hu[(mean > TISSUE_HU[0]) & (mean < TISSUE_HU[1])]
    # What is one number throughout is masked or filled, unless the whole scan is.
    filled = np.ptp(tissue, axis=1) == 0.0
    tissue = tissue if filled.all() else tissue[~filled]
    rest = tissue - (tissue @ trend) @ trend.T
    return np.asarray(np.sqrt((rest**2).sum(axis=1) / spare))


def noise_hu(scatter_hu: Sequence[Floats]) -> float | None:
    """Return the noise SD of a voxel: the commonest scatter of blocks; None from too few of them.

    The mode of local SDs reads noise in scans of patients as well, whose tissues differ from place
    to place (Christianson et al., AJR 2015;205:W93: 5 % off what observers measured).  Misleads
    where hardly any block lies within one tissue: too large then.
    """
    found = np.log(np.maximum(np.concatenate(scatter_hu), LEAST_HU))
    if len(found) < LEAST_BLOCKS:
        return None
    lowest = found.min() - 2 * FINE
    place = np.rint((found - lowest) / FINE).astype(np.int64)
    often = gaussian_filter1d(
        np.bincount(place, minlength=place.max() + 3).astype(np.float64), ALIKE / FINE,
        mode="constant", truncate=8.0,
    )  # fmt: skip
    top = int(np.argmax(often))
    before, here, after = np.log(often[top - 1 : top + 2])
    beside = 0.5 * (after - before) / (2 * here - before - after)
    return float(np.exp(lowest + FINE * (top + beside)))


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
