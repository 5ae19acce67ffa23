"""How well an area is known: what makes it worse, and where there is no doubt."""

import numpy as np
import pytest

from ctocalc._arrays import Floats, Floats32
from ctocalc.vessel.spread import AREA_SHARE, EDGE_SD_MM, LEAST_SD_MM2, area_sd_mm2

PIXEL = 0.1
OFFSET = np.arange(-30, 31) * PIXEL
U, V = np.meshgrid(OFFSET, OFFSET)
RADIUS = np.hypot(U, V)
STATIONS = 9
BEYOND = np.repeat((RADIUS - 2.0)[None], STATIONS, axis=0)


def disc(radius: float, stations: slice = slice(None)) -> Floats32:
    out = np.zeros((STATIONS, 61, 61), np.float32)
    out[stations] = radius > RADIUS
    return out


def spread(share: Floats32, *, contrast: float = 1000.0, noise: float = 0.0) -> Floats:
    return area_sd_mm2(
        share, BEYOND, np.full(STATIONS, contrast), noise_hu=noise, pixel_mm=PIXEL, step_mm=0.5
    )


def test_a_disc_is_uncertain_by_its_rim_and_by_a_share_of_its_area() -> None:
    r = 1.0
    parts = (LEAST_SD_MM2, EDGE_SD_MM * 2 * np.pi * r, AREA_SHARE * np.pi * r**2)
    # A drawn circle's edge is jagged: its gradient is up to 15 % off its circumference.
    assert spread(disc(r))[4] == pytest.approx(np.linalg.norm(parts), rel=0.15)


def test_calcium_that_ends_at_the_wall_has_no_edge_there() -> None:
    full = spread(disc(2.0))[4]
    assert full == pytest.approx(np.hypot(LEAST_SD_MM2, AREA_SHARE * np.pi * 4), rel=0.1)


def test_noise_hides_calcium_where_its_contrast_is_low() -> None:
    clear, noisy, faint = (
        spread(disc(0.5), contrast=c, noise=n)[4]
        for c, n in ((1000.0, 0.0), (1000.0, 30.0), (250.0, 30.0))
    )
    assert clear < noisy < faint


def test_the_end_of_a_deposit_is_less_well_known_than_its_middle() -> None:
    found = spread(disc(1.0, slice(2, 7)))
    assert found[1] > 0.0, "a deposit may reach one station farther"
    assert found[2] > found[4]
    assert found[0] == 0.0


def test_no_calcium_no_doubt() -> None:
    none = area_sd_mm2(
        disc(0.0), BEYOND, np.full(STATIONS, np.nan), noise_hu=25.0, pixel_mm=PIXEL, step_mm=0.5
    )
    assert (none == 0.0).all()
