"""How the vessel winds: its bends, each counted once."""

from dataclasses import dataclass, replace

import numpy as np

from ctocalc.geometry.bends import Turn, turns
from ctocalc.lesion.lesion import Bend
from ctocalc.lesion.measures import LesionSettings, VesselMeasures
from ctocalc.lesion.morphology import bend_sd_deg
from ctocalc.lesion.spread import Z95, measured
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.caps import Cap

HALF_TURN_DEG = 180.0
# Against truth on phantoms: a smooth axis swings a little beyond a sharp bend; the largest of many
# windows is biased up; and where a bend reaches an end of the line nothing holds the axis.
OVERSHOOT_SHARE = 0.04
WINDOWS_SD_DEG = 2.0
END_MM, END_SD_DEG = 4.0, 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """The bends of a stretch, proximal first, and the two largest rotations whatever their size.

    ``second_deg`` is 0 where nothing beside the largest bend turns at all.
    """

    largest_deg: Measured
    second_deg: Measured
    bends: tuple[Bend, ...]


def proximal_course(vessel: VesselMeasures, entry: Cap | None, settings: LesionSettings) -> Course:
    """Return the bends before the entry; a bend that the entry cuts may reach farther, or less."""
    begin = vessel.branching.ostium_mm
    if entry is None:
        return course(vessel, begin, begin, settings)
    off = Z95 * entry.half_sd_mm
    near, at, far = (
        course(vessel, begin, min(max(s, 0.0), vessel.curve.length_mm), settings)
        for s in (entry.half_mm - off, entry.half_mm, entry.half_mm + off)
    )
    return Course(
        largest_deg=_spanning(at.largest_deg, near.largest_deg, far.largest_deg),
        second_deg=_spanning(at.second_deg, near.second_deg, far.second_deg),
        bends=at.bends,
    )


def _spanning(told: Measured, *others: Measured) -> Measured:
    """Return a value whose interval holds those of others, too."""
    if told.value is None:
        return told
    every = (told, *others)
    low = min((one.low for one in every if one.low is not None), default=None)
    high = max((one.high for one in every if one.high is not None), default=None)
    return replace(told, low=low, high=high)


def course(
    vessel: VesselMeasures, start_mm: float, end_mm: float, settings: LesionSettings
) -> Course:
    """Return the bends of the vessel between two arc lengths.

    A bend is the largest rotation of the tangent between two points at most ``bend_window_mm``
    apart, as a lesion's bend is; two bends share no part of the axis.  The window, and reading
    angiographic tortuosity in three dimensions at all, are ours (U).  Misleads where a turn is
    longer than the window (an eye sees one bend, here are two smaller ones), and where the given
    line does not begin at the ostium: what lies before it is not counted.
    """
    if end_mm - start_mm <= 0.0:
        reason = "the vessel proximal to the entry is not on the line"
        unknown = Measured.unknown(Unit.DEG, reason)
        return Course(largest_deg=unknown, second_deg=unknown, bends=())
    found = turns(
        vessel.curve, start_mm, end_mm,
        window_mm=settings.bend_window_mm, least_deg=settings.least_bend_deg, at_least=2,
    )  # fmt: skip
    angles = [_angle(turn, vessel) for turn in found]
    none = Measured(value=0.0, unit=Unit.DEG, low=0.0, high=settings.least_bend_deg / 2)
    largest, second = (*angles, none, none)[:2]
    bends = [
        Bend(at_mm=turn.at_mm, start_mm=turn.start_mm, end_mm=turn.end_mm, angle_deg=angle)
        for turn, angle in zip(found, angles, strict=True)
        if turn.angle_deg >= settings.least_bend_deg
    ]
    return Course(
        largest_deg=largest,
        second_deg=second,
        bends=tuple(sorted(bends, key=lambda bend: bend.start_mm)),
    )


def _angle(turn: Turn, vessel: VesselMeasures) -> Measured:
    s = vessel.arclength_mm
    here = (s >= turn.start_mm - 1.0) & (s <= turn.end_mm + 1.0)
    loose = float(np.sqrt(np.mean(vessel.wall_radius_sd_mm[here] ** 2))) if here.any() else 0.0
    free = turn.start_mm < END_MM or turn.end_mm > vessel.curve.length_mm - END_MM
    share = OVERSHOOT_SHARE * turn.angle_deg
    parts = (bend_sd_deg(loose), share, WINDOWS_SD_DEG, END_SD_DEG * free)
    sd = float(np.sqrt(np.sum(np.square(parts))))
    return measured(turn.angle_deg, sd, Unit.DEG, highest=HALF_TURN_DEG, at_mm=turn.at_mm)
