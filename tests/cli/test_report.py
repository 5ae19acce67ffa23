"""``ctocalc report``: the same pages as the analysis wrote, and nothing else touched."""

import json
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from ctocalc.batch.folder import write_result
from ctocalc.cli.main import main
from tests.report.cohorts import cohort
from tests.report.drawn_case import drawn_result

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*folders: Path | str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ctocalc", "report", *map(str, folders)])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return int(leaving.value.code or 0), out, err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_result(drawn_result(), tmp_path / "out", report=True)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_it_draws_the_same_bytes_as_the_analysis(run: Run, folder: Path) -> None:
    before = contents(folder)
    (folder / "report.html").write_text("torn")
    assert run(folder) == (0, "drawn-1: drawn\n", "")
    assert contents(folder) == before
    assert [p.name for p in folder.parent.iterdir()] == ["drawn-1"]


def test_what_was_not_drawn_yet_is_added(run: Run, tmp_path: Path, folder: Path) -> None:
    bare = write_result(drawn_result(), tmp_path / "bare", report=False)
    assert "report.html" not in contents(bare)
    assert run(bare)[0] == 0
    assert contents(bare) == contents(folder)


def test_figures_are_vectors_where_asked_for(run: Run, folder: Path) -> None:
    before = contents(folder)
    assert run(folder, "--figures", "svg")[0] == 0
    drawn = contents(folder)
    names = {name for name in before if name.endswith(".png")}
    assert names and {name for name in drawn if name.endswith(".png")} == set()
    assert {name.replace(".svg", ".png") for name in drawn if name.endswith(".svg")} == names
    assert all(b"<svg" in data[:900] for name, data in drawn.items() if name.endswith(".svg"))
    rest = before.keys() - names
    assert {name: drawn[name] for name in rest} == {name: before[name] for name in rest}


def test_a_renamed_folder_is_drawn_where_it_is(run: Run, folder: Path) -> None:
    renamed = folder.rename(folder.with_name("elsewhere"))
    assert run(renamed)[0] == 0
    assert [p.name for p in renamed.parent.iterdir()] == ["elsewhere"]


def test_a_folder_without_a_result_is_refused_and_stops_no_other(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    stranger = tmp_path / "DOE^JOHN"
    stranger.mkdir()
    (stranger / "letter.txt").write_text("kept")
    code, out, err = run(stranger)
    assert code == 3 and out == ""
    assert err.startswith("RESULT_UNREADABLE: ") and "DOE" not in err
    code, out, err = run(stranger, folder)
    assert code == 4 and out == "drawn-1: drawn\n"
    assert err.startswith("RESULT_UNREADABLE: folder 1 of 2: ")
    assert (stranger / "letter.txt").read_text() == "kept"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A batch of three cases by its tables, one refused; the two measured ones have no page yet."""
    folder = tmp_path / "batch"
    folder.mkdir()
    for name, columns in cohort(10).items():
        more = {"item": [None] * len(columns["case_id"])} if name == "scores" else {}
        kept = [case in {"case-0000", "case-0001", "case-0009"} for case in columns["case_id"]]
        table = pa.table(columns | more).filter(pa.array(kept))
        parquet.write_table(table, folder / f"{name}.parquet")
    for case in ("case-0000", "case-0001"):
        write_result(replace(drawn_result(), case_id=case), folder, report=False)
    return folder


def leads(batch: Path) -> dict[str, int]:
    """Return whether the row of each case leads to a page."""
    text = (batch / "cohort.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, flags=re.S)
    assert found is not None
    return {row[0]: int(row[4]) for row in json.loads(found[1])["rows"]}


def test_a_batch_is_drawn_whole_and_its_page_leads_to_what_is_there(run: Run, batch: Path) -> None:
    code, out, err = run(batch)
    assert (code, err) == (0, "")
    assert out.splitlines() == ["case-0000: drawn", "case-0001: drawn", "cohort.html: drawn"]
    assert leads(batch) == {"case-0000": 1, "case-0001": 1, "case-0009": 0}
    pages = {p.parent.name for p in batch.glob("*/report.html")}
    assert pages == {"case-0000", "case-0001"}
    once = contents(batch)
    assert run(batch)[0] == 0
    assert contents(batch) == once


def test_a_case_that_is_gone_stops_no_other_and_no_row_leads_to_it(run: Run, batch: Path) -> None:
    shutil.rmtree(batch / "case-0000")
    code, out, err = run(batch)
    assert (code, out) == (4, "case-0001: drawn\ncohort.html: drawn\n")
    assert err.startswith("RESULT_UNREADABLE: case-0000: The folder holds no whole result")
    assert leads(batch) == {"case-0000": 0, "case-0001": 1, "case-0009": 0}


def test_a_batch_whose_tables_are_torn_is_refused_with_what_to_do(run: Run, batch: Path) -> None:
    assert run(batch)[0] == 0
    before = (batch / "cohort.html").read_bytes()
    (batch / "vessels.parquet").write_bytes(b"torn")
    code, _, err = run(batch)
    assert code == 4
    assert err.startswith("RESULT_UNREADABLE: cohort.html: The tables of the batch cannot be read")
    assert (batch / "cohort.html").read_bytes() == before


def test_files_of_somebody_else_are_not_lost(run: Run, folder: Path) -> None:
    (folder / "notes.txt").write_text("kept")
    code, _, err = run(folder)
    assert code == 5 and err.startswith("OUTPUT_FAILED: ")
    assert (folder / "notes.txt").read_text() == "kept"


def test_the_page_for_blind_reading_is_drawn_where_asked_for(run: Run, folder: Path) -> None:
    before = contents(folder)
    assert run(folder, "--blind") == (0, "drawn-1: drawn\n", "")
    drawn = contents(folder)
    assert drawn.keys() - before.keys() == {"blind.html"}
    assert {name: drawn[name] for name in before} == before
    assert b"J-CTO" not in drawn["blind.html"]
