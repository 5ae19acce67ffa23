"""A Dask scheduler with workers as separate processes over TCP, one killed on the way."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Future

from ctocalc.batch.cluster import local_workers, scheduler_at
from ctocalc.batch.orders import Outcome
from ctocalc.errors import UsageError
from tests.batch import jobs
from tests.batch.batches import batch

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
CASES = [f"c{n}" for n in range(16)]


def started(*words: str) -> subprocess.Popen[bytes]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-m", *words], env=os.environ | {"PYTHONPATH": path},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def worker(file: Path) -> subprocess.Popen[bytes]:
    return started(
        "distributed.cli.dask_worker", "--scheduler-file", str(file), "--nthreads", "1",
        "--no-nanny", "--host", "127.0.0.1", "--no-dashboard",
        "--local-directory", str(file.parent),
    )  # fmt: skip


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    file = tmp_path_factory.mktemp("dask") / "scheduler.json"
    process = started(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
        "--no-dashboard", "--scheduler-file", str(file),
    )  # fmt: skip
    limit = time.monotonic() + 120
    while not (file.exists() and file.read_text().endswith("}")):
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.1)
    yield json.loads(file.read_text())["address"], file
    process.kill()
    process.wait()


def test_remote_workers_give_the_same_bytes_though_one_is_killed(
    scheduler: tuple[str, Path], tmp_path: Path
) -> None:
    address, file = scheduler
    here = batch(tmp_path / "here", CASES)
    with local_workers(1) as client:
        here.run(client)
    there = replace(batch(tmp_path / "there", CASES, scans=4), job=jobs.slow)
    workers = [worker(file) for _ in range(3)]
    victim = workers[0]

    def kill() -> None:
        while not (there.folder / jobs.MARKS).exists():
            time.sleep(0.05)
        children = psutil.Process(victim.pid).children(recursive=True)
        victim.kill()
        victim.wait()
        _, alive = psutil.wait_procs(children, timeout=10)
        orphans.extend(alive)

    orphans: list[psutil.Process] = []
    killer = threading.Thread(target=kill)
    killer.start()
    with scheduler_at(address) as client:
        outcomes, events = there.run(client)
    killer.join()
    assert orphans == []
    assert {outcome.status for outcome in outcomes.values()} == {"ok"}
    assert len([event for event in events if isinstance(event, Outcome)]) == len(CASES)
    assert there.tables() == here.tables()
    assert [one.poll() for one in workers[1:]] == [None, None]  # they are somebody else's
    for one in workers[1:]:
        one.kill()
        one.wait()


def test_the_only_worker_is_lost_and_another_comes_later(
    scheduler: tuple[str, Path], tmp_path: Path
) -> None:
    address, file = scheduler
    made = replace(batch(tmp_path, CASES[:6]), job=jobs.slow)
    only, workers = worker(file), []

    def replace_worker() -> None:
        while not (made.folder / jobs.MARKS).exists():
            time.sleep(0.05)
        only.kill()
        only.wait()
        time.sleep(3.0)
        workers.append(worker(file))

    change = threading.Thread(target=replace_worker)
    change.start()
    with scheduler_at(address) as client:
        outcomes, _ = made.run(client)
    change.join()
    assert {outcome.status for outcome in outcomes.values()} == {"ok"}
    assert len(outcomes) == 6
    workers[0].kill()
    workers[0].wait()


def test_a_worker_is_lost_between_its_answer_and_the_fetching(
    scheduler: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, file = scheduler
    made = batch(tmp_path, CASES[:3])
    workers, fetch = [worker(file)], Future.result

    def kill_first(future: Any, timeout: float | None = None) -> Any:
        if len(workers) == 1:
            workers[0].kill()
            workers[0].wait()
            workers.append(worker(file))
        return fetch(future, timeout)

    monkeypatch.setattr(Future, "result", kill_first)
    with scheduler_at(address) as client:
        outcomes, _ = made.run(client)
    assert {outcome.status for outcome in outcomes.values()} == {"ok"}
    assert len(outcomes) == 3
    workers[1].kill()
    workers[1].wait()


def test_two_runs_of_one_manifest_share_a_scheduler_and_no_result(
    scheduler: tuple[str, Path], tmp_path: Path
) -> None:
    address, file = scheduler
    mine = worker(file)
    made = batch(tmp_path, ["a", "b"])
    other = replace(made, out_name="other")
    with scheduler_at(address) as client:
        made.run(client)
        other.run(client)
    assert (made.out / "a" / "result.json").exists() and (other.out / "a" / "result.json").exists()
    mine.kill()
    mine.wait()


def test_a_worker_of_another_version_measures_nothing(
    scheduler: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, file = scheduler
    mine = worker(file)
    monkeypatch.setattr("ctocalc.batch.plan.version", lambda name: "0.0.0")
    made = batch(tmp_path, ["a"])
    with scheduler_at(address) as client:
        outcomes, _ = made.run(client)
    assert outcomes["a"].status == "error" and "another version" in str(outcomes["a"].reason)
    mine.kill()
    mine.wait()


def test_an_address_where_nobody_answers_is_a_usage_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ctocalc.batch.cluster.CONNECT_SECONDS", 1.0)
    for address in ("tcp://127.0.0.1:9", "nonsense"):
        with pytest.raises(UsageError), scheduler_at(address):
            pass


def test_a_scheduler_that_dies_leaves_the_rest_to_the_next_run(tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    process = started(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
        "--no-dashboard", "--scheduler-file", str(file),
    )  # fmt: skip
    while not (file.exists() and file.read_text().endswith("}")):
        time.sleep(0.1)
    mine = worker(file)
    made = replace(batch(tmp_path / "batch", CASES), job=jobs.slow)

    def kill() -> None:
        while not (made.folder / jobs.MARKS).exists():
            time.sleep(0.05)
        process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    with scheduler_at(json.loads(file.read_text())["address"]) as client:
        outcomes, _ = made.run(client)
    killer.join()
    for one in (process, mine):
        one.kill()
        one.wait()
    assert len(outcomes) == len(CASES)
    lost = [c for c, one in outcomes.items() if "scheduler was lost" in (one.reason or "")]
    assert lost and all(outcomes[c].status == "ok" for c in set(CASES) - set(lost))
    with local_workers(1) as client:
        again, _ = made.run(client)
    assert {one.status for one in again.values()} == {"ok"}
    assert set(made.marks()) == set(CASES)
