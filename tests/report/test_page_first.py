"""Which vessel and station a page shows first, and how it names what it tells of them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc.files.case_folder import read_case
from ctocalc.files.results import write_case
from ctocalc.report.page import case_page
from ctocalc.study.result import CaseResult
from tests.case_results import lesion
from tests.report.conftest import Open
from tests.report.drawn_case import STATIONS, drawn_result, profile

WALLS = {
    "seen": "seen", "bridged": "from its neighbours", "reader": "a reader's outline",
    "none": "no wall found", "shared": "in another vessel",
}  # fmt: skip
Drawn = Callable[[CaseResult], Path]


@pytest.fixture
def page_of(tmp_path: Path) -> Drawn:
    def write(result: CaseResult) -> Path:
        path = tmp_path / "report.html"
        path.write_bytes(case_page(read_case(write_case(result, tmp_path))))
        return path

    return write


def readout(page: Any) -> dict[str, str]:
    names = page.locator("section.vessel:not([hidden]) .readout dt").all_inner_texts()
    words = page.locator("section.vessel:not([hidden]) .readout dd").all_inner_texts()
    return dict(zip(names, words, strict=True))


def test_a_page_opens_on_the_total_occlusion(opened: Open, page_of: Drawn) -> None:
    result = drawn_result()
    lad, rca, lcx = result.vessels
    subtotal = replace(rca, lesions=(replace(lesion(), occluded=False),))
    aside = replace(lad, vessel="D1", lesions=(replace(lesion(), target=False),))
    for vessels, first in (
        ((subtotal, lad, lcx), "vessel-1"), ((lcx, rca, subtotal), "vessel-2"),
        ((rca, aside, lad), "vessel-2"), ((lcx, rca), "vessel-1"),
    ):  # fmt: skip
        with opened(page_of(replace(result, vessels=vessels))) as page:
            assert page.locator("section.vessel:visible").get_attribute("id") == first


def test_the_source_of_a_wall_is_said_in_words(opened: Open, page_of: Drawn) -> None:
    result = drawn_result()
    source = np.full(STATIONS, "seen", dtype="U8")
    source[: 2 * len(WALLS) : 2] = list(WALLS)  # outside lesions every other section is kept
    vessel = replace(result.vessels[1], profile=replace(profile(), wall_source=source))
    with opened(page_of(replace(result, vessels=(vessel,)))) as page:
        page.locator("section.vessel").focus()
        page.keyboard.press("Home")
        for words in WALLS.values():
            page.wait_for_function(
                "(words) => document.querySelector('.readout').textContent.includes(words)",
                arg=words,
            )
            assert readout(page)["Wall area"].endswith(f" mm², {words}")
            page.keyboard.press("ArrowRight")


def test_what_a_station_cannot_tell_has_one_name(opened: Open, drawn: Path) -> None:
    with opened(drawn) as page:
        shown = readout(page)
        assert shown["Lumen"] == "cannot be told"
        assert "Of this station alone" in page.locator(".across:visible").inner_text()
        text = page.locator("body").inner_text()
        assert "not measurable" not in text.lower()
