"""Noise, blur and blood pool, estimated from tubes whose own are known."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.image.physics import ScanPhysics, estimate, hu_per_mgcc, tube
from ctocalc.image.sections import cubic
from ctocalc.image.volume import Volume
from ctocalc.quantity import Measured, Unit
from ctocalc.study.trace import frames_of
from tests.measured_tube import SETTINGS, line_of, physics_of
from tests.tube import (
    LUMEN_HU,
    PLAQUE_HU,
    SPACING,
    Path,
    correlated_noise,
    gap,
    rotated,
    scan,
    vessel,
)

FWHM = 2.3548
STRAIGHT = Path(length_mm=40.0)


def of(**kwargs: object) -> ScanPhysics:
    """Physics of a scan of an occluded straight vessel."""
    material = vessel(diameter=gap(24.0, 31.0))
    return physics_of(scan(STRAIGHT, material, **kwargs), line_of(STRAIGHT))[2]  # type: ignore[arg-type]


@pytest.mark.parametrize(("fwhm_mm", "noise_hu"), [(0.60, 20.0), (0.68, 30.0), (0.80, 38.0)])
def test_noise_blur_and_pool_of_a_known_scan(fwhm_mm: float, noise_hu: float) -> None:
    found = of(sigma_mm=fwhm_mm / FWHM, noise_hu=noise_hu, seed=3)
    assert found.contrast
    assert found.psf_fwhm_mm.value == pytest.approx(fwhm_mm, rel=0.10)
    assert found.blood_pool_hu.value == pytest.approx(LUMEN_HU, rel=0.03)
    assert found.sigma_in_plane_mm == pytest.approx(fwhm_mm / FWHM, rel=0.10)
    # The vessel runs across the slices and shows little of the blur through them: a wide interval.
    through = found.psf_through_fwhm_mm
    assert through.low is not None
    assert through.high is not None
    assert through.low < fwhm_mm < through.high
    assert through.high - through.low > 0.3


def test_blur_through_the_slices_is_told_apart_from_blur_in_them() -> None:
    """Two scans of a vessel that lies in the slices, blurred unlike in one and alike in the other.

    The tube's path runs along z, so the grid is turned: its slices then hold the vessel.
    """
    found = []
    for fwhm_mm in (0.62, 0.86):
        volume = scan(
            STRAIGHT, vessel(diameter=2.6), noise_hu=15.0, rotation=rotated(60.0),
            spacing_kji_mm=(0.4, 0.36, 0.36), sigma_mm=fwhm_mm / FWHM,
        )  # fmt: skip
        found.append(physics_of(volume, line_of(STRAIGHT))[2].psf_through_fwhm_mm)
    assert [each.value for each in found] == pytest.approx([0.62, 0.86], rel=0.12)
    assert all(each.low is not None and each.high is not None for each in found)


def test_blur_on_an_oblique_grid_and_in_a_bend() -> None:
    path = Path(length_mm=36.0, bend_radius_mm=20.0)
    volume = scan(
        path, vessel(diameter=2.6), noise_hu=25.0, rotation=rotated(35.0),
        spacing_kji_mm=(0.6, 0.35, 0.35), sigma_mm=0.70 / FWHM,
    )  # fmt: skip
    found = physics_of(volume, line_of(path))[2]
    assert found.psf_fwhm_mm.value == pytest.approx(0.70, rel=0.10)


def test_the_wall_of_a_thin_walled_vessel_is_not_taken_from_the_blur() -> None:
    """A wall thinner than usual: what a patch expects comes from all of them, not from a prior."""
    off = []
    for seed in (1, 2):
        volume = scan(
            STRAIGHT, vessel(diameter=2.6, wall_mm=1.5), noise_hu=20.0, sigma_mm=0.66 / FWHM,
            seed=seed,
        )  # fmt: skip
        found = physics_of(volume, line_of(STRAIGHT))[2].psf_fwhm_mm
        assert found.value is not None
        off.append(found.value / 0.66 - 1.0)
    assert abs(float(np.mean(off))) < 0.07


def test_plaque_is_read_in_a_short_occlusion_too() -> None:
    """5.3 mm without lumen, plaque of 85 HU: what is not seen would be taken for 55 HU."""
    width = gap(17.0, 22.3)

    def denser(s: Floats, u: Floats, v: Floats) -> Floats:
        return np.where(2 * np.hypot(u, v) >= width(s), 30.0, 0.0)

    volume = scan(STRAIGHT, vessel(diameter=width, calcium=denser), noise_hu=15.0, seed=2)
    found = physics_of(volume, line_of(STRAIGHT))[2]
    assert found.plaque_hu == pytest.approx(PLAQUE_HU + 30.0, abs=12.0)


def test_noise_is_right_in_the_mean_and_near_in_each_scan() -> None:
    path = Path(length_mm=40.0)
    clean = scan(path, vessel(diameter=gap(24.0, 31.0)))
    seen = []
    for seed in range(8):
        noise = correlated_noise(clean.grid.shape_kji, 30.0, SPACING, seed)
        stored = np.rint(clean.stored + noise).astype(np.int16)
        volume = Volume(stored=stored, slope=1.0, intercept=0.0, grid=clean.grid)
        seen.append(physics_of(volume, line_of(path))[2].noise_sd_hu)
    assert all(value == pytest.approx(30.0, rel=0.05) for value in seen)
    assert np.mean(seen) == pytest.approx(30.0, rel=0.03)


def test_noise_of_a_quiet_scan_is_not_the_vessel() -> None:
    """Structure (caps, taper) must not pass for noise."""
    found = of(noise_hu=0.0)
    assert found.noise_hu.value is not None
    assert found.noise_hu.value < 4.0


def test_the_pool_is_the_proximal_lumen_not_the_dark_one_behind_the_occlusion() -> None:
    lumen = lambda s: np.where(s < 20.0, 420.0, 260.0)  # noqa: E731
    volume = scan(STRAIGHT, vessel(diameter=gap(17.0, 25.0), lumen_hu=lumen), noise_hu=25.0)
    found = physics_of(volume, line_of(STRAIGHT))[2]
    assert found.blood_pool_hu.value == pytest.approx(420.0, rel=0.03)


def test_calcium_at_the_start_of_a_line_is_no_blood_pool() -> None:
    start = lambda s: np.where(s < 3.5, 1500.0, 400.0)  # noqa: E731
    volume = scan(STRAIGHT, vessel(diameter=2.8, lumen_hu=start), noise_hu=25.0)
    found = physics_of(volume, line_of(STRAIGHT))[2]
    assert found.blood_pool_hu.value == pytest.approx(400.0, rel=0.05)


@pytest.mark.parametrize("calcium_hu", [750.0, 1050.0])
def test_a_branch_that_begins_amid_calcium_does_not_brighten_the_pool(calcium_hu: float) -> None:
    """5.5 mm of even calcium, as a branch's line shows it inside its parent."""
    tubes = []
    for start_hu in (LUMEN_HU, calcium_hu):
        lumen = lambda s, hu=start_hu: np.where(s < 5.5, hu, LUMEN_HU)  # noqa: E731
        volume = scan(STRAIGHT, vessel(diameter=2.8, lumen_hu=lumen), noise_hu=25.0)
        curve = physics_of(volume, line_of(STRAIGHT))[1]
        tubes.append(tube(cubic(volume), frames_of(curve, SETTINGS)))
    found = estimate(tubes, slope_hu_per_mgcc=None, no_contrast_below_hu=150.0)
    assert found.blood_pool_hu.value == pytest.approx(LUMEN_HU, rel=0.05)


@pytest.mark.parametrize("distal", [1.0, 0.35])
@pytest.mark.parametrize("lumen_hu", [400.0, 950.0])
def test_a_bright_lumen_before_an_occlusion_is_the_pool(lumen_hu: float, distal: float) -> None:
    """As low photon energies show it; behind the occlusion it may be dim."""
    lumen = lambda s: np.where(s < 20.0, lumen_hu, distal * lumen_hu)  # noqa: E731
    volume = scan(STRAIGHT, vessel(diameter=gap(10.0, 26.0), lumen_hu=lumen), noise_hu=25.0)
    found = physics_of(volume, line_of(STRAIGHT))[2]
    assert found.blood_pool_hu.value == pytest.approx(lumen_hu, rel=0.04)


def test_no_contrast_is_recognised() -> None:
    volume = scan(STRAIGHT, vessel(diameter=3.0, lumen_hu=45.0, wall_mm=1.9), noise_hu=25.0)
    found = physics_of(volume, line_of(STRAIGHT))[2]
    assert not found.contrast
    assert found.blood_pool_hu.value == pytest.approx(48.0, abs=10.0)
    assert found.psf_fwhm_mm.value is None
    assert found.psf_fwhm_mm.reason


def spots(s: Floats, u: Floats, v: Floats) -> Floats:
    """Calcium of 3 mm length every 9 mm, over the whole section, unevenly bright."""
    within = (s % 9.0 < 3.0) & (np.hypot(u, v) < 1.3)
    return np.asarray(within * (350.0 + 250.0 * np.sin(2.3 * s)))


def test_short_calcifications_are_no_contrast() -> None:
    material = vessel(diameter=3.0, lumen_hu=45.0, wall_mm=1.9, calcium=spots)
    found = physics_of(scan(STRAIGHT, material, noise_hu=25.0), line_of(STRAIGHT))[2]
    assert not found.contrast
    assert found.noise_hu.value == pytest.approx(25.0, rel=0.05)


def test_the_pool_is_not_raised_by_calcium() -> None:
    material = vessel(diameter=2.4, calcium=spots)
    found = physics_of(scan(STRAIGHT, material, noise_hu=25.0), line_of(STRAIGHT))[2]
    assert found.contrast
    assert found.blood_pool_hu.value == pytest.approx(LUMEN_HU, rel=0.06)


def test_several_vessels_share_one_physics() -> None:
    """A vessel without contrast beside an open one: the scan has contrast, and its pool."""
    tubes = []
    for diameter in (2.8, 0.0):
        volume = scan(STRAIGHT, vessel(diameter=diameter), noise_hu=25.0)
        curve = physics_of(volume, line_of(STRAIGHT))[1]
        tubes.append(tube(cubic(volume), frames_of(curve, SETTINGS)))
    found = estimate(tubes, slope_hu_per_mgcc=None, no_contrast_below_hu=150.0)
    assert found.contrast
    assert found.hu_per_mgcc is None
    assert found.blood_pool_hu.value == pytest.approx(LUMEN_HU, rel=0.03)


def test_what_could_not_be_estimated_falls_back_on_the_usual() -> None:
    nothing = Measured.unknown(Unit.HU, "nothing was seen")
    physics = ScanPhysics(
        noise_hu=nothing, psf_fwhm_mm=Measured.unknown(Unit.MM, "nothing was seen"),
        blood_pool_hu=nothing, contrast=False, hu_per_mgcc=None,
    )  # fmt: skip
    assert 10.0 <= physics.noise_sd_hu <= 40.0
    assert 0.5 <= physics.sigma_mm * FWHM <= 0.9
    assert physics.plaque_hu == pytest.approx(PLAQUE_HU)


@pytest.mark.parametrize(
    ("kvp", "slope"),
    [(70, 2.20), (80, 1.95), (100, 1.58), (120, 1.32), (140, 1.17), (90, 1.765), (110, 1.45)],
)
def test_hu_per_mgcc_at_and_between_the_published_voltages(kvp: float, slope: float) -> None:
    assert hu_per_mgcc(kvp) == pytest.approx(slope)


@pytest.mark.parametrize("kvp", [None, 0.0, 45.0, 300.0])
def test_no_slope_without_a_plausible_voltage(kvp: float | None) -> None:
    assert hu_per_mgcc(kvp) is None
