"""Lines of one tree: each vessel once, a side branch from where it leaves the others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, count

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused, Code, Notice
from ctocalc.vessel.branching import SHORTEST_TRUNK_MM
from ctocalc.vessel.centerline import Centerline, coronary_part

TOGETHER_MM = 1.5
"""Lines nearer than this run in one vessel: two extractions of one artery differ by up to a
millimetre, and a branch's own axis is that far from its parent's only in the common lumen."""
SHORTEST_BRANCH_MM = 3.0
SHORTEST_VESSEL_MM = 10.0
TRUNKS = ("LM", "RCA", "LAD", "LCX", "RI")
STEP_MM = 0.2


def branches_of(
    mains: Sequence[Centerline], others: Iterable[Centerline]
) -> tuple[Centerline, ...]:
    """Return the other lines of a tree, each from where it leaves the main ones and those before.

    Lines that nowhere leave (the same vessel twice), go on for less than 3 mm, or have no coronary
    part are left out.  A line's direction is kept: one that runs towards its parent is kept whole.
    A name that is taken gets a number.
    """
    kept: list[Centerline] = []
    for other in others:
        try:
            coronary = coronary_part(other)
        except CenterlineRefused:
            continue
        own = coronary.starting_at(leaves_at(coronary, (*mains, *kept)))
        if _length_mm(own.points_lps_mm) < SHORTEST_BRANCH_MM:
            continue
        taken = {line.vessel for line in (*mains, *kept)}
        names = (f"{own.vessel}_{n}" for n in count(2))
        free = next(name for name in chain([own.vessel], names) if name not in taken)
        kept.append(replace(own, vessel=free, notices=()))
    return tuple(kept)


def trunk_rank(vessel: str) -> int:
    """Return a rank by which vessels are given the trunks they share: parents before branches."""
    return TRUNKS.index(vessel) if vessel in TRUNKS else len(TRUNKS)


def beside_elders(line: Centerline, elders: Sequence[Centerline]) -> Centerline:
    """Return a line with a notice of the trunk that it shares with lines before it.

    What it shares is measured with them; its arc length still begins at its first point.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_UNREADABLE when it goes on for less than 10 mm after it has left them.
    """
    if not elders:
        return line
    first = leaves_at(line, elders)
    shared = _length_mm(line.points_lps_mm[: first + 1])
    if _length_mm(line.points_lps_mm[first:]) < SHORTEST_VESSEL_MM:
        raise CenterlineRefused(
            Code.CENTERLINE_UNREADABLE,
            f"The line runs along {_nearest(line, first, elders)} nearly from begin to end; "
            "another vessel was expected. Give each vessel once.",
        )
    if shared < SHORTEST_TRUNK_MM:
        return line
    return line.noting(
        Notice(
            code=Code.CENTERLINE_SHARED,
            message=f"The line's first {shared:.1f} mm run along {_nearest(line, first, elders)} "
            "and are measured there; each vessel is measured once. Arc length still begins at the "
            "first point given.",
            vessel=line.vessel,
        )
    )


def _nearest(line: Centerline, first: int, others: Sequence[Centerline]) -> str:
    """Return the name of the line that another one runs with up to a point of it."""
    point = line.points_lps_mm[first]
    away = [float(np.min(_distance(_dense(o.points_lps_mm), point))) for o in others]
    return others[away.index(min(away))].vessel


def _distance(points: Floats, point: Floats) -> Floats:
    return np.asarray(np.linalg.norm(points - point, axis=1))


def leaves_at(line: Centerline, parents: Iterable[Centerline]) -> int:
    """Return the number of the last point that still runs together with the parents.

    0 when the line starts elsewhere; the last point when it nowhere leaves them.
    """
    around = np.concatenate([_dense(parent.points_lps_mm) for parent in parents])
    apart, _ = cKDTree(around).query(line.points_lps_mm)
    away = np.asarray(apart > TOGETHER_MM)
    return max(0, int(np.argmax(away)) - 1) if away.any() else len(away) - 1


def _dense(points: Floats) -> Floats:
    """Return points (K, 3) on the same straight segments, at most 0.2 mm apart."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0.0, along[-1], int(along[-1] / STEP_MM) + 2)
    return np.stack([np.interp(at, along, axis) for axis in points.T], axis=1)


def _length_mm(points: Floats) -> float:
    return float(np.linalg.norm(np.diff(points, axis=0), axis=1).sum())
