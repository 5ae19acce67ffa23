"""The outer wall of the vessel, also through an occlusion."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from ctocalc._arrays import Array, Floats
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.rays import RayFits

HARMONICS = 3
OSTIUM_MM = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WallSettings:
    """Shape prior of the outer wall.

    Standard deviations of the prior: of one ray beyond its noise (``ray_sd_mm``), of the change of
    the mean radius' slope over a millimetre (``bend_sd_mm``), of the second and third harmonic as
    a share of the radius.  A ray that
    ends in calcium has ``rim_weight`` of a clear ray's weight: its rim hardly shows.  Around an
    open lumen the wall is ``layer_mm`` thick, give or take ``layer_sd_mm`` (normal intima, media
    and adventitia, and plaque); an edge ``layer_limit_mm`` away from that is another organ's.
    Where a lumen is more than ``widening`` times as wide as farther on, the line still runs in
    the vessel that it leaves.
    """

    farthest_mm: float = 3.4
    ray_sd_mm: float = 0.12
    bend_sd_mm: float = 0.06
    ellipse_share: float = 0.07
    triangle_share: float = 0.03
    rim_weight: float = 0.25
    usual_radius_mm: float = 1.6
    layer_mm: float = 0.45
    layer_sd_mm: float = 0.4
    layer_limit_mm: float = 2.0
    widening: float = 1.35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wall:
    """Outer wall and where it was seen: ``source`` (N,) "seen" or "bridged"."""

    boundary: Boundary
    source: Array


def find_wall(rays: RayFits, *, step_mm: float, settings: WallSettings) -> Wall:
    """Fit one smooth tube to the wall edges of all rays at once.

    Radius = Fourier series up to order 3 in the angle, each coefficient smooth along the vessel;
    rays without a visible wall have no say there and the neighbours decide; outliers are
    weighed down (Tukey).  Misleads where a long stretch is embedded in myocardium.
    """
    angles = rays.wall_mm.shape[1]
    angle = np.linspace(0.0, 2 * np.pi, angles, endpoint=False)
    basis = np.stack(
        [np.ones(angles)]
        + [f(m * angle) for m in range(1, HARMONICS + 1) for f in (np.cos, np.sin)],
        axis=1,
    )
    usable = np.isfinite(rays.wall_mm) & (np.isfinite(rays.wall_sd_mm) | rays.calcified)
    target = np.where(usable, rays.wall_mm, 0.0)
    noise = np.where(usable & ~rays.calcified, rays.wall_sd_mm, 0.0)
    base = np.where(usable, 1.0 / (settings.ray_sd_mm**2 + noise**2), 0.0)
    base = np.where(rays.calcified, base * settings.rim_weight, base)
    lumen = _own_lumen(rays, step_mm, settings)
    layer = lumen + settings.layer_mm
    elsewhere = np.clip(np.abs(target - layer) / settings.layer_limit_mm, 0.0, 1.0)
    base = np.where(np.isfinite(layer), base * (1.0 - elsewhere**2) ** 2, base)
    base = np.where(np.isinf(lumen), 0.0, base)
    prior = np.where(np.isfinite(layer) & ~rays.calcified, settings.layer_sd_mm**-2.0, 0.0)
    # A wall that shows needs no prior.
    prior = prior * (1.0 - np.minimum(base * settings.ray_sd_mm**2, 1.0))
    layer = np.where(prior > 0, layer, 0.0)
    weight = base
    for _ in range(5):
        both = weight + prior
        mean = (weight * target + prior * layer) / np.maximum(both, 1e-12)
        coefficients = _solve(both, mean, basis, step_mm, settings)
        miss = (target - coefficients @ basis.T) * np.sqrt(base)
        weight = base * np.clip(1.0 - (miss / 4.0) ** 2, 0.0, 1.0) ** 2
    radius = np.maximum(coefficients @ basis.T, 0.3)
    seen = ((weight > 0.25 / settings.ray_sd_mm**2) & ~rays.calcified).mean(axis=1)
    boundary = Boundary(radius_mm=radius, kind=BoundaryKind.WALL, confidence=seen)
    return Wall(boundary=boundary, source=np.where(seen >= 0.25, "seen", "bridged"))


def _own_lumen(rays: RayFits, step_mm: float, settings: WallSettings) -> Floats:
    """Return the lumen radius (N, A): NaN where none shows, inf where it is another vessel's."""
    lumen = np.where(rays.lumen_mm > 0.3, rays.lumen_mm, np.nan)
    wide = 0.5 * rays.lumen_diameter_mm
    out = lumen.copy()
    for n in range(min(len(lumen), round(OSTIUM_MM / step_mm))):
        farther = wide[n + round(2.0 / step_mm) : n + round(8.0 / step_mm)]
        farther = farther[np.isfinite(farther) & (farther > 0.3)]
        if len(farther) >= 6:
            out[n, lumen[n] > settings.widening * np.median(farther)] = np.inf
    return out


def _solve(
    weight: Floats, target: Floats, basis: Floats, step_mm: float, settings: WallSettings
) -> Floats:
    """Return Fourier coefficients (N, 7) of the weighted, smooth least-squares tube."""
    count, terms = len(weight), basis.shape[1]
    # Rays of one station share their errors: they count as one ray per 30 degrees.
    share = 12.0 / weight.shape[1]
    normal = np.einsum("na,ai,aj->nij", weight * share, basis, basis)
    rhs = (weight * share * target) @ basis
    prior = np.array(
        [1.0, 0.5]
        + [0.5]
        + [settings.ellipse_share * settings.usual_radius_mm] * 2
        + [settings.triangle_share * settings.usual_radius_mm] * 2
    )
    normal += np.diag(1.0 / prior**2)
    rhs[:, 0] += settings.usual_radius_mm / prior[0] ** 2
    bend = np.full(terms, settings.bend_sd_mm)
    stiffness = 1.0 / (bend**2 * step_mm**3)
    width = 2 * terms
    band = np.zeros((width + 1, count * terms))
    for i in range(terms):
        for j in range(i + 1):
            band[i - j, j::terms] += normal[:, i, j]
    second = np.array([1.0, -2.0, 1.0])
    for lag in range(3):
        for n in range(3 - lag):
            for t in range(terms):
                rows = (np.arange(count - 2) + n) * terms + t
                band[lag * terms, rows] += stiffness[t] * second[n] * second[n + lag]
    solved = solveh_banded(band, rhs.reshape(-1), lower=True)
    return np.asarray(solved).reshape(count, terms)
