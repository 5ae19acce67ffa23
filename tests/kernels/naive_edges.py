"""Slow twins of the edge kernels."""

import numpy as np
from scipy.optimize import least_squares, minimize_scalar
from scipy.stats import ncx2

from ctocalc._arrays import Array, Floats


def two_edges(
    profile: Array, radius: Floats, levels: tuple[float, float, float], sigma: float, start: Floats
) -> tuple[Floats, float]:
    """Return radii (lumen, wall) of exactly blurred discs and the mean square residual of a ray."""
    lumen, plaque, outside = levels
    use = np.isfinite(profile)

    def disc(edge: float) -> Floats:
        return np.asarray(ncx2.cdf((edge / sigma) ** 2, 2, (radius[use] / sigma) ** 2))

    def miss(edges: Floats) -> Floats:
        model = outside + (plaque - outside) * disc(edges[-1])
        if len(edges) == 2:
            model = model + (lumen - plaque) * disc(edges[0])
        return np.asarray(profile[use] - model)

    begin = start if start[0] >= 0 else start[1:]
    found = least_squares(miss, begin, xtol=1e-10, ftol=1e-10)
    return np.asarray(found.x), float(2 * found.cost / use.sum())


def lumen_in_layer(
    profile: Array, radius: Floats, levels: tuple[float, float, float], sigma: float, layer: float
) -> float:
    """Return the radius of the exactly blurred lumen in a layer of known thickness."""
    lumen, plaque, outside = levels

    def squares(edge: float) -> float:
        inner, outer = (
            ncx2.cdf((r / sigma) ** 2, 2, (radius / sigma) ** 2) for r in (edge, edge + layer)
        )
        model = outside + (plaque - outside) * outer + (lumen - plaque) * inner
        return float(((profile - model) ** 2).sum())

    return float(minimize_scalar(squares, bounds=(0.3, 3.0), options={"xatol": 1e-6}).x)


def first_guess(
    profile: Array,
    radius: Floats,
    lumen: float,
    plaque: float,
    between: tuple[float, float],
) -> tuple[float, float] | None:
    """Return first guesses (lumen, wall) of a ray that falls to a dark outside, else None.

    By whole-array masks: the darkest sample up to the first rise by a third, then the outermost
    samples above the half-way levels.
    """
    nearest, farthest = between
    usable = (radius <= farthest) & ~np.isnan(np.maximum.accumulate(profile))
    far = np.flatnonzero(usable & (radius >= nearest))
    high = max([plaque, *profile[usable & (radius < nearest)]])
    dark = np.minimum.accumulate(profile[far])
    rise = (profile[far] > dark + np.maximum(40.0, 0.33 * (high - dark))) & (dark < plaque)
    stop = int(np.argmax(rise)) if rise.any() else len(far)
    at = int(far[np.argmin(profile[far[:stop]])])
    if profile[at] > plaque - 40.0:
        return None
    inside = np.flatnonzero(profile[: at + 1] > 0.5 * (plaque + profile[at]))
    wall = int(inside[-1]) if len(inside) else 0
    if np.isnan(lumen):
        return -1.0, float(radius[wall])
    bright = np.flatnonzero(profile[: wall + 1] > 0.5 * (lumen + plaque))
    return (float(radius[bright[-1]]) if len(bright) else 0.4), float(radius[wall])
