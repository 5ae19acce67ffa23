"""Which density is taken of those that explain the voxels alike."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.vessel.density import THIN_RATIO, _lowest

CURVE = 4000.0


def costs(ratios: Floats, best: float) -> Floats:
    """Cost of a deposit whose right ratio is ``best``: a parabola in the logarithm."""
    return 100.0 + CURVE * np.log(ratios / best) ** 2


@pytest.mark.parametrize("best", [0.8, 0.95, 1.05])
def test_of_equal_costs_the_lowest_is_taken(best: float) -> None:
    ratios = np.array([0.6, 0.75, 0.9, 1.05, 1.3, 1.7])
    found = _lowest(ratios, costs(ratios, best), 0.0)
    assert found == pytest.approx(best, rel=1e-6)
    # A parabola has risen by 10 at sqrt(10 / curvature) from its lowest point.
    lower = _lowest(ratios, costs(ratios, best), 10.0)
    assert lower == pytest.approx(best * np.exp(-np.sqrt(10.0 / CURVE)), rel=0.02)


def test_a_flat_run_of_densities_is_left_at_its_foot() -> None:
    ratios = np.array([0.7, 0.8, 0.9, 1.0, 1.1, 1.2])
    flat = np.array([400.0, 300.0, 101.0, 101.0, 100.0, 101.0])
    assert 0.85 < _lowest(ratios, flat, 4.0) < 0.9
    assert _lowest(ratios, flat, 0.0) > 1.0


def test_order_and_repeats_of_what_was_tried_do_not_matter() -> None:
    ratios = np.array([1.05, 0.75, 1.3, 0.9, 0.75, 0.6])
    tidy = np.unique(ratios)
    here = _lowest(ratios, costs(ratios, 0.93), 5.0)
    assert here == pytest.approx(_lowest(tidy, costs(tidy, 0.93), 5.0))


def test_thin_calcium_keeps_the_density_of_the_least_cost() -> None:
    best = THIN_RATIO + 0.1
    ratios = np.array([1.05, 1.3, 1.5, 1.7, 2.0, 2.4])
    assert _lowest(ratios, costs(ratios, best), 20.0) == pytest.approx(best, rel=1e-6)


def test_costs_that_fall_to_the_last_stay_within_what_was_tried() -> None:
    ratios = np.array([0.85, 1.05, 1.3, 1.69, 2.2, 2.86, 3.5])
    falling = 500.0 - 100.0 * np.log(ratios)
    assert ratios[0] <= _lowest(ratios, falling, 10.0) <= ratios[-1]
    assert ratios[0] <= _lowest(ratios, -falling, 1e9) <= ratios[-1]
