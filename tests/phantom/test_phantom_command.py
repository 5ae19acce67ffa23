"""``ctocalc phantom``: what it writes, and how it refuses."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ctocalc.cli.main import main
from ctocalc.phantom.cases import EVERY

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["ctocalc", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return int(ended.value.code or 0), out, err

    return call


def test_the_list_names_every_case(run: Run) -> None:
    code, out, _ = run("phantom", "--list")
    assert code == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == list(EVERY)


def test_an_unknown_name_is_a_usage_error_that_lists_the_names(run: Run, tmp_path: Path) -> None:
    code, out, err = run("phantom", "no-such", "--out", tmp_path / "x")
    assert (code, out) == (2, "")
    assert all(name in err for name in EVERY)
    assert not (tmp_path / "x").exists()


def test_a_seed_below_zero_is_a_usage_error(run: Run, tmp_path: Path) -> None:
    code, out, err = run("phantom", "open-vessel", "--seed", "-1", "--out", tmp_path / "x")
    assert (code, out) == (2, "")
    assert "--seed" in err
    assert not (tmp_path / "x").exists()


def test_a_case_is_a_whole_folder_and_is_never_overwritten(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "case"
    code, out, _ = run("phantom", "open-vessel", "--out", folder)
    assert (code, out) == (0, "")
    names = {path.name for path in folder.iterdir()}
    assert names == {"dicom", "centerlines", "truth.json", "stations.tsv"}
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    assert [v["vessel"] for v in truth["vessels"]] == ["LAD", "D1"]
    with (folder / "stations.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    lad = [row for row in rows if row["vessel"] == "LAD"]
    volume = sum(float(row["calcium_area_mm2"]) for row in lad) * 0.5
    assert volume == pytest.approx(truth["vessels"][0]["calcium"]["volume_mm3"]["value"], rel=0.1)
    line = np.loadtxt(folder / "centerlines" / "LAD.csv", delimiter=",", skiprows=1)
    axis = np.array([[float(row[f"{c}_lps_mm"]) for c in "xyz"] for row in lad])
    nearest = np.linalg.norm(line[:, None] - axis, axis=2).min(axis=1)
    assert nearest.max() < 0.8
    assert run("phantom", "open-vessel", "--out", folder)[0] == 5


def test_random_names_take_a_seed(run: Run, tmp_path: Path) -> None:
    assert run("phantom", "random-hard:3", "--out", tmp_path / "one")[0] == 0
    truth = json.loads((tmp_path / "one" / "truth.json").read_text("utf-8"))
    assert truth["case_id"] == "random-hard-3"
    assert 28 <= truth["image"]["noise_hu"] <= 42
