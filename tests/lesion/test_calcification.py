"""How far calcium runs along, and how far around, from fractions and arcs at known places."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.lesion.calcification import (
    calcified_length,
    longest_wide_arc,
    share_of_length,
    wall_diameter,
)
from ctocalc.quantity import Unit
from tests.lesion.vessel_made import S, series, vessel

WITHIN = (S >= 20.0) & (S < 40.0)


def share(fraction: Floats, *, truncated: bool = False) -> tuple[float | None, ...]:
    found = share_of_length(vessel(fraction=fraction).burden, WITHIN, truncated=truncated)
    assert found.unit is Unit.FRACTION
    return found.value, found.low, found.high


@pytest.mark.parametrize(("length_mm", "expected"), [(0.0, 0.0), (5.0, 0.25), (20.0, 1.0)])
def test_the_share_is_of_the_lesions_own_stations(length_mm: float, expected: float) -> None:
    calcified = np.where((S >= 20.0) & (20.0 + length_mm > S), 0.3, 0.0)
    beyond = np.where(S > 45.0, 0.5, calcified)
    for fraction in (calcified, beyond):
        value, low, high = share(fraction)
        assert value == pytest.approx(expected)
        assert low is not None
        assert high is not None
        assert 0.0 <= low <= expected <= high <= 1.0


def test_several_pieces_add_up() -> None:
    value, _, _ = share(np.where((S >= 22) & (S < 25) | (S >= 30) & (S < 32), 0.2, 0.0))
    assert value == pytest.approx(5.0 / 20.0)


def test_faint_calcium_may_be_none() -> None:
    """A fraction that its own interval lets be 0 is not in the lower end."""
    value, low, _ = share(np.where((S >= 25) & (S < 35), 0.015, 0.0))
    assert value == pytest.approx(0.5)
    assert low == pytest.approx(0.0, abs=0.03)


def test_the_share_of_a_lesion_that_is_cut_off_cannot_be_told() -> None:
    assert share(np.full(len(S), 0.3), truncated=True) == (None, None, None)


def test_lengths_are_of_all_and_of_the_longest_stretch() -> None:
    fraction = np.where((S >= 22) & (S < 25) | (S >= 30) & (S < 32), 0.2, 0.0)
    every, longest = calcified_length(vessel(fraction=fraction).burden, WITHIN)
    assert (every.value, longest.value) == (5.0, 3.0)


@pytest.mark.parametrize(("arc_deg", "expected"), [(270.0, 0.0), (271.0, 4.0), (360.0, 4.0)])
def test_a_wide_arc_is_more_than_270_degrees(arc_deg: float, expected: float) -> None:
    arc = np.where((S >= 30) & (S < 34), arc_deg, 90.0)
    found = longest_wide_arc(series(arc, Unit.DEG, highest=360.0), WITHIN)
    assert found.value == expected


def test_a_wide_arc_has_an_interval() -> None:
    arc = np.where((S >= 30) & (S < 34), 300.0, np.where((S >= 34) & (S < 36), 255.0, 90.0))
    found = longest_wide_arc(series(arc, Unit.DEG, 20.0, 360.0), WITHIN)
    assert (found.low, found.value, found.high) == (0.0, 4.0, 6.0)


def test_the_wall_is_as_wide_as_a_circle_of_its_area() -> None:
    area = series(np.where(S < 30, np.pi * 1.5**2, np.pi * 2.0**2), Unit.MM2, 0.4)
    found = wall_diameter(area, 25.0, "none")
    assert found.value == pytest.approx(3.0)
    assert found.at_mm == 25.0
    assert wall_diameter(area, 45.0, "none").value == pytest.approx(4.0)
    untold = wall_diameter(area, None, "none")
    assert (untold.value, untold.reason) == (None, "none")
