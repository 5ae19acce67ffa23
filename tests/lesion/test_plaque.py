"""Running means, largest fractions, regions, pieces and sums of calcium."""

from dataclasses import fields, replace

import numpy as np
import pytest

from ctocalc._arrays import Array, Floats
from ctocalc.lesion import plaque
from ctocalc.lesion.agatston import Islands
from ctocalc.lesion.burden import Burden
from ctocalc.lesion.spread import Series, largest_mean
from ctocalc.quantity import Unit
from ctocalc.vessel.calcium import Calcium
from ctocalc.vessel.protocols import PROTOCOLS, ThresholdAreas

S = np.arange(0.0, 40.01, 0.5)


def series(value: Floats, unit: Unit, sd: float = 0.0, highest: float = np.inf) -> Series:
    return Series(
        arclength_mm=S, value=value, sd=np.full(len(value), sd), unit=unit, highest=highest
    )


def burden(fraction: Floats, *, mass: Floats | None = None, sd: float = 0.0) -> Burden:
    share = series(fraction, Unit.FRACTION, 0.05, 1.0)
    return Burden(
        fraction=share, apparent=share, arc=series(360 * fraction, Unit.DEG, 10.0, 360.0),
        arc_largest=series(180 * fraction, Unit.DEG, 10.0, 360.0), centre_sd_deg=np.zeros(len(S)),
        thickness=series(fraction, Unit.MM, 0.2),
        volume=series(2.0 + 0 * S, Unit.MM3, sd), wall_area=series(8.0 + 0 * S, Unit.MM2),
        mass=None if mass is None else series(mass, Unit.MG, sd),
        protocols=tuple(series(4.0 * fraction / (n + 1), Unit.MM2) for n in range(6)),
    )  # fmt: skip


def largest(fraction: Floats, *parts: tuple[float, float]) -> tuple[float | None, float | None]:
    found = largest_mean(series(fraction, Unit.FRACTION, highest=1.0), list(parts))
    return found.value, found.at_mm


def test_the_largest_fraction_is_that_of_the_mean_not_of_one_station() -> None:
    spike = np.where(S == 20.0, 1.0, 0.0)
    value, at = largest(spike, (10.0, 30.0))
    assert value == pytest.approx(0.5)
    assert at == pytest.approx(20.0)


def test_the_millimetre_lies_wholly_inside_the_occlusion() -> None:
    """Calcium up to 10 mm: inside 10.2-30 the first whole millimetre is centred at 11."""
    before = np.where(S <= 10.5, 0.8, 0.2)
    value, at = largest(before, (10.2, 30.0))
    assert at == pytest.approx(11.0)
    assert value == pytest.approx(0.25 * 0.8 + 0.75 * 0.2)


def test_a_shorter_occlusion_has_its_mean() -> None:
    fraction = np.where(S == 20.0, 0.9, np.where(S == 20.5, 0.3, 0.0))
    value, at = largest(fraction, (19.8, 20.7))
    assert value == pytest.approx(0.6)
    assert at is not None
    assert 19.8 <= at <= 20.7


def test_the_largest_of_several_occlusions_leaves_out_what_lies_between() -> None:
    fraction = np.where((S > 14) & (S < 16), 0.95, np.where(S > 20, 0.6, 0.3))
    assert largest(fraction, (5.0, 12.0), (20.0, 30.0))[0] == pytest.approx(0.6)
    assert largest(fraction, (5.0, 30.0))[0] == pytest.approx(0.95)


def test_regions_are_caps_of_two_and_a_half_millimetres_and_thirds() -> None:
    regions = plaque.by_region(burden(0 * S, mass=0 * S + 0.5), 6.0, 30.0)
    assert (regions.proximal_cap.start_mm, regions.proximal_cap.end_mm) == (6.0, 8.5)
    assert (regions.proximal_third.start_mm, regions.proximal_third.end_mm) == (6.0, 14.0)
    assert (regions.middle_third.start_mm, regions.middle_third.end_mm) == (14.0, 22.0)
    assert (regions.distal_third.start_mm, regions.distal_third.end_mm) == (22.0, 30.0)
    assert (regions.distal_cap.start_mm, regions.distal_cap.end_mm) == (27.5, 30.0)
    assert regions.proximal_cap.calcium_volume_mm3.value == pytest.approx(2.0 * 6)
    assert regions.proximal_cap.calcium_mass_mg.value == pytest.approx(0.5 * 6)


def test_regions_of_a_short_lesion_stay_inside_it() -> None:
    regions = plaque.by_region(burden(0.1 + 0 * S), 10.0, 12.0)
    assert (regions.proximal_cap.start_mm, regions.proximal_cap.end_mm) == (10.0, 12.0)
    assert (regions.distal_cap.start_mm, regions.distal_cap.end_mm) == (10.0, 12.0)


def test_a_region_has_its_own_maximum() -> None:
    fraction = np.where((S > 15) & (S < 21), 0.8, 0.1)
    regions = plaque.by_region(burden(fraction), 6.0, 30.0)
    assert regions.proximal_third.max_calcium_fraction.value == pytest.approx(0.1)
    assert regions.middle_third.max_calcium_fraction.value == pytest.approx(0.8)
    assert regions.middle_third.max_calcium_arc_deg.value == pytest.approx(288.0)


def test_mass_without_a_slope_cannot_be_told() -> None:
    assert plaque.mass(burden(0 * S), S > 3).value is None
    assert plaque.mass(burden(0 * S), S > 3).reason == plaque.NO_SLOPE


def two_pieces() -> tuple[Calcium, Array]:
    """Two pieces of 1000 HU x 0.05 mm3 per pixel, and a speck."""
    shape = (len(S), 9, 9)
    piece = np.zeros(shape, dtype=np.int64)
    piece[10:15, 2:5, 2:5] = 1
    piece[30:50, 3:6, 4:7] = 2
    piece[60, 4, 4] = 3
    weight = np.full(shape, 0.05, dtype=np.float32)
    inside = (piece > 0).astype(np.float32)
    zero = np.zeros(len(S))
    calcium = Calcium(
        share=inside, piece=piece, weight_mm3=weight,
        burden_hu_mm3=(1000 * inside * weight).astype(np.float32), burden_piece=piece,
        area_mm2=zero, apparent_mm2=zero, arc_deg=zero, arc_largest_deg=zero,
        arc_enclosing_deg=zero, thickness_mm=zero, peak_hu=zero, free_zone_mm=zero,
        contrast_hu=zero, area_sd_mm2=zero, arc_sd_deg=zero, arc_centre_sd_deg=zero,
        apparent_sd_mm2=zero,
        protocols=ThresholdAreas(area_mm2=np.zeros((6, len(S))), sd_mm2=np.zeros((6, len(S)))),
    )  # fmt: skip
    hu = np.where(piece > 0, 600.0 + 100.0 * piece, 0.0).astype(np.float32)
    return calcium, hu


def test_pieces_have_their_place_volume_mass_and_peak_and_noise_is_left_out() -> None:
    calcium, hu = two_pieces()
    first, second = plaque.pieces(S, calcium, hu, 1.25, noise_hu=25.0)
    assert (first.start_mm, first.end_mm) == (5.0, 7.0)
    assert (second.start_mm, second.end_mm) == (15.0, 24.5)
    assert first.volume_mm3.value == pytest.approx(45 * 0.05)
    assert first.mass_mg.value == pytest.approx(45 * 0.05 * 1000 / 1.25 / 1000)
    assert second.mass_mg.value == pytest.approx(180 * 0.05 / 1.25)
    assert second.peak_hu.value == pytest.approx(800.0)


def test_pieces_without_a_slope_have_volumes_only() -> None:
    calcium, hu = two_pieces()
    both = plaque.pieces(S, calcium, hu, None, noise_hu=25.0)
    assert [piece.mass_mg.value for piece in both] == [None, None]
    assert [piece.volume_mm3.value for piece in both] == pytest.approx([2.25, 9.0])
    islands = Islands(arclength_mm=np.array([5.0]), score=np.array([12.0]))
    whole = plaque.whole_vessel(burden(0 * S), both, islands, contrast=True, threshold_hu=480.0)
    assert whole.mass_mg.value is None
    assert whole.volume_mm3.value == pytest.approx(2.0 * len(S))


def test_a_contrast_scan_has_no_agatston_score_and_a_plain_one_nothing_else() -> None:
    islands = Islands(arclength_mm=np.array([5.0, 9.0]), score=np.array([12.0, 30.0]))
    found = burden(0 * S, mass=0 * S + 0.5)
    contrast = plaque.whole_vessel(found, (), islands, contrast=True, threshold_hu=480.0)
    assert contrast.agatston.value is None
    assert contrast.agatston.reason
    assert contrast.cta_calcium_score.value == pytest.approx(42.0)
    assert contrast.score_threshold_hu == 480.0
    plain = plaque.whole_vessel(found, (), islands, contrast=False, threshold_hu=130.0)
    assert plain.agatston.value == pytest.approx(42.0)
    assert plain.cta_calcium_score.value is None
    assert plain.mass_mg.value == pytest.approx(0.5 * len(S))


def test_a_vessel_without_calcium_has_zero_of_everything() -> None:
    none = Islands(arclength_mm=np.zeros(0), score=np.zeros(0))
    empty = replace(burden(0 * S, mass=0 * S), volume=series(0 * S, Unit.MM3))
    whole = plaque.whole_vessel(empty, (), none, contrast=False, threshold_hu=130.0)
    for value in (whole.volume_mm3, whole.mass_mg, whole.agatston):
        assert (value.value, value.low) == (0.0, 0.0)
    # What noise hides is less than the least that counts as calcium.
    assert whole.mass_mg.high is not None
    assert 0.0 < whole.mass_mg.high < plaque.LEAST_MASS_MG


def test_an_open_lumen_may_hide_calcium_in_its_wall() -> None:
    none = Islands(arclength_mm=np.zeros(0), score=np.zeros(0))
    empty = replace(burden(0 * S, mass=0 * S), volume=series(0 * S, Unit.MM3))
    shown, plain = (
        plaque.whole_vessel(empty, (), none, contrast=contrast, threshold_hu=480.0)
        for contrast in (True, False)
    )
    # A third of a thin ring, 3 mm long.
    assert shown.volume_mm3.high is not None
    assert plain.volume_mm3.high is not None
    assert shown.volume_mm3.high > 2.0 > 2.0 * plain.volume_mm3.high
    assert shown.mass_mg.high is not None
    assert shown.mass_mg.high > 1.0


def test_no_lesion_holds_more_than_its_vessel() -> None:
    rng = np.random.default_rng(7)
    found = burden(rng.uniform(size=len(S)), mass=rng.uniform(size=len(S)), sd=0.1)
    none = Islands(arclength_mm=np.zeros(0), score=np.zeros(0))
    whole = plaque.whole_vessel(found, (), none, contrast=True, threshold_hu=480.0)
    for start, end in ((0.0, 40.0), (3.0, 30.0), (10.0, 11.0)):
        inside = (start <= S) & (end >= S)
        assert plaque.mass(found, inside).value <= whole.mass_mg.value  # type: ignore[operator]
        assert plaque.volume(found, inside).value <= whole.volume_mm3.value  # type: ignore[operator]


def test_protocols_stand_side_by_side_as_shares_of_the_wall() -> None:
    fraction = np.where((S > 15) & (S < 21), 0.8, 0.1)
    found = plaque.by_protocol(burden(fraction), [(6.0, 30.0)], (S >= 6) & (S <= 30))
    assert found.hu_130.max_calcium_area_mm2.value == pytest.approx(3.2)
    assert found.hu_350.max_calcium_area_mm2.value == pytest.approx(1.6)
    assert found.half_maximum.max_calcium_area_mm2.value == pytest.approx(3.2 / 6)
    assert found.hu_130.max_calcium_fraction.value == pytest.approx(0.4)
    assert {f.name for f in fields(found)} == set(PROTOCOLS)
