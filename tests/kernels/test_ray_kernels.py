"""Half maxima of profiles against a slow twin and a closed form."""

import numpy as np
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
def test_half_maximum_matches_slow_twin(profile: Array, floor: float, peak: int) -> None:
    got = rays.half_maximum_mm(profile, np.full((2, 3), peak), np.full((2, 3), floor), RADIUS)
    for n, a in np.ndindex(2, 3):
        want = naive.half_maximum(profile[n, a], peak, floor, RADIUS)
        np.testing.assert_allclose(got[n, a], want, rtol=1e-6)


def test_half_maximum_of_a_blurred_edge_is_the_edge() -> None:
    radius = (np.arange(80) + 0.5) * 0.05
    edge = np.array([[1.0, 1.37, 2.2]])
    profile = 50 + 350 * 0.5 * erfc((radius - edge[..., None]) / (0.3 * np.sqrt(2)))
    peak, background = np.zeros((1, 3), np.int64), np.full((1, 3), 50.0)
    got = rays.half_maximum_mm(profile, peak, background, radius)
    np.testing.assert_allclose(got, edge, atol=0.005)
    assert np.isnan(rays.half_maximum_mm(profile, peak, background + 400, radius)).all()
