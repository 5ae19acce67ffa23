"""``ctocalc batch`` from a manifest to tables: what it prints, writes, refuses and returns."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pyarrow as pa
import pytest
from pyarrow import parquet

from ctocalc.cli.main import main
from tests.tube_scan import write_line, write_scan

Run = Callable[..., tuple[int, str, str]]
HEAD = "case_id,series,centerline,vessel,prior_attempt,site"
TABLES = ("stations", "lesions", "scores", "vessels")
# What is run in the background inherits that Ctrl-C is ignored: here it is to be heard.
PROGRAM = (
    sys.executable, "-c",
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "from ctocalc.cli.main import main; main()",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("Smith^John")
    write_scan(folder)
    write_line(folder / "lad.csv")
    write_line(folder / "far.csv", shift_mm=500)
    (folder / "manifest.csv").write_text(
        f"{HEAD}\n"
        "two,scan.mha,lad.csv,LAD,no,east\n"
        "gone,nothing.mha,lad.csv,LAD,,west\n"
        "one,scan.mha,lad.csv,RCA,,north\n"
        "two,scan.mha,far.csv,LCX,,south\n"
    )
    return folder


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ctocalc", *map(str, arguments)])
        with pytest.raises(SystemExit) as leaving:
            main()
        out, err = capfd.readouterr()
        return int(leaving.value.code or 0), out, err

    return call


def test_a_manifest_with_faults_is_refused_before_anything_runs(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.csv"
    path.write_text(f"{HEAD}\na,,l.csv,LAD,perhaps,x\n")
    code, out, err = run("batch", path, "--out", tmp_path / "out")
    assert (code, out) == (3, "")
    assert err.splitlines() == [
        "MANIFEST_INVALID: row 2, column series: it is empty.",
        "MANIFEST_INVALID: row 2, column prior_attempt: expected yes, no or unknown.",
    ]
    assert not (tmp_path / "out").exists()


def test_a_dry_run_says_what_would_run_and_writes_nothing(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    code, out, err = run("batch", folder / "manifest.csv", "--out", tmp_path / "o", "--dry-run")
    assert (code, out.split()) == (0, ["two", "one", "gone"])
    assert "4 rows, 3 cases: 3 to run, 0 done before." in err
    assert "row 3, column series: there is no such path" in err
    assert not (tmp_path / "o").exists()


@pytest.mark.parametrize(
    "words",
    [["--shard", "3/3"], ["--shard", "a"], ["--workers", "0"], ["--time-limit", "0"],
     ["--workers", "1", "--scheduler", "tcp://x:1"]],
)  # fmt: skip
def test_options_that_make_no_sense_are_usage(
    run: Run, folder: Path, tmp_path: Path, words: list[str]
) -> None:
    assert run("batch", folder / "manifest.csv", "--out", tmp_path / "o", *words)[0] == 2


def test_settings_that_are_not_valid_are_refused(run: Run, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("[axis]\nstation_m = 1\n")
    words = ("--out", tmp_path / "o", "--settings", tmp_path / "s.toml")
    code, _, err = run("batch", folder / "manifest.csv", *words)
    assert code == 3 and err.splitlines()[-1].startswith("SETTINGS_INVALID: ")


@pytest.mark.slow
def test_an_out_that_cannot_be_made_is_an_output_fault(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    code, _, err = run("batch", folder / "manifest.csv", "--out", tmp_path / "file" / "o")
    assert code == 5 and "OUTPUT_FAILED" in err


@pytest.mark.slow
def test_a_batch_gives_what_analyze_gives_and_names_what_failed(
    run: Run, folder: Path, tmp_path: Path
) -> None:
    out, alone = tmp_path / "out", tmp_path / "alone"
    code, stdout, err = run("batch", folder / "manifest.csv", "--out", out, "--json-log")
    assert code == 4, err
    assert "gone: NO_IMAGES: The path given as SERIES does not exist" in err
    assert "two: refused vessels: LCX" in err
    logged = [json.loads(line) for line in stdout.splitlines()]
    assert {line["case_id"]: line["status"] for line in logged} == {
        "one": "ok", "two": "ok", "gone": "refused"
    }  # fmt: skip
    assert "Smith" not in err + stdout

    scan, near, far = (folder / name for name in ("scan.mha", "lad.csv", "far.csv"))
    lone = ("--centerline", near, "--vessel", "RCA", "--case-id", "one", "--out", alone)
    assert run("analyze", scan, *lone)[0] == 0
    asked = (
        "--centerline", near, "--vessel", "LAD", "--centerline", far, "--vessel", "LCX",
        "--prior-attempt", "LAD=no", "--case-id", "two", "--out", alone,
    )  # fmt: skip
    assert run("analyze", scan, *asked)[0] == 4
    for case in ("one", "two"):
        files = {p.relative_to(alone) for p in (alone / case).rglob("*") if p.is_file()}
        assert files == {p.relative_to(out) for p in (out / case).rglob("*") if p.is_file()}
        assert [f for f in files if (out / f).read_bytes() != (alone / f).read_bytes()] == []

    rows = [line.split("\t") for line in (out / "cases.tsv").read_text().splitlines()]
    assert [row[:4] + row[5:7] for row in rows[1:]] == [
        ["two", "LAD", "ok", "", "ok", ""],
        ["gone", "LAD", "refused", "NO_IMAGES", "", ""],
        ["one", "RCA", "ok", "", "ok", ""],
        ["two", "LCX", "ok", "", "refused", "CENTERLINE_OUTSIDE_IMAGE"],
    ]
    for name in TABLES:
        check_table(out, name)

    before = {p: p.read_bytes() for p in sorted(out.rglob("*.tsv"))}
    code, stdout, err = run("batch", folder / "manifest.csv", "--out", out)
    assert code == 4
    assert "3 done before, 2 of them not whole (--retry-failed runs them anew)." in err
    assert ": 0 to run" in err
    assert "1 of 3 cases whole." in stdout
    assert {p: p.read_bytes() for p in sorted(out.rglob("*.tsv"))} == before


def check_table(out: Path, name: str) -> None:
    """Rows are those of the cases, in the manifest's order, with the case and the site."""
    header, *rows = (out / f"{name}.tsv").read_text().splitlines()
    own = {case: (out / case / f"{name}.tsv").read_text().splitlines() for case in ("two", "one")}
    sites = {("two", "LAD"): "east", ("two", "LCX"): "south", ("one", "RCA"): "north"}
    assert header == f"case_id\t{own['one'][0]}\tsite"
    assert rows == [
        f"{case}\t{line}\t{sites[case, line.partition(chr(9))[0]]}"
        for case, lines in own.items()
        for line in lines[1:]
    ]
    meanings = json.loads((out / f"{name}.json").read_text())
    assert list(meanings) == header.split("\t")
    columns = parquet.read_table(out / f"{name}.parquet")
    assert columns.column_names == header.split("\t") and columns.num_rows == len(rows)
    kinds = {"number": pa.float64(), "integer": pa.int64(), "boolean": pa.bool_()}
    for place, (column, meaning) in enumerate(meanings.items()):
        found = columns[column]
        assert found.type == kinds.get(meaning["type"], pa.string())
        cells = [row.split("\t")[place] for row in rows]
        assert [value is None for value in found.to_pylist()] == [cell == "" for cell in cells]
        if meaning["type"] == "number":
            read = [None if cell == "" else float(cell) for cell in cells]
            assert found.to_pylist() == read


@pytest.mark.slow
@pytest.mark.parametrize("asks", ["Ctrl-C", "a job scheduler"])
def test_interrupted_it_ends_at_once_and_the_same_command_goes_on(
    run: Run, folder: Path, tmp_path: Path, asks: str
) -> None:
    rows = [f"c{n},scan.mha,lad.csv,LAD,," for n in range(40)]
    (folder / "many.csv").write_text("\n".join([HEAD, *rows]) + "\n")
    asked = ("batch", folder / "many.csv", "--out", tmp_path / "o", "--workers", "2")
    (tmp_path / "tmp").mkdir()
    begun = subprocess.Popen(
        [*PROGRAM, *map(str, asked)], stderr=subprocess.PIPE, start_new_session=True,
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
    )  # fmt: skip
    while not (tmp_path / "o" / "c0" / "result.json").exists():
        assert begun.poll() is None
        time.sleep(0.1)
    family = psutil.Process(begun.pid).children(recursive=True)
    if asks == "Ctrl-C":
        os.killpg(begun.pid, signal.SIGINT)
    else:
        begun.terminate()
        time.sleep(0.2)
        begun.terminate()
    err = begun.communicate(timeout=60)[1].decode()
    assert begun.returncode == 130 and "Interrupted." in err and "Traceback" not in err
    _, alive = psutil.wait_procs(family, timeout=10)
    assert [p for p in alive if p.status() != psutil.STATUS_ZOMBIE] == []
    assert list((tmp_path / "tmp").iterdir()) == []
    code, out, _ = run(*asked, "--dry-run")
    assert code == 0 and 0 < len(out.split()) < 40
    assert not (tmp_path / "o" / "cases.tsv").exists()


@pytest.mark.slow
def test_interrupted_while_its_workers_start_it_prints_no_traceback(
    folder: Path, tmp_path: Path
) -> None:
    asked = ("batch", folder / "manifest.csv", "--out", tmp_path / "o", "--workers", "1")
    begun = subprocess.Popen(
        [*PROGRAM, *map(str, asked)], stderr=subprocess.PIPE, start_new_session=True
    )
    family = psutil.Process(begun.pid)
    while not any(map(_is_worker, family.children(recursive=True))):
        assert begun.poll() is None
        time.sleep(0.02)
    os.killpg(begun.pid, signal.SIGINT)
    err = begun.communicate(timeout=60)[1].decode()
    assert begun.returncode == 130 and "Interrupted." in err and "Traceback" not in err


def _is_worker(process: psutil.Process) -> bool:
    try:
        return any("spawn_main" in part for part in process.cmdline())
    except psutil.Error:
        return False
