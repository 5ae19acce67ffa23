"""Cases per minute of a batch, against a loop over ``analyze``; and the time of its tables.

``python -m benchmarks.batch [--scans 20] [--lines 100] [--mm 0] [--compared 5] [--finished 10000]
[--report] [--tiny]`` renders random phantoms into a temporary folder, draws jittered lines for
each, and prints a table: a loop in one warm process and a batch with one worker over the first
lines of every scan (``--compared``), then a batch with one worker per core over those, and over all
lines.  ``--mm`` cuts lines to that length about their middle.  Memory is the largest resident set
of any process of a case.  Last, the tables of many finished cases, which are copies of one.
"""

import argparse
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import psutil

from ctocalc._arrays import Floats
from ctocalc.batch.batch import gather, run_batch
from ctocalc.batch.cluster import cores, local_workers
from ctocalc.batch.folder import write_result
from ctocalc.batch.job import analyze_case, finish_case
from ctocalc.batch.manifest import Manifest, read_manifest
from ctocalc.batch.orders import Limits, Outcome
from ctocalc.batch.plan import Asked, plan
from ctocalc.batch.store import Store
from ctocalc.cli.phantom_folder import write_case
from ctocalc.phantom.cases import random_case
from ctocalc.phantom.render import render

JITTER_MM = 0.2
FIRST_SEED = 7000
LIMITS = Limits(seconds=3600.0, memory_bytes=4 << 30)
POLL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the clock, of it without the start of workers, of the processor; MiB of a case."""

    wall: float
    warm: float
    cpu: float
    memory: float


def build(folder: Path, scans: int, lines: int, longest_mm: float) -> Path:
    """Render scans and draw lines; return the manifest, one case per line."""
    rows = ["case_id\tseries\tcenterline\tvessel"]
    for n in range(scans):
        case = render(random_case(FIRST_SEED + n, quality="standard"), seed=FIRST_SEED + n)
        write_case(case, folder / f"scan{n}", compressed=False)
        line, dice = case.lines[0], np.random.default_rng(n)
        for m in range(lines):
            points = middle(line.points_lps_mm, longest_mm)
            points = points + dice.normal(0, JITTER_MM, points.shape)
            path = folder / f"scan{n}" / f"{m}.csv"
            np.savetxt(path, points, delimiter=",", header="x_mm,y_mm,z_mm", comments="")
            rows.append(f"c{n}-{m}\tscan{n}/dicom\tscan{n}/{m}.csv\t{line.vessel}")
    path = folder / "manifest.tsv"
    path.write_text("\n".join(rows) + "\n")
    return path


def middle(points: Floats, longest_mm: float) -> Floats:
    """Return the points (N, 3) of a line that lie about its middle; all of them for 0 mm."""
    along = np.concatenate([[0.0], np.linalg.norm(np.diff(points, axis=0), axis=1).cumsum()])
    near = np.abs(along - along[-1] / 2) <= longest_mm / 2
    return points[near] if longest_mm else points


class Watch:
    """Samples the processes of a batch: their seconds of the processor, and their memory."""

    def __init__(self) -> None:
        self.cpu: dict[int, float] = {}
        self.largest = 0
        self._own, self._over = time.process_time(), threading.Event()
        self._thread = threading.Thread(target=self._sample)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.cpu[0] = time.process_time() - self._own

    def _sample(self) -> None:
        while not self._over.wait(POLL_SECONDS):
            for process in psutil.Process().children(recursive=True):
                try:
                    used = process.cpu_times()
                    self.cpu[process.pid] = used.user + used.system
                    if any("ctocalc.batch.child" in part for part in process.cmdline()):
                        self.largest = max(self.largest, process.memory_info().rss)
                except psutil.Error:
                    continue


def few(manifest: Path, lines: int) -> Path:
    """Write a manifest of the first lines of every scan beside the whole one."""
    head, *rows = manifest.read_text().splitlines()
    kept = [row for row in rows if int(row.partition("\t")[0].partition("-")[2]) < lines]
    path = manifest.with_name("few.tsv")
    path.write_text("\n".join([head, *kept]) + "\n")
    return path


def loop(manifest: Manifest, out: Path, *, report: bool) -> Cost:
    """Return what a plain loop in this process takes, each case read by itself."""
    begun, used = time.perf_counter(), time.process_time()
    for case in manifest.cases:
        write_result(analyze_case(case.options), out, report=report)
    seconds = time.perf_counter() - begun
    return Cost(seconds, seconds, time.process_time() - used, 0.0)


def batch(manifest: Manifest, out: Path, workers: int, *, report: bool) -> Cost:
    """Return what a batch takes."""
    asked = Asked(out=out, job=partial(finish_case, report=report), limits=LIMITS, report=report)
    begun, store = time.perf_counter(), Store(out)
    ends: list[float] = []

    def watch(event: object) -> None:
        if isinstance(event, Outcome):
            assert event.whole, event.reason
            ends.append(time.perf_counter() - event.seconds if not ends else time.perf_counter())

    with Watch() as seen:
        outcomes = run_batch(plan(manifest.cases, asked), store, local_workers(workers), watch)
        gather(manifest, outcomes, asked)
    ended = time.perf_counter()
    return Cost(ended - begun, ended - ends[0], sum(seen.cpu.values()), seen.largest / 2**20)


def differ(one: Path, other: Path) -> int:
    """Return how many files of the first run's cases the second wrote otherwise, or not at all."""
    files = [path.relative_to(one) for path in one.glob("c*/**/*") if path.is_file()]
    theirs = (other / name for name in files)
    return sum(
        not path.is_file() or (one / name).read_bytes() != path.read_bytes()
        for name, path in zip(files, theirs, strict=True)
    )


def many(folder: Path, manifest: Manifest, ran: Path, finished: int) -> str:
    """Tell the seconds that a resumed run and its tables take when every case is done."""
    source = manifest.cases[0]
    rows = ["case_id\tseries\tcenterline\tvessel\tsite"]
    for n in range(finished):
        series, line = source.options.series, source.options.lines[0]
        rows.append(f"f{n}\t{series}\t{line.path}\t{line.vessel}\t{n % 9}")
    (folder / "many.tsv").write_text("\n".join(rows) + "\n")
    begun = time.perf_counter()
    read = read_manifest(folder / "many.tsv")
    times = {"manifest": time.perf_counter() - begun}
    out, done = folder / "many", ran / source.case_id
    store, outcomes = Store(out), {}
    store.prepare()
    for case in read.cases:
        (out / case.case_id).mkdir()
        for file in done.glob("*.*"):
            os.link(file, out / case.case_id / file.name)
        outcomes[case.case_id] = Outcome(case_id=case.case_id, status="ok", attempts=1)
    begun = time.perf_counter()
    gather(read, outcomes, Asked(out=out, job=finish_case, limits=LIMITS))
    times["tables"] = time.perf_counter() - begun
    size = sum(path.stat().st_size for path in out.glob("*.tsv")) / 2**20
    shutil.rmtree(out)
    return (
        f"{finished} finished cases: manifest {times['manifest']:.1f} s, tables (TSV and Parquet, "
        f"{size:.0f} MiB of TSV) {times['tables']:.1f} s"
    )


def run(
    folder: Path, *, scans: int, lines: int, mm: float, compared: int, finished: int, report: bool
) -> Iterator[str]:
    """Yield the lines of the table."""
    every = build(folder, scans, lines, mm)
    whole, part = read_manifest(every), read_manifest(few(every, compared))
    analyze_case(part.cases[0].options)  # compiles what a machine has compiled once
    yield (f"{len(whole.cases)} vessels of {scans} scans, {f'{mm:g} mm' if mm else 'whole'} lines, "
           f"{cores()} cores, {'with' if report else 'without'} pages and figures")  # fmt: skip
    yield (f"{'':24}{'vessels':>8}{'cases/min':>10}{'ratio':>8}{'warm':>8}{'ratio':>8}"
           f"{'cpu s/case':>12}{'ratio':>8}{'MiB':>8}{'other':>7}")  # fmt: skip
    alone = loop(part, folder / "loop", report=report)
    count = len(part.cases)
    yield _row("loop over analyze", count, alone, alone, count)
    runs = [(part, workers) for workers in sorted({1, cores()})]
    if len(whole.cases) > count:
        runs.append((whole, cores()))
    for manifest, workers in runs:
        out = folder / f"batch {len(manifest.cases)} {workers}"
        found = batch(manifest, out, workers, report=report)
        row = _row(f"batch, workers: {workers}", len(manifest.cases), found, alone, count)
        yield f"{row}{differ(folder / 'loop', out):7d}"
    yield many(folder, part, folder / f"batch {count} 1", finished)


def _row(name: str, count: int, cost: Cost, alone: Cost, of: int) -> str:
    """Return a line; ratios are batch / loop (of ``of`` cases) of rates and of the processor."""
    rate, warm, base = 60 * count / cost.wall, 60 * count / cost.warm, 60 * of / alone.wall
    cpu, own = cost.cpu / count, alone.cpu / of
    return (
        f"{name:24}{count:8}{rate:10.1f}{rate / base:8.2f}{warm:8.1f}{warm / base:8.2f}"
        f"{cpu:12.2f}{cpu / own:8.2f}{cost.memory:8.0f}"
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=20)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--mm", type=float, default=0.0, help="cut lines to this; 0: whole")
    parser.add_argument("--compared", type=int, default=5, help="lines of a scan")
    parser.add_argument("--finished", type=int, default=10_000)
    parser.add_argument("--report", action="store_true", help="draw pages and figures too")
    parser.add_argument("--tiny", action="store_true", help="two cases, twenty finished ones")
    given = parser.parse_args(arguments)
    if given.tiny:
        given.scans, given.lines, given.compared, given.finished = 1, 2, 2, 20
    with tempfile.TemporaryDirectory() as folder:
        table = run(
            Path(folder), scans=given.scans, lines=given.lines, mm=given.mm,
            compared=given.compared, finished=given.finished, report=given.report,
        )  # fmt: skip
        for line in table:
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
