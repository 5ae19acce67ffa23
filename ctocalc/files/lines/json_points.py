"""JSON: 3D Slicer markups, or points in a list or under a plain name.

``[[x, y, z], ...]``, ``{"points": [...], "radius_mm": [...], "frame": "LPS", "label": ...}``, a
list of such objects, or ``{"lines": [...]}``.  ``points_lps_mm`` and ``points_ras_mm`` declare
their frame by name.  A frame or ``"unit": "cm"`` beside ``lines`` holds for all of them.
"""

import json
import re
from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.files.lines.line import MOST_LINES, Line, frame_word, refused
from ctocalc.files.lines.markups import mm_per_unit, read_markups

POINT_NAMES = {
    "points": None,
    "points_mm": None,
    "centerline": None,
    "points_lps_mm": "lps",
    "points_lps": "lps",
    "points_ras_mm": "ras",
    "points_ras": "ras",
}
RADIUS_NAMES = ("radius_mm", "radius", "radii")
DIAMETER_NAMES = ("diameter_mm", "diameter", "diameters")
_LISTS = ("lines", "centerlines", "branches")
_LABELS = ("label", "vessel", "name")
_FRAMES = ("frame", "space", "coordinatesystem")
_UNITS = ("unit", "units", "coordinateunits")


def read_json(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a JSON file."""
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise refused("The JSON is not well formed") from error
    if isinstance(document, dict) and "markups" in document:
        return read_markups(document)
    if isinstance(document, dict) and str(document.get("schema", "")).startswith("ctocalc-result"):
        raise refused("result.json holds no points; give the stations.tsv beside it")
    lines = _lines(document)
    if len(lines) > MOST_LINES:
        raise refused(f"The file holds more than {MOST_LINES} lines")
    inside = isinstance(document, dict) and not (lines and lines[0] is document)
    return tuple(_line(line, document if inside else {}) for line in lines)


def _lines(document: Any) -> list[Any]:
    if isinstance(document, dict):
        lists = [document[name] for name in _LISTS if isinstance(document.get(name), list)]
        return lists[0] if len(lists) == 1 else [document]
    if isinstance(document, list) and document and isinstance(document[0], dict):
        return document
    return [{"points": document}]


def _line(one: Any, around: Mapping[str, Any]) -> Line:
    if not isinstance(one, dict):
        raise refused("The JSON holds a line that is neither a list of points nor an object")
    named = [name for name in POINT_NAMES if name in one]
    if len(named) != 1:
        raise refused(
            "The JSON holds no points, or several under different names; expected points, "
            "points_lps_mm or points_ras_mm"
        )
    name = named[0]
    millimetres = _unit(one, around)
    if millimetres != 1.0 and name.endswith("_mm"):
        raise refused("The points are called millimetres and their unit is another; correct one")
    label = next((one[name] for name in _LABELS if isinstance(one.get(name), str)), None)
    return Line(
        points_mm=millimetres * _numbers(one[name]),
        radius_mm=_radius(one, millimetres),
        label=label,
        frame=reduce(agreed, _frames(one, around), POINT_NAMES[name]),
    )


def _radius(one: Mapping[str, Any], millimetres: float) -> Floats | None:
    for names, share in ((RADIUS_NAMES, 1.0), (DIAMETER_NAMES, 0.5)):
        for name in names:
            if one.get(name) is not None:
                return share * (1.0 if name.endswith("_mm") else millimetres) * _numbers(one[name])
    return None


def _unit(*objects: Mapping[str, Any]) -> float:
    """Return the millimetres per unit that the file declares; 1 where it declares none."""
    said = {mm_per_unit(word) for word in _said(_UNITS, *objects)}
    if len(said) > 1:
        raise refused("The file declares two units; correct one of them")
    return said.pop() if said else 1.0


def _frames(*objects: Mapping[str, Any]) -> list[str | None]:
    return [frame_word(str(word)) for word in _said(_FRAMES, *objects)]


def _said(keys: tuple[str, ...], *objects: Mapping[str, Any]) -> list[object]:
    """Return what objects say under these keys, however these are written."""
    return [
        value
        for one in objects
        for key, value in one.items()
        if re.sub("[ _-]", "", key).lower() in keys and value is not None
    ]


def agreed(by_name: str | None, said: str | None) -> str | None:
    """Return the frame that a name and a word of the file declare together."""
    if by_name and said and by_name != said:
        raise refused("The file declares both LPS and RAS; correct one of them")
    return by_name or said


def _numbers(values: object) -> Floats:
    if isinstance(values, list):
        flat = [v for row in values for v in (row if isinstance(row, list) else [row])]
        # A number in quotes or a truth value would become a number unasked.
        if all(isinstance(v, int | float) and not isinstance(v, bool) for v in flat):
            try:
                return np.array(values, dtype=float)
            except (ValueError, OverflowError) as error:
                raise refused("The points are not rows of three numbers") from error
    raise refused("The points are not lists of numbers")
