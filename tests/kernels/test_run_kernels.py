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
