"""Lost rows and repeated slices are refused; air, filling, and noiseless images are not."""

import numpy as np
import pytest

from ctocalc.errors import Code, ImageRefused
from ctocalc.image.lost import refuse_lost


def _noise() -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.normal(1000, 20, (9, 12, 40)).astype(np.int16)


def _refusal(stored: np.ndarray) -> Code:
    with pytest.raises(ImageRefused) as refused:
        refuse_lost(stored)
    return refused.value.code


@pytest.mark.parametrize("value", [0, -32768, 700])
def test_the_end_of_a_slice_that_holds_one_value_is_lost(value: int) -> None:
    stored = _noise()
    refuse_lost(stored)
    stored[4, 7, 3:] = value  # the copy broke off within a row
    stored[4, 8:] = value
    assert _refusal(stored) is Code.TRUNCATED


def test_several_blank_slices_are_lost() -> None:
    stored = _noise()
    stored[3:8] = 0
    assert _refusal(stored) is Code.TRUNCATED


def test_rows_of_the_filling_s_own_value_are_lost_too() -> None:
    stored = _noise()
    stored[:, :, :5] = stored[:, :, -5:] = 0
    refuse_lost(stored)
    stored[4, 8:] = 0
    assert _refusal(stored) is Code.TRUNCATED


def test_air_that_was_cut_off_at_one_value_is_not_lost() -> None:
    stored = _noise()
    stored[:, :4] = np.maximum(0, np.random.default_rng(4).normal(-60, 20, (9, 4, 40)))
    refuse_lost(stored)
    for flat in range(8):
        stored[flat, :4] = 0
        refuse_lost(stored)


@pytest.mark.parametrize("places", [(3, 4), (1, 7)])
def test_one_slice_under_two_headers_is_refused(places: tuple[int, int]) -> None:
    stored = _noise()
    stored[places[1]] = stored[places[0]]
    assert _refusal(stored) is Code.SLICE_DUPLICATE


def test_slices_without_noise_may_be_equal() -> None:
    stored = np.zeros((9, 12, 40), np.int16)
    stored[:, 3:6, 10:15] = 300
    stored[4:, 3:6, 10:15] = 200
    refuse_lost(stored)
