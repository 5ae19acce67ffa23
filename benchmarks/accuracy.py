"""Errors against truth on fresh random phantoms, beside a naive method.

python -m benchmarks.accuracy [--cases 30] [--quality standard|hard] [--first-seed 5000] [--tiny]
"""

import argparse
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np

from benchmarks.truth import ITEMS, LesionPair, OcclusionPair, VesselPair, occluded, pair
from ctocalc._arrays import Floats
from ctocalc.geometry.frames import rotation_minimising
from ctocalc.image.scan import ScanFacts
from ctocalc.image.sections import cartesian_sections, linear
from ctocalc.image.volume import Volume
from ctocalc.phantom.lines import Line
from ctocalc.phantom.random_case import random_case
from ctocalc.phantom.render import PhantomCase, render
from ctocalc.quantity import Measured
from ctocalc.study.analyse import analyse
from ctocalc.study.result import CaseResult
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline

NAIVE_HU = 600.0
NAIVE_RADIUS_MM = 1.5
STEP_MM = 0.5
CALCIFIED = 0.02
STEADY_ARC_DEG = 20.0
NAIVE = "naive: >= 600 HU within the given radius (or 1.5 mm) of the raw line"
# Stations at both ends of a line, whose wall is only half seen.
ENDS = 4


class Table:
    """Signed errors by quantity, and counts of what is right or wrong."""

    def __init__(self) -> None:
        self.errors: defaultdict[str, list[float]] = defaultdict(list)
        self.counts: Counter[str] = Counter()
        self.items: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, name: str, errors: Iterable[float]) -> None:
        self.errors[name].extend(float(e) for e in errors if np.isfinite(e))

    def lines(self) -> list[str]:
        """Return the table as text."""
        c = self.counts
        out = [
            f"occlusions {c['true']}, missed {c['missed']}, false {c['false']}; true subtotals "
            f"{c['subtotal']}; cases {c['cases']}",
            f"{'error':<44}{'n':>6}{'bias':>9}{'MAE':>9}{'p90':>9}",
        ]
        for name, errors in sorted(self.errors.items()):
            e = np.array(errors)
            numbers = (e.mean(), np.abs(e).mean(), np.percentile(np.abs(e), 90))
            out.append(f"{name:<44}{len(e):>6}" + "".join(f"{n:>9.3f}" for n in numbers))
        kinds = ("gradable", "wrong", "wrong, flagged", "borderline", "undecided")
        out.append(f"{'score item':<24}" + "".join(f"{kind:>16}" for kind in kinds))
        total: Counter[str] = Counter()
        for item in ITEMS:
            total += self.items[item]
            out.append(f"{item:<24}" + "".join(f"{self.items[item][kind]:>16}" for kind in kinds))
        out.append(f"{'all':<24}" + "".join(f"{total[kind]:>16}" for kind in kinds))
        return out


def centerline(line: Line) -> Centerline:
    return Centerline(
        points_lps_mm=line.points_lps_mm, radius_mm=line.radius_mm, vessel=line.vessel,
        frame_declared=True,
    )  # fmt: skip


def measured(case: PhantomCase) -> CaseResult:
    """Analyse a phantom in memory."""
    spacing = case.volume.grid.spacing_kji_mm
    facts = ScanFacts(
        spacing_kji_mm=spacing, slices=case.volume.grid.shape_kji[0], kvp=float(case.kvp),
        modality="CT", slice_thickness_mm=spacing[0],
    )  # fmt: skip
    lines = tuple(centerline(line) for line in case.lines)
    return analyse(case.volume, facts, lines, request=Request(), inputs=())


def naive_fraction(volume: Volume, line: Line) -> tuple[Floats, Floats]:
    """Return stations (N, 3) on the raw line and the share of the lumen disc above 600 HU."""
    points = line.points_lps_mm
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    chord = np.concatenate([[0.0], np.cumsum(steps)])
    s = np.arange(STEP_MM, chord[-1] - STEP_MM, STEP_MM)

    def at(place: Floats) -> Floats:
        return np.stack([np.interp(place, chord, axis) for axis in points.T], axis=1)

    tangent = at(s + 1.0) - at(s - 1.0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    frames = rotation_minimising(at(s), tangent, s)
    sections = cartesian_sections(linear(volume), frames, half_width_mm=3.0, pixel_mm=0.15)
    distance = np.hypot(sections.offset_mm[:, None], sections.offset_mm)
    radius = np.full(len(s), NAIVE_RADIUS_MM)
    if line.radius_mm is not None:
        radius = np.interp(s, chord, line.radius_mm)
    disc = distance <= radius[:, None, None]
    bright = (sections.samples >= NAIVE_HU) & disc
    return frames.origin_lps_mm, bright.sum(axis=(1, 2)) / disc.sum(axis=(1, 2))


def gap(found: Measured, truth: object) -> float:
    """Return found less true, NaN where it cannot be told."""
    value = truth["value"] if isinstance(truth, dict) else None
    return np.nan if found.value is None or value is None else found.value - float(value)


def add_occlusion(table: Table, one: OcclusionPair) -> None:
    table.counts["true"] += 1
    if one.found is None:
        table.counts["missed"] += 1
        return
    entry = one.truth["proximal_stump"]["call"] or "neither"
    leave = one.truth["distal_stump"]["call"] or "neither"
    table.add(f"entry, {entry}, mm", [one.found.start_mm - one.start_mm])
    table.add(f"exit, {leave}, mm", [one.found.end_mm - one.end_mm])
    table.add("length of an occlusion, mm", [gap(one.found.length_mm, one.truth["length_mm"])])


def add_lesion(table: Table, one: LesionPair) -> None:
    if one.found is None:
        return
    found, truth = one.found, one.truth
    table.add("length of a lesion, mm", [gap(found.length_mm, truth["length_mm"])])
    table.add("bend, deg", [gap(found.bend_deg, truth["bend_deg"])])
    name = "max_calcium_fraction"
    table.add("largest fraction", [gap(found.max_calcium_fraction, truth[name])])
    for label, mine, true in (
        ("volume, share", found.calcium_volume_mm3, truth["calcium_volume_mm3"]["value"]),
        ("mass, share", found.calcium_mass_mg, truth["calcium_mass_mg"]["value"]),
    ):
        if true > 1.0 and mine.value is not None:
            table.add(label, [mine.value / true - 1.0])
    for item in (item for item in one.items if item.gradable):
        table.items[item.item].update({
            "gradable": 1, "wrong": item.wrong, "wrong, flagged": item.wrong and item.borderline,
            "borderline": item.borderline, "undecided": item.found is None,
        })  # fmt: skip


def add_stations(table: Table, vessel: VesselPair) -> None:
    inner = np.zeros(len(vessel.nearest), dtype=bool)
    inner[ENDS:-ENDS] = True
    true = vessel.true_column("calcium_fraction")
    calcified = true > CALCIFIED
    blocked = vessel.occluded & inner
    wall = vessel.column("wall_area_mm2") / vessel.true_column("wall_area_mm2") - 1.0
    table.add("wall area, patent, share", wall[~vessel.occluded & inner & ~calcified])
    table.add("wall area, occluded, no calcium, share", wall[blocked & ~calcified])
    table.add("wall area, occluded, calcified, share", wall[blocked & calcified])
    hit = vessel.occluded & calcified
    table.add("fraction, calcified sections", (vessel.column("calcium_fraction") - true)[hit])
    arc = vessel.column("calcium_arc_deg") - vessel.true_column("calcium_arc_deg")
    steady = vessel.true_column("arc_shift_deg") < STEADY_ARC_DEG
    table.add("arc, calcified sections, deg", arc[hit & steady])


def add_naive(table: Table, case: PhantomCase, line: Line) -> None:
    points, fraction = naive_fraction(case.volume, line)
    own = case.stations["vessel"] == line.vessel
    table_of = {name: column[own] for name, column in case.stations.items()}
    true = np.stack([table_of[f"{axis}_lps_mm"] for axis in "xyz"], axis=1)
    nearest = np.linalg.norm(points[:, None] - true[None], axis=2).argmin(axis=1)
    truth = table_of["calcium_fraction"][nearest]
    hit = table_of["occluded"][nearest] & (truth > CALCIFIED)
    table.add("fraction, calcified sections, naive", (fraction - truth)[hit])


def add_case(table: Table, case: PhantomCase) -> None:
    table.counts["cases"] += 1
    for vessel in pair(measured(case), case.truth, case.stations):
        pairs = vessel.occlusions()
        for one in pairs:
            add_occlusion(table, one)
        for lesion in vessel.lesions():
            add_lesion(table, lesion)
        add_stations(table, vessel)
        matched = {id(one.found) for one in pairs}
        parts = [part for lesion in occluded(vessel.found) for part in lesion.occlusions]
        table.counts["false"] += sum(id(part) not in matched for part in parts)
        table.counts["subtotal"] += sum(not x["occluded"] for x in vessel.truth["lesions"])
    for line in case.lines:
        add_naive(table, case, line)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--quality", choices=["standard", "hard"], default="standard")
    parser.add_argument("--first-seed", type=int, default=5000)
    parser.add_argument("--tiny", action="store_true", help="one case")
    options = parser.parse_args(arguments)
    table = Table()
    for seed in range(
        options.first_seed, options.first_seed + (1 if options.tiny else options.cases)
    ):
        add_case(table, render(random_case(seed, quality=options.quality), seed=seed))
        so_far = " ".join(f"{kind} {table.counts[kind]}" for kind in ("true", "missed", "false"))
        print(f"{options.quality} {seed}: so far {so_far}", file=sys.stderr, flush=True)
    print(
        "\n".join([f"{options.quality}, seeds from {options.first_seed}; {NAIVE}", *table.lines()])
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
