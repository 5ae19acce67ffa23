"""A review of a vessel with two lesions: what is done to one leaves the other's answers alone."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ctocalc.batch.folder import write_result
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.files.case_folder import read_case
from ctocalc.files.results import write_case
from ctocalc.lesion.lesion import Lesion
from ctocalc.quantity import Measured, Unit
from ctocalc.report.page import case_page
from ctocalc.scores.facts import Source
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import evaluate
from ctocalc.scores.words import span
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.findings import facts_of
from ctocalc.study.scoring import bases, lesion_facts
from tests.case_results import lesion, mm
from tests.report.conftest import Open
from tests.report.drawn_case import drawn_result
from tests.report.test_page_review import Totals, reviewing, saved, totals

START_MM, END_MM = 38.0, 45.0
JCTO = ("jcto_ct", "fujino_2018", "corrected")
NOTHING = ClinicalFacts()


def second() -> Lesion:
    part = replace(lesion().occlusions[0], start_mm=START_MM, end_mm=END_MM, islands=())
    return replace(
        lesion(), lesion=2, target=False, start_mm=START_MM, end_mm=END_MM, occlusions=(part,),
        length_mm=mm(END_MM - START_MM),
        bend_deg=Measured(value=12.0, unit=Unit.DEG, low=8.0, high=16.0),
    )  # fmt: skip


@pytest.fixture(scope="module")
def page_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("two")
    result = drawn_result()
    lesions = (lesion(), second())
    lad = replace(
        result.vessels[0], lesions=lesions, facts=lesion_facts(lesions, NOTHING, vessel="LAD")
    )
    settings = {**result.provenance.settings, "lesion": {
        "same_cto_gap_mm": 6.0, "view_lao_deg": 60.0, "view_rao_deg": 45.0,
        "view_cranial_deg": 45.0, "view_caudal_deg": 40.0,
    }}  # fmt: skip
    result = replace(
        result, vessels=(lad, *result.vessels[1:]),
        provenance=replace(result.provenance, settings=settings),
    )  # fmt: skip
    path = folder / "report.html"
    path.write_bytes(case_page(read_case(write_case(result, folder))))
    return path


def of_second(source: Source, length: Measured) -> Totals:
    left = replace(second(), length_mm=length)
    return {
        (system.name, system.edition, basis.value): span(
            score.points, score.points_low, score.points_high
        )
        for system in SYSTEMS
        for basis in bases(system)
        for score in [
            evaluate(system, facts_of(left, "LAD", NOTHING, basis=basis, caps=source), basis=basis)
        ]
    }


def test_a_lesion_left_in_place_keeps_its_scores(opened: Open, page_of_two: Path) -> None:
    long = END_MM - START_MM
    exact = Measured(value=long, unit=Unit.MM, low=long, high=long)
    with reviewing(opened, page_of_two) as page:
        found = of_second(Source.IMAGE, mm(long))
        assert totals(page, table=1) == totals(page, "automatic", 1) == found
        closed = totals(page)[JCTO]
        move(page, "entry", 12.0)
        assert totals(page)[JCTO] != closed
        assert totals(page, table=1) == of_second(Source.READER, exact)
        # Alone it is the first, and the same.
        page.locator("#review-vessel-0-0-remove").click()
        assert totals(page) == of_second(Source.READER, exact)
        assert page.locator("table.reviewed-scores[data-vessel=LAD]").count() == 1
        # Moved itself, it waits for a measurement.
        move(page, "exit", 44.0)
        assert totals(page)[JCTO] == "0 to 4"


def move(page: Any, end: str, mm_: float) -> None:
    field = page.locator(f"#review-vessel-0-0-{end}")
    field.fill(str(mm_))
    field.press("Enter")


@pytest.mark.slow  # two analyses
def test_the_page_and_python_agree_on_the_lesion_left_in_place(
    opened: Open, synthetic: Path, tmp_path: Path
) -> None:
    case = synthetic / "two-lesions"
    lines = tuple(LineOption(path=path) for path in sorted((case / "centerlines").glob("*.csv")))
    options = CaseOptions(series=case / "dicom", lines=lines, case_id="a")
    folder = write_result(analyze_case(options), tmp_path, report=True)
    with reviewing(opened, folder / "report.html") as page:
        entry = page.locator("#review-vessel-0-0-entry")
        move(page, "entry", float(entry.input_value()) + 2)
        shown = totals(page, table=1)
        review = saved(page, tmp_path)
    again = write_result(analyze_case(replace(options, review=review)), tmp_path / "b", report=True)
    scores = [of_lesion(read_case(again).result, number) for number in (1, 2)]
    assert shown == scores[1]
    # The page of the reviewed result knows what was measured at the moved cap, until it moves.
    with reviewing(opened, again / "report.html") as page:
        assert [totals(page), totals(page, table=1)] == scores
        move(page, "entry", float(page.locator("#review-vessel-0-0-entry").input_value()) + 1)
        assert totals(page)[JCTO] == "0 to 4" != scores[0][JCTO]


def of_lesion(result: Any, number: int) -> Totals:
    return {
        (s["system"], s["edition"], s["basis"]): span(
            s["points"], s["points_low"], s["points_high"]
        )
        for s in result["vessels"][0]["scores"]
        if s["lesion"] == number
    }
