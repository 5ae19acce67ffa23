"""The landing zone on lumens of known width."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.lesion.landing import distal_landing
from ctocalc.lesion.lesion import DistalLanding
from ctocalc.lesion.measures import LesionSettings
from ctocalc.vessel.caps import Cap
from tests.lesion.vessel_made import S, vessel

SETTINGS = LesionSettings()
EXIT_MM = 30.0


def cap(taper_mm: float = 0.4) -> Cap:
    return Cap(
        tip_mm=EXIT_MM - 0.1, half_mm=EXIT_MM, one_mm=EXIT_MM + 0.1, half_sd_mm=0.2,
        taper_mm=taper_mm, taper_sd_mm=0.3, p_blunt=0.9,
    )  # fmt: skip


def landing(
    diameter_mm: Floats, *, taper_mm: float = 0.4, sd_mm: float = 0.05, **more: Floats
) -> DistalLanding:
    lumen = np.where(S[: len(diameter_mm)] < EXIT_MM, 0.0, diameter_mm)
    made = vessel(diameter_mm=lumen, sd_mm=sd_mm, **more)  # type: ignore[arg-type]
    return distal_landing(cap(taper_mm), EXIT_MM, made, SETTINGS)


def focal(least_mm: float, at_mm: float = 35.0, wide_mm: float = 2.6) -> Floats:
    """Return a lumen that is narrow over 3 mm."""
    return np.where(np.abs(S - at_mm) <= 1.5, least_mm, wide_mm)


def test_an_even_vessel_is_as_wide_as_it_is_and_has_no_stenosis() -> None:
    found = landing(np.full(len(S), 2.6))
    assert (found.start_mm, found.end_mm) == (EXIT_MM, EXIT_MM + 10.0)
    for told in (found.mean_diameter_mm, found.min_diameter_mm, found.reference_diameter_mm):
        assert told.value == pytest.approx(2.6)
    assert found.largest_stenosis_percent.value == pytest.approx(0.0)
    assert found.diseased.present is False
    assert not found.diseased.borderline
    assert found.reason is None


@pytest.mark.parametrize(
    ("width_mm", "present", "borderline"),
    [(1.7, True, False), (1.97, True, True), (2.0, False, True), (2.4, False, False)],
)
def test_a_narrow_vessel_is_diseased_below_two_millimetres(
    width_mm: float, present: bool, borderline: bool
) -> None:
    found = landing(np.full(len(S), width_mm)).diseased
    assert (found.present, found.borderline) == (present, borderline)


@pytest.mark.parametrize(
    ("least_mm", "present", "borderline"),
    [(0.9, True, False), (1.27, True, True), (1.33, False, True), (1.8, False, False)],
)
def test_a_stenosis_of_more_than_half_is_disease(
    least_mm: float, present: bool, borderline: bool
) -> None:
    found = landing(focal(least_mm))
    assert found.largest_stenosis_percent.value == pytest.approx(100 * (1 - least_mm / 2.6), abs=1)
    assert found.largest_stenosis_percent.at_mm == pytest.approx(35.0, abs=1.5)
    assert found.min_diameter_mm.value == pytest.approx(least_mm)
    assert (found.diseased.present, found.diseased.borderline) == (present, borderline)
    assert found.mean_diameter_mm.value is not None
    narrow = not present or found.mean_diameter_mm.value < 2.0
    decided = found.mean_diameter_mm if narrow else found.largest_stenosis_percent
    assert found.diseased.value == decided


def test_what_lies_beyond_ten_millimetres_is_not_asked() -> None:
    assert landing(focal(0.9, at_mm=45.0)).diseased.present is False


def test_the_exits_own_taper_is_no_disease() -> None:
    """A cone of 5 mm: 0 to 2.6 mm."""
    cone = np.clip((S - EXIT_MM) / 5.0, 0.05, 1.0) * 2.6
    found = landing(cone, taper_mm=5.0)
    assert found.min_diameter_mm.value == pytest.approx(2.6, abs=0.05)
    assert found.diseased.present is False
    assert landing(cone, taper_mm=0.4).largest_stenosis_percent.value > 50  # type: ignore[operator]


def test_a_taper_that_fills_the_zone_leaves_nothing_to_tell() -> None:
    found = landing(np.full(len(S), 2.6), taper_mm=8.0)
    assert found.diseased.present is None
    assert found.diseased.reason


def test_a_line_that_ends_early_says_so_and_its_no_is_borderline() -> None:
    short = np.full(int(37.0 / 0.5), 2.6)
    found = landing(short)
    assert found.reason is not None
    assert "6.5 of 10 mm" in found.reason
    assert (found.diseased.present, found.diseased.borderline) == (False, True)
    sick = landing(np.full(int(37.0 / 0.5), 1.4)).diseased
    assert (sick.present, sick.borderline) == (True, False)


def test_an_exit_that_is_not_seen_has_no_landing_zone() -> None:
    found = distal_landing(None, 60.0, vessel(), SETTINGS)
    assert found.diseased.present is None
    assert found.mean_diameter_mm.value is None
    assert not found.calcium_free
    assert not found.calcium_free_sectors
    assert found.reason


def test_a_stenosis_may_hide_under_calcium() -> None:
    lumen = np.where(np.abs(S - 35.0) < 1.2, np.nan, 2.6)
    found = landing(lumen)
    assert (found.diseased.present, found.diseased.borderline) == (False, True)
    assert found.reason == "the lumen is not seen along 2.5 mm"


def test_calcium_free_stretches_and_hours() -> None:
    fraction = np.where((S >= 33.0) & (S <= 35.0), 0.2, 0.0)
    clock = np.zeros((len(S), 12), dtype=bool)
    clock[(S >= 33.0) & (S <= 35.0), 2:5] = True
    clock[S < EXIT_MM, 8] = True  # inside the occlusion: not asked
    found = landing(np.full(len(S), 2.6), fraction=fraction, clock=clock)
    assert [(one.start_mm, one.end_mm) for one in found.calcium_free] == [
        (30.0, 32.5), (35.5, 40.0)
    ]  # fmt: skip
    assert [(s.start_deg, s.end_deg) for s in found.calcium_free_sectors] == [(150.0, 420.0)]
    free = found.calcium_free_mm
    assert free.value == pytest.approx(10.5 - 2.5)
    assert free.low < free.value  # type: ignore[operator]
