"""Agatston's sum on the scan's own slices, for one artery."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from skimage.measure import label, regionprops

from ctocalc._arrays import Bools, Floats, Floats32, Ints
from ctocalc.image.volume import Volume

# Agatston 1990 at 120 kVp, and its published equivalents at other tube voltages.
BY_KVP = (
    (70.0, (207.0, 318.0, 477.0, 636.0)),
    (80.0, (177.0, 271.0, 408.0, 544.0)),
    (100.0, (145.0, 222.0, 334.0, 446.0)),
    (120.0, (130.0, 200.0, 300.0, 400.0)),
    (135.0, (119.0, 183.0, 274.0, 364.0)),
)
LEAST_AREA_MM2 = 1.0
SLICE_MM = 3.0
# A piece with most of itself away from the artery is a neighbour: root, annulus, bone.
OWN_SHARE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Islands:
    """Islands of calcium of one artery, slice by slice.

    ``arclength_mm`` (M,) is where each island lies along the axis; ``score`` (M,) its part of the
    sum, already scaled to slices of 3 mm.
    """

    arclength_mm: Floats
    score: Floats

    def between(self, start_mm: float, end_mm: float) -> float:
        """Sum of the islands whose centre lies within an interval of the axis."""
        inside = (self.arclength_mm >= start_mm) & (self.arclength_mm <= end_mm)
        return float(self.score[inside].sum())


def thresholds(kvp: float | None) -> tuple[float, float, float, float]:
    """Return the four HU thresholds at a tube voltage: interpolated, 135 kVp's above it."""
    volts = np.array([row[0] for row in BY_KVP])
    table = np.array([row[1] for row in BY_KVP])
    at = 120.0 if kvp is None else kvp
    a, b, c, d = (float(np.interp(at, volts, table[:, n])) for n in range(4))
    return a, b, c, d


def islands(
    volume: Volume,
    axis_lps_mm: Floats,
    arclength_mm: Floats,
    radius_mm: Floats,
    *,
    levels_hu: tuple[float, float, float, float],
) -> Islands:
    """Find the islands of calcium of one artery and weigh them.

    Per slice, 8-connected, at least 1 mm2, weight 1 to 4 by the island's own peak, times the slice
    step over 3 mm; only voxels whose centre lies within ``radius_mm`` (N,) of the axis (N, 3).
    Pieces that lie mostly outside the artery are left out: they belong to the aortic root, the
    mitral annulus or bone.  Misleads where such a neighbour is fused with coronary calcium.
    """
    box = volume.grid.box(axis_lps_mm, float(radius_mm.max()) + 12.0)
    crop = volume.crop(box)
    hu = np.nan_to_num(crop.hu(), nan=-3000.0)
    bright = hu >= levels_hu[0]
    kji = np.argwhere(bright)
    if not len(kji):
        return Islands(arclength_mm=np.zeros(0), score=np.zeros(0))
    distance, nearest = cKDTree(axis_lps_mm).query(crop.grid.points(kji.astype(np.float64)))
    tube = np.zeros(hu.shape, dtype=bool)
    station = np.zeros(hu.shape, dtype=np.int64)
    tube[tuple(kji.T)] = distance <= radius_mm[nearest]
    station[tuple(kji.T)] = nearest
    own = tube & ~_neighbours(bright, tube)
    return _weigh(hu, own, station, arclength_mm, crop, levels_hu)


def _neighbours(bright: Bools, tube: Bools) -> Bools:
    pieces = label(bright, connectivity=3)
    whole = np.bincount(pieces.ravel())
    ours = np.bincount(pieces.ravel(), tube.ravel(), minlength=len(whole))
    return np.asarray((ours < OWN_SHARE * whole)[pieces] & bright)


def _weigh(
    hu: Floats32,
    own: Bools,
    station: Ints,
    arclength_mm: Floats,
    crop: Volume,
    levels_hu: tuple[float, float, float, float],
) -> Islands:
    step, row, column = crop.grid.spacing_kji_mm
    places, scores = [], []
    for k in np.flatnonzero(own.any(axis=(1, 2))):
        for region in regionprops(label(own[k], connectivity=2)):
            area = region.area * row * column
            if area < LEAST_AREA_MM2:
                continue
            rows, columns = region.coords.T
            weight = int((hu[k, rows, columns].max() >= np.array(levels_hu)).sum())
            places.append(float(np.median(arclength_mm[station[k, rows, columns]])))
            scores.append(area * weight * step / SLICE_MM)
    return Islands(arclength_mm=np.array(places), score=np.array(scores))
