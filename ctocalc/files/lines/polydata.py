"""VTK polydata, as both of its file formats hold it: points, and lines as lists of point numbers.

VTK states no frame; 3D Slicer adds ``SPACE=LPS`` or ``SPACE=RAS`` to its own files.
"""

import re

import numpy as np

from ctocalc._arrays import Array, Floats, Ints
from ctocalc.files.lines.line import MOST_LINES, MOST_POINTS, Line, frame_word, refused

PIECE_OF = "CenterlineIds"
_SPACE = re.compile(r"\bSPACE\s*=\s*(\w+)")


def polydata_lines(
    points: Array,
    cells: list[Ints],
    radius: Array | None,
    frame: str | None,
    numbers: Array | None = None,
) -> tuple[Line, ...]:
    """Return one line per polyline; two-point cells that follow on each other are one line.

    Parameters
    ----------
    points
        (P, 3), millimetres.
    cells
        Point numbers of each polyline.
    radius
        (P,) or None.
    numbers
        Which line each cell is a piece of, in the pieces' order, as VMTK's branch splitting writes
        it (``CenterlineIds``); None where each cell is a line.
    """
    if sum(len(cell) for cell in cells) > 2 * MOST_POINTS:
        raise refused(f"The lines have more than {2 * MOST_POINTS} points; a vessel has not")
    for cell in cells:
        if len(cell) and not (cell.min() >= 0 and cell.max() < len(points)):
            raise refused("A line names a point that the file does not hold")
    whole = cells if numbers is None else _pieced(cells, numbers)
    joined = _joined([cell for cell in whole if len(cell) > 1])
    if not joined:
        raise refused("The polydata hold no lines; a surface or loose points are no centerline")
    if len(joined) > MOST_LINES:
        raise refused(f"The file holds more than {MOST_LINES} lines")
    values: Floats = points.astype(float)
    return tuple(
        Line(
            points_mm=values[cell],
            radius_mm=None if radius is None else radius.astype(float)[cell],
            frame=frame,
        )
        for cell in joined
    )


def cells_of(ends: Array, connectivity: Array) -> list[Ints]:
    """Cut the connectivity where each cell ends."""
    if ends.dtype.kind == "f" or connectivity.dtype.kind == "f" or len(ends) > MOST_POINTS:
        raise refused("The file's lines are not lists of point numbers")
    cuts = ends.astype(np.int64)
    if len(cuts) and (cuts[0] < 0 or cuts[-1] != len(connectivity) or (np.diff(cuts) < 0).any()):
        raise refused("The file's lines do not add up")
    return np.split(connectivity.astype(np.int64), cuts[:-1]) if len(cuts) else []


def _pieced(cells: list[Ints], numbers: Array) -> list[Ints]:
    """Put the pieces of each line together."""
    if len(numbers) != len(cells):
        raise refused("The file's lines are not numbered one by one")
    named: dict[float, list[Ints]] = {}
    for number, cell in zip(numbers.tolist(), cells, strict=True):
        named.setdefault(number, []).append(cell)
    return [np.concatenate(pieces) for pieces in named.values()]


def _joined(cells: list[Ints]) -> list[Ints]:
    """Join segments: some programs write a line as cells of two points each, in any order."""
    if len(cells) > 1 and all(len(cell) == 2 for cell in cells):
        return _walked(cells) or _in_order(cells)
    return _in_order(cells)


def _walked(cells: list[Ints]) -> list[Ints]:
    """Return the paths that segments make; none where they fork or close.

    A path begins where a segment begins: at the end that comes first where both do, or neither.
    """
    beside: dict[int, list[int]] = {}
    begins = set()
    for a, b in ((int(a), int(b)) for a, b in cells):
        begins.add(a)
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    if any(len(set(others)) != len(others) or len(others) > 2 for others in beside.values()):
        return []
    ends = [point for point, others in beside.items() if len(others) == 1]
    paths: list[Ints] = []
    seen: set[int] = set()
    for end in sorted(ends, key=lambda point: point not in begins):
        if end in seen:
            continue
        path, following = [end], beside[end]
        while following:
            path.append(following[0])
            following = [point for point in beside[path[-1]] if point != path[-2]]
        seen.update(path)
        paths.append(np.array(path))
    return paths if len(seen) == len(beside) else []


def _in_order(cells: list[Ints]) -> list[Ints]:
    """Join segments that follow on each other."""
    chains: list[list[Ints]] = []
    for cell in cells:
        last = chains[-1][-1] if chains else None
        if last is not None and len(last) == len(cell) == 2 and last[-1] == cell[0]:
            chains[-1].append(cell)
        else:
            chains.append([cell])
    return [np.concatenate([chain[0][:1], *(cell[1:] for cell in chain)]) for chain in chains]


def space(text: str) -> str | None:
    """Return the frame that 3D Slicer's header comment declares."""
    said = _SPACE.search(text)
    return frame_word(said[1]) if said else None
