"""Edges on rays: how well one is known."""

import numpy as np
import pytest
from scipy.special import ndtr

from ctocalc.kernels.edges import fit_two_edges
from ctocalc.vessel.rays import edge_sd_mm

RADIUS = np.arange(0.0, 4.01, 0.1)
PLAQUE, FAT, WALL_MM = 55.0, -90.0, 1.8


@pytest.mark.parametrize("sigma", [0.25, 0.35])
@pytest.mark.parametrize("noise", [8.0, 16.0])
def test_the_spread_of_an_edge_is_that_of_repeated_fits(sigma: float, noise: float) -> None:
    count = 200
    clean = FAT + (PLAQUE - FAT) * ndtr((WALL_MM - RADIUS) / sigma)
    samples = clean + np.random.default_rng(1).normal(0.0, noise, (1, count, len(RADIUS)))
    every = np.ones((1, count))
    starts = np.stack([-every, WALL_MM * every], axis=2)
    found = fit_two_edges(
        samples.astype(np.float32), RADIUS, 0 * every, np.array([PLAQUE]), FAT * every, starts,
        np.full((1, count), np.nan), 9.0, sigma * every,
    )  # fmt: skip
    told = edge_sd_mm(noise, np.array(PLAQUE - FAT), np.array(sigma), 0.1)

    assert found[0, :, 1].std() == pytest.approx(float(told), rel=0.15)


def test_where_nothing_changes_there_is_no_edge() -> None:
    assert np.isinf(edge_sd_mm(25.0, np.array(0.0), np.array(0.3), 0.1))
