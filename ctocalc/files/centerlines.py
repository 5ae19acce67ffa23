"""Read a vessel's centerline from a table or plain text.

Tables: CSV, TSV or semicolons, with or without a header; text: ``x y z [radius]`` between blanks.
LPS millimetres, unless column names (``R,A,S``, ``x_ras``) or a comment line (``# frame: RAS``,
``# CoordinateSystem = LPS``) say otherwise.  Nothing of a refused file's content is quoted.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused, Code
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.segments import vessel_name

SHORTEST_MM = 10.0
LARGEST_BYTES = 50_000_000
MOST_POINTS = 1_000_000
SAME_POINT_MM = 1e-4
JUMP_MM = 10.0
JUMP_TIMES_MEDIAN = 5.0
LONGEST_VESSEL_MM = 1000.0

_COMMENT = re.compile(r"^\s*(#|%|//|sep=)")
_SAID = re.compile(r"\b(?:frame|coordinate[ _]?system|space)\b\s*[:=]\s*(LPS|RAS|0|1)\b", re.I)
_AXIS = re.compile(r"(?:point[_ ]?|pos(?:ition)?[_ ]?|coord[_ ]?)?([xyz])(?:[_ ]?(lps|ras))?")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_UNIT = re.compile(r"[\s_]*[\[(]?mm[\])]?$")
_RADIUS = ("r", "radius", "rad", "maximuminscribedsphereradius", "lumenradius", "radiusmm")
_PARAVIEW = {f"points{sign}{n}": axis for sign in ":_" for n, axis in enumerate("xyz")}
_ANATOMICAL = {"ras": ("r", "a", "s"), "lps": ("l", "p", "s")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Which columns hold x, y, z and radius, and the frame that their names declare."""

    x: int = 0
    y: int = 1
    z: int = 2
    radius: int | None = None
    frame: str | None = None


def read_centerlines(
    path: Path | str,
    *,
    vessel: str | None = None,
    frame: str | None = None,
    label: str | None = None,
) -> Centerline:
    """Return the one line of a file.

    Parameters
    ----------
    vessel
        Name to use; else ``label`` when it is a vessel's name, else the file's stem.
    frame
        "lps" or "ras", what the user declares; None leaves it to the file.
    label
        Which line of a file that holds several; none of the formats read here has labels.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_UNREADABLE with the line's number, or CENTERLINE_TOO_SHORT.
    """
    source = Path(path)
    data = _bytes(source)
    rows, columns, said = _parse(_decoded(data))
    points, radius = _split(rows, columns)
    declared = _declared(frame, columns.frame or said)
    if declared == "ras":
        points = points * np.array([-1.0, -1.0, 1.0])
    points, radius = _without_repeats(points, radius)
    _check_line(points)
    return Centerline(
        points_lps_mm=points,
        vessel=name_of(source.stem, vessel=vessel, label=label),
        radius_mm=radius,
        frame_declared=declared is not None,
        digest=hashlib.sha256(data).hexdigest(),
    )


def name_of(stem: str, *, vessel: str | None, label: str | None) -> str:
    """Return the vessel's name: as given, else from the label, else from the file's stem.

    A stem that holds one vessel's name as a word ("case7_LAD") is that vessel; any other stem is
    kept, reduced to letters, digits, ``_``, ``.`` and ``-``.
    """
    if vessel:
        return vessel_name(vessel) or _plain(vessel)
    named = vessel_name(label) if label else None
    whole = named or vessel_name(stem)
    if whole:
        return whole
    words = {vessel_name(word) for word in re.split(r"[^A-Za-z0-9]+", stem)} - {None}
    return str(words.pop()) if len(words) == 1 else _plain(stem)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "_", text).strip("_")[:32] or "vessel"


def _bytes(source: Path) -> bytes:
    try:
        size = source.stat().st_size
        data = source.read_bytes() if size <= LARGEST_BYTES else b""
    except OSError as error:
        raise _refused(
            "The file does not exist or cannot be opened; give a readable one"
        ) from error
    if size > LARGEST_BYTES:
        raise _refused(
            f"The file is larger than {LARGEST_BYTES // 1_000_000} MB; one vessel is not"
        )
    return data


def _decoded(data: bytes) -> list[str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").splitlines()
    if b"\0" in data:
        raise _refused("The file is binary; expected text: x, y, z and maybe a radius per line")
    if data.lstrip()[:1] in (b"<", b"{"):
        raise _refused("The file is XML or JSON; this version reads CSV, TSV and plain text")
    return data.decode("utf-8-sig", "replace").splitlines()


def _parse(lines: list[str]) -> tuple[list[list[float]], _Columns, str | None]:
    """Return the numbers of every row, the columns and the frame that a comment declares."""
    rows: list[list[float]] = []
    columns, said, seen = _Columns(), None, False
    separator: str | None = None
    for number, line in enumerate(lines, 1):
        if _COMMENT.match(line) or not line.strip():
            said = _comment_frame(line) or said
            continue
        if not seen:
            separator = _separator(line)
        cells = _cells(line, separator)
        if not seen:
            seen = True
            header = _header(cells, number)
            columns = header or _Columns(radius=3 if len(cells) == 4 else None)
            if header:
                continue
            _check_bare(len(cells), number)
        rows.append(_numbers(cells, columns, separator, number))
        if len(rows) > MOST_POINTS:
            raise _refused(f"The file has more than {MOST_POINTS} points; one vessel has not")
    return rows, columns, said


def _separator(line: str) -> str | None:
    """Return the separator of the first line: tab, semicolon, comma, or None for blanks."""
    words = line.split()
    if len(words) in (3, 4) and all(_DECIMAL_COMMA.fullmatch(word) for word in words):
        return None
    return next((s for s in ("\t", ";", ",") if s in line), None)


def _cells(line: str, separator: str | None) -> list[str]:
    if separator is None:
        return line.split()
    cells = [cell.strip().strip('"').strip() for cell in line.split(separator)]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _header(cells: list[str], number: int) -> _Columns | None:
    """Return the columns when this row holds names; None when it holds numbers."""
    if cells and all(_is_number(cell) for cell in cells):
        return None
    if 2 * sum(_is_number(cell) for cell in cells) > len(cells):
        return None  # a row of numbers with one bad cell: refused as such
    names = [_UNIT.sub("", cell.lower().strip()) for cell in cells]
    names = [_PARAVIEW.get(name, name) for name in names]
    measures = [re.sub(r"[^a-z]", "", name) in _RADIUS for name in names]
    for frame, letters in _ANATOMICAL.items():
        if all(names.count(letter) == 1 for letter in letters):
            x, y, z = (names.index(letter) for letter in letters)
            radius = next((n for n, it_is in enumerate(measures) if it_is and n != x), None)
            return _Columns(x=x, y=y, z=z, radius=radius, frame=frame)
    axes = {m[1]: (n, m[2]) for n, name in enumerate(names) if (m := _AXIS.fullmatch(name))}
    if set(axes) != {"x", "y", "z"}:
        raise _refused(
            f"Line {number}: the header names no columns x, y and z (or R, A, S); "
            "name them, or leave the header out"
        )
    frames = {frame for _, frame in axes.values()} - {None}
    if len(frames) > 1:
        raise _refused(f"Line {number}: the header mixes LPS and RAS columns; use one frame")
    return _Columns(
        x=axes["x"][0],
        y=axes["y"][0],
        z=axes["z"][0],
        radius=measures.index(True) if True in measures else None,
        frame=frames.pop() if frames else None,
    )


def _check_bare(count: int, number: int) -> None:
    if count not in (3, 4):
        raise _refused(
            f"Line {number}: {count} columns without a header; expected x, y, z and maybe a "
            "radius, or a header that names them"
        )


def _numbers(
    cells: list[str], columns: _Columns, separator: str | None, number: int
) -> list[float]:
    wanted = [columns.x, columns.y, columns.z]
    wanted += [columns.radius] if columns.radius is not None else []
    if len(cells) <= max(wanted[:3]):
        raise _refused(f"Line {number}: {len(cells)} columns; x, y and z were expected")
    found = []
    for column in wanted:
        cell = cells[column] if column < len(cells) else ""
        optional = column == columns.radius and not cell
        text = cell.replace(",", ".") if separator in (";", "\t", None) else cell
        try:
            value = float("nan") if optional else float(text)
        except ValueError:
            kind = "an empty cell" if not cell else "text"
            raise _refused(
                f"Line {number}, column {column + 1}: found {kind}, a number was expected"
            ) from None
        if not optional and not np.isfinite(value):
            raise _refused(f"Line {number}, column {column + 1}: found a value that is not finite")
        found.append(value)
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _comment_frame(line: str) -> str | None:
    """Return the frame a comment declares; 3D Slicer also writes 0 for RAS and 1 for LPS."""
    said = _SAID.search(line) if _COMMENT.match(line) else None
    return {"0": "ras", "1": "lps"}.get(said[1], said[1].lower()) if said else None


def _declared(given: str | None, said: str | None) -> str | None:
    """Return the declared frame; the file and the user must not contradict each other."""
    if given is not None and given.lower() not in ("lps", "ras"):
        raise _refused("The frame given is neither lps nor ras; use one of these")
    if given and said and given.lower() != said:
        raise _refused(
            f"The file declares {said.upper()}, the user {given.upper()}; correct one of them"
        )
    return given.lower() if given else said


def _split(rows: list[list[float]], columns: _Columns) -> tuple[Floats, Floats | None]:
    if len(rows) < 2:
        raise _too_short(f"The file has {len(rows)} points")
    table = np.array(rows)
    radius = table[:, 3] if columns.radius is not None else None
    if radius is not None and not (radius > 0).any():
        radius = None
    return table[:, :3], radius


def _without_repeats(points: Floats, radius: Floats | None) -> tuple[Floats, Floats | None]:
    """Drop points that repeat the one before them: they have no direction."""
    moved = np.linalg.norm(np.diff(points, axis=0), axis=1) > SAME_POINT_MM
    kept = np.concatenate([[True], moved])
    return points[kept], None if radius is None else radius[kept]


def _check_line(points: Floats) -> None:
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    length = float(steps.sum())
    if len(points) < 2 or length < SHORTEST_MM:
        raise _too_short(f"The line is {length:.1f} mm long")
    jumps = steps > max(JUMP_MM, JUMP_TIMES_MEDIAN * float(np.median(steps)))
    if jumps.any():
        raise _refused(
            f"The file holds several lines one after another: {int(jumps.sum())} jump(s), the "
            f"largest of {steps.max():.1f} mm where steps are {np.median(steps):.2f} mm; "
            "give one vessel per file, from the ostium on"
        )
    if length > LONGEST_VESSEL_MM:
        raise _refused(
            f"The line is {length:.0f} mm long; a coronary artery is not. Give millimetres"
        )


def _too_short(found: str) -> CenterlineRefused:
    return CenterlineRefused(
        Code.CENTERLINE_TOO_SHORT,
        f"{found}; at least two points and {SHORTEST_MM:g} mm were expected, in millimetres. "
        "Give the vessel from its ostium on.",
    )


def _refused(sentence: str) -> CenterlineRefused:
    return CenterlineRefused(Code.CENTERLINE_UNREADABLE, f"{sentence}.")
