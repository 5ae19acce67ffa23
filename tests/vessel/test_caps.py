"""Caps of lumens whose blurred picture is a formula: blunt, tapered, in noise, beside calcium."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d
from scipy.stats import ncx2

from ctocalc._arrays import Bools, Floats
from ctocalc.vessel.caps import BLUNT_BELOW_MM, Cap, Contrast, fit_cap
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.rings import RING_MM, RINGS, Rings
from ctocalc.vessel.tissue import Tissue

STEP_MM, SIGMA_MM, WALL_MM, NOISE_HU = 0.5, 0.3, 1.8, 25.0
LUMEN_HU, PLAQUE_HU = 400.0, 60.0
TIP_MM, WIDE_MM = 16.0, 2.6
S: Floats = STEP_MM * np.arange(60, dtype=float)
RADIUS_MM = RING_MM * (np.arange(RINGS) + 0.5)
NOTHING = np.zeros(len(S), dtype=bool)


def diameter_of(taper_mm: float, s: Floats, wide_mm: float = WIDE_MM) -> Floats:
    """A cone that closes at the tip, or a flat end."""
    part = np.clip((TIP_MM - s) / max(taper_mm, 1e-9), 0.0, 1.0)
    return np.asarray(wide_mm * part)


def rings_of(
    taper_mm: float, *, seed: int | None = None, hidden: Bools = NOTHING, wide_mm: float = WIDE_MM
) -> Rings:
    """What rings about it show: discs by their formula, blurred along on a fine line."""
    fine = 0.05
    s = np.arange(-3.0, S[-1] + 3.0, fine)
    edge = diameter_of(taper_mm, s, wide_mm)[:, None] / 2.0
    disc = ncx2.cdf((edge / SIGMA_MM) ** 2, 2, (RADIUS_MM / SIGMA_MM) ** 2)
    soft = gaussian_filter1d(np.nan_to_num(disc), SIGMA_MM / fine, axis=0)
    hu = PLAQUE_HU + (LUMEN_HU - PLAQUE_HU) * soft[np.rint((S + 3.0) / fine).astype(int)]
    area = np.broadcast_to(2.0 * np.pi * RADIUS_MM * RING_MM, hu.shape).copy()
    if seed is not None:
        sd = NOISE_HU * np.sqrt(0.15 / (area * STEP_MM))
        hu = hu + sd * np.random.default_rng(seed).standard_normal(hu.shape)
    area[:, RADIUS_MM > WALL_MM - 0.5] = 0.0
    area[hidden] = 0.0
    return Rings(hu=hu, area_mm2=area, noise_hu=NOISE_HU, sigma_mm=SIGMA_MM)


def signal(calcium: Bools = NOTHING) -> LumenSignal:
    tissue = np.where(S < TIP_MM, Tissue.LUMEN, Tissue.PLAQUE)
    return LumenSignal(
        contrast_hu=np.where(S < TIP_MM, LUMEN_HU, PLAQUE_HU),
        reference_hu=np.full(len(S), LUMEN_HU), plaque_hu=np.full(len(S), PLAQUE_HU),
        floor_hu=np.full(len(S), PLAQUE_HU), level_hu=np.full(len(S), np.nan),
        tissue=np.where(calcium, Tissue.CALCIUM, tissue), odds=np.zeros(len(S)), blur_mm=0.36,
    )  # fmt: skip


def along(seen: LumenSignal, rings: Rings, shown: Floats, s: Floats = S) -> Contrast:
    return Contrast(arclength_mm=s, signal=seen, rings=rings, lumen_diameter_mm=shown)


def entry(taper_mm: float, rings: Rings, seen: LumenSignal, wide_mm: float = WIDE_MM) -> Cap:
    """The cap as it is looked for from where the lumen has become thinner than 1 mm."""
    edge = int(np.searchsorted(S, TIP_MM - taper_mm / wide_mm))
    shown = diameter_of(taper_mm, S, wide_mm)
    shown = np.where((edge > np.arange(len(S))) & (shown > 1.0), shown, np.nan)
    return fit_cap(along(seen, rings, shown), edge=edge, body=edge + 10, lumen=edge - 18)


def test_contrast_is_checked_and_locked() -> None:
    shown = diameter_of(0.0, S)
    seen = along(signal(), rings_of(0.0), shown)
    with pytest.raises(ValueError, match="read-only"):
        seen.lumen_diameter_mm[0] = 0.0
    assert shown.flags.writeable
    with pytest.raises(ValueError, match="shape"):
        along(signal(), rings_of(0.0), shown[:-1])


@pytest.mark.parametrize("wide_mm", [1.6, 2.6])
@pytest.mark.parametrize("taper_mm", [0.0, 0.6, 3.0, 5.0, 7.0])
def test_caps_without_noise(taper_mm: float, wide_mm: float) -> None:
    found = entry(taper_mm, rings_of(taper_mm, wide_mm=wide_mm), signal(), wide_mm)
    assert (found.p_blunt > 0.9) == (taper_mm < BLUNT_BELOW_MM)
    assert (found.p_blunt < 0.1) == (taper_mm > BLUNT_BELOW_MM)
    assert found.half_mm == pytest.approx(TIP_MM - taper_mm * 0.5 / wide_mm, abs=0.15)
    assert found.one_mm == pytest.approx(TIP_MM - taper_mm * 1.0 / wide_mm, abs=0.2)
    assert found.tip_mm == pytest.approx(TIP_MM, abs=0.25 + 0.1 * taper_mm)
    assert found.taper_mm == pytest.approx(taper_mm, abs=0.5 + 0.15 * taper_mm)


@pytest.mark.parametrize("taper_mm", [0.0, 0.8, 3.0, 6.0])
def test_noise_neither_moves_caps_nor_leaves_their_intervals(taper_mm: float) -> None:
    truth = TIP_MM - taper_mm * 0.5 / WIDE_MM
    caps = [entry(taper_mm, rings_of(taper_mm, seed=n), signal()) for n in range(30)]
    off = np.array([cap.half_mm - truth for cap in caps])
    sd = np.array([cap.half_sd_mm for cap in caps])
    assert abs(off.mean()) < 0.1
    assert np.abs(off).mean() < 0.25
    assert (np.abs(off) < 1.96 * sd).mean() >= 0.9
    assert sum((cap.p_blunt > 0.5) == (taper_mm < BLUNT_BELOW_MM) for cap in caps) >= 29


def test_a_cap_seen_from_the_other_side_is_the_same() -> None:
    rings, seen = rings_of(3.0, seed=4), signal()
    turned = Rings(
        hu=rings.hu[::-1], area_mm2=rings.area_mm2[::-1], noise_hu=NOISE_HU, sigma_mm=SIGMA_MM
    )
    edge, shown = 29, np.where(np.arange(len(S)) < 24, WIDE_MM, np.nan)
    there = fit_cap(along(seen, rings, shown), edge=edge, body=edge + 10, lumen=edge - 18)
    last = len(S) - 1 - edge
    back = fit_cap(along(seen, turned, shown[::-1]), edge=last, body=last - 10, lumen=last + 18)
    assert back.half_mm == pytest.approx(S[-1] - there.half_mm)
    assert back.tip_mm == pytest.approx(S[-1] - there.tip_mm)
    assert back.p_blunt == pytest.approx(there.p_blunt)


@pytest.mark.parametrize("taper_mm", [0.0, 5.0])
def test_inner_rings_tell_a_cap_that_calcium_hides_in_part(taper_mm: float) -> None:
    calcium = (S > TIP_MM - 2.0) & (TIP_MM + 3.0 > S)
    rings = rings_of(taper_mm, seed=3)
    area = np.where(calcium[:, None] & (RADIUS_MM > 0.6), 0.0, rings.area_mm2)
    seen = replace(rings, area_mm2=area)
    found = entry(taper_mm, seen, signal(calcium & (TIP_MM - taper_mm < S)))
    assert (found.p_blunt > 0.5) == (taper_mm == 0.0)
    assert found.half_mm == pytest.approx(TIP_MM - taper_mm * 0.5 / WIDE_MM, abs=0.6)


def test_calcium_before_the_cap_tells_nothing_of_the_lumen() -> None:
    """Stations that calcium fills from 5 to 3 mm before the cap look dark, and are left out."""
    calcium = (S >= TIP_MM - 5.0) & (TIP_MM - 3.0 > S)
    rings = rings_of(0.0)
    seen = replace(rings, hu=np.where(calcium[:, None], PLAQUE_HU, rings.hu))
    assert entry(0.0, seen, signal(calcium)).half_mm == pytest.approx(TIP_MM, abs=0.1)
    assert entry(0.0, seen, signal()).half_sd_mm > entry(0.0, seen, signal(calcium)).half_sd_mm


def test_stations_that_show_no_edges_say_nothing_of_the_width() -> None:
    """Calcium hides the edges from 8 to 3 mm before the cap, but not all that is inside them."""
    rings, edge = rings_of(0.0), int(np.searchsorted(S, TIP_MM))
    shown = np.where(S < TIP_MM, WIDE_MM, np.nan)
    hidden = np.where((S > TIP_MM - 8.0) & (TIP_MM - 3.0 > S), 0.0, shown)
    found = fit_cap(along(signal(), rings, hidden), edge=edge, body=edge + 10, lumen=edge - 18)
    assert found.p_blunt > 0.9
    assert found.half_mm == pytest.approx(TIP_MM, abs=0.15)


@pytest.mark.parametrize("taper_mm", [0.0, 4.0])
def test_hu_and_width_that_are_a_little_off_move_nothing(taper_mm: float) -> None:
    rings, truth = rings_of(taper_mm), TIP_MM - taper_mm * 0.5 / WIDE_MM
    brighter = replace(rings, hu=PLAQUE_HU + 12.0 + 1.05 * (rings.hu - PLAQUE_HU))
    narrower = entry(taper_mm, rings, signal(), 0.92 * WIDE_MM)
    for found in (entry(taper_mm, brighter, signal()), narrower):
        assert (found.p_blunt > 0.5) == (taper_mm == 0.0)
        assert found.half_mm == pytest.approx(truth, abs=0.3)


def test_stations_twice_as_near_are_no_surer() -> None:
    """The same line with every station given twice as densely: as much is known."""
    taper_mm, edge = 3.0, 29
    rings, near = rings_of(taper_mm), np.interp(np.arange(119) / 2.0, np.arange(60), S)
    dense = np.stack([np.interp(near, S, hu) for hu in rings.hu.T], axis=1)
    area = np.repeat(rings.area_mm2, 2, axis=0)[:119]
    flat = signal()
    seen = LumenSignal(
        contrast_hu=np.repeat(flat.contrast_hu, 2)[:119],
        reference_hu=np.full(119, LUMEN_HU), plaque_hu=np.full(119, PLAQUE_HU),
        floor_hu=np.full(119, PLAQUE_HU), level_hu=np.full(119, np.nan),
        tissue=np.repeat(flat.tissue, 2)[:119], odds=np.zeros(119), blur_mm=0.36,
    )  # fmt: skip
    twice = replace(rings, hu=dense, area_mm2=area)
    wide = np.where(np.arange(60) < 24, WIDE_MM, np.nan)
    once = fit_cap(along(flat, rings, wide), edge=edge, body=edge + 10, lumen=edge - 18)
    found = fit_cap(
        along(seen, twice, np.repeat(wide, 2)[:119], near), edge=2 * edge, body=2 * edge + 20,
        lumen=2 * edge - 36,
    )  # fmt: skip
    assert found.half_sd_mm == pytest.approx(once.half_sd_mm, rel=0.2)
    assert found.half_mm == pytest.approx(once.half_mm, abs=0.15)


def test_what_calcium_hides_inside_the_occlusion_is_likely_no_lumen() -> None:
    covered = (S >= TIP_MM) & (TIP_MM + 4.0 > S)
    rings = rings_of(0.0, hidden=covered)
    found = entry(0.0, rings, signal(covered))
    assert found.half_mm == pytest.approx(TIP_MM, abs=0.6)
    assert found.p_blunt > 0.5
    untold = entry(0.0, rings, signal())
    assert untold.half_mm > found.half_mm + 1.0


def test_bright_rings_are_calcium_and_dark_ones_no_lumen() -> None:
    """Faint calcium at the rim of three stations moves no cap; six stations without lumen do."""
    rings = rings_of(0.0)
    near = (S >= TIP_MM) & (TIP_MM + 1.5 > S)
    rim = near[:, None] & (RADIUS_MM > 0.9)
    brighter = replace(rings, hu=rings.hu + 250.0 * rim)
    assert entry(0.0, brighter, signal()).half_mm == pytest.approx(TIP_MM, abs=0.2)
    before = (S < TIP_MM) & (TIP_MM - 3.0 < S)
    darker = Rings(
        hu=np.where(before[:, None], PLAQUE_HU, rings.hu), area_mm2=rings.area_mm2,
        noise_hu=NOISE_HU, sigma_mm=SIGMA_MM,
    )  # fmt: skip
    assert entry(0.0, darker, signal()).half_mm < TIP_MM - 2.0


@pytest.mark.parametrize("taper_mm", [0.0, 2.6])
def test_a_stenosis_before_the_cap_is_none_of_the_caps(taper_mm: float) -> None:
    """From 9 to 5 mm before the tip the lumen is 1 mm wide."""
    narrow = (S >= TIP_MM - 9.0) & (TIP_MM - 5.0 >= S)
    wide, thin = rings_of(taper_mm), rings_of(0.0, wide_mm=1.0)
    rings = replace(wide, hu=np.where(narrow[:, None], thin.hu, wide.hu))
    edge = int(np.searchsorted(S, TIP_MM - taper_mm / WIDE_MM))
    shown = np.where(narrow, 1.0, diameter_of(taper_mm, S))
    shown = np.where((edge > np.arange(len(S))) & (shown >= 1.0), shown, np.nan)
    found = fit_cap(along(signal(), rings, shown), edge=edge, body=edge + 10, lumen=edge - 18)
    assert (found.p_blunt > 0.5) == (taper_mm == 0.0)
    assert found.half_mm == pytest.approx(TIP_MM - taper_mm * 0.5 / WIDE_MM, abs=0.2)
