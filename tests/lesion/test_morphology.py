"""Stumps, bends and remodelling of a lesion."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.curve import Curve
from ctocalc.lesion.lesion import StumpCall
from ctocalc.lesion.morphology import bends, channel, remodelling, stump
from ctocalc.lesion.spread import Series
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.caps import Cap
from ctocalc.vessel.channel import Channel
from ctocalc.vessel.occlusion import Interruption

S = np.arange(0.0, 50.01, 0.5)


def cap(p_blunt: float, taper_mm: float = 2.0) -> Cap:
    return Cap(
        tip_mm=10.5, half_mm=10.0, one_mm=9.5, half_sd_mm=0.2, taper_mm=taper_mm,
        taper_sd_mm=0.5, p_blunt=p_blunt,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("p_blunt", "call", "borderline"),
    [
        (0.99, StumpCall.BLUNT, False),
        (0.60, StumpCall.BLUNT, True),
        (0.50, StumpCall.BLUNT, True),
        (0.49, StumpCall.TAPERED, True),
        (0.02, StumpCall.TAPERED, False),
    ],
)
def test_a_stump_is_called_by_its_probability(
    p_blunt: float, call: StumpCall, borderline: bool
) -> None:
    found = stump(cap(p_blunt))
    assert found.call is call
    assert found.borderline is borderline
    assert found.p_blunt == pytest.approx(p_blunt)


def test_a_taper_has_an_interval_that_never_goes_below_zero() -> None:
    found = stump(cap(0.9, taper_mm=0.4)).taper_mm
    assert found.value == pytest.approx(0.4)
    assert found.low == 0.0
    assert found.high == pytest.approx(0.4 + 1.96 * 0.5)


def test_a_cap_beyond_the_line_has_no_call() -> None:
    found = stump(None)
    assert found.call is None
    assert found.p_blunt is None
    assert found.taper_mm.value is None
    assert found.reason


def through(present: bool | None) -> Interruption:
    seen = Channel(
        present=present, diameter_mm=Measured(value=0.3, low=0.1, high=0.5, unit=Unit.MM),
        reason="noise" if present is None else None,
    )  # fmt: skip
    return Interruption(
        start_mm=10.0, end_mm=20.0, entry=None, exit=None, islands_mm=(), total=True
    ).with_channel(seen)


def test_only_a_channel_that_is_surely_seen_makes_it_subtotal() -> None:
    assert through(False).total
    assert through(None).total
    assert not through(True).total


def test_a_lesion_is_free_of_channels_where_all_its_occlusions_are() -> None:
    assert channel([through(False), through(False)]).present is False
    unsure = channel([through(False), through(None)])
    assert unsure.present is None
    assert unsure.reason == "noise"


def test_a_reader_s_occlusion_was_not_looked_through() -> None:
    given = Interruption(
        start_mm=10.0, end_mm=20.0, entry=None, exit=None, islands_mm=(), total=True
    )
    assert channel([given]).present is None
    assert "reader" in str(channel([given]).reason)


def circle(radius_mm: float, length_mm: float) -> Curve:
    turn = np.arange(0.0, length_mm, 0.25) / radius_mm
    return Curve(points_lps_mm=radius_mm * np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1))


def test_bends_of_a_circle_by_tangents_and_by_chords() -> None:
    tangents, chords = bends(circle(18.0, 60.0), 15.0, 40.0, 15.0, 0.05)
    assert tangents.value == pytest.approx(np.degrees(15 / 18), abs=0.5)
    assert chords.value == pytest.approx(np.degrees(10 / 18), abs=0.5)
    assert tangents.low is not None
    assert tangents.high is not None
    assert tangents.low < np.degrees(15 / 18) < tangents.high


def test_a_short_line_has_a_bend_but_no_chords() -> None:
    tangents, chords = bends(circle(18.0, 15.0), 4.0, 11.0, 15.0, 0.05)
    assert tangents.value == pytest.approx(np.degrees(7 / 18), abs=0.5)
    assert chords.value is None
    assert chords.reason


def test_a_bend_is_told_the_worse_the_worse_the_axis_is_known() -> None:
    curve = circle(18.0, 60.0)
    clear, poor = (bends(curve, 15.0, 40.0, 15.0, sd)[0] for sd in (0.03, 0.2))
    assert clear.value == poor.value
    assert poor.high - poor.value > 2 * (clear.high - clear.value)  # type: ignore[operator]


def wall(area_mm2: Floats, share: float = 0.1) -> Series:
    return Series(arclength_mm=S, value=area_mm2, sd=share * area_mm2, unit=Unit.MM2)


def test_remodelling_is_uncertain_by_both_walls() -> None:
    """10 % of each area is 5 % of each diameter."""
    occluded = (S >= 20) & (S <= 40)
    widest, _ = remodelling(wall(7.0 + 0 * S), occluded, 20.0)
    assert widest.high == pytest.approx(1.0 + 1.96 * 0.05 * np.sqrt(2))


def test_remodelling_compares_with_five_to_ten_millimetres_before_the_entry() -> None:
    diameter = np.where(S < 20, 3.0, np.where(S < 30, 3.9, 1.5))
    diameter = np.where((S > 15) & (S < 20), 9.0, diameter)  # too near to the entry to count
    occluded = (S >= 20) & (S <= 40)
    widest, narrowest = remodelling(wall(np.pi / 4 * diameter**2), occluded, 20.0)
    assert widest.value == pytest.approx(1.3)
    assert narrowest.value == pytest.approx(0.5)
    assert widest.at_mm is not None
    assert narrowest.at_mm is not None
    assert 20 <= widest.at_mm < 30 <= narrowest.at_mm <= 40


def test_remodelling_without_a_proximal_reference_cannot_be_told() -> None:
    area = np.full(len(S), 7.0)
    for entry in (3.0, 5.5):
        occluded = (entry <= S) & (S <= 20)
        for found in remodelling(wall(area), occluded, entry):
            assert found.value is None
            assert found.reason
