"""Tables and plain text: CSV, TSV, semicolons or blanks, with or without a header.

LPS or RAS when column names (``R,A,S``, ``x_ras``) or a comment (``# frame: RAS``) say so; other
units than mm only by column names (``x_cm``).  A column named ``vessel``, ``label`` or ``branch``
tells several lines apart.
"""

import csv
import re
from dataclasses import dataclass, field

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.files.lines.columns import Columns, bare_columns, named_columns
from ctocalc.files.lines.json_points import agreed
from ctocalc.files.lines.line import MOST_LINES, MOST_POINTS, Line, frame_word, refused

LARGEST_RADIUS_MM = 40.0

_COMMENT = re.compile(r"^\s*(#|%|//|sep=)")
_SAID = re.compile(
    r"\b(?:frame|space|coordinate[ _]?system)\b\s*[:=]\s*(LPS|RAS)\b"
    r"|\bcoordinate[ _]?system\b\s*[:=]\s*([01])\b",
    re.I,
)
_OTHER_UNIT = re.compile(
    r"^\W*(?:coordinate[ _]?)?units?\s*[:=]\s*(?!(?:mm|millimet(?:er|re)s?)\b)\w", re.I
)
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+(?:[eE][-+]?\d+)?")


@dataclass(slots=True, kw_only=True)
class _Table:
    """Rows read so far: x, y, z and radius (NaN where empty), and the label of each."""

    rows: list[list[float]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    said: str | None = None


def read_text(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a table.

    Raises
    ------
    CenterlineRefused
        With the number of the text line that is not understood.
    """
    table = _Table()
    columns: Columns | None = None
    separator: str | None = None
    for number, line in enumerate(_decoded(data), 1):
        if _COMMENT.match(line) or not line.strip():
            if _OTHER_UNIT.match(line):
                raise refused(f"Line {number}: the unit is not mm; give mm, or columns like x_cm")
            table.said = agreed(table.said, _comment_frame(line))
            continue
        if columns is None:
            separator = _separator(line)
        cells = _cells(line, separator, number)
        if columns is None:
            header = _is_header(cells)
            columns = named_columns(cells, number) if header else bare_columns(len(cells), number)
            if header:
                continue
        table.rows.append(_numbers(cells, columns, separator, number))
        table.labels.append(_label(cells, columns))
        if len(table.rows) > MOST_POINTS:
            raise refused(f"The file has more than {MOST_POINTS} points; one vessel has not")
    return _lines(table, columns or Columns())


def _decoded(data: bytes) -> list[str]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace").splitlines()
    if b"\0" in data:
        raise refused("The file is binary, in no format that is known here")
    return data.decode("utf-8-sig", "replace").splitlines()


def _comment_frame(line: str) -> str | None:
    said = _SAID.search(line) if _COMMENT.match(line) else None
    return frame_word(said[1] or said[2]) if said else None


def _separator(line: str) -> str | None:
    """Return the separator of the first line: tab, semicolon, comma, or None for blanks."""
    words = line.split()
    if len(words) in (3, 4, 5) and all(_DECIMAL_COMMA.fullmatch(word) for word in words):
        return None
    return next((s for s in ("\t", ";", ",") if s in line), None)


def _cells(line: str, separator: str | None, number: int) -> list[str]:
    if separator is None:
        return line.split()
    try:
        cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    except csv.Error as error:
        raise refused(f"Line {number}: the line is no row of a table") from error
    cells = [cell.strip() for cell in cells]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _is_header(cells: list[str]) -> bool:
    """Whether a row holds names; numbers with a bad cell among them are refused as such."""
    numbers = sum(_is_number(cell) for cell in cells)
    return numbers < len(cells) and 2 * numbers <= len(cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True


def _numbers(cells: list[str], columns: Columns, separator: str | None, number: int) -> list[float]:
    if len(cells) <= max(columns.xyz):
        raise refused(f"Line {number}: {len(cells)} columns; x, y and z were expected")
    found = [columns.mm * _value(cells[n], separator, number, n) for n in columns.xyz]
    radius = float("nan")
    if columns.radius is not None and columns.radius < len(cells) and cells[columns.radius]:
        cell = cells[columns.radius]
        radius = columns.radius_mm * _value(cell, separator, number, columns.radius)
    return [*found, radius]


def _value(cell: str, separator: str | None, number: int, column: int) -> float:
    text = cell if separator == "," else cell.replace(",", ".")
    where = f"Line {number}, column {column + 1}"
    try:
        # Python reads 1_000 as a number; no program writes one so.
        value = float(text if "_" not in text else "")
    except ValueError:
        kind = "text" if cell else "an empty cell"
        raise refused(f"{where}: found {kind}, a number was expected") from None
    if not np.isfinite(value):
        raise refused(f"{where}: found a value that is not finite")
    return value


def _label(cells: list[str], columns: Columns) -> str:
    there = columns.label is not None and columns.label < len(cells)
    return cells[columns.label or 0] if there else ""


def _lines(table: _Table, columns: Columns) -> tuple[Line, ...]:
    values = np.array(table.rows).reshape(-1, 4)
    if not columns.named and columns.radius is not None:
        _check_bare(values)
    frame = agreed(columns.frame, table.said)
    order = {label: n for n, label in enumerate(dict.fromkeys(table.labels))}
    if 2 * len(order) > len(table.labels):
        order = {}  # a name for each point, not for each line
    if len(order) > MOST_LINES:
        raise refused(f"The file holds more than {MOST_LINES} lines")
    of = np.array([order.get(label, 0) for label in table.labels], dtype=int)
    return tuple(
        Line(
            points_mm=values[of == n, :3],
            radius_mm=values[of == n, 3] if columns.radius is not None else None,
            label=name or None,
            frame=frame,
        )
        for n, name in enumerate(order or [""])
    )


def _check_bare(values: Floats) -> None:
    """Refuse a table without a header whose columns are plainly not x, y, z and radius."""
    if len(values) > 2 and (np.diff(values[:, 0]) == 1.0).all():
        raise refused(
            "The first of more than three columns counts the rows; name the columns in a header"
        )
    radius = values[:, 3]
    if ((radius < 0.0) | (radius > LARGEST_RADIUS_MM)).any():
        raise refused("The fourth column is no radius in millimetres; name the columns in a header")
