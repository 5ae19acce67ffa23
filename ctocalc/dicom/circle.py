"""Voxels outside the reconstruction circle that hold a possible value for air."""

import numpy as np

from ctocalc._arrays import Array, Bools
from ctocalc.dicom.headers import SliceHeader
from ctocalc.dicom.pixels import Block
from ctocalc.image.scan import OUTSIDE_RECONSTRUCTION_HU

AIR_BELOW_HU = -900.0


def mark_outside(block: Block, first: SliceHeader, rows: slice) -> None:
    """Give what lies outside the reconstruction circle the lowest stored value there is.

    Scanners fill the corners of a slice with one value, often that of air, and rarely say so.
    Where all voxels beyond the largest circle within the slice hold one and the same value of air,
    that is a filling, and so is every pixel that holds it in all slices.  Nothing is done where the
    lowest stored value is not far below air (``padding_threshold`` then finds nothing).
    """
    stored = block.stored
    if stored.dtype != np.dtype(np.int16) or block.slope <= 0:
        return
    outside = _beyond_circle(first, rows)
    corner = stored[0][outside]
    if not corner.size or not _is_air(corner, block):
        return
    filled = (stored == corner[0]).all(axis=0)
    if filled[outside].all():
        stored[:, filled] = np.iinfo(np.int16).min


def _is_air(corner: Array, block: Block) -> bool:
    hu = float(corner[0]) * block.slope + block.intercept
    return bool((corner == corner[0]).all()) and OUTSIDE_RECONSTRUCTION_HU < hu <= AIR_BELOW_HU


def _beyond_circle(first: SliceHeader, rows: slice) -> Bools:
    """Return, for the wanted rows, which pixels lie a pixel or more beyond the largest circle."""
    shared = first.shared
    between_rows, between_columns = shared.pixel_spacing
    y = (np.arange(shared.rows) - (shared.rows - 1) / 2)[rows] * between_rows
    x = (np.arange(shared.columns) - (shared.columns - 1) / 2) * between_columns
    radius = min(shared.rows * between_rows, shared.columns * between_columns) / 2
    beyond = radius + max(between_rows, between_columns)
    return np.asarray(y[:, None] ** 2 + x[None, :] ** 2 > beyond**2)
