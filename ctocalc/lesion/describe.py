"""From occlusions and station profiles to lesions."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from ctocalc.geometry.curve import Curve
from ctocalc.lesion import calcification, place, plaque
from ctocalc.lesion.course import course, proximal_course
from ctocalc.lesion.grouping import group
from ctocalc.lesion.landing import distal_landing
from ctocalc.lesion.lesion import Island, Lesion, OcclusionPart, Point, Presence
from ctocalc.lesion.measures import LesionSettings, VesselMeasures
from ctocalc.lesion.morphology import NO_SHAPE, bends, channel, remodelling, stump
from ctocalc.lesion.spread import Z95, largest_mean, measured
from ctocalc.lesion.view import optimal_view
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption

# Tip and 1 mm point move with the taper's length, by this much of it.
TAPER_SHARE = {"half_mm": 0.0, "tip_mm": 0.3, "one_mm": 0.15}
NO_CALCIUM = "there is no calcium, at whose largest fraction the wall would be measured"
NOT_APART = "what looks like contrast between two occlusions may be calcium: they may be one"
NEAR_LIMIT = "the contrast between is about as long as what parts two occlusions from one"


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
    whole = [place.from_ostium(gap, vessel.branching) for gap in gaps]
    lesions = group(whole, settings.same_cto_gap_mm)
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
    in_all, longest = calcification.calcified_length(found, within)
    score = vessel.islands.between(start, end)
    arc_largest = found.arc_largest.steady(found.centre_sd_deg)
    fraction = largest_mean(found.fraction, intervals)
    any_calcium = calcification.any_calcium(vessel, within)
    most_at_mm = None if any_calcium.present is False else fraction.at_mm
    truncated = first.entry is None or last.exit is None
    tree = vessel.branching
    named, rule = place.segment(vessel.vessel, start, tree)
    branches = place.side_branches(first.entry, last.exit, (start, end), tree, settings)
    upstream = proximal_course(vessel, first.entry, settings)
    whole = course(vessel, tree.ostium_mm, vessel.curve.length_mm, settings)
    described = _joined([_part(part, vessel, settings) for part in parts], parts, vessel.island_mm)
    return Lesion(
        lesion=number,
        target=target,
        occluded=first.total,
        segment=named,
        segment_reason=rule,
        ostial=place.ostial(first.entry, tree, settings),
        truncated=truncated,
        start_mm=start,
        end_mm=end,
        start_lps_mm=_point(vessel.curve, start),
        end_lps_mm=_point(vessel.curve, end),
        occlusions=described,
        gap_mm=tuple(_gap(a, b) for a, b in pairwise(parts)),
        length_mm=_length(first.entry, last.exit, "half_mm", start, end),
        length_tip_mm=_length(first.entry, last.exit, "tip_mm", start, end),
        length_1mm_mm=_length(first.entry, last.exit, "one_mm", start, end),
        bend_deg=bend,
        bend_chord_deg=chord,
        largest_bend_proximal_deg=upstream.largest_deg,
        second_bend_proximal_deg=upstream.second_deg,
        bends_proximal=upstream.bends,
        largest_bend_vessel_deg=whole.largest_deg,
        second_bend_vessel_deg=whole.second_deg,
        bends_vessel=whole.bends,
        max_calcium_fraction=fraction,
        max_calcium_fraction_station=found.fraction.largest(blocked),
        max_calcium_fraction_apparent=largest_mean(found.apparent, intervals),
        max_calcium_arc_deg=found.arc.steady(found.centre_sd_deg).largest(blocked),
        max_calcium_arc_largest_deg=arc_largest.largest(blocked),
        max_arc_where_half_calcified_deg=calcification.arc_where_half(
            arc_largest, found.fraction, blocked
        ),
        full_moon=calcification.full_moon(found, vessel.calcium, blocked, intervals, settings),
        calcification=any_calcium,
        multiple_occlusions=_multiple(parts, vessel.island_mm),
        channel=channel(parts),
        calcium_volume_mm3=plaque.volume(found, within),
        calcium_mass_mg=plaque.mass(found, within),
        agatston=plaque.agatston(score, contrast=vessel.contrast),
        cta_calcium_score=plaque.cta_score(score, contrast=vessel.contrast),
        calcium_length_mm=in_all,
        calcium_longest_mm=longest,
        calcium_share_of_length=calcification.share_of_length(found, within, truncated=truncated),
        max_calcium_thickness_mm=largest_mean(found.thickness, intervals),
        longest_arc_over_270_mm=calcification.longest_wide_arc(arc_largest, within),
        wall_diameter_at_calcium_mm=calcification.wall_diameter(
            found.wall_area, most_at_mm, fraction.reason or NO_CALCIUM
        ),
        calcium_by_region=plaque.by_region(found, start, end),
        calcium_by_protocol=plaque.by_protocol(found, intervals, blocked),
        proximal_stump=described[0].proximal_stump,
        distal_stump=described[-1].distal_stump,
        proximal_side_branch=place.branch_at_cap(branches, tree, settings),
        remodelling_largest=widest,
        remodelling_smallest=narrowest,
        side_branches=branches,
        distal_landing=distal_landing(last.exit, end, vessel, settings),
        optimal_view=optimal_view(vessel, start, end, settings, truncated=truncated),
    )


def _point(curve: Curve, s_mm: float) -> Point:
    x, y, z = curve.at(np.array(s_mm))
    return float(x), float(y), float(z)


def _part(gap: Interruption, vessel: VesselMeasures, settings: LesionSettings) -> OcclusionPart:
    curve, tree, flush_mm = vessel.curve, vessel.branching, settings.flush_mm
    return OcclusionPart(
        start_mm=gap.start_mm,
        end_mm=gap.end_mm,
        start_lps_mm=_point(curve, gap.start_mm),
        end_lps_mm=_point(curve, gap.end_mm),
        length_mm=_length(gap.entry, gap.exit, "half_mm", gap.start_mm, gap.end_mm),
        proximal_stump=stump(gap.entry, place.entry_flush_with(gap.entry, tree, flush_mm)),
        distal_stump=stump(gap.exit, place.exit_flush_with(gap.exit, tree, flush_mm)),
        islands=tuple(Island(start_mm=a, end_mm=b) for a, b in gap.islands_mm),
    )


def _joined(
    described: list[OcclusionPart], parts: tuple[Interruption, ...], island_mm: float
) -> tuple[OcclusionPart, ...]:
    """Return the parts, with lengths that hold both readings where two may be one, or one two."""
    doubts = [_may_be_one(a, b, island_mm) for a, b in pairwise(parts)]
    out = []
    for n, part in enumerate(described):
        low = high = n
        while low > 0 and doubts[low - 1]:
            low -= 1
        while high < len(doubts) and doubts[high]:
            high += 1
        length, whole = part.length_mm, parts[high].end_mm - parts[low].start_mm
        if high > low and length.high is not None:
            reason = next(doubt for doubt in doubts[low:high] if doubt)
            length = replace(length, high=max(length.high, whole), reason=reason)
        shortest = _shortest_piece(parts[n], island_mm)
        if length.low is not None and shortest < length.low:
            length = replace(length, low=shortest, reason=length.reason or NEAR_LIMIT)
        out.append(replace(part, length_mm=length))
    return tuple(out)


def _may_be_one(before: Interruption, after: Interruption, island_mm: float) -> str | None:
    """Return why two interruptions may be one, if they may."""
    if not after.apart:
        return NOT_APART
    near = _near(after.start_mm - before.end_mm, (before.exit, after.entry), island_mm)
    return NEAR_LIMIT if near else None


def _shortest_piece(part: Interruption, island_mm: float) -> float:
    """Length of the shortest piece of an interruption whose islands may part it; infinite else."""
    parting = [each for each in part.islands_mm if _near_island(each, part, island_mm)]
    starts, ends = (
        [part.start_mm, *(b for _, b in parting)],
        [*(a for a, _ in parting), part.end_mm],
    )
    pieces = [end - start for start, end in zip(starts, ends, strict=True)]
    return min(pieces) if parting else np.inf


def _near_island(island: tuple[float, float], part: Interruption, island_mm: float) -> bool:
    # An island's ends are caps too, as sharp or blurred as those of the occlusion it lies in.
    return _near(island[1] - island[0], (part.entry, part.exit), island_mm)


def _near(length_mm: float, caps: tuple[Cap | None, ...], limit_mm: float) -> bool:
    """Whether a length between two caps may as well lie on the other side of a limit."""
    sd = _sd_mm([cap for cap in caps if cap], "half_mm")
    return abs(length_mm - limit_mm) < Z95 * sd


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
    if point != "half_mm" and not (entry.shown and exit_.shown):
        return Measured.unknown(Unit.MM, NO_SHAPE)
    return measured(length, _sd_mm((entry, exit_), point), Unit.MM)


def _sd_mm(caps: Sequence[Cap], point: str) -> float:
    """Return the standard deviation of a length between two caps."""
    sds = [(cap.half_sd_mm, TAPER_SHARE[point] * cap.taper_sd_mm) for cap in caps]
    return float(np.sqrt(np.sum(np.square(sds))))


def _gap(before: Interruption, after: Interruption) -> Measured:
    """Length of the contrast between two occlusions, from exit to entry, and where it lies."""
    length, middle = after.start_mm - before.end_mm, (after.start_mm + before.end_mm) / 2.0
    sd = _sd_mm([cap for cap in (before.exit, after.entry) if cap], "half_mm")
    told = measured(length, sd, Unit.MM, at_mm=middle)
    return told if after.apart else replace(told, low=0.0, reason=NOT_APART)


def _multiple(parts: tuple[Interruption, ...], island_mm: float) -> Presence:
    """Whether the lesion has two interruptions; borderline where an island may be as long.

    None where all contrast between them may be calcium.
    """
    near = any(
        _near(b.start_mm - a.end_mm, (a.exit, b.entry), island_mm) for a, b in pairwise(parts)
    )
    near |= any(_near_island(each, part, island_mm) for part in parts for each in part.islands_mm)
    if len(parts) >= 2 and not any(part.apart for part in parts[1:]):
        return Presence(present=None, reason=NOT_APART)
    return Presence(present=len(parts) >= 2, borderline=near)
