"""Which interruptions of one vessel are one lesion."""

from ctocalc.lesion.grouping import group
from ctocalc.vessel.occlusion import Interruption


def gap(start: float, end: float, *, total: bool = True) -> Interruption:
    return Interruption(
        start_mm=start, end_mm=end, entry=None, exit=None, islands_mm=(), total=total
    )


def places(*gaps: Interruption, within_mm: float = 20.0) -> list[list[tuple[float, float]]]:
    return [[(g.start_mm, g.end_mm) for g in lesion] for lesion in group(gaps, within_mm)]


def test_nothing_is_no_lesion() -> None:
    assert group([], 20.0) == ()


def test_occlusions_under_twenty_millimetres_apart_are_one_lesion() -> None:
    assert places(gap(10, 20), gap(39.9, 50)) == [[(10, 20), (39.9, 50)]]


def test_occlusions_twenty_millimetres_apart_are_two() -> None:
    assert places(gap(10, 20), gap(40, 50)) == [[(10, 20)], [(40, 50)]]


def test_distances_are_chained_from_exit_to_entry() -> None:
    """50 mm from the first entry to the last: each step is under 20."""
    assert places(gap(10, 15), gap(30, 35), gap(50, 60)) == [[(10, 15), (30, 35), (50, 60)]]


def test_the_distance_is_a_setting() -> None:
    assert len(places(gap(10, 15), gap(30, 35), within_mm=10.0)) == 2


def test_order_of_the_input_does_not_matter() -> None:
    assert places(gap(40, 50), gap(10, 20)) == [[(10, 20)], [(40, 50)]]


def test_a_subtotal_is_a_lesion_of_its_own() -> None:
    near = places(gap(10, 20), gap(25, 30, total=False))
    assert near == [[(10, 20)], [(25, 30)]]


def test_a_subtotal_does_not_hold_two_occlusions_together_nor_part_them() -> None:
    far = places(gap(10, 15), gap(25, 30, total=False), gap(40, 45))
    assert far == [[(10, 15)], [(25, 30)], [(40, 45)]]
    near = places(gap(10, 15), gap(20, 22, total=False), gap(30, 35))
    assert near == [[(10, 15), (30, 35)], [(20, 22)]]


def test_two_subtotals_stay_apart() -> None:
    assert len(places(gap(10, 15, total=False), gap(18, 20, total=False))) == 2
