"""Plugs of calcium as bright as the lumen: by the layer they lack, on walls that are made up."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Bools
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.plugs import (
    LEAST_OTHERS,
    LEAST_RAYS,
    LEAST_STATIONS,
    PlugSettings,
    layer_mm,
    plugged,
)
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.tissue import Tissue, TissueSettings
from tests.measured_tube import line_of, look
from tests.tube import LUMEN_HU, PLAQUE_HU, Path, gap, scan, vessel

STEP, COUNT, RAYS = 0.5, 120, 48
LAYER_MM = 0.4
PIECE = slice(50, 62)


def signal(level: float = 1.0, dark: tuple[slice, ...] = (slice(40, 50), slice(62, 80))) -> (
    LumenSignal
):  # fmt: skip
    """A lumen of 400 HU in which two stretches are dark; between them a piece of another HU."""
    tissue = np.full(COUNT, Tissue.LUMEN)
    hu = np.full(COUNT, 400.0)
    hu[PIECE] *= level
    for stretch in dark:
        tissue[stretch], hu[stretch] = Tissue.PLAQUE, 60.0
    return LumenSignal(
        contrast_hu=hu, reference_hu=np.full(COUNT, 400.0), plaque_hu=np.full(COUNT, 60.0),
        floor_hu=np.full(COUNT, 60.0),
        level_hu=np.where(tissue == Tissue.LUMEN, hu, np.nan), tissue=tissue,
        odds=np.zeros(COUNT), blur_mm=0.4,
    )  # fmt: skip


def rays(share: float = 1.0) -> RayFits:
    """Rays around a wall of 1.8 mm whose layer is so much of the vessel's own in the piece."""
    layer = np.full((COUNT, RAYS), LAYER_MM)
    layer[PIECE] *= share
    return RayFits(
        lumen_mm=1.8 - layer, wall_mm=np.full((COUNT, RAYS), 1.8),
        wall_sd_mm=np.full((COUNT, RAYS), 0.05), calcified=np.zeros((COUNT, RAYS), dtype=bool),
    )  # fmt: skip


def told(seen: LumenSignal, around: RayFits, noise_hu: float = 1.0) -> Bools:
    return plugged(seen, around, noise_hu, STEP, tissue=TissueSettings(), settings=PlugSettings())


@pytest.mark.parametrize(
    ("layer", "level", "plug"),
    [
        (1.0, 1.0, False),
        (2.5, 0.7, False),
        (0.65, 0.8, False),
        (0.6, 0.8, True),
        (0.1, 1.0, True),
        (1.0, 1.06, False),
        (1.0, 1.07, True),
        (0.75, 1.04, False),
        (0.75, 1.05, True),
        (1.0, 1.14, True),
        (1.0, 1.16, False),
        (0.7, 1.16, False),
    ],
)
def test_a_piece_without_its_layer_or_too_bright_is_a_plug(
    layer: float, level: float, plug: bool
) -> None:
    """Above 1.15 something lies beside it, of which nothing is known here."""
    found = told(signal(level), rays(layer))
    assert found[PIECE].all() == plug
    assert found.sum() == (12 if plug else 0)


def test_noise_makes_a_bright_piece_less_certain_and_a_longer_one_more_certain() -> None:
    """40 of 456 HU, times 0.8: 0.050 over the two windows of 6 mm, 0.035 over 12 mm."""
    assert told(signal(1.14), rays(), 1.0)[PIECE].all()
    assert not told(signal(1.14), rays(), 40.0).any()
    longer = signal(dark=(slice(30, 40), slice(64, 80)))
    hu = np.where((np.arange(COUNT) >= 40) & (np.arange(COUNT) < 64), 456.0, longer.level_hu)
    assert told(replace(longer, level_hu=hu), rays(), 40.0)[40:64].all()


def test_a_layer_that_scatters_tells_less() -> None:
    """Half of the vessel's own, give or take as much again."""
    thin = rays(0.5)
    lumen = thin.lumen_mm.copy()
    assert told(signal(0.8), thin)[PIECE].all()
    lumen[PIECE] += np.where(np.arange(12) % 2, 0.5 * LAYER_MM, -0.5 * LAYER_MM)[:, None]
    assert not told(signal(0.8), replace(thin, lumen_mm=lumen)).any()


def test_a_piece_is_compared_with_the_brighter_neighbour_that_is_known() -> None:
    seen = signal(1.1)
    for bright, plug in ((480.0, False), (300.0, True), (np.nan, True)):
        hu = np.where(np.arange(COUNT) >= 80, bright, seen.level_hu)
        assert told(replace(seen, level_hu=hu), rays()).any() == plug


@pytest.mark.parametrize(
    ("level", "behind", "plug"),
    [(1.0, 400.0, False), (1.0, 260.0, True), (0.83, 260.0, False), (1.0, np.nan, False)],
)
def test_contrast_past_an_interruption_is_dimmer_than_before(
    level: float, behind: float, plug: bool
) -> None:
    """With 0.7 of the vessel's layer, what 400 HU before and 260 behind let expect decides."""
    seen, around = signal(level), rays(0.7)
    hu = np.where(np.arange(COUNT) >= 80, behind, seen.level_hu)
    assert told(replace(seen, level_hu=hu), around).any() == plug
    # Without an interruption before it, it is the lumen before it.
    alone = signal(level, dark=(slice(62, 80),))
    hu = np.where(np.arange(COUNT) >= 80, behind, alone.level_hu)
    assert not told(replace(alone, level_hu=hu), around).any()


def test_calcium_before_it_may_hide_a_lumen_that_dims_nothing() -> None:
    seen, around = signal(), rays(0.7)
    seen = replace(seen, level_hu=np.where(np.arange(COUNT) >= 80, 260.0, seen.level_hu))
    tissue, hu = seen.tissue.copy(), seen.contrast_hu.copy()
    tissue[40:50], hu[40:50] = Tissue.CALCIUM, np.nan
    assert told(seen, around).any()
    assert not told(replace(seen, tissue=tissue, contrast_hu=hu), around).any()


@pytest.mark.parametrize(("stations", "plug"), [(8, False), (9, True), (32, True), (33, False)])
def test_a_plug_is_neither_short_nor_long(stations: int, plug: bool) -> None:
    """Five stations between its ends, and 16 mm."""
    last = 50 + stations
    seen = signal(dark=(slice(40, 50), slice(last, last + 8)))
    layer = np.full((COUNT, RAYS), LAYER_MM)
    layer[50:last] = 0.05
    assert told(seen, replace(rays(), lumen_mm=1.8 - layer)).any() == plug


@pytest.mark.parametrize("dark", [slice(0, 50), slice(62, COUNT), slice(0, 3)])
def test_what_reaches_to_the_end_of_the_line_is_none(dark: slice) -> None:
    """Nor is what follows the first stations, dark as the mouth of a branch may be."""
    thin = replace(rays(), lumen_mm=np.full((COUNT, RAYS), 1.75))
    layer = np.full((COUNT, RAYS), LAYER_MM)
    layer[:62] = 0.05
    assert told(signal(dark=(dark,)), thin).sum() == 0
    assert told(signal(dark=(dark,)), replace(thin, lumen_mm=1.8 - layer)).sum() == 0


@pytest.mark.parametrize(
    ("pinch", "dark_at", "plug"),
    [(0.4, None, False), (0.2, None, True), (0.4, 65, True), (0.4, 69, False)],
)
def test_a_thin_layer_counts_only_near_an_interruption(
    pinch: float, dark_at: int | None, plug: bool
) -> None:
    """Between two narrowings it is a lumen's, unless something within 3 mm is none."""
    seen = signal(dark=() if dark_at is None else (slice(dark_at, dark_at + 6),))
    contrast = seen.contrast_hu.copy()
    contrast[[48, 49, 62, 63]] = 60.0 + pinch * 340.0
    assert told(replace(seen, contrast_hu=contrast), rays(0.1))[PIECE].any() == plug


@pytest.mark.parametrize("noise_hu", [1.0, 25.0])
def test_a_jump_parts_a_plug_from_the_lumen_that_follows_it(noise_hu: float) -> None:
    """Also where one station beside it is not known."""
    seen = signal(dark=(slice(40, 50),))
    hu = np.where(np.arange(COUNT) >= 62, 240.0, seen.level_hu)
    for gone in ([], [61], [62]):
        hu[gone] = np.nan
        found = told(replace(seen, contrast_hu=hu, level_hu=hu), rays(0.2), noise_hu)
        assert found[50:61].all()
        assert not found[:50].any()
        assert not found[64:].any()


def test_few_stations_tell_no_layer() -> None:
    seen, thin = signal(), rays(0.1)
    for known in (range(52, 56), range(52, 57)):
        sd = np.where(np.isin(np.arange(COUNT), [*range(20), *known]), 0.05, np.inf)
        around = replace(thin, wall_sd_mm=np.repeat(sd[:, None], RAYS, axis=1))
        assert told(seen, around).any() == (len(known) >= LEAST_STATIONS)
    for others in (LEAST_OTHERS - 1, LEAST_OTHERS):
        sd = np.where(np.isin(np.arange(COUNT), [*range(others), *range(50, 62)]), 0.05, np.inf)
        around = replace(thin, wall_sd_mm=np.repeat(sd[:, None], RAYS, axis=1))
        assert told(seen, around).any() == (others >= LEAST_OTHERS)
    few = np.where(np.arange(RAYS) < LEAST_RAYS - 1, 0.05, np.inf)
    around = replace(thin, wall_sd_mm=np.repeat(few[None], COUNT, axis=0))
    assert not np.isfinite(layer_mm(seen, around)).any()


def test_rays_that_end_in_muscle_or_calcium_tell_no_layer() -> None:
    seen, thin = signal(), rays(0.1)
    unseen = replace(thin, wall_sd_mm=np.full((COUNT, RAYS), np.inf))
    assert not np.isfinite(layer_mm(seen, unseen)).any()
    assert told(seen, unseen).sum() == 0
    calcified = replace(thin, calcified=np.ones((COUNT, RAYS), dtype=bool))
    assert told(seen, calcified).sum() == 0


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_scan_of_a_plug_shows_one_occlusion_and_of_an_island_two(seed: int) -> None:
    path = Path(length_mm=60.0)
    closed = gap(16.0, 44.0)
    plug = vessel(
        diameter=closed,
        calcium=lambda s, u, v: np.where((s > 25.0) & (s < 35.0), LUMEN_HU - PLAQUE_HU, 0.0),
    )
    island = vessel(
        diameter=lambda s: np.where((s > 25.0) & (s < 35.0), 2.8, closed(s)),
    )
    one, two = (
        look(scan(path, each, noise_hu=25.0, seed=seed), line_of(path)).trace.gaps
        for each in (plug, island)
    )
    assert len(one) == 1
    assert one[0].islands_mm == ()
    assert one[0].start_mm == pytest.approx(16.0, abs=0.5)
    assert one[0].end_mm == pytest.approx(44.0, abs=0.5)
    assert len(two) == 2
