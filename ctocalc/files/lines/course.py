"""Whether points run like one vessel: without repeats, without jumps, not back on themselves."""

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats, Ints
from ctocalc.files.lines.line import Line, refused

SAME_POINT_MM = 1e-4
JUMP_MM = 10.0
JUMP_TIMES_MEDIAN = 5.0
STRIDE_MM = 2.0
LONGEST_VESSEL_MM = 400.0
DOUBLED_WITHIN_MM = 1.0
DOUBLED_AT_LEAST_MM = 10.0


def without_repeats(line: Line) -> Line:
    """Drop points that repeat the one before them: they have no direction."""
    moved = np.linalg.norm(np.diff(line.points_mm, axis=0), axis=1) > SAME_POINT_MM
    return part(line, np.flatnonzero(np.concatenate([[True], moved])[: len(line.points_mm)]))


def split_at_jumps(line: Line) -> tuple[Line, ...]:
    """Return the lines that stand one after another in a list of points.

    A jump is a step of more than 10 mm and five times the median step; two branches that end and
    begin nearer to each other are not told apart.
    """
    steps = np.linalg.norm(np.diff(line.points_mm, axis=0), axis=1)
    if not len(steps):
        return (line,)
    jumps = np.flatnonzero(steps > max(JUMP_MM, JUMP_TIMES_MEDIAN * float(np.median(steps))))
    return tuple(part(line, rows) for rows in np.split(np.arange(len(line.points_mm)), jumps + 1))


def part(line: Line, rows: Ints) -> Line:
    """Return the line's points of the given rows."""
    return Line(
        points_mm=line.points_mm[rows],
        radius_mm=None if line.radius_mm is None else line.radius_mm[rows],
        label=line.label,
        frame=line.frame,
    )


def strides(points_mm: Floats) -> Floats:
    """Return points (K, 3) at least 2 mm from the one before: a course that jitter cannot lengthen.

    The first and the last point are kept.
    """
    if not len(points_mm):
        return points_mm
    kept = [0]
    for n in range(1, len(points_mm)):
        if np.linalg.norm(points_mm[n] - points_mm[kept[-1]]) >= STRIDE_MM:
            kept.append(n)
    if kept[-1] != len(points_mm) - 1:
        kept.append(len(points_mm) - 1)
    return points_mm[kept]


def length_mm(points_mm: Floats) -> float:
    """Return the length of the course, good to some percent also where the points jitter."""
    return float(np.linalg.norm(np.diff(strides(points_mm), axis=0), axis=1).sum())


def check_course(points_mm: Floats) -> None:
    """Refuse a course that no coronary artery takes.

    Raises
    ------
    CenterlineRefused
        When it is too long, or runs back along itself: branches one after another, without a jump.
    """
    if len(points_mm) < 2:
        return
    length = length_mm(points_mm)
    if length > LONGEST_VESSEL_MM:
        raise refused(
            f"The line is {length:.0f} mm long; a coronary artery is not. Give one vessel, in "
            "millimetres"
        )
    doubled = _doubled_mm(strides(points_mm))
    if doubled > DOUBLED_AT_LEAST_MM:
        raise refused(
            f"The line runs back along itself over {doubled:.0f} mm, as several branches one "
            "after another do; give one vessel, from the ostium on"
        )


def _doubled_mm(course: Floats) -> float:
    """Return the length of the course that lies on an earlier part of it."""
    steps = np.linalg.norm(np.diff(course, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    count = max(2, round(along[-1] / DOUBLED_WITHIN_MM))
    at = np.linspace(0.0, along[-1], count)
    points = np.stack([np.interp(at, along, axis) for axis in course.T], axis=1)
    pairs = cKDTree(points).query_pairs(DOUBLED_WITHIN_MM, output_type="ndarray")
    apart = np.abs(at[pairs[:, 0]] - at[pairs[:, 1]])
    later = pairs[apart > DOUBLED_AT_LEAST_MM].max(axis=1, initial=0) if len(pairs) else pairs
    return float(len(np.unique(later[later > 0])) * along[-1] / (count - 1))
