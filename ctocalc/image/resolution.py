"""The scan's blur: one SD within the slices, one through them, and what resampling adds."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats, frozen
from ctocalc.geometry.grid import VoxelGrid

FWHM_PER_SIGMA = 2.3548200450309493
# Blur of an edge across a row of voxels, read off by cubic B-spline interpolation at any phase:
# how much wider than the edge itself, by FWHM in voxels.
_FWHM_IN_VOXELS = (0.5, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.7, 2.0, 2.5, 3.0, 4.0, 50.0)
_WIDER_BY = (
    0.75, 0.409, 0.292, 0.211, 0.153, 0.111, 0.0814, 0.0596, 0.0438, 0.0324, 0.0181, 0.0082,
    0.0027, 0.0011, 0.0003, 0.0,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resolution:
    """Gaussian blur of a scan: SD in the slices and along their normal, mm.

    ``steps_lps_mm`` (3, 3): columns are the steps of one voxel along k, j, i.
    """

    in_plane_mm: float
    through_mm: float
    steps_lps_mm: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "steps_lps_mm", frozen(self.steps_lps_mm, (3, 3)))

    @classmethod
    def of_grid(cls, grid: VoxelGrid, *, in_plane_mm: float, through_mm: float) -> "Resolution":
        """Return the blur of a scan with this grid."""
        return cls(
            in_plane_mm=in_plane_mm, through_mm=through_mm, steps_lps_mm=grid.lps_from_kji[:3, :3]
        )

    @property
    def slice_normal(self) -> Floats:
        """Unit vector (3,) across the slices."""
        normal = np.cross(self.steps_lps_mm[:, 1], self.steps_lps_mm[:, 2])
        return np.asarray(normal / np.linalg.norm(normal))

    def along(self, direction: Floats) -> Floats:
        """SD (...) of the blur across a plane edge whose normal is ``direction`` (..., 3), unit."""
        through = (direction @ self.slice_normal) ** 2
        variance = self.in_plane_mm**2 * (1.0 - through) + self.through_mm**2 * through
        return np.asarray(np.sqrt(variance))

    def sampled(self, direction: Floats) -> Floats:
        """SD (...) of the blur as `along`, and of the cubic interpolation of the voxels on it."""
        sigma = self.along(direction)
        return np.asarray(sigma * (1.0 + wider_by(sigma, np.abs(direction @ self.steps_lps_mm))))


def wider_by(sigma_mm: Floats, voxel_mm: Floats) -> Floats:
    """Share (...) by which cubic interpolation widens an edge of SD ``sigma_mm`` (...).

    ``voxel_mm`` (..., 3): distance of the voxels' layers along the edge's normal.  The edge's
    spectrum lies on that normal, so the three axes act one after another.
    """
    fwhm = FWHM_PER_SIGMA * sigma_mm[..., None] / np.maximum(voxel_mm, 1e-3)
    return np.asarray(np.interp(fwhm, _FWHM_IN_VOXELS, _WIDER_BY).sum(axis=-1))
