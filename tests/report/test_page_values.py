"""What stands in the page without a script, against result.json and stations.tsv."""

import base64
import json
import re
import struct
import subprocess
import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc._arrays import Array
from ctocalc.files.case_folder import read_case
from ctocalc.files.results import write_case
from ctocalc.report.curves import charts, path_of
from ctocalc.report.page import case_page
from ctocalc.report.places import place_of
from ctocalc.report.png import png
from ctocalc.report.score_rows import score_rows
from ctocalc.report.stills import (
    calcium_on_rays,
    grey,
    map_colours,
    radius_at,
    straightened,
    telling_places,
)
from ctocalc.report.verdict import untold
from ctocalc.study.record import CaseRecord
from tests.case_results import case_result
from tests.report.drawn_case import CALCIUM_MM, drawn_case, drawn_result, hu_at

LARGEST_PAGE = 8_000_000


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseRecord:
    return drawn_case(tmp_path_factory.mktemp("case"))


@pytest.fixture(scope="module")
def text(case: CaseRecord) -> str:
    return case_page(case).decode()


def decoded(data: bytes) -> Array:
    """Read a PNG as this module's own opposite: no filter, one chunk of pixels."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, chunks = 8, {}
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        (crc,) = struct.unpack(">I", data[at + 8 + length : at + 12 + length])
        assert crc == zlib.crc32(name + body)
        chunks[name] = body
        at += 12 + length
    width, height, depth, kind = struct.unpack(">IIBB", chunks[b"IHDR"][:10])
    assert depth == 8
    colours = 3 if kind == 2 else 1
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), np.uint8).reshape(height, -1)
    assert (rows[:, 0] == 0).all()
    return rows[:, 1:].reshape((height, width, 3) if colours == 3 else (height, width))


def points(path: str) -> Array:
    return np.array([[float(n) for n in p.split()] for p in re.split("[ML]", path) if p])


def picture(uri: str) -> Array:
    return decoded(base64.b64decode(uri.removeprefix("data:image/png;base64,")))


@pytest.mark.parametrize("shape", [(1, 1), (3, 7), (4, 2, 3)])
def test_a_png_holds_its_pixels(shape: tuple[int, ...]) -> None:
    pixels = np.random.default_rng(3).integers(0, 256, shape).astype(np.uint8)
    np.testing.assert_array_equal(decoded(png(pixels)), pixels)


def test_a_path_breaks_where_nothing_is_known() -> None:
    y = np.array([1.0, 2.0, np.nan, 4.0, np.nan, 5.0, 6.0])
    assert path_of(np.arange(7.0), y) == (
        "M0.00 1.00L1.00 2.00M3.00 4.00L3.00 4.00M5.00 5.00L6.00 6.00"
    )


def test_curves_hold_the_columns_of_the_stations(case: CaseRecord) -> None:
    stations, vessel = case.stations["LAD"], case.result["vessels"][0]
    by_name = {chart.name: chart for chart in charts(stations, vessel, case.result["image"])}
    columns = {
        "fraction": ["calcium_fraction", "calcium_fraction_apparent"],
        "arc": ["calcium_arc_deg", "calcium_arc_largest_deg"],
        "area": ["wall_area_mm2", "lumen_area_mm2", "calcium_area_mm2"],
        "hu": ["lumen_hu"],
    }
    for name, wanted in columns.items():
        chart = by_name[name]
        for line, column in zip(chart.lines, wanted, strict=True):
            known = np.isfinite(stations[column])
            drawn = points(line.path)
            np.testing.assert_allclose(drawn[:, 0], stations["arclength_mm"][known], atol=0.006)
            values = chart.top * (1 - drawn[:, 1] / 100)
            np.testing.assert_allclose(values, stations[column][known], atol=1e-4 * chart.top)
    band = points(by_name["fraction"].lines[0].band.replace("Z", ""))
    half = len(band) // 2
    np.testing.assert_allclose(
        1 - band[:half, 1] / 100, stations["calcium_fraction_high"], atol=1e-4
    )
    np.testing.assert_allclose(
        1 - band[half:, 1] / 100, stations["calcium_fraction_low"][::-1], atol=1e-4
    )


def test_thresholds_are_those_of_the_rules_and_of_the_scan(case: CaseRecord) -> None:
    vessel = case.result["vessels"][0]
    by_name = {c.name: c for c in charts(case.stations["LAD"], vessel, case.result["image"])}
    assert [mark.value for mark in by_name["arc"].thresholds] == [180.0]
    assert [mark.y for mark in by_name["arc"].thresholds] == [50.0]
    assert [mark.value for mark in by_name["hu"].thresholds] == [400.0]


def test_the_band_is_the_occlusion_of_the_result(case: CaseRecord, text: str) -> None:
    (part,) = case.result["vessels"][0]["lesions"][0]["occlusions"]
    found = re.findall(r'<rect class="band occluded" x="([\d.]+)" [^>]*? width="([\d.]+)"', text)
    assert len(found) == 4
    assert {float(x) for x, _ in found} == {part["start_mm"]}
    assert {round(float(x) + float(w), 9) for x, w in found} == {part["end_mm"]}


def test_the_map_shows_calcium_where_it_is(case: CaseRecord) -> None:
    sections = case.sections["LAD"]
    thickness = calcium_on_rays(sections)
    along = sections["arclength_mm"]
    inside = (along >= CALCIUM_MM[0]) & (along <= CALCIUM_MM[1])
    degrees = np.arange(thickness.shape[1]) * 360 / thickness.shape[1]
    quadrant = (degrees > 6) & (degrees < 84)
    assert (np.abs(thickness[inside][:, quadrant] - 1.0) < 0.15).all()
    assert (
        not thickness[~inside].any() and not thickness[:, (degrees > 100) & (degrees < 350)].any()
    )
    colours = map_colours(np.array([[0.0, np.nan, 99.0]]))
    assert colours.tolist() == [[[0, 32, 77], [200, 205, 210], [255, 233, 69]]]


@pytest.mark.parametrize(("angle", "right", "up"), [(0, 0, 1), (90, 1, 0)])
def test_the_stills_are_cut_at_their_angle(
    case: CaseRecord, angle: int, right: int, up: int
) -> None:
    still = straightened(case.sections["LAD"], angle)
    along, offset = case.sections["LAD"]["arclength_mm"], case.sections["LAD"]["offset_mm"]
    height = offset[::-1][:, None].astype(float)
    expected = grey(np.asarray(hu_at(along[None, :], right * height, up * height)))
    found = picture(still.picture)
    assert np.abs(found.astype(int) - expected.astype(int)).max() <= 1
    wall = points(still.wall)
    assert set(np.round(wall[:, 1], 2)) == {-2.0, 2.0}


def test_radius_between_two_angles_is_theirs_in_proportion() -> None:
    radius = np.array([[1.0, 2.0, 3.0, 4.0]])
    assert radius_at(radius, 0.0).item() == pytest.approx(1.0)
    assert radius_at(radius, np.pi / 4).item() == pytest.approx(1.5)
    assert radius_at(radius, 1.75 * np.pi).item() == pytest.approx(2.5)
    assert radius_at(radius, -0.5 * np.pi).item() == pytest.approx(4.0)


def test_every_score_stands_in_the_page_with_its_totals(case: CaseRecord, text: str) -> None:
    vessel = case.result["vessels"][0]
    rows = score_rows(vessel, vessel["lesions"][0], case.stations["LAD"])
    assert [(r.system, r.edition) for r in rows] == [
        (s["system"], s["edition"]) for s in vessel["scores"]
    ]
    for row, score in zip(rows, vessel["scores"], strict=True):
        assert f'data-edition="{row.edition}"' in text
        for number in (score["points_low"], score["points_high"]):
            assert f"{number:g}" in row.corrected
        assert [i.name for i in row.items if i.points] == [i["item"] for i in score["items"]]
        undecided = {i["item"] for i in score["items"] if i["points_low"] != i["points_high"]}
        assert {i.name for i in row.items if i.points and i.undecided} == undecided


@pytest.mark.parametrize(
    ("fact", "basis", "place"),
    [("length_mm", "corrected", 10.0), ("blunt_stump_exit", "corrected", 30.1),
     ("calcium_fraction", "apparent", 12.5), ("bend_deg", "corrected", 12.5),
     ("prior_attempt", "corrected", None)],
)  # fmt: skip
def test_facts_lead_to_their_stations(
    case: CaseRecord, fact: str, basis: str, place: float | None
) -> None:
    lesion = case.result["vessels"][0]["lesions"][0]
    assert place_of(fact, lesion, basis, case.stations["LAD"]) == place


def test_what_cannot_be_told_is_listed_with_its_reason(case: CaseRecord, text: str) -> None:
    found = dict(untold(case.result["vessels"][0]["lesions"]))
    assert found["contrast-enhanced"] == "Agatston score"
    assert found["no other line was given"] == "side branch at the proximal cap"
    for reason in found:
        assert reason in text


def test_an_agatston_score_stands_where_the_scores_are(tmp_path: Path) -> None:
    case = drawn_case(tmp_path)
    assert 'class="agatston"' not in case_page(case).decode()
    score = {"value": 120.0, "low": 102.0, "high": 138.0, "unit": "{score}", "reason": None}
    result = json.loads(json.dumps(case.result))
    result["vessels"][0]["calcium"]["agatston"] = score
    text = case_page(replace(case, result=result)).decode()
    told = "<strong>Agatston score</strong> of the measured artery: 120 (102 to 138)."
    assert text.index(told) < text.index('<details class="artery">')


def test_flags_refusals_and_the_intended_use_are_told(case: CaseRecord, text: str) -> None:
    assert "SLICES_THICK" in text and "Slices are 1.5 mm thick." in text
    assert "CENTERLINE_OUTSIDE_IMAGE: The line lies outside the image." in text
    assert text.count("Research use; validated on phantoms only") == 2
    assert f"ctocalc {case.result['provenance']['version']}" in text
    assert case.result["provenance"]["settings_digest"] in text
    assert "No score.</strong> No total occlusion." in text


def test_places_worth_a_picture_need_a_value_there(case: CaseRecord) -> None:
    lad, rca, _ = case.result["vessels"]
    titles = dict(telling_places(lad, case.sections["LAD"]))
    assert titles[10.0] == "entry" and titles[30.0] == "exit"
    assert titles[12.5] == "largest fraction, largest arc, largest bend"
    (one,) = lad["lesions"]
    twice = {"lesions": [one, one | {"lesion": 2, "start_mm": 10.2}]}
    named = [title for _, title in telling_places(twice, case.sections["LAD"])]
    assert named[:2] == ["lesion 1: entry", "lesion 2: entry"]
    assert "lesion 2: largest fraction, largest arc, largest bend" in named
    ((mm, title),) = telling_places(rca, case.sections["RCA"])
    assert CALCIUM_MM[0] <= mm <= CALCIUM_MM[1] and title == "most calcium"


def test_a_tiny_case_and_one_without_any_measured_vessel_have_pages(tmp_path: Path) -> None:
    assert b"case-1" in case_page(read_case(write_case(with_calcium_settings(), tmp_path)))
    result = drawn_result()
    refused = replace(result, vessels=result.vessels[2:], case_id="none")
    page = case_page(read_case(write_case(refused, tmp_path)))
    assert b"CENTERLINE_OUTSIDE_IMAGE" in page and b"<canvas" not in page


def with_calcium_settings() -> Any:
    result, drawn = case_result(), drawn_result()
    return replace(result, provenance=drawn.provenance)


def test_three_long_vessels_stay_below_eight_megabytes(case: CaseRecord) -> None:
    noise = np.random.default_rng(7)
    lad, stations, sections = (
        case.result["vessels"][0], case.stations["LAD"], case.sections["LAD"],
    )  # fmt: skip
    count = 2 * 140
    take = np.arange(count) % len(stations["arclength_mm"])
    along = np.arange(count) * 0.5
    long_stations = {k: v[take] for k, v in stations.items()} | {"arclength_mm": along}
    names = ("LAD", "LCX", "RCA")
    many = CaseRecord(
        result=case.result | {"vessels": [lad | {"vessel": name} for name in names]},
        stations=dict.fromkeys(names, long_stations),
        sections={
            name: {k: v[take] if len(v) == len(stations["arclength_mm"]) else v
                   for k, v in sections.items()}
            | {"arclength_mm": along,
               "hu": noise.normal(100, 60, (count, 61, 61)).astype(np.int16)}
            for name in names
        },
    )  # fmt: skip
    assert len(case_page(many)) < LARGEST_PAGE


def test_another_process_writes_the_same_bytes(case: CaseRecord, tmp_path: Path) -> None:
    code = (
        "import sys, hashlib; from pathlib import Path; "
        "from tests.report.drawn_case import drawn_case; "
        "from ctocalc.report.page import case_page; "
        "print(hashlib.sha256(case_page(drawn_case(Path(sys.argv[1])))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True,
            check=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1
