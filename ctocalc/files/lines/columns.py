"""What the columns of a table of points hold, told by their names or, without names, by rule."""

import re
from dataclasses import dataclass

from ctocalc.files.lines.line import radius_share, refused

MM_PER_UNIT = {"mm": 1.0, "cm": 10.0}
BARE_COUNTS = (3, 4, 5)

_UNIT = re.compile(r"[\s_]*[\[(]?\b(mm|cm)[\])]?$|_(mm|cm)$")
_WHAT = r"(?:point|pos(?:ition)?|coord(?:inate)?|world)"
_AXIS = re.compile(rf"(?:{_WHAT}[_ ]?)?([xyz])(?:[_ -]?{_WHAT})?(?:[_ ]?(lps|ras))?")
_PARAVIEW = {f"points{sign}{n}": axis for sign in ":_" for n, axis in enumerate("xyz")}
_ANATOMICAL = {"ras": ("r", "a", "s"), "lps": ("l", "p", "s")}
_LABELS = ("vessel", "label", "branch", "line", "name", "artery", "centerline", "line_id",
           "branch_id")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Which columns hold x, y, z, radius and label; their unit, and the frame their names declare.

    ``mm`` and ``radius_mm`` are millimetres per unit of the points and of the radius (half as many
    where the column is the diameter); ``named`` whether a header said all this.
    """

    xyz: tuple[int, int, int] = (0, 1, 2)
    radius: int | None = None
    label: int | None = None
    frame: str | None = None
    mm: float = 1.0
    radius_mm: float = 1.0
    named: bool = True


def bare_columns(count: int, number: int) -> Columns:
    """Return the columns of a table without names: x y z, maybe a radius.

    A fifth column is the readers' spread of the Rotterdam text format and is not read.
    """
    if count not in BARE_COUNTS:
        raise refused(
            f"Line {number}: {count} columns without a header; expected x, y, z and maybe a "
            "radius, or a header that names them"
        )
    return Columns(radius=3 if count > 3 else None, named=False)


def named_columns(cells: list[str], number: int) -> Columns:
    """Return the columns that a header names.

    Raises
    ------
    CenterlineRefused
        When it names no x, y and z, or mixes frames or units.
    """
    names, units = zip(*(_split_unit(cell) for cell in cells), strict=True)
    shares = {n: share for n, name in enumerate(names) if (share := radius_share(name))}
    label = next((names.index(word) for word in _LABELS if word in names), None)
    for frame, letters in _ANATOMICAL.items():
        if all(names.count(letter) == 1 for letter in letters):
            x, y, z = (names.index(letter) for letter in letters)
            shares.pop(x, None)
            return _columns((x, y, z), shares, label, frame, units, number)
    axes = {m[1]: (n, m[2]) for n, name in enumerate(names) if (m := _AXIS.fullmatch(name))}
    if set(axes) != {"x", "y", "z"}:
        raise refused(
            f"Line {number}: the header names no columns x, y and z (or R, A, S); "
            "name them, or leave the header out"
        )
    frames = {frame for _, frame in axes.values()} - {None}
    if len(frames) > 1:
        raise refused(f"Line {number}: the header mixes LPS and RAS columns; use one frame")
    xyz = (axes["x"][0], axes["y"][0], axes["z"][0])
    return _columns(xyz, shares, label, next(iter(frames), None), units, number)


def _columns(
    xyz: tuple[int, int, int],
    shares: dict[int, float],
    label: int | None,
    frame: str | None,
    units: tuple[float | None, ...],
    number: int,
) -> Columns:
    said = {units[n] for n in xyz} - {None}
    if len(said) > 1:
        raise refused(f"Line {number}: the header mixes units; use millimetres")
    scale = said.pop() if said else None
    radius = max(shares, key=lambda n: shares[n], default=None)
    return Columns(
        xyz=xyz,
        radius=radius,
        label=label,
        frame=frame,
        mm=scale or 1.0,
        radius_mm=1.0 if radius is None else shares[radius] * (units[radius] or scale or 1.0),
    )


def _split_unit(cell: str) -> tuple[str, float | None]:
    name = cell.strip().lower()
    found = _UNIT.search(name)
    bare = name[: found.start()] if found else name
    unit = MM_PER_UNIT[found[1] or found[2]] if found else None
    return _PARAVIEW.get(bare, bare), unit
