"""Below, at and above every threshold of every edition; the boundary cases of the papers."""

import pytest

from ctocalc.scores.criterion import Finding
from ctocalc.scores.facts import FACTS
from ctocalc.scores.form import facts_from_form
from ctocalc.scores.registry import SYSTEMS, system
from ctocalc.scores.rules import Comparator
from ctocalc.scores.system import Basis, Score, evaluate


def score(name: str, edition: str | None = None, **entries: object) -> Score:
    chosen = system(name, edition)
    facts = facts_from_form(chosen, {field: str(value) for field, value in entries.items()})
    return evaluate(chosen, facts, basis=Basis.APPARENT)


def item(name: str, edition: str | None, which: str, **entries: object) -> Finding:
    found = score(name, edition, **entries).findings
    return next(finding for finding in found if finding.item == which)


# edition, item, what else must be given, fact, threshold, points below / at / above
TABLE = [
    ("jcto", "morino_2011", "calcification", {}, "calcium_fraction", 0.0, (None, 0, 1)),
    ("jcto", "morino_2011", "bending", {}, "bend_deg", 45.0, (0, 0, 1)),
    ("jcto", "morino_2011", "length", {}, "length_mm", 20.0, (0, 1, 1)),
    ("jcto_ct", "fujino_2018", "calcification", {}, "calcium_fraction", 0.50, (0, 0, 1)),
    ("jcto_ct", "fujino_2018", "bending", {}, "bend_deg", 45.0, (0, 0, 1)),
    ("jcto_ct", "fujino_2018", "length", {}, "length_mm", 20.0, (0, 0, 1)),
    ("jcto_ct", "li_2015", "calcification", {}, "calcium_fraction", 0.50, (0, 0, 1)),
    ("jcto_ct", "li_2015", "bending", {}, "bend_deg", 45.0, (0, 0, 1)),
    ("jcto_ct", "li_2015", "length", {}, "length_mm", 20.0, (0, 1, 1)),
    ("ct_rector", "opolski_2015", "calcification", {}, "calcium_fraction", 0.50, (0, 1, 1)),
    ("ct_rector", "opolski_2015", "bending", {}, "bend_deg", 45.0, (0, 1, 1)),
    ("ct_rector", "opolski_2015", "duration", {}, "duration_months", 12.0, (0, 1, 1)),
    ("ct_rector", "opolski_2015_entry", "calcification", {}, "calcium_fraction", 0.50, (0, 1, 1)),
    ("ct_rector", "opolski_2015_entry", "bending", {}, "bend_deg", 45.0, (0, 1, 1)),
    ("ct_rector", "opolski_2015_entry", "duration", {}, "duration_months", 12.0, (0, 1, 1)),
    ("kcct", "yu_2017", "bending", {}, "bend_deg", 45.0, (0, 0, 1)),
    ("kcct", "yu_2017", "length", {}, "length_mm", 15.0, (0, 1, 1)),
    ("kcct", "yu_2017", "duration", {}, "duration_months", 12.0, (0, 1, 1)),
    ("kcct", "yu_2017", "calcification", {"calcium_arc_deg": 10}, "calcium_fraction", 0.95,
     (0, 2, 2)),
    ("kcct", "yu_2017", "calcification", {"calcium_arc_deg": 200}, "calcium_fraction", 0.50,
     (0, 1, 1)),
    ("kcct", "yu_2017", "calcification", {"calcium_fraction": 0.6}, "calcium_arc_deg", 180.0,
     (0, 1, 1)),
    ("kcct", "yu_2017", "calcification", {"full_moon": "no"}, "arc_where_half_calcified_deg",
     180.0, (0, 1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edition", "which", "beside", "fact", "threshold", "told"), TABLE)
def test_below_at_above(
    name: str, edition: str, which: str, beside: dict[str, object], fact: str,
    threshold: float, told: tuple[float | None, float, float],
) -> None:  # fmt: skip
    step = 1e-6 * max(1.0, threshold)
    for value, points in zip((threshold - step, threshold, threshold + step), told, strict=True):
        if points is None:
            continue
        finding = item(name, edition, which, **beside, **{fact: repr(value)})
        assert finding.points == points, f"{fact} {value}"
        assert finding.present is (points > 0)


def test_the_table_holds_every_threshold_that_exists() -> None:
    shipped = {
        (each.name, each.edition, criterion.item, check.fact, check.rule.threshold)
        for each in SYSTEMS
        for criterion in each.criteria
        for check in criterion.checks
        if check.rule.comparator is not Comparator.IS
    }
    tested = {(row[0], row[1], row[2], row[4], row[5]) for row in TABLE}
    assert tested == shipped


def test_every_yes_no_question_gives_its_point_and_takes_it() -> None:
    for each in SYSTEMS:
        for criterion in each.criteria:
            for check in criterion.checks:
                if FACTS[check.fact].unit is not None or check.fact == "calcification_any":
                    continue
                others = {c.fact: "no" for c in criterion.checks if FACTS[c.fact].unit is None}
                for answer, present in (("yes", True), ("no", False)):
                    entries = {**others, check.fact: answer}
                    if check.fact == "full_moon":
                        entries["calcium_fraction"] = "0.2"
                    found = item(each.name, each.edition, criterion.item, **entries)
                    assert found.present is present, (each.edition, check.fact, answer)
                    assert found.points == (criterion.levels[0].points if present else 0)


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
    ("name", "edition", "groups"),
    [
        ("jcto", "morino_2011", [("easy", 0.88), ("intermediate", 0.67), ("difficult", 0.42),
                                 *[("very difficult", 0.10)] * 3]),
        ("jcto_ct", "fujino_2018", [("easy", None), ("intermediate", None), ("difficult", None),
                                    *[("very difficult", None)] * 3]),
        ("ct_rector", "opolski_2015", [("easy", 0.95), ("intermediate", 0.88),
                                       ("difficult", 0.57), *[("very difficult", 0.22)] * 4]),
        ("ct_rector", "opolski_2015_entry", [("easy", None), ("intermediate", None),
                                             ("difficult", None),
                                             *[("very difficult", None)] * 4]),
        ("kcct", "yu_2017", [("0", 1.0), ("1-2", 0.84), ("1-2", 0.84), ("3", 0.51),
                             *[(">= 4", 0.30)] * 5]),
    ],
)  # fmt: skip
def test_groups_and_rates_at_every_total(
    name: str, edition: str, groups: list[tuple[str, float | None]]
) -> None:
    chosen = system(name, edition)
    assert chosen.most_points == len(groups) - 1
    for points, (group, rate) in enumerate(groups):
        found = chosen.group(points)
        assert found is not None
        assert (found.name, found.rate) == (group, rate)
