"""A canary in the names of line files and in every label that a format has: shown nowhere."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.cli.main import main
from ctocalc.files.centerlines import read_centerlines
from tests.dicom_builder import files
from tests.files.lines.writers import fcsv, markups, npz, pth, vtp
from tests.tube_scan import write_line, write_scan

CANARY = "CANARY^DOE"
DECLARED = ("--frame", "lps")


def lines_of(line: Floats) -> dict[str, bytes]:
    """Return the line, and another beside it, in every format with CANARY where it has words."""
    aside = np.concatenate([line[:12], line[12] + np.linspace(0, 8, 20)[1:, None] * (1, 0.2, 0.4)])
    table = "x,y,z,label\n" + "".join(
        f"{x},{y},{z},{CANARY}{n}\n" for n, one in enumerate((line, aside)) for x, y, z in one
    )
    plain = {"label": CANARY, "points_lps_mm": line.tolist(), CANARY: CANARY}
    other = plain | {"points_lps_mm": aside.tolist()}
    named = pth(line).replace(b"<path ", f'<path name="{CANARY}" '.encode(), 1)
    return {
        ".csv": table.encode(),
        ".txt": f"# {CANARY}\n".encode() + table.encode(),
        ".json": json.dumps({"lines": [plain, other], "name": CANARY}).encode(),
        ".mrk.json": markups((CANARY, line), (CANARY, aside)),
        ".npz": npz(**{CANARY: line, f"{CANARY}2": aside}),
        ".pth": named,
        ".fcsv": fcsv(line).replace(b",F-", f",{CANARY}".encode()),
        ".vtp": vtp([line, aside]).replace(b"?>", f"?><!-- {CANARY} -->".encode(), 1),
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    write_scan(folder)
    line = read_centerlines(write_line(folder / "lad.csv")).points_lps_mm
    for suffix, data in lines_of(line).items():
        (folder / f"{CANARY}{suffix}").write_bytes(data)
    return folder


def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, str]:
    monkeypatch.setattr(sys, "argv", ["ctocalc", "analyze", *arguments])
    with pytest.raises(SystemExit) as leaving:
        main()
    return int(leaving.value.code or 0), "".join(capfd.readouterr())


@pytest.mark.slow
@pytest.mark.parametrize(
    "suffix", [".csv", ".txt", ".json", ".mrk.json", ".npz", ".pth", ".fcsv", ".vtp"]
)
def test_no_name_of_a_line_is_told_or_written(
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    suffix: str,
) -> None:
    monkeypatch.chdir(folder)
    file = f"{CANARY}{suffix}"
    several = suffix not in (".pth", ".fcsv")
    if several:  # the refusal lists what there is to choose from
        code, said = run(monkeypatch, capfd, "scan.mha", "--centerline", file, "--json", *DECLARED)
        assert code == 3, said
        assert "CANARY" not in said and "DOE" not in said
    code, said = run(
        monkeypatch, capfd, "scan.mha", "--centerline", f"{file}:1" if several else file,
        "--out", str(tmp_path), *DECLARED,
    )  # fmt: skip
    assert code == 0, said
    assert "VESSEL_UNNAMED: Neither" in said
    assert "CANARY" not in said and "DOE" not in said
    written = list(files(tmp_path))
    assert len(written) > 4
    for one in written:
        assert "CANARY" not in one.name
        assert b"CANARY" not in one.read_bytes()
    assert "line_1" in (tmp_path / "case" / "vessels.tsv").read_text(encoding="utf-8")


def test_a_refused_line_or_branch_is_told_without_its_name(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(folder)
    (folder / f"{CANARY}-bad.csv").write_text(f"{CANARY}\n", encoding="utf-8")
    for option in ("--centerline", "--branch"):
        code, said = run(
            monkeypatch, capfd, "scan.mha", "--centerline", "lad.csv", option, f"{CANARY}-bad.csv",
            "--json",
        )  # fmt: skip
        assert code in (3, 4)
        assert "CENTERLINE_UNREADABLE" in said
        assert "CANARY" not in said
