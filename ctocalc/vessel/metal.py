"""Metal in or beside a vessel: brighter than any calcium can be under the scan's blur.

Calcium is bounded: at most ``DENSEST_MGCC``.  A bounded object stays below that bound after any
blur, so also after *part* of the scan's blur is taken off again.  Struts are thin and far beyond
the bound: what blur hides of them comes back.  A thin stent that stays below the bound even then
cannot be told from calcium by its brightness; nor can anything at a low voltage that reaches the
end of the scale.
"""

import numpy as np
from scipy.fft import irfftn, rfftn
from scipy.ndimage import label
from scipy.spatial import cKDTree

from ctocalc._arrays import Bools, Floats
from ctocalc.image.edge_blur import USUAL_MM
from ctocalc.image.physics import HU_PER_MGCC, ScanPhysics
from ctocalc.image.resolution import FWHM_PER_SIGMA
from ctocalc.image.volume import Volume

# Denser than any plaque measured ex vivo and than cortical bone.
DENSEST_MGCC = 1500.0
# Share of the blur's variance taken off, and what that does to a point at most: 0.6 ** -1.5.
SHARE = 0.4
MOST_GAIN = 2.2
NOISE_SDS = 5.0
LEAST_VOXELS = 2
# Bloom and shadow of metal this far outside the wall spoil what is inside it.
BEYOND_WALL_MM = 2.0
ALONG_MM = 1.0
# A blur that metal itself widened must not sharpen too much.
WIDEST_OF_USUAL = 1.1
_AIR_HU = -1000.0


def densest_calcium_hu(physics: ScanPhysics) -> float:
    """Return what the densest calcium shows at this tube voltage; the highest where unknown."""
    slope = physics.hu_per_mgcc
    if slope is None:
        slope = max(slope for _, slope in HU_PER_MGCC)
    return physics.plaque_hu + slope * DENSEST_MGCC


def metal_stations(
    volume: Volume,
    points_lps_mm: Floats,
    arclength_mm: Floats,
    wall_radius_mm: Floats,
    physics: ScanPhysics,
) -> Bools:
    """Return at which stations (N,) metal lies in the vessel or close beside it.

    ``points_lps_mm`` (N, 3) is the vessel's centre, ``wall_radius_mm`` (N,) its mean radius.
    """
    out = np.zeros(len(arclength_mm), dtype=bool)
    reach = wall_radius_mm + BEYOND_WALL_MM
    near = volume.crop(volume.grid.box(points_lps_mm, float(reach.max()) + 1.0))
    hu = np.nan_to_num(near.hu().astype(np.float64), nan=_AIR_HU)
    limit = densest_calcium_hu(physics) + NOISE_SDS * physics.noise_sd_hu
    if hu.max() * MOST_GAIN < limit:
        return out
    pieces, _ = label(np.maximum(hu, sharpened(hu, near, physics)) > limit)
    big = np.flatnonzero(np.bincount(pieces.ravel()) >= LEAST_VOXELS)
    kji = np.argwhere(np.isin(pieces, big[big > 0])).astype(np.float64)
    if len(kji) == 0:
        return out
    found = cKDTree(points_lps_mm).query(near.grid.points(kji))
    apart, station = np.asarray(found[0]), np.asarray(found[1])
    for s in np.unique(arclength_mm[station[apart <= reach[station]]]):
        out |= np.abs(arclength_mm - s) <= ALONG_MM
    return out


def sharpened(hu: Floats, volume: Volume, physics: ScanPhysics) -> Floats:
    """Return HU (K, J, I) with a share of the blur's variance taken off along each axis."""
    spectrum = rfftn(hu)
    sigma = (physics.sigma_through_mm, physics.sigma_in_plane_mm, physics.sigma_in_plane_mm)
    usual = (USUAL_MM[1], USUAL_MM[0], USUAL_MM[0])
    for axis, spacing in enumerate(volume.grid.spacing_kji_mm):
        count = hu.shape[axis]
        of = np.fft.rfftfreq if axis == 2 else np.fft.fftfreq
        widest = WIDEST_OF_USUAL * usual[axis] / FWHM_PER_SIGMA
        variance = SHARE * min(sigma[axis], widest) ** 2
        gain = np.exp(2 * variance * (np.pi * of(count, spacing)) ** 2)
        spectrum *= gain.reshape([-1 if n == axis else 1 for n in range(3)])
    return np.asarray(irfftn(spectrum, s=hu.shape))
