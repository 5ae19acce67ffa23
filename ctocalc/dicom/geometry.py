"""Where the slices of a series lie, from positions and orientations alone.

File names, instance numbers and slice locations are never asked.  Slices are sorted along their
normal; a constant sideways step (gantry tilt) is part of the affine.
"""

import math
from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.dicom.headers import SliceHeader
from ctocalc.dicom.regularity import Defect, Part, find_defects, refusal, regular_parts
from ctocalc.dicom.shared import FARTHEST_MM, Shared
from ctocalc.errors import Code, ImageRefused
from ctocalc.geometry.grid import VoxelGrid

DIRECTION_TOLERANCE = 1e-3
SAME_GEOMETRY = 2e-4
"""Slices of one image: directions and relative spacing differ by less (0.05 mm at 250 mm)."""
LEAST_TILT_DEG, MOST_TILT_DEG = 0.1, 45.0


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
        first = self.positions_lps_mm[part.first]
        return self._grid(first, self.step(part), part.last - part.first + 1)

    def extent(self) -> VoxelGrid:
        """Return a grid from the first slice to the last; exact when the stack is regular."""
        part = max(self.parts, key=lambda part: part.last - part.first)
        if self.regular:
            return self.grid(part)
        step = self.step(part)
        along = float(step @ self.normal)
        before = round(float(self.depth_mm[part.first] - self.depth_mm[0]) / along)
        after = round(float(self.depth_mm[-1] - self.depth_mm[part.last]) / along)
        count = before + part.last - part.first + 1 + after
        return self._grid(self.positions_lps_mm[part.first] - before * step, step, count)

    def tilt_deg(self, part: Part) -> float:
        """Return the angle between the way from slice to slice and the normal."""
        step = self.step(part)
        along = float(step @ self.normal)
        sideways = float(np.linalg.norm(step - along * self.normal))
        angle = math.degrees(math.atan2(sideways, along))
        return angle if angle > LEAST_TILT_DEG else 0.0

    def _grid(self, first_lps_mm: Floats, step: Floats, count: int) -> VoxelGrid:
        header = self.slices[0].shared
        along_row, along_column = directions(header.orientation)
        between_rows, between_columns = header.pixel_spacing
        affine = np.eye(4)
        affine[:3, 0] = step
        affine[:3, 1] = along_column * between_rows
        affine[:3, 2] = along_row * between_columns
        affine[:3, 3] = first_lps_mm
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
    if len(headers) == 1:
        raise ImageRefused(
            Code.TOO_FEW_SLICES, "The series has one slice; a volume needs two. Give all slices."
        )
    order = np.argsort(positions @ normal, kind="stable")
    positions = positions[order]
    parts = regular_parts(positions, normal)
    defects = find_defects(positions, normal, parts)
    if not parts:
        raise refusal(defects)
    stack = Stack(
        slices=tuple(headers[n] for n in order),
        positions_lps_mm=positions,
        depth_mm=positions @ normal,
        normal=normal,
        parts=parts,
        defects=defects,
    )
    _check_tilt(max(stack.tilt_deg(part) for part in parts))
    return stack


def _check_tilt(degrees: float) -> None:
    if degrees > MOST_TILT_DEG:
        raise ImageRefused(
            Code.SPACING_IRREGULAR,
            f"The slices are sheared by {degrees:.0f} degrees; at most {MOST_TILT_DEG:g} were "
            "expected, which is more than any gantry tilts. Export the original series.",
        )


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


def _one_orientation(headers: tuple[SliceHeader, ...]) -> tuple[Floats, Floats]:
    first = headers[0].shared
    if any(len(h.shared.orientation) != 6 or len(h.position) != 3 for h in headers):
        raise _missing("slices without position or orientation")
    spacings = {h.shared.pixel_spacing for h in headers}
    if any(len(s) != 2 or min(s) <= 0 or max(s) > FARTHEST_MM for s in spacings):
        raise _missing("slices without pixel spacing")
    if any(min(h.shared.rows, h.shared.columns) < 1 for h in headers):
        raise _missing("slices without rows or columns")
    differs = _difference(first, {h.shared for h in headers} - {first})
    if differs:
        raise ImageRefused(
            Code.ORIENTATION_MIXED,
            f"The slices of the series differ in {differs}; one was expected. "
            "Export the reconstruction to be measured alone.",
        )
    return directions(first.orientation)


def _difference(first: Shared, others: set[Shared]) -> str:
    """Return in what slices differ that cannot be of one image, or ""."""
    if any(not np.allclose(o.orientation, first.orientation, atol=SAME_GEOMETRY) for o in others):
        return "orientation"
    if any(
        (o.rows, o.columns) != (first.rows, first.columns)
        or not np.allclose(o.pixel_spacing, first.pixel_spacing, rtol=SAME_GEOMETRY)
        for o in others
    ):
        return "size or pixel spacing"
    if any(o.frame_of_reference != first.frame_of_reference for o in others):
        return "frame of reference"
    return "kernel" if any(o.kernel != first.kernel for o in others) else ""


def _missing(what: str) -> ImageRefused:
    return ImageRefused(
        Code.GEOMETRY_MISSING,
        f"Found {what}; every slice needs its position, orientation and pixel spacing. "
        "Export the original series, not screen captures.",
    )
