"""3D Slicer fiducial lists (``.fcsv``): points in their order; ``.acsv`` annotations are refused.

Files without a ``# CoordinateSystem`` line are RAS, as 3D Slicer wrote them until 4.10.
"""

import re

import numpy as np

from ctocalc.files.lines.line import MOST_POINTS, Line, frame_word, refused

_SYSTEM = re.compile(r"^#\s*CoordinateSystem\s*=\s*(\w*)\s*$", re.M | re.I)
_COLUMNS = re.compile(r"^#\s*columns\s*=\s*(.*)$", re.M)
OLD_COLUMNS = "label,x,y,z,sel,vis"


def read_fcsv(data: bytes) -> tuple[Line, ...]:
    """Return the points of a fiducial list as one line."""
    text = data.decode("utf-8-sig", "replace")
    system, named = _SYSTEM.search(text), _COLUMNS.search(text)
    names = [name.strip() for name in (named[1] if named else OLD_COLUMNS).split(",")]
    if not {"x", "y", "z"} <= set(names):
        raise refused("The fiducial list names no columns x, y and z")
    at = [names.index(axis) for axis in "xyz"]
    points: list[list[float]] = []
    for number, row in enumerate(text.splitlines(), 1):
        if row.startswith("#") or not row.strip():
            continue
        if len(points) >= MOST_POINTS:
            raise refused(f"The file has more than {MOST_POINTS} points; one vessel has not")
        cells = row.split(",")
        try:
            points.append([float(cells[n]) for n in at])
        except (ValueError, IndexError):
            raise refused(f"Line {number}: x, y and z are not three numbers") from None
    return (
        Line(
            points_mm=np.array(points).reshape(-1, 3),
            frame=(frame_word(system[1]) if system else None) or "ras",
        ),
    )


def refuse_acsv(_: bytes) -> tuple[Line, ...]:
    """Refuse the annotations of 3D Slicer 4.0: points, rulers and regions."""
    raise refused(
        "The file holds annotations of 3D Slicer 4.0 (points, rulers, regions), which are no "
        "curve; save the centerline as a Curve (.mrk.json)"
    )
