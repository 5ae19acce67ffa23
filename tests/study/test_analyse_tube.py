"""The whole recipe on tubes whose answers are closed forms."""

from functools import cache

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from ctocalc._arrays import Floats
from ctocalc.errors import Code
from ctocalc.files.results import result_text
from ctocalc.image.scan import ScanFacts
from ctocalc.image.volume import Volume
from ctocalc.lesion.lesion import Lesion, StumpCall
from ctocalc.study.analyse import analyse
from ctocalc.study.result import CaseResult
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline
from tests.measured_tube import line_of
from tests.tube import SPACING, Material, Path, gap, scan, vessel

PATH = Path(length_mm=46.0, bend_radius_mm=20.0)
SLOPE = 1.32
WALL_MM = 1.8


def run(volume: Volume, request: Request | None = None, kvp: float | None = 120.0) -> CaseResult:
    facts = ScanFacts(spacing_kji_mm=SPACING, slices=volume.grid.shape_kji[0], kvp=kvp)
    line = Centerline(points_lps_mm=line_of(PATH, off_mm=0.3), vessel="RCA", digest="cd" * 32)
    return analyse(volume, facts, (line,), request=request or Request(), inputs=())


def of(material: Material, **kwargs: object) -> CaseResult:
    return run(scan(PATH, material, noise_hu=25.0), **kwargs)  # type: ignore[arg-type]


def half_moon(s: Floats, u: Floats, v: Floats) -> Floats:
    """700 mg/cc over 8 mm of the occlusion, 200 degrees, from 0.5 to 1.7 mm."""
    r, angle = np.hypot(u, v), np.degrees(np.abs(np.arctan2(v, u)))
    within = (np.abs(s - 23) < 4) & (r > 0.5) & (r < 1.7) & (angle < 100)
    return np.asarray(700.0 * SLOPE * within)


HALF_MOON_MM2 = np.pi * (1.7**2 - 0.5**2) * 200 / 360


@cache
def calcified() -> CaseResult:
    return of(
        vessel(diameter=gap(13.0, 31.0, taper=(0.0, 5.0)), wall_mm=WALL_MM, calcium=half_moon)
    )


def only(result: CaseResult) -> Lesion:
    (lesion,) = result.vessels[0].lesions
    return lesion


def test_length_bend_and_stumps_of_one_occlusion() -> None:
    lesion = only(calcified())
    assert lesion.occluded
    assert lesion.target
    assert not lesion.truncated
    half = 31.0 + 5.0 * 0.5 / 2.8
    assert lesion.length_mm.value == pytest.approx(half - 13.0, abs=1.0)
    assert lesion.bend_deg.value == pytest.approx(np.degrees(15.0 / 20.0), abs=4.0)
    assert lesion.proximal_stump.call is StumpCall.BLUNT
    assert lesion.distal_stump.call is StumpCall.TAPERED
    entry = PATH.points(np.array([13.0]))[0]
    assert np.linalg.norm(np.array(lesion.start_lps_mm) - entry) < 0.8


def test_calcium_of_one_occlusion() -> None:
    lesion = only(calcified())
    fraction = HALF_MOON_MM2 / (np.pi * WALL_MM**2)
    assert lesion.max_calcium_fraction.value == pytest.approx(fraction, abs=0.1)
    assert lesion.max_calcium_arc_largest_deg.value == pytest.approx(200.0, abs=35.0)
    # Pappus: the centroid lies inside the bend (u > 0).
    half = np.radians(100.0)
    centroid = 2 / 3 * (1.7**3 - 0.5**3) / (1.7**2 - 0.5**2) * np.sin(half) / half
    volume = HALF_MOON_MM2 * 8.0 * (1 - centroid / 20.0)
    assert lesion.calcium_mass_mg.value == pytest.approx(0.7 * volume, rel=0.15)
    assert lesion.calcium_volume_mm3.value == pytest.approx(volume, rel=0.25)
    assert lesion.calcification.present
    assert lesion.full_moon.present is False
    assert lesion.agatston.value is None
    assert lesion.calcium_by_region.middle_third.calcium_mass_mg.value == pytest.approx(
        0.7 * volume * 6.3 / 8, rel=0.25
    )


def test_every_station_has_its_row() -> None:
    (vessel_result,) = calcified().vessels
    profile = vessel_result.profile
    assert profile is not None
    s = profile.frames.arclength_mm
    inside = (s > 14) & (s < 30)
    assert profile.occluded[inside].all()
    assert (profile.lesion[inside] == 1).all()
    assert (profile.column("lumen_area_mm2")[inside] == 0).all()
    open_ = (s > 3) & (s < 10)
    assert np.nanmedian(profile.column("lumen_area_mm2")[open_]) == pytest.approx(
        np.pi * 1.4**2, rel=0.1
    )
    assert np.nanmedian(profile.column("wall_area_mm2")) == pytest.approx(
        np.pi * WALL_MM**2, rel=0.1
    )
    assert (profile.column("calcium_area_mm2")[s < 10] == 0).all()


def test_an_occlusion_without_calcium_has_none() -> None:
    result = of(vessel(diameter=gap(15.0, 28.0)))
    lesion = only(result)
    assert lesion.max_calcium_fraction.value == 0.0
    assert lesion.calcification.present is False
    assert lesion.calcium_mass_mg.value == 0.0
    assert lesion.wall_diameter_at_calcium_mm.value is None
    assert lesion.wall_diameter_at_calcium_mm.reason
    assert result.vessels[0].calcium is not None
    assert result.vessels[0].calcium.plaques == ()


def test_an_open_vessel_has_no_lesion_and_says_so_in_every_score() -> None:
    result = of(vessel(diameter=2.8))
    assert result.vessels[0].lesions == ()
    assert {row.lesion for row in result.vessels[0].scores} == {None}
    assert all("no total occlusion" in (row.score.reason or "") for row in result.vessels[0].scores)
    assert result.quality == ()


def test_two_far_occlusions_are_one_lesion_of_two() -> None:
    def diameter(s: Floats) -> Floats:
        return np.where(((s > 9) & (s < 16)) | ((s > 26) & (s < 36)), 0.0, 2.8)

    lesion = only(of(vessel(diameter=diameter)))
    assert len(lesion.occlusions) == 2
    assert lesion.multiple_occlusions.present
    assert lesion.length_mm.value == pytest.approx(27.0, abs=1.0)
    lengths = [part.length_mm.value for part in lesion.occlusions]
    assert lengths == pytest.approx([7.0, 10.0], abs=0.8)


def test_a_short_stretch_that_may_be_calcium_leaves_one_or_two_untold() -> None:
    def diameter(s: Floats) -> Floats:
        return np.where(((s > 9) & (s < 16)) | ((s > 21.6) & (s < 36)), 0.0, 2.8)

    lesion = only(of(vessel(diameter=diameter)))
    assert lesion.multiple_occlusions.present is None
    assert "may be calcium" in (lesion.multiple_occlusions.reason or "")
    assert lesion.length_mm.value == pytest.approx(27.0, abs=1.0)
    for part in lesion.occlusions:
        assert part.length_mm.high is not None
        assert part.length_mm.high == pytest.approx(27.0, abs=1.0)


@pytest.mark.parametrize(("island_mm", "low_mm"), [(4.6, 7.0), (3.4, 26.0)])
def test_a_length_holds_both_readings_of_an_island_as_long_as_what_parts_two(
    island_mm: float, low_mm: float
) -> None:
    def diameter(s: Floats) -> Floats:
        return np.where(((s > 9) & (s < 16)) | ((s > 16 + island_mm) & (s < 36)), 0.0, 2.8)

    lesion = only(of(vessel(diameter=diameter)))
    (part,) = lesion.occlusions
    assert len(part.islands) == 1
    assert part.length_mm.low == pytest.approx(low_mm, abs=1.0)
    assert part.length_mm.high == pytest.approx(27.0, abs=1.5)
    assert lesion.multiple_occlusions.borderline == (low_mm < 20.0)


def test_without_contrast_calcium_is_measured_and_nothing_is_scored() -> None:
    def deposit(s: Floats, u: Floats, v: Floats) -> Floats:
        return np.asarray(600.0 * ((np.abs(s - 20) < 3) & (np.hypot(u - 0.6, v) < 0.8)))

    result = of(vessel(diameter=2.6, lumen_hu=45.0, calcium=deposit))
    assert Code.NO_CONTRAST in [notice.code for notice in result.quality]
    (found,) = result.vessels
    assert found.lesions == ()
    assert all("contrast" in (row.score.reason or "") for row in found.scores)
    assert found.calcium is not None
    assert len(found.calcium.plaques) == 1
    truth = np.pi * 0.8**2 * 6.0 * 600.0 / SLOPE / 1000.0
    assert found.calcium.mass_mg.value == pytest.approx(truth, rel=0.2)
    assert found.calcium.agatston.value is not None
    assert found.calcium.agatston.value > 0
    assert found.calcium.cta_calcium_score.value is None


def test_without_a_voltage_there_is_no_mass_unless_it_is_given() -> None:
    lesion = only(run(scan(PATH, vessel(diameter=gap(13, 31), calcium=half_moon)), kvp=None))
    assert lesion.calcium_mass_mg.value is None
    assert lesion.calcium_mass_mg.reason
    assert lesion.max_calcium_fraction.value is not None


def test_given_caps_and_target_are_kept() -> None:
    request = Request(caps_mm={"RCA": ((10.0, 14.0), (36.0, 40.0))}, target_lesion={"RCA": 2})
    (found,) = of(vessel(diameter=2.8), request=request).vessels
    assert [(each.start_mm, each.end_mm) for each in found.lesions] == [(10.0, 14.0), (36.0, 40.0)]
    assert [each.target for each in found.lesions] == [False, True]


def test_the_same_input_gives_the_same_result_twice() -> None:
    volume = scan(PATH, vessel(diameter=gap(15.0, 28.0)), noise_hu=25.0)
    first, second = run(volume), run(volume)
    assert only(first) == only(second)
    assert first.image == second.image
    a, b = first.vessels[0].profile, second.vessels[0].profile
    assert a is not None
    assert b is not None
    np.testing.assert_array_equal(a.values, b.values)


def test_bytes_do_not_depend_on_the_threads_of_linear_algebra() -> None:
    made = scan(PATH, vessel(diameter=gap(13.0, 31.0)), noise_hu=25.0)
    texts = set()
    for threads in (1, 2):
        with threadpool_limits(limits=threads, user_api="blas"):
            texts.add(result_text(run(made)))
    assert len(texts) == 1
