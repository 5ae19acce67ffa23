"""From occlusions and station profiles to lesions."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve
from ctocalc.kernels.runs import runs
from ctocalc.lesion import plaque
from ctocalc.lesion.agatston import Islands
from ctocalc.lesion.grouping import group
from ctocalc.lesion.lesion import Island, Lesion, OcclusionPart, Point, Presence, Stump
from ctocalc.lesion.morphology import Z95, bends, remodelling, stump
from ctocalc.lesion.plaque import Burden
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.calcium import Calcium
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption

# Both ends of an island are caps, each known to about half of this.
ISLAND_REACH_MM = 0.8
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
    wall_area_mm2: Floats
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
    bend, chord = bends(vessel.curve, start, end, settings.bend_window_mm)
    widest, narrowest = remodelling(s, vessel.wall_area_mm2, blocked, start)
    has = (found.fraction > 0.0) & within
    step = float(np.median(np.diff(s)))
    score = vessel.islands.between(start, end)
    station = int(np.argmax(np.where(blocked, found.fraction, -1.0)))
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
        max_calcium_fraction=plaque.largest_fraction(
            found.fraction_mean, found.fraction, s, intervals
        ),
        max_calcium_fraction_station=plaque.fraction(
            float(found.fraction[station]), float(s[station])
        ),
        max_calcium_fraction_apparent=plaque.largest_fraction(
            found.apparent_mean, found.apparent_mean, s, intervals
        ),
        max_calcium_arc_deg=plaque.arc(found.arc_deg, s, blocked),
        max_calcium_arc_largest_deg=plaque.arc(found.arc_largest_deg, s, blocked),
        max_arc_where_half_calcified_deg=_arc_where_half(found, blocked),
        full_moon=_full_moon(found, vessel.calcium, blocked, intervals, settings),
        calcification=_any_calcium(vessel, within),
        multiple_occlusions=_multiple(parts, vessel.island_mm),
        calcium_volume_mm3=plaque.volume(float(found.volume_mm3[within].sum())),
        calcium_mass_mg=plaque.interval_mass(found, within),
        agatston=plaque.agatston(score, contrast=vessel.contrast),
        cta_calcium_score=plaque.cta_score(score, contrast=vessel.contrast),
        calcium_length_mm=Measured(value=float(has.sum()) * step, unit=Unit.MM),
        calcium_longest_mm=Measured(value=_longest(has) * step, unit=Unit.MM),
        calcium_by_region=plaque.by_region(found, start, end),
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
    reach = Z95 * float(np.hypot(entry.half_sd_mm, exit_.half_sd_mm))
    return Measured(value=length, unit=Unit.MM, low=max(0.0, length - reach), high=length + reach)


def _arc_where_half(found: Burden, blocked: Bools) -> Measured:
    half = blocked & (found.fraction_mean >= 0.5)
    sure = blocked & (found.fraction_mean >= 0.5 + plaque.FRACTION_REACH)
    maybe = blocked & (found.fraction_mean >= 0.5 - plaque.FRACTION_REACH)

    def most(where: Bools, shift: float) -> float:
        return (
            float(np.clip(found.arc_largest_deg[where].max() + shift, 0, 360))
            if where.any()
            else 0.0
        )

    value = most(half, 0.0)
    return Measured(
        value=value,
        unit=Unit.DEG,
        low=min(value, most(sure, -plaque.ARC_REACH_DEG)),
        high=max(value, most(maybe, plaque.ARC_REACH_DEG)),
    )


def _full_moon(
    found: Burden,
    calcium: Calcium,
    blocked: Bools,
    intervals: list[tuple[float, float]],
    settings: LesionSettings,
) -> Presence:
    """Calcium fills a section and leaves no zone free that CT could resolve."""
    filled = plaque.largest_fraction(
        found.fraction_mean, found.fraction, found.arclength_mm, intervals
    )
    if filled.value is None:
        return Presence(present=None, value=filled, reason=filled.reason)
    closed = blocked & (calcium.free_zone_mm <= settings.full_moon_free_mm)
    closed &= found.fraction_mean >= settings.full_moon_fraction
    cut = settings.full_moon_fraction
    borderline = abs(filled.value - cut) < plaque.FRACTION_REACH
    return Presence(present=bool(closed.any()), value=filled, borderline=borderline)


def _multiple(parts: tuple[Interruption, ...], island_mm: float) -> Presence:
    """Whether the lesion has two interruptions; borderline where an island is about the limit."""
    between = [b.start_mm - a.end_mm for a, b in pairwise(parts)]
    islands = [high - low for part in parts for low, high in part.islands_mm]
    near = [length for length in between + islands if abs(length - island_mm) < ISLAND_REACH_MM]
    return Presence(present=len(parts) >= 2, borderline=bool(near))


def _any_calcium(vessel: VesselMeasures, within: Bools) -> Presence:
    """Whether a piece of calcium heavy enough to be no noise lies in the lesion."""
    weight = plaque.heaviest_piece_mg(vessel.calcium, within, vessel.hu_per_mgcc)
    share = weight / plaque.LEAST_MASS_MG
    known = plaque.mass(None if vessel.hu_per_mgcc is None else weight)
    return Presence(
        present=share >= 1.0, value=known, borderline=0.5 < share < 2.0, reason=known.reason
    )


def _longest(mask: Bools) -> int:
    found = runs(mask)
    return int((found[:, 1] - found[:, 0]).max()) if len(found) else 0
