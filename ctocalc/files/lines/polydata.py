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
    """Join segments: some programs write a line as cells of two points each."""
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
