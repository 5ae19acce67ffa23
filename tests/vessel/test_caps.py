"""Caps: what a closing lumen shows, beside calcium and in noise; the calibrated call."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.vessel.caps import Cap, calibrated, fit_cap
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.tissue import Tissue

STEP_MM, BLUR_MM = 0.5, 0.36
LUMEN_HU, PLAQUE_HU, FLOOR_HU = 400.0, 60.0, 80.0
TIP_MM, WIDE_MM = 16.0, 2.8
S: Floats = STEP_MM * np.arange(60, dtype=float)


def signal(covered: Floats | None = None, beside_mm: Floats | None = None) -> LumenSignal:
    """What is known of a vessel of which calcium covers some stations (N,)."""
    tissue = np.full(len(S), Tissue.LUMEN)
    tissue[S >= TIP_MM] = Tissue.PLAQUE
    if covered is not None:
        tissue[covered > 0] = Tissue.CALCIUM
    told = np.full(len(S), np.nan) if beside_mm is None else beside_mm
    return LumenSignal(
        contrast_hu=np.where(S < TIP_MM, LUMEN_HU, FLOOR_HU),
        reference_hu=np.full(len(S), LUMEN_HU),
        plaque_hu=np.full(len(S), PLAQUE_HU), floor_hu=np.full(len(S), FLOOR_HU),
        level_hu=np.full(len(S), np.nan), tissue=tissue,
        odds=np.zeros(len(S)), beside_mm=told, beside_sd_mm=np.where(np.isnan(told), np.nan, 0.1),
        blur_mm=BLUR_MM,
    )  # fmt: skip


def entry(seen: LumenSignal, diameter_mm: Floats, edge_mm: float) -> Cap:
    edge = int(np.searchsorted(S, edge_mm))
    shown = np.where(edge > np.arange(len(S)), diameter_mm, np.nan)
    return fit_cap(
        S, seen, shown, edge=edge, body=edge + 10, lumen=edge - 18, diameter_smoothing_mm=0.6
    )


@pytest.mark.parametrize("taper_mm", [3.0, 5.0])
def test_a_taper_that_calcium_covers_is_told_by_what_it_leaves(taper_mm: float) -> None:
    diameter = WIDE_MM * np.clip((TIP_MM - S) / taper_mm, 0.0, 1.0)
    covered = ((taper_mm > TIP_MM - S) & (TIP_MM + 3.0 > S)).astype(float)
    edge = TIP_MM - taper_mm
    found = entry(signal(covered, np.where(covered > 0, diameter, np.nan)), diameter, edge)
    assert found.p_blunt < 0.3
    assert found.half_mm == pytest.approx(TIP_MM - taper_mm * 0.5 / WIDE_MM, abs=0.5)
    assert entry(signal(covered), diameter, edge).p_blunt > 0.5


def test_what_widens_again_towards_the_occlusion_is_no_lumen() -> None:
    """A fainter deposit beside the bright one reads as a growing disc; an even one would pass."""
    diameter = np.where(S < TIP_MM, WIDE_MM, 0.0)
    covered = ((TIP_MM <= S) & (TIP_MM + 4.0 > S)).astype(float)
    rising = np.where(covered > 0, 1.2 + 0.4 * (S - TIP_MM), np.nan)
    found = entry(signal(covered, rising), diameter, TIP_MM)
    assert found.p_blunt > 0.5
    assert found.half_mm == pytest.approx(TIP_MM, abs=0.9)


@pytest.mark.parametrize("kept", [0.0, 0.05, 0.1, 0.2, 0.4, 0.9])
def test_what_shows_is_the_brighter_of_lumen_and_noise(kept: float) -> None:
    """Against draws."""
    spread = FLOOR_HU - PLAQUE_HU
    lumen = PLAQUE_HU + kept * (LUMEN_HU - PLAQUE_HU)
    drawn = np.random.default_rng(3).normal(lumen, spread, 200_000)
    mean = float(np.maximum(drawn, FLOOR_HU).mean())
    shown = signal().share_of(np.array([kept]), np.array([0]))
    assert float(shown[0]) == pytest.approx((mean - FLOOR_HU) / (LUMEN_HU - FLOOR_HU), abs=0.002)


def test_no_lumen_shows_more_than_a_wide_one() -> None:
    faint = replace(signal(), reference_hu=np.full(len(S), FLOOR_HU + 40.0))
    assert float(faint.share_of(np.array([1.0]), np.array([0]))[0]) == 1.0


@pytest.mark.parametrize("p", [0.0, 0.01, 0.3, 0.5, 0.8, 1.0])
def test_a_calibrated_probability_keeps_the_call_and_is_surer(p: float) -> None:
    found = calibrated(p)
    assert abs(found - 0.5) >= abs(p - 0.5)
    assert (found >= 0.5) == (p >= 0.5)
    assert calibrated(1.0 - p) == pytest.approx(1.0 - found)


def test_odds_are_raised_to_one_and_a_half() -> None:
    assert calibrated(0.8) / (1.0 - calibrated(0.8)) == pytest.approx(4.0**1.5)
