"""What a reader drew replaces what was found: there, nowhere else, and the result says so."""

from functools import cache

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import Code, SettingsRefused
from ctocalc.geometry.curve import Curve
from ctocalc.image.scan import ScanFacts
from ctocalc.study.analyse import analyse
from ctocalc.study.result import CaseResult, VesselResult
from ctocalc.study.settings import AnalysisSettings, Request
from ctocalc.study.trace import frames_of
from ctocalc.vessel.boundary import BoundaryKind
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.outlines import Outline, Rings
from tests.measured_tube import line_of
from tests.tube import SPACING, Path, gap, scan, vessel

PATH = Path(length_mm=46.0, bend_radius_mm=20.0)
WALL_MM = 1.8
CALCIUM_MM = (0.5, 1.5)
CALCIUM_MM2 = np.pi * (CALCIUM_MM[1] ** 2 - CALCIUM_MM[0] ** 2) * 200 / 360


def half_moon(s: Floats, u: Floats, v: Floats) -> Floats:
    """700 mg/cc over 8 mm of the occlusion, 200 degrees."""
    r, angle = np.hypot(u, v), np.degrees(np.abs(np.arctan2(v, u)))
    inside = (r > CALCIUM_MM[0]) & (r < CALCIUM_MM[1]) & (angle < 100)
    return np.asarray(700.0 * 1.32 * ((np.abs(s - 23) < 4) & inside))


def rings(kind: BoundaryKind, radius_mm: float, low: float, high: float) -> Rings:
    """Circles about the true axis, every 0.4 mm."""
    curve = Curve(points_lps_mm=PATH.points(np.linspace(0.0, PATH.length_mm, 200)))
    frames = frames_of(curve, AnalysisSettings())
    angle = np.linspace(0.0, 2 * np.pi, 60, endpoint=False)
    around = frames.origin_lps_mm[:, None] + radius_mm * frames.directions(angle)
    keep = (frames.arclength_mm >= low) & (frames.arclength_mm <= high)
    return Rings(kind=kind, points_lps_mm=tuple(around[keep]))


@cache
def measured(*outlines: Outline) -> CaseResult:
    material = vessel(
        diameter=gap(13.0, 31.0, taper=(0.0, 5.0)), wall_mm=WALL_MM, calcium=half_moon
    )
    volume = scan(PATH, material, noise_hu=25.0)
    facts = ScanFacts(spacing_kji_mm=SPACING, slices=volume.grid.shape_kji[0], kvp=120.0)
    line = Centerline(points_lps_mm=line_of(PATH, off_mm=0.3), vessel="RCA")
    request = Request(outlines={"RCA": outlines, "LAD": ()})
    return analyse(volume, facts, (line,), request=request, inputs=())


DRAWN = rings(BoundaryKind.WALL, 2.3, 8.0, 38.0)


def only(result: CaseResult) -> VesselResult:
    (found,) = result.vessels
    return found


def column(result: CaseResult, name: str) -> Floats:
    profile = only(result).profile
    assert profile is not None
    return profile.column(name)


def sources(result: CaseResult) -> list[str]:
    profile = only(result).profile
    assert profile is not None
    return [str(word) for word in profile.wall_source]


def test_areas_and_calcium_fraction_are_measured_on_the_drawn_wall() -> None:
    found, drawn = measured(), measured(DRAWN)
    reader = np.array(sources(drawn)) == "reader"
    assert 55 <= reader.sum() <= 62
    np.testing.assert_allclose(column(drawn, "wall_area_mm2")[reader], np.pi * 2.3**2, rtol=0.02)
    np.testing.assert_array_equal(
        column(drawn, "wall_area_mm2")[~reader], column(found, "wall_area_mm2")[~reader]
    )
    middle = slice(42, 51)
    fraction = column(drawn, "calcium_fraction")[middle].mean()
    assert fraction == pytest.approx(CALCIUM_MM2 / (np.pi * 2.3**2), abs=0.05)
    assert fraction < 0.8 * column(found, "calcium_fraction")[middle].mean()
    (lesion,) = only(drawn).lesions
    largest = lesion.max_calcium_fraction.value
    assert largest is not None
    assert largest < (only(found).lesions[0].max_calcium_fraction.value or 0.0)


def test_axis_and_occlusion_stay_as_found() -> None:
    found, drawn = only(measured()), only(measured(DRAWN))
    assert found.length_mm == drawn.length_mm
    assert found.lesions[0].length_mm == drawn.lesions[0].length_mm


def test_the_drawn_lumen_counts_also_where_no_contrast_was_found() -> None:
    lumen = rings(BoundaryKind.LUMEN, 0.9, 3.0, 18.0)
    found, drawn = measured(), measured(DRAWN, lumen)
    s = only(drawn).profile.frames.arclength_mm  # type: ignore[union-attr]
    inside = (s > 4.0) & (s < 17.0)
    np.testing.assert_allclose(column(drawn, "lumen_area_mm2")[inside], np.pi * 0.9**2, rtol=0.02)
    farther = s > 20.0
    np.testing.assert_array_equal(
        column(drawn, "lumen_area_mm2")[farther], column(found, "lumen_area_mm2")[farther]
    )
    assert (column(found, "lumen_area_mm2")[(s > 14.0) & (s < 17.0)] == 0.0).any()


def test_the_result_says_what_is_a_readers_and_how_far_apart_they_are() -> None:
    assert not [n for n in measured().quality if n.code is Code.READER_OUTLINES]
    (notice,) = [n for n in measured(DRAWN).quality if n.code is Code.READER_OUTLINES]
    assert (notice.vessel, notice.severity) == ("RCA", "info")
    reader = sources(measured(DRAWN)).count("reader")
    assert f"The wall of {reader} and the lumen of 0 of " in notice.message


def test_rings_too_far_apart_to_be_used_are_told() -> None:
    sparse = Rings(kind=BoundaryKind.WALL, points_lps_mm=DRAWN.points_lps_mm[5::25])
    result = measured(sparse)
    (notice,) = [n for n in result.quality if n.code is Code.READER_OUTLINES]
    assert (notice.vessel, notice.severity) == ("RCA", "warning")
    assert "Nothing of them was used" in notice.message
    assert "reader" not in sources(result)


def test_outlines_of_another_vessel_are_refused() -> None:
    away = tuple(ring + np.array([0.0, 5.0, 5.0]) for ring in DRAWN.points_lps_mm)
    with pytest.raises(SettingsRefused):
        measured(Rings(kind=BoundaryKind.WALL, points_lps_mm=away))
