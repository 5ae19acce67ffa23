"""SimVascular paths (``.pth``): XML with two roots, centimetres.

A path has the control points that a person set and the path points between them, which are read.
SimVascular states no frame.
"""

import re
from xml.etree.ElementTree import Element

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.files.lines.line import Line, refused
from ctocalc.files.lines.xml import parse_xml

MM_PER_CM = 10.0
_DECLARATION = re.compile(rb"^\s*(\xef\xbb\xbf)?\s*<\?xml[^>]*\?>")


def claims(head: bytes) -> bool:
    """Return whether a file that begins so is a SimVascular path."""
    body = _DECLARATION.sub(b"", head).lstrip()
    return body.startswith((b"<format", b"<path"))


def read_simvascular(data: bytes) -> tuple[Line, ...]:
    """Return the paths of a file; of a moving one, the first time step."""
    root = parse_xml(b"<paths>" + _DECLARATION.sub(b"", data, count=1) + b"</paths>")
    lines = []
    for path in root.iter("path"):
        element = next(path.iter("path_element"), None)
        if element is not None:
            points = _positions(element)
            lines.append(Line(points_mm=MM_PER_CM * points, label=path.get("name")))
    if not lines:
        raise refused("The SimVascular file holds no path")
    return tuple(lines)


def _positions(element: Element) -> Floats:
    places = element.findall("path_points/path_point/pos")
    places = places or element.findall("control_points/point")
    try:
        points = [[float(place.get(axis, "")) for axis in "xyz"] for place in places]
    except ValueError as error:
        raise refused("A point of the path has no number for x, y or z") from error
    return np.array(points).reshape(-1, 3)
