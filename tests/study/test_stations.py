"""What is stated of a station."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest

from ctocalc.study.stations import density
from ctocalc.vessel.calcium import Calcium


def test_the_density_of_thin_calcium_is_known_less_well() -> None:
    """A layer below the blur's width shows its mass, and hardly its density."""
    thickness = np.array([0.5, 0.8, 1.2, 1.5, 2.5])
    same = np.ones(len(thickness))
    calcium = SimpleNamespace(
        contrast_hu=660.0 * same, area_mm2=4.0 * same, area_sd_mm2=0.4 * same,
        thickness_mm=thickness,
    )  # fmt: skip
    found = density(cast("Calcium", calcium), np.linspace(0.0, 2.0, 5), 1.32)
    assert found.value == pytest.approx(500.0)
    share = found.sd / found.value
    assert (np.diff(share[:4]) < -0.02).all()
    # As far off as phantoms are: a quarter where a layer is thin, a tenth where it is not.
    assert share[0] > 0.25
    assert share[3:] == pytest.approx(0.1)
