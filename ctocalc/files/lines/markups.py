"""3D Slicer markups: ``.mrk.json`` of schema 1.0.0 to 1.0.3.

An open curve is a line through its control points, in order; every other type is refused.  The
frame stands in the file, and the schema's default is LPS.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.files.lines.line import MOST_LINES, Line, frame_word, radius_share, refused

MM_PER_UNIT = {"mm": 1.0, "cm": 10.0, "um": 0.001, "m": 1000.0}
_SET = ("defined", "")


def read_markups(document: Mapping[str, Any]) -> tuple[Line, ...]:
    """Return the open curves of a markups file.

    Raises
    ------
    CenterlineRefused
        When it holds none, or a curve's points, frame or unit cannot be told.
    """
    markups = document["markups"]
    if not isinstance(markups, list) or not all(isinstance(one, dict) for one in markups):
        raise refused("The markups file does not follow its schema; save it again in 3D Slicer")
    if len(markups) > MOST_LINES:
        raise refused(f"The file holds more than {MOST_LINES} markups")
    curves = [one for one in markups if one.get("type") == "Curve"]
    if not curves:
        raise refused(
            "The markups file holds no open curve: points, rulers, planes, regions and closed "
            "curves are no vessel. Save the centerline as a Curve"
        )
    return tuple(_curve(curve) for curve in curves)


def _curve(curve: Mapping[str, Any]) -> Line:
    points = curve.get("controlPoints", [])
    if not isinstance(points, list) or not all(isinstance(one, dict) for one in points):
        raise refused("A curve's control points do not follow the schema")
    placed = [one.get("position") for one in points if one.get("positionStatus", "") in _SET]
    if not all(_is_point(position) for position in placed):
        raise refused("A control point's position is not three numbers")
    name = curve.get("name")
    frame = curve.get("coordinateSystem", "LPS")
    return Line(
        points_mm=mm_per_unit(curve.get("coordinateUnits", "mm"))
        * np.array(placed, dtype=float).reshape(-1, 3),
        radius_mm=_radius(curve.get("measurements"), len(points), len(placed)),
        label=name if isinstance(name, str) else None,
        frame=frame_word(str(frame)) or "lps",
    )


def _radius(measurements: object, points: int, placed: int) -> Floats | None:
    """Return the radius at every control point, where one of the curve's measurements is one.

    None where some points have no position: nobody can tell whose radius is whose.
    """
    for one in measurements if isinstance(measurements, list) and points == placed else ():
        share = radius_share(str(one.get("name", ""))) if isinstance(one, dict) else 0.0
        if share:
            values = one.get("controlPointValues")
            if isinstance(values, list) and all(isinstance(v, int | float) for v in values):
                scale = share * MM_PER_UNIT.get(str(one.get("units", "mm")), 1.0)
                return scale * np.array(values, dtype=float) if len(values) == points else None
    return None


def _is_point(position: object) -> bool:
    return (
        isinstance(position, list)
        and len(position) == 3
        and all(isinstance(value, int | float) and abs(value) < 1e9 for value in position)
    )


def mm_per_unit(unit: object) -> float:
    """Return millimetres per unit; schema 1.0.3 also writes [code, scheme, meaning].

    Raises
    ------
    CenterlineRefused
        When it is none of ``MM_PER_UNIT``.
    """
    code = unit[0] if isinstance(unit, list) and unit else unit
    if not isinstance(code, str) or code not in MM_PER_UNIT:
        raise refused("The curve's unit is not mm, cm, um or m")
    return MM_PER_UNIT[code]
