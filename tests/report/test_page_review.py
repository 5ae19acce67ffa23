"""The review on the page: what a reader answers, what follows, and the way to the result."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ctocalc.files.case_folder import read_case
from ctocalc.files.review import read_review, review_from
from ctocalc.report.page import case_page
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import evaluate
from ctocalc.scores.words import span
from ctocalc.study.calls import Call
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.findings import facts_of
from ctocalc.study.scoring import bases
from tests.case_results import lesion
from tests.report.conftest import Open
from tests.report.drawn_case import drawn_case
from tests.tube_scan import write_line, write_scan

PROGRAM = (sys.executable, "-c", "from ctocalc.cli.main import main; main()")
Totals = dict[tuple[str, str, str], str]
STUMP = "#review-vessel-0-1-proximal_stump"
BEND = "#review-vessel-0-1-bend_deg"


@contextmanager
def reviewing(opened: Open, path: Path, width: int = 1280) -> Iterator[Any]:
    with opened(path, width) as page:
        page.locator("details.review > summary").click()
        yield page


def totals(page: Any, of: str = "review", table: int = 0) -> Totals:
    """Return the totals that the review shows, by system, edition and basis."""
    shown = page.locator("table.reviewed-scores").nth(table).evaluate(
        "(table, of) => [...table.querySelectorAll('tbody tr')].flatMap((row) =>"
        " [...row.querySelectorAll(`td[data-of=${of}]`)].map((cell) =>"
        " [row.dataset.system, row.dataset.edition, cell.dataset.basis, cell.textContent]))",
        of,
    )  # fmt: skip
    return {(system, edition, basis): text for system, edition, basis, text in shown if text}


def expected(calls: dict[str, Call], clinical: ClinicalFacts) -> Totals:
    found = {}
    for system in SYSTEMS:
        for basis in bases(system):
            facts = facts_of(lesion(), "LAD", clinical, basis=basis, calls=calls)
            score = evaluate(system, facts, basis=basis)
            found[system.name, system.edition, basis.value] = span(
                score.points, score.points_low, score.points_high
            )
    return found


def saved(page: Any, folder: Path, reader: str = "R1") -> Path:
    page.locator(".reader").fill(reader)
    with page.expect_download() as download:
        page.locator(".save").click()
    path = folder / str(download.value.suggested_filename)
    download.value.save_as(path)
    return path


@pytest.mark.parametrize("width", [360, 1280, 3840])
def test_scores_follow_every_answer_at_once(opened: Open, drawn: Path, width: int) -> None:
    nothing = ClinicalFacts()
    with reviewing(opened, drawn, width) as page:
        assert totals(page) == totals(page, "automatic") == expected({}, nothing)
        page.locator(STUMP).select_option("tapered")
        assert totals(page) == expected({"proximal_stump": "tapered"}, nothing)
        assert totals(page, "automatic") == expected({}, nothing)
        page.locator(BEND).fill("30")
        page.locator(BEND).press("Tab")
        calls: dict[str, Call] = {"proximal_stump": "tapered", "bend_deg": 30.0}
        assert totals(page) == expected(calls, nothing)
        page.locator("#review-vessel-0-1-bend_over_45").select_option("yes")
        assert page.locator(BEND).input_value() == ""
        calls = {"proximal_stump": "tapered", "bend_over_45": "yes"}
        assert totals(page) == expected(calls, nothing)
        page.locator("#review-patient-0-age").fill("80")
        page.locator("#review-patient-0-age").press("Enter")
        page.locator("#review-vessel-0-0-duration_months-word").select_option("unknown")
        clinical = ClinicalFacts(age_years=80.0, duration_months="unknown")
        assert totals(page) == expected(calls, clinical)
        assert "4 answers, not saved yet" in page.locator(".review-state").inner_text()
        page.locator(STUMP).select_option("")
        assert totals(page) == expected({"bend_over_45": "yes"}, clinical)
        overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert overflow <= 0


@pytest.mark.parametrize("question", [
    "distal_stump", "side_branch", "calcification", "calcium_over_half", "full_moon",
    "multiple_occlusions", "distal_landing_diseased",
])  # fmt: skip
def test_each_word_of_a_question(opened: Open, drawn: Path, question: str) -> None:
    with reviewing(opened, drawn) as page:
        field = page.locator(f"#review-vessel-0-1-{question}")
        words = field.evaluate("(list) => [...list.options].map((o) => o.value).filter(Boolean)")
        assert words
        for word in words:
            field.select_option(word)
            assert totals(page) == expected({question: word}, ClinicalFacts())


def test_clinical_facts_and_a_stent(opened: Open, drawn: Path) -> None:
    with reviewing(opened, drawn) as page:
        before = totals(page)
        page.locator("#review-vessel-0-0-in_stent").select_option("yes")
        after = totals(page)
        # The image's calcium is open then; what it is, only a new measurement tells.
        assert (
            after["jcto_ct", "fujino_2018", "corrected"]
            != before["jcto_ct", "fujino_2018", "corrected"]
        )
        assert (
            after["ora", "galassi_2016", "corrected"] == before["ora", "galassi_2016", "corrected"]
        )
        page.locator("#review-vessel-0-0-in_stent").select_option("")
        page.locator("#review-patient-0-sex").select_option("female")
        assert totals(page) == expected({}, ClinicalFacts(sex="female"))


def test_occlusions_by_fields_by_keys_and_by_hand(opened: Open, drawn: Path) -> None:
    key = ("jcto", "morino_2011", "corrected")
    with reviewing(opened, drawn) as page:
        entry = page.locator("#review-vessel-0-0-entry")
        assert entry.input_value() == "10"
        entry.fill("15")
        entry.press("Enter")
        legend = page.locator("fieldset.of-vessel").first.locator("legend").nth(1)
        assert legend.inner_text() == "Lesion 1, 15.0 to 30.1 mm"
        # 15.1 mm: the length is told, everything else inside waits for a measurement.
        assert totals(page)[key] == "0 to 4"
        handle = page.locator("#vessel-0 .cap.entry")
        handle.focus()
        handle.press("ArrowLeft")
        assert legend.inner_text() == "Lesion 1, 14.5 to 30.1 mm"
        assert page.evaluate("document.activeElement.dataset.cap") == "0-0"
        box = page.locator("#vessel-0 .frame.straight:has(canvas)").bounding_box()
        at = page.locator("#vessel-0 .cap.exit").bounding_box()
        page.mouse.move(at["x"] + at["width"] / 2, at["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] * (40 + 0.25) / 50.5, at["y"] + 20, steps=5)
        during = totals(page)[key]
        page.mouse.up()
        assert legend.inner_text() == "Lesion 1, 14.5 to 40.0 mm"
        assert during == totals(page)[key] == "1 to 5"
        # An entry behind its exit is not taken.
        entry.fill("45")
        entry.press("Enter")
        assert "nothing was changed" in page.locator(".review-word").inner_text()
        assert entry.input_value() == "14.5"
        page.locator("#review-vessel-0-none").click()
        assert "sees no total occlusion" in page.locator(".occlusions").first.inner_text()
        page.locator("#review-vessel-0-back").click()
        assert totals(page) == expected({}, ClinicalFacts())


def test_an_occlusion_is_added_where_the_vessel_is_shown(opened: Open, drawn: Path) -> None:
    with reviewing(opened, drawn) as page:
        page.locator("#review-vessel-0-1-full_moon").select_option("yes")
        page.locator("#vessel-0 input.position").fill("0")
        page.locator("#review-vessel-0-add").click()
        page.locator("#review-vessel-0-1-entry").wait_for()
        legends = page.locator("fieldset.of-vessel").first.locator("legend").all_inner_texts()
        # 8 mm of contrast between them: one lesion, of which the call is kept.
        assert legends[1] == "Lesion 1, 0.0 to 30.1 mm"
        assert page.locator("#review-vessel-0-1-full_moon").input_value() == "yes"
        # With its lesion a call is gone; the vessel's occlusions are an answer themselves.
        page.locator("#review-vessel-0-none").click()
        assert page.locator(".review-state").inner_text().startswith("1 answer,")


def test_a_review_is_saved_loaded_and_the_unsaved_is_told(
    opened: Open, drawn: Path, tmp_path: Path
) -> None:
    with reviewing(opened, drawn) as page:
        page.locator(STUMP).select_option("tapered")
        page.locator(".comment").fill("</script><b>two\nlines")
        page.locator(".reader").fill("Dr. Name")
        page.locator(".save").click()
        assert "not saved" in page.locator(".review-state").inner_text()
        path = saved(page, tmp_path)
        assert "not saved" not in page.locator(".review-state").inner_text()
        review, _ = read_review(path)
        assert (review.reader, review.status, review.comment) == (
            "R1", "draft", "</script><b>two\nlines"
        )  # fmt: skip
        assert review.result_digest == drawn_digest(drawn)
        (edit,) = review.edits
        assert (edit.item, edit.automatic, edit.reader) == ("proximal_stump", "blunt", "tapered")
        shown = totals(page)
    with reviewing(opened, drawn) as page:
        page.locator(".load").set_input_files(path)
        page.locator(".review-word:not(:empty)").wait_for(state="attached")
        assert totals(page) == shown
        assert page.locator(".comment").input_value() == "</script><b>two\nlines"
        content = json.loads(path.read_text())
        for wrong in ({"case_id": "b"}, {"result_digest": "0" * 64}, {"schema": "x"},
                      {"edits": [{"item": "mood", "reader": "good", "vessel": None}]}):  # fmt: skip
            bad = tmp_path / "bad.json"
            bad.write_text(json.dumps(content | wrong))
            page.evaluate("document.querySelector('.review-word').textContent = ''")
            page.locator(".load").set_input_files(bad)
            page.locator(".review-word:not(:empty)").wait_for(state="attached")
            assert page.locator(".review-word").inner_text().startswith("This ")
            assert totals(page) == shown


def drawn_digest(drawn: Path) -> str:
    return read_case(drawn.parent / "drawn-1").digest


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a scan, its line, and ``out/a``, analyzed with its page."""
    folder = tmp_path_factory.mktemp("case")
    write_scan(folder)
    write_line(folder / "lad.csv")
    analyze(folder, "out")
    return folder


def analyze(folder: Path, out: str, *more: str | Path) -> dict[str, Any]:
    arguments = ["analyze", folder / "scan.mha", "--centerline", folder / "lad.csv", "--vessel",
                 "LAD", "--case-id", "a", "--out", folder / out, *more]  # fmt: skip
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=True, timeout=300
    )
    assert "Traceback" not in done.stderr
    result: dict[str, Any] = json.loads((folder / out / "a" / "result.json").read_text())
    return result


def official(result: dict[str, Any]) -> Totals:
    return {
        (s["system"], s["edition"], s["basis"]): span(
            s["points"], s["points_low"], s["points_high"]
        )
        for s in result["vessels"][0]["scores"]
    }


def test_from_the_page_to_the_official_result_and_back(
    opened: Open, case: Path, tmp_path: Path
) -> None:
    with reviewing(opened, case / "out" / "a" / "report.html") as page:
        before = official(json.loads((case / "out" / "a" / "result.json").read_text()))
        assert totals(page) == before
        page.locator(STUMP).select_option("tapered")
        page.locator(BEND).fill("60.5")
        page.locator("#review-vessel-0-1-calcium_over_half").select_option("yes")
        page.locator("#review-vessel-0-0-prior_attempt").select_option("yes")
        page.locator("#review-patient-0-lvef").fill("40")
        page.locator(".final").check()
        path = saved(page, tmp_path)
        shown = totals(page)
    result = analyze(case, "reviewed", "--review", path)
    assert official(result) == shown != before
    kept = result["review"]
    assert [(e["item"], e["reader"]) for e in kept["edits"]] == [
        ("proximal_stump", "tapered"), ("bend_deg", 60.5), ("calcium_over_half", "yes"),
        ("prior_attempt", "yes"), ("lvef", 40.0),
    ]  # fmt: skip
    assert kept["same_result"] and kept["status"] == "final"
    with reviewing(opened, case / "reviewed" / "a" / "report.html") as page:
        applied = page.locator(".review-applied").inner_text()
        assert "Reader R1" in applied and "proximal stump" in applied
        assert "bend" in applied and "60.5" in applied
        assert "the verdict above has it measured" in page.locator("details.review").inner_text()
        rows = page.locator("table.totals tbody tr").count()
        assert rows == sum(before[key] != shown[key] for key in before)
        # The review goes on from the automatic answers, with the reader's in place.
        assert totals(page) == shown
        assert totals(page, "automatic") == before
        assert page.locator(".reader").input_value() == "R1"


def test_moved_occlusions_are_measured_when_the_review_is_applied(
    opened: Open, case: Path, tmp_path: Path
) -> None:
    with reviewing(opened, case / "out" / "a" / "report.html") as page:
        entry = page.locator("#review-vessel-0-0-entry")
        entry.fill(str(float(entry.input_value()) + 2))
        entry.press("Enter")
        path = saved(page, tmp_path)
        bounds = page.locator("table.reviewed-scores").evaluate(
            "(table) => [...table.querySelectorAll('td[data-of=review]')]"
            ".filter((cell) => cell.textContent).map((cell) => cell.textContent)"
        )
        shown = totals(page)
        assert len(shown) == len(bounds)
    result = analyze(case, "moved", "--review", path)
    for score in result["vessels"][0]["scores"]:
        text = shown[score["system"], score["edition"], score["basis"]]
        words = text.replace("(", "").replace(")", "").split()
        numbers = [float(word) for word in words if word != "to"][-2:]
        low, high = min(numbers), max(numbers)
        assert low <= score["points_low"] <= score["points_high"] <= high
    (edit,) = result["review"]["edits"]
    (found,) = result["vessels"][0]["lesions"]
    assert [found["start_mm"], found["end_mm"]] == edit["reader"][0]
    assert edit["automatic"] != edit["reader"]


def test_without_scripts_the_review_is_a_table(opened: Open, tmp_path: Path) -> None:
    case = drawn_case(tmp_path)
    path = tmp_path / "report.html"
    path.write_bytes(case_page(case))
    with opened(path, scripts=False) as page:
        assert not page.locator("details.review").is_visible()


def test_the_saved_file_is_what_analyze_reads(opened: Open, drawn: Path, tmp_path: Path) -> None:
    with reviewing(opened, drawn) as page:
        for place in range(page.locator(".calls select").count()):
            field = page.locator(".calls select").nth(place)
            words = field.evaluate("(list) => [...list.options].map((o) => o.value)")
            field.select_option(words[-1])
        path = saved(page, tmp_path)
        review = review_from(json.loads(path.read_text()))
        assert len(review.edits) > 20


def test_every_label_of_a_unit_is_of_a_question(opened: Open, drawn: Path) -> None:
    with reviewing(opened, drawn) as page:
        labels = page.locator(".answer label").all_inner_texts()
        for told in ("age, years", "bend, °", "bend over 45 degrees", "calcium arc, °",
                     "duration, months", "LVEF, %", "prior CABG", "prior MI",
                     "Rentrop grade"):  # fmt: skip
            assert told in [label.removesuffix(" ●") for label in labels]
