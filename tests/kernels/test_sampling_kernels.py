"""Interpolation against slow twins: sums of basis functions, a solved system of coefficients."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctocalc._arrays import Array, Floats
from ctocalc.kernels import sampling, spline
from tests.kernels import naive
from tests.kernels.examples import quick

REACH = np.array([0.0, 0.5, 1.5, 2.25, 4.0])
volumes = hnp.arrays(
    np.int16,
    st.tuples(*[st.integers(1, 6)] * 3),
    elements=st.integers(-1000, 3000),
)
points = st.tuples(*[st.floats(-1, 6)] * 3).map(np.array)
directions = st.tuples(*[st.floats(-1, 1)] * 3).map(np.array)


def locked(array: Array) -> Array:
    array.flags.writeable = False
    return array


def scale(slope: float = 1.0, intercept: float = 0.0, padding: float = -math.inf) -> Floats:
    return locked(np.array([slope, intercept, padding]))


def linear(stored: Array, start: Floats, step: Floats, scaling: Floats) -> Array:
    out = np.empty((1, REACH.size), np.float32)
    lines = locked(start[None].copy()), locked(step[None].copy()), locked(REACH.copy())
    flat = locked(stored.reshape(-1).copy())
    sampling.linear_lines(flat, stored.shape, *lines, scaling, out)
    return out.reshape(-1)


def coefficients(stored: Array, scaling: Floats) -> Array:
    depth, rows, width = stored.shape
    out = np.empty((depth + 3, rows + 3, width + 3), np.float32)
    stored = locked(stored.copy())
    spline.spline_slices(stored, scaling, out, 0, depth)
    spline.spline_columns(out, 0, rows)
    spline.finish_slices(stored, float(scaling[2]), out, 0, depth)
    spline.finish_ends(out)
    return locked(out)


def cubic(stored: Array, start: Floats, step: Floats, scaling: Floats) -> Array:
    out = np.empty((1, REACH.size), np.float32)
    lines = locked(start[None].copy()), locked(step[None].copy()), locked(REACH.copy())
    sampling.cubic_lines(coefficients(stored, scaling), *lines, out)
    return out.reshape(-1)


def on_the_rim(kji: Floats, shape: tuple[int, ...]) -> bool:
    """Tell whether rounding decides if a point is inside."""
    return any(min(abs(x), abs(x - (n - 1))) < 2e-4 for x, n in zip(kji, shape, strict=True))


@quick
@given(volumes, points, directions)
def test_linear_matches_slow_twin(stored: Array, start: Floats, step: Floats) -> None:
    got = linear(stored, start, step, scale(0.5, -7.0))
    for value, reach in zip(got, REACH, strict=True):
        kji = start + reach * step
        if not on_the_rim(kji, stored.shape):
            want = 0.5 * naive.sample(stored.astype(float), kji, cubic=False) - 7.0
            np.testing.assert_allclose(value, want, atol=0.05)


@quick
@given(volumes, points, directions)
def test_cubic_matches_slow_twin(stored: Array, start: Floats, step: Floats) -> None:
    got = cubic(stored, start, step, scale(0.5, -7.0))
    solved = naive.spline_coefficients(0.5 * stored.astype(float) - 7.0)
    for value, reach in zip(got, REACH, strict=True):
        kji = start + reach * step
        if not on_the_rim(kji, stored.shape):
            np.testing.assert_allclose(value, naive.sample(solved, kji, cubic=True), atol=0.05)


@quick
@given(volumes)
def test_coefficients_match_the_solved_system(stored: Array) -> None:
    inner = coefficients(stored, scale())[1:-2, 1:-2, 1:-2]
    np.testing.assert_allclose(inner, naive.spline_coefficients(stored.astype(float)), atol=0.05)


def test_voxel_centres_are_reproduced() -> None:
    stored = np.random.default_rng(2).integers(-1000, 3000, (5, 6, 7)).astype(np.int16)
    step = np.array([0.0, 0.0, 1.0])
    for sampler in (linear, cubic):
        got = sampler(stored, np.array([2.0, 3.0, 1.0]), step, scale())
        np.testing.assert_allclose(got[[0, 4]], stored[2, 3, [1, 5]], atol=0.02)


@pytest.mark.parametrize("dtype", [np.int16, np.uint16, np.float32])
def test_each_stored_type_gives_the_same_grey_values(dtype: type) -> None:
    values = np.random.default_rng(2).integers(0, 3000, (4, 5, 6))
    start, step = np.array([0.3, 1.2, 0.6]), np.array([0.5, 0.4, 0.9])
    for sampler in (linear, cubic):
        got = sampler(values.astype(dtype), start, step, scale(2.0, -1024.0))
        same = sampler(values.astype(np.int16), start, step, scale(2.0, -1024.0))
        np.testing.assert_array_equal(got, same)


@pytest.mark.parametrize("row", range(4))
def test_padding_is_bridged_by_the_nearest_of_its_row(row: int) -> None:
    pad = -2000
    rows = np.array(
        [
            [pad, pad, 10, 20, pad, pad, pad, 50],
            [pad] * 8,
            [1, 2, 3, 4, 5, 6, 7, pad],
            [pad, 1, pad, pad, 4, pad, pad, pad],
        ],
        np.int16,
    )
    bridged = np.array(
        [
            [10, 10, 10, 20, 20, 20, 50, 50],
            [-1000] * 8,
            [1, 2, 3, 4, 5, 6, 7, 7],
            [1, 1, 1, 4, 4, 4, 4, 4],
        ],
        np.int16,
    )
    stored, same = rows[row][None, None], bridged[row][None, None]
    got, want = coefficients(stored, scale(padding=-1500)), coefficients(same, scale())
    touched = stored[0, 0] <= -1500
    assert np.isnan(got[1, 1, 1:-2]).tolist() == touched.tolist()
    np.testing.assert_array_equal(got[1, 1, 1:-2][~touched], want[1, 1, 1:-2][~touched])


@quick
@given(st.floats(0, 1))
def test_spline_weights_are_the_basis(part: float) -> None:
    weights = sampling.spline_weights(np.float32(part))
    want = [naive.spline_basis(part + 1 - n) for n in range(4)]
    np.testing.assert_allclose(weights, want, atol=1e-6)


@quick
@given(st.integers(-20, 20), st.integers(1, 6))
def test_mirrored_matches_slow_twin(index: int, size: int) -> None:
    assert spline.mirrored(index, size) == naive.mirror(index, size)
