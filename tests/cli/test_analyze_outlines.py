"""``ctocalc analyze`` with a reader's contours and masks."""

import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from jsonschema import Draft202012Validator

from ctocalc.cli.main import main
from ctocalc.files.schema import result_schema
from tests.files.test_contours import contour_text, ring
from tests.tube_scan import FIRST_Z_MM, X_MM, Y_MM, write_line, write_scan

Analyze = Callable[..., tuple[int, str, str]]
AXIS = np.array([X_MM, Y_MM, 0.0])
SECTIONS = np.arange(FIRST_Z_MM - 5.0, FIRST_Z_MM - 30.0, -0.5)


def write_mask(path: Path, radius_mm: float, value: int = 1) -> None:
    """A tube about the vessel on a grid of its own."""
    size, spacing = (40, 40, 60), (0.3, 0.3, 0.7)
    origin = (X_MM - 6.03, Y_MM - 5.91, FIRST_Z_MM - 41.0)
    x, y, _ = (o + s * np.arange(n) for o, s, n in zip(origin, spacing, size, strict=True))
    inside = np.hypot(x[None, :] - X_MM, y[:, None] - Y_MM) < radius_mm
    image = sitk.GetImageFromArray(np.repeat(value * inside[None].astype(np.uint8), 60, axis=0))
    image.SetSpacing(spacing)
    image.SetOrigin(origin)
    sitk.WriteImage(image, str(path))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    write_scan(folder)
    write_line(folder / "lad.csv")
    drawn = [("VesselWall", AXIS + ring(2.1, z)) for z in SECTIONS]
    (folder / "lad.txt").write_text(contour_text(*drawn))
    (folder / "rca.txt").write_text(contour_text(*drawn, vessel="rca"))
    (folder / "far.txt").write_text(contour_text(*((g, p + 9.0) for g, p in drawn)))
    write_mask(folder / "wall.nrrd", 2.0)
    write_mask(folder / "lumen.nii.gz", 1.2, value=7)
    return folder


@pytest.fixture
def analyze(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Analyze:
    def call(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        words = ["ctocalc", "analyze", "scan.mha", "--centerline", "lad.csv", *arguments]
        monkeypatch.setattr(sys, "argv", words)
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return int(leaving.value.code or 0), out, err

    return call


def stations(case: Path) -> dict[str, Any]:
    """Columns of the stations that a reader's wall covers."""
    with (case / "stations.tsv").open(encoding="utf-8") as file:
        rows = [
            row for row in csv.DictReader(file, delimiter="\t") if row["wall_source"] == "reader"
        ]
    return {
        name: np.array([float(row[name] or "nan") for row in rows])
        for name in ("arclength_mm", "wall_area_mm2", "lumen_area_mm2")
    }


def test_contours_replace_the_wall_and_the_result_says_so(analyze: Analyze, tmp_path: Path) -> None:
    code, _, err = analyze("--contours", "lad.txt", "--out", str(tmp_path))
    assert code == 0, err
    assert "READER_OUTLINES: LAD: The wall of " in err
    assert "DOE" not in err
    found = stations(tmp_path / "case")
    assert (found["arclength_mm"].min(), found["arclength_mm"].max()) == pytest.approx(
        (5.0, 29.5), abs=0.6
    )
    np.testing.assert_allclose(found["wall_area_mm2"], np.pi * 2.1**2, rtol=0.03)
    record = json.loads((tmp_path / "case" / "result.json").read_text())
    assert not list(Draft202012Validator(result_schema()).iter_errors(record))
    assert "contours LAD" in [one["role"] for one in record["provenance"]["inputs"]]


def test_masks_on_grids_of_their_own_replace_wall_and_lumen(
    analyze: Analyze, tmp_path: Path
) -> None:
    masks = ("--mask", "LAD=wall.nrrd", "--mask", "lumen.nii.gz:lumen")
    code, _, err = analyze(*masks, "--out", str(tmp_path))
    assert code == 0, err
    found = stations(tmp_path / "case")
    assert len(found["arclength_mm"]) > 60
    np.testing.assert_allclose(found["wall_area_mm2"], np.pi * 2.0**2, rtol=0.06)
    np.testing.assert_allclose(found["lumen_area_mm2"], np.pi * 1.2**2, rtol=0.1)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--contours", "rca.txt"), 2, "--contours needs a vessel of this case"),
        (("--contours", "LAD=rca.txt"), 3, "says that it is of RCA"),
        (("--contours", "far.txt"), 3, "go around the vessel's axis"),
        (("--contours", "gone.txt"), 3, "does not exist"),
        (("--contours", "lad.csv"), 3, "Line 1: "),
        (("--mask", "scan.mha"), 3, "not binary"),
        (("--mask", "lad.csv"), 3, "The mask cannot be used"),
        (("--mask", "LCX=wall.nrrd"), 2, "--mask needs a vessel of this case"),
    ],
)
def test_what_cannot_be_used_is_refused(
    analyze: Analyze, arguments: tuple[str, ...], code: int, said: str
) -> None:
    found, out, err = analyze(*arguments, "--json")
    assert (found, out) == (code, "")
    assert said in err
    assert "gone" not in err
