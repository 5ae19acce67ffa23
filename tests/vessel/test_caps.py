"""Probability of a blunt cap: calibrated, the call unchanged."""

import pytest

from ctocalc.vessel.caps import calibrated


@pytest.mark.parametrize("p", [0.0, 0.01, 0.3, 0.5, 0.8, 1.0])
def test_a_calibrated_probability_keeps_the_call_and_is_surer(p: float) -> None:
    found = calibrated(p)
    assert abs(found - 0.5) >= abs(p - 0.5)
    assert (found >= 0.5) == (p >= 0.5)
    assert calibrated(1.0 - p) == pytest.approx(1.0 - found)


def test_odds_are_raised_to_one_and_a_half() -> None:
    assert calibrated(0.8) / (1.0 - calibrated(0.8)) == pytest.approx(4.0**1.5)
