"""A line that goes dark towards its end: an occlusion, or a vessel too thin to tell."""

import numpy as np
import pytest

from ctocalc.vessel.caps import Cap
from ctocalc.vessel.occlusion import Interruption, fades

S = np.arange(0.0, 40.0, 0.5)
CAP = Cap(
    tip_mm=38.0, half_mm=38.0, one_mm=38.0, half_sd_mm=0.1, taper_mm=0.5, taper_sd_mm=0.1,
    p_blunt=1.0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("radius_mm", "exit_", "fading"),
    [(0.7, None, True), (0.9, None, False), (0.7, CAP, False)],
)
def test_only_a_thin_end_of_the_line_fades(
    radius_mm: float, exit_: Cap | None, fading: bool
) -> None:
    gap = Interruption(
        start_mm=30.0, end_mm=39.5, entry=None, exit=exit_, islands_mm=(), total=True
    )
    wall = np.where(S < 30.0, 2.0, radius_mm)

    assert fades(gap, S, wall, 0.8) is fading
