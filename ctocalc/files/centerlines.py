"""Read a vessel's centerline, alone or out of a tree, from any format of ``files.lines``.

Nothing of a refused file's content is quoted.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ctocalc.errors import CenterlineRefused, Code, InputRefused
from ctocalc.files.lines.course import check_course, length_mm, split_at_jumps, without_repeats
from ctocalc.files.lines.formats import read_lines
from ctocalc.files.lines.line import LARGEST_BYTES, Line, refused
from ctocalc.files.names import name_of, vessel_in
from ctocalc.vessel.centerline import Centerline, coronary_part
from ctocalc.vessel.segments import vessel_name

UNNAMED = "line_1"
SHORTEST_MM = 10.0
MOST_LISTED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The line that was chosen, and the other lines of its file, which may share its trunk."""

    main: Centerline
    others: tuple[Centerline, ...] = ()


def read_centerlines(
    path: Path | str,
    *,
    vessel: str | None = None,
    frame: str | None = None,
    label: str | None = None,
) -> Centerline:
    """Return one line of a file; see ``read_tree``."""
    return read_tree(path, vessel=vessel, frame=frame, label=label).main


def read_tree(
    path: Path | str,
    *,
    vessel: str | None = None,
    frame: str | None = None,
    label: str | None = None,
) -> Tree:
    """Return one line of a file, and the others as they stand there.

    Parameters
    ----------
    vessel
        Name to use; else ``label`` when it is a vessel's name, else the file's stem when that is
        words of anatomy, else ``line_1``.
    frame
        "lps" or "ras", what the user declares; None leaves it to the file.
    label
        Which line of a file that holds several: its label there, a vessel's name in that label,
        or its number from 1; else the line whose label names ``vessel``.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_UNREADABLE (with the line's number, or with the lines there are to choose from),
        or CENTERLINE_TOO_SHORT.

    Notes
    -----
    Where the file has radii, what lies in the aorta is left out and a notice tells so.  Without
    radii a line that starts in the aorta is not noticed here.
    """
    lines, digest = _read(Path(path))
    name = name_of(Path(path).stem, vessel=vessel, label=label) or UNNAMED
    chosen = _choice(lines, label, name)
    main = coronary_part(_centerline(lines[chosen], name, frame, digest))
    _check_length(main)
    others = _numbered(lines, name, frame, digest)
    return Tree(main=main, others=tuple(line for n, line in others if n != chosen))


def read_branches(
    path: Path | str,
    *,
    vessel: str | None = None,
    frame: str | None = None,
    label: str | None = None,
) -> tuple[Centerline, ...]:
    """Return every line of a file of side branches, or the one that ``label`` picks, as given.

    Raises
    ------
    CenterlineRefused
        As ``read_tree``.
    """
    lines, digest = _read(Path(path))
    name = name_of(Path(path).stem, vessel=vessel, label=label) or UNNAMED
    if label or len(lines) == 1:
        return (_centerline(lines[_choice(lines, label, name)], name, frame, digest),)
    return tuple(line for _, line in _numbered(lines, name, frame, digest))


def _read(source: Path) -> tuple[tuple[Line, ...], str]:
    """Return every line of a file, without repeats and cut at jumps, and the file's digest."""
    data = file_bytes(source, refused)
    lines = read_lines(data, source.suffix)
    pieces = (piece for line in lines for piece in split_at_jumps(without_repeats(line)))
    return tuple(pieces), hashlib.sha256(data).hexdigest()


def _numbered(
    lines: tuple[Line, ...], name: str, frame: str | None, digest: str
) -> list[tuple[int, Centerline]]:
    """Return lines by their place in the file; those whose label names no vessel get a number."""
    return [
        (n, _centerline(line, vessel_in(line.label or "") or f"{name}_{n + 1}", frame, digest))
        for n, line in enumerate(lines)
        if len(line.points_mm) > 1
    ]


def file_bytes(source: Path, refusal: Callable[[str], InputRefused]) -> bytes:
    """Return a file's bytes; a missing or a too large one is refused without its path."""
    try:
        # A pipe or a device would never end.
        size = source.stat().st_size if source.is_file() else -1
        data = source.read_bytes() if 0 <= size <= LARGEST_BYTES else b""
    except (OSError, ValueError):
        size = -1
    if size < 0:
        raise refusal("The file does not exist or cannot be opened; give a readable one")
    if size > LARGEST_BYTES:
        raise refusal(f"The file is larger than {LARGEST_BYTES // 1_000_000} MB; one vessel is not")
    return data


def _choice(lines: tuple[Line, ...], label: str | None, name: str) -> int:
    """Return which line is meant; refuse when several could be, or another vessel is named."""
    if len(lines) == 1:
        there = vessel_in(lines[0].label or "")
        if label is None and there and vessel_name(name) and there != name:
            raise refused(
                f"The file calls its line {there}, it was asked for as {name}; correct one of "
                "them, or pick the line with FILE:1"
            )
        if not (label and label.isdigit() and label != "1"):
            return 0
    named = [n for n, line in enumerate(lines) if _means(line, label or name)]
    if label and not named and label.isdigit() and 0 < int(label[:9]) <= len(lines):
        named = [int(label[:9]) - 1]
    if len(named) == 1:
        return named[0]
    raise refused(
        f"The file holds {len(lines)} line(s) ({_listed(lines)}); pick the vessel with FILE:NUMBER "
        "or FILE:LABEL, the others are then its side branches"
    )


def _listed(lines: tuple[Line, ...]) -> str:
    """Return numbers, vessels and lengths; a label that names no vessel might name a person."""
    told = [
        f"{line.label if (line.label or '').isdigit() else n}: "
        f"{vessel_in(line.label or '') or 'no name'}, {length_mm(line.points_mm):.0f} mm"
        for n, line in enumerate(lines[:MOST_LISTED], 1)
    ]
    return "; ".join(told + ["..."] * (len(lines) > MOST_LISTED))


def _means(line: Line, wanted: str) -> bool:
    """Whether a line's label is the one wanted, or names the same vessel."""
    if not line.label:
        return False
    vessel = vessel_name(wanted)
    same = line.label.strip().casefold() == wanted.strip().casefold()
    return same or (vessel is not None and vessel_in(line.label) == vessel)


def _check_length(line: Centerline) -> None:
    length = length_mm(line.points_lps_mm)
    if length < SHORTEST_MM:
        raise CenterlineRefused(
            Code.CENTERLINE_TOO_SHORT,
            f"The line has {len(line.points_lps_mm)} point(s) and {length:.1f} mm of coronary "
            f"artery; at least {SHORTEST_MM:g} mm were expected, in millimetres. Give the vessel "
            "from its ostium on.",
        )


def _centerline(line: Line, name: str, given: str | None, digest: str) -> Centerline:
    check_course(line.points_mm)
    declared = _declared(given, line.frame)
    turn = -1.0 if declared == "ras" else 1.0
    return Centerline(
        points_lps_mm=line.points_mm * np.array([turn, turn, 1.0]),
        vessel=name,
        radius_mm=line.radius_mm,
        frame_declared=declared is not None,
        digest=digest,
    )


def _declared(given: str | None, said: str | None) -> str | None:
    """Return the declared frame; the file and the user must not contradict each other."""
    if given is not None and given.lower() not in ("lps", "ras"):
        raise refused("The frame given is neither lps nor ras; use one of these")
    if given and said and given.lower() != said:
        raise refused(
            f"The file declares {said.upper()}, the user {given.upper()}; correct one of them"
        )
    return given.lower() if given else said
