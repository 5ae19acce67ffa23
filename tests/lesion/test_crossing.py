"""Crossing facts are the lesion's own, each with what it was decided on."""

from dataclasses import fields, replace

import pytest

from ctocalc.lesion.crossing import CrossingFacts, crossing_facts
from ctocalc.lesion.lesion import Presence, StumpCall
from ctocalc.quantity import Measured, Unit
from tests import case_results

LESION = case_results.lesion()


def mm(value: float, low: float | None, high: float | None) -> Measured:
    return Measured(value=value, unit=Unit.MM, low=low, high=high)


@pytest.mark.parametrize(
    ("length", "present", "borderline"),
    [
        (mm(20.0, 20.0, 20.0), True, False),
        (mm(22.0, 19.0, 25.0), True, True),
        (mm(19.9, 19.0, 21.0), False, True),
        (mm(15.0, 13.0, 17.0), False, False),
        (mm(25.0, 25.0, None), True, False),  # truncated, long enough as it is
    ],
)
def test_twenty_millimetres_with_their_interval(
    length: Measured, present: bool, borderline: bool
) -> None:
    found = crossing_facts(replace(LESION, length_mm=length)).length_20_mm
    assert (found.present, found.borderline, found.value) == (present, borderline, length)


def test_a_truncated_length_below_the_cut_tells_nothing() -> None:
    found = crossing_facts(replace(LESION, length_mm=mm(15.0, 15.0, None))).length_20_mm
    assert found.present is None


@pytest.mark.parametrize(
    ("deg", "present", "borderline"),
    [((45.0,) * 3, False, False), ((45.1, 45.1, 50.0), True, False), ((44.0, 40.0, 45.0), False,
     False), ((44.0, 40.0, 45.1), False, True), ((46.0, 45.0, 50.0), True, True)],
)  # fmt: skip
def test_a_bend_of_exactly_45_degrees_is_not_over_45(
    deg: tuple[float, float, float], present: bool, borderline: bool
) -> None:
    bend = Measured(value=deg[0], low=deg[1], high=deg[2], unit=Unit.DEG)
    found = crossing_facts(replace(LESION, bend_deg=bend)).bend_over_45_deg
    assert (found.present, found.borderline) == (present, borderline)


@pytest.mark.parametrize(
    ("call", "seen", "blunt", "flush"),
    [
        (StumpCall.BLUNT, True, True, False),
        (StumpCall.NONE, True, True, True),
        (StumpCall.TAPERED, True, False, False),
        (None, False, None, None),
    ],
)
def test_the_cues_of_the_proximal_cap(
    call: StumpCall | None, seen: bool, blunt: bool | None, flush: bool | None
) -> None:
    found = crossing_facts(replace(LESION, proximal_stump=case_results.stump(call)))
    assert found.proximal_cap_seen.present is seen
    assert found.proximal_cap_blunt.present is blunt
    assert found.proximal_cap_flush.present is flush


def test_the_myocardial_side_is_never_guessed_and_nothing_is_recommended() -> None:
    found = crossing_facts(LESION)
    assert found.myocardial_side.present is None
    assert found.myocardial_side.reason
    kinds = {type(getattr(found, field.name)) for field in fields(CrossingFacts)}
    assert kinds == {Presence, tuple}


def test_the_landing_zone_and_the_side_branch_are_those_of_the_lesion() -> None:
    found = crossing_facts(LESION)
    assert found.distal_landing_diseased is LESION.distal_landing.diseased
    assert found.calcium_free == LESION.distal_landing.calcium_free
    assert found.side_branch_at_cap is LESION.proximal_side_branch
    assert found.heavy_calcium.present is True  # 0.62 of a section
    assert found.bend_over_45_deg.present is True  # 50 degrees, 45 to 55
