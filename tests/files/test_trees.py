"""Files with several lines: one is picked, none is guessed, the others are side branches."""

import json
from pathlib import Path

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused, Code
from ctocalc.files.centerlines import Tree, read_branches, read_centerlines, read_tree
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.tree import beside_elders, branches_of, trunk_rank
from tests.files.lines.writers import markups, vtp

T = np.linspace(0.0, 1.0, 121)[:, None]
TRUNK = (0.0, 0.0, 100.0) + T[:41] * (0.0, 90.0, -30.0)
LAD = np.concatenate([TRUNK, TRUNK[-1] + T[1:61] * (30.0, 90.0, -60.0)])
LCX = np.concatenate([np.add(TRUNK, (0.2, 0.0, 0.1)), TRUNK[-1] + T[1:41] * (-80.0, 60.0, 0.0)])
D1 = np.concatenate([LAD[:71] - (0.1, 0.1, 0.0), LAD[70] + T[1:41] * (80.0, 40.0, 40.0)])


def saved(tmp_path: Path, data: bytes, name: str) -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


def csv(*lines: tuple[str, Floats]) -> bytes:
    rows = [f"{label},{x},{y},{z}" for label, line in lines for x, y, z in line.tolist()]
    return "\n".join(["vessel,x,y,z", *rows]).encode()


def refusal(path: Path, **how: str) -> str:
    with pytest.raises(CenterlineRefused) as caught:
        read_tree(path, **how)
    assert caught.value.code is Code.CENTERLINE_UNREADABLE
    return str(caught.value)


NAMED = {
    "tree.csv": csv(("LAD", LAD), ("LCx", LCX), ("D1", D1)),
    "tree.mrk.json": markups(("LAD", LAD), ("LCx", LCX), ("D1", D1)),
    "tree.json": json.dumps([
        {"points": line.tolist(), "label": label}
        for label, line in (("LAD", LAD), ("LCx", LCX), ("D1", D1))
    ]).encode(),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
@pytest.mark.parametrize(
    "how", [{"label": "LCx"}, {"label": "cx"}, {"label": "2"}, {"vessel": "LCX"}]
)
def test_a_line_is_picked_by_label_number_or_vessel(
    tmp_path: Path, name: str, how: dict[str, str]
) -> None:
    tree = read_tree(saved(tmp_path, NAMED[name], name), **how)
    np.testing.assert_allclose(tree.main.points_lps_mm, LCX)
    assert [other.vessel for other in tree.others] == ["LAD", "D1"]


def test_several_lines_are_never_chosen_from_by_guess(tmp_path: Path) -> None:
    told = refusal(saved(tmp_path, NAMED["tree.csv"], "tree.csv"))
    assert "3 line(s) (1: LAD, " in told
    assert "FILE:NUMBER" in told
    for wrong in ("4", "0", "OM1", "JOHN DOE"):
        assert "JOHN" not in refusal(tmp_path / "tree.csv", label=wrong)
    two = csv(("JOHN DOE a", LAD), ("JOHN DOE b", LCX))
    told = refusal(saved(tmp_path, two, "two.csv"), vessel="LAD")
    assert "1: no name" in told
    assert "DOE" not in told


def test_branches_one_after_another_in_one_list_are_told_apart(tmp_path: Path) -> None:
    path = saved(tmp_path, csv(("", LAD), ("", LCX), ("", D1)), "lad.csv")
    assert "3 line(s)" in refusal(path)
    np.testing.assert_allclose(read_tree(path, label="3").main.points_lps_mm, D1)


def test_numbers_in_the_file_go_before_counting(tmp_path: Path) -> None:
    path = saved(tmp_path, csv(("3", LAD), ("1", LCX), ("2", D1)), "tree.csv")
    told = refusal(path)
    assert [told.index(f"{n}: no name") for n in (3, 1, 2)] == sorted(
        told.index(f"{n}: no name") for n in (3, 1, 2)
    )
    np.testing.assert_allclose(read_tree(path, label="1").main.points_lps_mm, LCX)


def test_a_line_that_says_another_vessel_is_not_taken_for_the_one_asked(tmp_path: Path) -> None:
    path = saved(tmp_path, markups(("RCA centerline", LAD)), "case.mrk.json")
    assert "calls its line RCA, it was asked for as LAD" in refusal(path, vessel="LAD")
    assert read_centerlines(path, vessel="LAD", label="1").vessel == "LAD"
    assert read_centerlines(path, vessel="RCA").vessel == "RCA"
    assert "1 line(s)" in refusal(path, vessel="RCA", label="2")


def test_each_vessel_once_and_a_branch_from_where_it_leaves(tmp_path: Path) -> None:
    tree = read_tree(saved(tmp_path, vtp([LCX, LAD, D1]), "t.vtp"), vessel="LAD", label="2")
    lcx, d1 = branches_of([tree.main], tree.others)
    assert (lcx.vessel, d1.vessel) == ("LAD_1", "LAD_3")
    # Both leave within the common lumen, 1.5 mm from the main line at most.
    for branch, fork in ((lcx, TRUNK[-1]), (d1, LAD[70])):
        assert np.linalg.norm(branch.points_lps_mm[0] - fork) < 2.5
    assert len(lcx.points_lps_mm) <= 41
    assert len(d1.points_lps_mm) <= 41


def test_the_same_vessel_twice_and_lines_without_a_course_of_their_own_are_no_branches(
    tmp_path: Path,
) -> None:
    again = LAD[::3] + 0.3
    tree = read_tree(saved(tmp_path, vtp([LAD, again, TRUNK]), "t.vtp"), label="1")
    assert branches_of([tree.main], tree.others) == ()
    twice = Tree(main=tree.main, others=(tree.main, read_tree(tmp_path / "t.vtp", label="2").main))
    assert branches_of([twice.main], twice.others) == ()


def test_branches_have_names_of_their_own(tmp_path: Path) -> None:
    data = csv(("LAD", LAD), ("D1", D1), ("d1", np.add(D1, (20.0, 0.0, 0.0))))
    tree = read_tree(saved(tmp_path, data, "t.csv"), label="LAD")
    kept = branches_of([tree.main], tree.others)
    assert [line.vessel for line in kept] == ["D1", "D1_2"]


def test_the_coronary_part_starts_where_the_radius_drops(tmp_path: Path) -> None:
    radius = np.where(np.arange(len(LAD)) < 12, 13.0, 1.5)
    radius[60:70] = 4.5  # an aneurysm further down stays
    tree = read_tree(saved(tmp_path, vtp([LAD, LCX], np.r_[radius, radius[: len(LCX)]]), "t.vtp"),
                     vessel="LAD", label="1")  # fmt: skip
    np.testing.assert_allclose(tree.main.points_lps_mm, LAD[12:])
    (notice,) = tree.main.notices
    assert (notice.code, notice.vessel) == (Code.CENTERLINE_IN_AORTA, "LAD")
    left_out = np.linalg.norm(LAD[12] - LAD[0])
    assert f"first {left_out:.1f} mm lie in the aorta" in notice.message
    (lcx,) = branches_of([tree.main], tree.others)
    assert (len(lcx.points_lps_mm) <= 41, lcx.notices) == (True, ())


@pytest.mark.parametrize(
    ("radius", "reason"),
    [
        (np.r_[np.full(60, 1.5), np.full(41, 12.0)], "the other way round"),
        (np.full(101, 12.0), "not the aorta"),
    ],
)
def test_a_line_that_runs_into_the_aorta_is_refused(
    tmp_path: Path, radius: Floats, reason: str
) -> None:
    assert reason in refusal(saved(tmp_path, vtp([LAD], radius), "lad.vtp"))


def test_what_is_left_outside_the_aorta_must_be_a_vessel(tmp_path: Path) -> None:
    radius = np.r_[np.full(95, 12.0), np.full(6, 2.0)]
    with pytest.raises(CenterlineRefused) as caught:
        read_tree(saved(tmp_path, vtp([LAD], radius), "lad.vtp"))
    assert caught.value.code is Code.CENTERLINE_TOO_SHORT


def test_unknown_radii_decide_nothing(tmp_path: Path) -> None:
    radius = np.r_[np.zeros(5), np.full(96, 2.0)]
    line = read_centerlines(saved(tmp_path, vtp([LAD], radius), "lad.vtp"))
    assert len(line.points_lps_mm) == len(LAD)
    assert line.radius_mm is not None
    assert np.isnan(line.radius_mm[:5]).all()
    nowhere = read_centerlines(saved(tmp_path, vtp([LAD], np.zeros(101)), "lad.vtp"))
    assert nowhere.radius_mm is None


def test_a_file_of_branches_gives_every_line_or_the_one_picked(tmp_path: Path) -> None:
    path = saved(tmp_path, NAMED["tree.csv"], "branches.csv")
    assert [line.vessel for line in read_branches(path)] == ["LAD", "LCX", "D1"]
    (d1,) = read_branches(path, label="D1")
    np.testing.assert_allclose(d1.points_lps_mm, D1)
    short = saved(tmp_path, csv(("D2", LAD[:5])), "d2.csv")
    assert [line.vessel for line in read_branches(short)] == ["D2"]


def test_a_shared_trunk_counts_once_and_a_vessel_given_twice_is_refused(tmp_path: Path) -> None:
    tree = read_tree(
        saved(tmp_path, vtp([LAD, LAD[:80] + 0.4, LCX, D1[66:]]), "t.vtp"), vessel="LAD", label="1"
    )
    twin, lcx, d1 = tree.others
    assert beside_elders(lcx, []) is lcx
    own = beside_elders(lcx, [tree.main])
    (notice,) = own.notices
    assert (notice.code, notice.vessel) == (Code.CENTERLINE_SHARED, lcx.vessel)
    assert "run along LAD and are measured there" in notice.message
    assert own.points_lps_mm is lcx.points_lps_mm
    # What leaves near its begin starts at the parent's wall and stays as it is.
    assert beside_elders(d1, [lcx, tree.main]) is d1
    with pytest.raises(CenterlineRefused, match="runs along LAD nearly from begin to end"):
        beside_elders(twin, [lcx, tree.main])


def test_the_parent_has_the_trunk_whatever_the_order() -> None:
    lines = [
        Centerline(points_lps_mm=line, vessel=name)
        for name, line in (("D1", D1), ("LCX", LCX), ("LAD", LAD), ("x", TRUNK), ("LM", TRUNK))
    ]
    ranked = [line.vessel for line in sorted(lines, key=lambda line: trunk_rank(line.vessel))]
    assert ranked == ["LM", "LAD", "LCX", "D1", "x"]
