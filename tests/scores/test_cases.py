"""Whole cases and items on their boundaries, scored by hand."""

import pytest

from ctocalc.scores.registry import system
from tests.scores.typed import item, score


@pytest.mark.parametrize(
    ("entries", "points"),
    [
        ({"calcium_arc_deg": 180, "calcium_fraction": 0.50}, 1),
        ({"calcium_fraction": 1.00}, 2),
        ({"calcium_arc_deg": 360, "calcium_fraction": 1.00}, 2),
        ({"calcium_arc_deg": 179, "calcium_fraction": 0.60}, 0),
        ({"calcium_arc_deg": 360, "calcium_fraction": 0.49}, 0),
        ({"full_moon": "yes", "calcium_fraction": 0.9}, 2),
        ({"full_moon": "no", "calcium_arc_deg": 360, "calcium_fraction": 0.96}, 1),
        ({"full_moon": "unknown", "calcium_arc_deg": 0, "calcium_fraction": 0.95}, 2),
        ({"full_moon": "yes"}, 2),
    ],
)
def test_kcct_calcium_levels_exclude_each_other(entries: dict[str, object], points: float) -> None:
    assert item("kcct", None, "calcification", **entries).points == points


def test_kcct_calcium_half_told_is_an_interval() -> None:
    fraction_only = item("kcct", None, "calcification", calcium_fraction=0.6)
    assert (fraction_only.points, fraction_only.points_low, fraction_only.points_high) == (
        None, 0, 1,
    )  # fmt: skip
    arc_only = item("kcct", None, "calcification", calcium_arc_deg=200)
    assert (arc_only.points, arc_only.points_low, arc_only.points_high) == (None, 0, 2)
    moonless = item("kcct", None, "calcification", full_moon="no", calcium_arc_deg=170)
    assert (moonless.points, moonless.points_high) == (0, 0)


def test_ct_rector_at_exactly_half_is_borderline() -> None:
    found = item("ct_rector", None, "calcification", calcium_fraction=0.5)
    assert (found.points, found.points_low, found.points_high) == (1, 0, 1)
    assert found.borderline
    assert "'>=' and '>'" in str(found.reason)
    assert not item("ct_rector", None, "calcification", calcium_fraction=0.51).borderline


def test_ct_rector_stump_editions() -> None:
    exit_only = {"blunt_stump": "no", "blunt_stump_exit": "yes"}
    assert item("ct_rector", "opolski_2015", "blunt_stump", **exit_only).points == 1
    assert item("ct_rector", "opolski_2015_entry", "blunt_stump", blunt_stump="no").points == 0
    exit_unseen = {"blunt_stump": "no", "blunt_stump_exit": "unknown"}
    assert item("ct_rector", "opolski_2015", "blunt_stump", **exit_unseen).points is None


@pytest.mark.parametrize(
    ("name", "edition", "uses", "points"),
    [
        ("jcto", None, "", 4),
        ("jcto_ct", "fujino_2018", "", 4),
        ("jcto_ct", "li_2015", "", 4),
        ("ct_rector", "opolski_2015", "multiple_occlusions", 4),
        ("ct_rector", "opolski_2015_entry", "multiple_occlusions", 4),
        ("kcct", None, "side_branch", 5),
    ],
)
def test_composite_case(name: str, edition: str | None, uses: str, points: float) -> None:
    case = {
        "blunt_stump": "yes", "blunt_stump_exit": "no", "length_mm": 22, "bend_deg": 50,
        "calcium_fraction": 0.62, "calcium_arc_deg": 200, "multiple_occlusions": "no",
        "side_branch": "no", "duration_months": 14, "prior_attempt": "no",
    }  # fmt: skip
    used = {check.fact for each in system(name, edition).criteria for check in each.checks}
    found = score(name, edition, **{k: v for k, v in case.items() if k in used})
    assert (found.points, found.points_low, found.points_high) == (points, points, points)
    assert uses in used | {""}


@pytest.mark.parametrize(
    ("name", "entries", "points", "group"),
    [
        ("castle", {"prior_cabg": "yes", "age": 70, "blunt_stump": "yes", "tortuosity": "unseen",
                    "length_mm": 20, "calcium_share_of_length": 0.51}, 6, ">= 4"),
        ("castle", {"prior_cabg": "no", "age": 69, "blunt_stump": "no", "tortuosity": "moderate",
                    "length_mm": 19.9, "calcification_grade": "moderate"}, 0, "0-1"),
        ("wcto", {"blunt_stump": "yes", "length_mm": 21, "calcification": "yes",
                  "tortuosity": "none", "rentrop": 2}, 4.5, "high"),
        ("wcto", {"blunt_stump": "yes", "length_mm": 20, "calcification": "no",
                  "tortuosity": "no", "rentrop": 3}, 2, "low"),
        ("wcto", {"blunt_stump": "no", "length_mm": 20.1, "calcification": "no",
                  "tortuosity": "yes", "rentrop": 2}, 2.5, "intermediate"),
        ("cl", {"calcification_grade": "mild", "prior_cabg": "yes", "length_mm": 20,
                "prior_mi": "no", "non_lad": "no", "blunt_stump": "no"}, 3, ">= 3 to < 5"),
        ("progress_mace", {"age": 70, "sex": "female", "calcification_grade": "moderate",
                           "blunt_stump": "yes", "retrograde": "yes", "adr": "no"}, 7, None),
        ("progress_mortality", {"age": 65, "lvef": 45, "calcification_grade": "severe",
                                "adr": "yes", "retrograde": "yes"}, 5, None),
        ("bcto", {"age": 74.9, "length_mm": 20, "sex": "female", "right_coronary": "yes",
                  "blunt_stump": "yes", "bend_deg": 45}, 8, "very difficult"),
    ],
)  # fmt: skip
def test_cases_by_hand(
    name: str, entries: dict[str, object], points: float, group: str | None
) -> None:
    found = score(name, None, **entries)
    assert (found.points, found.points_low, found.points_high) == (points, points, points)
    assert found.group == group


@pytest.mark.parametrize(
    ("arc", "thickness", "length", "met"),
    [(181, 0.51, 5.1, [True] * 3), (180, 0.5, 5.0, [False] * 3)],
)
def test_analogues_say_what_is_met_and_no_total(
    arc: float, thickness: float, length: float, met: list[bool]
) -> None:
    found = score(
        "oct_calcium", None, largest_arc_deg=arc, calcium_thickness_mm=thickness,
        calcium_longest_mm=length,
    )  # fmt: skip
    assert [finding.present for finding in found.findings] == met
    assert (found.points, found.points_low, found.points_high, found.group) == (None,) * 4
    assert "no total" in str(found.reason)
