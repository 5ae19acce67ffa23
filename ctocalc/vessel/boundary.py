"""Boundary: a closed contour per station, as radii about the station's centre."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ctocalc._arrays import Floats, frozen
from ctocalc.kernels import polygons


class BoundaryKind(StrEnum):
    """Which contour it is."""

    LUMEN = "lumen"
    WALL = "wall"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Boundary:
    """Radius (N, A) in mm at A equal clock angles of N stations; NaN where not found.

    ``confidence`` (N,) in 0-1: the share of the contour that the image shows (the rest is carried
    over from neighbouring rays and stations).
    """

    radius_mm: Floats
    kind: BoundaryKind
    confidence: Floats

    def __post_init__(self) -> None:
        n = len(self.confidence)
        object.__setattr__(self, "radius_mm", frozen(self.radius_mm, (n, None)))
        object.__setattr__(self, "confidence", frozen(self.confidence, (n,)))

    def since(self, first: int) -> "Boundary":
        """Return the contours from one station on."""
        return Boundary(
            radius_mm=self.radius_mm[first:], kind=self.kind, confidence=self.confidence[first:]
        )

    @property
    def angle_rad(self) -> Floats:
        """Clock angles (A,)."""
        count = self.radius_mm.shape[1]
        return np.linspace(0.0, 2 * np.pi, count, endpoint=False)

    @property
    def area_mm2(self) -> Floats:
        """Area (N,) of the polygon; NaN where not found."""
        return np.asarray(polygons.areas_mm2(self.radius_mm))

    @property
    def centroid_mm(self) -> Floats:
        """(N, 2) offsets of the centroid along (normal, binormal); NaN where not found."""
        return np.asarray(polygons.centroids_mm(self.radius_mm))
