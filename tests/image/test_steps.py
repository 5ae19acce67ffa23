"""Steps between slices, on slices made by formula: a leaning tube, a calcification that ends."""

import numpy as np
import pytest
from scipy.special import ndtr

from ctocalc._arrays import Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.steps import find_steps
from ctocalc.image.volume import Volume

SHAPE, SPACING, SIGMA_MM = (50, 70, 70), (0.5, 0.4, 0.4), 0.3
BORDER = 25


def made(shift_mm: float, *, lean: float = 0.4, calcium_to: int | None = None) -> Volume:
    """Return a leaning tube in fat beside muscle; all from slice 25 on is shifted along j."""
    k, j, i = np.meshgrid(*(np.arange(n) * d for n, d in zip(SHAPE, SPACING, strict=True)),
                          indexing="ij")  # fmt: skip
    moved = np.where(np.arange(SHAPE[0]) >= BORDER, shift_mm, 0.0)[:, None, None]
    y, x = j - 14 - moved, i - 14 - lean * (k - 12.5)
    hu = -90 + 490 * ndtr((1.7 - np.hypot(y, x)) / SIGMA_MM) + 190 * ndtr((y - 4) / SIGMA_MM)
    if calcium_to is not None:
        thick = np.arange(SHAPE[0])[:, None, None] < calcium_to
        hu = hu + 900 * thick * ndtr((1.5 - np.hypot(y, x)) / SIGMA_MM)
    hu += np.random.default_rng(2).normal(0, 25, SHAPE)
    grid = VoxelGrid.axis_aligned(SHAPE, SPACING)
    return Volume(stored=np.rint(hu).astype(np.int16), slope=1.0, intercept=0.0, grid=grid)


def line(lean: float = 0.4) -> Floats:
    z = np.linspace(1.0, 23.5, 46)
    return np.stack([14 + lean * (z - 12.5), np.full(46, 14.0), z], axis=1)


@pytest.mark.parametrize("shift_mm", [1.0, 2.0, -3.0])
def test_a_step_has_its_place_and_size(shift_mm: float) -> None:
    (step,) = find_steps(made(shift_mm), line())
    assert step.below == BORDER - 1
    assert step.shift_mm == pytest.approx(abs(shift_mm), abs=0.15)


@pytest.mark.parametrize("lean", [0.0, 0.4, 1.5])
def test_a_vessel_that_leans_is_no_step(lean: float) -> None:
    assert find_steps(made(0.0, lean=lean), line(lean)) == ()


def test_calcium_that_ends_at_a_slice_is_no_step() -> None:
    assert find_steps(made(0.0, calcium_to=24), line()) == ()
