"""Thresholds of the literature on a section whose areas can be counted."""

import numpy as np
import pytest

from ctocalc.vessel.protocols import PROTOCOLS, protocol_areas_mm2


def test_every_threshold_counts_what_is_above_it() -> None:
    hu = np.full((3, 21, 21), 50.0, np.float32)
    hu[1, 8:12, 8:12] = 300.0
    hu[1, 9:11, 9:11] = 700.0
    inside = np.ones(hu.shape, dtype=np.bool_)
    found = protocol_areas_mm2(
        hu, inside, hu > 200.0, lumen_hu=np.full(3, 320.0), plaque_hu=np.full(3, 50.0),
        noise_hu=25.0, pixel_mm=0.2,
    )  # fmt: skip
    got = dict(zip(PROTOCOLS, found[:, 1] / 0.04, strict=True))
    want = {"hu_130": 16, "hu_350": 4, "hu_600": 4, "lumen_2sd": 4, "lumen_3sd": 4}
    assert got == pytest.approx(want | {"half_maximum": 4})
    assert (found[:, [0, 2]] == 0.0).all()


def test_nothing_counts_beyond_the_wall() -> None:
    hu = np.full((1, 9, 9), 900.0, np.float32)
    found = protocol_areas_mm2(
        hu, np.zeros(hu.shape, dtype=np.bool_), hu > 200.0, lumen_hu=np.zeros(1),
        plaque_hu=np.zeros(1), noise_hu=25.0, pixel_mm=0.2,
    )  # fmt: skip
    assert found.shape == (len(PROTOCOLS), 1)
    assert (found == 0.0).all()
