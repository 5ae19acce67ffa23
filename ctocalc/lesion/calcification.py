"""Calcium of a lesion: whether, how far along, how far around, how thick."""

from collections.abc import Callable

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion

from ctocalc._arrays import Bools, Floats
from ctocalc.kernels.runs import runs
from ctocalc.lesion import plaque
from ctocalc.lesion.burden import Burden
from ctocalc.lesion.lesion import Presence
from ctocalc.lesion.measures import LesionSettings, VesselMeasures
from ctocalc.lesion.spread import UNTOLD, Z95, Series, largest_mean, measured
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.calcium import Calcium

# The widest circle free of calcium has an edge of calcium on either side.
FREE_ZONE_SD_MM = 0.2
# A deposit's ends along the vessel are blurred by about one station.
CALCIUM_END_STATIONS = 2
# IVUS criteria count what reaches farther around than this (S).
WIDE_ARC_DEG = 270.0


def any_calcium(vessel: VesselMeasures, within: Bools) -> Presence:
    """Whether a piece of calcium heavy enough to be no noise lies in the lesion."""
    seen = np.isfinite(vessel.burden.fraction.value)
    weight = plaque.heaviest_piece(vessel.calcium, within & seen, vessel.hu_per_mgcc)
    least = plaque.LEAST_MASS_MG
    told = weight if vessel.hu_per_mgcc else Measured.unknown(Unit.MG, plaque.NO_SLOPE)
    present = (weight.value or 0.0) >= least
    if not present and not seen[within].all():
        return Presence(present=None, value=told, reason=UNTOLD)
    return Presence(
        present=present,
        value=told,
        borderline=(weight.low or 0.0) < least <= (weight.high or 0.0),
        reason=told.reason,
    )


def full_moon(
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
    present = closed(mean.value, free)
    if not present and filled.high is None:
        return Presence(present=None, value=filled, reason=filled.reason)
    return Presence(present=present, value=filled, borderline=surely != maybe)


def arc_where_half(arc: Series, fraction: Series, blocked: Bools) -> Measured:
    """Longest single arc among stations whose 1 mm mean fraction is a half or more; 0: none is."""
    mean = fraction.mean()

    def most(degrees: Floats, filled: Floats) -> float:
        where = blocked & (filled >= 0.5)
        return float(degrees[where].max()) if where.any() else 0.0

    value = most(arc.value, mean.value)
    low, high = most(arc.low, mean.low), most(arc.high, mean.high)
    found = Measured(value=value, unit=Unit.DEG, low=min(value, low), high=max(value, high))
    return arc.left_open(found, blocked)


def calcified_length(found: Burden, within: Bools) -> tuple[Measured, Measured]:
    """Length of all calcium of an interval, and of its longest stretch."""
    has = (found.fraction.value > 0.0) & within
    sure = (found.fraction.low > 0.0) & binary_erosion(has)
    # The interval's own ends are no surer than calcium's.
    reach = binary_dilation(within, iterations=CALCIUM_END_STATIONS)
    maybe = binary_dilation(has, iterations=CALCIUM_END_STATIONS) & reach
    step = float(np.median(np.diff(found.arclength_mm)))

    def length(count: Callable[[Bools], int]) -> Measured:
        told = _between(count(has), count(sure), count(maybe), step, Unit.MM)
        return found.fraction.left_open(told, within)

    return length(lambda mask: int(mask.sum())), length(_longest)


def share_of_length(found: Burden, within: Bools, *, truncated: bool) -> Measured:
    """Share (0-1) of an interval's length whose sections hold calcium, however little.

    CASTLE asks for calcification of more than half of the CTO segment, which is read here as a
    share of its length (U).  Misleads where thin calcium lines a long stretch: an angiogram may
    show none of it.
    """
    if truncated:
        reason = "the occlusion reaches the end of the line: only part of its length is seen"
        return Measured.unknown(Unit.FRACTION, reason)
    if not within.any():
        return Measured.unknown(Unit.FRACTION, "no station lies inside the interval")
    length, _ = calcified_length(found, within)
    if length.value is None:
        return Measured.unknown(Unit.FRACTION, length.reason or UNTOLD)
    whole = float(within.sum() * np.median(np.diff(found.arclength_mm)))
    value, low, high = (float(x or 0.0) / whole for x in (length.value, length.low, length.high))
    # Entry and exit are known to about a station each: the share's own denominator.
    off = value * (1.0 - value) * 2.0 / float(within.sum())
    share = Measured(
        value=value, unit=Unit.FRACTION, low=max(0.0, low - off),
        high=max(value, min(1.0, high + off)),
    )  # fmt: skip
    return found.fraction.left_open(share, within)


def longest_wide_arc(arc: Series, within: Bools) -> Measured:
    """Longest stretch whose stations' calcium reaches around more than 270 degrees in one arc."""
    step = float(np.median(np.diff(arc.arclength_mm)))
    counts = [
        _longest((degrees > WIDE_ARC_DEG) & within) for degrees in (arc.value, arc.low, arc.high)
    ]
    found = _between(counts[0], counts[1], counts[2], step, Unit.MM)
    return arc.left_open(found, within)


def wall_diameter(wall_area: Series, at_mm: float | None, why: str) -> Measured:
    """Diameter of the circle with the outer wall's area at a place, or ``why`` there is none."""
    if at_mm is None:
        return Measured.unknown(Unit.MM, why)
    n = int(np.argmin(np.abs(wall_area.arclength_mm - at_mm)))
    area, sd = float(wall_area.value[n]), float(wall_area.sd[n])
    diameter = float(np.sqrt(4.0 / np.pi * area))
    return measured(diameter, 0.5 * diameter * sd / area, Unit.MM, at_mm=at_mm)


def _between(value: int, low: int, high: int, step: float, unit: Unit) -> Measured:
    return Measured(
        value=value * step, unit=unit, low=min(value, low) * step, high=max(value, high) * step
    )


def _longest(mask: Bools) -> int:
    found = runs(mask)
    return int((found[:, 1] - found[:, 0]).max()) if len(found) else 0
