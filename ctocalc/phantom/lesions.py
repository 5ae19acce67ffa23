"""Occlusions, islands and lesions of a phantom, from its lumen as a function of arc length."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.phantom.anatomy import lumen_radius
from ctocalc.phantom.spec import Interruption, Vessel

TIP_MM = 0.16
EDGE_MM = 0.5
FULL_MM = 1.0
ISLAND_MM = 5.0
SAME_LESION_MM = 20.0
_STEP_MM = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueOcclusion:
    """One occlusion: ``marks`` maps a lumen diameter (mm) to where it is passed at both ends."""

    marks: dict[float, tuple[float, float]]
    islands: tuple[tuple[float, float], ...]
    total: bool
    truncated: bool

    @property
    def start_mm(self) -> float:
        """Entry: the 0.5 mm lumen."""
        return self.marks[EDGE_MM][0]

    @property
    def end_mm(self) -> float:
        """Exit: the 0.5 mm lumen."""
        return self.marks[EDGE_MM][1]


def _runs(low: Bools) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], low, [False]]).astype(int)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def occlusions(vessel: Vessel) -> list[TrueOcclusion]:
    """Return total and subtotal occlusions, proximal first.

    A lumen below 0.5 mm somewhere begins one; it is total if below 0.16 mm somewhere.  Total ones
    with less than 5 mm of contrast between their 0.5 mm points are one, with an island.
    """
    s = np.arange(0, vessel.path.length_mm + _STEP_MM / 2, _STEP_MM)
    diameter = 2 * lumen_radius(vessel, s)
    below = [
        (a, b, bool((diameter[a : b + 1] < TIP_MM).any())) for a, b in _runs(diameter < EDGE_MM)
    ]
    groups: list[list[tuple[int, int, bool]]] = []
    for run in below:
        near = groups and run[0] - groups[-1][-1][1] < ISLAND_MM / _STEP_MM
        if near and run[2] and groups[-1][-1][2]:
            groups[-1].append(run)
        else:
            groups.append([run])
    return [_occlusion(s, diameter, group) for group in groups]


def _occlusion(s: Floats, diameter: Floats, runs: list[tuple[int, int, bool]]) -> TrueOcclusion:
    first, last = runs[0][0], runs[-1][1]
    total = runs[0][2]
    marks = {EDGE_MM: (float(s[first]), float(s[last]))}
    inner = np.flatnonzero(diameter[first : last + 1] < TIP_MM) + first
    if len(inner):
        marks[TIP_MM] = float(s[inner[0]]), float(s[inner[-1]])
    full = diameter >= FULL_MM
    before, after = np.flatnonzero(full[:first]), np.flatnonzero(full[last:])
    marks[FULL_MM] = (
        float(s[before[-1]]) if len(before) else 0.0,
        float(s[last + after[0]]) if len(after) else float(s[-1]),
    )
    islands = tuple((float(s[a[1]]), float(s[b[0]])) for a, b in pairwise(runs))
    ends = first == 0 or last == len(s) - 1
    return TrueOcclusion(marks=marks, islands=islands, total=total, truncated=ends)


def lesions(found: list[TrueOcclusion]) -> list[list[TrueOcclusion]]:
    """Group total occlusions with less than 20 mm between them; a subtotal one stands alone."""
    groups: list[list[TrueOcclusion]] = []
    open_group = False
    for one in found:
        near = open_group and one.start_mm - groups[-1][-1].end_mm < SAME_LESION_MM
        if one.total and near:
            groups[-1].append(one)
        else:
            groups.append([one])
        open_group = one.total
    return groups


def taper_mm(vessel: Vessel, one: TrueOcclusion, *, proximal: bool) -> tuple[float, Interruption]:
    """Return the distance from the last full lumen to the tip, and the interruption there."""
    gaps = sorted(vessel.interruptions, key=lambda g: g.start_mm)
    tip = one.marks[TIP_MM][0 if proximal else 1]
    if proximal:
        gap = min(gaps, key=lambda g: abs(g.start_mm - tip))
        return tip - (gap.start_mm - gap.proximal.length_mm), gap
    gap = min(gaps, key=lambda g: abs(g.end_mm - tip))
    return gap.end_mm + gap.distal.length_mm - tip, gap
