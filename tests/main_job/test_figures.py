"""Sections and figures of a committed phantom against its scan and its own result."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ctocalc.batch.scan import open_scan, read_scan
from ctocalc.files.case_folder import record_of
from ctocalc.files.results import case_files
from ctocalc.geometry.views import foreshortening, towards_detector
from ctocalc.image.sections import cubic
from ctocalc.report.figures.vessel import LEAST_MM, Drawn, measured_vessels
from ctocalc.report.view_map import course
from ctocalc.study.result import CaseResult

CASE, VESSEL = "blunt-calcified", "LAD"


@pytest.fixture(scope="module")
def drawn(analysed: Callable[[str], CaseResult]) -> Drawn:
    return measured_vessels(record_of(case_files(analysed(CASE))))[VESSEL]


@pytest.mark.slow
def test_sections_lie_in_the_patient_as_their_frames_say(drawn: Drawn, synthetic: Path) -> None:
    scan = open_scan(synthetic / CASE / "dicom")
    images, offset = drawn.images, drawn.images["offset_mm"].astype(float)
    axes = images["origin_lps_mm"], images["normal"], images["binormal"]
    volume, _, _ = read_scan(scan, images["origin_lps_mm"], margin_mm=8.0)
    sampler = cubic(volume)
    for n in range(10, len(drawn.along_mm) - 10, 15):
        origin, normal, binormal = (axis[n] for axis in axes)
        plane = origin + offset[:, None, None] * binormal + offset[None, :, None] * normal
        there = sampler.at(plane)
        assert np.nanmax(np.abs(there - images["hu"][n])) < 2.0


@pytest.mark.slow
def test_dials_cover_the_arc_of_the_table(drawn: Drawn) -> None:
    covered = 3.0 * (drawn.calcium_on_rays >= LEAST_MM).sum(axis=1)
    table = np.interp(
        drawn.along_mm, drawn.stations["arclength_mm"], drawn.stations["calcium_arc_deg"]
    )
    assert table.max() > 200
    assert np.abs(covered - table).max() <= 9.0


@pytest.mark.slow
def test_the_drawn_course_gives_the_foreshortening_of_the_result(drawn: Drawn) -> None:
    (lesion,) = drawn.lesions
    line = course(drawn.stations, lesion)
    for view in ("single", "biplane_first", "biplane_second"):
        told = lesion["optimal_view"][view]
        beam = towards_detector(told["lao_rao_deg"], told["cran_caud_deg"])
        assert foreshortening(line, beam) == pytest.approx(
            told["foreshortening"]["value"], abs=1e-9
        )
