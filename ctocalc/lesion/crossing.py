"""What published crossing algorithms look at, gathered as facts; no advice."""

from collections.abc import Callable
from dataclasses import dataclass

from ctocalc.lesion.lesion import Lesion, Presence, Sector, Stretch, Stump, StumpCall
from ctocalc.quantity import Measured

LONG_MM = 20.0
HEAVY_FRACTION = 0.5
BENT_DEG = 45.0
MYOCARDIAL_SIDE = "which side of the vessel the myocardium lies on is not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossingFacts:
    """The inputs of the global crossing algorithm and its kin, each as a fact (U).

    Whether a cap is "ambiguous" is a reader's judgement: here stand the cues.  Collaterals are not
    seen on CT.  ``myocardial_side`` is always null, with the reason.
    """

    proximal_cap_seen: Presence
    proximal_cap_blunt: Presence
    proximal_cap_flush: Presence
    side_branch_at_cap: Presence
    ostial: Presence
    length_20_mm: Presence
    distal_landing_diseased: Presence
    distal_cap_blunt: Presence
    heavy_calcium: Presence
    bend_over_45_deg: Presence
    myocardial_side: Presence
    calcium_free: tuple[Stretch, ...]
    calcium_free_sectors: tuple[Sector, ...]


def crossing_facts(lesion: Lesion) -> CrossingFacts:
    """Gather them from a lesion.

    Lengths from 20 mm on, bends of more than 45 degrees and sections at least half calcified
    (corrected fraction) count.  Research use: nothing is recommended.
    """
    landing, stump = lesion.distal_landing, lesion.proximal_stump
    return CrossingFacts(
        proximal_cap_seen=Presence(present=stump.call is not None, reason=stump.reason),
        proximal_cap_blunt=_call(stump, StumpCall.BLUNT, StumpCall.NONE),
        proximal_cap_flush=_call(stump, StumpCall.NONE),
        side_branch_at_cap=lesion.proximal_side_branch,
        ostial=lesion.ostial,
        length_20_mm=reaches(lesion.length_mm, LONG_MM),
        distal_landing_diseased=landing.diseased,
        distal_cap_blunt=_call(lesion.distal_stump, StumpCall.BLUNT, StumpCall.NONE),
        heavy_calcium=reaches(lesion.max_calcium_fraction, HEAVY_FRACTION),
        bend_over_45_deg=exceeds(lesion.bend_deg, BENT_DEG),
        myocardial_side=Presence(present=None, reason=MYOCARDIAL_SIDE),
        calcium_free=landing.calcium_free,
        calcium_free_sectors=landing.calcium_free_sectors,
    )


def _call(stump: Stump, *calls: StumpCall) -> Presence:
    if stump.call is None:
        return Presence(present=None, reason=stump.reason)
    return Presence(
        present=stump.call in calls,
        value=stump.taper_mm,
        borderline=stump.borderline,
        reason=stump.reason,
    )


def reaches(measured: Measured, cut: float) -> Presence:
    """Whether a number reaches a cut; a lower bound below it tells nothing."""
    return _held(measured, lambda number: number >= cut)


def exceeds(measured: Measured, cut: float) -> Presence:
    """Whether a number lies above a cut; a lower bound that does not tells nothing."""
    return _held(measured, lambda number: number > cut)


def _held(measured: Measured, holds: Callable[[float], bool]) -> Presence:
    value, low, high = measured.value, measured.low, measured.high
    if value is None or (high is None and not holds(value)):
        return Presence(present=None, value=measured, reason=measured.reason)
    sure = holds(value if low is None else low) or (high is not None and not holds(high))
    return Presence(present=holds(value), value=measured, borderline=not sure)
