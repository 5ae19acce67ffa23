"""Values that can be no Hounsfield units are refused, whatever the header says."""

from collections.abc import Callable

import numpy as np
import pytest

from ctocalc.errors import Code, ImageRefused
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.plausible import refuse_implausible
from ctocalc.image.volume import Volume


def _chest() -> np.ndarray:
    """Lung, soft tissue, contrast, a little bone and metal, in HU."""
    rng = np.random.default_rng(5)
    hu = rng.normal(40, 25, (10, 30, 40))
    hu[:, :12] -= 850
    hu[:, 15:20, 10:20] += 400
    hu[:, 25, :20] += 1500
    hu[4, 16, 12:20] = 3071
    return np.rint(hu)


def _volume(stored: np.ndarray, intercept: float = 0.0) -> Volume:
    grid = VoxelGrid(shape_kji=stored.shape, lps_from_kji=np.eye(4))
    return Volume(stored=stored.copy(), slope=1.0, intercept=intercept, grid=grid)


def test_a_chest_is_plausible_also_on_an_extended_scale() -> None:
    hu = _chest()
    refuse_implausible(_volume(hu.astype(np.int16)))
    refuse_implausible(_volume((hu + 1024).astype(np.uint16), -1024.0))
    hu[5, 17, 10:14] = 30710
    refuse_implausible(_volume(hu.astype(np.int16)))


SPOILS: tuple[tuple[str, Callable[[np.ndarray], np.ndarray]], ...] = (
    ("an intercept that is not applied", lambda hu: (hu + 1024).astype(np.int16)),
    ("signed values read as unsigned", lambda hu: hu.astype(np.int16).view(np.uint16)),
    ("bytes swapped", lambda hu: hu.astype(np.int16).byteswap()),
)


@pytest.mark.parametrize("spoil", [s for _, s in SPOILS], ids=[name for name, _ in SPOILS])
def test_values_that_are_no_hu_are_refused(spoil: Callable[[np.ndarray], np.ndarray]) -> None:
    with pytest.raises(ImageRefused) as refused:
        refuse_implausible(_volume(spoil(_chest())))
    assert refused.value.code is Code.PIXELS_UNDECODABLE
