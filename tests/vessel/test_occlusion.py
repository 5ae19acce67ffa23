"""Caps at known places: entry, exit, stump; islands, open and truncated vessels."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.study.trace import with_caps
from ctocalc.vessel.occlusion import Interruption
from tests.measured_tube import SETTINGS, Seen, line_of, look
from tests.tube import Material, Path, gap, rotated, scan, vessel

NOISE_HU = 25.0
PATH = Path(length_mm=46.0)
ENTRY, EXIT = 16.3, 29.6


def of(diameter, seed: int = 1, **kwargs) -> Seen:  # type: ignore[no-untyped-def]
    volume = scan(PATH, vessel(diameter=diameter, **kwargs), noise_hu=NOISE_HU, seed=seed)
    return look(volume, line_of(PATH))


def only(seen: Seen) -> Interruption:
    assert len(seen.trace.gaps) == 1
    return seen.trace.gaps[0]


def half(tip: float, taper: float, sign: int, wide: float = 2.8) -> float:
    """Return where a cone of this length, closing at the tip, is 0.5 mm wide."""
    return tip - sign * taper * 0.5 / wide


@pytest.mark.parametrize(("wide", "seed"), [(2.8, 1), (2.8, 2), (2.0, 3), (3.4, 4)])
def test_blunt_caps(wide: float, seed: int) -> None:
    found = only(of(gap(ENTRY, EXIT, wide=wide), seed))
    assert found.total
    assert found.islands_mm == ()
    assert found.start_mm == pytest.approx(ENTRY, abs=0.4)
    assert found.end_mm == pytest.approx(EXIT, abs=0.4)
    for cap in (found.entry, found.exit):
        assert cap is not None
        assert cap.p_blunt > 0.5
        assert cap.taper_mm < 2.0


@pytest.mark.parametrize(("taper_mm", "seed"), [(3.5, 1), (5.0, 2), (7.0, 3)])
def test_tapered_caps(taper_mm: float, seed: int) -> None:
    found = only(of(gap(ENTRY, EXIT, taper=(taper_mm, taper_mm)), seed))
    assert found.total
    entry, exit_ = half(ENTRY, taper_mm, 1), half(EXIT, taper_mm, -1)
    assert found.start_mm == pytest.approx(entry, abs=0.8)
    assert found.end_mm == pytest.approx(exit_, abs=0.8)
    for cap, tip in ((found.entry, ENTRY), (found.exit, EXIT)):
        assert cap is not None
        assert cap.p_blunt < 0.5
        assert cap.taper_mm == pytest.approx(taper_mm, rel=0.4)
        assert cap.tip_mm == pytest.approx(tip, abs=1.0)


def test_a_blunt_entry_and_a_tapered_exit_are_told_apart() -> None:
    found = only(of(gap(ENTRY, EXIT, taper=(0.0, 6.0)), 5))
    assert found.entry is not None
    assert found.exit is not None
    assert found.entry.p_blunt > 0.5 > found.exit.p_blunt


def test_the_points_of_a_cap_lie_in_order() -> None:
    found = only(of(gap(ENTRY, EXIT, taper=(5.0, 5.0)), 6))
    assert found.entry is not None
    assert found.exit is not None
    assert found.entry.one_mm < found.entry.half_mm < found.entry.tip_mm
    assert found.exit.tip_mm < found.exit.half_mm < found.exit.one_mm
    assert found.start_mm == found.entry.half_mm
    assert found.end_mm == found.exit.half_mm


def test_caps_in_a_bend_on_an_oblique_grid() -> None:
    path = Path(length_mm=46.0, bend_radius_mm=15.0)
    volume = scan(
        path, vessel(diameter=gap(ENTRY, EXIT)), noise_hu=NOISE_HU, rotation=rotated(40.0)
    )
    found = only(look(volume, line_of(path)))
    assert found.start_mm == pytest.approx(ENTRY, abs=0.5)
    assert found.end_mm == pytest.approx(EXIT, abs=0.5)


def test_a_reversed_line_swaps_entry_and_exit() -> None:
    volume = scan(PATH, vessel(diameter=gap(ENTRY, EXIT, taper=(0.0, 6.0))), noise_hu=NOISE_HU)
    there = only(look(volume, line_of(PATH)))
    back = only(look(volume, line_of(PATH)[::-1]))
    assert back.start_mm == pytest.approx(PATH.length_mm - there.end_mm, abs=0.3)
    assert back.end_mm == pytest.approx(PATH.length_mm - there.start_mm, abs=0.3)
    assert back.entry is not None
    assert back.exit is not None
    assert there.entry is not None
    assert back.entry.p_blunt < 0.5 < back.exit.p_blunt
    assert back.exit.p_blunt == pytest.approx(there.entry.p_blunt, abs=0.25)


def two(low: float, contrast_mm: float, high: float) -> tuple[float, float, float, float]:
    """Return entry, island and exit of two occlusions with contrast between them."""
    middle = (low + high) / 2
    return low, middle - contrast_mm / 2, middle + contrast_mm / 2, high


def broken_twice(a: float, b: float, c: float, d: float):  # type: ignore[no-untyped-def]
    def diameter(s: Floats) -> Floats:
        return np.where(((s > a) & (s < b)) | ((s > c) & (s < d)), 0.0, 2.8)

    return diameter


def test_three_millimetres_of_contrast_are_an_island_in_one_occlusion() -> None:
    a, b, c, d = two(12.0, 3.0, 33.0)
    found = only(of(broken_twice(a, b, c, d)))
    assert found.start_mm == pytest.approx(a, abs=0.5)
    assert found.end_mm == pytest.approx(d, abs=0.5)
    assert len(found.islands_mm) == 1
    assert found.islands_mm[0] == pytest.approx((b, c), abs=0.6)


def test_seven_millimetres_of_contrast_part_two_occlusions() -> None:
    a, b, c, d = two(12.0, 7.0, 34.0)
    first, second = of(broken_twice(a, b, c, d)).trace.gaps
    assert (first.start_mm, first.end_mm) == pytest.approx((a, b), abs=0.5)
    assert (second.start_mm, second.end_mm) == pytest.approx((c, d), abs=0.5)
    assert first.total
    assert second.total


@pytest.mark.parametrize(("wide", "seed"), [(1.6, 1), (2.8, 2), (3.6, 3)])
def test_an_open_vessel_has_no_occlusion(wide: float, seed: int) -> None:
    assert of(wide, seed).trace.gaps == ()


def test_a_narrowed_but_open_vessel_is_not_totally_occluded() -> None:
    """1.2 mm of lumen over 8 mm: a stenosis of more than half, but contrast all along."""
    seen = of(lambda s: np.where((s > 18) & (s < 26), 1.2, 2.8))
    assert [gap for gap in seen.trace.gaps if gap.total] == []


def plaque_beside_the_lumen(s: Floats, u: Floats, v: Floats) -> Floats:
    """Calcium on one side of an open vessel over 8 mm."""
    return np.asarray(700.0 * ((np.abs(s - 22) < 4) & (u > 0.9)))


def test_calcium_beside_an_open_lumen_is_no_occlusion() -> None:
    seen = of(lambda s: 2.2 + 0 * s, calcium=plaque_beside_the_lumen)
    assert seen.trace.gaps == ()


def thick_ring(s: Floats, u: Floats, v: Floats) -> Floats:
    r = np.hypot(u, v)
    return np.asarray(800.0 * ((np.abs(s - 22) < 3) & (r > 1.15)))


def test_a_calcified_ring_about_an_open_lumen_is_no_total_occlusion() -> None:
    seen = of(lambda s: 2.2 + 0 * s, calcium=thick_ring)
    assert [gap for gap in seen.trace.gaps if gap.total] == []


def plug(s: Floats, u: Floats, v: Floats) -> Floats:
    return np.asarray(700.0 * ((s > 19) & (s < 26) & (np.hypot(u, v) < 1.3)))


def test_a_calcified_plug_inside_an_occlusion_does_not_open_it() -> None:
    found = only(of(gap(ENTRY, EXIT), calcium=plug))
    assert found.total
    assert found.islands_mm == ()
    assert found.start_mm == pytest.approx(ENTRY, abs=0.6)
    assert found.end_mm == pytest.approx(EXIT, abs=0.6)


@pytest.mark.parametrize("end", ["distal", "proximal"])
def test_an_occlusion_that_reaches_an_end_of_the_line_is_truncated(end: str) -> None:
    low, high = (24.0, 99.0) if end == "distal" else (-99.0, 18.0)
    found = only(of(gap(low, high)))
    assert found.total
    if end == "distal":
        assert found.exit is None
        assert found.start_mm == pytest.approx(24.0, abs=0.4)
        assert found.end_mm == pytest.approx(PATH.length_mm, abs=0.5)
    else:
        assert found.entry is None
        assert found.start_mm == pytest.approx(0.0, abs=0.1)
        assert found.end_mm == pytest.approx(18.0, abs=0.4)


def test_given_occlusions_keep_the_places_a_reader_gave() -> None:
    seen = of(gap(ENTRY, EXIT, taper=(0.0, 6.0)))
    given = with_caps(seen.trace, ((30.5, 35.0), (15.0, 29.0)), SETTINGS, contrast=True)
    first, second = given.gaps
    assert (first.start_mm, first.end_mm) == (15.0, 29.0)
    assert (second.start_mm, second.end_mm) == (30.5, 35.0)
    assert first.total
    assert second.total
    assert first.entry is not None
    assert first.entry.half_mm == 15.0
    assert first.entry.p_blunt > 0.5
    inside = given.occluded
    s = given.frames.arclength_mm
    np.testing.assert_array_equal(inside, ((s >= 15.0) & (s <= 29.0)) | ((s >= 30.5) & (s <= 35.0)))


def test_a_dark_distal_lumen_is_still_a_lumen() -> None:
    """Filled by collaterals: 240 HU behind the occlusion, 2.2 mm wide."""
    seen = of(
        lambda s: np.where((s > ENTRY) & (s < EXIT), 0.0, np.where(s < 20, 2.8, 2.2)),
        lumen_hu=lambda s: np.where(s < 20, 420.0, 240.0),
    )
    found = only(seen)
    assert found.end_mm == pytest.approx(EXIT, abs=0.6)


def test_the_lumen_diameter_of_an_open_vessel() -> None:
    diameter = of(lambda s: 2.6 + 0 * s).trace.rays.lumen_diameter_mm
    assert np.nanmedian(diameter) == pytest.approx(2.6, rel=0.05)
    assert np.isfinite(diameter).mean() > 0.95


def test_a_thin_open_branch_that_leaves_a_wide_vessel_is_no_calcium() -> None:
    """The HU behind the blur of a thin lumen is known badly: too bright proves nothing there."""

    def diameter(s: Floats) -> Floats:
        return np.where(s < 2.0, 3.2, 1.3)

    path = Path(length_mm=18.0)
    material = vessel(diameter=diameter, wall_mm=0.9)
    volume = scan(path, material, noise_hu=22.0, sigma_mm=0.255, seed=2)

    assert look(volume, line_of(path), recentrings=2).trace.gaps == ()


def shell(start: float, end: float, added_hu: float = 1100.0, arc_deg: float = 180.0) -> Material:
    """Calcium 0.5 mm thick inside the wall of 1.8 mm, on the side of v > 0, between two places."""

    def calcium(s: Floats, u: Floats, v: Floats) -> Floats:
        aside = np.degrees(np.abs(np.arctan2(u, v)))
        here = (s > start) & (s < end) & (aside < arc_deg / 2) & (np.hypot(u, v) > 1.3)
        return np.where(here, added_hu, 0.0)

    return calcium


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("taper_mm", [3.5, 5.0])
def test_a_taper_beside_calcium_stays_one(taper_mm: float, seed: int) -> None:
    """Without the lumen that calcium leaves to see, one short taper of three is called blunt."""
    seen = of(
        gap(ENTRY, EXIT, taper=(taper_mm, 0.0)), seed, calcium=shell(ENTRY - taper_mm, ENTRY + 3.0)
    )
    cap = only(seen).entry
    assert cap is not None
    assert cap.p_blunt < 0.5
    assert cap.half_mm == pytest.approx(half(ENTRY, taper_mm, 1), abs=0.9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_blunt_cap_beside_calcium_stays_one(seed: int) -> None:
    cap = only(of(gap(ENTRY, EXIT), seed, calcium=shell(ENTRY - 3.0, ENTRY + 4.0))).entry
    assert cap is not None
    assert cap.p_blunt > 0.5
    assert cap.half_mm == pytest.approx(ENTRY, abs=0.6)
