"""A whole case end to end, against SimpleITK doing nothing but reading the same series.

``python -m benchmarks.analyze [--tiny]`` writes one uncompressed series of 512 x 512 pixels to a
temporary folder (a synthetic case, continued by its mirror images, so that there are three
vessels) and prints a table.  Rounds are interleaved; seconds of processor and of the clock are the
minima over the rounds, ratios are ours / other: below the goal is good.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.reading import by_simpleitk
from ctocalc._arrays import Floats
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.dicom.read import open_series, read
from ctocalc.dicom.write import Acquisition, write_series
from ctocalc.files.centerlines import read_centerlines
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume

SYNTHETIC = Path(__file__).resolve().parents[1] / "data" / "synthetic"
SITK = """
import sys
import SimpleITK as sitk
reader = sitk.ImageSeriesReader()
reader.SetFileNames(reader.GetGDCMSeriesFileNames(sys.argv[1]))
reader.Execute()
"""
# Without this, every fresh process would compile what an installed package has compiled.
AS_INSTALLED = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
PROGRAM = (sys.executable, "-c", "from ctocalc.cli.main import main; main()")


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the clock and of the processor, children included."""

    wall: float
    cpu: float


def cost(task: Callable[[], object]) -> Cost:
    """Run a task once."""
    before, start = os.times(), time.perf_counter()
    task()
    wall, after = time.perf_counter() - start, os.times()
    return Cost(wall, sum(after[:4]) - sum(before[:4]))


def least(rounds: int, tasks: dict[str, Callable[[], object]]) -> dict[str, Cost]:
    """Return the minima over the interleaved rounds; the first of several does not count."""
    every = [{name: cost(task) for name, task in tasks.items()} for _ in range(rounds)]
    every = every[1:] or every
    return {
        name: Cost(min(r[name].wall for r in every), min(r[name].cpu for r in every))
        for name in tasks
    }


def build(case: Path, folder: Path, size: int, slices: int) -> tuple[Path, ...]:
    """Write the case continued to ``slices`` x ``size`` x ``size``, and return its three lines."""
    (source,) = (case / "centerlines").glob("*.csv")
    line = read_centerlines(source).points_lps_mm
    scan = open_series(case / "dicom")
    corners = scan.grid.points(np.array([[0.0, 0, 0], np.array(scan.grid.shape_kji) - 1]))
    small = read(scan, corners, margin_mm=0)[0]
    wanted = np.maximum((slices, size, size), small.stored.shape)
    before = (wanted - small.stored.shape) // 2
    after = wanted - small.stored.shape - before
    stored = np.pad(small.stored, np.stack([before, after], axis=1), mode="symmetric")
    affine = small.grid.lps_from_kji.copy()
    affine[:3, 3] = small.grid.points(-before.astype(float))
    k, j, i = (int(n) for n in wanted)
    grid = VoxelGrid(shape_kji=(k, j, i), lps_from_kji=affine)
    volume = Volume(stored=stored, slope=small.slope, intercept=small.intercept, grid=grid)
    write_series(volume, folder / "dicom", Acquisition(label="benchmark", kvp=120, contrast=True))
    inner = small.grid.indices(line)
    lines = {"RCA": inner}
    if before[1] and before[2]:
        lines |= {"LAD": inner * (1, -1, 1) - (0, 1, 0), "LCX": inner * (1, 1, -1) - (0, 0, 1)}
    return tuple(
        _write_line(folder / f"{name}.csv", small.grid.points(kji)) for name, kji in lines.items()
    )


def _write_line(path: Path, points_lps_mm: Floats) -> Path:
    np.savetxt(path, points_lps_mm, delimiter=",", header="x_lps_mm,y_lps_mm,z_lps_mm", comments="")
    return path


def run(folder: Path, case: Path, *, size: int, slices: int, rounds: int) -> list[str]:
    """Return the lines of the table."""
    lines = build(case, folder, size, slices)
    series = folder / "dicom"
    options = CaseOptions(series=series, lines=tuple(LineOption(path=path) for path in lines))
    one = replace(options, lines=options.lines[:1])

    def fresh(*command: str | Path) -> Callable[[], object]:
        words = [str(part) for part in command]
        return lambda: subprocess.run(words, check=True, capture_output=True, env=AS_INSTALLED)

    out = ("--out", folder / "results")
    asked = [part for path in lines for part in ("--centerline", path)]
    times = least(rounds, {
        "fresh analyze, 1 vessel": fresh(*PROGRAM, "analyze", series, *asked[:2], *out),
        "fresh analyze, all": fresh(*PROGRAM, "analyze", series, *asked, *out),
        "fresh SimpleITK read": fresh(sys.executable, "-c", SITK, series),
        "warm analysis, 1 vessel": lambda: analyze_case(one),
        "warm analysis, all": lambda: analyze_case(options),
        "SimpleITK read": lambda: by_simpleitk(series),
        "ctocalc --help": fresh(*PROGRAM, "--help"),
        "import numpy": fresh(sys.executable, "-c", "import numpy"),
    })  # fmt: skip
    pairs = (
        ("fresh analyze, 1 vessel", "fresh SimpleITK read", 0.45),
        ("fresh analyze, all", "fresh SimpleITK read", 1),
        ("warm analysis, 1 vessel", "SimpleITK read", 1),
        ("warm analysis, all", "SimpleITK read", 1),
        ("ctocalc --help", "import numpy", 1.5),
    )
    table = [
        f"{open_series(series).grid.shape_kji} voxels, {len(lines)} vessels, {rounds} rounds",
        f"{'ours':26}{'against':24}{'cpu s':>8}{'against':>9}{'ratio':>8}"
        f"{'wall s':>9}{'against':>9}{'ratio':>8}{'goal':>7}",
    ]
    for ours, other, goal in pairs:
        a, b = times[ours], times[other]
        table.append(
            f"{ours:26}{other:24}{a.cpu:8.2f}{b.cpu:9.2f}{a.cpu / max(b.cpu, 0.01):8.2f}"
            f"{a.wall:9.2f}{b.wall:9.2f}{a.wall / b.wall:8.2f}{goal:>7}"
        )
    return table


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a small case as it is, one round")
    parser.add_argument("--slices", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=6)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if given.tiny:
            case = SYNTHETIC / "soft-tapered-short"
            table = run(Path(folder), case, size=0, slices=0, rounds=1)
        else:
            case = SYNTHETIC / "long-bent-calcified"
            table = run(Path(folder), case, size=512, slices=given.slices, rounds=given.rounds)
    print("\n".join(table))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
