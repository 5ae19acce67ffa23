"""``ctocalc demo``: every case, one line each, one table; a failing case stops no other."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from ctocalc.batch import job as one_case
from ctocalc.cli import demo
from ctocalc.cli.demo_table import demo_table
from ctocalc.cli.main import main
from ctocalc.files.schema import result_schema
from tests.case_results import case_result

Run = Callable[..., tuple[int, str, list[str]]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str) -> tuple[int, str, list[str]]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["ctocalc", "demo", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return int(leaving.value.code or 0), out, err.splitlines()

    return call


@pytest.fixture
def cases(tmp_path: Path, synthetic: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with one good case, which ``demo`` takes for data/synthetic."""
    folder = tmp_path / "cases"
    shutil.copytree(synthetic / "soft-tapered-short", folder / "good")
    monkeypatch.setattr(demo, "SYNTHETIC", folder)
    return folder


def test_a_good_case_is_written_and_told(run: Run, cases: Path, tmp_path: Path) -> None:
    code, out, err = run()
    assert code == 0, err
    head, row, *rest = out.splitlines()
    assert head.split()[:4] == ["case", "vessel", "lesion", "occlusions"]
    assert row.split()[:4] == ["good", "RCA", "1", "1"]
    assert rest[-1] == f"Results: {Path('results', 'demo')}"
    assert err[1].startswith("[1/1] good ... ")
    record = json.loads((tmp_path / "results" / "demo" / "good" / "result.json").read_text())
    assert not list(Draft202012Validator(result_schema()).iter_errors(record))
    (lesion,) = record["vessels"][0]["lesions"]
    assert f"  {lesion['length_mm']['value']:.1f}  " in row


def test_a_refused_case_stops_no_other(run: Run, cases: Path) -> None:
    (cases / "bad" / "dicom").mkdir(parents=True)
    shutil.copytree(cases / "good" / "centerlines", cases / "bad" / "centerlines")
    code, out, err = run("--out", "here")
    assert code == 4
    assert err[1].startswith("[1/2] bad ... NO_IMAGES: ")
    assert err[2].startswith("[2/2] good ... ") and "NO_IMAGES" not in err[2]
    assert [line.split()[0] for line in out.splitlines()[1:2]] == ["good"]


def test_a_fault_stops_no_other_and_tells_no_message(
    run: Run, cases: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("Smith^John")

    monkeypatch.setattr(one_case, "analyze_case", fails)
    code, out, err = run()
    assert code == 4
    assert err[1] == "[1/1] good ... unexpected fault (RuntimeError)"
    assert "Smith" not in out + "".join(err)


def test_a_place_that_cannot_be_written_to_ends_it(run: Run, cases: Path, tmp_path: Path) -> None:
    stranger = tmp_path / "here" / "good" / "notes.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_text("mine")
    code, out, err = run("--out", "here")
    assert code == 5 and out == ""
    assert err[-1].startswith("OUTPUT_FAILED: ")
    assert stranger.read_text() == "mine"


@pytest.mark.slow
def test_without_the_data_phantoms_are_rendered(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "SYNTHETIC", tmp_path / "absent")
    code, out, err = run()
    assert code == 0, err
    assert err[0] == "No data/synthetic here; rendering soft-tapered-short and blunt-calcified."
    assert [line.split()[0] for line in out.splitlines()[1:3]] == list(demo.WITHOUT_DATA)


@pytest.mark.slow
def test_every_synthetic_case_passes(run: Run, synthetic: Path, tmp_path: Path) -> None:
    code, out, err = run()
    assert code == 0, err
    names = sorted(path.parent.name for path in synthetic.glob("*/dicom"))
    assert sorted(p.name for p in (tmp_path / "results" / "demo").iterdir()) == names
    assert {line.split()[0] for line in out.split("\n\n")[0].splitlines()[1:]} == set(names)


def test_the_table_tells_every_vessel_and_rounds_nothing_away() -> None:
    head, lad, rca, lcx, *_ = demo_table({"a": case_result()}).splitlines()
    columns = head.replace("J-CTO on CT", "J-CTO-on-CT").split()
    assert columns[-3:] == ["J-CTO-on-CT", "CT-RECTOR", "KCCT"]
    assert lad.split()[:4] == ["a", "LAD", "1", "1"]
    assert lad.split()[4:6] == ["20.1", "0.62"] and "blunt/?" in lad
    assert lad.split()[-3] == "0-5"
    assert rca.split()[:4] == ["a", "RCA", "-", "0"]
    assert "refused (CENTERLINE_OUTSIDE_IMAGE)" in lcx
