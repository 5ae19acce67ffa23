"""VTK legacy polydata (``.vtk``), ASCII and binary, file versions up to 5.1."""

import re

import numpy as np

from ctocalc._arrays import Array, Ints
from ctocalc.files.lines.line import MOST_POINTS, Line, radius_share, refused
from ctocalc.files.lines.polydata import PIECE_OF, cells_of, polydata_lines, space

TYPES = {
    "char": "i1", "signed_char": "i1", "unsigned_char": "u1", "short": "i2", "unsigned_short": "u2",
    "int": "i4", "unsigned_int": "u4", "long": "i8", "unsigned_long": "u8", "float": "f4",
    "double": "f8", "vtkidtype": "i4", "vtktypeint64": "i8", "vtktypeint32": "i4",
}  # fmt: skip
MOST_VALUES = 12 * MOST_POINTS
_WORD = re.compile(rb"\S+")
_CELLS = ("VERTICES", "LINES", "POLYGONS", "TRIANGLE_STRIPS")


class _Cursor:
    """Where reading stands in a file: words, rest lines and arrays, one after another."""

    def __init__(self, data: bytes, *, at: int, binary: bool) -> None:
        self._data, self._at, self._binary = data, at, binary

    def word(self) -> str:
        """Return the next word, empty at the end of the file."""
        found = _WORD.search(self._data, self._at)
        if found is None:
            self._at = len(self._data)
            return ""
        self._at = found.end()
        return found[0][:80].decode("ascii", "replace")

    def peek(self) -> str:
        """Return the next word and stay before it."""
        at = self._at
        word = self.word()
        self._at = at
        return word

    def count(self) -> int:
        """Return the next word as a number of things."""
        word = self.word()
        if not (word.isascii() and word.isdigit() and len(word) < 10):
            raise refused("The VTK file holds text where a number of values was expected")
        return int(word)

    def rest_of_line(self) -> None:
        """Go to the start of the next line."""
        end = self._data.find(b"\n", self._at)
        self._at = len(self._data) if end < 0 else end + 1

    def metadata(self) -> None:
        """Skip a METADATA block: it ends at an empty line."""
        end = re.compile(rb"\r?\n[ \t]*\r?\n").search(self._data, self._at)
        self._at = len(self._data) if end is None else end.end()

    def values(self, count: int, name: str) -> Array:
        """Return an array of ``count`` values of the named type."""
        kind = TYPES.get(name.lower())
        if kind is None or count > MOST_VALUES:
            raise refused("An array of the VTK file has an unknown type or too many values")
        if not self._binary:
            return self._text(count, kind)
        self.rest_of_line()
        dtype = np.dtype(">" + kind)
        if count * dtype.itemsize > len(self._data) - self._at:
            raise refused("The VTK file is cut off")
        out = np.frombuffer(self._data, dtype, count=count, offset=self._at)
        self._at += count * dtype.itemsize
        return out

    def _text(self, count: int, kind: str) -> Array:
        words: list[bytes] = []
        for found in _WORD.finditer(self._data, self._at):
            if len(words) == count:
                break
            words.append(found[0])
            self._at = found.end()
        if len(words) < count:
            raise refused("The VTK file is cut off")
        try:
            return np.array(words, dtype="S").astype(float if kind[0] == "f" else np.int64)
        except (ValueError, OverflowError) as error:
            raise refused("The VTK file holds text where numbers were expected") from error

    def strings(self, count: int) -> list[str]:
        """Return a string array; binary ones have a length byte each, at most 63 here."""
        self.rest_of_line()
        out = []
        for _ in range(min(count, 100)):
            if not self._binary:
                out.append(self.word())
                continue
            length = self._data[self._at] & 63 if self._at < len(self._data) else 0
            out.append(self._data[self._at + 1 : self._at + 1 + length].decode("ascii", "replace"))
            self._at += 1 + length
        return out


class _Polydata:
    """What has been found in a file so far."""

    def __init__(self, frame: str | None) -> None:
        self.frame = frame
        self.points: Array | None = None
        self.cells: list[Ints] = []
        self.radius: Array | None = None
        self.radius_share = 0.0
        self.of_points = False
        self.tuples = 0
        self.numbers: Array | None = None


def read_vtk_legacy(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a legacy file.

    Raises
    ------
    CenterlineRefused
        When it holds another dataset, no lines, or a part that is not understood before them.
    """
    head = data.split(b"\n", 3)
    form = head[2].strip().upper() if len(head) == 4 else b""
    if form not in (b"ASCII", b"BINARY"):
        raise refused("The VTK file is neither ASCII nor BINARY, or is cut off")
    start = len(data) - len(head[3])
    cursor = _Cursor(data, at=start, binary=form == b"BINARY")
    if cursor.word().upper() != "DATASET" or cursor.word().upper() != "POLYDATA":
        raise refused("The VTK file does not hold polydata; save the centerline as polydata")
    found = _Polydata(space(head[1][:256].decode("ascii", "replace")))
    while word := cursor.word().upper():
        if not _section(word, cursor, found):
            break
    if found.points is None:
        raise refused("The VTK file holds no points")
    radius = found.radius
    if len(found.points) % 3 or (radius is not None and 3 * len(radius) != len(found.points)):
        raise refused("The VTK file's points or radii have the wrong number of values")
    points = found.points.reshape(-1, 3)
    return polydata_lines(points, found.cells, radius, found.frame, found.numbers)


def _section(word: str, cursor: _Cursor, found: _Polydata) -> bool:
    """Read one section; False when what follows is not understood and not needed."""
    if word == "POINTS":
        found.points = cursor.values(3 * cursor.count(), cursor.word())
    elif word in _CELLS:
        cells = _cells(cursor)
        found.cells = cells if word == "LINES" else found.cells
    elif word in ("POINT_DATA", "CELL_DATA"):
        found.of_points = word == "POINT_DATA"
        found.tuples = cursor.count()
    elif word == "METADATA":
        cursor.metadata()
    elif word == "FIELD":
        cursor.word()
        for _ in range(min(cursor.count(), 100)):
            _field(cursor, found)
    elif word == "SCALARS":
        _scalars(cursor, found)
    elif word in ("NORMALS", "VECTORS"):
        cursor.word()
        cursor.values(3 * found.tuples, cursor.word())
    else:
        # After the lines, other attributes may stand: the radius is then not read, the line is.
        if found.points is None or not found.cells:
            raise refused("The VTK file has a section that is not understood")
        return False
    return True


def _cells(cursor: _Cursor) -> list[Ints]:
    """Return cells: counts among the point numbers, or since 5.1 ends and point numbers apart."""
    first, second = cursor.count(), cursor.count()
    mark = cursor.peek()
    if mark.upper() == "OFFSETS":
        cursor.word()
        ends = cursor.values(first, cursor.word())
        if cursor.word().upper() != "CONNECTIVITY":
            raise refused("The VTK file's lines have no connectivity")
        return cells_of(ends[1:], cursor.values(second, cursor.word()))
    flat = cursor.values(second, "int").astype(np.int64)
    out, at = [], 0
    for _ in range(first):
        length = int(flat[at]) if at < len(flat) else -1
        if not 0 <= length < len(flat) - at:
            raise refused("The VTK file's lines do not add up")
        out.append(flat[at + 1 : at + 1 + length])
        at += 1 + length
    return out


def _field(cursor: _Cursor, found: _Polydata) -> None:
    name = cursor.word()
    if name.upper() == "METADATA":
        cursor.metadata()
        name = cursor.word()
    components, tuples = cursor.count(), cursor.count()
    kind = cursor.word()
    if kind.lower() == "string":
        words = cursor.strings(components * tuples)
        found.frame = space(f"SPACE={words[0]}") if name == "SPACE" and words else found.frame
        return
    values = cursor.values(components * tuples, kind)
    _keep(found, name, components, values)


def _scalars(cursor: _Cursor, found: _Polydata) -> None:
    name, kind = cursor.word(), cursor.word()
    components = 1
    if cursor.peek().isdigit():
        components = cursor.count()
    if cursor.peek().upper() == "LOOKUP_TABLE":
        cursor.word()
        cursor.word()
    _keep(found, name, components, cursor.values(components * found.tuples, kind))


def _keep(found: _Polydata, name: str, components: int, values: Array) -> None:
    """Keep the two attributes that are needed: radii of points, numbers of cells."""
    share = radius_share(name) if found.of_points and components == 1 else 0.0
    if share > found.radius_share:
        found.radius, found.radius_share = share * values, share
    if not found.of_points and name == PIECE_OF:
        found.numbers = values
