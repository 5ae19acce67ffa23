"""Jumps of the HU along a vessel, on levels that are made up."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from ctocalc._arrays import Floats
from ctocalc.vessel.jumps import JumpSettings, brighter_stretches, jumps_across

STEP = 0.5
SETTINGS = JumpSettings()
QUIET, ALL = np.zeros(100), np.ones(100, dtype=bool)


def levels(before: float, after: float) -> Floats:
    return np.where(np.arange(100) < 50, before, after)


@pytest.mark.parametrize(("start", "stop"), [(30, 40), (47, 60), (60, 88)])
def test_a_stretch_is_found_to_the_station(start: int, stop: int) -> None:
    level = np.ones(100)
    level[start:stop] = 1.4
    assert brighter_stretches(level, QUIET, ALL, STEP, SETTINGS) == [(start, stop)]
    assert brighter_stretches(7.0 * level, QUIET, ALL, STEP, SETTINGS) == [(start, stop)]
    assert brighter_stretches(level[::-1], QUIET, ALL, STEP, SETTINGS) == [
        (100 - stop, 100 - start)
    ]
    assert brighter_stretches(2.0 - level, QUIET, ALL, STEP, SETTINGS) == []


def test_what_a_jump_across_costs() -> None:
    hidden = np.zeros(100, dtype=bool)
    hidden[44:56] = True
    cost = jumps_across(levels(1.0, 0.9), QUIET, ~hidden, hidden, STEP, SETTINGS)
    z = np.log(0.9) / SETTINGS.jump_sd
    assert_allclose(cost.sum() * STEP, z**2 / 2.0)
    assert not cost[~hidden].any()
    noise = np.full(100, 0.1)
    noisy = jumps_across(levels(1.0, 0.9), noise, ~hidden, hidden, STEP, SETTINGS)
    z = np.log(0.9) / np.hypot(SETTINGS.jump_sd, 0.1 * SETTINGS.jump_noise)
    assert_allclose(noisy.sum() * STEP, z**2 / 2.0)
    far = jumps_across(levels(1.0, 0.3), QUIET, ~hidden, hidden, STEP, SETTINGS)
    assert_allclose(far.sum() * STEP, SETTINGS.jump_most)


def test_a_short_hidden_stretch_costs_less_and_an_unknown_side_nothing() -> None:
    hidden = np.zeros(100, dtype=bool)
    hidden[48:50] = True
    cost = jumps_across(levels(1.0, 0.3), QUIET, ~hidden, hidden, STEP, SETTINGS)
    assert_allclose(cost.sum() * STEP, SETTINGS.jump_most * 2 * STEP / SETTINGS.jump_hiding_mm)
    beyond = ~hidden & (np.arange(100) < 50)
    assert not jumps_across(levels(1.0, 0.3), QUIET, beyond, hidden, STEP, SETTINGS).any()
