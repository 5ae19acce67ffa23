"""Below, at and above every threshold of every edition, typed from the definitions."""

import pytest

from ctocalc.scores.facts import FACTS
from ctocalc.scores.registry import EVERYTHING
from ctocalc.scores.rules import Comparator
from tests.scores.typed import item

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
    ("recharge_ct", "li_2021", "length", {}, "length_mm", 20.0, (0, 1, 1)),
    ("recharge_ct", "li_2021", "calcification", {}, "calcium_fraction", 0.5, (0, 1, 1)),
    ("recharge_ct", "li_2021", "bending", {}, "bend_deg", 45.0, (0, 0, 1)),
    ("progress", "christopoulos_2016", "tortuosity", {"second_bend_vessel_deg": 0},
     "largest_bend_vessel_deg", 90.0, (0, 0, 1)),
    ("progress", "christopoulos_2016", "tortuosity", {"largest_bend_vessel_deg": 80},
     "second_bend_vessel_deg", 70.0, (0, 0, 1)),
    ("progress", "christopoulos_2016_proximal", "tortuosity", {"second_bend_proximal_deg": 0},
     "largest_bend_proximal_deg", 90.0, (0, 0, 1)),
    ("progress", "christopoulos_2016_proximal", "tortuosity", {"largest_bend_proximal_deg": 80},
     "second_bend_proximal_deg", 70.0, (0, 0, 1)),
    ("castle", "szijgyarto_2019", "age", {}, "age_years", 70.0, (0, 1, 1)),
    ("castle", "szijgyarto_2019", "length", {}, "length_mm", 20.0, (0, 1, 1)),
    ("castle", "szijgyarto_2019", "calcification", {}, "calcium_share_of_length", 0.5, (0, 0, 1)),
    ("cl", "alessandrino_2015", "length", {}, "length_mm", 20.0, (0, 1.5, 1.5)),
    ("wcto", "khanna_2018", "length", {}, "length_mm", 20.0, (0, 0, 1.5)),
    ("wcto", "khanna_2018", "rentrop", {}, "rentrop", 2.0, (1, 0, 0)),
    ("ora", "galassi_2016", "rentrop", {}, "rentrop", 2.0, (2, 0, 0)),
    ("ora", "galassi_2016", "age", {}, "age_years", 75.0, (0, 1, 1)),
    ("bcto", "busan_2017", "age", {}, "age_years", 60.0, (0, 1, 1)),
    ("bcto", "busan_2017", "age", {}, "age_years", 75.0, (1, 2, 2)),
    ("bcto", "busan_2017", "length", {}, "length_mm", 20.0, (0, 1, 1)),
    ("bcto", "busan_2017", "bending", {}, "bend_deg", 45.0, (0, 0, 2)),
    ("progress_mace", "simsek_2022", "age", {}, "age_years", 65.0, (0, 1, 1)),
    ("progress_mortality", "simsek_2022", "age", {}, "age_years", 65.0, (0, 1, 1)),
    ("progress_mortality", "simsek_2022", "lvef", {}, "lvef_percent", 45.0, (1, 1, 0)),
    ("progress_pericardiocentesis", "simsek_2022", "age", {}, "age_years", 65.0, (0, 1, 1)),
    ("oct_calcium", "fujino_2018", "arc", {}, "largest_arc_deg", 180.0, (0, 0, 2)),
    ("oct_calcium", "fujino_2018", "thickness", {}, "calcium_thickness_mm", 0.5, (0, 0, 1)),
    ("oct_calcium", "fujino_2018", "calcium_length", {}, "calcium_longest_mm", 5.0, (0, 0, 1)),
    ("ivus_calcium", "zhang_2021", "long_arc", {}, "stretch_over_270_mm", 5.0, (0, 1, 1)),
    ("ivus_calcium", "zhang_2021", "full_circle", {}, "largest_arc_deg", 360.0, (0, 1, None)),
    ("ivus_calcium", "zhang_2021", "small_vessel", {}, "vessel_diameter_mm", 3.5, (1, 0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edition", "which", "beside", "fact", "threshold", "told"), TABLE)
def test_below_at_above(
    name: str, edition: str, which: str, beside: dict[str, object], fact: str,
    threshold: float, told: tuple[float | None, float, float],
) -> None:  # fmt: skip
    step = 1 if FACTS[fact].whole else 1e-6 * max(1.0, threshold)
    for value, points in zip((threshold - step, threshold, threshold + step), told, strict=True):
        if points is None:
            continue
        finding = item(name, edition, which, **beside, **{fact: repr(value)})
        assert finding.points == points, f"{fact} {value}"
        assert finding.present is (points > 0)


def test_the_table_holds_every_threshold_that_exists() -> None:
    shipped = {
        (each.name, each.edition, criterion.item, check.fact, check.rule.threshold)
        for each in EVERYTHING
        for criterion in each.criteria
        for check in criterion.checks
        if check.rule.comparator is not Comparator.IS
    }
    tested = {(row[0], row[1], row[2], row[4], row[5]) for row in TABLE}
    assert tested == shipped
