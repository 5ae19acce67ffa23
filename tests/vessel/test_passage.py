"""A lumen through calcium against an occlusion inside the same calcium: tubes of formulas."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import Code
from ctocalc.image.scan import ScanFacts
from ctocalc.study.analyse import analyse
from ctocalc.study.calcium import scenery, with_passages
from ctocalc.study.result import CaseResult
from ctocalc.study.settings import Request
from ctocalc.study.trace import Trace, with_caps
from ctocalc.vessel.centerline import Centerline
from tests.measured_tube import SETTINGS, line_of, look, scan_of
from tests.tube import LUMEN_HU, PLAQUE_HU, SPACING, Material, Path, scan, vessel

# A straight tube does not tell the blur along itself, by which calcium is fitted.
PATH = Path(length_mm=40.0, bend_radius_mm=30.0)
MIDDLE, HALF_MM, WALL_MM = 20.0, 4.0, 1.8
RING_HU, NOISE_HU = 1300.0, 15.0


def calcified(
    core_hu: float, *, core_mm: float = 1.0, before_mm: float | None = None,
    closed_mm: float = 0.0, half_mm: float = HALF_MM, aside_mm: float = 0.0, open_mm: float = 0.0,
) -> Material:  # fmt: skip
    """A narrow lumen that runs into a ring of calcium, whose core holds something, off the axis.

    ``closed_mm`` of it, in the middle, hold plaque; along ``open_mm`` there is no ring, and the
    lumen is as wide as far away.
    """
    around = vessel(diameter=0.0, wall_mm=WALL_MM)
    outside_mm = core_mm if before_mm is None else before_mm

    def hu(s: Floats, u: Floats, v: Floats) -> Floats:
        out, away = around(s, u, v), np.abs(s - MIDDLE)
        calcium, wide = (away < half_mm) & (away >= open_mm / 2.0), away < open_mm / 2.0
        ring = calcium & (np.hypot(u, v) < WALL_MM - 0.1)
        out[ring] = PLAQUE_HU + RING_HU
        part = np.clip((away - half_mm - 2.0) / 3.0, 0.0, 1.0)
        diameter = np.where(calcium, core_mm, outside_mm + (2.8 - outside_mm) * part)
        diameter = np.where(wide, 2.8, diameter)
        core = 2.0 * np.hypot(u - aside_mm, v) < diameter
        filled = np.where(away < closed_mm / 2.0, PLAQUE_HU, core_hu)
        return np.where(core, np.where(ring, filled, LUMEN_HU), out)

    return hu


def read(material: Material, seed: int) -> tuple[Trace, Trace]:
    """Return what the sections show, and that without what calcium may hide."""
    volume = scan(PATH, material, noise_hu=NOISE_HU, seed=seed)
    seen = look(volume, line_of(PATH))
    return seen.trace, with_passages(scan_of(volume, seen.physics), seen.trace, SETTINGS)


@pytest.mark.parametrize(("seed", "aside_mm"), [(1, 0.0), (2, 0.0), (3, 0.3)])
def test_a_lumen_through_a_ring_is_no_occlusion(seed: int, aside_mm: float) -> None:
    """What the sections alone show is an interruption: calcium outshines the lumen."""
    shown, seen = read(calcified(LUMEN_HU, aside_mm=aside_mm), seed)
    assert len(shown.gaps) == 1
    assert seen.gaps == ()
    (passage,) = seen.passages
    assert passage.diameter_mm == pytest.approx(1.0, abs=0.25)
    assert passage.start_mm == pytest.approx(MIDDLE - HALF_MM, abs=2.0)
    assert passage.end_mm == pytest.approx(MIDDLE + HALF_MM, abs=2.0)
    middle = np.abs(shown.frames.arclength_mm - MIDDLE) < HALF_MM / 2
    off = np.hypot(*passage.at_mm[middle].mean(axis=0))
    assert off == pytest.approx(aside_mm, abs=0.2)


CLOSED = {
    "calcium": calcified(PLAQUE_HU + RING_HU),
    "core of 1 mm": calcified(PLAQUE_HU),
    # A thin core of plaque dims the ring as a lumen does.
    "core of 0.7 mm": calcified(PLAQUE_HU, core_mm=0.7, before_mm=1.0),
    "core of 0.5 mm": calcified(PLAQUE_HU, core_mm=0.5, before_mm=1.0),
    "closed for 2 mm": calcified(LUMEN_HU, closed_mm=2.0),
    "closed for 4 of 12 mm": calcified(LUMEN_HU, closed_mm=4.0, half_mm=6.0),
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("material", CLOSED.values(), ids=list(CLOSED))
def test_what_is_closed_anywhere_is_an_occlusion(material: Material, seed: int) -> None:
    shown, seen = read(material, seed)
    assert len(shown.gaps) == len(seen.gaps) == 1
    assert seen.passages == ()


def test_a_lumen_that_shows_between_two_hidden_ones_is_as_wide_as_it_shows() -> None:
    volume = scan(PATH, calcified(LUMEN_HU, half_mm=6.0, open_mm=4.0), noise_hu=NOISE_HU, seed=1)
    seen = look(volume, line_of(PATH))
    of = scan_of(volume, seen.physics)
    found = with_passages(of, seen.trace, SETTINGS)
    island = np.abs(found.frames.arclength_mm - MIDDLE) < 1.0
    assert found.passages
    assert not found.hidden_lumen[island].any()
    scene = scenery(of, found, found.dark)
    assert scene.lumen_mm[island] == pytest.approx(1.4, abs=0.2)


def test_a_drawn_lumen_is_not_hidden() -> None:
    _, seen = read(calcified(LUMEN_HU), 1)
    here = np.flatnonzero(seen.hidden_lumen)
    drawn = np.zeros(len(seen.frames), dtype=bool)
    drawn[here[:5]] = True
    assert list(np.flatnonzero(replace(seen, drawn_lumen=drawn).hidden_lumen)) == list(here[5:])


@cache
def result(caps: tuple[tuple[float, float], ...] | None = None) -> CaseResult:
    """All of an analysis of the narrow lumen, with a reader's caps or without."""
    volume = scan(PATH, calcified(LUMEN_HU), noise_hu=NOISE_HU, seed=2)
    facts = ScanFacts(spacing_kji_mm=SPACING, slices=volume.grid.shape_kji[0], kvp=120.0)
    line = Centerline(points_lps_mm=line_of(PATH, off_mm=0.3), vessel="RCA", digest="ab" * 32)
    request = Request(caps_mm={} if caps is None else {"RCA": caps})
    return analyse(volume, facts, (line,), request=request, inputs=())


def middle_of(column: str, caps: tuple[tuple[float, float], ...] | None = None) -> Floats:
    profile = result(caps).vessels[0].profile
    assert profile is not None
    return profile.column(column)[np.abs(profile.frames.arclength_mm - MIDDLE) < HALF_MM - 1.0]


def said(caps: tuple[tuple[float, float], ...] | None = None) -> dict[Code, str]:
    return {notice.code: notice.message for notice in result(caps).quality}


def test_the_lumen_is_said_to_be_hidden_and_the_calcium_about_it_measured() -> None:
    """Without the lumen calcium would fill its place: a twentieth more of it."""
    assert result().vessels[0].lesions == ()
    assert "Calcium hides the lumen from 1" in said()[Code.LUMEN_IN_CALCIUM]
    assert np.isnan(middle_of("lumen_area_mm2")).all()
    area = np.pi * ((WALL_MM - 0.1) ** 2 - 0.5**2)
    assert middle_of("calcium_area_mm2").mean() == pytest.approx(area, rel=0.03)


def test_a_reader_who_sees_an_occlusion_there_has_the_last_word() -> None:
    caps = ((MIDDLE - HALF_MM, MIDDLE + HALF_MM),)
    (lesion,) = result(caps).vessels[0].lesions
    assert (lesion.start_mm, lesion.end_mm) == caps[0]
    assert (middle_of("lumen_area_mm2", caps) == 0.0).all()
    assert Code.LUMEN_IN_CALCIUM not in said(caps)
    assert "the image itself showed none (a lumen hidden by calc" in said(caps)[Code.READER_CAPS]


def test_a_reader_s_occlusion_leaves_the_hidden_lumen_beside_it() -> None:
    _, seen = read(calcified(LUMEN_HU), 2)
    s, caps = seen.frames.arclength_mm, ((MIDDLE - HALF_MM, MIDDLE),)
    given = with_caps(seen, caps, SETTINGS, contrast=True)
    within = (s >= caps[0][0]) & (s <= caps[0][1])
    np.testing.assert_array_equal(given.hidden_lumen, seen.hidden_lumen & ~within)
    assert given.hidden_lumen.any()
    assert (seen.hidden_lumen & within).any()


def test_a_reader_who_sees_no_occlusion_agrees() -> None:
    assert result(()).vessels[0].lesions == ()
    assert Code.LUMEN_IN_CALCIUM in said(())
    np.testing.assert_array_equal(middle_of("calcium_area_mm2", ()), middle_of("calcium_area_mm2"))
