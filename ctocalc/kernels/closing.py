"""How badly closing lumens of many shapes, at many places, explain what rings about one show."""

import numpy as np

from ctocalc.kernels._jit import entry
from ctocalc.kernels._types import Array


@entry
def closing_misses(
    models: Array,
    at: Array,
    shown: Array,
    weight: Array,
    level_sd: tuple[float, float],
    most: tuple[float, float],
) -> Array:
    """Return chi-square (T, K) of models (K, U, R) at places: ``models[k, at[t, x]]`` at station x.

    ``shown`` and ``weight`` (X, R) are contrast and 1 / its variance, 0 where nothing is known.
    What is added to all of the contrast and what it is multiplied by, beside 1, are free with SDs
    ``level_sd``: taken by one regression that counts clipped misses less, not the least of all.
    No ring counts more than ``most``: where more shows than the model has, and less.
    """
    shapes, rings = models.shape[0], models.shape[2]
    places, stations = at.shape
    above, below = most
    out = np.empty((places, shapes))
    for t in range(places):
        for k in range(shapes):
            aa, ab, bb = 1.0 / level_sd[0] ** 2, 0.0, 1.0 / level_sd[1] ** 2
            a = b = 0.0
            for x in range(stations):
                for r in range(rings):
                    w = weight[x, r]
                    if w > 0.0:
                        m = models[k, at[t, x], r]
                        miss = shown[x, r] - m
                        limit = above if miss > 0.0 else below
                        if miss * miss * w > limit:
                            w = limit / (miss * miss)
                        aa += w
                        ab += w * m
                        bb += w * m * m
                        a += w * miss
                        b += w * m * miss
            det = aa * bb - ab * ab
            added, more = (bb * a - ab * b) / det, (aa * b - ab * a) / det
            chi = (added / level_sd[0]) ** 2 + (more / level_sd[1]) ** 2
            for x in range(stations):
                for r in range(rings):
                    w = weight[x, r]
                    if w > 0.0:
                        miss = shown[x, r] - added - (1.0 + more) * models[k, at[t, x], r]
                        limit = above if miss > 0.0 else below
                        chi += min(miss * miss * w, limit)
            out[t, k] = chi
    return out
