"""What metal, motion and steps between table positions leave of a vessel's findings."""

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np
from scipy.ndimage import find_objects, label

from ctocalc._arrays import Bools
from ctocalc.errors import Code, Notice
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import Sampler
from ctocalc.image.steps import find_steps
from ctocalc.lesion.lesion import Lesion, OcclusionPart, Presence, Stump, VesselCalcium
from ctocalc.quantity import Measured
from ctocalc.study.trace import Trace
from ctocalc.vessel.metal import densest_calcium_hu, metal_stations
from ctocalc.vessel.motion import moved_stations
from ctocalc.vessel.profile import COLUMNS, VesselProfile

METAL_REASON = "metal lies in or beside the vessel here, and looks like calcium (METAL_SUSPECTED)"
STEP_REASON = "a step between slices lies at this cap (STEP_ARTEFACT)"
NEAR_CAP_MM = 2.0
MOTION_ROOM_MM = 1.0
_OF_CALCIUM = ("calcium", "calcification", "full_moon", "agatston", "_arc_")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Artefacts:
    """Stations (N,) with metal and with motion; steps as (arc length, shift), both mm."""

    metal: Bools
    moved: Bools
    steps_mm: tuple[tuple[float, float], ...]


def artefacts_of(sampler: Sampler, seen: Trace, physics: ScanPhysics) -> Artefacts:
    """Look for what is no anatomy along a traced vessel."""
    frames, volume = seen.frames, sampler.volume
    s, points = frames.arclength_mm, frames.origin_lps_mm
    slices = volume.grid.indices(points)[:, 0]
    steps = []
    for step in find_steps(volume, points):
        above = slices > step.below + 0.5
        crossed = np.flatnonzero(above[1:] != above[:-1])
        steps += [(float((s[n] + s[n + 1]) / 2), step.shift_mm) for n in crossed]
    radius = np.sqrt(seen.wall.boundary.area_mm2 / np.pi)
    return Artefacts(
        metal=metal_stations(volume, points, s, radius, physics),
        moved=moved_stations(sampler, frames),
        steps_mm=tuple(sorted(steps)),
    )


def without_moved(seen: Trace, found: Artefacts) -> Trace:
    """Leave out the interruptions that lie within motion: contrast is spread there, not lost."""
    spans = [
        (low - MOTION_ROOM_MM, high + MOTION_ROOM_MM) for low, high in _spans(found.moved, seen)
    ]
    gaps = tuple(
        gap
        for gap in seen.gaps
        if not any(low <= gap.start_mm and gap.end_mm <= high for low, high in spans)
    )
    return replace(seen, gaps=gaps)


def judged(lesion: Lesion, seen: Trace, found: Artefacts) -> Lesion:
    """Return a lesion with what metal hides untold, and what a step moves borderline."""
    s = seen.frames.arclength_mm
    if (found.metal & (s >= lesion.start_mm) & (s <= lesion.end_mm)).any():
        lesion = _untold(lesion)
    near = [shift for at, shift in found.steps_mm if _at_cap(at, lesion)]
    if not near:
        return lesion
    reach = max(near)
    parts = tuple(_unsure(part, found, reach) for part in lesion.occlusions)
    return replace(
        lesion,
        occlusions=parts,
        proximal_stump=_stump(lesion.proximal_stump, lesion.start_mm, found),
        distal_stump=_stump(lesion.distal_stump, lesion.end_mm, found),
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


def without_metal(profile: VesselProfile, found: Artefacts) -> VesselProfile:
    """Return the stations with no calcium column where metal lies."""
    values = profile.values.copy()
    columns = [n for n, spec in enumerate(COLUMNS) if spec.name.startswith("calcium")]
    values[np.flatnonzero(found.metal)[:, None], columns] = np.nan
    return replace(profile, values=values)


def artefact_notices(
    vessel: str, seen: Trace, kept: Trace, found: Artefacts, physics: ScanPhysics
) -> tuple[Notice, ...]:
    """Say where metal, motion and steps lie; ``kept``: the trace without what motion made."""
    out = []
    if found.metal.any():
        out.append((
            Code.METAL_SUSPECTED,
            f"Metal is suspected at {_where(found.metal, seen)} along the vessel: brighter than "
            f"calcium can be ({densest_calcium_hu(physics):.0f} HU at most). Calcium is not told "
            "there. Other stretches of a thin stent may be no brighter than calcium: say so with "
            "--in-stent.",
        ))  # fmt: skip
    if found.moved.any():
        lost = len(seen.gaps) - len(kept.gaps)
        unread = f" {lost} apparent interruption there was not read as an occlusion." * (lost > 0)
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


def _untold(lesion: Lesion) -> Lesion:
    """Return the lesion with every measure of calcium untold."""
    names = [f.name for f in fields(lesion) if any(word in f.name for word in _OF_CALCIUM)]
    changed: dict[str, Any] = {name: _blank(getattr(lesion, name)) for name in names}
    return replace(lesion, **changed)


def _blank(value: Any) -> Any:
    if isinstance(value, Measured):
        return Measured.unknown(value.unit, METAL_REASON)
    if isinstance(value, Presence):
        return Presence(present=None, reason=METAL_REASON)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _blank(getattr(value, f.name)) for f in fields(value)})
    return value


def _near_step(at_mm: float, found: Artefacts) -> bool:
    return any(abs(at - at_mm) <= NEAR_CAP_MM for at, _ in found.steps_mm)


def _at_cap(step_mm: float, lesion: Lesion) -> bool:
    caps = [cap for part in lesion.occlusions for cap in (part.start_mm, part.end_mm)]
    return any(abs(step_mm - cap) <= NEAR_CAP_MM for cap in caps)


def _unsure(part: OcclusionPart, found: Artefacts, reach_mm: float) -> OcclusionPart:
    if not (_near_step(part.start_mm, found) or _near_step(part.end_mm, found)):
        return part
    return replace(
        part,
        proximal_stump=_stump(part.proximal_stump, part.start_mm, found),
        distal_stump=_stump(part.distal_stump, part.end_mm, found),
        length_mm=_widened(part.length_mm, reach_mm),
    )


def _stump(stump: Stump, at_mm: float, found: Artefacts) -> Stump:
    if not _near_step(at_mm, found):
        return stump
    return replace(stump, borderline=True, reason=stump.reason or STEP_REASON)


def _widened(length: Measured, reach_mm: float) -> Measured:
    if length.value is None:
        return length
    low = length.value if length.low is None else length.low
    high = None if length.high is None else length.high + reach_mm
    return replace(length, low=max(0.0, low - reach_mm), high=high)
