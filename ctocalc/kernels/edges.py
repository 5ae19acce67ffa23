"""Edges of a blurred two-layer disc on rays: lumen radius and outer-wall radius."""

import math

import numpy as np

from ctocalc.kernels._jit import entry, kernel

ROUNDS = 12


@kernel
def _phi(x):  # type: ignore[no-untyped-def]
    return 0.5 * math.erfc(-0.7071067811865476 * x)


@kernel
def _fit_ray(profile, radius, first, last, levels, sigma, start):  # type: ignore[no-untyped-def]
    """Fit (a, b) of one ray by damped Gauss-Newton; returns a, b, squares, samples, information.

    The model is ``outside + (lumen - plaque) Phi((a - r) / sigma) + (plaque - outside)
    Phi((b - r) / sigma)``: an edge blurred across the ray.  ``a`` < 0 at the start means that
    there is no lumen.  NaN samples are skipped.
    """
    lumen, plaque, outside = levels
    a, b = start
    with_lumen = a >= 0.0
    damping = 1e-3
    best = math.inf
    trial_a, trial_b = a, b
    haa = hab = hbb = ga = gb = 0.0
    information = 0.0
    used = 0
    for _ in range(ROUNDS):
        squares = 0.0
        naa = nab = nbb = nga = ngb = 0.0
        used = 0
        for n in range(first, last):
            value = profile[n]
            if math.isnan(value):
                continue
            ta = (trial_a - radius[n]) / sigma
            tb = (trial_b - radius[n]) / sigma
            da = (lumen - plaque) * 0.3989422804014327 / sigma * math.exp(-0.5 * ta * ta)
            db = (plaque - outside) * 0.3989422804014327 / sigma * math.exp(-0.5 * tb * tb)
            model = outside + (plaque - outside) * _phi(tb)
            if with_lumen:
                model += (lumen - plaque) * _phi(ta)
            else:
                da = 0.0
            miss = value - model
            squares += miss * miss
            naa += da * da
            nab += da * db
            nbb += db * db
            nga += da * miss
            ngb += db * miss
            used += 1
        if squares < best:
            gain = best - squares
            best = squares
            a, b = trial_a, trial_b
            haa, hab, hbb, ga, gb = naa, nab, nbb, nga, ngb
            damping = max(damping * 0.3, 1e-6)
            if gain < 1e-4 * best:
                break
        else:
            damping *= 10.0
        ridge = damping * (haa + hbb) + 1e-9
        if with_lumen:
            det = (haa + ridge) * (hbb + ridge) - hab * hab
            if det <= 0.0:
                break
            move_a = ((hbb + ridge) * ga - hab * gb) / det
            move_b = ((haa + ridge) * gb - hab * ga) / det
        else:
            move_a = 0.0
            move_b = gb / (hbb + ridge)
        trial_a = a + min(max(move_a, -0.5), 0.5)
        trial_b = b + min(max(move_b, -0.5), 0.5)
        trial_b = min(max(trial_b, 0.2), radius[last - 1])
        if with_lumen:
            trial_a = min(max(trial_a, 0.0), trial_b - 0.02)
    information = hbb
    if with_lumen and haa > 0.0:
        information = hbb - hab * hab / haa
    return a, b, best, used, information


@entry
def fit_two_edges(profiles, radius, lumen, plaque, outside, starts, reach, sigma):  # type: ignore[no-untyped-def]
    """Fit the lumen and outer-wall radius of every ray.

    Parameters
    ----------
    profiles
        (N, A, R) float32 HU, NaN where a sample must not count.
    radius
        (R,) mm.
    lumen, plaque
        (N,) HU inside the lumen and between lumen and outer wall.
    outside
        (N, A) HU outside the wall.
    starts
        (N, A, 2) first guesses of both radii in mm; lumen < 0: none; wall NaN: skip the ray.
    reach
        Samples up to the guessed wall + ``reach`` mm count.
    sigma
        Blur across the edge, mm.

    Returns
    -------
    (N, A, 4): lumen radius, wall radius, mean square residual (HU^2), information of the wall
    radius (HU^2 / mm^2 summed over the samples); NaN where skipped.  Radii are where a straight
    edge would lie: a curved one appears ``sigma^2 / 2r`` further in, which is undone here.
    """
    n_stations, n_angles, n_radii = profiles.shape
    out = np.full((n_stations, n_angles, 4), np.nan)
    for n in range(n_stations):
        for m in range(n_angles):
            guess = starts[n, m, 1]
            if math.isnan(guess) or math.isnan(outside[n, m]):
                continue
            last = n_radii
            while last > 4 and radius[last - 1] > guess + reach:
                last -= 1
            a, b, squares, used, information = _fit_ray(
                profiles[n, m], radius, 0, last,
                (lumen[n], plaque[n], outside[n, m]), sigma, (starts[n, m, 0], guess),
            )  # fmt: skip
            if used < 4:
                continue
            bend = sigma * sigma / 2.0
            out[n, m, 0] = a + bend / max(a, 2.0 * sigma) if a > 0.0 else a
            out[n, m, 1] = b + bend / max(b, 2.0 * sigma)
            out[n, m, 2] = squares / used
            out[n, m, 3] = information
    return out


@entry
def guess_edges(profiles, radius, lumen, plaque, calcium_above, nearest, farthest):  # type: ignore[no-untyped-def]
    """First guesses for `fit_two_edges`, from smooth profiles.

    Walking outwards from the centre, the outside is the darkest sample before the profile rises
    again by a third of its fall (a neighbour), the wall is where the profile last stands half-way
    between plaque and outside, the lumen where it last stands half-way between lumen and plaque.

    Parameters
    ----------
    profiles, radius
        (N, A, R) float32 HU and (R,) mm.
    lumen, plaque
        (N,) HU; ``lumen`` NaN where there is none.
    calcium_above
        (N,) HU above which a sample is calcium.
    nearest, farthest
        Between which radii the wall is looked for, mm.

    Returns
    -------
    starts (N, A, 2), outside (N, A), calcified (N, A): see `fit_two_edges`.  Where the outside is
    not at least 40 HU darker than plaque, the wall does not show: outside is set to plaque, so
    that the fit carries no information on the wall.
    """
    n_stations, n_angles, n_radii = profiles.shape
    starts = np.full((n_stations, n_angles, 2), np.nan)
    outside = np.full((n_stations, n_angles), np.nan)
    calcified = np.zeros((n_stations, n_angles), dtype=np.bool_)
    for n in range(n_stations):
        for m in range(n_angles):
            profile = profiles[n, m]
            darkest = math.inf
            at = -1
            high = plaque[n]
            for k in range(n_radii):
                value = profile[k]
                if radius[k] > farthest or math.isnan(value):
                    break
                if radius[k] < nearest:
                    high = max(high, value)
                    continue
                if value < darkest:
                    darkest = value
                    at = k
                elif value > darkest + max(40.0, 0.33 * (high - darkest)) and darkest < plaque[n]:
                    break
            if at < 0:
                continue
            hidden = darkest > plaque[n] - 40.0
            outside[n, m] = plaque[n] if hidden else darkest
            half = 0.5 * (plaque[n] + darkest)
            wall = at
            while wall > 0 and profile[wall] < half:
                wall -= 1
            inner = -1.0
            if not math.isnan(lumen[n]):
                level = 0.5 * (lumen[n] + plaque[n])
                for k in range(at if hidden else wall, -1, -1):
                    if profile[k] > level:
                        inner = radius[k]
                        break
            starts[n, m, 1] = max(inner, nearest) + 0.5 if hidden else radius[wall]
            starts[n, m, 0] = inner
            for k in range(min(wall + 3, n_radii)):
                if profile[k] > calcium_above[n]:
                    calcified[n, m] = True
                    break
    return starts, outside, calcified
