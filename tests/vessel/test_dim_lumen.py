"""A distal lumen that collaterals fill: dim, in the noise of a hard scan, and still as wide."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from tests.measured_tube import line_of, look
from tests.tube import Path, scan, vessel

PATH = Path(length_mm=46.0)
WIDE_MM, DIM_FROM_MM = 2.4, 14.0


def hu(s: Floats) -> Floats:
    return np.where(s < DIM_FROM_MM, 420.0, 195.0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_noise_neither_narrows_nor_interrupts_a_dim_lumen(seed: int) -> None:
    volume = scan(PATH, vessel(diameter=WIDE_MM, lumen_hu=hu), noise_hu=40.0, seed=seed)
    seen = look(volume, line_of(PATH)).trace
    s = seen.frames.arclength_mm
    diameter = seen.rays.lumen_diameter_mm[(s > DIM_FROM_MM + 3.0) & (s < PATH.length_mm - 2.0)]
    assert seen.gaps == ()
    assert diameter.min() > 0.5 * WIDE_MM
    assert (diameter**2).mean() == pytest.approx(WIDE_MM**2, rel=0.1)
