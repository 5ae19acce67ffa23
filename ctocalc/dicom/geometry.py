"""Where the slices of a series lie, from positions and orientations alone.

File names, instance numbers and slice locations are never asked.  Slices are sorted along their
normal and divided into regular parts: runs whose step is constant, in all three directions, within
max(2 %, 0.01 mm).  A constant sideways step (gantry tilt) is part of the affine.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.dicom.headers import SliceHeader
from ctocalc.errors import Code, ImageRefused
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.scan import FEWEST_SLICES

STEP_TOLERANCE_FRACTION = 0.02
STEP_TOLERANCE_MM = 0.01
TEXT_NOISE_MM = 1e-4  # positions are decimal text: a difference of exactly 0.01 must still pass
DIRECTION_TOLERANCE = 1e-3
DRIFT_MM = 0.1  # how far a slice of a regular part may be from its place on the straight line
LEAST_TILT_DEG = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """Where the stack is not regular: between slices ``k`` and ``k + 1`` (or at slice ``k``).

    ``stranded``: only too few slices in a row, because of other defects beside it.
    """

    code: Code
    k: int
    low_mm: float
    high_mm: float
    found: str
    stranded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Slices ``first`` to ``last`` (inclusive) with one step."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stack:
    """Slices in order along the normal, their positions, regular parts and defects."""

    slices: tuple[SliceHeader, ...]
    positions_lps_mm: Floats
    depth_mm: Floats
    normal: Floats
    parts: tuple[Part, ...]
    defects: tuple[Defect, ...]

    @property
    def regular(self) -> bool:
        """Whether one affine holds for all slices."""
        return not self.defects

    def step(self, part: Part) -> Floats:
        """Return the vector from one slice of the part to the next, in LPS millimetres."""
        span = self.positions_lps_mm[part.last] - self.positions_lps_mm[part.first]
        return np.asarray(span / (part.last - part.first))

    def grid(self, part: Part) -> VoxelGrid:
        """Return the exact grid of a regular part."""
        return self._grid(part.first, self.step(part), part.last - part.first + 1)

    def extent(self) -> VoxelGrid:
        """Return a grid from the first slice to the last; exact when the stack is regular."""
        if self.regular:
            return self.grid(self.parts[0])
        span = self.positions_lps_mm[-1] - self.positions_lps_mm[0]
        step = max((self.step(part) for part in self.parts), key=lambda s: -float(s @ self.normal))
        count = max(1, round(float(span @ self.normal) / float(step @ self.normal)))
        return self._grid(0, span / count, count + 1)

    def tilt_deg(self, part: Part) -> float:
        """Return the angle between the way from slice to slice and the normal."""
        step = self.step(part)
        along = float(step @ self.normal)
        sideways = float(np.linalg.norm(step - along * self.normal))
        angle = math.degrees(math.atan2(sideways, along))
        return angle if angle > LEAST_TILT_DEG else 0.0

    def _grid(self, first: int, step: Floats, count: int) -> VoxelGrid:
        header = self.slices[first].shared
        along_row, along_column = directions(header.orientation)
        between_rows, between_columns = header.pixel_spacing
        affine = np.eye(4)
        affine[:3, 0] = step
        affine[:3, 1] = along_column * between_rows
        affine[:3, 2] = along_row * between_columns
        affine[:3, 3] = self.positions_lps_mm[first]
        return VoxelGrid(
            shape_kji=(count, header.rows, header.columns),
            lps_from_kji=affine,
            frame_of_reference=header.frame_of_reference,
        )


def arrange(headers: tuple[SliceHeader, ...]) -> Stack:
    """Sort slices along their normal and find regular parts and defects.

    Raises
    ------
    ImageRefused
        GEOMETRY_MISSING, ORIENTATION_MIXED, or, when no regular part is left to be read,
        SLICE_DUPLICATE, SLICE_MISSING or SPACING_IRREGULAR.
    """
    along_row, along_column = _one_orientation(headers)
    normal = np.cross(along_row, along_column)
    positions = np.array([header.position for header in headers])
    order = np.argsort(positions @ normal, kind="stable")
    positions = positions[order]
    steps = np.diff(positions, axis=0)
    if len(headers) == 1:
        raise ImageRefused(
            Code.TOO_FEW_SLICES, "The series has one slice; a volume needs two. Give all slices."
        )
    parts = [Part(first=a, last=b) for a, b in _runs(steps, normal, 0)]
    whole = len(parts) == 1 and parts[0].last - parts[0].first == len(steps)
    parts = [p for p in parts if whole or p.last - p.first + 1 >= FEWEST_SLICES]
    parts = [p for p in parts if _straight(positions[p.first : p.last + 1])]
    depth = positions @ normal
    stack = Stack(
        slices=tuple(headers[n] for n in order),
        positions_lps_mm=positions,
        depth_mm=depth,
        normal=normal,
        parts=tuple(parts),
        defects=tuple(_defects(steps, depth, normal, parts)),
    )
    if not parts:
        raise refusal(stack.defects)
    return stack


def directions(orientation: tuple[float, ...]) -> tuple[Floats, Floats]:
    """Return the unit vectors along a row and down a column."""
    vectors = np.array(orientation, dtype=float).reshape(2, 3)
    lengths = np.linalg.norm(vectors, axis=1)
    if (abs(lengths - 1) > 0.01).any():
        raise _missing("an orientation whose vectors are not of length 1")
    row, column = vectors / lengths[:, None]
    if abs(float(row @ column)) > DIRECTION_TOLERANCE:
        raise _missing("an orientation whose vectors are not orthogonal")
    return row, column


def refusal(defects: tuple[Defect, ...]) -> ImageRefused:
    """Return the refusal that names all these defects, under the gravest code."""
    named = sorted((d for d in defects if not d.stranded), key=_gravity) or list(defects)
    code = named[0].code
    shown = "; ".join(d.found for d in named[:4])
    more = f"; and {len(named) - 4} more places" if len(named) > 4 else ""
    return ImageRefused(
        code,
        f"The slices are not regular: {shown}{more}. Equal steps were expected within "
        f"max({STEP_TOLERANCE_FRACTION:.0%}, {STEP_TOLERANCE_MM} mm). "
        "Export the whole series again, one phase and one reconstruction.",
    )


def _gravity(defect: Defect) -> int:
    return (Code.SLICE_DUPLICATE, Code.SLICE_MISSING, Code.SPACING_IRREGULAR).index(defect.code)


def _one_orientation(headers: tuple[SliceHeader, ...]) -> tuple[Floats, Floats]:
    first = headers[0].shared
    if any(len(h.shared.orientation) != 6 or len(h.position) != 3 for h in headers):
        raise _missing("slices without position or orientation")
    if any(len(h.shared.pixel_spacing) != 2 or min(h.shared.pixel_spacing) <= 0 for h in headers):
        raise _missing("slices without pixel spacing")
    if any(min(h.shared.rows, h.shared.columns) < 1 for h in headers):
        raise _missing("slices without rows or columns")
    others = {h.shared for h in headers} - {first}
    turned = [o for o in others if not np.allclose(o.orientation, first.orientation, atol=1e-3)]
    resized = [
        o for o in others
        if (o.rows, o.columns) != (first.rows, first.columns)
        or not np.allclose(o.pixel_spacing, first.pixel_spacing, rtol=1e-3)
    ]  # fmt: skip
    if turned or resized:
        what = "orientation" if turned else "size or pixel spacing"
        raise ImageRefused(
            Code.ORIENTATION_MIXED,
            f"The slices of the series differ in {what}; one was expected. "
            "Export the reconstruction to be measured alone.",
        )
    return directions(first.orientation)


def _runs(steps: Floats, normal: Floats, offset: int) -> list[tuple[int, int]]:
    """Return (first, last) slice of every run of equal steps; recursive over what is left."""
    along = steps @ normal
    moving = np.sort(along[along > STEP_TOLERANCE_MM])
    if not len(moving):
        return []
    same = _equals(steps, steps[np.argmin(abs(along - moving[(len(moving) - 1) // 2]))], normal)
    same = _equals(steps, steps[same].mean(axis=0), normal) | _equals(
        steps, np.median(steps[same], axis=0), normal
    )
    found: list[tuple[int, int]] = []
    edges = [0, *(np.flatnonzero(np.diff(same)) + 1).tolist(), len(same)]
    for start, stop in itertools.pairwise(edges):
        if same[start]:
            found.append((offset + start, offset + stop))
        elif stop - start >= FEWEST_SLICES - 1 and same.any():
            found.extend(_runs(steps[start:stop], normal, offset + start))
    return found


def _equals(steps: Floats, expected: Floats, normal: Floats) -> Bools:
    along = float(expected @ normal)
    tolerance = max(STEP_TOLERANCE_FRACTION * abs(along), STEP_TOLERANCE_MM) + TEXT_NOISE_MM
    difference = steps - expected
    depth = difference @ normal
    sideways = np.linalg.norm(difference - depth[:, None] * normal, axis=1)
    return np.asarray((abs(depth) <= tolerance) & (sideways <= 2 * tolerance))


def _straight(positions: Floats) -> bool:
    """Whether all slices lie where the line from the first to the last puts them."""
    line = np.linspace(positions[0], positions[-1], len(positions))
    return bool(np.linalg.norm(positions - line, axis=1).max() <= DRIFT_MM)


def _defects(steps: Floats, depth: Floats, normal: Floats, parts: list[Part]) -> list[Defect]:
    along = steps @ normal
    covered = np.zeros(len(steps), dtype=bool)
    for part in parts:
        covered[part.first : part.last] = True
    usual = np.median(along[covered]) if covered.any() else _lower_median(along)
    found = [
        _defect(int(k), float(along[k]), float(usual), depth) for k in np.flatnonzero(~covered)
    ]
    for one, two in itertools.pairwise(parts):
        if one.last == two.first:
            k, before, after = one.last, along[one.last - 1], along[one.last]
            turn = f"the step changes from {before:.4g} to {after:.4g} mm at slice {k + 1}"
            where = float(depth[k])
            found.append(
                Defect(code=Code.SPACING_IRREGULAR, k=k, low_mm=where, high_mm=where, found=turn)
            )
    return found


def _defect(k: int, step: float, usual: float, depth: Floats) -> Defect:
    low, high = float(depth[k]), float(depth[k + 1])
    place = f"between slices {k + 1} and {k + 2} (at {low:.2f} and {high:.2f} mm along the normal)"
    stranded = False
    if step <= STEP_TOLERANCE_MM:
        code = Code.SLICE_DUPLICATE
        found = f"slices {k + 1} and {k + 2} at the same place ({low:.2f} mm along the normal)"
    elif step > 1.5 * usual:
        code, missing = Code.SLICE_MISSING, max(1, round(step / usual) - 1)
        found = f"about {missing} missing {place}, step {step:.4g} for {usual:.4g} mm"
    elif abs(step - usual) <= max(STEP_TOLERANCE_FRACTION * usual, STEP_TOLERANCE_MM):
        code, stranded = Code.SPACING_IRREGULAR, True
        found = f"a sideways jump, or fewer than {FEWEST_SLICES} slices in a row, {place}"
    else:
        code, found = Code.SPACING_IRREGULAR, f"a step of {step:.4g} for {usual:.4g} mm {place}"
    return Defect(code=code, k=k, low_mm=low, high_mm=high, found=found, stranded=stranded)


def _lower_median(along: Floats) -> float:
    moving = np.sort(along[along > STEP_TOLERANCE_MM])
    return float(moving[(len(moving) - 1) // 2]) if len(moving) else 1.0


def _missing(what: str) -> ImageRefused:
    return ImageRefused(
        Code.GEOMETRY_MISSING,
        f"Found {what}; every slice needs its position, orientation and pixel spacing. "
        "Export the original series, not screen captures.",
    )
