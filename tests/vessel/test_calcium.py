"""Calcium of known area, arc and mass: half rings, moons, nothing at all, and in a bend."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Bools, Floats
from ctocalc.lesion.burden import burden
from ctocalc.lesion.plaque import LEAST_MASS_MG
from ctocalc.lesion.spread import Series
from ctocalc.quantity import Unit
from ctocalc.study.settings import AnalysisSettings
from ctocalc.vessel.block import Scenery
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.calcium import (
    Calcium,
    CalciumSettings,
    away_from_lumen,
    beyond_wall_mm,
    candidates,
    measure_calcium,
    without_specks,
)
from ctocalc.vessel.deposits import fit_deposits
from ctocalc.vessel.tissue import Tissue
from tests.measured_tube import SLOPE, Seen, line_of, look
from tests.tube import Path, gap, scan, vessel

PATH = Path(length_mm=36.0)
ENTRY, EXIT, MIDDLE = 8.0, 28.0, 18.0
WALL_MM = 1.8
NOISE_HU = 25.0
USUAL = AnalysisSettings().calcium
DENSITY = 700.0


def piece(inner: float, outer: float, arc_deg: float, length_mm: float):  # type: ignore[no-untyped-def]
    """A sector of a ring about +u, centred in the middle of the vessel."""

    def extra(s: Floats, u: Floats, v: Floats) -> Floats:
        r, angle = np.hypot(u, v), np.degrees(np.abs(np.arctan2(v, u)))
        within = (np.abs(s - MIDDLE) < length_mm / 2) & (r >= inner) & (r < outer)
        return np.asarray(DENSITY * SLOPE * (within & (angle <= arc_deg / 2)))

    return extra


@pytest.mark.parametrize(
    ("calcium", "away"),
    [
        (slice(0, 0), range(13, 27)),
        (slice(12, 16), range(13, 27)),
        (slice(10, 13), range(13, 27)),
        (slice(10, 16), range(11, 27)),
        (slice(10, 30), range(11, 29)),
        (slice(6, 16), range(10, 27)),
    ],
)
def test_where_a_peak_need_not_outshine_a_lumen(calcium: slice, away: range) -> None:
    """1.5 mm from the lumen's last station, or in calcium that reaches so far but for its ends."""
    occluded = np.zeros(40, dtype=bool)
    occluded[10:30] = True
    tissue = np.where(occluded, Tissue.PLAQUE, Tissue.LUMEN)
    tissue[calcium] = Tissue.CALCIUM
    settings = replace(AnalysisSettings().calcium, cap_zone_mm=1.5)
    found = away_from_lumen(occluded, tissue, 0.5, settings)
    np.testing.assert_array_equal(np.flatnonzero(found), list(away))


def measured(  # type: ignore[no-untyped-def]
    calcium,
    path: Path = PATH,
    noise_hu: float = NOISE_HU,
    settings: CalciumSettings = USUAL,
) -> tuple[Calcium, Seen]:
    """Measure calcium within the true wall, so that only calcium is judged here."""
    material = vessel(diameter=gap(ENTRY, EXIT), wall_mm=WALL_MM, calcium=calcium)
    volume = scan(path, material, noise_hu=noise_hu)
    seen = look(volume, line_of(path))
    trace = seen.trace
    count = len(trace.frames)
    wall = Boundary(
        radius_mm=np.full((count, 48), WALL_MM), kind=BoundaryKind.WALL, confidence=np.ones(count)
    )
    lumen = np.where(trace.occluded, 0.0, 1.4)
    scene = Scenery(
        volume=volume, sections=trace.sections, wall=wall,
        lumen_mm=lumen, lumen_at_mm=np.zeros((count, 2)), lumen_hu=trace.signal.reference_hu,
        plaque_hu=trace.signal.plaque_hu, sigma_mm=(0.29, 0.29),
        noise_hu=seen.physics.noise_sd_hu,
    )  # fmt: skip
    places = candidates(scene, trace.signal, trace.occluded, seen.physics, settings=settings)
    deposits = fit_deposits(scene, places)
    found = measure_calcium(
        scene, deposits, trace.signal, trace.curvature, seen.physics, settings=settings
    )
    return found, seen


def inner(seen: Seen, length_mm: float) -> Bools:
    s = seen.trace.frames.arclength_mm
    return np.asarray(np.abs(s - MIDDLE) <= length_mm / 2 - 1.0)


def mass_mg(found: Calcium) -> float:
    return float(found.burden_hu_mm3.sum(dtype=np.float64) / SLOPE / 1000.0)


def test_a_thick_half_ring() -> None:
    found, seen = measured(piece(0.6, 1.7, 180.0, 8.0))
    use = inner(seen, 8.0)
    area = np.pi * (1.7**2 - 0.6**2) / 2
    assert found.area_mm2[use].mean() == pytest.approx(area, rel=0.08)
    assert found.arc_deg[use].mean() == pytest.approx(180.0, abs=20.0)
    assert found.arc_largest_deg[use].mean() == pytest.approx(180.0, abs=20.0)
    assert found.thickness_mm[use].mean() == pytest.approx(1.1, abs=0.25)
    assert mass_mg(found) == pytest.approx(area * 8.0 * DENSITY / 1000.0, rel=0.15)
    volume = (found.share * found.weight_mm3).sum(dtype=np.float64)
    assert volume == pytest.approx(area * 8.0, rel=0.2)


def test_a_full_moon() -> None:
    found, seen = measured(piece(0.0, 1.7, 360.0, 8.0))
    use = inner(seen, 8.0)
    area = np.pi * 1.7**2
    assert found.area_mm2[use].mean() == pytest.approx(area, rel=0.05)
    assert found.arc_deg[use] == pytest.approx(360.0)
    assert found.arc_enclosing_deg[use] == pytest.approx(360.0)
    assert found.free_zone_mm[use].max() <= 0.6
    assert mass_mg(found) == pytest.approx(area * 8.0 * DENSITY / 1000.0, rel=0.15)


def test_two_pieces_have_a_union_a_largest_and_an_enclosing_arc() -> None:
    """100 and 60 degrees, 100 degrees apart on both sides."""

    def both(s: Floats, u: Floats, v: Floats) -> Floats:
        r, angle = np.hypot(u, v), np.degrees(np.abs(np.arctan2(v, u)))
        within = (np.abs(s - MIDDLE) < 4) & (r > 0.8) & (r < 1.7)
        return np.asarray(DENSITY * SLOPE * (within & ((angle < 50) | (angle > 150))))

    found, seen = measured(both)
    use = inner(seen, 8.0)
    assert found.arc_deg[use].mean() == pytest.approx(160.0, abs=30.0)
    assert found.arc_largest_deg[use].mean() == pytest.approx(100.0, abs=20.0)
    assert found.arc_enclosing_deg[use].mean() == pytest.approx(260.0, abs=20.0)
    # Specks lighter than any calcium that counts may lie beside them.
    weight = np.bincount(found.burden_piece.ravel(), found.burden_hu_mm3.ravel()) / SLOPE / 1000
    assert (weight[1:] > LEAST_MASS_MG).sum() == 2


def test_specks_are_left_out_and_what_touches_calcium_is_not() -> None:
    """A cube with a corner, a speck away from it, and a faint haze between them."""
    share = np.zeros((3, 20, 20), dtype=np.float32)
    share[:, 5:10, 2:8] = 1.0
    share[1, 10, 8] = 0.3
    weight = np.full(share.shape, 0.01, dtype=np.float32)
    whole = without_specks(share, weight)
    np.testing.assert_array_equal(whole, share)
    dirty = share.copy()
    dirty[1, 7, 11:15], dirty[1, 7, 8:11] = 1.0, 0.05
    np.testing.assert_array_equal(without_specks(dirty, weight), share)
    # Twice as large it is heavy enough to count.
    dirty[2, 7, 11:15] = 1.0
    assert without_specks(dirty, weight)[1:, 7, 11:15].sum() == 8.0


@pytest.mark.parametrize("density", [300.0, 700.0, 1300.0])
def test_mass_follows_density_and_area_does_not(density: float) -> None:
    extra = piece(0.5, 1.6, 200.0, 8.0)
    found, seen = measured(lambda s, u, v: extra(s, u, v) * density / DENSITY)
    area = np.pi * (1.6**2 - 0.5**2) * 200 / 360
    assert mass_mg(found) == pytest.approx(area * 8.0 * density / 1000.0, rel=0.15)
    # Faint calcium stands less clear of noise.
    reach = 0.15 if density < 400.0 else 0.1
    assert found.area_mm2[inner(seen, 8.0)].mean() == pytest.approx(area, rel=reach)


def test_a_piece_of_two_densities_is_not_drawn_as_one() -> None:
    """As one density of 900 mg/cc, the half of 300 mg/cc would fill a third of its area."""
    extra = piece(0.5, 1.6, 240.0, 8.0)
    found, seen = measured(lambda s, u, v: extra(s, u, v) * np.where(v > 0, 300.0, 900.0) / DENSITY)
    area = np.pi * (1.6**2 - 0.5**2) * 240 / 360
    use = inner(seen, 8.0)
    assert found.area_mm2[use].mean() == pytest.approx(area, rel=0.1)
    assert found.arc_deg[use].mean() == pytest.approx(240.0, abs=20.0)
    assert mass_mg(found) == pytest.approx(area * 8.0 * 600.0 / 1000.0, rel=0.15)


@pytest.mark.parametrize(("core_mgcc", "around_mgcc"), [(1700.0, 420.0), (1500.0, 350.0)])
def test_a_dense_core_hides_none_of_the_faint_calcium_about_it(
    core_mgcc: float, around_mgcc: float
) -> None:
    """Drawn as dense as the core, what lies within its blur would fill a quarter of its place."""
    ring = piece(0.2, 1.7, 360.0, 8.0)

    def extra(s: Floats, u: Floats, v: Floats) -> Floats:
        core = (np.hypot(u - 0.9, v) < 0.45) & (np.abs(s - MIDDLE) < 3.0)
        return np.where(core, core_mgcc * SLOPE, ring(s, u, v) * around_mgcc / DENSITY)

    found, seen = measured(extra)
    area = np.pi * (1.7**2 - 0.2**2)
    assert found.area_mm2[inner(seen, 6.0)].mean() == pytest.approx(area, rel=0.06)


def test_a_faint_layer_is_found_where_it_joins_calcium_that_shows() -> None:
    """A layer of 0.35 mm, 220 mg/cc: alone it is little above noise, and half of it is missed."""

    def extra(s: Floats, u: Floats, v: Floats) -> Floats:
        r, angle = np.hypot(u, v), np.degrees(np.abs(np.arctan2(v, u)))
        within = (np.abs(s - MIDDLE) < 4.0) & (r < 1.65)
        dense, faint = (r > 0.7) & (angle < 60), (r > 1.3) & (angle >= 60) & (angle < 140)
        return np.asarray(within * (900.0 * dense + 220.0 * faint) * SLOPE)

    def arc_deg(settings: CalciumSettings) -> float:
        found, seen = measured(extra, noise_hu=38.0, settings=settings)
        return float(found.arc_deg[inner(seen, 8.0)].mean())

    alone = replace(USUAL, faint_above_noise=USUAL.peak_above_noise)
    assert arc_deg(alone) + 25.0 < arc_deg(USUAL) < 290.0


def test_calcium_free_sections_have_exactly_none() -> None:
    found, seen = measured(piece(0.6, 1.7, 180.0, 6.0))
    away = np.abs(seen.trace.frames.arclength_mm - MIDDLE) > 6.0
    assert away.sum() > 20
    for values in (found.area_mm2, found.arc_deg, found.thickness_mm, found.apparent_mm2):
        assert (values[away & ~_caps(seen)] == 0.0).all()


def test_a_vessel_without_calcium_has_exactly_none() -> None:
    for noise_hu in (10.0, NOISE_HU):
        found, _ = measured(None, noise_hu=noise_hu)
        assert found.share.sum() == 0.0
        assert found.burden_hu_mm3.sum() == 0.0
        assert found.piece.max() == 0
        assert np.isnan(found.peak_hu).all()


def _caps(seen: Seen) -> Bools:
    s = seen.trace.frames.arclength_mm
    return np.asarray((np.abs(s - ENTRY) < 1.0) | (np.abs(s - EXIT) < 1.0) | ~seen.trace.occluded)


@pytest.mark.parametrize("side", [1.0, -1.0])
def test_volume_and_mass_in_a_bend_do_not_count_overlaps_twice(side: float) -> None:
    """A torus segment (Pappus): area x length at the centroid, which lies in or out of the bend."""
    bend = 9.0
    extra = piece(0.5, 1.7, 150.0, 8.0)
    path = Path(length_mm=36.0, bend_radius_mm=bend)
    found, _ = measured(lambda s, u, v: extra(s, side * u, v), path)
    half = np.radians(75.0)
    area = half * (1.7**2 - 0.5**2)
    centroid = 2 / 3 * (1.7**3 - 0.5**3) / (1.7**2 - 0.5**2) * np.sin(half) / half
    length = 8.0 * (1 - side * centroid / bend)
    assert mass_mg(found) == pytest.approx(area * length * DENSITY / 1000.0, rel=0.12)
    weighed = (found.share * found.weight_mm3).sum(dtype=np.float64) / found.share.sum()
    assert weighed == pytest.approx(0.15**2 * 0.5 * (1 - side * centroid / bend), rel=0.02)


def test_weights_of_a_straight_vessel_are_pixels_times_step() -> None:
    found, _ = measured(None, noise_hu=0.0)
    np.testing.assert_allclose(found.weight_mm3, 0.15**2 * 0.5, rtol=1e-3)


def test_the_fraction_is_the_area_over_the_wall() -> None:
    found, seen = measured(piece(0.6, 1.7, 180.0, 8.0))
    s = seen.trace.frames.arclength_mm
    area = np.full(len(s), np.pi * WALL_MM**2)
    wall = Series(arclength_mm=s, value=area, sd=0.05 * area, unit=Unit.MM2)
    nowhere = np.zeros(len(s), dtype=bool)
    gathered = burden(found, wall, SLOPE, nowhere)
    use = inner(seen, 8.0)
    truth = (1.7**2 - 0.6**2) / 2 / WALL_MM**2
    assert gathered.fraction.value[use].mean() == pytest.approx(truth, abs=0.07)
    assert (gathered.fraction.low[use] < truth).mean() > 0.9
    assert (gathered.fraction.high[use] > truth).mean() > 0.9
    assert gathered.mass is not None
    assert gathered.mass.value.sum() == pytest.approx(mass_mg(found))
    assert burden(found, wall, None, nowhere).mass is None


def test_the_apparent_area_is_larger_for_dense_calcium() -> None:
    """Blooming: a threshold of 350 HU (or the pool) widens what the corrected area does not."""
    extra = piece(0.9, 1.5, 180.0, 8.0)
    found, seen = measured(lambda s, u, v: 2.0 * extra(s, u, v))
    use = inner(seen, 8.0)
    area = np.pi * (1.5**2 - 0.9**2) / 2
    assert found.apparent_mm2[use].mean() > 1.2 * area
    assert found.apparent_mm2[use].mean() > found.area_mm2[use].mean()


def test_beyond_wall_is_the_radial_distance() -> None:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    wall = Boundary(
        radius_mm=np.stack([np.full(48, 1.5), 1.5 + 0.3 * np.cos(angle)]),
        kind=BoundaryKind.WALL, confidence=np.ones(2),
    )  # fmt: skip
    offset = np.arange(-3.0, 3.01, 0.25)
    beyond = beyond_wall_mm(wall, offset)
    radius = np.hypot(offset[None, :], offset[:, None])
    np.testing.assert_allclose(beyond[0], radius - 1.5, atol=1e-9)
    middle = len(offset) // 2
    # Along normal (columns) the second wall bulges; along binormal (rows) it does not.
    assert beyond[1, middle, -1] == pytest.approx(3.0 - 1.8, abs=1e-6)
    assert beyond[1, middle, 0] == pytest.approx(3.0 - 1.2, abs=1e-6)
    assert beyond[1, -1, middle] == pytest.approx(3.0 - 1.5, abs=1e-2)
