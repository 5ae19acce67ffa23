"""Centerline: the line a user gives, before anything is measured on it."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Centerline:
    """Points (M, 3) in LPS millimetres along one vessel, ostium first, as given.

    ``radius_mm`` (M,) where the file has one, else None.  ``frame_declared`` says whether the file,
    its format's own rule or the user stated the frame; an undeclared one is tested against the
    image.  ``digest`` is the SHA-256 of the file's bytes.
    """

    points_lps_mm: Floats
    vessel: str
    radius_mm: Floats | None = None
    frame_declared: bool = False
    digest: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "points_lps_mm", frozen(self.points_lps_mm, (None, 3)))
        if not np.isfinite(self.points_lps_mm).all():
            raise ValueError("a centerline has finite points only")
        if self.radius_mm is not None:
            n = len(self.points_lps_mm)
            object.__setattr__(self, "radius_mm", frozen(self.radius_mm, (n,)))

    def mirrored(self) -> "Centerline":
        """Return the same line read in the other frame (x and y change sign)."""
        return Centerline(
            points_lps_mm=self.points_lps_mm * np.array([-1.0, -1.0, 1.0]),
            vessel=self.vessel,
            radius_mm=self.radius_mm,
            frame_declared=self.frame_declared,
            digest=self.digest,
        )
