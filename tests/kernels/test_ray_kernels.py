"""Crossings, half maxima and closed contours against slow twins and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.special import erfc

from ctocalc._arrays import Array, Floats
from ctocalc.kernels import rays
from tests.kernels import naive
from tests.kernels.examples import quick

RADIUS: Floats = (np.arange(12, dtype=np.float64) + 0.5) * 0.25
grey = st.floats(-1000, 1000, width=32) | st.just(float("nan"))
profiles = hnp.arrays(np.float32, (2, 3, 12), elements=grey)


@quick
@given(profiles, st.floats(-900, 900), st.integers(0, 11))
def test_crossings_match_slow_twin(profile: Array, level: float, start: int) -> None:
    levels, starts = np.full((2, 3), level), np.full((2, 3), start)
    below = rays.first_below_mm(profile, levels, starts, RADIUS)
    above = rays.first_above_mm(profile, levels, starts, RADIUS)
    for n, a in np.ndindex(2, 3):
        want = naive.first_below(profile[n, a], level, start, RADIUS)
        np.testing.assert_allclose(below[n, a], want, rtol=1e-6)
        want = naive.first_below(-profile[n, a], -level, start, RADIUS)
        np.testing.assert_allclose(above[n, a], want, rtol=1e-6)


@quick
@given(profiles, st.floats(-900, 900))
def test_crossing_lies_between_its_samples(profile: Array, level: float) -> None:
    levels, starts = np.full((2, 3), level), np.zeros((2, 3), np.int64)
    edge = rays.first_below_mm(profile, levels, starts, RADIUS)
    found = ~np.isnan(edge)
    assert ((edge[found] >= RADIUS[0]) & (edge[found] <= RADIUS[-1])).all()
    higher = rays.first_below_mm(profile, levels + 50, starts, RADIUS)
    both = found & ~np.isnan(higher)
    assert (higher[both] <= edge[both] + 1e-9).all()


def test_half_maximum_of_a_blurred_edge_is_the_edge() -> None:
    radius = (np.arange(80) + 0.5) * 0.05
    edge = np.array([[1.0, 1.37, 2.2]])
    profile = 50 + 350 * 0.5 * erfc((radius - edge[..., None]) / (0.3 * np.sqrt(2)))
    peak, background = np.zeros((1, 3), np.int64), np.full((1, 3), 50.0)
    got = rays.half_maximum_mm(profile, peak, background, radius)
    np.testing.assert_allclose(got, edge, atol=0.005)
    assert np.isnan(rays.half_maximum_mm(profile, peak, background + 400, radius)).all()


costs = st.tuples(st.integers(1, 7), st.integers(1, 7)).flatmap(
    lambda shape: hnp.arrays(
        np.float64, shape, elements=st.integers(0, 9).map(float) | st.just(np.inf)
    )
)


@quick
@given(costs, st.integers(0, 3))
def test_closed_contour_is_allowed_and_of_least_cost(cost: Array, max_step: int) -> None:
    path = rays.closed_contours(cost[None], max_step)[0]
    best = naive.closed_contour_cost(cost, max_step)
    if np.isinf(best):
        assert (path == -1).all()
        return
    assert (np.abs(np.diff(path, append=path[0])) <= max_step).all()
    assert cost[np.arange(len(path)), path].sum() == pytest.approx(best)


def test_closed_contour_on_random_costs_is_exact() -> None:
    rng = np.random.default_rng(4)
    cost = rng.uniform(size=(3, 24, 16)).astype(np.float32)
    for max_step in (1, 2):
        paths = rays.closed_contours(cost, max_step)
        for plane, path in zip(cost, paths, strict=True):
            assert (np.abs(np.diff(path, append=path[0])) <= max_step).all()
            total = plane.astype(float)[np.arange(24), path].sum()
            assert total == pytest.approx(naive.closed_contour_cost(plane, max_step))


def test_closed_contour_follows_a_shifted_ring_and_avoids_nan() -> None:
    angle = 2 * np.pi * np.arange(36) / 36
    truth = np.round(10 + 4 * np.cos(angle)).astype(int)
    cost = np.abs(np.arange(20)[None, :] - truth[:, None]).astype(np.float32)
    np.testing.assert_array_equal(rays.closed_contours(cost[None], 2)[0], truth)
    cost[5, truth[5]] = np.nan
    assert rays.closed_contours(cost[None], 2)[0, 5] != truth[5]
