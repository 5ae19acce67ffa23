"""The same command again runs what is missing or changed, and nothing else."""

import os
import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ctocalc.batch.key import fingerprint
from ctocalc.batch.store import Record, Store
from ctocalc.errors import OutputFailed
from tests.batch import jobs
from tests.batch.batches import Batch, batch

pytestmark = pytest.mark.slow  # a cluster, and processes that are made to die

CASES = ["a", "b", "c", "d"]


@pytest.fixture
def made(client: Any, tmp_path: Path) -> Batch:
    found = batch(tmp_path, CASES)
    found.run(client)
    return found


def test_nothing_is_run_twice(client: Any, made: Batch) -> None:
    before = made.tables()
    outcomes, events = made.run(client)
    assert not events and all(outcome.done_before for outcome in outcomes.values())
    assert sorted(made.marks()) == CASES
    assert made.tables() == before


def _touch(made: Batch) -> None:
    path = made.folder / "scan1" / "slice.dcm"
    path.write_bytes(b"new")


def _same_size_and_time(made: Batch) -> None:
    """Change bytes of a head, but neither size nor time: only its digest tells."""
    path = made.folder / "line.csv"
    seen = path.stat()
    path.write_text("9,0,0\n")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))


def _answer(made: Batch) -> None:
    path = made.folder / "manifest.tsv"
    header, *rows = path.read_text().splitlines()
    rows[1] = rows[1] + "\tyes"
    rows = [row if n == 1 else row + "\t" for n, row in enumerate(rows)]
    path.write_text("\n".join([header + "\tprior_attempt", *rows]) + "\n")


def _drop(made: Batch) -> None:
    shutil.rmtree(made.out / "c")


def _overwrite(made: Batch) -> None:
    (made.out / "d" / "result.json").write_text("{}")


def _lose_table(made: Batch) -> None:
    (made.out / "a" / "stations.tsv").unlink()


def _break_record(made: Batch) -> None:
    (made.out / ".batch" / "b.json").write_text('{"key": ')


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_touch, ["b", "d"]),
        (_same_size_and_time, CASES),
        (_answer, ["b"]),
        (_drop, ["c"]),
        (_overwrite, ["d"]),
        (_lose_table, ["a"]),
        (_break_record, ["b"]),
    ],
)
def test_what_changed_is_run_again(
    made: Batch, change: Callable[[Batch], None], expected: list[str]
) -> None:
    change(made)
    assert sorted(made.to_run()) == expected


def test_other_columns_change_tables_but_run_nothing(client: Any, made: Batch) -> None:
    path = made.folder / "manifest.tsv"
    path.write_text(path.read_text().replace("site 1", "elsewhere"))
    assert made.to_run() == []
    made.run(client)
    assert "elsewhere" in (made.out / "lesions.tsv").read_text()
    assert "site 1" not in (made.out / "lesions.tsv").read_text()


def test_a_moved_folder_is_still_done(client: Any, made: Batch, tmp_path: Path) -> None:
    copied = tmp_path.with_name(tmp_path.name + "-copy")
    shutil.copytree(tmp_path, copied)
    assert replace(made, folder=copied).to_run() == []


def test_verify_sees_a_change_behind_the_head(client: Any, tmp_path: Path) -> None:
    made = batch(tmp_path, ["a"], scans=1)
    path = tmp_path / "scan0" / "slice.dcm"
    path.write_bytes(bytes(100_000))
    asked = made.asked(verify=True)
    made.run(client, asked)
    assert made.to_run(asked) == []
    seen = path.stat()
    path.write_bytes(bytes(99_999) + b"x")
    os.utime(path, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    assert made.to_run() == []
    assert made.to_run(asked) == ["a"]


def test_two_runs_in_one_folder_share_the_work(client: Any, tmp_path: Path) -> None:
    made = replace(batch(tmp_path, [f"c{n}" for n in range(10)]), job=jobs.slow)
    found: list[Any] = []
    runs = [threading.Thread(target=lambda: found.append(made.run(client)[0])) for _ in range(2)]
    for one in runs:
        one.start()
    for one in runs:
        one.join()
    assert [{o.status for o in outcomes.values()} for outcomes in found] == [{"ok"}, {"ok"}]
    assert sorted(made.marks()) == sorted(f"c{n}" for n in range(10))


def test_shards_meet_in_one_folder_and_the_last_writes_the_tables(
    client: Any, tmp_path: Path
) -> None:
    cases = [f"c{n}" for n in range(7)]
    whole = batch(tmp_path / "whole", cases)
    whole.run(client)
    parts = batch(tmp_path / "parts", cases)
    for number in (2, 0, 1):
        assert not (parts.out / "cases.tsv").exists()
        parts.run(client, shard=(number, 3))
    assert sorted(parts.marks()) == sorted(cases)
    assert parts.tables() == whole.tables()


def test_shards_wait_for_those_whose_results_are_of_older_inputs(
    client: Any, tmp_path: Path
) -> None:
    made = batch(tmp_path, ["a", "b"])
    for number in (0, 1):
        made.run(client, shard=(number, 2))
    before = made.tables()
    (tmp_path / "line.csv").write_text("9,9,9\n")
    # As another version wrote it: no table can be made of it.
    table = made.out / "b" / "vessels.tsv"
    table.write_text(table.read_text().replace("vessel\t", "artery\t", 1))
    made.run(client, shard=(0, 2))
    (made.out / "cases.tsv").unlink()
    made.run(client, shard=(0, 2))
    assert not (made.out / "cases.tsv").exists()
    made.run(client, shard=(1, 2))
    assert (made.out / "cases.tsv").exists()
    assert made.tables() == before


def test_a_case_of_another_shard_that_could_not_be_written_has_ended(
    client: Any, tmp_path: Path
) -> None:
    made = batch(tmp_path, ["a", "b"])
    (made.out / "a").mkdir(parents=True)
    (made.out / "a" / "somebodys.txt").write_text("not ours")
    for number in (0, 1):
        made.run(client, shard=(number, 2))
    rows = [row.split("\t")[:4] for row in (made.out / "cases.tsv").read_text().splitlines()]
    assert rows[1:] == [["a", "RCA", "error", "OUTPUT_FAILED"], ["b", "RCA", "ok", ""]]


def test_leftovers_of_the_dead_are_swept_and_those_of_the_living_are_not(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    dead, living = (tmp_path / f".{name}.0123abcd.new" for name in ("dead", "living"))
    for folder in (dead, living):
        folder.mkdir()
    torn = tmp_path / ".batch" / ".dead.json.0123abcd.new"
    torn.touch()
    with store.claim("living") as begun:
        assert begun == 0
        store.sweep()
        with store.claim("living") as again:
            assert again is None
    assert living.is_dir() and not dead.exists() and not torn.exists()
    assert [p.name for p in (tmp_path / ".batch").iterdir()] == []


def test_attempts_that_nobody_lived_to_tell_are_counted(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.prepare()
    pid = os.fork()
    if not pid:
        with store.claim("a"):
            os._exit(9)
    os.waitpid(pid, 0)
    with store.claim("a") as begun:
        assert begun == 1


def test_a_record_reads_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(OutputFailed):
        store.write("a", Record(key="k", whole=None, status="ok"))
    store.prepare()
    record = Record(
        key="k", whole="w", status="ok", refused=("LAD",), attempts=3, seconds=1.5,
        result=(1, 2, "x"), files=("result.json",),
    )  # fmt: skip
    store.write("a", record)
    assert store.read("a") == record


def test_a_missing_input_has_a_fingerprint_of_its_own(tmp_path: Path) -> None:
    missing = fingerprint(str(tmp_path / "gone"))
    (tmp_path / "gone").mkdir()
    assert fingerprint(str(tmp_path / "gone")) != missing
