"""Calcium at the wall: what reading cells softens is neither cut off nor doubled."""

import numpy as np
import pytest
from scipy.special import ndtr

from ctocalc._arrays import Floats, Floats32
from ctocalc.vessel.deposits import Deposits

PIXEL_MM, SOFTENED_MM = 0.15, 0.09
OFFSET_MM = np.arange(-24, 25) * PIXEL_MM
FROM_AXIS_MM = np.hypot(OFFSET_MM[None, :], OFFSET_MM[:, None])[None]


def disc(radius_mm: float, softened_mm: float) -> Floats:
    """Return the share (1, P, P) of pixels in a disc whose edge is softened."""
    return np.asarray(ndtr((radius_mm - FROM_AXIS_MM) / softened_mm))


def read(calcium_mm: float, wall_mm: float) -> Floats32:
    """Read a disc of calcium within a round wall."""
    share = disc(calcium_mm, SOFTENED_MM).astype(np.float32)
    found = Deposits(
        share=share, hu=np.full_like(share, 800.0), candidate=share > 0, softened_mm=SOFTENED_MM
    )
    return found.within(np.clip(0.5 - (FROM_AXIS_MM - wall_mm) / PIXEL_MM, 0.0, 1.0), PIXEL_MM)


@pytest.mark.parametrize("wall_mm", [1.0, 1.6, 2.2])
@pytest.mark.parametrize("beyond_mm", [0.15, 0.0, -0.05, -0.1, -0.2, -0.5])
def test_the_area_within_the_wall_is_right(wall_mm: float, beyond_mm: float) -> None:
    calcium_mm = wall_mm + beyond_mm
    area = read(calcium_mm, wall_mm).sum() * PIXEL_MM**2
    true = np.pi * min(calcium_mm, wall_mm) ** 2
    # Cut off at the wall, a vessel full of calcium would have 4 to 7 % too little.
    assert area == pytest.approx(true, abs=0.035 * np.pi * wall_mm)


def test_a_full_vessel_is_full_at_its_wall_too() -> None:
    share, wall_mm = read(1.6, 1.6), 1.6
    inside = disc(wall_mm - PIXEL_MM / 2, 1e-6) == 1.0
    assert (share[inside] > 0.97).all()
    assert (share[disc(wall_mm + PIXEL_MM, 1e-6) == 0.0] == 0.0).all()
    # One softened edge alone leaves half of it there.
    assert disc(wall_mm, SOFTENED_MM)[np.isclose(FROM_AXIS_MM, wall_mm, atol=0.02)].max() < 0.6


def test_calcium_off_the_wall_stays_as_it_was_fitted() -> None:
    calcium_mm, wall_mm = 0.8, 1.6
    assert read(calcium_mm, wall_mm) == pytest.approx(disc(calcium_mm, SOFTENED_MM), abs=1e-3)
