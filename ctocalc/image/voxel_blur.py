"""The scan's blur from a finer grid of cells onto its voxels."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ctocalc._arrays import Bools, Floats, Floats32, Ints, frozen
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.kernels import voxel_fit

REACH_SD = 3.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VoxelBlur:
    """Gaussian blur along the axes of a grid; make one with `of_grid`.

    ``cells`` (3,): how many cells a voxel holds along k, j, i; ``k``, ``j``, ``i``: the share of
    each cell about a voxel, float32.  Gantry tilt is not considered.
    """

    cells: Ints
    k: Floats32
    j: Floats32
    i: Floats32

    def __post_init__(self) -> None:
        object.__setattr__(self, "cells", frozen(self.cells, (3,), np.int64))
        for name in ("k", "j", "i"):
            object.__setattr__(self, name, frozen(getattr(self, name), (None,), np.float32))

    @classmethod
    def of_grid(
        cls, grid: VoxelGrid, *, sigma_mm: tuple[float, float], cell_mm: float
    ) -> "VoxelBlur":
        """Return the blur of a scan with SDs in its slices and along k, on cells of that size."""
        spacing = np.array(grid.spacing_kji_mm)
        cells = np.maximum(1, np.ceil(spacing / cell_mm - 0.15)).astype(np.int64)
        inside, through = sigma_mm
        k, j, i = (
            _taps(sd, float(size), int(count))
            for sd, size, count in zip((through, inside, inside), spacing, cells, strict=True)
        )
        return cls(cells=cells, k=k, j=j, i=i)

    def finer(self, grid: VoxelGrid) -> VoxelGrid:
        """Return the grid of the cells."""
        affine = np.array(grid.lps_from_kji)
        affine[:3, :3] /= self.cells
        affine[:3, 3] -= affine[:3, :3] @ ((self.cells - 1) / 2)
        k, j, i = (int(n * m) for n, m in zip(grid.shape_kji, self.cells, strict=True))
        return VoxelGrid(shape_kji=(k, j, i), lps_from_kji=affine)

    def apply(self, cell: Floats32, mask: Bools) -> Floats32:
        """Return the voxels (K, J, I) that cells (k, j, i) make; 0 where ``mask`` is False."""
        return np.asarray(
            voxel_fit.blur_cells(
                np.asarray(cell, np.float32), mask, self.k, self.j, self.i, self.cells
            )
        )

    def fit(
        self,
        data: Floats32,
        mask: Bools,
        amplitude: Floats32,
        *,
        rounds: int,
        sharpness: Floats,
    ) -> Floats32:
        """Return the share (k, j, i) of cells whose blurred ``amplitude`` is nearest to ``data``.

        Bounded to 0-1, then drawn to 0 or 1 with the weights ``sharpness``, step by step.
        """
        return np.asarray(
            voxel_fit.fit_share(
                np.asarray(data, np.float32), mask, np.asarray(amplitude, np.float32),
                np.zeros(amplitude.shape, np.float32),
                self.k, self.j, self.i, self.cells, rounds, sharpness,
            )
        )  # fmt: skip


def _taps(sigma_mm: float, voxel_mm: float, cells: int) -> Floats32:
    """Share of each cell, as wide as it is, of a Gaussian about a voxel's centre."""
    width = voxel_mm / cells
    reach = int(np.ceil(REACH_SD * sigma_mm / width))
    centre = (np.arange(2 * reach + cells) - reach - (cells - 1) / 2) * width
    taps = ndtr((centre + width / 2) / sigma_mm) - ndtr((centre - width / 2) / sigma_mm)
    return np.asarray(taps / taps.sum(), dtype=np.float32)
