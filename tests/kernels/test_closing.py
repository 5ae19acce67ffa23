"""Closing lumens against rings: a slow twin, and what no ring may say alone."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ctocalc._arrays import Floats, Ints
from ctocalc.kernels.closing import closing_misses
from tests.kernels.examples import quick

SD, MOST = (0.05, 0.06), (4.0, 9.0)


def twin(models: Floats, at: Ints, shown: Floats, weight: Floats) -> Floats:
    """The same by matrices: one ridge regression per model and place, twice with clipped misses."""
    out = np.empty((len(at), len(models)))
    for t, stations in enumerate(at):
        for k, model in enumerate(models[:, stations]):
            miss = (shown - model).ravel()
            most = np.where(miss > 0.0, *MOST)
            w = weight.ravel()
            with np.errstate(divide="ignore"):
                w = np.minimum(w, np.where(w > 0.0, most / miss**2, 0.0))
            basis = np.stack([np.ones(miss.size), model.ravel()], axis=1)
            ridge = np.diag(1.0 / np.array(SD) ** 2)
            free = np.linalg.solve(basis.T @ (w[:, None] * basis) + ridge, basis.T @ (w * miss))
            left = miss - basis @ free
            each = np.minimum(weight.ravel() * left**2, np.where(left > 0.0, *MOST))
            out[t, k] = each.sum() + ((free / SD) ** 2).sum()
    return out


@quick
@given(st.integers(0, 2**32 - 1))
def test_misses_match_the_slow_twin(seed: int) -> None:
    rng = np.random.default_rng(seed)
    models = rng.uniform(0.0, 1.0, (3, 7, 4))
    at = rng.integers(0, 7, (2, 5))
    shown = models[1][at[0]] + rng.normal(0.0, 0.2, (5, 4))
    weight = np.where(rng.random((5, 4)) < 0.2, 0.0, rng.uniform(10.0, 400.0, (5, 4)))
    np.testing.assert_allclose(
        closing_misses(models, at, shown, weight, SD, MOST), twin(models, at, shown, weight),
        rtol=1e-9,
    )  # fmt: skip


def test_the_model_that_was_shown_misses_nothing_and_what_is_unknown_counts_nothing() -> None:
    rng = np.random.default_rng(1)
    models = rng.uniform(0.0, 1.0, (2, 6, 4))
    at = np.arange(6)[None]
    shown = models[0].copy()
    weight = np.full((6, 4), 100.0)
    assert closing_misses(models, at, shown, weight, SD, MOST)[0, 0] == 0.0
    shown[2:], weight[2:] = 99.0, 0.0
    assert closing_misses(models, at, shown, weight, SD, MOST)[0, 0] == 0.0


def test_one_ring_says_no_more_than_its_most_and_dark_ones_more_than_bright_ones() -> None:
    models = np.full((1, 1, 9), 0.5)
    at, weight = np.zeros((1, 20), dtype=np.int64), np.full((20, 9), 400.0)
    for sign, most in ((1.0, MOST[0]), (-1.0, MOST[1])):
        shown = np.full((20, 9), 0.5)
        shown[0, 0] += 50.0 * sign
        found = closing_misses(models, at, shown, weight, SD, MOST)[0, 0]
        assert 0.95 * most < found < most + 1e-6
