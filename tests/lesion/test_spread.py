"""Intervals of maxima, means and sums from the standard deviations of stations."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.lesion.spread import (
    SHARED,
    Series,
    largest_mean,
    measured,
    running_mean,
    sd_of_sum,
)
from ctocalc.quantity import Unit

S = np.arange(0.0, 40.01, 0.5)


def fractions(value: Floats, sd: float = 0.05) -> Series:
    return Series(
        arclength_mm=S, value=value, sd=np.full(len(S), sd), unit=Unit.FRACTION, highest=1.0
    )


def test_the_running_mean_is_the_trapezoid_over_one_millimetre() -> None:
    rng = np.random.default_rng(2)
    values = rng.uniform(size=len(S))
    mean = running_mean(values)
    for n in (1, 17, len(S) - 2):
        assert mean[n] == pytest.approx(np.trapezoid(values[n - 1 : n + 2], S[n - 1 : n + 2]))
    assert np.isnan(mean[[0, -1]]).all()


def test_the_running_mean_of_a_line_is_the_line() -> None:
    np.testing.assert_allclose(running_mean(0.01 * S)[1:-1], 0.01 * S[1:-1])


@pytest.mark.parametrize("value", [0.0, 0.004, 0.3, 0.97, 1.0])
def test_a_value_lies_in_its_interval_which_stays_in_range(value: float) -> None:
    found = measured(value, 0.1, Unit.FRACTION, highest=1.0)
    assert found.low is not None
    assert found.high is not None
    assert 0.0 <= found.low <= value <= found.high <= 1.0
    assert found.high - found.low == pytest.approx(min(1, value + 0.196) - max(0, value - 0.196))


def test_a_series_and_its_stations_have_the_same_interval() -> None:
    series = fractions(np.linspace(0.0, 1.0, len(S)))
    for n in (0, 20, len(S) - 1):
        one = series.at(n)
        assert (one.low, one.high) == pytest.approx((series.low[n], series.high[n]))
        assert one.at_mm == S[n]


def test_the_largest_looks_inside_only_and_takes_the_spread_of_its_own_station() -> None:
    values = np.where(np.abs(S - 5.0) < 1, 0.9, np.where(np.abs(S - 20.0) < 1, 0.5, 0.1))
    series = Series(
        arclength_mm=S, value=values, sd=0.01 + 0.001 * S, unit=Unit.FRACTION, highest=1.0
    )
    found = series.largest((S >= 10) & (S <= 30))
    assert found.value == 0.5
    assert found.at_mm == pytest.approx(19.5)
    assert found.high == pytest.approx(0.5 + 1.96 * (0.01 + 0.0195))
    assert series.largest(S > 99.0).value is None


def test_no_station_inside_is_unknown_not_zero() -> None:
    found = largest_mean(fractions(0 * S), [(10.1, 10.4)])
    assert found.value is None
    assert found.reason


def test_a_millimetre_is_no_better_known_than_its_stations() -> None:
    found = largest_mean(fractions(0.5 + 0 * S, sd=0.07), [(5.0, 30.0)])
    assert found.low == pytest.approx(0.5 - 1.96 * 0.07)


def test_a_lone_peak_counts_where_the_centre_is_no_matter() -> None:
    arc = np.where(S == 20.0, 360.0, np.where((S > 15) & (S < 25), 150.0, 0.0))
    series = Series(arclength_mm=S, value=arc, sd=0 * S, unit=Unit.DEG, highest=360.0)
    everywhere = np.ones(len(S), dtype=np.bool_)
    assert series.steady(0 * S).largest(everywhere).value == 360.0
    assert series.steady(60.0 + 0 * S).largest(everywhere).value == 150.0


def test_a_sum_of_one_station_has_its_spread_and_shared_errors_add_up() -> None:
    assert sd_of_sum(np.array([0.3]), np.array([5.0])) == pytest.approx(0.3)
    assert sd_of_sum(np.zeros(0), np.zeros(0)) == 0.0
    near = sd_of_sum(np.array([0.3, 0.3]), np.array([5.0, 5.0]))
    far = sd_of_sum(np.array([0.3, 0.3]), np.array([5.0, 500.0]))
    assert near == pytest.approx(0.3 * np.sqrt(2 + 2 * SHARED))
    assert far == pytest.approx(0.3 * np.sqrt(2))


def test_the_spread_of_a_sum_is_that_of_correlated_draws() -> None:
    place, sd = S[:20], np.linspace(0.1, 0.3, 20)
    apart = np.abs(place[:, None] - place)
    shared = np.linalg.cholesky(SHARED * np.exp(-apart / 12.0) + 1e-12 * np.eye(20))
    rng = np.random.default_rng(4)
    own = np.sqrt(1 - SHARED) * rng.standard_normal((20000, 20))
    draws = (rng.standard_normal((20000, 20)) @ shared.T + own) * sd
    assert sd_of_sum(sd, place) == pytest.approx(draws.sum(axis=1).std(), rel=0.03)
