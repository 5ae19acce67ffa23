"""What of the truth counts, and how far off a finding is: one grader for every method.

Not graded, because nobody could tell: length within 1 mm of a cut-off, bend within 4 degrees,
maximal fraction 0.45-0.55, full moon 0.85-0.97, an island of 4.2-5.8 mm, calcium below 0.4 mg, a
channel below 0.5 mm, arcs where a shift of the centre by 0.2 mm moves the truth by 20 degrees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.findings import Findings, FoundLesion, FoundOcclusion, shape
from benchmarks.sheet import Sheet
from ctocalc._arrays import Array, Bools, Floats

Record = Mapping[str, Any]
ITEMS = (
    "multiple_occlusions", "length_15", "length_20", "bending", "calcification",
    "calcification_half", "blunt_stump", "full_moon", "arc_180_where_half",
)  # fmt: skip
CHANNEL_MM2 = np.pi / 4 * 0.5**2
LEAST_MASS_MG = 0.4
STEADY_ARC_DEG = 20.0
CALCIFIED = 0.02
OPEN_MM2 = 1.5
# Stations at both ends of a line, whose wall is only half seen.
ENDS = 4
# An end of a lesion this near an end of the line is the line's.
LINE_END_MM = 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrueVessel:
    """The truth of one vessel; ``beside_muscle`` (M,): its stations that do not lie in fat."""

    record: Record
    table: Mapping[str, Array]
    beside_muscle: Bools
    branch: bool

    def column(self, name: str) -> Floats:
        """Return a column as floats (M,)."""
        return np.asarray(self.table[name], dtype=float)

    @property
    def points(self) -> Floats:
        """The true axis (M, 3)."""
        return np.stack([self.column(f"{axis}_lps_mm") for axis in "xyz"], axis=1)

    @property
    def tangent(self) -> Floats:
        """Its direction (M, 3)."""
        return np.stack([self.column(f"tangent_{axis}") for axis in "xyz"], axis=1)

    def place(self, points: Floats) -> tuple[Floats, Floats]:
        """Return where points (N, 3) lie along the true axis, in stations, and how far off it."""
        axis = self.points
        step = np.diff(axis, axis=0)
        along = ((points[:, None] - axis[None, :-1]) * step).sum(axis=2) / (step**2).sum(axis=1)
        along = np.clip(along, 0.0, 1.0)
        off = np.linalg.norm(points[:, None] - axis[:-1] - along[..., None] * step, axis=2)
        best = off.argmin(axis=1)
        rows = np.arange(len(points))
        return best + along[rows, best], off[rows, best]

    def arclength_of(self, point: Sequence[float]) -> float:
        """Return the true arc length of a place."""
        place, _ = self.place(np.asarray(point, dtype=float)[None])
        s = self.column("arclength_mm")
        return float(np.interp(place[0], np.arange(len(s)), s))

    def at(self, name: str, place: Floats) -> Floats:
        """Return a column at places (N,) between stations."""
        column = self.column(name)
        return np.asarray(np.interp(place, np.arange(len(column)), column))

    def nearest(self, name: str, place: Floats) -> Floats:
        """Return a column at the stations nearest to places (N,): arcs jump between stations."""
        return np.asarray(self.column(name)[np.rint(place).astype(int)])

    def occluded_at(self, place: Floats) -> Bools:
        """Whether places (N,) lie in a total occlusion."""
        return np.asarray(self.column("occluded")[np.rint(place).astype(int)] > 0)

    def lesions(self) -> list[Record]:
        """Return the occluded lesions."""
        return [lesion for lesion in self.record["lesions"] if lesion["occluded"]]

    def faint_channels(self) -> list[tuple[float, float]]:
        """Return the spans of lesions whose channel is too thin for anybody to tell."""
        s, lumen = self.column("arclength_mm"), self.column("lumen_area_mm2")
        spans = [(one["start_mm"], one["end_mm"]) for one in self.record["lesions"]
                 if not one["occluded"]]  # fmt: skip
        inside = [(a, b, lumen[(s >= a) & (s <= b)]) for a, b in spans]
        return [(a, b) for a, b, area in inside if len(area) and area.min() < CHANNEL_MM2]


def islands_mm(lesion: Record) -> list[float]:
    """Return the lengths of contrast between the parts of a lesion."""
    parts = lesion["occlusions"]
    own = [float(i["length_mm"]["value"]) for part in parts for i in part["islands"]]
    return own + [b["start_mm"] - a["end_mm"] for a, b in pairwise(parts)]


def parts_can_be_told(lesion: Record) -> bool:
    """Whether anybody could tell how many occlusions a lesion has."""
    return not any(4.2 <= gap <= 5.8 for gap in islands_mm(lesion))


def true_items(lesion: Record, vessel: TrueVessel) -> dict[str, bool]:
    """Return the items that can be told, with the truth."""
    length, angle = lesion["length_mm"]["value"], lesion["bend_deg"]["value"]
    fraction, mass = lesion["max_calcium_fraction"]["value"], lesion["calcium_mass_mg"]["value"]
    call = shape(lesion["occlusions"][0]["proximal_stump"]["call"])
    arc, firm = arc_where_half(lesion, vessel)
    graded = {
        "multiple_occlusions": (len(lesion["occlusions"]) > 1, parts_can_be_told(lesion)),
        "length_15": (length >= 15, abs(length - 15) > 1),
        "length_20": (length >= 20, abs(length - 20) > 1),
        "bending": (angle > 45, abs(angle - 45) > 4),
        "calcification": (mass > 0, mass == 0 or mass >= LEAST_MASS_MG),
        "calcification_half": (fraction >= 0.5, abs(fraction - 0.5) > 0.05),
        "blunt_stump": (call == "blunt", call in ("blunt", "tapered")),
        "full_moon": (lesion["full_moon"]["present"], not 0.85 <= fraction <= 0.97),
        "arc_180_where_half": (arc >= 180, firm and abs(fraction - 0.5) > 0.05),
    }
    return {name: bool(true) for name, (true, gradable) in graded.items() if gradable}


def arc_where_half(lesion: Record, vessel: TrueVessel) -> tuple[float, bool]:
    """Return the largest arc where half a section (mean of 1 mm) is calcium; is it steady?"""
    s, fraction = vessel.column("arclength_mm"), vessel.column("calcium_fraction")
    mean = np.convolve(fraction, [0.25, 0.5, 0.25], mode="same")
    here = (s >= lesion["start_mm"]) & (s <= lesion["end_mm"]) & (vessel.column("occluded") > 0)
    arc = vessel.column("calcium_arc_largest_deg")[here & (mean >= 0.5)].max(initial=0.0)
    near = here & (fraction >= 0.45)
    loose = bool((vessel.column("arc_shift_deg")[near] >= STEADY_ARC_DEG).any())
    return float(arc), arc == 0 or abs(arc - 180) > (60 if loose else 15)


def grade(found: Findings, vessel: TrueVessel, sheet: Sheet) -> None:
    """Add the errors of one vessel to a sheet."""
    everything: list[FoundOcclusion | FoundLesion] = [*found.occlusions, *found.lesions]
    spans = {
        id(one): (vessel.arclength_of(one.start_lps_mm), vessel.arclength_of(one.end_lps_mm))
        for one in everything
    }
    _grade_occlusions(found, vessel, spans, sheet)
    for lesion in vessel.lesions():
        within = (lesion["start_mm"], lesion["end_mm"])
        overlaps = [_shared(spans[id(one)], within) for one in found.lesions]
        if overlaps and max(overlaps) > 0:
            _grade_lesion(found.lesions[int(np.argmax(overlaps))], lesion, vessel, sheet)
    _grade_sections(found, vessel, sheet)


def _shared(one: tuple[float, float], other: tuple[float, float]) -> float:
    return min(one[1], other[1]) - max(one[0], other[0])


def _grade_occlusions(
    found: Findings, vessel: TrueVessel, spans: dict[int, tuple[float, float]], sheet: Sheet
) -> None:
    faint = vessel.faint_channels()
    left = [
        one for one in found.occlusions
        if not any(_shared(spans[id(one)], span) > 0 for span in faint)
    ]  # fmt: skip
    if vessel.lesions() or (not faint and not vessel.branch):
        sheet.count("item any_occlusion", bool(vessel.lesions()) != bool(left))
    for lesion in vessel.lesions():
        whole = (lesion["start_mm"], lesion["end_mm"])
        if not parts_can_be_told(lesion):
            inside = [one for one in left if _shared(spans[id(one)], whole) > 0]
            left = [one for one in left if one not in inside]
            sheet.count("missed", not inside)
            if inside:
                _grade_ends(inside[0], inside[-1], lesion["occlusions"], vessel, sheet)
            continue
        for part in lesion["occlusions"]:
            shared = [_shared(spans[id(o)], (part["start_mm"], part["end_mm"])) for o in left]
            hit = bool(shared) and max(shared) > 0
            sheet.count("missed", not hit)
            if hit:
                one = left.pop(int(np.argmax(shared)))
                _grade_ends(one, one, [part], vessel, sheet)
                sheet.add("length", [one.length_mm - part["length_mm"]["value"]])
    sheet.count("false", len(left), 0)
    sheet.count("false branch" if vessel.branch else "false main", len(left), 0)


def _grade_ends(
    first: FoundOcclusion,
    last: FoundOcclusion,
    parts: Sequence[Record],
    vessel: TrueVessel,
    sheet: Sheet,
) -> None:
    whole = float(vessel.record["length_mm"])
    ends = (
        ("entry", vessel.arclength_of(first.start_lps_mm), parts[0]["start_mm"],
         shape(parts[0]["proximal_stump"]["call"]), first.calls[0]),
        ("exit", vessel.arclength_of(last.end_lps_mm), parts[-1]["end_mm"],
         shape(parts[-1]["distal_stump"]["call"]), last.calls[1]),
    )  # fmt: skip
    for name, place, true, call, called in ends:
        if not LINE_END_MM < true < whole - LINE_END_MM:
            continue
        sheet.add(name, [place - true])
        if call in ("blunt", "tapered"):
            sheet.add(f"{name} {call}", [place - true])
            sheet.count("stump", called is not None and called != call, called is not None)


def _grade_lesion(found: FoundLesion, lesion: Record, vessel: TrueVessel, sheet: Sheet) -> None:
    sheet.add("bend", [found.bend_deg - lesion["bend_deg"]["value"]])
    sheet.add(
        "max fraction", [found.max_calcium_fraction - lesion["max_calcium_fraction"]["value"]]
    )
    if (mass := lesion["calcium_mass_mg"]["value"]) >= LEAST_MASS_MG:
        volume = lesion["calcium_volume_mm3"]["value"]
        sheet.add("volume", [100 * (found.calcium_volume_mm3 / volume - 1)])
        sheet.add("mass", [100 * (found.calcium_mass_mg / mass - 1)])
    for name, truth in true_items(lesion, vessel).items():
        if name in found.items:
            answer = found.items[name]
            sheet.count("undecided", answer is None)
            sheet.count(f"item {name}", answer is not None and answer != truth)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Zones:
    """Which found stations (N,) lie where: ``inner`` ones are not at the ends of the line."""

    inner: Bools
    body: Bools
    calcified: Bools
    patent: Bools
    is_open: Bools
    steady: Bools
    muscle: Bools


def zones(vessel: TrueVessel, place: Floats) -> Zones:
    """Sort stations by their places on the true axis.

    ``body`` and ``calcified`` are occluded, without and with calcium; ``patent`` has neither;
    ``is_open`` has a lumen of more than 1.5 mm2; ``steady`` an arc that anybody could tell, of
    calcium that the nearest station of the truth has.
    """
    inner = np.zeros(len(place), dtype=bool)
    inner[ENDS:-ENDS] = True
    true, blocked = vessel.at("calcium_fraction", place), vessel.occluded_at(place)
    hard = true > CALCIFIED
    return Zones(
        inner=inner,
        body=blocked & (true <= 0),
        calcified=blocked & hard,
        patent=~blocked & ~hard & inner,
        is_open=~blocked & (vessel.at("lumen_area_mm2", place) > OPEN_MM2) & inner,
        steady=blocked
        & (vessel.nearest("calcium_fraction", place) > CALCIFIED)
        & (vessel.nearest("arc_shift_deg", place) < STEADY_ARC_DEG),
        muscle=vessel.beside_muscle[np.rint(place).astype(int)],
    )


def _grade_sections(found: Findings, vessel: TrueVessel, sheet: Sheet) -> None:
    place, off = vessel.place(found.points_lps_mm)
    true, zone = vessel.at("calcium_fraction", place), zones(vessel, place)
    body, hit, inner = zone.body, zone.calcified, zone.inner
    tail = ", branch" if vessel.branch else ""
    cosine = (found.tangent * vessel.tangent[np.rint(place).astype(int)]).sum(axis=1)
    sheet.add(f"tilt{tail}", np.degrees(np.arccos(np.clip(np.abs(cosine), 0, 1)))[inner])
    sheet.add("centre body", off[body & inner])
    sheet.add("centre calcified", off[hit & inner])
    wall = 100 * (found.columns["wall_area_mm2"] / vessel.at("wall_area_mm2", place) - 1)
    sheet.add("wall body fat", wall[body & inner & ~zone.muscle])
    sheet.add("wall body muscle", wall[body & inner & zone.muscle])
    sheet.add("wall calcified", wall[hit & inner])
    sheet.add(f"wall patent{tail}", wall[zone.patent])
    lumen = vessel.at("lumen_area_mm2", place).clip(1e-9)
    sheet.add(f"lumen{tail}", (100 * (found.columns["lumen_area_mm2"] / lumen - 1))[zone.is_open])
    fraction = found.columns["calcium_fraction"]
    sheet.add("fraction calcified", (fraction - true)[hit])
    sheet.add("fraction none", (fraction - true)[body])
    told = hit & (np.abs(true - 0.5) > 0.05) & np.isfinite(fraction)
    sheet.count("half", float(((fraction >= 0.5) != (true >= 0.5))[told].sum()), float(told.sum()))
    arc = found.columns["calcium_arc_deg"] - vessel.nearest("calcium_arc_deg", place)
    sheet.add("arc", arc[zone.steady])
