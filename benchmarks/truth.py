"""A result held beside the truth of its phantom: which station, occlusion, lesion is which."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ctocalc._arrays import Array, Bools, Floats, Ints
from ctocalc.lesion.lesion import Lesion, OcclusionPart
from ctocalc.scores.system import Basis
from ctocalc.study.result import CaseResult, VesselResult

Record = Mapping[str, Any]
Span = TypeVar("Span", Lesion, OcclusionPart)

# True item -> where a result answers it: system, edition, item, and which condition of it.
ITEMS = {
    "blunt_stump": ("jcto", "morino_2011", "blunt_stump", None),
    "calcification": ("jcto", "morino_2011", "calcification", None),
    "calcification_half": ("ct_rector", "opolski_2015", "calcification", None),
    "bending": ("jcto", "morino_2011", "bending", None),
    "length_15": ("kcct", "yu_2017", "length", None),
    "length_20": ("jcto", "morino_2011", "length", None),
    "multiple_occlusions": ("ct_rector", "opolski_2015", "multiple_occlusions", None),
    "full_moon": ("kcct", "yu_2017", "calcification", "full_moon"),
    "arc_180_where_half": ("kcct", "yu_2017", "calcification", "arc_where_half_calcified_deg"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPair:
    """One score item: the truth, whether anybody could tell it, and what was found."""

    item: str
    truth: bool
    gradable: bool
    found: bool | None
    borderline: bool

    @property
    def wrong(self) -> bool:
        return self.gradable and self.found is not None and self.found != self.truth


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionPair:
    """A true occluded lesion and the found one that overlaps it most, or None."""

    truth: Record
    found: Lesion | None
    items: tuple[ItemPair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OcclusionPair:
    """A true occlusion with its ends on the measured axis, and the found one, or None."""

    truth: Record
    start_mm: float
    end_mm: float
    found: OcclusionPart | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VesselPair:
    """One vessel; ``nearest`` (N,) is the true station (in LPS) of each measured one."""

    found: VesselResult
    truth: Record
    stations: Mapping[str, Array]
    nearest: Ints

    def true_column(self, name: str) -> Floats:
        """Return a column of the truth at the measured stations (N,)."""
        return np.asarray(self.stations[name], dtype=float)[self.nearest]

    def column(self, name: str) -> Floats:
        """Return a measured column (N,)."""
        assert self.found.profile is not None
        return self.found.profile.column(name)

    @property
    def occluded(self) -> Bools:
        """Measured stations (N,) that truly lie within a total occlusion."""
        return self.true_column("occluded") > 0

    def found_mm(self, true_mm: float) -> float:
        """Return the place on the measured axis of an arc length on the true one."""
        assert self.found.profile is not None
        ours = self.found.profile.frames.arclength_mm
        return float(np.interp(true_mm, self.true_column("arclength_mm"), ours))

    def occlusions(self) -> tuple[OcclusionPair, ...]:
        """Return every true occlusion with its match."""
        found = [part for lesion in occluded(self.found) for part in lesion.occlusions]
        pairs = []
        for lesion in self.true_lesions():
            for one in lesion["occlusions"]:
                start, end = self.found_mm(one["start_mm"]), self.found_mm(one["end_mm"])
                match = most_overlapping(found, start, end)
                pairs.append(OcclusionPair(truth=one, start_mm=start, end_mm=end, found=match))
        return tuple(pairs)

    def lesions(self) -> tuple[LesionPair, ...]:
        """Return every truly occluded lesion with its match and its items."""
        pairs = []
        for one in self.true_lesions():
            start, end = self.found_mm(one["start_mm"]), self.found_mm(one["end_mm"])
            match = most_overlapping(occluded(self.found), start, end)
            items = tuple(item_pairs(one, self.found, match)) if match else ()
            pairs.append(LesionPair(truth=one, found=match, items=items))
        return tuple(pairs)

    def true_lesions(self) -> list[Record]:
        """Return the occluded lesions of the truth."""
        return [lesion for lesion in self.truth["lesions"] if lesion["occluded"]]


def occluded(vessel: VesselResult) -> list[Lesion]:
    """Return the occluded lesions of a result."""
    return [lesion for lesion in vessel.lesions if lesion.occluded]


def pair(result: CaseResult, truth: Record, stations: Mapping[str, Array]) -> list[VesselPair]:
    """Return the vessels of a result beside those of the truth, by name."""
    found = {vessel.vessel: vessel for vessel in result.vessels}
    pairs = []
    for record in truth["vessels"]:
        own = stations["vessel"] == record["vessel"]
        table = {name: column[own] for name, column in stations.items()}
        pairs.append(_vessel(found[record["vessel"]], record, table))
    return pairs


def read_truth(case: Path) -> tuple[Record, dict[str, Array]]:
    """Read ``truth.json`` and ``stations.tsv`` of a written phantom."""
    with (case / "stations.tsv").open(encoding="utf-8") as file:
        head, *rows = csv.reader(file, delimiter="\t")
    columns = dict(zip(head, zip(*rows, strict=True), strict=True))
    record = json.loads((case / "truth.json").read_text(encoding="utf-8"))
    return record, {name: _parse(name, cells) for name, cells in columns.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a score says about an item."""

    present: bool | None
    borderline: bool


def answers(vessel: VesselResult, lesion: Lesion) -> dict[str, Answer]:
    """Return what the scores of a found lesion say about every item."""
    out = {}
    for name, (system, edition, item, fact) in ITEMS.items():
        findings = next(
            row.score.findings for row in vessel.scores
            if row.lesion == lesion.lesion and row.score.basis is Basis.CORRECTED
            and (row.score.system.name, row.score.system.edition) == (system, edition)
        )  # fmt: skip
        finding = next(one for one in findings if one.item == item)
        parts = finding.conditions if fact else ()
        answer = next((one for one in parts if one.fact == fact), finding)
        out[name] = Answer(present=answer.present, borderline=answer.borderline)
    return out


def item_pairs(truth: Record, vessel: VesselResult, lesion: Lesion) -> Iterator[ItemPair]:
    """Hold every item of a true lesion beside the answer of the scores of the found one."""
    for name, answer in answers(vessel, lesion).items():
        true = truth["items"][name]
        yield ItemPair(
            item=name, truth=bool(true["present"]), gradable=true["gradable"],
            found=answer.present, borderline=answer.borderline,
        )  # fmt: skip


def most_overlapping(found: Sequence[Span], start_mm: float, end_mm: float) -> Span | None:
    """Return the one that shares most of an interval, None when none shares any."""
    shared = [min(end_mm, one.end_mm) - max(start_mm, one.start_mm) for one in found]
    return found[int(np.argmax(shared))] if shared and max(shared) > 0 else None


def _vessel(found: VesselResult, record: Record, table: dict[str, Array]) -> VesselPair:
    assert found.profile is not None, f"{found.vessel} was refused: {found.reason}"
    true = np.stack([table[f"{axis}_lps_mm"] for axis in "xyz"], axis=1).astype(float)
    ours = found.profile.frames.origin_lps_mm
    nearest = np.linalg.norm(ours[:, None] - true[None], axis=2).argmin(axis=1)
    return VesselPair(found=found, truth=record, stations=table, nearest=nearest)


def _parse(name: str, cells: Sequence[str]) -> Array:
    if name == "vessel":
        return np.array(cells)
    if name == "occluded":
        return np.array([cell == "true" for cell in cells])
    return np.array([float(cell) if cell else np.nan for cell in cells])
