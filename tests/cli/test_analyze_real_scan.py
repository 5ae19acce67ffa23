"""The main job on a real chest scan without contrast: calcium is told, occlusion is not."""

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ctocalc.files.schema import result_schema


@pytest.fixture(scope="module")
def case(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    source = shared_data / "nlst_chest_toshiba"
    out = tmp_path_factory.mktemp("real")
    lines = [source / "centerlines" / f"{name}.csv" for name in ("lad", "rca", "lcx")]
    options = [word for line in lines for word in ("--centerline", str(line))]
    code = "from ctocalc.cli.main import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "analyze", str(source / "dicom"), *options,
         "--out", str(out)],
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return out / "case"


@pytest.fixture(scope="module")
def record(case: Path) -> Any:
    return json.loads((case / "result.json").read_text(encoding="utf-8"))


def test_the_result_meets_its_schema(record: Any) -> None:
    assert not [e.message for e in Draft202012Validator(result_schema()).iter_errors(record)]


def test_no_occlusion_is_invented_and_the_reason_is_given(record: Any, case: Path) -> None:
    assert "NO_CONTRAST" in {notice["code"] for notice in record["quality"]}
    for vessel in record["vessels"]:
        assert vessel["lesions"] == []
        assert vessel["scores"], "one row per system says why there is no score"
        assert all(score["points_low"] is None and score["reason"] for score in vessel["scores"])
    with (case / "stations.tsv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {row["occluded"] for row in rows} == {""}
    assert {row["lumen_area_mm2"] for row in rows} == {""}


def test_calcium_is_told_without_contrast(record: Any) -> None:
    calcium = {vessel["vessel"]: vessel["calcium"] for vessel in record["vessels"]}
    assert calcium["LAD"]["agatston"]["value"] > 0
    for vessel in ("RCA", "LCX"):
        assert calcium[vessel]["agatston"]["value"] == 0
        assert calcium[vessel]["plaques"] == []
