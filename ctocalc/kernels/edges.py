"""Edges of a blurred two-layer disc on rays: lumen radius and outer-wall radius."""

import math

import numpy as np

from ctocalc.kernels._jit import entry, kernel

ROUNDS = 12
# What lies behind a wall that does not show is read from so far behind it, over so much.
BEHIND_MM, BEHIND_OVER_MM = 0.35, 1.0
# Where noise hides a lumen on a ray, its fit starts from so much.
NARROW_MM = 0.4
# At the edge of a blocked body, what is so much brighter than the muscle behind it is calcium.
ABOVE_MUSCLE_HU = 40.0


@kernel
def _phi(x):  # type: ignore[no-untyped-def]
    return 0.5 * math.erfc(-0.7071067811865476 * x)


@kernel
def _rings(radius, sigma, away, spread):  # type: ignore[no-untyped-def]
    """Set mean and SD of the distance from the centre of what blur brings to each radius (Rice).

    The variance is a rational approximation, exact at the centre and far out, to 0.006 between.
    """
    for n in range(radius.size):
        square = (radius[n] / sigma) ** 2
        lost = (0.5708 + 0.0777 * square) / (1.0 + (0.474 + 0.1554 * square) * square)
        spread[n] = sigma * math.sqrt(1.0 - lost)
        away[n] = sigma * math.sqrt(1.0 + square + lost)


@kernel
def _sums(profile, rings, last, levels, edges, with_lumen):  # type: ignore[no-untyped-def]
    """Return squares, samples and normal equations (aa, ab, bb, a, b) at two edges."""
    lumen, plaque, outside = levels
    a, b = edges
    away, spread = rings
    squares = 0.0
    haa = hab = hbb = ga = gb = 0.0
    used = 0
    for n in range(last):
        value = profile[n]
        if math.isnan(value):
            continue
        ta = (a - away[n]) / spread[n]
        tb = (b - away[n]) / spread[n]
        da = (lumen - plaque) * 0.3989422804014327 / spread[n] * math.exp(-0.5 * ta * ta)
        db = (plaque - outside) * 0.3989422804014327 / spread[n] * math.exp(-0.5 * tb * tb)
        model = outside + (plaque - outside) * _phi(tb)
        if with_lumen:
            model += (lumen - plaque) * _phi(ta)
        else:
            da = 0.0
        miss = value - model
        squares += miss * miss
        haa += da * da
        hab += da * db
        hbb += db * db
        ga += da * miss
        gb += db * miss
        used += 1
    return squares, used, (haa, hab, hbb, ga, gb)


@kernel
def _damped_step(sums, damping, with_lumen, tied):  # type: ignore[no-untyped-def]
    """Return whether the equations have a solution, and how far it moves both edges.

    ``tied`` edges move together.
    """
    haa, hab, hbb, ga, gb = sums
    ridge = damping * (haa + hbb) + 1e-9
    if not with_lumen:
        return True, 0.0, gb / (hbb + ridge)
    if tied:
        move = (ga + gb) / (haa + 2.0 * hab + hbb + ridge)
        return True, move, move
    det = (haa + ridge) * (hbb + ridge) - hab * hab
    if det <= 0.0:
        return False, 0.0, 0.0
    return True, ((hbb + ridge) * ga - hab * gb) / det, ((haa + ridge) * gb - hab * ga) / det


@kernel
def _fit_ray(profile, radius, last, levels, rings, start, layer):  # type: ignore[no-untyped-def]
    """Fit (a, b) of one ray by damped Gauss-Newton; returns a, b, squares, samples.

    The model is ``outside + (lumen - plaque) Phi((a - away) / spread) + (plaque - outside)
    Phi((b - away) / spread)``: two blurred discs (`_rings`).  ``a`` < 0 at the start means that
    there is no lumen; ``b`` is ``a + layer`` unless that is NaN.  NaN samples are skipped.
    """
    a, b = start
    with_lumen = a >= 0.0
    tied = with_lumen and not math.isnan(layer)
    if tied:
        b = a + layer
    damping = 1e-3
    best = math.inf
    trial_a, trial_b = a, b
    kept = (0.0, 0.0, 0.0, 0.0, 0.0)
    used = 0
    for _ in range(ROUNDS):
        squares, used, sums = _sums(profile, rings, last, levels, (trial_a, trial_b), with_lumen)
        if squares < best:
            gain = best - squares
            best = squares
            a, b = trial_a, trial_b
            kept = sums
            damping = max(damping * 0.3, 1e-6)
            if gain < 1e-4 * best:
                break
        else:
            damping *= 10.0
        solved, move_a, move_b = _damped_step(kept, damping, with_lumen, tied)
        if not solved:
            break
        trial_a = a + min(max(move_a, -0.5), 0.5)
        trial_b = b + min(max(move_b, -0.5), 0.5)
        trial_b = min(max(trial_b, 0.2), radius[last - 1])
        if with_lumen:
            trial_a = min(max(trial_a, 0.0), trial_b - 0.02)
        if tied:
            trial_b = trial_a + layer
    return a, b, best, used


@entry
def fit_two_edges(profiles, radius, lumen, plaque, outside, starts, layer, reach, sigma):  # type: ignore[no-untyped-def]
    """Fit the lumen and outer-wall radius of every ray.

    Parameters
    ----------
    profiles
        (N, A, R) float32 HU, NaN where a sample must not count.
    radius
        (R,) mm.
    lumen, outside
        (N, A) HU inside the lumen (or of the calcium that takes its place) and outside the wall.
    plaque
        (N,) HU between the two.
    starts
        (N, A, 2) first guesses of both radii in mm; lumen < 0: none; wall NaN: skip the ray.
    layer
        (N, A) mm between the two edges where there is lumen and the outer one does not show; else
        NaN.
    reach
        Samples up to the guessed wall + ``reach`` mm count.
    sigma
        (N, A) blur across the edge, mm.

    Returns
    -------
    (N, A, 3): lumen radius, wall radius, mean square residual (HU^2); NaN where skipped.
    """
    n_stations, n_angles, n_radii = profiles.shape
    out = np.full((n_stations, n_angles, 3), np.nan)
    away, spread = np.empty(n_radii), np.empty(n_radii)
    for n in range(n_stations):
        for m in range(n_angles):
            guess = starts[n, m, 1]
            if math.isnan(guess) or math.isnan(outside[n, m]):
                continue
            last = n_radii
            while last > 4 and radius[last - 1] > guess + reach:
                last -= 1
            _rings(radius, sigma[n, m], away, spread)
            a, b, squares, used = _fit_ray(
                profiles[n, m], radius, last,
                (lumen[n, m], plaque[n], outside[n, m]), (away, spread), (starts[n, m, 0], guess),
                layer[n, m],
            )  # fmt: skip
            if used < 4:
                continue
            out[n, m, 0] = a
            out[n, m, 1] = b
            out[n, m, 2] = squares / used
    return out


@kernel
def _first_dark(profile, radius, plaque, nearest, farthest):  # type: ignore[no-untyped-def]
    """Index of the darkest sample before the profile rises again to a neighbour, or -1."""
    darkest = math.inf
    at = -1
    high = plaque
    for k in range(radius.size):
        value = profile[k]
        if radius[k] > farthest or math.isnan(value):
            break
        if radius[k] < nearest:
            high = max(high, value)
        elif value < darkest:
            darkest = value
            at = k
        elif value > darkest + max(40.0, 0.33 * (high - darkest)) and darkest < plaque:
            break
    return at


@kernel
def _last_above(profile, first, level):  # type: ignore[no-untyped-def]
    """Index of the first sample above ``level`` when walking inwards from ``first``, or -1."""
    for k in range(first, -1, -1):
        if profile[k] > level:
            return k
    return -1


@kernel
def _first_fall(profile, last, level):  # type: ignore[no-untyped-def]
    """Index, up to ``last``, where the first run above ``level`` ends, walking outwards; or -1."""
    found = -1
    for k in range(last + 1):
        if profile[k] > level:
            found = k
        elif found >= 0:
            break
    return found


@kernel
def _mean_between(profile, radius, low, high, otherwise):  # type: ignore[no-untyped-def]
    """Mean of the samples of an interval; the darkest one alone would be darkened by noise."""
    total = 0.0
    count = 0
    for k in range(radius.size):
        if low <= radius[k] <= high and not math.isnan(profile[k]):
            total += profile[k]
            count += 1
    return total / count if count > 0 else otherwise


@entry
def guess_edges(profiles, radius, lumen, plaque, calcium_above, nearest, farthest, layer_mm):  # type: ignore[no-untyped-def]
    """First guesses for `fit_two_edges`, from smooth profiles.

    Walking outwards from the centre, the outside is the darkest sample before the profile rises
    again by a third of its fall (a neighbour), the wall is where the profile last stands half-way
    between plaque and outside, the lumen where it last stands half-way between lumen and plaque.
    Where nothing is 40 HU darker than plaque, muscle 30 HU brighter shows the wall of a vessel
    without lumen; else the wall does not show.  Around a lumen it is then taken to lie ``layer_mm``
    outside the lumen's edge, before what is there, and the lumen ends where it first falls half-way
    to that; a station without lumen has outside set to plaque, so that the fit carries no
    information on it.  A lumen that noise hides on a ray is looked for from `NARROW_MM` on.

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
    layer_mm
        How thick a wall around a lumen is where it does not show, mm.

    Returns
    -------
    starts (N, A, 2), outside (N, A), layer (N, A): see `fit_two_edges`; calcified (N, A).
    """
    n_stations, n_angles, n_radii = profiles.shape
    starts = np.full((n_stations, n_angles, 2), np.nan)
    outside = np.full((n_stations, n_angles), np.nan)
    layer = np.full((n_stations, n_angles), np.nan)
    calcified = np.zeros((n_stations, n_angles), dtype=np.bool_)
    for n in range(n_stations):
        open_here = not math.isnan(lumen[n])
        for m in range(n_angles):
            profile = profiles[n, m]
            at = _first_dark(profile, radius, plaque[n], nearest, farthest)
            if at < 0:
                continue
            hidden = profile[at] > plaque[n] - 40.0
            wall = _last_above(profile, at, 0.5 * (plaque[n] + profile[at]))
            beside = plaque[n]
            inner = -1
            if open_here and hidden:
                # Muscle may be brighter than half-way to a dim lumen, and noise makes it so.
                low, high = radius[at] - 0.3, radius[at] + 0.3
                beside = max(_mean_between(profile, radius, low, high, beside), beside)
                inner = _first_fall(profile, at, 0.5 * (lumen[n] + beside))
            elif open_here:
                inner = _last_above(profile, wall, 0.5 * (lumen[n] + plaque[n]))
            seen = radius[inner] if inner >= 0 else NARROW_MM
            starts[n, m, 0] = seen if open_here else -1.0
            starts[n, m, 1] = radius[max(wall, 0)]
            outside[n, m] = _mean_between(
                profile, radius, starts[n, m, 1] + 0.6, radius[at] + 0.2, profile[at]
            )
            if hidden and open_here:
                layer[n, m] = layer_mm
                starts[n, m, 1] = max(starts[n, m, 0], nearest) + layer_mm
                low = starts[n, m, 1] + BEHIND_MM
                behind = _mean_between(profile, radius, low, low + BEHIND_OVER_MM, beside)
                # A neighbour that shines there would be taken for more lumen.
                outside[n, m] = behind if behind < 0.5 * (lumen[n] + beside) else beside
            elif hidden:
                outside[n, m] = plaque[n]
                starts[n, m, 1] = nearest + 0.5
                muscle = _mean_between(profile, radius, farthest - 1.0, farthest, 0.0)
                if plaque[n] + 30.0 < muscle < 200.0:
                    edge = at
                    while edge < n_radii - 1 and profile[edge] < 0.5 * (plaque[n] + muscle):
                        edge += 1
                    outside[n, m] = muscle
                    starts[n, m, 1] = radius[edge]
            # Only calcium that reaches the wall hides it; behind calcium further in it shows.
            above = calcium_above[n]
            if hidden and not open_here and outside[n, m] > plaque[n]:
                above = max(above, outside[n, m] + ABOVE_MUSCLE_HU)
            for k in range(n_radii):
                if starts[n, m, 1] - 0.6 <= radius[k] <= starts[n, m, 1] + 0.25:
                    calcified[n, m] = calcified[n, m] or profile[k] > above
    return starts, outside, layer, calcified
