"""Errors against truth on phantoms: the program beside a naive method and an oracle.

python -m benchmarks.accuracy [--quality standard|hard|both] [--cases 30] [--first-seed 5000]
    [--cases-from FOLDER] [--repeats 2] [--workers 2] [--json FILE]
    [--markdown] [--tiny]

A row is one measure: signed errors with bias, SD, 95 % limits of agreement, mean absolute error and
its 90th percentile, or a share; what the naive method and the oracle reach of the same bar; the
share of truths inside the stated 95 % intervals.  The oracle is given the true axis, outer wall and
occlusions and fits calcium as the program does.  What is graded: ``benchmarks/grading.py``.
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from scipy.ndimage import map_coordinates

from benchmarks.cases import Case, Quality, from_file, from_seed
from benchmarks.coverage import cover_case, cover_vessel
from benchmarks.findings import findings
from benchmarks.grading import TrueVessel, grade
from benchmarks.naive import naive
from benchmarks.oracle import oracle
from benchmarks.repeat import repeat
from benchmarks.sheet import Plain, Sheet
from benchmarks.suite import METHODS, Suite, markdown
from ctocalc._arrays import Bools, Floats

# Brighter than this outside the wall is no fat, and a fifth of the contour is a side.
MUSCLE_HU, MUSCLE_SHARE = 0.0, 0.2
RING_MM = (0.9, 1.2, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One case: a seed, or a file of another generator."""

    quality: Quality
    seed: int
    path: Path | None
    repeats: bool

    @property
    def name(self) -> str:
        """What progress calls it."""
        return self.path.stem if self.path else f"{self.quality} {self.seed}"


Outcome = tuple[Job, dict[str, Plain], list[str]]


def run(job: Job) -> Outcome:
    """Evaluate one case by every method; what fails is told, never raised."""
    sheets, failures = {name: Sheet() for name in (*METHODS, "repeats")}, []
    try:
        case = from_file(job.path) if job.path else from_seed(job.seed, job.quality)
        vessels = [true_vessel(case, n, record) for n, record in enumerate(case.truth["vessels"])]
    except Exception:
        return job, {}, [f"{job.name}, case: {traceback.format_exc(limit=-2)}"]
    steps: dict[str, Any] = {"program": _program, "naive": _naive, "oracle": _oracle}
    if job.repeats:
        steps["repeats"] = lambda case, _, sheet: repeat(case, job.seed, sheet)
    out = {}
    for name, step in steps.items():
        try:
            step(case, vessels, sheets[name])
            sheets[name].count("cases", 1)
            out[name] = sheets[name].plain()
        except Exception:
            failures.append(f"{job.name}, {name}: {traceback.format_exc(limit=-2)}")
    return job, out, failures


def _program(case: Case, vessels: list[TrueVessel], sheet: Sheet) -> None:
    result = case.measured()
    found = {one.vessel: one for one in result.vessels}
    cover_case(result, case.truth, sheet)
    for vessel in vessels:
        one = found[vessel.record["vessel"]]
        grade(findings(one), vessel, sheet)
        cover_vessel(one, vessel, sheet)


def _naive(case: Case, vessels: list[TrueVessel], sheet: Sheet) -> None:
    lines = {line.vessel: line for line in case.lines}
    for vessel in vessels:
        grade(naive(case, lines[vessel.record["vessel"]]), vessel, sheet)


def _oracle(case: Case, vessels: list[TrueVessel], sheet: Sheet) -> None:
    for vessel in vessels:
        found = oracle(case, vessel.record["vessel"])
        if found is not None:
            grade(found, vessel, sheet)


def true_vessel(case: Case, n: int, record: dict[str, Any]) -> TrueVessel:
    """Return the truth of the case's n-th vessel; the first is the main line, others branches."""
    table = case.table(record["vessel"])
    bare = TrueVessel(
        record=record, table=table, branch=n > 0, beside_muscle=np.zeros(0, dtype=bool)
    )
    return TrueVessel(
        record=record, table=table, branch=n > 0, beside_muscle=beside_muscle(case, bare)
    )


def beside_muscle(case: Case, vessel: TrueVessel) -> Bools:
    """Whether a fifth of the ring about the true wall (stations (M,)) is brighter than fat."""
    tangent: Floats = vessel.tangent
    side = np.eye(3)[np.abs(tangent).argmin(axis=1)]
    u = np.cross(tangent, side)
    u /= np.linalg.norm(u, axis=1, keepdims=True)
    v = np.cross(tangent, u)
    angle = np.arange(24) * 2 * np.pi / 24
    ray = np.cos(angle)[:, None] * u[:, None] + np.sin(angle)[:, None] * v[:, None]
    far = np.sqrt(vessel.column("wall_area_mm2") / np.pi)[:, None] + np.array(RING_MM)
    at = vessel.points[:, None, None] + ray[:, :, None] * far[:, None, :, None]
    volume = case.volume
    to_voxel = np.linalg.inv(volume.grid.lps_from_kji)
    voxel = np.einsum("ij,narj->inar", to_voxel[:3, :3], at) + to_voxel[:3, 3, None, None, None]
    stored = map_coordinates(volume.stored.astype(np.float32), voxel, order=1, mode="nearest")
    hu = (stored * volume.slope + volume.intercept).mean(axis=2)
    return np.asarray((hu > MUSCLE_HU).mean(axis=1) >= MUSCLE_SHARE)


def wrong_of(outcome: Outcome) -> str:
    """Say what the program got wrong on a case: occlusions, stumps, items."""
    shares = outcome[1]["program"]["shares"] if "program" in outcome[1] else {}
    kinds = ("missed", "false", "stump", "item")
    wrong = [
        f"{key} {number:.0f}"
        for key, (number, _) in shares.items()
        if number and key.startswith(kinds) and key not in ("false main", "false branch")
    ]
    return ", ".join([*wrong, *(f"{len(outcome[2])} failures" for _ in outcome[2][:1])]) or "right"


def outcomes(jobs: Sequence[Job], workers: int) -> Iterator[Outcome]:
    """Run all cases, in worker processes; a worker that dies fails its own case."""
    if workers <= 1:
        yield from (run(job) for job in jobs)
        return
    with ProcessPoolExecutor(max_workers=workers) as pool:
        waiting = {pool.submit(run, job): job for job in jobs}
        for done in as_completed(waiting):
            try:
                yield done.result()
            except Exception as error:
                yield waiting[done], {}, [f"{waiting[done].name}, worker: {error!r}"]


def jobs_of(options: argparse.Namespace, quality: Quality) -> list[Job]:
    """Return the cases of a suite."""
    count = 1 if options.tiny else options.cases
    places: list[tuple[int, Path | None]]
    if options.cases_from:
        files = sorted(options.cases_from.glob(f"{quality}*.pkl"))[:count]
        places = list(enumerate(files))
    else:
        places = [(seed, None) for seed in range(options.first_seed, options.first_seed + count)]
    repeats = 0 if options.tiny else options.repeats
    return [
        Job(quality=quality, seed=seed, path=path, repeats=n < repeats)
        for n, (seed, path) in enumerate(places)
    ]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=30, help="of every suite")
    parser.add_argument("--quality", choices=["standard", "hard", "both"], default="both")
    parser.add_argument("--first-seed", type=int, default=5000)
    parser.add_argument(
        "--cases-from", type=Path, metavar="FOLDER",
        help="standard*.pkl and hard*.pkl of another generator (benchmarks/cases.py); only your own"
    )  # fmt: skip
    parser.add_argument("--repeats", type=int, default=2, help="cases to measure again")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every error there")
    parser.add_argument("--markdown", action="store_true", help="print the short table as well")
    parser.add_argument("--tiny", action="store_true", help="one case of the standard suite")
    options = parser.parse_args(arguments)
    qualities: list[Quality] = ["standard", "hard"]
    if options.tiny or options.quality != "both":
        qualities = ["hard" if options.quality == "hard" else "standard"]
    suites = []
    for quality in qualities:
        jobs = jobs_of(options, quality)
        origin = "cases of another generator" if options.cases_from else (
            f"seeds {options.first_seed}-{options.first_seed + len(jobs) - 1}")  # fmt: skip
        suite = Suite(quality, f"{quality}, {origin}")
        for n, outcome in enumerate(outcomes(jobs, options.workers), start=1):
            suite.take(outcome[1], outcome[2])
            told = f"{outcome[0].name}: {n} of {len(jobs)}; {wrong_of(outcome)}"
            print(told, file=sys.stderr, flush=True)
        print("\n".join([*suite.lines(), ""]), flush=True)
        suites.append(suite)
    if options.markdown:
        print("\n".join(markdown(suites)))
    if options.json:
        options.json.write_text(json.dumps([suite.plain() for suite in suites]), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
