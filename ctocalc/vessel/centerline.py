"""Centerline: the line a user gives, before anything is measured on it."""

from dataclasses import dataclass, replace

import numpy as np

from ctocalc._arrays import Floats, frozen
from ctocalc.errors import CenterlineRefused, Code, Notice

CORONARY_RADIUS_MM = 4.0
"""A vessel wider than this all around is the aorta: proximal coronary radii are 1.5 to 2.5 mm, an
aneurysm starts at about 3 mm."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Centerline:
    """Points (M, 3) in LPS millimetres along one vessel, ostium first, as given.

    ``radius_mm`` (M,) where the file has one (NaN where it has none), else None.
    ``frame_declared`` says whether the file, its format's own rule or the user stated the frame; an
    undeclared one is tested against the image.  ``digest`` is the SHA-256 of the file's bytes.
    ``notices`` is what reading the line already warns of.
    """

    points_lps_mm: Floats
    vessel: str
    radius_mm: Floats | None = None
    frame_declared: bool = False
    digest: str = ""
    notices: tuple[Notice, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "points_lps_mm", frozen(self.points_lps_mm, (None, 3)))
        if not np.isfinite(self.points_lps_mm).all():
            raise ValueError("a centerline has finite points only")
        if self.radius_mm is not None:
            n = len(self.points_lps_mm)
            object.__setattr__(self, "radius_mm", frozen(self.radius_mm, (n,)))

    def mirrored(self) -> "Centerline":
        """Return the same line read in the other frame (x and y change sign)."""
        return replace(self, points_lps_mm=self.points_lps_mm * np.array([-1.0, -1.0, 1.0]))

    def starting_at(self, first: int) -> "Centerline":
        """Return the line from one of its points on."""
        radius = None if self.radius_mm is None else self.radius_mm[first:]
        return replace(self, points_lps_mm=self.points_lps_mm[first:], radius_mm=radius)

    def noting(self, notice: Notice) -> "Centerline":
        """Return the line with one more notice."""
        return replace(self, notices=(*self.notices, notice))


def coronary_part(line: Centerline) -> Centerline:
    """Return the line from where its radius first drops to 4 mm: before, it lies in the aorta.

    A line without radii is returned as it is: whether it starts in the aorta cannot be told from
    it.  A wide stretch between narrow ones is an aneurysm and stays.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_UNREADABLE when the line runs into the aorta instead of out of it, or is nowhere
        as narrow as a coronary artery.

    Notes
    -----
    The radius shrinks over some millimetres where the line passes from the aorta into the vessel,
    so this ostium, and every arc length with it, may be 2 to 4 mm too proximal.
    """
    if line.radius_mm is None:
        return line
    known = np.flatnonzero(np.isfinite(line.radius_mm))
    wide = line.radius_mm[known] > CORONARY_RADIUS_MM
    if wide[-1]:
        found, remedy = (
            ("is nowhere narrower than", "Give the vessel, not the aorta.")
            if wide.all()
            else ("ends in the aorta, with more than", "Give it the other way round.")
        )
        raise CenterlineRefused(
            Code.CENTERLINE_UNREADABLE,
            f"The line {found} {CORONARY_RADIUS_MM:g} mm of radius; a coronary artery was "
            f"expected, from its ostium on. {remedy}",
        )
    if not wide[0]:
        return line
    first = int(known[np.argmin(wide)])
    steps = np.diff(line.points_lps_mm[: first + 1], axis=0)
    left_out = float(np.linalg.norm(steps, axis=1).sum())
    notice = Notice(
        code=Code.CENTERLINE_IN_AORTA,
        message=f"The line's first {left_out:.1f} mm lie in the aorta (radius above "
        f"{CORONARY_RADIUS_MM:g} mm); it was expected to start at the ostium. They were left out, "
        "and arc length starts where the radius drops; check the ostium, or trim the line.",
        vessel=line.vessel,
    )
    return line.starting_at(first).noting(notice)
