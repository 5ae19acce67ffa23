"""Length cues are those of the publications, below, at and above each cut-off."""

from dataclasses import replace

import pytest

from ctocalc.lesion.likelihood import likelihood_cues
from ctocalc.quantity import Measured, Unit
from tests import case_results


@pytest.mark.parametrize(
    ("length_mm", "reached"),
    [
        (5.4, (False, False, False)), (5.5, (True, False, False)), (8.9, (True, False, False)),
        (9.0, (True, True, False)), (14.9, (True, True, False)), (15.0, (True, True, True)),
    ],
)  # fmt: skip
def test_the_longer_the_likelier(length_mm: float, reached: tuple[bool, bool, bool]) -> None:
    length = Measured(value=length_mm, unit=Unit.MM, low=length_mm, high=length_mm)
    cues = likelihood_cues(replace(case_results.lesion(), length_mm=length))
    told = (cues.length_5_5_mm, cues.length_9_mm, cues.length_15_mm)
    assert tuple(cue.present for cue in told) == reached
    assert not any(cue.borderline for cue in told)
    assert all(cue.value == length for cue in told)
    assert cues.attenuation_rises_distally.present is None
    assert cues.attenuation_rises_distally.reason


def test_a_cut_inside_the_interval_is_borderline() -> None:
    length = Measured(value=10.0, unit=Unit.MM, low=8.0, high=12.0)
    cues = likelihood_cues(replace(case_results.lesion(), length_mm=length))
    assert cues.length_9_mm.borderline
    assert not cues.length_5_5_mm.borderline
