"""Blur by direction, and what cubic interpolation adds to it."""

import numpy as np
import pytest
from scipy.ndimage import map_coordinates, spline_filter1d
from scipy.optimize import least_squares
from scipy.special import ndtr

from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.resolution import FWHM_PER_SIGMA, Resolution, wider_by


def resolution(spacing: tuple[float, float, float] = (0.6, 0.4, 0.4)) -> Resolution:
    grid = VoxelGrid.axis_aligned((8, 8, 8), spacing)
    return Resolution.of_grid(grid, in_plane_mm=0.28, through_mm=0.36)


@pytest.mark.parametrize(
    ("direction", "sigma"),
    [((1, 0, 0), 0.28), ((0, 1, 0), 0.28), ((0, 0, 1), 0.36), ((0.6, 0, 0.8), None)],
)
def test_blur_along_a_direction(direction: tuple[float, ...], sigma: float | None) -> None:
    expected = sigma or np.sqrt(0.28**2 * 0.36 + 0.36**2 * 0.64)
    assert resolution().along(np.array(direction, dtype=float)) == pytest.approx(expected)


@pytest.mark.parametrize("fwhm_in_voxels", [0.95, 1.15, 1.45, 2.0])
def test_interpolation_widens_an_edge_as_told(fwhm_in_voxels: float) -> None:
    """An edge sampled at every phase, interpolated, and fitted anew."""
    sigma = fwhm_in_voxels / FWHM_PER_SIGMA
    at = np.linspace(-1.5 * fwhm_in_voxels, 1.5 * fwhm_in_voxels, 41)
    read = []
    for phase in np.arange(0.0, 1.0, 0.05):
        voxels = ndtr(-(np.arange(-30, 31) + phase) / sigma)
        filtered = spline_filter1d(voxels, 3, mode="mirror")
        read.append(map_coordinates(filtered, [at - phase + 30], order=3, prefilter=False))

    def miss(p: np.ndarray) -> np.ndarray:
        return np.asarray((ndtr((p[1] - at) / p[0]) - np.stack(read)).ravel())

    fitted = float(least_squares(miss, [sigma, 0.0]).x[0])
    told = wider_by(np.array(sigma), np.array([1.0, 0.0, 0.0]))
    assert fitted / sigma - 1 == pytest.approx(float(told), abs=0.005)


def test_fine_voxels_add_nothing_and_coarse_slices_only_across_them() -> None:
    fine = resolution((0.1, 0.1, 0.1))
    along = np.array([0.0, 0.0, 1.0])
    assert fine.sampled(along) == pytest.approx(fine.along(along), rel=1e-3)
    coarse = resolution((0.8, 0.1, 0.1))
    assert coarse.sampled(along) > 1.1 * coarse.along(along)
    across = np.array([1.0, 0.0, 0.0])
    assert coarse.sampled(across) == pytest.approx(coarse.along(across), rel=1e-3)
