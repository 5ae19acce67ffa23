"""Frames: rotation-minimising axes along a curve."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats, frozen

ANTERIOR_LPS = np.array([0.0, -1.0, 0.0])
SUPERIOR_LPS = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frames:
    """One orthonormal frame per station, with minimal twist.

    Parameters
    ----------
    origin_lps_mm, tangent, normal, binormal
        (N, 3) each; ``binormal = tangent x normal``.  Clock angle 0 is ``normal`` and runs towards
        ``binormal``: right-handed about the proximal-to-distal tangent.
    arclength_mm
        (N,), from the proximal end.
    """

    origin_lps_mm: Floats
    tangent: Floats
    normal: Floats
    binormal: Floats
    arclength_mm: Floats

    def __post_init__(self) -> None:
        n = len(self.arclength_mm)
        object.__setattr__(self, "arclength_mm", frozen(self.arclength_mm, (n,)))
        for name in ("origin_lps_mm", "tangent", "normal", "binormal"):
            object.__setattr__(self, name, frozen(getattr(self, name), (n, 3)))

    def __len__(self) -> int:
        return len(self.arclength_mm)

    def since(self, first: int) -> "Frames":
        """Return the frames from one station on."""
        return Frames(
            origin_lps_mm=self.origin_lps_mm[first:], tangent=self.tangent[first:],
            normal=self.normal[first:], binormal=self.binormal[first:],
            arclength_mm=self.arclength_mm[first:],
        )  # fmt: skip

    def directions(self, angle_rad: Floats) -> Floats:
        """Return unit vectors (N, A, 3) at the clock angles (A,) of every station."""
        c, s = np.cos(angle_rad)[:, None], np.sin(angle_rad)[:, None]
        out: Floats = self.normal[:, None, :] * c + self.binormal[:, None, :] * s
        return out


def first_normal(tangent: Floats) -> Floats:
    """Return the zero of the clock: "anterior" in the plane, "superior" if nearly parallel."""
    for reference in (ANTERIOR_LPS, SUPERIOR_LPS):
        normal = reference - (reference @ tangent) * tangent
        length = float(np.linalg.norm(normal))
        if length > 0.3:
            break
    return np.asarray(normal / length)


def rotation_minimising(origin_lps_mm: Floats, tangent: Floats, arclength_mm: Floats) -> Frames:
    """Carry the first normal along the curve without twist, by double reflection.

    Wang, Juettler, Zheng, Liu, "Computation of rotation minimizing frames", ACM Trans. Graph. 27
    (2008).  ``tangent`` (N, 3) must be unit vectors of the same curve as ``origin_lps_mm``.
    """
    normal = np.empty_like(tangent)
    normal[0] = first_normal(tangent[0])
    for n in range(len(tangent) - 1):
        step = origin_lps_mm[n + 1] - origin_lps_mm[n]
        c1 = max(float(step @ step), 1e-300)
        reflected_normal = normal[n] - (2 / c1) * (step @ normal[n]) * step
        reflected_tangent = tangent[n] - (2 / c1) * (step @ tangent[n]) * step
        second = tangent[n + 1] - reflected_tangent
        c2 = max(float(second @ second), 1e-300)
        moved = reflected_normal - (2 / c2) * (second @ reflected_normal) * second
        moved -= (moved @ tangent[n + 1]) * tangent[n + 1]
        normal[n + 1] = moved / np.linalg.norm(moved)
    return Frames(
        origin_lps_mm=origin_lps_mm,
        tangent=tangent,
        normal=normal,
        binormal=np.cross(tangent, normal),
        arclength_mm=arclength_mm,
    )
