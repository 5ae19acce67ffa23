"""The true values that a lesion's record is made of, to the definitions that results use."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.phantom.anatomy import lumen_radius, mean_wall_radius
from ctocalc.phantom.lesions import TrueOcclusion, taper_mm
from ctocalc.phantom.path import Axis
from ctocalc.phantom.project import lumen_is_open
from ctocalc.phantom.sections import Burden
from ctocalc.phantom.spec import CaseSpec, Vessel

BEND_WINDOW_MM = 15.0
CHORD_MM = 10.0
CAP_MM = 2.5
FULL_MOON_FRACTION = 0.95
BRANCH_MM = 3.0
BLUNT_MM = 1.2
WIDE_ARC_DEG = 270.0
TAPERED_MM = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measuring:
    """What a lesion's description needs of its vessel."""

    spec: CaseSpec
    vessel: Vessel
    axis: Axis
    table: dict[str, Array]
    burden: Burden
    seen: Callable[[Floats], Floats]

    def point(self, s_mm: float) -> list[float]:
        """Return the axis point at an arc length as the image shows it, LPS mm."""
        where = self.axis.at(np.array([s_mm]), self.axis.points)
        return [float(x) for x in self.seen(where)[0]]


def quantity(value: float | None, unit: str, at_mm: float | None = None) -> dict[str, Any]:
    """Return a value in the form of the results (a truth has no interval)."""
    out: dict[str, Any] = {"value": value, "unit": unit}
    return out if at_mm is None else out | {"at_mm": at_mm}


def running_mean(
    values: Floats, s: Floats, start_mm: float, end_mm: float
) -> tuple[Floats, Floats]:
    """Return the 1 mm trapezoid mean at the stations whose +-0.5 mm lies inside, and their s.

    Where the interval holds no such station: the mean of the stations inside.
    """
    inside = np.flatnonzero((s >= start_mm) & (s <= end_mm))
    if len(inside) == 0:
        nearest = np.argmin(np.abs(s - (start_mm + end_mm) / 2))
        return values[[nearest]], s[[nearest]]
    if len(inside) < 3:
        return np.array([values[inside].mean()]), np.array([s[inside].mean()])
    f = values[inside]
    return (f[:-2] + 2 * f[1:-1] + f[2:]) / 4, s[inside[1:-1]]


def bend(axis: Axis, start_mm: float, end_mm: float) -> tuple[float, float]:
    """Return the largest rotation of the tangent within 15 mm, degrees, and its middle."""
    s = np.linspace(start_mm, end_mm, max(3, round((end_mm - start_mm) / 0.1) + 1))
    tangent = axis.at(s, axis.frame)[:, 0]
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    angle = np.degrees(np.arccos(np.clip(tangent @ tangent.T, -1, 1)))
    angle[np.abs(s[:, None] - s) > BEND_WINDOW_MM + 1e-9] = 0
    one, two = np.unravel_index(np.argmax(angle), angle.shape)
    return float(angle.max()), float((s[one] + s[two]) / 2)


def bend_chord(axis: Axis, start_mm: float, end_mm: float) -> float:
    """Return the largest angle between the 10 mm chords before and after a point of the lesion."""
    s = np.linspace(start_mm, end_mm, max(3, round((end_mm - start_mm) / 0.1) + 1))
    here = axis.at(s, axis.points)
    one = here - axis.at(s - CHORD_MM, axis.points)
    two = axis.at(s + CHORD_MM, axis.points) - here
    cosine = (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    return float(np.degrees(np.arccos(np.clip(cosine, -1, 1))).max())


def stump(m: Measuring, one: TrueOcclusion, *, proximal: bool) -> dict[str, Any]:
    """Return a cap's call and taper: tapered from 2 mm, blunt up to 1.2 mm, none told between."""
    edge = one.start_mm <= 0 if proximal else one.end_mm >= m.vessel.path.length_mm
    if not one.total or edge:
        return {"call": None, "taper_mm": quantity(None, "mm")}
    length, _ = taper_mm(m.vessel, one, proximal=proximal)
    call = "tapered" if length >= TAPERED_MM else "blunt" if length <= BLUNT_MM else None
    return {"call": call, "taper_mm": quantity(length, "mm")}


def side_branch(m: Measuring, entry_mm: float) -> dict[str, Any]:
    """Return whether a branch's mouth has its nearest edge within 3 mm of the entry."""
    gaps = []
    for branch in m.spec.vessels:
        if branch.parent == m.vessel.name and lumen_is_open(m.spec, branch):
            off = np.radians(branch.take_off_deg)
            at = np.array([branch.parent_at_mm])
            middle = branch.parent_at_mm + float(lumen_radius(m.vessel, at)[0]) / np.tan(off)
            half = float(lumen_radius(branch, np.zeros(1))[0]) / np.sin(off)
            gaps.append(max(0.0, abs(entry_mm - middle) - half))
    value = float(min(gaps)) if gaps else None
    return {"present": value is not None and value <= BRANCH_MM, "value": value}


def regions(m: Measuring, start_mm: float, end_mm: float) -> dict[str, Any]:
    """Return the calcium of caps and thirds."""
    third = (end_mm - start_mm) / 3
    cap = min(CAP_MM, end_mm - start_mm)
    spans = {
        "proximal_cap": (start_mm, start_mm + cap),
        "proximal_third": (start_mm, start_mm + third),
        "middle_third": (start_mm + third, end_mm - third),
        "distal_third": (end_mm - third, end_mm),
        "distal_cap": (end_mm - cap, end_mm),
    }
    s, out = m.table["arclength_mm"], {}
    for name, (low, high) in spans.items():
        volume, mass = m.burden.between(low, high)
        here = (s >= low) & (s <= high) & m.table["occluded"]
        out[name] = {
            "start_mm": low,
            "end_mm": high,
            "calcium_volume_mm3": quantity(volume, "mm3"),
            "calcium_mass_mg": quantity(mass, "mg"),
            "max_calcium_fraction_station": quantity(_most(m, "calcium_fraction", here), "1"),
            "max_calcium_arc_deg": quantity(_most(m, "calcium_arc_deg", here), "deg"),
        }
    return out


def _most(m: Measuring, column: str, here: Array) -> float:
    return float(m.table[column][here].max(initial=0.0))


def _longest(here: Array) -> int:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], here, [False]]).astype(int)))
    return int(np.diff(edges)[::2].max(initial=0))


def calcium(m: Measuring, group: list[TrueOcclusion]) -> dict[str, Any]:
    """Return the calcium of a lesion; maxima are of its occlusions, without what is between."""
    s, fraction = m.table["arclength_mm"], m.table["calcium_fraction"]
    means, places = [], []
    for one in group:
        mean, at = running_mean(fraction, s, one.start_mm, one.end_mm)
        means.append(mean)
        places.append(at)
    mean, place = np.concatenate(means), np.concatenate(places)
    occluded = np.zeros(len(s), dtype=np.bool_)
    for one in group:
        occluded |= (s >= one.start_mm) & (s <= one.end_mm)
    half = np.isin(s, place[mean >= 0.5])
    single = "calcium_arc_largest_deg"
    best = int(np.argmax(mean))
    arc = np.where(occluded, m.table["calcium_arc_deg"], -1.0)
    here = (s >= group[0].start_mm) & (s <= group[-1].end_mm) & (m.table["calcium_area_mm2"] > 0)
    wide = here & (m.table[single] > WIDE_ARC_DEG)
    whole = int(((s >= group[0].start_mm) & (s <= group[-1].end_mm)).sum())
    volume, mass = m.burden.between(group[0].start_mm, group[-1].end_mm)
    return {
        "max_calcium_fraction": quantity(float(mean[best]), "1", float(place[best])),
        "max_calcium_fraction_station": quantity(_most(m, "calcium_fraction", occluded), "1"),
        "max_calcium_arc_deg": quantity(float(max(arc.max(), 0)), "deg", float(s[np.argmax(arc)])),
        "max_calcium_arc_largest_deg": quantity(_most(m, single, occluded), "deg"),
        "max_arc_where_half_calcified_deg": quantity(
            _most(m, single, half), "deg"
        ),
        "full_moon": {
            "present": bool(mean[best] >= FULL_MOON_FRACTION), "value": float(mean[best])
        },
        "calcium_volume_mm3": quantity(volume, "mm3"),
        "calcium_mass_mg": quantity(mass, "mg"),
        "calcium_length_mm": quantity(float(here.sum()) * 0.5, "mm"),
        "calcium_longest_mm": quantity(_longest(here) * 0.5, "mm"),
        "calcium_share_of_length": quantity(float(here.sum()) / max(whole, 1), "1"),
        "max_calcium_thickness_mm": quantity(_most(m, "calcium_thickness_mm", occluded), "mm"),
        "longest_arc_over_270_mm": quantity(_longest(wide) * 0.5, "mm"),
    }  # fmt: skip


def remodelling(m: Measuring, group: list[TrueOcclusion]) -> dict[str, Any]:
    """Return the wall's largest and smallest diameter against that 5-10 mm before the entry."""
    entry = group[0].start_mm
    before = np.arange(max(0.0, entry - 10), entry - 5 + 1e-9, 0.1)
    inside = np.concatenate([np.arange(o.start_mm, o.end_mm, 0.1) for o in group])
    if len(before) == 0:
        gone = quantity(None, "1")
        return {"remodelling_largest": gone, "remodelling_smallest": gone}
    ratio = mean_wall_radius(m.vessel, inside) / mean_wall_radius(m.vessel, before).mean()
    return {
        "remodelling_largest": quantity(float(ratio.max()), "1"),
        "remodelling_smallest": quantity(float(ratio.min()), "1"),
    }
