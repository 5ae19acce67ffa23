"""Metal, motion and steps on phantoms of known truth: found where they are, not invented."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.errors import Code
from ctocalc.image.scan import ScanFacts
from ctocalc.phantom.cases import named
from ctocalc.phantom.render import render
from ctocalc.phantom.spec import CaseSpec, Interruption, Motion, Scan, Stent
from ctocalc.study.analyse import analyse
from ctocalc.study.artefacts import METAL_REASON, STEP_REASON
from ctocalc.study.result import CaseResult, VesselResult
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline

ARTEFACTS = {Code.METAL_SUSPECTED, Code.MOTION, Code.STEP_ARTEFACT}
NLST = Path(__file__).resolve().parents[1] / "data" / "nlst_lad"


def measured(spec: CaseSpec) -> CaseResult:
    case = render(spec, seed=11)
    grid = case.volume.grid
    facts = ScanFacts(
        spacing_kji_mm=grid.spacing_kji_mm, slices=grid.shape_kji[0], kvp=float(case.kvp)
    )
    lines = tuple(
        Centerline(points_lps_mm=line.points_lps_mm, vessel=line.vessel) for line in case.lines
    )
    return analyse(case.volume, facts, lines, request=Request(), inputs=())


def open_vessel(*, stent: Stent | None = None, motion: Motion | None = None) -> CaseSpec:
    plain = named("motion")
    vessel = replace(plain.vessels[0], stents=(stent,) if stent else ())
    return replace(plain, vessels=(vessel,), scan=Scan(margin_mm=10.0, slab_motion=motion))


@pytest.fixture(scope="module")
def of_named() -> Callable[[str], CaseResult]:
    return cache(lambda name: measured(named(name)))


def codes(result: CaseResult) -> set[Code]:
    return {notice.code for notice in result.quality} & ARTEFACTS


def stations_without_calcium(vessel: VesselResult) -> tuple[float, float]:
    assert vessel.profile is not None
    untold = np.isnan(vessel.profile.column("calcium_fraction"))
    s = vessel.profile.frames.arclength_mm[untold]
    return float(s.min()), float(s.max())


@pytest.mark.parametrize(
    ("name", "start_mm", "end_mm"), [("stent", 13, 31), ("clip", 19, 24), ("pacing-lead", 28, 44)]
)
def test_metal_is_found_where_it_is_and_calcium_is_untold_there(
    name: str, start_mm: float, end_mm: float, of_named: Callable[[str], CaseResult]
) -> None:
    result = of_named(name)
    assert codes(result) == {Code.METAL_SUSPECTED}
    (vessel,) = result.vessels
    low, high = stations_without_calcium(vessel)
    # The bloom and its margin reach beyond the metal, by 2.5 mm at most.
    assert start_mm - 2.5 <= low <= start_mm
    assert vessel.length_mm is not None
    assert min(end_mm, vessel.length_mm - 1) <= high <= end_mm + 2.5
    assert vessel.calcium is not None
    assert vessel.calcium.volume_mm3.reason == METAL_REASON


@pytest.mark.parametrize("name", ["stent", "clip"])
def test_no_calcium_item_is_decided_beside_metal(
    name: str, of_named: Callable[[str], CaseResult]
) -> None:
    (vessel,) = of_named(name).vessels
    (lesion,) = vessel.lesions
    assert lesion.max_calcium_fraction.value is None
    assert lesion.calcium_mass_mg.reason == METAL_REASON
    assert lesion.calcium_by_region.proximal_cap.max_calcium_arc_deg.value is None
    assert lesion.full_moon.present is None
    assert lesion.length_mm.value is not None
    found = [one for row in vessel.scores for one in row.score.findings]
    decided = [one.present for one in found if one.item == "calcification"]
    assert decided
    assert set(decided) == {None}


def test_calcium_far_from_metal_is_told(of_named: Callable[[str], CaseResult]) -> None:
    (vessel,) = of_named("pacing-lead").vessels
    (lesion,) = vessel.lesions
    assert lesion.max_calcium_fraction.value == pytest.approx(0.27, abs=0.1)


def test_a_landing_zone_with_metal_in_it_is_not_told(of_named: Callable[[str], CaseResult]) -> None:
    """The lead lies beside the vessel from 28 mm on, the exit at 20."""
    zone = of_named("pacing-lead").vessels[0].lesions[0].distal_landing
    assert zone.diseased.present is None
    assert zone.mean_diameter_mm.value is None
    assert zone.reason == METAL_REASON
    assert not zone.calcium_free_sectors
    seen = of_named("clip").vessels[0].lesions[0].distal_landing
    assert seen.diseased.present is not None


@pytest.mark.parametrize("name", ["dense-calcium", "two-arcs", "lumen-like-cap"])
def test_calcium_is_not_taken_for_metal_nor_for_motion(
    name: str, of_named: Callable[[str], CaseResult]
) -> None:
    result = of_named(name)
    assert codes(result) == set()
    (vessel,) = result.vessels
    (lesion,) = vessel.lesions
    assert lesion.occluded
    assert (lesion.max_calcium_fraction.value or 0.0) > 0.1


def test_an_open_stent_is_no_occlusion() -> None:
    result = measured(open_vessel(stent=Stent(start_mm=13, end_mm=31)))
    assert codes(result) == {Code.METAL_SUSPECTED}
    assert result.vessels[0].lesions == ()


def test_a_cap_that_metal_hides_is_borderline(of_named: Callable[[str], CaseResult]) -> None:
    (lesion,) = of_named("stent").vessels[0].lesions
    assert lesion.proximal_stump.borderline
    # The lumen ends within the stent, at 16 and 29 mm.
    assert lesion.length_mm.low is not None
    assert lesion.length_mm.high is not None
    assert lesion.length_mm.low < 13.0 < lesion.length_mm.high


@pytest.mark.parametrize("name", ["motion", "ghost"])
def test_motion_is_flagged_where_it_is_and_is_no_occlusion(
    name: str, of_named: Callable[[str], CaseResult]
) -> None:
    result = of_named(name)
    assert codes(result) == {Code.MOTION}
    assert result.vessels[0].lesions == ()
    (notice,) = [one for one in result.quality if one.code is Code.MOTION]
    low, high = (float(x) for x in notice.message.split(" at ")[1].split(" mm")[0].split("-"))
    assert 17.0 <= low <= 20.0
    assert 24.0 <= high <= 27.0


def test_an_occlusion_before_motion_keeps_its_ends() -> None:
    gap = named("step").vessels[0].interruptions[0]
    spec = open_vessel(motion=Motion(at_mm=33, slab_mm=8, way_mm=5, towards_deg=75, doubled=True))
    blocked: tuple[Interruption, ...] = (replace(gap, start_mm=8, end_mm=20),)
    result = measured(replace(spec, vessels=(replace(spec.vessels[0], interruptions=blocked),)))
    assert codes(result) == {Code.MOTION}
    (lesion,) = result.vessels[0].lesions
    assert lesion.start_mm == pytest.approx(8.0, abs=1.0)
    assert lesion.end_mm == pytest.approx(20.9, abs=1.5)


def test_a_step_is_found_where_it_is(of_named: Callable[[str], CaseResult]) -> None:
    result = of_named("step")
    assert codes(result) == {Code.STEP_ARTEFACT}
    (notice,) = [one for one in result.quality if one.code is Code.STEP_ARTEFACT]
    assert "33." in notice.message
    assert "(by 2.0 mm)" in notice.message
    (lesion,) = result.vessels[0].lesions
    assert not any("STEP" in (s.reason or "") for s in (lesion.proximal_stump, lesion.distal_stump))


def test_a_cap_at_a_step_is_borderline(of_named: Callable[[str], CaseResult]) -> None:
    (lesion,) = of_named("step-at-cap").vessels[0].lesions
    assert lesion.proximal_stump.borderline
    assert lesion.proximal_stump.reason == STEP_REASON
    assert lesion.distal_stump.reason != STEP_REASON
    assert lesion.length_mm.value is not None
    assert lesion.length_mm.high is not None
    assert lesion.length_mm.high - lesion.length_mm.value >= 2.0


def test_a_real_scan_has_none_of_them() -> None:
    options = CaseOptions(series=NLST / "dicom", lines=(LineOption(path=NLST / "lad.csv"),))
    assert codes(analyze_case(options)) == set()
