"""The lumen's own HU: a narrow lumen does not show it, and noise exceeds it."""

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter
from scipy.special import chndtr

from ctocalc._arrays import Array, Bools, Floats

# So far inside its edge a wide lumen shows nearly all of its contrast.
DEPTH_SIGMAS = 1.5
LEAST_RAYS = 0.5
EVEN_OVER_MM = 3.0
SMOOTH_MM = 1.0


def lumen_hu(
    profiles: Floats,
    radius_mm: Floats,
    edge_mm: Floats,
    sigma_mm: Floats,
    plaque_hu: Floats,
    step_mm: float,
) -> Floats:
    """Return the lumen's HU (N,) before the blur, from what lies inside its edges.

    The blurred disc of the lumen's own radius tells which share of the contrast each sample shows;
    least squares over the samples, then a running median along the vessel.  Misleads where the
    lumen is far from round.

    Parameters
    ----------
    profiles
        (N, A, R) HU on rays, at ``radius_mm`` (R,); NaN where a sample must not count.
    edge_mm
        (N, A) the lumen's edge; NaN or 0 where a ray shows none.
    sigma_mm
        (N, A) the blur on each ray.
    plaque_hu
        (N,) HU around the lumen.

    Returns
    -------
    NaN everywhere where fewer than four stations show a lumen.
    """
    seen = np.isfinite(edge_mm) & (edge_mm > 0.0)
    wide, centre = _disc(edge_mm, seen)
    sigma = np.sqrt((sigma_mm**2).mean(axis=1))
    way = np.abs(radius_mm * _towards(edge_mm.shape[1])[:, None] - centre[:, None, None])
    reach = wide - np.minimum(DEPTH_SIGMAS * sigma, 0.9 * wide)
    use = seen[..., None] & (way <= reach[:, None, None]) & np.isfinite(profiles)
    n, _, r = np.nonzero(use)
    share = chndtr((wide[n] / sigma[n]) ** 2, 2.0, (way[use] / sigma[n]) ** 2)
    weight = np.maximum(radius_mm[r], 0.5 * radius_mm[1]) * share
    above = profiles[use] - plaque_hu[n]
    count = len(edge_mm)
    total = np.bincount(n, weight * share, minlength=count)
    height = np.bincount(n, weight * above, minlength=count) / np.maximum(total, 1e-9)
    known = (seen.mean(axis=1) >= LEAST_RAYS) & (total > 0.0)
    return _even(plaque_hu + height, known, step_mm)


def _towards(rays: int) -> Array:
    """Return unit vectors (A,) of the rays, as complex numbers."""
    return np.asarray(np.exp(2j * np.pi * np.arange(rays) / rays))


def _disc(edge_mm: Floats, seen: Bools) -> tuple[Floats, Array]:
    """Return radius (N,) and centre (N,), a complex number, of the disc within the edges (N, A)."""
    count = np.maximum(seen.sum(axis=1), 1)
    squares = np.where(seen, edge_mm**2, 0.0).sum(axis=1) / count
    edge = np.where(seen, edge_mm, np.sqrt(squares)[:, None])
    moment = (edge**3 * _towards(edge.shape[1])).mean(axis=1)
    return np.sqrt(squares), 2.0 / 3.0 * moment / np.maximum(squares, 1e-9)


def _even(hu: Floats, known: Bools, step_mm: float) -> Floats:
    """Return a smoothed running median of the known stations, carried across the others."""
    if known.sum() < 4:
        return np.full(len(hu), np.nan)
    size = min(2 * round(EVEN_OVER_MM / step_mm) + 1, 2 * (int(known.sum()) // 2) - 1)
    even = median_filter(hu[known], size=size, mode="nearest")
    n = np.arange(len(hu))
    whole = np.interp(n, n[known], even)
    return np.asarray(gaussian_filter1d(whole, SMOOTH_MM / step_mm, mode="nearest"))
