"""VoxelGrid: where the voxels of an image lie in the patient."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Bools, Floats, frozen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoxelGrid:
    """Voxel index (k, j, i) against points in LPS millimetres.

    Parameters
    ----------
    shape_kji
        Number of slices, rows and columns.
    lps_from_kji
        (4, 4) affine; an integer index is a voxel *centre*.  Gantry tilt is a shear of the slice
        axis; the two in-plane axes must be orthogonal.
    frame_of_reference
        Frame of Reference UID, or "" where the format has none; it is never printed.

    Raises
    ------
    ValueError
        When the affine cannot be inverted or the in-plane axes are not orthogonal.
    """

    shape_kji: tuple[int, int, int]
    lps_from_kji: Floats
    frame_of_reference: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lps_from_kji", frozen(self.lps_from_kji, (4, 4)))
        axes = self.lps_from_kji[:3, :3]
        lengths = np.linalg.norm(axes, axis=0)
        if not np.isfinite(axes).all() or (lengths <= 0).any():
            raise ValueError("the affine has an axis without length")
        unit = axes / lengths
        if abs(np.linalg.det(unit)) < 1e-3:
            raise ValueError("the affine cannot be inverted")
        if abs(float(unit[:, 1] @ unit[:, 2])) > 1e-3:
            raise ValueError("the in-plane axes are not orthogonal")

    @classmethod
    def axis_aligned(
        cls,
        shape_kji: tuple[int, int, int],
        spacing_kji_mm: tuple[float, float, float],
        first_voxel_lps_mm: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> "VoxelGrid":
        """Return a grid whose k, j, i run along superior, posterior and left."""
        dk, dj, di = spacing_kji_mm
        affine = np.eye(4)
        affine[:3, :3] = [[0, 0, di], [0, dj, 0], [dk, 0, 0]]
        affine[:3, 3] = first_voxel_lps_mm
        return cls(shape_kji=shape_kji, lps_from_kji=affine)

    @property
    def spacing_kji_mm(self) -> tuple[float, float, float]:
        """Distance between voxel centres along each index (k: its own, maybe oblique, axis)."""
        k, j, i = np.linalg.norm(self.lps_from_kji[:3, :3], axis=0)
        return float(k), float(j), float(i)

    @property
    def voxel_volume_mm3(self) -> float:
        """Volume of one voxel; right under tilt, where it is less than the product of spacings."""
        return float(abs(np.linalg.det(self.lps_from_kji[:3, :3])))

    @property
    def kji_from_lps(self) -> Floats:
        """(4, 4) inverse affine."""
        return np.asarray(np.linalg.inv(self.lps_from_kji), dtype=np.float64)

    def points(self, kji: Floats) -> Floats:
        """Return LPS points (..., 3) of continuous indices (..., 3)."""
        return np.asarray(kji) @ self.lps_from_kji[:3, :3].T + self.lps_from_kji[:3, 3]

    def indices(self, points_lps_mm: Floats) -> Floats:
        """Return continuous indices (k, j, i) of points (..., 3)."""
        inverse = self.kji_from_lps
        return np.asarray(points_lps_mm) @ inverse[:3, :3].T + inverse[:3, 3]

    def inside(self, points_lps_mm: Floats) -> Bools:
        """Return, for each point (..., 3), whether it lies within the voxels (edges included)."""
        kji = self.indices(points_lps_mm)
        within = (kji >= -0.5) & (kji <= np.array(self.shape_kji) - 0.5)
        return np.asarray(within.all(axis=-1))

    def box(self, points_lps_mm: Floats, margin_mm: float) -> tuple[slice, slice, slice]:
        """Return the index box that holds the points with a margin, clipped to the grid."""
        kji = self.indices(np.asarray(points_lps_mm).reshape(-1, 3))
        reach = margin_mm * np.linalg.norm(self.kji_from_lps[:3, :3], axis=1)
        low = np.floor(kji.min(axis=0) - reach).astype(int)
        high = np.ceil(kji.max(axis=0) + reach).astype(int) + 1
        k, j, i = (
            slice(max(0, min(int(a), n - 1)), max(1, min(int(b), n)))
            for a, b, n in zip(low, high, self.shape_kji, strict=True)
        )
        return k, j, i

    def crop(self, box: tuple[slice, slice, slice]) -> "VoxelGrid":
        """Return the grid of that index box; points stay where they are."""
        start = np.array([s.start for s in box], dtype=float)
        affine = self.lps_from_kji.copy()
        affine[:3, 3] = self.points(start)
        k, j, i = (s.stop - s.start for s in box)
        return VoxelGrid(
            shape_kji=(k, j, i), lps_from_kji=affine, frame_of_reference=self.frame_of_reference
        )
