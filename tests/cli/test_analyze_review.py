"""``analyze --review`` and the manifest's ``review``, from files to files."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.reviews import edit
from tests.tube_scan import write_line, write_scan

PROGRAM = (sys.executable, "-c", "from ctocalc.cli.main import main; main()")


def ctocalc(*arguments: str | Path) -> tuple[int, str, str]:
    done = subprocess.run(
        [*PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=300
    )
    return done.returncode, done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Smith^John")
    write_scan(folder)
    write_line(folder / "lad.csv")
    return folder


def analyze(folder: Path, *more: str | Path) -> tuple[int, str, str]:
    return ctocalc(
        "analyze", folder / "scan.mha", "--centerline", folder / "lad.csv", "--vessel", "LAD",
        "--no-report", "--case-id", "a", *more,
    )  # fmt: skip


@pytest.fixture(scope="module")
def automatic(folder: Path) -> bytes:
    assert analyze(folder, "--out", folder / "out")[0] == 0
    return (folder / "out" / "a" / "result.json").read_bytes()


def review(automatic: bytes, **changes: Any) -> dict[str, Any]:
    result = json.loads(automatic)
    (lesion,) = result["vessels"][0]["lesions"]
    where = {"number": 1, "start_mm": lesion["start_mm"], "end_mm": lesion["end_mm"]}
    call = lesion["proximal_stump"]["call"]
    other = "blunt" if call == "tapered" else "tapered"
    return {
        "schema": "ctocalc-review/1", "case_id": "a", "reader": "R1", "version": "0.1.0",
        "when": "2026-02-03T04:05:06Z", "status": "final", "blind": False,
        "comment": "Mueller^Anna <script>",
        "result_digest": hashlib.sha256(automatic).hexdigest(),
        "edits": [edit("proximal_stump", other, call, vessel="LAD", lesion=where)],
    } | changes  # fmt: skip


def test_the_official_figures_follow_and_the_comment_stays_in_the_result(
    folder: Path, automatic: bytes
) -> None:
    content = review(automatic)
    path = folder / "Mueller_review.json"
    path.write_text(json.dumps(content))
    code, out, err = analyze(folder, "--out", folder / "reviewed", "--review", path)
    assert code == 0
    assert "READER_REVIEW" in err
    written = {p.name: p.read_bytes() for p in (folder / "reviewed" / "a").iterdir()}
    result = json.loads(written["result.json"])
    assert result["review"]["same_result"] is True
    assert result["review"]["comment"] == content["comment"]
    edits = content["edits"]
    assert result["review"]["edits"] == edits
    assert result["vessels"][0]["lesions"][0]["proximal_stump"]["call"] == edits[0]["reader"]
    inputs = {each["role"]: each["sha256"] for each in result["provenance"]["inputs"]}
    assert inputs["review"] == hashlib.sha256(path.read_bytes()).hexdigest()
    for name, data in written.items():
        assert name == "result.json" or b"Mueller" not in data
    assert "Mueller" not in out + err
    # Nothing else of the image has changed.
    before = json.loads(automatic)["vessels"][0]
    after = result["vessels"][0]
    assert after["calcium"] == before["calcium"]
    assert after["lesions"][0]["length_mm"] == before["lesions"][0]["length_mm"]


def test_a_bad_review_is_exit_3_and_leaves_nothing(folder: Path, automatic: bytes) -> None:
    path = folder / "bad.json"
    contents: list[Any] = [review(automatic, case_id="b"), review(automatic, extra=1), []]
    for content in contents:
        path.write_text(json.dumps(content))
        code, out, err = analyze(folder, "--out", folder / "none", "--review", path)
        assert (code, out) == (3, "")
        assert err.startswith("REVIEW_INVALID: The review ")
        assert not (folder / "none").exists()
    assert analyze(folder, "--json", "--review", folder / "absent.json")[0] == 3


def test_a_batch_applies_the_review_of_its_row(folder: Path, automatic: bytes) -> None:
    (folder / "r.json").write_text(json.dumps(review(automatic)))
    (folder / "list.csv").write_text(
        "case_id,series,centerline,vessel,review\na,scan.mha,lad.csv,LAD,r.json\n"
        "b,scan.mha,lad.csv,LAD,r.json\n"
    )
    analyze(folder, "--out", folder / "reviewed", "--review", folder / "r.json")
    code, _, err = ctocalc(
        "batch", folder / "list.csv", "--out", folder / "many", "--no-report", "--workers", "1"
    )
    assert code == 4, err
    many, lone = folder / "many" / "a", folder / "reviewed" / "a"
    assert (many / "result.json").read_bytes() == (lone / "result.json").read_bytes()
    rows = (folder / "many" / "cases.tsv").read_text().splitlines()
    cases = [dict(zip(rows[0].split("\t"), r.split("\t"), strict=True)) for r in rows[1:]]
    assert [(c["case_id"], c["status"], c["code"], c["reader_edits"]) for c in cases] == [
        ("a", "ok", "", "1"), ("b", "refused", "REVIEW_INVALID", "")
    ]  # fmt: skip
