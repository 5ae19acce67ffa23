"""Volume: the stored values of a scan, or of a crop of it, on their grid."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Array, Floats32
from ctocalc.geometry.grid import VoxelGrid


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Volume:
    """Stored values (K, J, I) with ``HU = stored * slope + intercept``.

    Kept as stored (int16, uint16; float32 where slices differ in slope), because a float copy of a
    scan is its greatest cost.  ``padding_stored``: stored values at or below it lie outside the
    reconstruction and are read as NaN, never as air; None where there is no padding.
    """

    stored: Array
    slope: float
    intercept: float
    grid: VoxelGrid
    padding_stored: float | None = None

    def __post_init__(self) -> None:
        if self.stored.shape != self.grid.shape_kji:
            raise ValueError(f"voxels {self.stored.shape} against a grid of {self.grid.shape_kji}")
        if self.stored.dtype not in (np.dtype(np.int16), np.dtype(np.uint16), np.dtype(np.float32)):
            raise ValueError(f"stored values are int16, uint16 or float32, not {self.stored.dtype}")
        self.stored.flags.writeable = False

    def hu(self, box: tuple[slice, slice, slice] | None = None) -> Floats32:
        """Return Hounsfield units of a box (default: all) as float32; padding is NaN."""
        stored = self.stored if box is None else self.stored[box]
        hu = stored.astype(np.float32) * np.float32(self.slope) + np.float32(self.intercept)
        if self.padding_stored is not None:
            hu[stored <= self.padding_stored] = np.nan
        return hu

    def crop(self, box: tuple[slice, slice, slice]) -> "Volume":
        """Return that index box as a volume of its own."""
        return Volume(
            stored=np.ascontiguousarray(self.stored[box]),
            slope=self.slope,
            intercept=self.intercept,
            grid=self.grid.crop(box),
            padding_stored=self.padding_stored,
        )
