"""From occlusions and station profiles to lesions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.ndimage import binary_dilation

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve
from ctocalc.kernels.runs import runs
from ctocalc.lesion import plaque
from ctocalc.lesion.agatston import Islands
from ctocalc.lesion.burden import Burden
from ctocalc.lesion.grouping import group
from ctocalc.lesion.lesion import Island, Lesion, OcclusionPart, Point, Presence, Stump
from ctocalc.lesion.morphology import bends, remodelling, stump
from ctocalc.lesion.spread import Z95, Series, largest_mean, measured
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.calcium import Calcium
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption

# The widest circle free of calcium has an edge of calcium on either side.
FREE_ZONE_SD_MM = 0.2
# Tip and 1 mm point move with the taper's length, by this much of it.
TAPER_SHARE = {"half_mm": 0.0, "tip_mm": 0.3, "one_mm": 0.15}
# A deposit's ends along the vessel are blurred by about one station.
CALCIUM_END_STATIONS = 2
SIDE_BRANCH_UNKNOWN = "side branches are not measured: no other lines were used"


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionSettings:
    """How occlusions are described.

    Occlusions closer than ``same_cto_gap_mm`` are one CTO; bends are looked for between points at
    most ``bend_window_mm`` apart; ``full_moon_fraction`` and ``full_moon_free_mm`` are the cut on
    an estimate (0.1 mm of unseen rim is 12 % of the area).
    """

    same_cto_gap_mm: float = 20.0
    bend_window_mm: float = 15.0
    full_moon_fraction: float = 0.85
    full_moon_free_mm: float = 0.6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VesselMeasures:
    """Everything measured along one vessel that a lesion is described from."""

    curve: Curve
    arclength_mm: Floats
    wall_radius_sd_mm: Floats
    occluded: Bools
    calcium: Calcium
    burden: Burden
    islands: Islands
    contrast: bool
    hu_per_mgcc: float | None
    island_mm: float


def describe(
    gaps: Sequence[Interruption],
    vessel: VesselMeasures,
    *,
    target: int | None,
    settings: LesionSettings,
) -> tuple[Lesion, ...]:
    """Describe every lesion of a vessel, proximal first, numbered from 1.

    ``target`` names the target lesion; by default the most proximal total occlusion is it.
    """
    lesions = group(gaps, settings.same_cto_gap_mm)
    if target is None:
        total = [n for n, parts in enumerate(lesions, start=1) if parts[0].total]
        target = total[0] if total else None
    return tuple(
        _describe(parts, number, number == target, vessel, settings)
        for number, parts in enumerate(lesions, start=1)
    )


def _describe(
    parts: tuple[Interruption, ...],
    number: int,
    target: bool,
    vessel: VesselMeasures,
    settings: LesionSettings,
) -> Lesion:
    first, last = parts[0], parts[-1]
    start, end = first.start_mm, last.end_mm
    s, found = vessel.arclength_mm, vessel.burden
    within = (s >= start) & (s <= end)
    blocked = np.zeros(len(s), dtype=bool)
    for part in parts:
        blocked |= (s >= part.start_mm) & (s <= part.end_mm)
    intervals = [(part.start_mm, part.end_mm) for part in parts]
    loose = float(np.sqrt(np.mean(vessel.wall_radius_sd_mm[within] ** 2))) if within.any() else 0.0
    bend, chord = bends(vessel.curve, start, end, settings.bend_window_mm, loose)
    widest, narrowest = remodelling(found.wall_area, blocked, start)
    in_all, longest = _calcium_lengths(found, within)
    score = vessel.islands.between(start, end)
    arc_largest = found.arc_largest.steady(found.centre_sd_deg)
    return Lesion(
        lesion=number,
        target=target,
        occluded=first.total,
        segment=None,
        truncated=first.entry is None or last.exit is None,
        start_mm=start,
        end_mm=end,
        start_lps_mm=_point(vessel.curve, start),
        end_lps_mm=_point(vessel.curve, end),
        occlusions=tuple(_part(part, vessel.curve) for part in parts),
        length_mm=_length(first.entry, last.exit, "half_mm", start, end),
        length_tip_mm=_length(first.entry, last.exit, "tip_mm", start, end),
        length_1mm_mm=_length(first.entry, last.exit, "one_mm", start, end),
        bend_deg=bend,
        bend_chord_deg=chord,
        max_calcium_fraction=largest_mean(found.fraction, intervals),
        max_calcium_fraction_station=found.fraction.largest(blocked),
        max_calcium_fraction_apparent=largest_mean(found.apparent, intervals),
        max_calcium_arc_deg=found.arc.steady(found.centre_sd_deg).largest(blocked),
        max_calcium_arc_largest_deg=arc_largest.largest(blocked),
        max_arc_where_half_calcified_deg=_arc_where_half(arc_largest, found.fraction, blocked),
        full_moon=_full_moon(found, vessel.calcium, blocked, intervals, settings),
        calcification=_any_calcium(vessel, within),
        multiple_occlusions=_multiple(parts, vessel.island_mm),
        calcium_volume_mm3=plaque.volume(found, within),
        calcium_mass_mg=plaque.mass(found, within),
        agatston=plaque.agatston(score, contrast=vessel.contrast),
        cta_calcium_score=plaque.cta_score(score, contrast=vessel.contrast),
        calcium_length_mm=in_all,
        calcium_longest_mm=longest,
        calcium_by_region=plaque.by_region(found, start, end),
        calcium_by_protocol=plaque.by_protocol(found, intervals, blocked),
        proximal_stump=stump(first.entry),
        distal_stump=stump(last.exit),
        proximal_side_branch=Presence(present=None, reason=SIDE_BRANCH_UNKNOWN),
        remodelling_largest=widest,
        remodelling_smallest=narrowest,
    )


def _point(curve: Curve, s_mm: float) -> Point:
    x, y, z = curve.at(np.array(s_mm))
    return float(x), float(y), float(z)


def _part(gap: Interruption, curve: Curve) -> OcclusionPart:
    proximal: Stump = stump(gap.entry)
    return OcclusionPart(
        start_mm=gap.start_mm,
        end_mm=gap.end_mm,
        start_lps_mm=_point(curve, gap.start_mm),
        end_lps_mm=_point(curve, gap.end_mm),
        length_mm=_length(gap.entry, gap.exit, "half_mm", gap.start_mm, gap.end_mm),
        proximal_stump=proximal,
        distal_stump=stump(gap.exit),
        islands=tuple(Island(start_mm=a, end_mm=b) for a, b in gap.islands_mm),
    )


def _length(entry: Cap | None, exit_: Cap | None, point: str, start: float, end: float) -> Measured:
    """Length between the same point of both caps; of a truncated lesion what is visible."""
    low = start if entry is None else float(getattr(entry, point))
    high = end if exit_ is None else float(getattr(exit_, point))
    length = max(high - low, 0.0)
    if entry is None or exit_ is None:
        return Measured(
            value=length, low=length, high=None, unit=Unit.MM,
            reason="the occlusion reaches the end of the line: this is its visible length",
        )  # fmt: skip
    return measured(length, _sd_mm((entry, exit_), point), Unit.MM)


def _sd_mm(caps: Sequence[Cap], point: str) -> float:
    """Return the standard deviation of a length between two caps."""
    sds = [(cap.half_sd_mm, TAPER_SHARE[point] * cap.taper_sd_mm) for cap in caps]
    return float(np.sqrt(np.sum(np.square(sds))))


def _arc_where_half(arc: Series, fraction: Series, blocked: Bools) -> Measured:
    mean = fraction.mean()

    def most(degrees: Floats, filled: Floats) -> float:
        where = blocked & (filled >= 0.5)
        return float(degrees[where].max()) if where.any() else 0.0

    value = most(arc.value, mean.value)
    low, high = most(arc.low, mean.low), most(arc.high, mean.high)
    return Measured(value=value, unit=Unit.DEG, low=min(value, low), high=max(value, high))


def _calcium_lengths(found: Burden, within: Bools) -> tuple[Measured, Measured]:
    """Length of all calcium of an interval, and of its longest stretch."""
    s = found.arclength_mm
    step = float(np.median(np.diff(s)))
    has = (found.fraction.value > 0.0) & within
    sure = (found.fraction.low > 0.0) & within
    maybe = binary_dilation(has, iterations=CALCIUM_END_STATIONS) & within

    def length(count: Callable[[Bools], int]) -> Measured:
        value = count(has)
        low, high = min(value, count(sure)), max(value, count(maybe))
        return Measured(value=value * step, unit=Unit.MM, low=low * step, high=high * step)

    return length(lambda mask: int(mask.sum())), length(_longest)


def _full_moon(
    found: Burden,
    calcium: Calcium,
    blocked: Bools,
    intervals: list[tuple[float, float]],
    settings: LesionSettings,
) -> Presence:
    """Calcium fills a section and leaves no zone free that CT could resolve.

    Borderline where fraction and free zone, each at an end of its interval, make another answer.
    """
    filled = largest_mean(found.fraction, intervals)
    if filled.value is None:
        return Presence(present=None, value=filled, reason=filled.reason)
    mean = found.fraction.mean()
    reach = Z95 * FREE_ZONE_SD_MM

    def closed(fraction: Floats, free_mm: Floats) -> bool:
        full = fraction >= settings.full_moon_fraction
        return bool((blocked & full & (free_mm <= settings.full_moon_free_mm)).any())

    free = calcium.free_zone_mm
    surely, maybe = closed(mean.low, free + reach), closed(mean.high, free - reach)
    return Presence(present=closed(mean.value, free), value=filled, borderline=surely != maybe)


def _multiple(parts: tuple[Interruption, ...], island_mm: float) -> Presence:
    """Whether the lesion has two interruptions; borderline where an island may be as long."""
    between = [
        (b.start_mm - a.end_mm, _sd_mm([cap for cap in (a.exit, b.entry) if cap], "half_mm"))
        for a, b in pairwise(parts)
    ]
    # An island's ends are caps too, as sharp or blurred as those of the occlusion it lies in.
    islands = [
        (high - low, _sd_mm([cap for cap in (part.entry, part.exit) if cap], "half_mm"))
        for part in parts
        for low, high in part.islands_mm
    ]
    near = any(abs(length - island_mm) < Z95 * sd for length, sd in between + islands)
    return Presence(present=len(parts) >= 2, borderline=near)


def _any_calcium(vessel: VesselMeasures, within: Bools) -> Presence:
    """Whether a piece of calcium heavy enough to be no noise lies in the lesion."""
    weight = plaque.heaviest_piece(vessel.calcium, within, vessel.hu_per_mgcc)
    least = plaque.LEAST_MASS_MG
    told = weight if vessel.hu_per_mgcc else Measured.unknown(Unit.MG, plaque.NO_SLOPE)
    return Presence(
        present=(weight.value or 0.0) >= least,
        value=told,
        borderline=(weight.low or 0.0) < least <= (weight.high or 0.0),
        reason=told.reason,
    )


def _longest(mask: Bools) -> int:
    found = runs(mask)
    return int((found[:, 1] - found[:, 0]).max()) if len(found) else 0
