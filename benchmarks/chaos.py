"""A batch that is attacked: planted poison, killed workers, and the whole tree killed at random.

``python -m benchmarks.chaos [--cases 200] [--interruptions 100] [--tiny]`` runs real analyses of
small synthetic cases in a temporary folder.  First a batch with cases that crash, hang, grow, raise
or are bad input, while a worker is killed again and again: every good case must be finished and
equal to a serial run, every bad one named.  Then the command itself, ended by ``kill -9`` of all
its processes at random moments and begun again: nothing may be lost, done twice or seen half
written.  Prints what was found; the exit code is 1 when anything was wrong.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sized
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.poison import poisoned, quick
from ctocalc.batch.batch import gather, run_batch
from ctocalc.batch.cluster import local_workers
from ctocalc.batch.job import finish_case
from ctocalc.batch.manifest import read_manifest
from ctocalc.batch.orders import Limits, Outcome
from ctocalc.batch.plan import Asked, Job, plan
from ctocalc.batch.runner import Started
from ctocalc.batch.scan import KeptScans
from ctocalc.batch.store import Store

SYNTHETIC = Path(__file__).resolve().parents[1] / "data" / "synthetic"
SMALL = ("non-contrast", "soft-tapered-short")
PROGRAM = (sys.executable, "-c", "from ctocalc.cli.main import main; main()")
POISON = {"crash": "crashed", "hang": "timeout", "memory": "memory", "raise": "error",
          "bad": "refused"}  # fmt: skip
EVERY = 8
LINE_POINTS = 40
EARLY = 0.4
LONGEST_SECONDS = 90.0
LIMITS = Limits(seconds=60.0, memory_bytes=3 << 29)
FILES = ("cases.tsv", "cases.parquet", "batch.log")


def write_manifest(folder: Path, cases: int, *, poison: bool) -> Path:
    """Write a manifest of cases that share a few scans; every eighth one is poisoned."""
    (folder / "bad.csv").write_text("not a line\n")
    for name in SMALL:
        (line,) = sorted((SYNTHETIC / name).glob("centerlines/*.csv"))
        short = line.read_text().splitlines()[: LINE_POINTS + 1]
        (folder / f"{name}.csv").write_text("\n".join(short) + "\n")
    rows = ["case_id\tseries\tcenterline\tvessel\tsite"]
    for n in range(cases):
        scan = SYNTHETIC / SMALL[n % len(SMALL)]
        line = folder / f"{scan.name}.csv"
        kind = list(POISON)[n // EVERY % len(POISON)] if poison and n % EVERY == 3 else "good"
        given = folder / "bad.csv" if kind == "bad" else line
        rows.append(f"{kind}-{n}\t{scan / 'dicom'}\t{given}\tRCA\tsite {n % 7}")
    path = folder / "manifest.tsv"
    path.write_text("\n".join(rows) + "\n")
    return path


@dataclass
class Truth:
    """What a serial run writes for each scan."""

    folder: Path
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)

    def make(self) -> None:
        """Do every scan once, in this process."""
        for name in SMALL:
            read = read_manifest(write_manifest(self.folder, len(SMALL), poison=False))
            case = next(c for c in read.cases if name in str(c.options.series))
            finish_case(case.options, self.folder / "serial", KeptScans(), report=False)
            self.files[name] = _contents(self.folder / "serial" / case.case_id, case.case_id)

    def wrong(self, out: Path, case_id: str) -> str:
        """Return what is wrong with the folder of a case, or ""."""
        name = SMALL[int(case_id.rpartition("-")[2]) % len(SMALL)]
        found = _contents(out / case_id, case_id)
        if found != self.files[name]:
            return f"{case_id}: its files differ from the serial run"
        return ""


def _contents(folder: Path, case_id: str) -> dict[str, bytes]:
    """Return the files of a case, without the name of the case."""
    mark = f'"case_id": "{case_id}"'.encode()
    return {path.name: path.read_bytes().replace(mark, b"", 1) for path in sorted(folder.iterdir())}


class Killer:
    """Kills -9 a random worker, or at times the process of a case, after every few cases."""

    def __init__(self, every: int) -> None:
        self._every, self._dice, self._ends = every, random.Random(1), 0
        self.killed, self.started = Counter[str](), Counter[str]()

    def watch(self, event: object) -> None:
        """Count an event of the batch, and kill when it is time."""
        if isinstance(event, Started):
            self.started[event.case_id] += 1
        elif isinstance(event, Outcome):
            self._ends += 1
            if self._ends % self._every == 0:
                threading.Timer(self._dice.uniform(0.0, 2.0), self._kill).start()

    def _kill(self) -> None:
        family = psutil.Process().children(recursive=True)
        workers = [p for p in family if _is(p, "multiprocessing-fork")]
        children = [p for p in family if _is(p, "ctocalc.batch.child")]
        kind, among = ("worker", workers) if self._dice.random() < 0.8 else ("child", children)
        if among:
            self._dice.choice(among).kill()
            self.killed[kind] += 1


def _is(process: psutil.Process, word: str) -> bool:
    try:
        return any(word in part for part in process.cmdline())
    except psutil.Error:
        return False


def poison_run(folder: Path, truth: Truth, cases: int, every: int, job: Job) -> list[str]:
    """Run a poisoned batch under attack and return what was wrong."""
    manifest, out = read_manifest(write_manifest(folder, cases, poison=True)), folder / "poisoned"
    asked = Asked(out=out, job=job, limits=LIMITS, report=False)
    store, begun, killer = Store(out), time.monotonic(), Killer(every)
    outcomes = run_batch(plan(manifest.cases, asked), store, local_workers(2), killer.watch)
    gather(manifest, outcomes, asked)
    ends = Counter(f"{c.partition('-')[0]} {one.status}" for c, one in outcomes.items())
    again = sum(one.attempts > 1 for one in outcomes.values())
    took = time.monotonic() - begun
    print(f"poison: {cases} cases in {took:.0f} s; killed {dict(killer.killed)}; "
          f"{again} cases were begun more than once; {dict(sorted(ends.items()))}")  # fmt: skip
    wrong = [f"{c}: never ended" for c in (x.case_id for x in manifest.cases) if c not in outcomes]
    for case_id, one in outcomes.items():
        kind = case_id.partition("-")[0]
        if one.status != POISON.get(kind, "ok"):
            wrong.append(f"{case_id}: {one.status} ({one.reason})")
        elif one.status == "ok":
            wrong.append(truth.wrong(out, case_id))
        elif (out / case_id).exists():
            wrong.append(f"{case_id}: a failed case left a folder")
    wrong += _leftovers(out)
    return list(filter(None, wrong))


def _leftovers(out: Path) -> list[str]:
    left = [p.name for p in out.iterdir() if p.name[0] == "." and p.name != ".batch"]
    left += [p.name for p in (out / ".batch").iterdir() if p.suffix != ".json"]
    return [f"left behind: {name}" for name in left]


def interrupted_runs(folder: Path, truth: Truth, cases: int, times: int) -> list[str]:
    """Kill the whole command at random moments, begin it again, and return what was wrong."""
    manifest, dice = write_manifest(folder, cases, poison=False), random.Random(2)
    out, whole = folder / "interrupted", folder / "whole"
    command = [*PROGRAM, "batch", str(manifest), "--no-report", "--out"]
    wrong: list[str] = []
    done: dict[str, tuple[int, int]] = {}
    begun, ended = time.monotonic(), 0
    for _ in range(times):
        workers = ["--workers", str(dice.choice((1, 2)))]
        run = subprocess.Popen([*command, str(out), *workers], stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)  # fmt: skip
        for _ in _moments(dice, done):
            wrong += _check(out, truth, done, parse=True)
            if run.poll() is not None:
                break
        ended += run.poll() is not None
        _kill_tree(run)
        wrong += _check(out, truth, done, parse=False)
        print(".", end="", flush=True)
    print(f" {len(done)} of {cases} cases recorded then")
    subprocess.run([*command, str(out)], check=True, capture_output=True)
    wrong += _check(out, truth, done, parse=False) + _leftovers(out)
    subprocess.run([*command, str(whole)], check=True, capture_output=True)
    print(f"interruptions: {times} in {time.monotonic() - begun:.0f} s, {ended} came too late; "
          f"{len(done)} of {cases} cases recorded")  # fmt: skip
    if len(done) != cases:
        wrong.append(f"{cases - len(done)} cases are lost")
    wrong += [
        f"{path.name} differs from that of an undisturbed run"
        for path in sorted(whole.iterdir())
        if path.is_file() and path.name not in FILES
        and path.read_bytes() != (out / path.name).read_bytes()
    ]  # fmt: skip
    return sorted(set(wrong))


def _moments(dice: random.Random, done: Sized) -> Iterator[None]:
    """Yield again and again until it is time to kill: early, or when some cases are done."""
    before, early = len(done), dice.random() < EARLY
    limit = time.monotonic() + (dice.uniform(0.5, 10.0) if early else LONGEST_SECONDS)
    more = dice.randint(1, 3)
    while time.monotonic() < limit:
        yield
        time.sleep(0.05)
        if not early and len(done) >= before + more:
            limit = min(limit, time.monotonic() + dice.uniform(0.0, 2.0))
            early = True


def _check(out: Path, truth: Truth, done: dict[str, tuple[int, int]], *, parse: bool) -> list[str]:
    """Read what is there as anybody may at any moment; remember which result was recorded."""
    wrong = []
    for record in sorted(out.glob(".batch/*.json")):
        case_id = record.stem
        if case_id.startswith("."):
            continue
        try:
            told = json.loads(record.read_bytes())
            result = out / case_id / "result.json"
            json.loads(result.read_bytes())
            seen = result.stat()
        except (OSError, ValueError) as error:
            wrong.append(f"{case_id}: {type(error).__name__} on reading it")
            continue
        mark = (seen.st_ino, seen.st_mtime_ns)
        if told["status"] != "ok":
            wrong.append(f"{case_id}: {told['status']}")
        if done.setdefault(case_id, mark) != mark:
            wrong.append(f"{case_id}: done twice")
            done[case_id] = mark
        if not parse:
            wrong.append(truth.wrong(out, case_id))
    lost = set(done) - {record.stem for record in out.glob(".batch/*.json")}
    return list(filter(None, wrong)) + [f"{case_id}: its record is lost" for case_id in lost]


def _kill_tree(run: subprocess.Popen[bytes]) -> None:
    try:
        family = psutil.Process(run.pid).children(recursive=True)
    except psutil.Error:
        family = []
    run.kill()
    for process in family:
        try:
            process.kill()
        except psutil.Error:
            continue
    run.wait()
    psutil.wait_procs(family, timeout=10)


def main(arguments: list[str] | None = None) -> int:
    """Run both attacks and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--interruptions", type=int, default=100)
    parser.add_argument("--every", type=int, default=8, help="cases between two killed workers")
    parser.add_argument("--quick", action="store_true", help="each process analyses a scan once")
    parser.add_argument("--tiny", action="store_true", help="a few cases, two interruptions")
    given = parser.parse_args(arguments)
    cases, times = (16, 2) if given.tiny else (given.cases, given.interruptions)
    with tempfile.TemporaryDirectory() as name:
        truth = Truth(Path(name))
        truth.make()
        wrong = poison_run(
            Path(name), truth, cases, given.every, quick if given.quick else poisoned
        )
        wrong += interrupted_runs(Path(name), truth, cases, times)
    print("\n".join(wrong) if wrong else "nothing wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
