"""Shape of bright spots on sections: place, roundness, hollowness, and the disc behind the blur."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.special import chndtr

from ctocalc._arrays import Bools, Floats, Floats32, Ints
from ctocalc.kernels.rays import half_maximum_mm

SPOT_RAYS = 24
SPOT_RADII_MM = np.arange(0.0, 2.61, 0.1)
LEAST_RAYS = 0.6
DISC_RADII_MM = np.arange(0.45, 2.41, 0.05)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spot:
    """Shape of the brightest place of each station (N,), at half of its height.

    ``offset_mm`` from the axis; ``roundness`` is the ratio of its axes; ``hollow`` how much darker
    its centroid is than its brightest place, as a share of its height.  ``level_hu`` and
    ``radius_mm`` are those of the disc that looks like it when blurred; ``edge_sd_mm`` is how far
    noise moves one edge.  NaN where it does not stand alone.
    """

    offset_mm: Floats
    roundness: Floats
    hollow: Floats
    radius_mm: Floats
    level_hu: Floats
    edge_sd_mm: Floats


def spots(
    smooth: Floats32,
    row: Ints,
    column: Ints,
    *,
    background_hu: float,
    noise_hu: float,
    sigma_mm: float,
    offset_mm: Floats,
) -> Spot:
    """Measure the shape of a spot about a given pixel (N,) of every section (N, P, P).

    ``noise_hu`` and ``sigma_mm`` are noise and blur of ``smooth``.
    """
    pixel = float(offset_mm[1] - offset_mm[0])
    angle = np.linspace(0.0, 2 * np.pi, SPOT_RAYS, endpoint=False)
    profiles = _rays(smooth, row.astype(np.float64), column.astype(np.float64), angle, pixel)
    shape = profiles.shape[:2]
    edge = half_maximum_mm(
        profiles, np.zeros(shape, dtype=np.int64), np.full(shape, background_hu), SPOT_RADII_MM
    )
    known = np.isfinite(edge)
    enough = known.mean(axis=1) >= LEAST_RAYS
    mean = np.where(known, edge, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    edge = np.where(known, edge, mean[:, None])
    # Moments of the polygon: edge positions weighted by the sector each one closes.
    weight = edge**2 / np.maximum((edge**2).sum(axis=1, keepdims=True), 1e-9)
    px, py = edge * np.cos(angle), edge * np.sin(angle)
    cx, cy = (weight * px).sum(axis=1) * 2 / 3, (weight * py).sum(axis=1) * 2 / 3
    xx = (weight * px**2).sum(axis=1) / 2 - cx**2
    yy = (weight * py**2).sum(axis=1) / 2 - cy**2
    xy = (weight * px * py).sum(axis=1) / 2 - cx * cy
    half, apart = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    roundness = np.sqrt(np.maximum(half - apart, 0.0) / np.maximum(half + apart, 1e-9))
    around = _rays(smooth, row + cy / pixel, column + cx / pixel, angle, pixel)
    top = smooth[np.arange(len(row)), row, column]
    height = np.maximum(top - background_hu, 1.0)
    radius = np.sqrt((edge**2).mean(axis=1))
    level, fitted = _disc(around, known, radius, background_hu, sigma_mm)
    unknown = ~enough
    measured = {
        "offset_mm": np.hypot(offset_mm[column] + cx, offset_mm[row] + cy),
        "roundness": roundness,
        "hollow": (top - around[:, 0, 0]) / height,
        "radius_mm": fitted,
        "level_hu": level,
        # An edge's slope is its height over 2.5 blurs: noise moves it by this much.
        "edge_sd_mm": 2.5 * sigma_mm * noise_hu / height,
    }
    return Spot(**{name: np.where(unknown, np.nan, value) for name, value in measured.items()})


def areas(mask: Bools, offset_mm: Floats) -> tuple[Floats, Floats, Floats]:
    """Area (mm2), distance of the centroid from the axis (mm), ratio of the axes (N,)."""
    pixel = float(offset_mm[1] - offset_mm[0])
    across, down = mask.sum(axis=1), mask.sum(axis=2)
    count = np.maximum(down.sum(axis=1), 1)
    cx, cy = across @ offset_mm / count, down @ offset_mm / count
    xx = across @ offset_mm**2 / count - cx**2
    yy = down @ offset_mm**2 / count - cy**2
    xy = np.einsum("nij,i,j->n", mask, offset_mm, offset_mm, optimize=True) / count - cx * cy
    half, apart = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    ratio = np.sqrt(np.maximum(half - apart, 0.0) / np.maximum(half + apart, 1e-9))
    return down.sum(axis=1) * pixel**2, np.hypot(cx, cy), ratio


def _rays(smooth: Floats32, row: Floats, column: Floats, angle: Floats, pixel_mm: float) -> Floats:
    reach = SPOT_RADII_MM / pixel_mm
    y = row[:, None, None] + np.sin(angle)[:, None] * reach
    x = column[:, None, None] + np.cos(angle)[:, None] * reach
    n = np.broadcast_to(np.arange(len(row))[:, None, None], y.shape)
    return np.asarray(map_coordinates(smooth, [n, y, x], order=1, mode="nearest"))


def _disc(
    profiles: Floats, known: Bools, radius_mm: Floats, background_hu: float, sigma_mm: float
) -> tuple[Floats, Floats]:
    """HU and radius (N,) of the disc that, blurred, looks most like the mean of the rays."""
    count = np.maximum(known.sum(axis=1), 1)[:, None]
    mean = np.where(known[..., None], profiles, 0.0).sum(axis=1) / count - background_hu
    use = (radius_mm[:, None] + 0.3 >= SPOT_RADII_MM) * np.maximum(SPOT_RADII_MM, 0.05)
    model = chndtr((DISC_RADII_MM[:, None] / sigma_mm) ** 2, 2.0, (SPOT_RADII_MM / sigma_mm) ** 2)
    own = use @ (model**2).T
    height = (use * mean) @ model.T / np.maximum(own, 1e-9)
    cost = (use * mean**2).sum(axis=1)[:, None] - height**2 * own
    best = cost.argmin(axis=1)
    return background_hu + height[np.arange(len(best)), best], DISC_RADII_MM[best]
