"""The lumen beside calcium: blurred discs, whose picture is a formula."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.stats import ncx2

from ctocalc._arrays import Floats
from ctocalc.geometry.frames import Frames
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import CartesianSections
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.beside import lumen_beside
from ctocalc.vessel.look import Look, LumenSettings

OFFSET: Floats = 0.15 * np.arange(-24, 25, dtype=float)
STEP_MM, SIGMA_MM, WALL_MM = 0.5, 0.3, 1.8
LUMEN_HU, PLAQUE_HU, CALCIUM_HU = 400.0, 60.0, 1400.0
BLUR_MM = float(np.hypot(SIGMA_MM, LumenSettings().filter_mm))


def disc(radius_mm: float, at_mm: tuple[float, float] = (0.0, 0.0)) -> Floats:
    """Share of a disc's HU after its blur, exact."""
    if radius_mm <= 0.0:
        return np.zeros((len(OFFSET), len(OFFSET)))
    away = np.hypot(OFFSET[None, :] - at_mm[0], OFFSET[:, None] - at_mm[1])
    return np.asarray(ncx2.cdf((radius_mm / SIGMA_MM) ** 2, 2, (away / SIGMA_MM) ** 2))


def section(
    lumen_mm: float,
    *,
    calcium_mm: float = 0.5,
    at_mm: tuple[float, float] = (1.25, 0.0),
    off_mm: float = 0.0,
    fat: bool = False,
    calcium_hu: float = CALCIUM_HU,
) -> Floats:
    """A lumen in the middle, or ``off_mm`` below it, and calcium at ``at_mm``, in plaque or fat."""
    hu = PLAQUE_HU + (LUMEN_HU - PLAQUE_HU) * disc(lumen_mm / 2, (0.0, off_mm))
    if fat:
        hu = hu - (PLAQUE_HU + 90.0) * (1.0 - disc(WALL_MM))
    return np.asarray(hu + (calcium_hu - PLAQUE_HU) * disc(calcium_mm, at_mm))


def told(*planes: Floats, count: int = 9, noise_hu: float = 0.0, seed: int = 0) -> Floats:
    """Return diameters and SDs (2, N) of a vessel whose sections are each of these, many times."""
    hu = np.repeat(np.stack(planes), count, axis=0)
    count = len(hu)
    if noise_hu:
        white = np.random.default_rng(seed).standard_normal(hu.shape)
        soft = gaussian_filter(white, (0.6, 2.0, 2.0))
        hu = hu + noise_hu * soft / soft.std()
    axis = np.eye(3)
    s: Floats = STEP_MM * np.arange(count, dtype=float)
    frames = Frames(
        origin_lps_mm=s[:, None] * axis[2], tangent=np.tile(axis[2], (count, 1)),
        normal=np.tile(axis[0], (count, 1)), binormal=np.tile(axis[1], (count, 1)),
        arclength_mm=s,
    )  # fmt: skip
    sections = CartesianSections(
        samples=hu.astype(np.float32), frames=frames, offset_mm=OFFSET,
        inside=np.ones(count, dtype=bool),
    )  # fmt: skip
    physics = ScanPhysics(
        noise_hu=Measured(value=max(noise_hu, 10.0), unit=Unit.HU),
        psf_fwhm_mm=Measured(value=2.3548 * SIGMA_MM, unit=Unit.MM),
        psf_through_fwhm_mm=Measured(value=2.3548 * SIGMA_MM, unit=Unit.MM),
        blood_pool_hu=Measured(value=LUMEN_HU, unit=Unit.HU), contrast=True, hu_per_mgcc=1.3,
    )  # fmt: skip
    look = Look.at(sections, np.full(count, WALL_MM), physics, LumenSettings())
    return np.stack(
        lumen_beside(
            look, look.smooth > 1.2 * LUMEN_HU, lumen_hu=np.full(count, LUMEN_HU),
            plaque_hu=PLAQUE_HU, blur_mm=BLUR_MM,
        )
    )  # fmt: skip


@pytest.mark.parametrize("diameter_mm", [0.0, 0.6, 1.0, 1.5, 2.0, 2.6])
def test_a_lumen_beside_calcium_has_its_diameter(diameter_mm: float) -> None:
    """With what calcium blooms over no disc looks like it."""
    diameter, sd = told(section(diameter_mm))
    assert diameter == pytest.approx(diameter_mm, abs=0.25)
    assert (sd < 0.4).all()


def test_noise_hardly_moves_it() -> None:
    found = np.array([told(section(1.4), noise_hu=25.0, seed=seed)[0] for seed in range(12)])
    assert float(found.mean()) == pytest.approx(1.4, abs=0.08)
    assert float(found.std()) < 0.15


@pytest.mark.parametrize("diameter_mm", [1.0, 2.0, 2.6])
def test_fat_around_the_wall_hardly_narrows_it(diameter_mm: float) -> None:
    diameter, _ = told(section(diameter_mm, fat=True))
    assert diameter == pytest.approx(diameter_mm, abs=0.25)


def test_a_lumen_off_the_middle_has_its_diameter() -> None:
    """About the axis alone no disc looks like it."""
    diameter, _ = told(section(1.2, off_mm=0.45))
    assert diameter == pytest.approx(1.2, abs=0.15)


def test_what_blooms_from_the_next_station_does_not_count() -> None:
    """Else the last one before it surely reads 1.5 mm."""
    brighter = section(1.0, calcium_mm=1.1, at_mm=(0.9, 0.0), calcium_hu=3000.0)
    diameter, sd = told(section(1.0), brighter, count=4)
    sure = sd < 0.4
    assert sure[:3].all()
    assert diameter[sure] == pytest.approx(1.0, abs=0.2)


def test_calcium_hardly_brighter_than_the_lumen_outshines_nothing() -> None:
    """What lies beside it may be more of it."""
    deposit = section(1.2, calcium_hu=560.0, calcium_mm=0.7, at_mm=(1.3, 0.0))
    assert np.isnan(told(deposit)).all()


def test_nothing_is_told_where_nothing_outshines_the_lumen() -> None:
    assert np.isnan(told(section(1.5, calcium_mm=0.0))).all()


def test_nothing_is_told_where_calcium_leaves_no_room() -> None:
    assert np.isnan(told(section(0.0, calcium_mm=1.6, at_mm=(0.0, 0.0)))).all()


def test_what_is_no_disc_is_no_lumen() -> None:
    """Three fainter deposits on the far side, as bright as the lumen."""
    faint = sum(disc(0.35, (-1.1, y)) for y in (-0.9, 0.0, 0.9))
    assert np.isnan(told(section(0.0) + (LUMEN_HU - PLAQUE_HU) * np.asarray(faint))).all()
