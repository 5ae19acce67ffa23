"""The lumen past calcium: an off-centre disc whose calcified rays read too far out."""

import numpy as np
import pytest

from ctocalc._arrays import Bools, Floats
from ctocalc.vessel.lumen_edge import lumen_past_calcium
from ctocalc.vessel.rays import RayFits

COUNT, RAYS, STEP_MM = 40, 48, 0.5
ANGLE = np.arange(RAYS) * 2 * np.pi / RAYS


def disc(radius_mm: Floats | float, off_mm: float = 0.2) -> Floats:
    """Distance (COUNT, RAYS) from the axis to the edge of a disc ``off_mm`` beside it."""
    radius = np.broadcast_to(radius_mm, COUNT)[:, None]
    across = off_mm * np.sin(ANGLE)
    return np.asarray(off_mm * np.cos(ANGLE) + np.sqrt(radius**2 - across**2))


def sector(first: int, last: int, degrees: float) -> Bools:
    out = np.zeros((COUNT, RAYS), dtype=bool)
    out[first:last, : round(degrees / 360 * RAYS)] = True
    return out


def past(lumen: Floats, calcium: Bools, calcified: Bools | None = None) -> RayFits:
    wall = np.full(lumen.shape, 2.0)
    rays = RayFits(
        lumen_mm=lumen, wall_mm=wall, wall_sd_mm=0.05 * wall,
        calcified=np.zeros_like(calcium) if calcified is None else calcified,
    )  # fmt: skip
    return lumen_past_calcium(rays, np.where(calcium, 1.9, np.nan), STEP_MM)


@pytest.mark.parametrize("degrees", [40, 120, 200])
def test_a_lumen_is_drawn_past_calcium(degrees: float) -> None:
    true, calcium = disc(1.3), sector(15, 23, degrees)
    found = past(np.where(calcium, 1.9, true), calcium)

    np.testing.assert_allclose(found.lumen_mm, true, atol=0.05)
    np.testing.assert_allclose(found.lumen_diameter_mm, 2.6, atol=0.04)


def test_a_narrowing_beside_calcium_is_told_by_its_clear_rays() -> None:
    s = np.arange(COUNT)
    true, calcium = disc(1.3 - 0.5 * np.exp(-0.5 * ((s - 19) / 4.0) ** 2)), sector(15, 23, 90)
    found = past(np.where(calcium, 1.9, true), calcium)

    narrow = 2 * np.sqrt((true**2).mean(axis=1))
    np.testing.assert_allclose(found.lumen_diameter_mm, narrow, atol=0.15)


def test_what_no_calcium_touches_stays_to_the_bit() -> None:
    noisy = disc(1.3) + np.random.default_rng(1).normal(0.0, 0.1, (COUNT, RAYS))
    calcium = sector(15, 23, 90)
    found = past(np.where(calcium, 1.9, noisy), calcium)
    away = np.r_[:13, 25:COUNT]

    np.testing.assert_array_equal(found.lumen_mm[away], noisy[away])
    np.testing.assert_array_equal(found.lumen_mm[:, 24:40], noisy[:, 24:40])


def test_behind_a_ring_nothing_is_told() -> None:
    calcium = sector(15, 23, 360)
    found = past(np.where(calcium, 1.9, disc(1.3)), calcium, calcified=calcium)

    assert np.isnan(found.lumen_diameter_mm[15:23]).all()
    assert np.isfinite(found.lumen_diameter_mm[:13]).all()


def test_an_occlusion_has_no_lumen_to_draw() -> None:
    lumen = disc(1.3)
    lumen[15:25] = 0.0
    found = past(lumen, sector(17, 23, 120))

    assert (found.lumen_mm[15:25] == 0.0).all()


def test_without_clear_stations_the_rays_stay() -> None:
    calcium = sector(0, COUNT, 90)
    read = np.where(calcium, 1.9, disc(1.3))

    np.testing.assert_array_equal(past(read, calcium).lumen_mm, read)
