"""Hours of the clock that hold calcium."""

import numpy as np
import pytest

from ctocalc.lesion.clock import free_sectors, hours_with_calcium

OFFSET = np.arange(-2.0, 2.001, 0.05)


def arc(start_deg: float, end_deg: float, centre: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Return pixels between 1.0 and 1.4 mm of a centre, between two clock angles."""
    x, y = OFFSET[None, :] - centre[0], OFFSET[:, None] - centre[1]
    turn = np.degrees(np.arctan2(y, x)) % 360
    radius = np.hypot(x, y)
    inside = (radius > 1.0) & (radius < 1.4) & ((turn - start_deg) % 360 <= end_deg - start_deg)
    return np.asarray(inside, dtype=np.float32)


@pytest.mark.parametrize("centre", [(0.0, 0.0), (0.3, -0.2)])
def test_an_arc_fills_its_hours_from_the_normal_towards_the_binormal(
    centre: tuple[float, float],
) -> None:
    share = np.stack([arc(30, 119.9, centre), np.zeros((len(OFFSET),) * 2, dtype=np.float32)])
    hours = hours_with_calcium(share, np.array([centre, centre]), OFFSET)
    assert np.flatnonzero(hours[0]).tolist() == [1, 2, 3]
    assert not hours[1].any()


def test_a_speck_is_noise() -> None:
    share = np.zeros((1, len(OFFSET), len(OFFSET)), dtype=np.float32)
    share[0, 60, 60] = 1.0
    assert not hours_with_calcium(share, np.zeros((1, 2)), OFFSET).any()


def spans(filled: list[int]) -> list[tuple[float, float]]:
    hours = np.zeros((1, 12), dtype=bool)
    hours[0, filled] = True
    return [(s.start_deg, s.end_deg) for s in free_sectors(hours)]


def test_free_sectors_are_joined_also_across_zero() -> None:
    assert spans([]) == [(0.0, 360.0)]
    assert spans(list(range(12))) == []
    assert spans([3, 4]) == [(150.0, 450.0)]
    assert spans([0, 6]) == [(30.0, 180.0), (210.0, 360.0)]
    assert spans([11]) == [(0.0, 330.0)]
