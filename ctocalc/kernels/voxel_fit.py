"""Bounded fit of a share per sub-voxel to blurred voxels, by projected gradients.

Every voxel holds ``cells`` sub-voxels along each axis.  The blur is one weighted sum per axis that
ends on the voxels: ``voxel[K] = sum_t taps[t] * cell[K * cells + t - lead]``.  Only what lies in
the runs (low, high) of each row is computed; the rest counts as zero.
"""

import math

import numpy as np

from ctocalc.kernels._jit import entry, kernel
from ctocalc.kernels._types import Array


@kernel
def _weigh(  # type: ignore[no-untyped-def]
    weights, tap, step, count, source, first, stride, target, at, size
):
    """Set ``target[at + i]`` to the sum of count rows of ``source``, ``stride`` apart, weighted.

    Unsigned: where an index may be negative the compiler does not take several at once.
    """
    one, three, zero = np.uint64(1), np.uint64(3), np.uint64(0)
    tap, step, count = np.uint64(tap), np.uint64(step), np.uint64(count)
    first, stride, at, size = np.uint64(first), np.uint64(stride), np.uint64(at), np.uint64(size)
    for i in range(zero, size):
        target[at + i] = np.float32(0.0)
    by_three = count - count % three
    for n in range(zero, by_three, three):
        u, v, w = tap + n * step, tap + (n + one) * step, tap + (n + one + one) * step
        a, b, c = first + n * stride, first + (n + one) * stride, first + (n + one + one) * stride
        wu, wv, ww = weights[u], weights[v], weights[w]
        for i in range(zero, size):
            target[at + i] += wu * source[a + i] + wv * source[b + i] + ww * source[c + i]
    for n in range(by_three, count):
        wu, a = weights[tap + n * step], first + n * stride
        for i in range(zero, size):
            target[at + i] += wu * source[a + i]


@kernel
def _blur(  # type: ignore[no-untyped-def]
    cell, taps, cells, rows, columns, ends, one, two, three
):
    """Blur ``cell`` (k, j, i) into ``three`` (K, J, I) by way of (K, j, i) and (K, J, i).

    What lies beyond the runs of ``one`` and ``two`` is and stays zero.
    """
    wk, wj, wi = taps
    depth, height, _ = three.shape
    tall, wide = cell.shape[1], cell.shape[2]
    lead = (wk.size - cells[0]) // 2, (wj.size - cells[1]) // 2, (wi.size - cells[2]) // 2
    flat, flat_one, flat_two = cell.ravel(), one.ravel(), two.ravel()
    for a in range(depth):
        k = a * cells[0] - lead[0]
        first, stop = max(0, -k), min(wk.size, cell.shape[0] - k)
        for j in range(tall):
            low, high = rows[a, j, 0], rows[a, j, 1]
            if low < high:
                _weigh(
                    wk, first, 1, stop - first, flat, ((k + first) * tall + j) * wide + low,
                    tall * wide, flat_one, (a * tall + j) * wide + low, high - low,
                )  # fmt: skip
        for b in range(height):
            low, high = columns[a, b, 0], columns[a, b, 1]
            if low >= high:
                continue
            j = b * cells[1] - lead[1]
            first, stop = max(0, -j), min(wj.size, tall - j)
            _weigh(
                wj, first, 1, stop - first, flat_one, (a * tall + j + first) * wide + low,
                wide, flat_two, (a * height + b) * wide + low, high - low,
            )  # fmt: skip
            line = two[a, b]
            for c in range(ends[a, b, 0], ends[a, b, 1]):
                total = np.float32(0.0)
                i = c * cells[2] - lead[2]
                for t in range(max(0, low - i), min(wi.size, high - i)):
                    total += wi[t] * line[i + t]
                three[a, b, c] = total


@kernel
def _unblur(  # type: ignore[no-untyped-def]
    three, taps, cells, rows, columns, ends, used, one, two, cell
):
    """Transpose of `_blur`: from voxels (K, J, I) to the runs ``used`` of ``cell`` (k, j, i)."""
    wk, wj, wi = taps
    depth, height, _ = three.shape
    tall, wide = cell.shape[1], cell.shape[2]
    lead = (wk.size - cells[0]) // 2, (wj.size - cells[1]) // 2, (wi.size - cells[2]) // 2
    flat, flat_one, flat_two = cell.ravel(), one.ravel(), two.ravel()
    back_k, back_j = wk[::-1].copy(), wj[::-1].copy()
    for a in range(depth):
        for b in range(height):
            low, high = columns[a, b, 0], columns[a, b, 1]
            if low >= high:
                continue
            line = two[a, b]
            for i in range(low, high):
                line[i] = 0.0
            for c in range(ends[a, b, 0], ends[a, b, 1]):
                value = three[a, b, c]
                i = c * cells[2] - lead[2]
                for t in range(max(0, low - i), min(wi.size, high - i)):
                    line[i + t] += wi[t] * value
        for j in range(tall):
            low, high = rows[a, j, 0], rows[a, j, 1]
            if low < high:
                first, stop, tap = _voxels_about(j + lead[1], wj.size, cells[1], height)
                _weigh(
                    back_j, tap, cells[1], stop - first, flat_two,
                    (a * height + first) * wide + low, wide,
                    flat_one, (a * tall + j) * wide + low, high - low,
                )  # fmt: skip
    for k in range(cell.shape[0]):
        first, stop, tap = _voxels_about(k + lead[0], wk.size, cells[0], depth)
        for j in range(tall):
            low, high = used[k, j, 0], used[k, j, 1]
            if low < high:
                _weigh(
                    back_k, tap, cells[0], stop - first, flat_one,
                    (first * tall + j) * wide + low, tall * wide,
                    flat, (k * tall + j) * wide + low, high - low,
                )  # fmt: skip


@kernel
def _voxels_about(place, taps, cells, count):  # type: ignore[no-untyped-def]
    """Return first and stop of the voxels a cell counts in, and the first one's tap reversed.

    ``place``: the tap with which the cell counts in voxel 0, if there were as many.
    """
    first = max(0, (place - taps) // cells + 1)
    return first, min(count, place // cells + 1), taps - 1 - (place - first * cells)


@kernel
def _runs(mask, reach_j, reach_i, cells):  # type: ignore[no-untyped-def]
    """Return the runs of each row that the masked voxels need: of (K, j), (K, J) and voxels."""
    depth, height, width = mask.shape
    ends = np.zeros((depth, height, 2), np.int64)
    columns = np.zeros((depth, height, 2), np.int64)
    rows = np.zeros((depth, height * cells[1], 2), np.int64)
    for a in range(depth):
        for b in range(height):
            low, high = width, 0
            for c in range(width):
                if mask[a, b, c]:
                    low, high = min(low, c), c + 1
            if low >= high:
                continue
            ends[a, b, 0], ends[a, b, 1] = low, high
            first = max(low * cells[2] - reach_i, 0)
            stop = min(high * cells[2] + reach_i, width * cells[2])
            columns[a, b, 0], columns[a, b, 1] = first, stop
            for j in range(b * cells[1] - reach_j, (b + 1) * cells[1] + reach_j):
                if 0 <= j < height * cells[1]:
                    if rows[a, j, 0] >= rows[a, j, 1]:
                        rows[a, j, 0], rows[a, j, 1] = first, stop
                    else:
                        rows[a, j, 0] = min(rows[a, j, 0], first)
                        rows[a, j, 1] = max(rows[a, j, 1], stop)
    return rows, columns, ends


@kernel
def _neighbours(amplitude):  # type: ignore[no-untyped-def]
    """Return flat places (M,) of sub-voxels in use and of their six neighbours (M, 6).

    A neighbour that is not in use is the sub-voxel itself: the wall is no edge of calcium.
    """
    depth, height, width = amplitude.shape
    used = 0
    for value in amplitude.ravel():
        used += value > 0.0
    own = np.empty(used, np.int64)
    beside = np.empty((used, 6), np.int64)
    row = 0
    for k in range(depth):
        for j in range(height):
            for i in range(width):
                if amplitude[k, j, i] <= 0.0:
                    continue
                at = (k * height + j) * width + i
                own[row] = at
                for side in range(6):
                    axis, move = side // 2, 2 * (side % 2) - 1
                    a = k + (move if axis == 0 else 0)
                    b = j + (move if axis == 1 else 0)
                    c = i + (move if axis == 2 else 0)
                    within = 0 <= a < depth and 0 <= b < height and 0 <= c < width
                    if within and amplitude[a, b, c] > 0.0:
                        beside[row, side] = (a * height + b) * width + c
                    else:
                        beside[row, side] = at
                row += 1
    return own, beside


@kernel
def _used(amplitude):  # type: ignore[no-untyped-def]
    """Return the runs (k, j, 2) of sub-voxels in use."""
    depth, height, width = amplitude.shape
    used = np.zeros((depth, height, 2), np.int64)
    for k in range(depth):
        for j in range(height):
            for i in range(width):
                if amplitude[k, j, i] > 0.0:
                    if used[k, j, 1] == 0:
                        used[k, j, 0] = i
                    used[k, j, 1] = i + 1
    return used


@kernel
def _work(mask, taps, cells):  # type: ignore[no-untyped-def]
    _, wj, wi = taps
    rows, columns, ends = _runs(mask, (wj.size - cells[1]) // 2, (wi.size - cells[2]) // 2, cells)
    depth, height, width = mask.shape
    one = np.zeros((depth, height * cells[1], width * cells[2]), np.float32)
    two = np.zeros((depth, height, width * cells[2]), np.float32)
    three = np.zeros((depth, height, width), np.float32)
    return rows, columns, ends, one, two, three


@entry
def blur_cells(cell: Array, mask: Array, wk: Array, wj: Array, wi: Array, cells: Array) -> Array:
    """Return voxels (K, J, I) float32 of sub-voxels (k, j, i), where ``mask`` holds; else 0."""
    taps, count = (wk, wj, wi), (cells[0], cells[1], cells[2])
    rows, columns, ends, one, two, three = _work(mask, taps, count)
    _blur(cell, taps, count, rows, columns, ends, one, two, three)
    flat, seen = three.ravel(), mask.ravel()
    for n in range(flat.size):
        if not seen[n]:
            flat[n] = 0.0
    return three  # type: ignore[no-any-return]


@entry
def fit_share(
    data: Array,
    mask: Array,
    amplitude: Array,
    start: Array,
    wk: Array,
    wj: Array,
    wi: Array,
    cells: Array,
    rounds: int,
    sharpness: Array,
) -> Array:
    """Return the share (k, j, i) in 0-1 whose blur times ``amplitude`` is nearest to ``data``.

    ``rounds`` accelerated steps (FISTA) from ``start``; then one plain step for each entry of
    ``sharpness``, which draws shares to 0 or 1 with that weight, whichever the mean of a sub-voxel
    (twice) and its six neighbours is nearer to: that shortens edges.  Where ``amplitude`` is 0
    the share is 0.
    """
    taps, count = (wk, wj, wi), (cells[0], cells[1], cells[2])
    rows, columns, ends, one, two, three = _work(mask, taps, count)
    height, wanted, seen = amplitude.ravel(), data.ravel(), mask.ravel()
    largest = max(np.float32(height.max()), np.float32(1e-6))
    # No sub-voxel adds more to all voxels together than this.
    gain = np.float32(1.0) / np.float32(count[0] * count[1] * count[2])
    own, beside = _neighbours(amplitude)
    used = _used(amplitude)
    tall = np.empty(own.size, np.float32)
    share, ahead = np.empty(own.size, np.float32), np.empty(own.size, np.float32)
    scaled, slope = np.zeros_like(amplitude), np.empty_like(amplitude)
    each, downhill, miss = scaled.ravel(), slope.ravel(), three.ravel()
    first = start.ravel()
    for n in range(own.size):
        tall[n] = height[own[n]] / largest
        share[n] = ahead[n] = first[own[n]]
    pace = 1.0
    for step in range(rounds + sharpness.size):
        for n in range(own.size):
            each[own[n]] = ahead[n] * tall[n]
        _blur(scaled, taps, count, rows, columns, ends, one, two, three)
        for n in range(miss.size):
            miss[n] = miss[n] - wanted[n] / largest if seen[n] else np.float32(0.0)
        _unblur(three, taps, count, rows, columns, ends, used, one, two, slope)
        weight = np.float32(0.0) if step < rounds else np.float32(sharpness[step - rounds])
        after = 0.5 * (1.0 + math.sqrt(1.0 + 4.0 * pace * pace))
        carry = np.float32((pace - 1.0) / after) if step < rounds - 1 else np.float32(0.0)
        pace = after
        if weight > 0.0:
            for n in range(own.size):
                each[own[n]] = ahead[n]
        for n in range(own.size):
            at = ahead[n]
            move = tall[n] * downhill[own[n]] / gain
            if weight > 0.0:
                around = 2 * at
                for side in range(6):
                    around += each[beside[n, side]]
                move += weight * (1 - around / 4)
            new = min(max(at - move, np.float32(0.0)), np.float32(1.0))
            ahead[n] = new + carry * (new - share[n])
            share[n] = new
    out = np.zeros_like(amplitude)
    flat = out.ravel()
    for n in range(own.size):
        flat[own[n]] = share[n]
    return out
