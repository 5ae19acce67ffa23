"""Rings about the lumen on sections whose picture is a formula."""

import numpy as np
import pytest
from scipy.stats import ncx2

from ctocalc._arrays import Bools, Floats
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import CartesianSections
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.rings import HALO_MM, RIM_MM, RING_MM, RINGS, Rings, rings_about_lumen
from ctocalc.vessel.tissue import Tissue
from tests.curves import straight_frames

OFFSET: Floats = 0.15 * np.arange(-24, 25, dtype=float)
STEP_MM, SIGMA_MM, WALL_MM, WIDE_MM, COUNT = 0.5, 0.3, 1.8, 2.2, 24
LUMEN_HU, PLAQUE_HU = 400.0, 60.0
RADIUS_MM = RING_MM * (np.arange(RINGS) + 0.5)
DARK = np.zeros(COUNT, dtype=bool)
DARK[10:16] = True


def disc(diameter_mm: float, x: float = 0.0, y: float = 0.0) -> Floats:
    """Share of a disc's HU after its blur, exact."""
    away = np.hypot(OFFSET[None, :] - x, OFFSET[:, None] - y)
    return np.asarray(ncx2.cdf((diameter_mm / 2 / SIGMA_MM) ** 2, 2, (away / SIGMA_MM) ** 2))


def rings_of(hu: Floats, dark: Bools = DARK) -> Rings:
    frames = straight_frames(STEP_MM * np.arange(COUNT, dtype=float))
    sections = CartesianSections(
        samples=hu.astype(np.float32), frames=frames, inside=np.ones(COUNT, dtype=bool),
        offset_mm=OFFSET,
    )  # fmt: skip
    signal = LumenSignal(
        contrast_hu=np.where(dark, PLAQUE_HU, LUMEN_HU), reference_hu=np.full(COUNT, LUMEN_HU),
        plaque_hu=np.full(COUNT, PLAQUE_HU), floor_hu=np.full(COUNT, PLAQUE_HU),
        level_hu=np.full(COUNT, np.nan), tissue=np.where(dark, Tissue.PLAQUE, Tissue.LUMEN),
        odds=np.zeros(COUNT), blur_mm=0.36,
    )  # fmt: skip
    physics = ScanPhysics(
        noise_hu=Measured(value=25.0, low=20.0, high=30.0, unit=Unit.HU),
        psf_fwhm_mm=Measured(value=SIGMA_MM * 2.3548, low=0.6, high=0.8, unit=Unit.MM),
        blood_pool_hu=Measured(value=LUMEN_HU, low=390.0, high=410.0, unit=Unit.HU),
        contrast=True, hu_per_mgcc=1.3,
    )  # fmt: skip
    return rings_about_lumen(sections, signal, np.full(COUNT, WALL_MM), physics)


def vessel(x: float = 0.0, y: float = 0.0, dark: Bools = DARK) -> Floats:
    plane = (LUMEN_HU - PLAQUE_HU) * disc(WIDE_MM, x, y)
    return np.asarray(PLAQUE_HU + np.where(dark[:, None, None], 0.0, plane))


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.3, -0.2)])
def test_rings_of_a_lumen_are_its_profile_about_its_own_centre(x: float, y: float) -> None:
    rings = rings_of(vessel(x, y, np.zeros(COUNT, dtype=bool)), np.zeros(COUNT, dtype=bool))
    edge = (WIDE_MM / 2 / SIGMA_MM) ** 2
    shape = np.asarray(ncx2.cdf(edge, 2, (RADIUS_MM / SIGMA_MM) ** 2))
    want = PLAQUE_HU + (LUMEN_HU - PLAQUE_HU) * shape
    inside = RADIUS_MM + np.hypot(x, y) < WALL_MM - RIM_MM
    assert np.abs(rings.hu[:, inside] - want[inside]).max() < 20.0
    known = rings.area_mm2.sum(axis=1)
    np.testing.assert_allclose(known, np.pi * (WALL_MM - RIM_MM) ** 2, rtol=0.05)


def test_nothing_is_told_near_the_wall_and_beyond_it() -> None:
    rings = rings_of(vessel())
    told = rings.area_mm2 > 0.0
    assert not told[:, RADIUS_MM > WALL_MM - RIM_MM + RING_MM].any()
    assert (np.isfinite(rings.hu) == told).all()


def test_through_an_occlusion_the_rings_stay_where_the_lumens_are() -> None:
    """A disc as bright as the lumen, in the occlusion and in its place, is met in the middle."""
    hu = vessel(0.4, 0.3)
    hu[12] = PLAQUE_HU + 100.0 * disc(0.8, 0.4, 0.3)
    rings = rings_of(hu)
    assert int(np.nanargmax(rings.hu[12])) == 0
    assert rings.hu[12, 0] - PLAQUE_HU > 0.7 * 100.0 * float(np.max(disc(0.8)))


def test_calcium_and_its_bloom_are_left_out_here_and_at_the_next_station() -> None:
    hu, clean = vessel(), rings_of(vessel())
    hu[5] += 1200.0 * disc(0.5, 1.1, 0.0)
    rings = rings_of(hu)
    assert (rings.area_mm2[[4, 5, 6]] <= clean.area_mm2[[4, 5, 6]]).all()
    assert rings.area_mm2[5].sum() < clean.area_mm2[5].sum() - np.pi * HALO_MM**2 / 2
    area, whole = rings.area_mm2[[3, 7]].sum(axis=1), clean.area_mm2[[3, 7]].sum(axis=1)
    np.testing.assert_allclose(area, whole, rtol=0.02)
    known = rings.area_mm2[5] > 0.0
    np.testing.assert_allclose(rings.hu[5, known], clean.hu[5, known], atol=25.0)


def test_what_lies_outside_the_scan_is_not_told() -> None:
    hu = vessel()
    hu[5, :, 27:] = np.nan
    hu[7] = np.nan
    rings, whole = rings_of(hu), rings_of(vessel())
    assert (rings.area_mm2[7] == 0.0).all()
    assert rings.area_mm2[5].sum() < 0.8 * whole.area_mm2[5].sum()
    known = rings.area_mm2[5] > 0.2
    np.testing.assert_allclose(rings.hu[5, known], whole.hu[5, known], atol=30.0)


@pytest.mark.parametrize(("x", "y"), [(1.1, 0.0), (0.78, 0.78)])
def test_a_centre_lies_no_farther_off_in_one_direction_than_in_another(x: float, y: float) -> None:
    """It is known to 0.8 mm off the axis; farther out the rings' middle shows less."""
    found = rings_of(vessel(x, y, np.zeros(COUNT, dtype=bool)), np.zeros(COUNT, dtype=bool))
    want = rings_of(vessel(1.1, 0.0, np.zeros(COUNT, dtype=bool)), np.zeros(COUNT, dtype=bool))
    np.testing.assert_allclose(found.hu[:, :4], want.hu[:, :4], atol=30.0)


def test_calcium_beside_a_lumen_does_not_draw_its_centre() -> None:
    hu = vessel()
    hu[3:7] += 1200.0 * disc(0.8, 1.0, 0.0)
    rings, clean = rings_of(hu), rings_of(vessel())
    told = rings.area_mm2[8] > 0.0
    np.testing.assert_allclose(rings.hu[8, told], clean.hu[8, told], atol=10.0)


def test_rings_from_one_station_on() -> None:
    rings = rings_of(vessel())
    rest = rings.since(4)
    np.testing.assert_array_equal(rest.hu, rings.hu[4:])
    np.testing.assert_array_equal(rest.area_mm2, rings.area_mm2[4:])
    assert (rest.noise_hu, rest.sigma_mm) == (rings.noise_hu, rings.sigma_mm)
