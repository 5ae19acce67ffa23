"""What metal, motion and steps between table positions leave of a vessel's findings."""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import find_objects, label
from scipy.spatial import cKDTree

from ctocalc._arrays import Bools
from ctocalc.errors import Code, Notice
from ctocalc.geometry.frames import Frames
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import Sampler
from ctocalc.image.steps import find_steps
from ctocalc.lesion.lesion import (
    DistalLanding,
    Lesion,
    OcclusionPart,
    Presence,
    Stump,
    VesselCalcium,
)
from ctocalc.quantity import Measured
from ctocalc.study.trace import PIXEL_MM, Trace
from ctocalc.vessel.metal import densest_calcium_hu, metal_stations
from ctocalc.vessel.motion import moved_stations
from ctocalc.vessel.occlusion import Interruption

IN_STENT = "the occlusion lies in a stent, whose struts look like calcium"
METAL_REASON = "metal lies in or beside the vessel here, and looks like calcium"
STEP_REASON = "a step between slices lies at this cap"
MOTION_REASON = "motion smears or doubles the vessel at this cap"
NEAR_CAP_MM = 2.0
CENTRE_MM = 0.45
OPEN_SHARE = 0.8
MOTION_ROOM_MM = 1.0
_OF_CALCIUM = ("calcium", "calcification", "full_moon", "agatston", "_arc_")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Artefacts:
    """Stations (N,) with metal and with motion; steps as (arc length, shift), both mm."""

    metal: Bools
    moved: Bools
    steps_mm: tuple[tuple[float, float], ...]


def artefacts_of(sampler: Sampler, given: Frames, seen: Trace, physics: ScanPhysics) -> Artefacts:
    """Look for what is no anatomy along a traced vessel; ``given``: frames of the given line."""
    frames, volume = seen.frames, sampler.volume
    s, points = frames.arclength_mm, frames.origin_lps_mm
    slices = volume.grid.indices(points)[:, 0]
    steps = []
    for step in find_steps(volume, points):
        above = slices > step.below + 0.5
        crossed = np.flatnonzero(above[1:] != above[:-1])
        steps += [(float((s[n] + s[n + 1]) / 2), step.shift_mm) for n in crossed]
    radius = np.sqrt(seen.wall.boundary.area_mm2 / np.pi)
    moved = np.zeros(len(s), dtype=bool)
    # Without contrast no occlusion is read, and no lumen shows whether it moved.
    if physics.contrast:
        nearest = np.asarray(cKDTree(given.origin_lps_mm).query(points)[1])
        moved = moved_stations(sampler, given)[nearest]
    return Artefacts(
        metal=metal_stations(volume, points, s, radius, physics),
        moved=moved,
        steps_mm=tuple(sorted(steps)),
    )


def without_made(seen: Trace, found: Artefacts) -> Trace:
    """Leave out the interruptions that motion or metal makes.

    Within motion contrast is spread, not lost; within metal the bloom hides it, but a contrast-like
    centre all along shows that the lumen is open.
    """
    s = seen.frames.arclength_mm
    spans = [
        (low - MOTION_ROOM_MM, high + MOTION_ROOM_MM) for low, high in _spans(found.moved, seen)
    ]
    bright = _bright_centre(seen)

    def stands(gap: Interruption) -> bool:
        inside = (s >= gap.start_mm) & (s <= gap.end_mm)
        if any(low <= gap.start_mm and gap.end_mm <= high for low, high in spans):
            return False
        hidden = inside & found.metal
        return bool(hidden.sum() < inside.sum() or bright[inside].mean() < OPEN_SHARE)

    return replace(seen, gaps=tuple(gap for gap in seen.gaps if stands(gap)))


def _bright_centre(seen: Trace) -> Bools:
    """Return the stations (N,) whose centre is as bright as half of the local lumen, or more."""
    pixels = seen.sections.samples.shape[1]
    middle, reach = pixels // 2, round(CENTRE_MM / PIXEL_MM)
    window = slice(middle - reach, middle + reach + 1)
    centre = np.nan_to_num(seen.sections.samples[:, window, window]).mean(axis=(1, 2))
    signal = seen.signal
    return np.asarray(centre > (signal.plaque_hu + signal.reference_hu) / 2)


def judged(lesion: Lesion, seen: Trace, found: Artefacts, *, in_stent: bool = False) -> Lesion:
    """Return a lesion with what metal hides untold, and caps that artefacts reach borderline.

    ``in_stent``: the caller says that the occlusion lies in a stent, seen here or not.
    """
    s = seen.frames.arclength_mm
    if in_stent:
        lesion = without_calcium(lesion, IN_STENT)
    elif (found.metal & (s >= lesion.start_mm) & (s <= lesion.end_mm)).any():
        lesion = without_calcium(lesion, METAL_REASON)
    beyond = lesion.distal_landing
    if (found.metal & (s >= beyond.start_mm) & (s <= beyond.end_mm)).any():
        lesion = replace(lesion, distal_landing=_no_landing(beyond))
    parts = tuple(_unsure(part, seen, found) for part in lesion.occlusions)
    if parts == lesion.occlusions:
        return lesion
    reach = _reach_mm(lesion.start_mm, lesion.end_mm, seen, found)
    return replace(
        lesion,
        occlusions=parts,
        proximal_stump=_stump(lesion.proximal_stump, lesion.start_mm, seen, found),
        distal_stump=_stump(lesion.distal_stump, lesion.end_mm, seen, found),
        length_mm=_widened(lesion.length_mm, reach),
        length_tip_mm=_widened(lesion.length_tip_mm, reach),
        length_1mm_mm=_widened(lesion.length_1mm_mm, reach),
    )


def vessel_calcium(calcium: VesselCalcium, seen: Trace, found: Artefacts) -> VesselCalcium:
    """Return the whole vessel's calcium, untold where metal stands in for it."""
    if not found.metal.any():
        return calcium
    spans = _spans(found.metal, seen)
    kept = tuple(
        plaque
        for plaque in calcium.plaques
        if not any(plaque.start_mm <= high and plaque.end_mm >= low for low, high in spans)
    )
    changed: dict[str, Any] = {
        field.name: Measured.unknown(value.unit, METAL_REASON)
        for field in fields(calcium)
        if isinstance(value := getattr(calcium, field.name), Measured)
    }
    return replace(calcium, plaques=kept, **changed)


def artefact_notices(
    vessel: str, seen: Trace, kept: Trace, found: Artefacts, physics: ScanPhysics
) -> tuple[Notice, ...]:
    """Say where metal, motion and steps lie; ``kept``: the trace without what motion made."""
    out = []
    lost = len(seen.gaps) - len(kept.gaps)
    unread = f" {lost} apparent interruption was not read as an occlusion." * (lost > 0)
    if found.metal.any():
        out.append((
            Code.METAL_SUSPECTED,
            f"Metal is suspected at {_where(found.metal, seen)} along the vessel: brighter than "
            f"calcium can be ({densest_calcium_hu(physics):.0f} HU at most). Calcium is not told "
            f"there.{unread * (not found.moved.any())} Other stretches of a thin stent may be no "
            "brighter than calcium: say so with --in-stent.",
        ))  # fmt: skip
    if found.moved.any():
        out.append((
            Code.MOTION,
            f"The vessel is smeared or doubled by motion at {_where(found.moved, seen)}; sharp "
            f"edges were expected.{unread} Use another phase.",
        ))  # fmt: skip
    if found.steps_mm:
        at = ", ".join(f"{at:.1f} mm (by {shift:.1f} mm)" for at, shift in found.steps_mm)
        out.append((
            Code.STEP_ARTEFACT,
            f"Neighbouring slices do not match at {at} along the vessel; a smooth course was "
            "expected. A cap within 2 mm of it is uncertain. Use another phase.",
        ))  # fmt: skip
    return tuple(Notice(code=code, message=text, vessel=vessel) for code, text in out)


def _spans(stations: Bools, seen: Trace) -> list[tuple[float, float]]:
    s = seen.frames.arclength_mm
    runs, _ = label(stations)
    return [(float(s[run].min()), float(s[run].max())) for (run,) in find_objects(runs)]


def _where(stations: Bools, seen: Trace) -> str:
    return ", ".join(f"{low:.1f}-{high:.1f} mm" for low, high in _spans(stations, seen))


def without_calcium(lesion: Lesion, reason: str) -> Lesion:
    """Return the lesion with every measure of calcium untold."""
    names = [f.name for f in fields(lesion) if any(word in f.name for word in _OF_CALCIUM)]
    changed: dict[str, Any] = {name: _blank(getattr(lesion, name), reason) for name in names}
    return replace(lesion, **changed)


def _blank(value: Any, reason: str) -> Any:
    if isinstance(value, Measured):
        return Measured.unknown(value.unit, reason)
    if isinstance(value, Presence):
        return Presence(present=None, reason=reason)
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: _blank(getattr(value, f.name), reason) for f in fields(value)}
        return replace(value, **told)
    return value


def _no_landing(landing: DistalLanding) -> DistalLanding:
    """Return a landing zone that metal hides: neither lumen nor calcium is told."""
    blank: DistalLanding = _blank(landing, METAL_REASON)
    return replace(blank, calcium_free=(), calcium_free_sectors=(), reason=METAL_REASON)


def _fault(at_mm: float, seen: Trace, found: Artefacts) -> str | None:
    """Return what makes a cap at an arc length uncertain, or None."""
    near = np.abs(seen.frames.arclength_mm - at_mm) <= MOTION_ROOM_MM
    if (found.moved & near).any():
        return MOTION_REASON
    if (found.metal & near).any():
        return METAL_REASON
    if any(abs(at - at_mm) <= NEAR_CAP_MM for at, _ in found.steps_mm):
        return STEP_REASON
    return None


def _unsure(part: OcclusionPart, seen: Trace, found: Artefacts) -> OcclusionPart:
    if not any(_fault(at, seen, found) for at in (part.start_mm, part.end_mm)):
        return part
    return replace(
        part,
        proximal_stump=_stump(part.proximal_stump, part.start_mm, seen, found),
        distal_stump=_stump(part.distal_stump, part.end_mm, seen, found),
        length_mm=_widened(part.length_mm, _reach_mm(part.start_mm, part.end_mm, seen, found)),
    )


def _stump(stump: Stump, at_mm: float, seen: Trace, found: Artefacts) -> Stump:
    fault = _fault(at_mm, seen, found)
    return (
        stump
        if fault is None or stump.call is None
        else replace(stump, borderline=True, reason=fault)
    )


def _reach_mm(start_mm: float, end_mm: float, seen: Trace, found: Artefacts) -> tuple[float, float]:
    """Return by how much a length may be shorter and longer than it was read.

    What metal hides and motion blurs may be open; a step adds or takes its own size.
    """
    s = seen.frames.arclength_mm
    hidden = (found.metal & _bright_centre(seen)) | found.moved
    hidden &= (s >= start_mm) & (s <= end_mm)
    steps = [
        size for at, size in found.steps_mm if start_mm - NEAR_CAP_MM <= at <= end_mm + NEAR_CAP_MM
    ]
    step = max(steps, default=0.0)
    return float(hidden.sum() * (s[1] - s[0])) + step, step


def _widened(length: Measured, reach_mm: tuple[float, float]) -> Measured:
    if length.value is None:
        return length
    low = length.value if length.low is None else length.low
    high = None if length.high is None else length.high + reach_mm[1]
    return replace(length, low=max(0.0, low - reach_mm[0]), high=high)
