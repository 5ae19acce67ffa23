"""Lines of one tree: each vessel once, a side branch from where it leaves the others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, count

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused, Code
from ctocalc.vessel.centerline import Centerline, coronary_part

TOGETHER_MM = 1.5
"""Lines nearer than this run in one vessel: two extractions of one artery differ by up to a
millimetre, and a branch's own axis is that far from its parent's only in the common lumen."""
SHORTEST_BRANCH_MM = 3.0
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


def one_vessel(line: Centerline, others: Iterable[Centerline]) -> None:
    """Refuse a line that runs in one vessel with another from begin to end.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_UNREADABLE: its calcium and lesions would be counted twice.
    """
    for other in others:
        if leaves_at(line, [other]) == len(line.points_lps_mm) - 1:
            raise CenterlineRefused(
                Code.CENTERLINE_UNREADABLE,
                f"The line runs along {other.vessel} from begin to end; another vessel was "
                "expected. Give each vessel once.",
            )


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
