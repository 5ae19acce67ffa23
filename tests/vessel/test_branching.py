"""Where straight tubes leave straight tubes, in closed form."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.curve import Curve
from ctocalc.vessel.branching import Tube, branching

STEM_MM, BRANCH_MM, AT_MM = 1.6, 0.9, 20.0


def tube(name: str, points: Floats, radius_mm: float) -> Tube:
    curve = Curve(points_lps_mm=points)
    s = curve.stations(0.5)
    return Tube(
        vessel=name, curve=curve, arclength_mm=s, wall_radius_mm=np.full(len(s), radius_mm + 0.3),
        lumen_radius_mm=np.full(len(s), radius_mm),
    )  # fmt: skip


def straight(start: Floats, way: Floats, length_mm: float) -> Floats:
    s = np.arange(0.0, length_mm + 0.01, 0.5)
    return np.asarray(start + s[:, None] * way / np.linalg.norm(way))


Z = np.array([0.0, 0.0, 1.0])
STEM = tube("LAD", straight(np.zeros(3), Z, 50.0), STEM_MM - 0.3)


def leaving(take_off_deg: float, *, skip_mm: float = 0.0, before_mm: float = 0.0) -> Tube:
    """Return a line that leaves the stem's axis at 20 mm; it may begin later or in the stem."""
    off = np.radians(take_off_deg)
    way = np.array([np.sin(off), 0.0, np.cos(off)])
    points = straight(AT_MM * Z + skip_mm * way, way, 25.0)
    if before_mm:
        shared = straight((AT_MM - before_mm) * Z, Z, before_mm - 0.5)
        points = np.concatenate([shared, points])
    return tube("D1", points, BRANCH_MM)


@pytest.mark.parametrize("take_off_deg", [40.0, 60.0, 90.0, 120.0])
def test_a_mouth_lies_where_the_branch_passes_the_wall(take_off_deg: float) -> None:
    found = branching(STEM, [leaving(take_off_deg)], whole_tree=False)
    (mouth,) = found.mouths
    off = np.radians(take_off_deg)
    assert mouth.at_mm == pytest.approx(AT_MM + STEM_MM / np.tan(off), abs=0.2)
    assert mouth.half_mm == pytest.approx(BRANCH_MM / np.sin(off), abs=0.05)
    assert mouth.take_off_deg == pytest.approx(take_off_deg, abs=1.0)
    assert mouth.diameter_mm == pytest.approx(2 * BRANCH_MM)
    assert found.parent is None
    assert found.ostium_mm == 0.0


@pytest.mark.parametrize(("skip_mm", "before_mm"), [(0.0, 0.0), (2.0, 0.0), (0.0, 20.0)])
def test_a_branch_line_may_begin_on_the_axis_at_the_wall_or_at_the_ostium(
    skip_mm: float, before_mm: float
) -> None:
    line = leaving(60.0, skip_mm=skip_mm, before_mm=before_mm)
    (mouth,) = branching(STEM, [line], whole_tree=False).mouths
    assert mouth.at_mm == pytest.approx(AT_MM + STEM_MM / np.tan(np.radians(60)), abs=0.3)


def test_a_branch_knows_its_parent_and_where_it_leaves_it() -> None:
    found = branching(leaving(60.0), [STEM], whole_tree=True)
    assert found.parent == "LAD"
    assert found.mouths == ()
    assert found.ostium_mm == pytest.approx(STEM_MM / np.sin(np.radians(60)), abs=0.2)
    assert found.whole_tree


def test_lines_of_one_ostium_are_branches_of_each_other_and_have_no_parent() -> None:
    other = leaving(60.0, before_mm=20.0)
    for own, beside in ((STEM, other), (other, STEM)):
        found = branching(own, [beside], whole_tree=False)
        assert found.parent is None
        assert [mouth.vessel for mouth in found.mouths] == [beside.vessel]
        assert found.mouths[0].at_mm == pytest.approx(21.0, abs=1.0)


def test_of_lines_that_share_a_trunk_the_elder_is_the_parent() -> None:
    other = leaving(60.0, before_mm=20.0)
    found = branching(other, [STEM], elders=["LAD"], whole_tree=False)
    assert found.parent == "LAD"
    assert found.mouths == ()
    assert found.ostium_mm == pytest.approx(20.0 + STEM_MM / np.sin(np.radians(60)), abs=0.3)
    assert branching(STEM, [other], elders=[], whole_tree=False).parent is None
    # Lines that part at the ostium itself are of equal rank, whoever is elder.
    apart = tube("D1", straight(0 * Z, np.array([0.8, 0.0, 0.6]), 20.0), BRANCH_MM)
    assert branching(apart, [STEM], elders=["LAD"], whole_tree=False).parent is None


def test_what_does_not_leave_the_vessel_is_no_branch_of_it() -> None:
    far = tube("RCA", straight(np.array([30.0, 0.0, 0.0]), Z, 50.0), 1.4)
    beside = tube("vein", straight(np.array([4.0, 0.0, 0.0]), Z, 50.0), 1.4)
    same = tube("copy", straight(np.array([0.2, 0.0, 0.0]), Z, 50.0), 1.3)
    goes_on = tube("PDA", straight(49.0 * Z, Z, 30.0), 1.2)
    found = branching(STEM, [far, beside, same, goes_on], whole_tree=False)
    assert found.mouths == ()
    assert found.parent is None


def test_mouths_come_proximal_first_and_tell_their_distance() -> None:
    near = leaving(90.0)
    late = tube("D2", straight(35.0 * Z, np.array([0.0, 1.0, 0.0]), 20.0), 0.7)
    found = branching(STEM, [late, near], whole_tree=False).mouths
    assert [mouth.vessel for mouth in found] == ["D1", "D2"]
    first = found[0]
    assert first.distance_mm(first.at_mm) == 0.0
    assert first.distance_mm(first.end_mm + 3.0) == pytest.approx(3.0)
    assert first.distance_mm(first.start_mm - 2.0) == pytest.approx(2.0)


def test_a_branch_without_lumen_is_as_wide_as_its_wall() -> None:
    blocked = leaving(90.0)
    dark = Tube(
        vessel="D1", curve=blocked.curve, arclength_mm=blocked.arclength_mm,
        wall_radius_mm=blocked.wall_radius_mm, lumen_radius_mm=0 * blocked.lumen_radius_mm,
    )  # fmt: skip
    (mouth,) = branching(STEM, [dark], whole_tree=False).mouths
    assert mouth.diameter_mm == pytest.approx(2 * (BRANCH_MM + 0.3))
