"""Pages of analysed cases, and of a real scan: what is drawn is what the files hold."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc.batch.folder import write_result
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.files.case_folder import read_case
from ctocalc.report.stills import grey
from tests.report.conftest import Open

pytestmark = pytest.mark.slow  # whole analyses

REAL = Path(__file__).resolve().parents[1] / "data" / "nlst_lad"
CASES = ("oblique-branch", "two-lesions", "subtotal", "non-contrast", "real")
READ = """(canvas, places) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", {willReadFrequently: true});
  context.drawImage(canvas, 0, 0);
  return places.map(([x, y]) => context.getImageData(
    Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data[0]);
}"""

Written = Callable[[str], Path]


@pytest.fixture(scope="module")
def written(synthetic: Path, tmp_path_factory: pytest.TempPathFactory) -> Written:
    out = tmp_path_factory.mktemp("cases")

    def write(name: str) -> Path:
        if name == "real":
            series, lines = REAL / "dicom", [REAL / "lad.csv"]
        else:
            series = synthetic / name / "dicom"
            lines = sorted((synthetic / name / "centerlines").glob("*.csv"))
        options = CaseOptions(
            series=series, lines=tuple(LineOption(path=path) for path in lines), case_id=name
        )
        return write_result(analyze_case(options), out, report=True)

    return cache(write)


def settle(page: Any) -> None:
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)))")


@pytest.mark.parametrize("name", CASES)
def test_sections_on_the_page_are_those_of_the_file(
    written: Written, opened: Open, name: str
) -> None:
    folder = written(name)
    case = read_case(folder)
    random = np.random.default_rng(11)
    assert len((folder / "report.html").read_bytes()) < 3_000_000
    with opened(folder / "report.html") as page:
        vessel = page.locator("section.vessel:visible")
        sections = case.sections[vessel.locator("h2").text_content()]
        for kind in ("wall", "lumen", "calcium"):
            vessel.locator(f".contour-switch.{kind}").click()
        last = int(vessel.locator(".position").get_attribute("max"))
        for number in random.integers(0, last + 1, 6):
            vessel.locator(".position").fill(str(number))
            settle(page)
            mm = float(vessel.locator(".position-word").text_content().split()[0])
            station = int(np.abs(sections["arclength_mm"] - mm).argmin())
            seen = grey(sections["hu"][station].T[::-1]).astype(float)
            rows, columns = random.integers(2, 50, (2, 40))
            places = [[(c + 0.5) / 61, (r + 0.5) / 61] for r, c in zip(rows, columns, strict=True)]
            drawn = vessel.locator("canvas.section").evaluate(READ, places)
            for value, r, c in zip(drawn, rows, columns, strict=True):
                around = seen[r - 1 : r + 2, c - 1 : c + 2]
                # Between unlike neighbours the browser's own interpolation takes of both.
                assert abs(value - seen[r, c]) <= 3 + 0.4 * np.ptp(around)


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_tells_the_numbers_of_the_result(
    written: Written, opened: Open, name: str
) -> None:
    folder = written(name)
    case = read_case(folder)
    with opened(folder / "report.html") as page:
        text = page.locator(".verdict").inner_text()
        for vessel in case.result["vessels"]:
            assert f"{vessel['length_mm']:.1f} mm measured" in text
            for lesion in vessel["lesions"]:
                for told in (
                    f"{lesion['start_mm']:.1f} to {lesion['end_mm']:.1f} mm",
                    f"{lesion['length_mm']['value']:.1f} mm",
                    f"{lesion['max_calcium_fraction']['value']:.2f}",
                    f"{lesion['bend_deg']['value']:.0f}°",
                ):
                    assert told in text
            for score in vessel["scores"]:
                assert score["lesion"] or score["reason"][1:] in text
        for flag in case.result["quality"]:
            assert flag["code"] in text and flag["message"] in text
        links = page.locator(".lesion a.goto:visible")
        for n in range(links.count()):
            wanted = float(links.nth(n).get_attribute("data-mm"))
            links.nth(n).click()
            settle(page)
            word = page.locator("section.vessel:visible .position-word").text_content()
            assert abs(float(word.split()[0]) - wanted) <= 0.31


@pytest.mark.parametrize("name", CASES)
def test_the_record_is_printed_on_few_pages(written: Written, opened: Open, name: str) -> None:
    folder = written(name)
    result = read_case(folder).result
    with opened(folder / "report.html") as page:
        printed = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    # The verdict, then the pictures of each vessel with a lesion, or of all where none has one.
    vessels = result["vessels"]
    assert printed == 1 + (sum(bool(vessel["lesions"]) for vessel in vessels) or len(vessels))
