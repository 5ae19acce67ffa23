"""What lies about a lesion in truth: ostium, branches, and the vessel beyond its exit."""

from typing import Any

import numpy as np

from ctocalc.phantom.anatomy import lumen_radius, mean_wall_radius
from ctocalc.phantom.lesion_truth import BRANCH_MM, Measuring, quantity
from ctocalc.phantom.lesions import TrueOcclusion
from ctocalc.phantom.spec import Vessel

FLUSH_MM = 0.5
OSTIAL_MM = 3.0
LANDING_MM = 10.0
REFERENCE_MM = 20.0
NARROW_MM = 2.0
STENOSED_PERCENT = 50.0
_STEP_MM = 0.1


def mouth(m: Measuring, branch: Vessel) -> tuple[float, float]:
    """Return where the mouth of a branch begins and ends along its parent's axis.

    The branch's axis passes the parent's lumen (its wall where there is no lumen) in the middle.
    """
    off, at = np.radians(branch.take_off_deg), np.array([branch.parent_at_mm])
    lumen, wall = (float(f(m.vessel, at)[0]) for f in (lumen_radius, mean_wall_radius))
    middle = branch.parent_at_mm + (lumen or wall) / float(np.tan(off))
    half = float(lumen_radius(branch, np.zeros(1))[0]) / float(np.sin(off))
    return middle - half, middle + half


def ostium_mm(m: Measuring) -> float:
    """Return where the vessel begins on its own axis: 0, or where it leaves its parent's wall."""
    parent = next((v for v in m.spec.vessels if v.name == m.vessel.parent), None)
    if parent is None:
        return 0.0
    radius = float(mean_wall_radius(parent, np.array([m.vessel.parent_at_mm]))[0])
    return radius / float(np.sin(np.radians(m.vessel.take_off_deg)))


def place(m: Measuring, start_mm: float, end_mm: float) -> dict[str, Any]:
    """Return whether a lesion is ostial, and the branches given, seen from it."""
    away = max(0.0, start_mm - ostium_mm(m))
    branches = [v for v in m.spec.vessels if v.parent == m.vessel.name and v.given]
    ordered = sorted(branches, key=lambda branch: branch.parent_at_mm)
    return {
        "ostial": {"present": away <= OSTIAL_MM, "value": quantity(away, "mm")},
        "side_branches": [_branch(m, branch, start_mm, end_mm) for branch in ordered],
    }


def _branch(m: Measuring, branch: Vessel, entry_mm: float, exit_mm: float) -> dict[str, Any]:
    low, high = mouth(m, branch)
    to_entry, to_exit = (max(0.0, low - at, at - high) for at in (entry_mm, exit_mm))
    middle = (low + high) / 2
    if to_entry <= BRANCH_MM:
        word = "at the cap"
    else:
        word = "proximal" if middle < entry_mm else "inside" if middle <= exit_mm else "distal"
    return {
        "vessel": branch.name,
        "place": word,
        "start_mm": low,
        "end_mm": high,
        "distance_to_entry_mm": quantity(to_entry, "mm"),
        "distance_to_exit_mm": quantity(to_exit, "mm"),
        "diameter_mm": quantity(2 * float(lumen_radius(branch, np.array([3.5]))[0]), "mm"),
        "take_off_deg": quantity(branch.take_off_deg, "deg"),
    }


def at_aorta(m: Measuring, one: TrueOcclusion) -> bool:
    """Return whether an occlusion begins where the first vessel leaves the aorta."""
    first = m.vessel.name == m.spec.vessels[0].name
    return first and m.spec.surroundings.aorta_mm is not None and one.start_mm <= 0


def flush(m: Measuring, at_mm: float, *, proximal: bool) -> bool:
    """Return whether a cap lies at a mouth or the ostium, so that no stump is left."""
    mouths = [mouth(m, v) for v in m.spec.vessels if v.parent == m.vessel.name]
    child = m.vessel.parent is not None and at_mm - ostium_mm(m) <= FLUSH_MM
    before, behind = (0.0, FLUSH_MM) if proximal else (FLUSH_MM, 0.0)
    return (child and proximal) or any(
        low - before <= at_mm <= high + behind for low, high in mouths
    )


def landing(m: Measuring, last: TrueOcclusion) -> dict[str, Any]:
    """Return the first 10 mm after the exit; diameters are those beyond the exit's own taper."""
    exit_mm, length = last.end_mm, m.vessel.path.length_mm
    end = min(exit_mm + LANDING_MM, length)
    gaps = m.vessel.interruptions
    tapers = [g.end_mm + g.distal.length_mm for g in gaps if abs(g.end_mm - exit_mm) < LANDING_MM]
    full = max([exit_mm, *tapers]) + _STEP_MM
    s, behind = (
        np.arange(full, min(stop, length) + 1e-9, _STEP_MM) for stop in (end, full + REFERENCE_MM)
    )
    out = {"start_mm": exit_mm, "end_mm": end, **_free(m, exit_mm, end)}
    if not len(s):
        return out
    diameter = 2 * lumen_radius(m.vessel, s)
    reference = float(np.percentile(2 * lumen_radius(m.vessel, behind), 80))
    mean, least = float(diameter.mean()), float(diameter.min())
    stenosis = 100 * max(0.0, 1 - least / reference)
    return out | {
        "mean_diameter_mm": quantity(mean, "mm"),
        "min_diameter_mm": quantity(least, "mm", float(s[np.argmin(diameter)])),
        "reference_diameter_mm": quantity(reference, "mm"),
        "largest_stenosis_percent": quantity(stenosis, "%", float(s[np.argmin(diameter)])),
        "diseased": {
            "present": mean < NARROW_MM or stenosis > STENOSED_PERCENT,
            "value": quantity(mean, "mm"),
        },
    }


def _free(m: Measuring, start_mm: float, end_mm: float) -> dict[str, Any]:
    s = m.table["arclength_mm"]
    inside = (s >= start_mm) & (s <= end_mm)
    free = inside & (m.table["calcium_area_mm2"] == 0)
    return {"calcium_free_mm": quantity(float(free.sum()) * 0.5, "mm")}
