"""Shape of a lesion: stumps, channels, bends, remodelling."""

from collections.abc import Sequence

import numpy as np

from ctocalc._arrays import Bools
from ctocalc.geometry.bends import largest_bend, largest_chord_bend
from ctocalc.geometry.curve import Curve
from ctocalc.lesion.lesion import Presence, Stump, StumpCall
from ctocalc.lesion.spread import Series, measured
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption

# A tangent over some millimetres turns this much with the centre's error, which is the radius'.
BEND_DEG_PER_MM = 30.0
LEAST_BEND_SD_DEG = 1.5
# A 95 % interval on either side: of 242 calls beyond it on phantoms 5 were wrong.
CLEAR_P = 0.975
READER_SET = "a reader set the occlusion: no channel was looked for"
NO_SHAPE = "without contrast the image does not show how the lumen ends"


def stump(cap: Cap | None, flush_with: str | None = None) -> Stump:
    """Call a cap blunt or tapered; one beyond the end of the line or without contrast has no call.

    ``flush_with``: a blunt lumen ends at this mouth or ostium, which leaves no stump.
    """
    if cap is None or not cap.shown:
        reason = "the cap lies beyond the end of the line" if cap is None else NO_SHAPE
        return Stump(
            call=None, taper_mm=Measured.unknown(Unit.MM, reason), p_blunt=None,
            borderline=False, reason=reason,
        )  # fmt: skip
    flush = flush_with is not None and cap.p_blunt >= 0.5
    ends = StumpCall.NONE if flush else StumpCall.BLUNT
    return Stump(
        call=ends if cap.p_blunt >= 0.5 else StumpCall.TAPERED,
        taper_mm=measured(cap.taper_mm, cap.taper_sd_mm, Unit.MM),
        p_blunt=min(max(cap.p_blunt, 0.0), 1.0),
        borderline=1.0 - CLEAR_P < cap.p_blunt < CLEAR_P,
        reason=f"flush with {flush_with}: no stump is left" if flush else None,
    )


def channel(parts: Sequence[Interruption]) -> Presence:
    """Whether contrast runs through a lesion: yes, if through the least sure of its occlusions."""
    looks = [part.channel for part in parts]
    told = [look for look in looks if look is not None]
    if len(told) < len(looks):
        return Presence(present=None, reason=READER_SET)
    rank = {True: 2, None: 1, False: 0}
    one = max(told, key=lambda look: rank[look.present])
    return Presence(present=one.present, value=one.diameter_mm, reason=one.reason)


def bend_sd_deg(centre_sd_mm: float) -> float:
    """Return the standard deviation of a bend whose axis is known to ``centre_sd_mm``."""
    return float(np.hypot(LEAST_BEND_SD_DEG, BEND_DEG_PER_MM * centre_sd_mm))


def bends(
    curve: Curve, start_mm: float, end_mm: float, window_mm: float, centre_sd_mm: float
) -> tuple[Measured, Measured]:
    """Return the bend by tangents and, beside it, the one between two 10 mm chords.

    ``centre_sd_mm`` says how well the axis is known there.
    """
    sd = bend_sd_deg(centre_sd_mm)
    angle, at = largest_bend(curve, start_mm, end_mm, window_mm=window_mm)
    tangents = measured(angle, sd, Unit.DEG, at_mm=at)
    chord = largest_chord_bend(curve, start_mm, end_mm)
    if chord is None:
        return tangents, Measured.unknown(Unit.DEG, "the line is too short for 10 mm chords")
    return tangents, measured(chord[0], sd, Unit.DEG, at_mm=chord[1])


def remodelling(wall_area: Series, occluded: Bools, start_mm: float) -> tuple[Measured, Measured]:
    """Return the largest and smallest wall diameter in the occlusion / that 5-10 mm before it."""
    s, area = wall_area.arclength_mm, wall_area.value
    before = (s >= start_mm - 10.0) & (s <= start_mm - 5.0)
    before &= np.isfinite(area) & ~occluded
    body = occluded & np.isfinite(area)
    if before.sum() < 4 or not body.any():
        reason = "no patent wall is seen 5 to 10 mm before the entry"
        unknown = Measured.unknown(Unit.FRACTION, reason)
        return unknown, unknown
    diameter = np.sqrt(area)
    share = 0.5 * wall_area.sd / area
    ratio = diameter / float(diameter[before].mean())
    # The reference's stations share their error.
    sd = ratio * np.hypot(share, float(share[before].mean()))
    found = Series(arclength_mm=s, value=ratio, sd=sd, unit=Unit.FRACTION)
    places = np.flatnonzero(body)
    return found.at(int(places[np.argmax(ratio[body])])), found.at(
        int(places[np.argmin(ratio[body])])
    )
