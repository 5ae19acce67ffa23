"""Every yes/no question of every edition, with its points typed from the definitions."""

import pytest

from ctocalc.scores.form import NOT_ASKED, fields
from ctocalc.scores.registry import EVERYTHING, system
from tests.scores.typed import item, score

# What else must be told for the question alone to decide.
BESIDE: dict[str, dict[str, object]] = {
    "full_moon": {"calcium_fraction": 0.2}, "blunt_stump_exit": {"blunt_stump": "no"},
    "blunt_stump": {"blunt_stump_exit": "no"},
}  # fmt: skip
# System, edition, and the points of a yes to every question that it asks.
QUESTIONS: list[tuple[str, str, dict[str, float]]] = [
    ("jcto", "morino_2011", {"blunt_stump": 1, "calcification": 1, "prior_attempt": 1}),
    ("jcto_ct", "fujino_2018", {"blunt_stump": 1, "prior_attempt": 1}),
    ("jcto_ct", "li_2015", {"blunt_stump": 1, "prior_attempt": 1}),
    ("ct_rector", "opolski_2015",
     {"multiple_occlusions": 1, "blunt_stump": 1, "blunt_stump_exit": 1, "prior_attempt": 1}),
    ("ct_rector", "opolski_2015_entry",
     {"multiple_occlusions": 1, "blunt_stump": 1, "prior_attempt": 1}),
    ("kcct", "yu_2017", {"blunt_stump": 1, "side_branch": 1, "full_moon": 2, "prior_attempt": 1}),
    ("recharge_ct", "li_2021",
     {"blunt_stump": 1, "distal_landing_diseased": 1, "graft_on_vessel": 1}),
    ("progress", "christopoulos_2016",
     {"cap_ambiguity": 1, "tortuosity_grade_moderate": 1, "circumflex": 1, "no_collaterals": 1}),
    ("progress", "christopoulos_2016_proximal",
     {"cap_ambiguity": 1, "tortuosity_grade_moderate": 1, "circumflex": 1, "no_collaterals": 1}),
    ("castle", "szijgyarto_2019",
     {"prior_cabg": 1, "blunt_stump": 1, "tortuosity_grade_severe": 1, "calcification_severe": 1}),
    ("cl", "alessandrino_2015",
     {"calcification_severe": 2, "prior_cabg": 1.5, "prior_mi": 1, "non_lad": 1,
      "blunt_stump": 1}),
    ("wcto", "khanna_2018", {"blunt_stump": 2, "calcification": 1, "tortuosity": 1}),
    ("ora", "galassi_2016", {"ostial": 1}),
    ("bcto", "busan_2017", {"female": 2, "right_coronary": 2, "blunt_stump": 2}),
    ("progress_mace", "simsek_2022",
     {"calcification_moderate": 1, "blunt_stump": 1, "adr": 1, "female": 2, "retrograde": 2}),
    ("progress_mortality", "simsek_2022",
     {"calcification_moderate": 1, "adr": 1, "retrograde": 1}),
    ("progress_pericardiocentesis", "simsek_2022",
     {"calcification_moderate": 1, "adr": 1, "female": 1, "retrograde": 2}),
    ("ivus_calcium", "zhang_2021", {"calcified_nodule": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "edition", "questions"), QUESTIONS)
def test_every_yes_no_question_gives_its_point_and_takes_it(
    name: str, edition: str, questions: dict[str, float]
) -> None:
    for question, points in questions.items():
        for answer, told in (("yes", points), ("no", 0)):
            asked = fields(system(name, edition))
            beside = {n: a for n, a in BESIDE.get(question, {}).items() if n in asked}
            found = score(name, edition, **beside, **{question: answer})
            given = [finding.points for finding in found.findings if finding.points is not None]
            assert given == [told], (edition, question, answer)


def test_the_questions_are_all_that_exist() -> None:
    tested = {(name, edition, question) for name, edition, qs in QUESTIONS for question in qs}
    for each in EVERYTHING:
        asked = {
            criterion.item if check.fact in NOT_ASKED else check.fact
            for criterion in each.criteria
            for check in criterion.checks
            if check.rule.threshold is True
        }
        asked |= {c.item for c in each.criteria for k in c.checks if k.rule.threshold is False}
        assert {(each.name, each.edition, question) for question in asked} == {
            row for row in tested if row[:2] == (each.name, each.edition)
        }


def test_collaterals_give_no_point_and_their_lack_one() -> None:
    assert item("progress", None, "no_collaterals", collaterals="yes").points == 0
    assert item("progress", None, "no_collaterals", interventional_collaterals="no").points == 1
    assert item("progress", None, "no_collaterals", collaterals="unknown").points is None
