"""A reader's contours in the text layout of core-lab workstations.

Comment lines name a contour (``# Contour index: 0``), its group (``# group: Lumen`` or
``VesselWall``) and its number of points; rows of x, y, z in LPS millimetres follow.  The header
before them may hold a patient's name: nothing of it is kept but the vessel.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats
from ctocalc.errors import SettingsRefused
from ctocalc.files.centerlines import file_bytes
from ctocalc.files.lines.line import FARTHEST_MM
from ctocalc.files.toml import refused
from ctocalc.vessel.boundary import BoundaryKind
from ctocalc.vessel.outlines import Rings
from ctocalc.vessel.segments import vessel_name

FEWEST_POINTS = 6
SAME_SECTION_MM = 1.0
MOST_RINGS = 20_000
MOST_POINTS = 5_000

_SAID = re.compile(r"^\s*#\s*([A-Za-z_ ]+?)\s*:\s*(.*?)\s*$")
_GROUPS = {
    "lumen": BoundaryKind.LUMEN, "vesselwall": BoundaryKind.WALL, "wall": BoundaryKind.WALL,
    "outerwall": BoundaryKind.WALL, "vessel": BoundaryKind.WALL,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contours:
    """What a contour file holds: rings by kind, the vessel it names or None, and its digest."""

    rings: tuple[Rings, ...]
    vessel: str | None
    digest: str


@dataclass(slots=True, kw_only=True)
class _Contour:
    """A contour that is being read."""

    line: int
    group: str = ""
    count: int | None = None
    rows: list[list[float]] = field(default_factory=list)


def read_contours(path: Path | str) -> Contours:
    """Return a reader's contours; groups other than lumen and wall are not read.

    Raises
    ------
    SettingsRefused
        SETTINGS_INVALID, with the number of the text line: a contour is cut off, has too few
        points, or holds what is no number; or the file holds no lumen and no wall, or lumens that
        are larger than the walls around them.
    """
    data = file_bytes(Path(path), _refused)
    contours, vessel = _parse(data.decode("utf-8-sig", "replace").splitlines())
    found: dict[BoundaryKind, list[Floats]] = {kind: [] for kind in BoundaryKind}
    for contour in contours:
        kind = _GROUPS.get(re.sub(r"[^a-z]", "", contour.group.lower()))
        if kind is not None:
            found[kind].append(_ring(contour))
    if not any(found.values()):
        raise _refused("The contour file holds no contour of the group Lumen or VesselWall")
    _check_nested(found[BoundaryKind.LUMEN], found[BoundaryKind.WALL])
    drawn = ((kind, tuple(rings)) for kind, rings in found.items() if rings)
    return Contours(
        rings=tuple(Rings(kind=kind, points_lps_mm=rings) for kind, rings in drawn),
        vessel=vessel,
        digest=hashlib.sha256(data).hexdigest(),
    )


def _parse(lines: list[str]) -> tuple[list[_Contour], str | None]:
    contours: list[_Contour] = []
    vessel: str | None = None
    for number, line in enumerate(lines, 1):
        said = _SAID.match(line)
        name = said[1].lower().replace(" ", "_") if said else ""
        if said and name == "contour_index":
            contours.append(_Contour(line=number))
        elif said and name == "vessel_name" and not contours:
            vessel = vessel_name(said[2])
        elif said and name == "group" and contours:
            contours[-1].group = said[2]
        elif said and name == "number_of_points" and contours and said[2].isdigit():
            contours[-1].count = int(said[2][:9])
        elif line.strip() and not line.lstrip().startswith("#"):
            if not contours:
                raise _refused(f"Line {number}: points stand before the first contour")
            contours[-1].rows.append(_row(line, number))
        if len(contours) > MOST_RINGS or (contours and len(contours[-1].rows) > MOST_POINTS):
            raise _refused("The contour file holds more than the sections of a vessel")
    return contours, vessel


def _row(line: str, number: int) -> list[float]:
    words = re.split(r"[\s,;]+", line.strip())
    try:
        row = [float(word) for word in words]
    except ValueError:
        row = []
    if len(row) != 3 or not all(abs(value) < FARTHEST_MM for value in row):
        raise _refused(f"Line {number}: three coordinates were expected")
    return row


def _ring(contour: _Contour) -> Floats:
    rows = contour.rows
    if contour.count is not None and contour.count != len(rows):
        raise _refused(
            f"Line {contour.line}: the contour has {len(rows)} points, it claims {contour.count}; "
            "the file is cut off or damaged"
        )
    ring = np.array(rows).reshape(-1, 3)
    if len(ring) > 1 and np.array_equal(ring[0], ring[-1]):
        ring = ring[:-1]
    if len(ring) < FEWEST_POINTS:
        raise _refused(
            f"Line {contour.line}: the contour has {len(ring)} points; at least {FEWEST_POINTS} "
            "were expected"
        )
    return ring


def _check_nested(lumens: list[Floats], walls: list[Floats]) -> None:
    """Refuse a file whose lumens are larger than the walls of the same sections, on most of them.

    Sections are told by their rings' centres: a lumen's wall is the nearest within 1 mm.
    """
    if not lumens or not walls:
        return
    inner, outer = (np.array([ring.mean(axis=0) for ring in rings]) for rings in (lumens, walls))
    apart, nearest = cKDTree(outer).query(inner)
    near = np.flatnonzero(np.asarray(apart) <= SAME_SECTION_MM).tolist()
    pairs = [(lumens[n], walls[np.asarray(nearest)[n]]) for n in near]
    larger = sum(_mean_radius(lumen) > _mean_radius(wall) for lumen, wall in pairs)
    if 2 * larger > len(pairs):
        raise _refused(
            f"On {larger} of {len(pairs)} sections the lumen is larger than the wall around it; "
            "check which group is which"
        )


def _mean_radius(ring: Floats) -> float:
    return float(np.linalg.norm(ring - ring.mean(axis=0), axis=1).mean())


def _refused(sentence: str) -> SettingsRefused:
    return refused(f"{sentence}.")
