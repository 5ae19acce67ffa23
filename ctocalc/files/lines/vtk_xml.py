"""VTK XML polydata (``.vtp``): ASCII, base64 inline, base64 or raw appended; compressed or not."""

import re
from xml.etree.ElementTree import Element

import numpy as np

from ctocalc._arrays import Array
from ctocalc.files.lines.json_points import agreed
from ctocalc.files.lines.line import MOST_POINTS, Line, radius_share, refused
from ctocalc.files.lines.polydata import PIECE_OF, cells_of, polydata_lines, space
from ctocalc.files.lines.vtk_arrays import Encoding, unpack
from ctocalc.files.lines.xml import parse_xml

MOST_PIECES = 16
HEAD_BYTES = 4096
MOST_VALUES = 3 * MOST_POINTS
TYPES = {
    "Int8": "i1", "UInt8": "u1", "Int16": "i2", "UInt16": "u2", "Int32": "i4", "UInt32": "u4",
    "Int64": "i8", "UInt64": "u8", "Float32": "f4", "Float64": "f8", "String": "i1",
}  # fmt: skip
_ORDERS = {"LittleEndian": "<", "BigEndian": ">"}
_APPENDED = re.compile(rb"<AppendedData([^>]*)>\s*_")
_END = b"</AppendedData"
_COMMENT = re.compile(rb"<!--(.*?)-->", re.S)
_OF_POINTS = "PointData/DataArray"


class _File:
    """The root element of a file, its appended bytes, and how its arrays are written."""

    def __init__(self, data: bytes) -> None:
        found = _APPENDED.search(data)
        # Raw bytes between tags are no XML: the document is closed before them.
        head = data if found is None else data[: found.start()] + b"</VTKFile>"
        self.root = parse_xml(head)
        said = b" ".join(_COMMENT.findall(head[:HEAD_BYTES]))
        self.comment = said.decode("ascii", "replace")
        if self.root.tag != "VTKFile" or self.root.get("type") != "PolyData":
            raise refused("The VTK file does not hold polydata; save the centerline as .vtp")
        last = data.rfind(_END)
        self.appended = b"" if found is None else data[found.end() : last if last > 0 else None]
        self.base64 = found is not None and b"base64" in found[1]
        order = _ORDERS.get(self.root.get("byte_order", "LittleEndian"))
        words = {"UInt32": "u4", "UInt64": "u8"}.get(self.root.get("header_type", "UInt32"))
        if order is None or words is None:
            raise refused("The VTK file's byte order or header type is unknown")
        self.encoding = Encoding(
            order=order, word=words, compressor=self.root.get("compressor", "")
        )

    def array(self, element: Element) -> Array:
        """Return the values of a DataArray, flat."""
        kind = TYPES.get(element.get("type", ""))
        if kind is None:
            raise refused("An array of the VTK file has an unknown type")
        form = element.get("format", "ascii")
        if form == "ascii":
            return _ascii(element.text or "", kind)
        if form == "binary":
            text = (element.text or "").encode("ascii", "replace")
            return unpack(text, kind, self.encoding, base64=True)
        if form == "appended":
            offset = element.get("offset", "")
            if not (offset.isascii() and offset.isdigit() and len(offset) < 12):
                raise refused("An array of the VTK file has no offset")
            return unpack(self.appended[int(offset) :], kind, self.encoding, base64=self.base64)
        raise refused("An array of the VTK file is written in an unknown way")


def _ascii(text: str, kind: str) -> Array:
    words = text.split(None, MOST_VALUES)
    if len(words) > MOST_VALUES:
        raise refused("An array of the VTK file has more values than a centerline needs")
    try:
        return np.array(words, dtype=float if kind[0] == "f" else np.int64)
    except (ValueError, OverflowError) as error:
        raise refused("An array of the VTK file holds text where numbers were expected") from error


def read_vtk_xml(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a ``.vtp`` file."""
    file = _File(data)
    pieces = file.root.findall("PolyData/Piece")
    if not 0 < len(pieces) <= MOST_PIECES:
        raise refused(f"The VTK file has {len(pieces)} pieces; 1 to {MOST_PIECES} were expected")
    frame = _frame(file)
    return tuple(line for piece in pieces for line in _piece(file, piece, frame))


def _piece(file: _File, piece: Element, frame: str | None) -> tuple[Line, ...]:
    points = _needed(file, piece, "Points/DataArray")
    count = len(points) // 3
    arrays = {one: radius_share(one.get("Name", "")) for one in piece.findall(_OF_POINTS)}
    radius = max(arrays, key=lambda one: arrays[one], default=None)
    offsets = _needed(file, piece, "Lines/DataArray[@Name='offsets']")
    connectivity = _needed(file, piece, "Lines/DataArray[@Name='connectivity']")
    share = 0.0 if radius is None else arrays[radius]
    values = share * file.array(radius) if radius is not None and share else None
    if len(points) != 3 * count or (values is not None and len(values) != count):
        raise refused("The VTK file's points or radii have the wrong number of values")
    cells = cells_of(offsets, connectivity)
    numbers = piece.find(f"CellData/DataArray[@Name='{PIECE_OF}']")
    return polydata_lines(
        points.reshape(-1, 3),
        cells,
        values,
        frame,
        None if numbers is None else file.array(numbers),
    )


def _needed(file: _File, piece: Element, where: str) -> Array:
    element = piece.find(where)
    if element is None:
        raise refused("The VTK file has no points or no lines; it holds no centerline")
    return file.array(element)


def _frame(file: _File) -> str | None:
    for array in file.root.findall("PolyData/FieldData/*"):
        if array.get("Name") == "SPACE" and array.get("type") == "String":
            word = bytes(int(code) & 255 for code in file.array(array)[:64])
            said = space(f"SPACE={word.decode('ascii', 'replace').strip(chr(0))}")
            return agreed(said, space(file.comment))
    return space(file.comment)
