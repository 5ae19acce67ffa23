"""Positions along rays: crossings and half maxima of profiles (N, A, R), and closed contours.

Positions are radii (mm), linear between samples; NaN where there is none, also where the way to it
holds a NaN sample.
"""

import math

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array, Real, Whole


@entry
def first_below_mm(profiles: Array, level: Array, start: Array, radius_mm: Array) -> Array:
    """Return (N, A) where each profile first falls below ``level`` (N, A) from sample ``start``.

    A profile that is below already at ``start`` (N, A) crosses there.
    """
    stations, angles, _ = profiles.shape
    out = np.empty((stations, angles))
    for n in range(stations):
        for a in range(angles):
            out[n, a] = _crossing(profiles[n, a], level[n, a], start[n, a], radius_mm, 1.0)
    return out


@entry
def first_above_mm(profiles: Array, level: Array, start: Array, radius_mm: Array) -> Array:
    """Return (N, A) where each profile first rises above ``level`` (N, A) from sample ``start``.

    A profile that is above already at ``start`` (N, A) crosses there.
    """
    stations, angles, _ = profiles.shape
    out = np.empty((stations, angles))
    for n in range(stations):
        for a in range(angles):
            out[n, a] = _crossing(profiles[n, a], level[n, a], start[n, a], radius_mm, -1.0)
    return out


@entry
def half_maximum_mm(profiles: Array, peak: Array, background: Array, radius_mm: Array) -> Array:
    """Return (N, A) where each profile falls halfway from sample ``peak`` to ``background`` (HU).

    The edge of an object wider than the blur; NaN where the peak is not above the background.
    """
    stations, angles, _ = profiles.shape
    out = np.empty((stations, angles))
    for n in range(stations):
        for a in range(angles):
            top, floor = np.float64(profiles[n, a, peak[n, a]]), background[n, a]
            edge = _crossing(profiles[n, a], (top + floor) / 2, peak[n, a], radius_mm, 1.0)
            out[n, a] = edge if top > floor else math.nan
    return out


@kernel
def _crossing(profile: Array, level: Real, start: Whole, radius_mm: Array, sign: float) -> Real:
    before = math.nan
    for r in range(start, profile.size):
        over = sign * (np.float64(profile[r]) - level)
        if math.isnan(over):
            return math.nan
        if over < 0.0:
            if r == start:
                return radius_mm[r]
            # before >= 0 > over: the denominator is positive
            share = before / (before - over)
            return radius_mm[r - 1] + share * (radius_mm[r] - radius_mm[r - 1])
        before = over
    return math.nan


@entry
def closed_contours(cost: Array, max_step: int) -> Array:
    """Return (N, A) int64 ring indices of the closed contour of least total cost (N, A, R).

    Neighbouring rays, the last and the first too, differ by at most ``max_step`` rings.  Exact: a
    closed contour costs at least what the best open one with the same end does, so starts are
    tried in the order of that bound until it exceeds the best found; and optimal contours of two
    starts need not cross, so each try stays between its solved neighbours.  Infinite or NaN cost is
    forbidden; -1 throughout where no contour is allowed.
    """
    stations, angles, rings = cost.shape
    out = np.full((stations, angles), -1, np.int64)
    totals = np.full((angles, rings + 2 * max_step), np.inf)
    solved = np.empty((rings, angles), np.int64)
    state = np.empty(rings, np.int64)
    allowed = np.empty((angles, rings))
    for n in range(stations):
        for a in range(angles):
            for r in range(rings):
                allowed[a, r] = math.inf if math.isnan(cost[n, a, r]) else cost[n, a, r]
        if angles > 0 and rings > 0:
            _closed_contour(allowed, max_step, totals, solved, state, out[n])
    return out


@kernel
def _closed_contour(
    cost: Array, max_step: int, totals: Array, solved: Array, state: Array, out: Array
) -> None:
    angles, rings = cost.shape
    lowest, highest = np.zeros(angles, np.int64), np.full(angles, rings - 1)
    _spread(cost, max_step, totals, lowest, highest, -1)
    bound = totals[angles - 1, max_step : max_step + rings].copy()
    # The end may step once more to close; the bound of a start is the best end in its reach.
    reach = np.empty(rings)
    for r in range(rings):
        reach[r] = _least(bound, r - max_step, r + max_step)
    state[:] = 0
    best = math.inf
    for _ in range(rings):
        start = _next_start(reach, state, best)
        if start < 0:
            return
        below, above = start - 1, start + 1
        while below >= 0 and state[below] != 1:
            below -= 1
        while above < rings and state[above] != 1:
            above += 1
        low = solved[below] if below >= 0 else lowest
        high = solved[above] if above < rings else highest
        _spread(cost, max_step, totals, low, high, start)
        ends = totals[angles - 1, max_step : max_step + rings]
        total = _least(ends, start - max_step, start + max_step)
        if total < math.inf:
            state[start] = 1
            _trace(totals, max_step, start, solved[start])
            if total < best:
                best = total
                out[:] = solved[start]
        else:
            state[start] = 2


@kernel
def _next_start(bound: Array, state: Array, best: float) -> Whole:
    chosen, least = -1, best
    for r in range(bound.size):
        if state[r] == 0 and bound[r] < least:
            chosen, least = r, bound[r]
    return chosen


@kernel
def _least(row: Array, first: Whole, last: Whole) -> Real:
    least = math.inf
    for r in range(max(first, 0), min(last, row.size - 1) + 1):
        least = min(least, row[r])
    return least


@kernel
def _spread(
    cost: Array, max_step: int, totals: Array, low: Array, high: Array, start: Whole
) -> None:
    """Fill least costs from ``start`` (-1: any) to every ring between ``low`` and ``high``.

    ``totals`` (A, R + 2 * max_step) has a rim of infinity, so that no step needs a test.
    """
    angles, rings = cost.shape
    totals[0] = math.inf
    for r in range(rings):
        if start in (-1, r):
            totals[0, r + max_step] = cost[0, r]
    for a in range(1, angles):
        first, stop = low[a], high[a] + 1
        totals[a] = math.inf
        row, costs = totals[a, first + max_step : stop + max_step], cost[a, first:stop]
        for step in range(2 * max_step + 1):
            before = totals[a - 1, first + step : stop + step]
            # Written so that LLVM vectorises it; min() would not.
            for r in range(row.size):
                row[r] = before[r] if before[r] < row[r] else row[r]
        for r in range(row.size):
            row[r] += costs[r]


@kernel
def _trace(totals: Array, max_step: int, start: Whole, path: Array) -> None:
    ring = start
    for a in range(path.size - 1, -1, -1):
        chosen = ring
        for size in range(max_step + 1):  # the smallest step first, among equals
            for there in (ring - size, ring + size):
                inside = 0 <= there < totals.shape[1] - 2 * max_step
                if inside and totals[a, there + max_step] < totals[a, chosen + max_step]:
                    chosen = there
        path[a] = chosen
        ring = chosen
