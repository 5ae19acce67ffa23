"""The page of a batch: what it counts, and that thousands of rows are found, ordered and linked."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc.report.cohort import MEASURES, cohort_page
from ctocalc.report.distributions import BINS, distribution
from tests.report.cohorts import cohort
from tests.report.conftest import EVERY_WIDTH, Open

CASES = 2000


def drawn_page(tables: dict[str, Any]) -> bytes:
    """The page where every case that was measured has its own."""
    cases = tables["cases"]
    done = zip(cases["case_id"], cases["status"], strict=True)
    return cohort_page(tables, {case for case, status in done if status == "ok"})


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cohort") / "cohort.html"
    path.write_bytes(drawn_page(cohort(CASES)))
    return path


def data(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.S)
    assert found is not None
    return json.loads(found[1])


def test_a_distribution_counts_every_value_once() -> None:
    values = [*np.random.default_rng(1).normal(20, 5, 300).tolist(), None, None]
    found = distribution("length_mm", "Length", "mm", values)
    assert (found.count, found.untold, len(found.bars)) == (300, 2, BINS)
    assert sum(bar.count for bar in found.bars) == 300
    assert max(bar.height for bar in found.bars) == 100.0
    known = np.array(values[:300], float)
    assert found.median == pytest.approx(np.median(known))


def test_far_out_is_three_quartile_distances_beyond() -> None:
    found = distribution("x", "x", "", [0.0, 1.0, 2.0, 3.0, 4.0])
    assert (found.fence_low, found.fence_high) == (1.0 - 6.0, 3.0 + 6.0)
    same = distribution("x", "x", "", [2.0] * 9 + [50.0])
    assert same.fence_high == np.inf
    nothing = distribution("x", "x", "", [None, None])
    assert (nothing.count, nothing.untold, nothing.median, nothing.bars) == (0, 2, None, ())


def test_every_lesion_has_a_row_and_so_has_every_case_without_one() -> None:
    tables = cohort(50)
    rows = data(drawn_page(tables).decode())["rows"]
    assert [row[0] for row in rows] == tables["cases"]["case_id"]
    by_case = {row[0]: row for row in rows}
    assert by_case["case-0009"][3] == "refused SLICE_MISSING" and by_case["case-0009"][4] is False
    assert by_case["case-0006"][3] == "no occlusion" and by_case["case-0006"][2] is None
    assert by_case["case-0003"][3] == "subtotal" and by_case["case-0001"][3] == "total occlusion"
    lengths = tables["lesions"]["length_mm"]
    told = [row[5][0] for row in rows if row[2]]
    assert told == [round(length, 4) for length in lengths]
    assert [row[0] for row in rows if row[9]] == ["case-0003"]
    assert by_case["case-0004"][5][1] is None


def test_rows_lead_only_to_pages_that_were_drawn() -> None:
    tables = cohort(5)
    one = tables["cases"]["case_id"][2]
    rows = data(cohort_page(tables, {one}).decode())["rows"]
    assert {row[0] for row in rows if row[4]} == {one}


def test_without_contrast_nobody_says_that_nothing_is_occluded() -> None:
    tables = cohort(7)
    tables["vessels"]["flags"][6] = "NO_CONTRAST"
    rows = data(drawn_page(tables).decode())["rows"]
    assert rows[6][3] == "occlusion cannot be told"


@pytest.mark.slow
def test_an_empty_batch_and_one_where_all_failed_have_a_page(tmp_path: Path, opened: Open) -> None:
    tables = cohort(10)
    failed = {
        name: {column: cells[9:] if name == "cases" else [] for column, cells in columns.items()}
        for name, columns in tables.items()
    }
    for number, some in enumerate((failed, cohort(0))):
        path = tmp_path / f"{number}.html"
        path.write_bytes(drawn_page(some))
        with opened(path) as page:
            assert f"{1 - number} of {1 - number} rows" in page.locator(".found").text_content()


def test_equal_tables_give_equal_bytes() -> None:
    assert drawn_page(cohort(40)) == drawn_page(cohort(40))


@pytest.mark.slow
def test_words_of_a_manifest_stay_words(tmp_path: Path, opened: Open) -> None:
    tables = cohort(5)
    word = "</script><img src=x onerror=window.hit=1>"
    tables["cases"]["vessel"][1] = word
    path = tmp_path / "cohort.html"
    path.write_bytes(drawn_page(tables))
    with opened(path) as page:
        assert page.evaluate("window.hit") is None
        assert page.locator("td", has_text="onerror").count() == 1


def visible(page: Any) -> list[list[str]]:
    found: list[list[str]] = page.locator(".cohort tbody tr:not(.space)").evaluate_all(
        "all => all.map((row) => [...row.children].map((cell) => cell.textContent))"
    )
    return found


def test_two_thousand_cases_stay_fluid(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        assert f"{CASES} of {CASES} rows" == page.locator(".found").text_content()
        assert len(visible(page)) < 100
        frame = page.locator(".table-frame")
        frame.evaluate("(frame) => { frame.scrollTop = frame.scrollHeight; }")
        page.locator("td", has_text="case-1999").wait_for()
        assert len(visible(page)) < 100
        height = frame.evaluate("(frame) => frame.scrollHeight")
        row = page.locator(".cohort tbody tr:not(.space)").first.bounding_box()["height"]
        assert height == pytest.approx(CASES * row, rel=0.02)


@pytest.mark.slow
def test_columns_put_the_rows_in_order_both_ways(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        head = page.get_by_role("button", name="Length, mm")
        head.click()
        column = 4
        up = [float(row[column]) for row in visible(page)]
        assert up == sorted(up)
        assert page.locator("th[aria-sort=ascending]").count() == 1
        head.click()
        assert visible(page)[0][column] == "500.0 ▲"
        page.get_by_role("button", name="Calcium fraction").click()
        page.locator(".table-frame").evaluate("(f) => { f.scrollTop = f.scrollHeight; }")
        page.locator("td", has_text="SLICE_MISSING").first.wait_for()
        assert visible(page)[-1][5] == ""


def test_filters_leave_what_is_asked_for(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        count = page.locator(".found")
        page.locator(".find").fill("case-00 rca")
        assert count.text_content() == f"50 of {CASES} rows"
        page.get_by_role("button", name="Clear").click()
        page.locator("select.state").select_option("refused SLICE_MISSING")
        assert count.text_content() == f"200 of {CASES} rows"
        assert page.locator(".cohort tbody a").count() == 0
        page.get_by_role("button", name="Clear").click()
        page.locator(".flag-choice").select_option("NOISE_HIGH")
        assert all("NOISE_HIGH" in row[-1] for row in visible(page))
        page.get_by_role("button", name="Clear").click()
        page.locator(".only-outliers").check()
        assert [row[0] for row in visible(page)] == ["case-0003"]
        assert page.locator(".cohort tbody a").get_attribute("href") == "case-0003/report.html"
        page.get_by_role("button", name="Clear").click()
        page.locator("button.pick[data-state=subtotal]").click()
        assert {row[3] for row in visible(page)} == {"subtotal"}


@pytest.mark.slow
def test_a_bar_shows_its_lesions(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        bar = page.locator(".histogram").nth(1).locator(".bar").nth(4)
        low, high = (float(bar.get_attribute(f"data-{end}")) for end in ("low", "high"))
        told = int(bar.locator("title").text_content().split(": ")[1])
        bar.locator(".hit").click()
        assert page.locator(".found").text_content() == f"{told} of {CASES} rows"
        assert all(low - 0.006 <= float(row[5]) <= high + 0.006 for row in visible(page))
        bar.locator(".hit").click(force=True)
        assert page.locator(".found").text_content() == f"{CASES} of {CASES} rows"


def test_the_bars_are_reached_by_keyboard(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        chart = page.locator(".bars").nth(1)
        chart.focus()
        seen = []
        for key in ("Home", "ArrowRight", "ArrowLeft", "End", "ArrowRight"):
            chart.press(key)
            words = chart.get_attribute("aria-valuetext")
            told = int(words.split(": ")[1])
            assert told > 0
            assert page.locator(".found").text_content() == f"{told} of {CASES} rows"
            seen.append(words)
        assert seen[0] == seen[2] != seen[1]
        assert seen[3] == seen[4]
        chart.press("Escape")
        assert page.locator(".found").text_content() == f"{CASES} of {CASES} rows"
        assert chart.get_attribute("aria-valuetext") == "all lesions"


@pytest.mark.parametrize("width", EVERY_WIDTH)
def test_the_page_fits_every_width(page_file: Path, opened: Open, width: int) -> None:
    with opened(page_file, width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator(".histogram").count() == len(MEASURES)


def test_without_scripts_the_overview_is_there(page_file: Path, opened: Open) -> None:
    with opened(page_file, scripts=False) as page:
        assert page.locator(".histogram").first.is_visible()
        assert page.get_by_text("lesions.tsv").is_visible()
        assert page.locator("button:visible, input:visible").count() == 0


def test_printed_the_counts_have_their_words(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        page.emulate_media(media="print")
        for count in page.locator(".counts tr").all():
            assert count.locator("th").inner_text().strip()
        assert page.get_by_text("lesions.tsv").is_visible()


def test_a_short_table_leaves_no_room_below_it(page_file: Path, opened: Open) -> None:
    with opened(page_file) as page:
        frame = page.locator(".table-frame")
        whole = frame.bounding_box()["height"]
        page.locator(".find").fill("case-0003")
        page.locator(".found", has_text="1 of").wait_for()
        last = page.locator(".cohort tbody tr:not(.space)").last.bounding_box()
        assert frame.bounding_box()["height"] < whole / 3
        below = frame.bounding_box()["y"] + frame.bounding_box()["height"]
        assert below - (last["y"] + last["height"]) < 20
        page.locator(".clear").click()
        assert frame.bounding_box()["height"] == whole
