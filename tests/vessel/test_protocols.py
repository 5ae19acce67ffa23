"""Thresholds of the literature on a section whose areas can be counted."""

import numpy as np
import pytest

from ctocalc.vessel.protocols import NOISE_SHARE, PROTOCOLS, areas_above, protocol_areas


def test_every_threshold_counts_what_is_above_it() -> None:
    hu = np.full((3, 21, 21), 50.0, np.float32)
    hu[1, 8:12, 8:12] = 300.0
    hu[1, 9:11, 9:11] = 700.0
    inside = np.ones(hu.shape, dtype=np.bool_)
    found = protocol_areas(
        hu, inside, hu > 200.0, lumen_hu=np.full(3, 320.0), plaque_hu=np.full(3, 50.0),
        noise_hu=25.0, pixel_mm=0.2,
    )  # fmt: skip
    got = dict(zip(PROTOCOLS, found.area_mm2[:, 1] / 0.04, strict=True))
    want = {"hu_130": 16, "hu_350": 4, "hu_600": 4, "lumen_2sd": 4, "lumen_3sd": 4}
    assert got == pytest.approx(want | {"half_maximum": 4})
    assert (found.area_mm2[:, [0, 2]] == 0.0).all()


def test_nothing_counts_beyond_the_wall() -> None:
    hu = np.full((1, 9, 9), 900.0, np.float32)
    found = protocol_areas(
        hu, np.zeros(hu.shape, dtype=np.bool_), hu > 200.0, lumen_hu=np.zeros(1),
        plaque_hu=np.zeros(1), noise_hu=25.0, pixel_mm=0.2,
    )  # fmt: skip
    assert found.area_mm2.shape == (len(PROTOCOLS), 1)
    assert (found.area_mm2 == 0.0).all()
    assert (found.sd_mm2 == 0.0).all()


def test_an_area_is_uncertain_by_what_noise_moves_over_the_threshold() -> None:
    """A slope of 10 HU a pixel: 25 HU of noise move 5 rows over the threshold, or 2 and 3 of them.

    Flat calcium far above the threshold is not moved at all.
    """
    slope = np.repeat(300.0 + 10.0 * np.arange(-20, 21), 41).reshape(1, 41, 41).astype(np.float32)
    flat = np.where(np.abs(slope - 300.0) < 100.0, 900.0, 0.0).astype(np.float32)
    inside = np.ones(slope.shape, dtype=np.bool_)
    one, none = (
        areas_above(hu, inside, [np.full((1, 1, 1), 300.0)], noise_hu=25.0, pixel_mm=0.2)
        for hu in (slope, flat)
    )
    assert one.area_mm2[0, 0] == pytest.approx(21 * 41 * 0.04)
    assert one.sd_mm2[0, 0] == pytest.approx(0.5 * NOISE_SHARE * 5 * 41 * 0.04)
    assert none.sd_mm2[0, 0] == 0.0
