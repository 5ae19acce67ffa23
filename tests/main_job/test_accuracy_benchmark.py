"""The accuracy benchmark: its statistics, its grading, and one whole run."""

import json
import pickle
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.accuracy import Job, main, run, true_vessel
from benchmarks.bars import ROWS, reached, stats
from benchmarks.cases import Case, from_file, from_spec
from benchmarks.findings import Findings, FoundLesion, FoundOcclusion
from benchmarks.grading import ITEMS, TrueVessel, grade, true_items
from benchmarks.oracle import true_radii
from benchmarks.repeat import resampled
from benchmarks.sheet import Sheet
from benchmarks.suite import Suite, markdown
from ctocalc.geometry.curve import Curve
from ctocalc.phantom.cases import named
from ctocalc.study.settings import Request
from ctocalc.study.trace import frames_of


@pytest.fixture(scope="module")
def case() -> Case:
    return from_spec(named("blunt-calcified"), 1)


@pytest.fixture(scope="module")
def vessel(case: Case) -> TrueVessel:
    return true_vessel(case, 0, case.truth["vessels"][0])


def perfect(vessel: TrueVessel) -> Findings:
    """Return what a method without any error finds."""
    names = ("lumen_area_mm2", "wall_area_mm2", "calcium_fraction", "calcium_arc_deg")
    lesions = [
        FoundLesion(
            start_lps_mm=tuple(one["start_lps_mm"]),
            end_lps_mm=tuple(one["end_lps_mm"]),
            length_mm=one["length_mm"]["value"],
            bend_deg=one["bend_deg"]["value"],
            max_calcium_fraction=one["max_calcium_fraction"]["value"],
            calcium_volume_mm3=one["calcium_volume_mm3"]["value"],
            calcium_mass_mg=one["calcium_mass_mg"]["value"],
            items=true_items(one, vessel),
        )
        for one in vessel.lesions()
    ]
    parts = [
        FoundOcclusion(
            start_lps_mm=tuple(one["start_lps_mm"]),
            end_lps_mm=tuple(one["end_lps_mm"]),
            length_mm=one["length_mm"]["value"],
            calls=(one["proximal_stump"]["call"], one["distal_stump"]["call"]),
        )
        for lesion in vessel.lesions()
        for one in lesion["occlusions"]
    ]
    return Findings(
        points_lps_mm=vessel.points,
        tangent=vessel.tangent,
        columns={name: vessel.column(name) for name in names},
        occlusions=tuple(parts),
        lesions=tuple(lesions),
    )


def graded(found: Findings, vessel: TrueVessel) -> Sheet:
    sheet = Sheet()
    grade(found, vessel, sheet)
    return sheet


@pytest.mark.slow
def test_a_tiny_run_prints_every_row_and_interval(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "out.json"
    assert main(["--tiny", "--workers", "1", "--json", str(file)]) == 0
    out = capsys.readouterr().out
    assert "cases 1, failures 0" in out
    for row in ROWS:
        assert f"\n{row.label} " in out
    assert "fraction of a section" in out
    (suite,) = json.loads(file.read_text(encoding="utf-8"))
    assert suite["sheets"]["program"]["errors"]["fraction calcified"]


def test_statistics_are_what_they_are_called() -> None:
    found = stats([-1.0, 3.0])
    assert found is not None
    assert (found.n, found.bias, found.mae) == (2, 1.0, 2.0)
    assert found.sd == pytest.approx(2 * np.sqrt(2))
    assert found.limits == pytest.approx((1 - 1.96 * found.sd, 1 + 1.96 * found.sd))
    assert found.p90 == pytest.approx(2.8)


def test_a_perfect_method_meets_every_bar(vessel: TrueVessel) -> None:
    sheet = graded(perfect(vessel), vessel)
    sheet.count("cases", 1)
    values = {
        row.label: reached(sheet, row, statistic, 1) for row in ROWS for statistic, *_ in row.bars
    }
    told = {label: value for label, value in values.items() if value is not None}
    assert len(told) > 20
    # Entry and exit are projected on a polyline of 0.5 mm, tangents are taken of the nearest row.
    assert max(told.values()) < 0.02


def test_known_errors_come_back(vessel: TrueVessel) -> None:
    exact = perfect(vessel)
    part, lesion = exact.occlusions[0], exact.lesions[0]
    s = vessel.column("arclength_mm")
    start = vessel.record["lesions"][0]["start_mm"] + 1.0
    moved = [float(np.interp(start, s, axis)) for axis in vessel.points.T]
    columns = dict(exact.columns) | {"wall_area_mm2": 1.1 * exact.columns["wall_area_mm2"]}
    found = replace(
        exact,
        columns=columns,
        occlusions=(
            replace(part, start_lps_mm=(moved[0], moved[1], moved[2]), calls=("tapered", None)),
        ),
        lesions=(
            replace(lesion, calcium_volume_mm3=2 * lesion.calcium_volume_mm3,
                    items={**lesion.items, "bending": None}),
        ),
    )  # fmt: skip
    sheet = graded(found, vessel)
    assert sheet.errors["entry blunt"] == pytest.approx([1.0], abs=0.02)
    assert sheet.shares["stump"] == [1.0, 1.0]
    assert sheet.errors["volume"] == pytest.approx([100.0])
    np.testing.assert_allclose(sheet.errors["wall calcified"], 10.0)
    assert sheet.shares["undecided"][0] == 1.0


def test_arcs_are_graded_at_stations_and_not_between_them(vessel: TrueVessel) -> None:
    table = {**vessel.table, "arc_shift_deg": np.zeros(len(vessel.points))}
    vessel = replace(vessel, table=table)
    found = perfect(vessel)
    points = found.points_lps_mm
    moved = points + 0.3 * np.diff(points, axis=0, append=points[-1:])
    errors = graded(replace(found, points_lps_mm=moved), vessel).plain()["errors"]["arc"]
    # At calcium's two ends, too, where an arc between a station with and one without is none.
    assert len(errors) > 5
    assert np.abs(errors).max() == 0.0


def test_missed_and_invented_occlusions_are_counted(vessel: TrueVessel) -> None:
    exact = perfect(vessel)
    part = exact.occlusions[0]
    far = tuple(vessel.points[5].tolist()), tuple(vessel.points[9].tolist())
    elsewhere = replace(part, start_lps_mm=far[0], end_lps_mm=far[1])
    sheet = graded(replace(exact, occlusions=(elsewhere,), lesions=()), vessel)
    assert sheet.shares["missed"] == [1.0, 1.0]
    assert sheet.shares["false"][0] == 1.0
    assert sheet.shares["item any_occlusion"] == [0.0, 1.0]
    sheet = graded(replace(exact, occlusions=(part, part)), vessel)
    assert (sheet.shares["missed"][0], sheet.shares["false"][0]) == (0.0, 1.0)


@pytest.mark.parametrize("name", ["blunt-calcified", "soft-tapered-short"])
def test_our_own_truth_grades_the_same_items(name: str) -> None:
    made = from_spec(named(name), 1)
    own = true_vessel(made, 0, made.truth["vessels"][0])
    for lesion in own.lesions():
        held = {
            item: lesion["items"][item]["present"]
            for item in ITEMS
            if lesion["items"][item]["gradable"]
        }
        assert true_items(lesion, own) == held


def test_the_true_wall_turns_with_the_frames(case: Case, vessel: TrueVessel) -> None:
    name = vessel.record["vessel"]
    frames = frames_of(Curve(points_lps_mm=vessel.points), Request().settings)
    radius = true_radii(case, name, frames)
    n = len(frames) // 2
    turned = replace(frames, normal=frames.binormal, binormal=-frames.normal)
    again = true_radii(case, name, turned)
    quarter = radius.shape[1] // 4
    np.testing.assert_allclose(again[n], np.roll(radius[n], -quarter), atol=1e-6)


def test_a_case_that_fails_is_told_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "standard1.pkl").write_bytes(pickle.dumps({"stored": None}))
    job = Job(quality="standard", seed=0, path=tmp_path / "standard1.pkl", repeats=False)
    suite = Suite("standard", "x")
    _, found, failures = run(job)
    suite.take(found, failures)
    assert suite.cases("program") == 0
    assert "standard1" in suite.failures[0]
    assert suite.lines()
    assert len(markdown([suite])) == 2 + len(ROWS)


def test_a_case_of_another_generator_is_read(case: Case, tmp_path: Path) -> None:
    held = {
        "stored": case.volume.stored, "sl": 1.0, "ic": -1024.0, "kvp": case.kvp,
        "aff": case.volume.grid.lps_from_kji, "truth": case.truth, "stations": case.stations,
        "lines": [(line.vessel, line.points_lps_mm) for line in case.lines],
    }  # fmt: skip
    path = tmp_path / "hard7.pkl"
    path.write_bytes(pickle.dumps(held))
    again = from_file(path)
    assert again.name == "hard7"
    np.testing.assert_array_equal(again.volume.stored, case.volume.stored)


def test_resampling_and_reversing_keep_the_line(case: Case) -> None:
    line = case.lines[0]
    fine = resampled(line, 0.3)
    steps = np.linalg.norm(np.diff(fine.points_lps_mm, axis=0), axis=1)
    assert steps.max() < 0.32
    back = resampled(line, 0.0, reverse=True)
    np.testing.assert_array_equal(back.points_lps_mm[::-1], line.points_lps_mm)
