"""``ctocalc analyze`` on lines of any format, and on the lines of a tree."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc.cli.main import main
from ctocalc.files.centerlines import read_centerlines
from tests.files.lines.writers import markups, vtp
from tests.tube_scan import write_line, write_scan

Analyze = Callable[..., tuple[int, Any, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scan, its line in many formats, and a tree of it: main line, twin, a branch with trunk."""
    folder = tmp_path_factory.mktemp("case")
    write_scan(folder)
    write_line(folder / "lad.csv")
    line = read_centerlines(folder / "lad.csv").points_lps_mm
    middle = len(line) // 2
    aside = line[middle] + np.linspace(0.0, 8.0, 20)[1:, None] * (1.0, 0.2, 0.4)
    branch = np.concatenate([line[: middle + 1], aside])
    for name, data in {
        "lad.mrk.json": markups(("LAD", line)),
        "lad.vtp": vtp([line], form="appended-raw", compressor="vtkLZ4DataCompressor"),
        "tree.vtp": vtp([branch, line, line + 0.3]),
        "own.vtp": vtp([branch[middle:]]),
        "twins.mrk.json": markups(("LAD", line), ("LCX", line + 0.3)),
    }.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture
def analyze(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Analyze:
    def call(*arguments: str) -> tuple[int, Any, str]:
        monkeypatch.chdir(folder)
        monkeypatch.setattr(sys, "argv", ["ctocalc", "analyze", "scan.mha", "--json", *arguments])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return int(leaving.value.code or 0), json.loads(out) if out else None, err

    return call


def measured(found: tuple[int, Any, str]) -> Any:
    """The vessels without what tells the files apart: digests, and the branch's name."""
    code, result, err = found
    assert code == 0, err
    for vessel in result["vessels"]:
        del vessel["centerline"]
        for lesion in vessel["lesions"]:
            for branch in lesion["side_branches"] or ():
                del branch["vessel"]
    return result["vessels"]


def test_the_same_vessel_through_every_format_gives_the_same_measurements(
    analyze: Analyze,
) -> None:
    wanted = json.dumps(measured(analyze("--centerline", "lad.csv")))
    for name in ("lad.mrk.json", "lad.vtp"):
        assert json.dumps(measured(analyze("--centerline", name))) == wanted, name


def test_a_line_of_a_tree_is_measured_with_the_other_lines_as_its_branches(
    analyze: Analyze,
) -> None:
    declared = ("--frame", "lps")
    tree = measured(analyze("--centerline", "tree.vtp:2", "--vessel", "LAD", *declared))
    apart = measured(analyze("--centerline", "lad.csv", "--branch", "own.vtp", *declared))
    assert tree == apart
    alone = measured(analyze("--centerline", "lad.csv"))
    assert tree != alone


def test_a_vessel_is_never_guessed_and_never_given_twice(analyze: Analyze) -> None:
    code, _, err = analyze("--centerline", "tree.vtp", "--vessel", "LAD")
    assert code == 3
    assert err.startswith("CENTERLINE_UNREADABLE: LAD: The file holds 3 line(s)")
    code, result, err = analyze(
        "--centerline", "twins.mrk.json:LAD", "--centerline", "twins.mrk.json:LCX"
    )
    assert code == 4
    assert "CENTERLINE_UNREADABLE: LCX: The line runs along LAD nearly from begin to end" in err
    assert [vessel["status"] for vessel in result["vessels"]] == ["ok", "refused"]
