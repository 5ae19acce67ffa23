"""Shape of a lesion: stumps, bends, remodelling."""

import math

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve, largest_bend, largest_chord_bend
from ctocalc.lesion.lesion import Stump, StumpCall
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.caps import Cap

Z95 = 1.96
BEND_SD_DEG = 2.0
# Where the call would change for one cap in eight, it is borderline.
CLEAR_P = 0.875


def stump(cap: Cap | None) -> Stump:
    """Call a cap blunt or tapered; a cap beyond the end of the line has no call."""
    if cap is None:
        reason = "the cap lies beyond the end of the line"
        return Stump(
            call=None, taper_mm=Measured.unknown(Unit.MM, reason), p_blunt=None,
            borderline=False, reason=reason,
        )  # fmt: skip
    reach = Z95 * cap.taper_sd_mm
    taper = Measured(
        value=cap.taper_mm, unit=Unit.MM, low=max(0.0, cap.taper_mm - reach),
        high=cap.taper_mm + reach,
    )  # fmt: skip
    return Stump(
        call=StumpCall.BLUNT if cap.p_blunt >= 0.5 else StumpCall.TAPERED,
        taper_mm=taper,
        p_blunt=min(max(cap.p_blunt, 0.0), 1.0),
        borderline=1.0 - CLEAR_P < cap.p_blunt < CLEAR_P,
    )


def bends(
    curve: Curve, start_mm: float, end_mm: float, window_mm: float
) -> tuple[Measured, Measured]:
    """Return the bend by tangents and, beside it, the one between two 10 mm chords."""
    angle, at = largest_bend(curve, start_mm, end_mm, window_mm=window_mm)
    tangents = _angle(angle, at)
    chord = largest_chord_bend(curve, start_mm, end_mm)
    if chord is None:
        return tangents, Measured.unknown(Unit.DEG, "the line is too short for 10 mm chords")
    return tangents, _angle(*chord)


def _angle(value: float, at_mm: float) -> Measured:
    reach = Z95 * BEND_SD_DEG
    return Measured(
        value=value, unit=Unit.DEG, low=max(0.0, value - reach), high=value + reach, at_mm=at_mm
    )


def remodelling(
    arclength_mm: Floats, wall_area_mm2: Floats, occluded: Bools, start_mm: float
) -> tuple[Measured, Measured]:
    """Return the largest and smallest wall diameter in the occlusion / that 5-10 mm before it."""
    before = (arclength_mm >= start_mm - 10.0) & (arclength_mm <= start_mm - 5.0)
    before &= np.isfinite(wall_area_mm2) & ~occluded
    body = occluded & np.isfinite(wall_area_mm2)
    if before.sum() < 4 or not body.any():
        reason = "no patent wall is seen 5 to 10 mm before the entry"
        unknown = Measured.unknown(Unit.FRACTION, reason)
        return unknown, unknown
    diameter = np.sqrt(wall_area_mm2)
    ratio = diameter[body] / float(diameter[before].mean())
    places = arclength_mm[body]
    return _ratio(ratio, places, int(np.argmax(ratio))), _ratio(
        ratio, places, int(np.argmin(ratio))
    )


def _ratio(ratio: Floats, places: Floats, n: int) -> Measured:
    value = float(ratio[n])
    reach = 0.06 * math.sqrt(2.0) * value
    return Measured(
        value=value, unit=Unit.FRACTION, low=value - reach, high=value + reach,
        at_mm=float(places[n]),
    )  # fmt: skip
