"""Every kind of fault stays in its case, has its own name, and leaves nothing behind."""

import json
import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import pytest

from ctocalc.batch.batch import Outcomes
from ctocalc.batch.orders import Limits, Outcome
from ctocalc.batch.plan import plan
from ctocalc.batch.runner import Started, run
from ctocalc.batch.store import Store
from tests.batch.batches import Batch, batch
from tests.batch.jobs import poisoned, quick, roomy, slow

pytestmark = pytest.mark.slow  # a cluster, and processes that are made to die

LIMITS = Limits(seconds=10.0, memory_bytes=640 << 20)
GOOD = ["good-1", "good-2", "good-3", "good-4"]
BAD = {
    "crash-1": ("crashed", None, "SIGSEGV", 1),
    "abort-1": ("crashed", None, "SIGABRT", 1),
    "exit-1": ("crashed", None, "exit code 3", 1),
    "kill-1": ("crashed", None, "SIGKILL", 3),
    "hang-1": ("timeout", None, "after 10 s", 1),
    "memory-1": ("memory", None, "--memory-limit", 1),
    "rss-1": ("memory", None, "limit of 0.625 GiB", 1),
    "swallow-1": ("memory", None, "--memory-limit", 1),
    "raise-1": ("error", None, "ValueError", 1),
    "leave-1": ("error", None, "SystemExit", 1),
    "refuse-1": ("refused", "NOT_CT", "modality MR", 1),
    "full-1": ("error", "OUTPUT_FAILED", "No space left", 1),
}


@pytest.fixture(scope="module")
def poisoned_batch(client: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Batch]:
    mixed = [case for pair in zip(BAD, GOOD * 3, strict=True) for case in pair]
    folder = tmp_path_factory.mktemp("Smith^John")
    yield batch(folder, [*dict.fromkeys(mixed), "once-1"], job=poisoned, limits=LIMITS)


@pytest.fixture(scope="module")
def outcomes(client: Any, poisoned_batch: Batch) -> Outcomes:
    return poisoned_batch.run(client)[0]


def test_good_cases_are_finished_whatever_the_others_do(outcomes: Outcomes) -> None:
    assert {case: outcomes[case].status for case in GOOD} == dict.fromkeys(GOOD, "ok")


@pytest.mark.parametrize("case", BAD)
def test_a_fault_is_named_and_counted(outcomes: Outcomes, case: str) -> None:
    status, code, words, attempts = BAD[case]
    found = outcomes[case]
    assert (found.status, found.code) == (status, code)
    assert words in (found.reason or "")
    # A child that had done other cases may be to blame: then the case had one attempt more.
    assert attempts <= found.attempts <= attempts + 1


def test_a_case_killed_from_outside_is_begun_again(outcomes: Outcomes) -> None:
    assert (outcomes["once-1"].status, outcomes["once-1"].attempts) == ("ok", 2)


def test_a_hang_is_ended_at_its_limit(outcomes: Outcomes) -> None:
    assert 10.0 <= outcomes["hang-1"].seconds < 60.0


def test_bad_cases_leave_nothing_and_good_ones_are_whole(
    outcomes: Outcomes, poisoned_batch: Batch
) -> None:
    out = poisoned_batch.out
    assert {p.name for p in out.iterdir() if p.is_dir()} == {".batch", "once-1", *GOOD}
    assert {p.name for p in (out / ".batch").iterdir()} == {f"{case}.json" for case in outcomes}
    wholes = {frozenset(p.name for p in (out / case).iterdir()) for case in GOOD}
    assert len(wholes) == 1 and "result.json" in next(iter(wholes))


def test_the_table_of_cases_tells_every_end(outcomes: Outcomes, poisoned_batch: Batch) -> None:
    header, *rows = (poisoned_batch.out / "cases.tsv").read_text().splitlines()
    assert header.split("\t")[:5] == ["case_id", "vessel", "status", "code", "reason"]
    told = {row.split("\t")[0]: row.split("\t")[2] for row in rows}
    assert told == {case: outcome.status for case, outcome in outcomes.items()}
    assert [row.split("\t")[-1] for row in rows[:4]] == ["site 0", "site 1", "site 2", "site 0"]


def test_nothing_told_names_a_patient_or_a_path(poisoned_batch: Batch, outcomes: Outcomes) -> None:
    written = [p.read_bytes() for p in poisoned_batch.out.rglob("*") if p.is_file()]
    assert not [text for text in written if b"Smith" in text or os.fsencode(os.sep + "tmp") in text]


def test_failures_stand_until_they_are_asked_for(
    client: Any, poisoned_batch: Batch, outcomes: Outcomes
) -> None:
    assert poisoned_batch.to_run() == ["full-1"]  # never written: it is missing
    again = poisoned_batch.to_run(poisoned_batch.asked(retry_failed=True))
    assert sorted(again) == sorted(BAD)
    mended = replace(poisoned_batch, job=quick)
    found, _ = mended.run(client, mended.asked(retry_failed=True))
    assert {outcome.status for outcome in found.values()} == {"ok"}


def test_a_killed_worker_is_no_fault_of_its_case(client: Any, tmp_path: Path) -> None:
    made = batch(tmp_path, [f"good-{n}" for n in range(12)], job=slow, scans=3)
    killed = []

    def kill() -> None:
        workers = client.run(os.getpid)
        victim = psutil.Process(next(iter(workers.values())))
        killed.append(victim.pid)
        victim.kill()

    timer = threading.Timer(1.5, kill)
    timer.start()
    outcomes, events = made.run(client)
    timer.join()
    assert killed
    assert {outcome.status for outcome in outcomes.values()} == {"ok"}
    assert len([event for event in events if isinstance(event, Outcome)]) == 12
    assert len([event for event in events if isinstance(event, Started)]) >= 12
    assert sorted(set(made.marks())) == sorted(outcomes)
    assert not [p for p in made.out.iterdir() if p.name.startswith(".") and p.name != ".batch"]


def test_an_output_folder_that_vanishes_fails_its_cases_and_no_other(
    client: Any, tmp_path: Path
) -> None:
    made = batch(tmp_path, ["a", "b"])
    planned = plan(made.manifest.cases, made.asked())
    found = [event for event in run(planned.orders, client) if isinstance(event, Outcome)]
    assert sorted(one.case_id for one in found) == ["a", "b"]
    assert {(one.status, one.code) for one in found} == {("error", "OUTPUT_FAILED")}
    assert not made.out.exists()


def test_an_output_folder_that_vanishes_under_a_case_is_not_made_anew(
    client: Any, tmp_path: Path
) -> None:
    made = batch(tmp_path, ["gone-1"], job=poisoned)
    Store(made.out).prepare()
    planned = plan(made.manifest.cases, made.asked())
    (found,) = (event for event in run(planned.orders, client) if isinstance(event, Outcome))
    assert made.marks() == ["gone-1"]
    assert (found.status, found.code) == ("error", "OUTPUT_FAILED")
    assert not made.out.exists()


def test_an_older_result_of_changed_inputs_goes_when_the_case_fails(
    client: Any, tmp_path: Path
) -> None:
    made = batch(tmp_path, ["crash-1"])
    made.run(client)
    assert (made.out / "crash-1" / "result.json").exists()
    (tmp_path / "line.csv").write_text("1,1,1\n")
    outcomes, _ = replace(made, job=poisoned).run(client)
    assert outcomes["crash-1"].status == "crashed"
    assert not (made.out / "crash-1").exists()


def test_a_record_is_json_without_paths(client: Any, tmp_path: Path) -> None:
    made = batch(tmp_path, ["a"])
    made.run(client)
    record = json.loads((made.out / ".batch" / "a.json").read_text())
    assert record["status"] == "ok" and record["attempts"] == 1
    assert Store(made.out).read("a") is not None
    shutil.rmtree(made.out)


def test_cases_keep_the_memory_that_they_free(client: Any, tmp_path: Path) -> None:
    outcomes, _ = batch(tmp_path, ["a"], job=roomy).run(client)
    assert outcomes["a"].status == "ok"
