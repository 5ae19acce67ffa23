"""Runs along the vessel against slow twins."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctocalc._arrays import Array
from ctocalc.kernels import runs
from tests.kernels import naive
from tests.kernels.examples import quick

masks = hnp.arrays(np.bool_, st.integers(0, 25))


@quick
@given(masks)
def test_runs_match_slow_twin(mask: Array) -> None:
    assert [tuple(row) for row in runs.runs(mask).tolist()] == naive.runs(mask)


@quick
@given(masks, st.integers(0, 6))
def test_closing_and_dropping_match_slow_twins(mask: Array, length: int) -> None:
    np.testing.assert_array_equal(runs.close_gaps(mask, length), naive.close_gaps(mask, length))
    np.testing.assert_array_equal(runs.drop_short(mask, length), naive.drop_short(mask, length))


@quick
@given(masks, st.integers(0, 6))
def test_closing_adds_and_dropping_takes(mask: Array, length: int) -> None:
    before = mask.copy()
    assert (runs.close_gaps(mask, length) | mask).sum() == runs.close_gaps(mask, length).sum()
    assert not (runs.drop_short(mask, length) & ~mask).any()
    np.testing.assert_array_equal(mask, before)


def test_gaps_at_the_ends_of_the_vessel_stay_open() -> None:
    mask = np.array([False, True, False, True, False])
    assert runs.close_gaps(mask, 9).tolist() == [False, True, True, True, False]
