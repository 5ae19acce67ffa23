"""Sharpening undoes part of a blur that is known."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ctocalc.image.sharpen import sharpen

SIGMA = 2.0
FAT, HIGH = -90.0, 900.0
Y, X = np.mgrid[-30:31, -30:31]
RING = (np.hypot(X, Y) < 8) & (np.hypot(X, Y) > 4)


def blurred() -> np.ndarray:
    hu = np.where(RING, HIGH, FAT)
    return gaussian_filter(hu, SIGMA)[None].astype(np.float32)


def test_the_hole_of_a_ring_opens_again() -> None:
    seen, sharp = blurred()[0], sharpen(blurred(), SIGMA)[0]
    truth = np.where(RING, HIGH, FAT)
    assert np.abs(sharp - truth).mean() < 0.6 * np.abs(seen - truth).mean()
    assert sharp[30, 30] < seen[30, 30] - 30.0


def test_the_total_is_kept() -> None:
    sharp = sharpen(blurred(), SIGMA)
    assert (sharp + 100.0).sum() == pytest.approx((blurred() + 100.0).sum(), rel=0.01)


def test_nothing_even_is_changed() -> None:
    even = np.full((2, 21, 21), 55.0, dtype=np.float32)
    assert sharpen(even, SIGMA) == pytest.approx(even, abs=0.01)
