"""Where a lesion lies: at the ostium, in which segment, and beside which branches."""

from dataclasses import replace

from ctocalc.lesion.lesion import BranchPlace, Presence, SideBranch
from ctocalc.lesion.measures import LesionSettings
from ctocalc.lesion.spread import Z95, measured
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.branching import Branching, Mouth
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption

# A mouth's edges, a branch's width and its direction are told to about this on phantoms.
MOUTH_SD_MM = 0.4
WIDTH_SD_MM = 0.15
TAKE_OFF_SD_DEG = 5.0
# A line that begins at the aorta may do so this much farther on.
AORTA_SD_MM = 1.0
# The first station of a vessel lies less than this behind where it leaves its parent.
OSTIUM_MM = 1.0
NO_LINES = "no other line that leaves this vessel was given, and it was not said that none does"
ONLY_GIVEN = "no branch given arises there; whether it is the whole tree was not said"
FROM_FIRST_POINT = "taken from the line's first point, which should lie at the ostium"


def from_ostium(gap: Interruption, branching: Branching) -> Interruption:
    """Give an occlusion that begins at a known ostium its entry there: parent's wall or aorta.

    No lumen of its own is seen before it, and nothing tapers: the entry is blunt.
    """
    at, sd = branching.ostium_mm, MOUTH_SD_MM if branching.parent else AORTA_SD_MM
    if gap.entry is not None or branching.origin is None or gap.start_mm > at + OSTIUM_MM:
        return gap
    cap = Cap(
        tip_mm=at, half_mm=at, one_mm=at, half_sd_mm=sd, taper_mm=0.0, taper_sd_mm=sd,
        p_blunt=1.0,
    )  # fmt: skip
    return replace(gap, start_mm=at, entry=cap)


def ostial(entry: Cap | None, branching: Branching, settings: LesionSettings) -> Presence:
    """Whether the entry lies at the vessel's ostium: within 3 mm of it (U).

    The ostium is where the vessel leaves its parent, if that line is given, else the line's first
    point.  Misleads where the line begins elsewhere.
    """
    if entry is None:
        reason = "the entry lies beyond the beginning of the line"
        return Presence(present=None, reason=reason)
    away = max(0.0, entry.half_mm - branching.ostium_mm)
    sd = MOUTH_SD_MM if branching.parent else entry.half_sd_mm
    value = measured(away, sd, Unit.MM)
    return Presence(
        present=away <= settings.ostial_mm,
        value=value,
        borderline=_holds(value, settings.ostial_mm),
        reason=None if branching.parent else FROM_FIRST_POINT,
    )


def segment(vessel: str, entry_mm: float, branching: Branching) -> tuple[str | None, str]:
    """Return the segment that an entry lies in, and by which rule, or why it cannot be told.

    By the ends that the SCCT gives the segments (U): the proximal LAD ends at the first diagonal
    or septal branch, its mid part at the second diagonal (of the rest, SCCT halves the way to the
    apex); the proximal LCX at the first obtuse marginal branch; the RCA's mid part at the acute
    marginal branch, the proximal one half-way there.  Only branches given tell: a length from the
    ostium alone differs too much between people.
    """
    ends = {mouth.vessel: mouth.at_mm for mouth in branching.mouths}
    words: tuple[tuple[str, float], ...] = ()
    if vessel == "LAD" and (first := [ends[b] for b in ("D1", "S1") if b in ends]):
        words = (("proximal", min(first)), *((("mid", ends["D2"]),) if "D2" in ends else ()))
    elif vessel == "LCX" and "OM1" in ends:
        words = (("proximal", ends["OM1"]),)
    elif vessel == "RCA" and "AM" in ends:
        words = (("proximal", ends["AM"] / 2), ("mid", ends["AM"]))
    elif vessel in {"LAD", "LCX", "RCA"}:
        return None, "none of the branches that end its segments was given"
    else:
        return None, "segments are told of LAD, LCX and RCA only"
    named = next((word for word, end in words if entry_mm < end), None)
    if named is None and vessel == "LAD" and len(words) == 1:
        return None, "mid or distal: the second diagonal branch was not given"
    near = min(abs(entry_mm - end) for _, end in words) < Z95 * MOUTH_SD_MM
    rule = "by the mouths of the branches given"
    return named or "distal", f"{rule}; borderline: the entry lies at one" if near else rule


def side_branches(
    entry: Cap | None,
    exit_: Cap | None,
    ends_mm: tuple[float, float],
    branching: Branching,
    settings: LesionSettings,
) -> tuple[SideBranch, ...] | None:
    """Return the lines that leave this vessel, proximal first; None where none could be told."""
    if not branching.mouths and not branching.whole_tree:
        return None
    return tuple(
        SideBranch(
            vessel=mouth.vessel,
            place=_place(mouth, entry, ends_mm, settings.side_branch_mm),
            start_mm=max(0.0, mouth.start_mm),
            end_mm=mouth.end_mm,
            distance_to_entry_mm=_distance(mouth, entry, "entry"),
            distance_to_exit_mm=_distance(mouth, exit_, "exit"),
            diameter_mm=measured(mouth.diameter_mm, WIDTH_SD_MM, Unit.MM),
            take_off_deg=measured(mouth.take_off_deg, TAKE_OFF_SD_DEG, Unit.DEG, highest=180.0),
        )
        for mouth in branching.mouths
    )


def branch_at_cap(
    found: tuple[SideBranch, ...] | None, branching: Branching, settings: LesionSettings
) -> Presence:
    """Whether a branch's mouth has its nearest edge within 3 mm of the entry (R + ours).

    A branch that was not given may arise there: unless the caller says that the whole tree was
    given, "no" is borderline, and without any branch there is no answer.
    """
    if found is None:
        return Presence(present=None, reason=NO_LINES)
    told = [one.distance_to_entry_mm for one in found]
    near = min(told, key=lambda one: one.value or 0.0, default=None)
    if near is None:
        return Presence(present=False)
    if near.value is None:
        return Presence(present=None, reason=near.reason)
    present = near.value <= settings.side_branch_mm
    open_ = not present and not branching.whole_tree
    return Presence(
        present=present,
        value=near,
        borderline=open_ or _holds(near, settings.side_branch_mm),
        reason=ONLY_GIVEN if open_ else None,
    )


def entry_flush_with(entry: Cap | None, branching: Branching, flush_mm: float) -> str | None:
    """Return what a blunt entry is flush with, a branch or the ostium; None: there is a stump.

    Flush: the lumen ends less than ``flush_mm`` beyond the mouth, or before its distal edge.
    """
    if entry is None:
        return None
    if vessel := _mouth_at(entry.half_mm, branching, before_mm=0.0, behind_mm=flush_mm):
        return f"the mouth of {vessel}"
    at_ostium = entry.half_mm - branching.ostium_mm <= flush_mm
    return f"the ostium in {branching.origin}" if at_ostium and branching.origin else None


def exit_flush_with(exit_: Cap | None, branching: Branching, flush_mm: float) -> str | None:
    """Return the branch that a blunt exit is flush with, likewise."""
    if exit_ is None:
        return None
    vessel = _mouth_at(exit_.half_mm, branching, before_mm=flush_mm, behind_mm=0.0)
    return f"the mouth of {vessel}" if vessel else None


def _mouth_at(
    s_mm: float, branching: Branching, *, before_mm: float, behind_mm: float
) -> str | None:
    """Return the branch whose mouth, so much longer at its two edges, holds a place."""
    for mouth in branching.mouths:
        if mouth.start_mm - before_mm <= s_mm <= mouth.end_mm + behind_mm:
            return mouth.vessel
    return None


def _place(
    mouth: Mouth, entry: Cap | None, ends_mm: tuple[float, float], near_mm: float
) -> BranchPlace:
    start, end = ends_mm
    if entry is not None and mouth.distance_mm(entry.half_mm) <= near_mm:
        return BranchPlace.AT_CAP
    if mouth.at_mm < start:
        return BranchPlace.PROXIMAL
    return BranchPlace.INSIDE if mouth.at_mm <= end else BranchPlace.DISTAL


def _distance(mouth: Mouth, cap: Cap | None, word: str) -> Measured:
    if cap is None:
        return Measured.unknown(Unit.MM, f"the {word} lies beyond the end of the line")
    sd = (MOUTH_SD_MM**2 + cap.half_sd_mm**2) ** 0.5
    return measured(mouth.distance_mm(cap.half_mm), sd, Unit.MM)


def _holds(value: Measured, cut: float) -> bool:
    low, high = value.low or 0.0, value.high or 0.0
    return low <= cut < high
