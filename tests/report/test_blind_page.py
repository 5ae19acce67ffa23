"""The page for blind reading: nothing of what was found, and the way to the result."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc._arrays import Array
from ctocalc.batch.folder import redraw
from ctocalc.files.case_folder import read_case
from ctocalc.report.blind import blind_page
from ctocalc.scores.registry import SYSTEMS
from ctocalc.study.record import CaseRecord
from tests.report.conftest import WIDTHS, Open
from tests.report.drawn_case import drawn_case
from tests.report.test_page_review import analyze, case, saved

__all__ = ["case"]  # a fixture


@pytest.fixture(scope="module")
def drawn_record(tmp_path_factory: pytest.TempPathFactory) -> CaseRecord:
    return drawn_case(tmp_path_factory.mktemp("blind"))


@pytest.fixture(scope="module")
def page_file(drawn_record: CaseRecord, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "blind.html"
    path.write_bytes(blind_page(drawn_record))
    return path


def found_otherwise(case: CaseRecord) -> CaseRecord:
    """Return the same scan and axes, with everything found in them changed or gone."""
    result: dict[str, Any] = json.loads(json.dumps(case.result))
    result["quality"] = [n for n in result["quality"] if n["vessel"] is None]
    result["quality"].append({"code": "OCCLUSION_AT_END_OF_LINE", "severity": "warning",
                              "vessel": "LAD", "message": "An occlusion."})  # fmt: skip
    for vessel in result["vessels"]:
        vessel |= {"lesions": [], "scores": [], "facts": [], "calcium": None, "clinical": None}
    sections = {vessel: _changed(arrays) for vessel, arrays in case.sections.items()}
    stations = {
        vessel: {name: np.zeros_like(column) for name, column in columns.items()}
        for vessel, columns in case.stations.items()
    }
    return replace(case, result=result, sections=sections, stations=stations)


def _changed(arrays: Mapping[str, Array]) -> dict[str, Array]:
    found = ("wall_radius_mm", "lumen_radius_mm", "calcium")
    return {
        name: np.full_like(array, 1) if name in found else array for name, array in arrays.items()
    }


def test_what_was_found_changes_no_byte(drawn_record: CaseRecord) -> None:
    page = blind_page(drawn_record)
    assert page == blind_page(found_otherwise(drawn_record))
    assert page == blind_page(drawn_record)
    assert drawn_record.digest.encode() in page


def test_nothing_that_was_found_is_in_its_text_or_data(drawn_record: CaseRecord) -> None:
    text = blind_page(drawn_record).decode()
    visible = text[: text.index('<script type="application/json"')].split("</style>")[1]
    data = json.loads(re.findall(r'<script type="application/json" id="data">(.*?)</script>', text,
                                 flags=re.S)[0])  # fmt: skip
    assert set(data) == {"vessels", "review", "windows"}
    assert "definitions" not in data["review"]
    for vessel in data["review"]["vessels"]:
        assert vessel["occlusions"] is None
        assert (vessel["facts"], vessel["open"], vessel["clinical"]) == ([], {}, {})
    for name in ("columns", "bands", "wall_source"):
        assert not any(vessel.get(name) for vessel in data["vessels"] if vessel)
    for system in SYSTEMS:
        assert system.title not in text
    # Stills hold frames for contours, and no contour.
    assert set(re.findall(r'<path class="contour \w+" d="([^"]*)"', visible)) == {""}
    for number in ("30.1", "20.1"):
        assert number not in visible


@pytest.mark.parametrize("width", WIDTHS)
def test_the_vessels_can_be_looked_at(opened: Open, page_file: Path, width: int) -> None:
    with opened(page_file, width) as page:
        section = page.locator("#vessel-0")
        assert section.locator(".position-word").inner_text() == "0.0 mm"
        section.locator("input.position").fill("40")
        section.locator(".position-word", has_text="20.0 mm").wait_for()
        assert section.inner_text().count("Position") == 1
        assert section.inner_text().count("20.0 mm") == 1
        section.focus()
        for key in ("ArrowRight", "ArrowUp", "w", "l", "c", "+", "2", "End"):
            page.keyboard.press(key)
        section.locator(".position-word", has_text="50.0 mm").wait_for()
        assert section.locator(".rotation-word").inner_text() == "5°"
        assert page.locator("table").count() == 0
        page.locator("#tab-vessel-1").click()
        assert page.locator("#vessel-1 canvas.section").is_visible()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_a_blind_review_round_trips(opened: Open, case: Path, tmp_path: Path) -> None:
    folder = case / "out" / "a"
    redraw(folder, blind=True)
    with opened(folder / "blind.html") as page:
        page.locator("#review-vessel-0-add").click()
        page.locator("#review-vessel-0-0-exit").fill("25.5")
        page.locator("#review-vessel-0-0-exit").press("Enter")
        page.locator("#review-vessel-0-0-entry").fill("14.5")
        page.locator("#review-vessel-0-0-entry").press("Enter")
        page.locator("#review-vessel-0-1-proximal_stump").select_option("none")
        path = saved(page, tmp_path, "blind-2")
    content = json.loads(path.read_text())
    assert content["blind"] is True
    assert [edit["automatic"] for edit in content["edits"]] == [None, None]
    result = analyze(case, "blind", "--review", path)
    (lesion,) = result["vessels"][0]["lesions"]
    assert (lesion["start_mm"], lesion["end_mm"]) == (14.5, 25.5)
    assert lesion["proximal_stump"]["call"] == "none"
    kept = result["review"]
    assert kept["blind"] and kept["same_result"]
    assert all(edit["automatic"] is not None for edit in kept["edits"])
    assert read_case(case / "blind" / "a").result == result
