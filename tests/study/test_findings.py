"""The bridge from a lesion and the clinical facts to what scores ask: every fact, nothing else."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from ctocalc.lesion.lesion import Lesion, Presence, Stump, StumpCall
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis, evaluate
from ctocalc.study.artefacts import IN_STENT, without_calcium
from ctocalc.study.clinical import ClinicalFacts, ClinicalSheet
from ctocalc.study.findings import facts_of
from tests import case_results

LESION = case_results.lesion()
NOTHING = ClinicalFacts()


def stump(call: StumpCall | None, *, borderline: bool = False) -> Stump:
    base = case_results.stump(call)
    return replace(base, borderline=borderline)


def answers(
    lesion: Lesion = LESION,
    clinical: ClinicalFacts = NOTHING,
    basis: Basis = Basis.CORRECTED,
    vessel: str = "LAD",
) -> Mapping[str, Fact]:
    return facts_of(lesion, vessel, clinical, basis=basis).answers


def test_every_fact_of_the_vocabulary_is_bridged() -> None:
    assert set(answers()) == set(FACTS)


@pytest.mark.parametrize(
    ("name", "measured"),
    [
        ("length_mm", LESION.length_mm),
        ("bend_deg", LESION.bend_deg),
        ("calcium_fraction", LESION.max_calcium_fraction),
        ("calcium_arc_deg", LESION.max_calcium_arc_largest_deg),
        ("arc_where_half_calcified_deg", LESION.max_arc_where_half_calcified_deg),
        ("calcium_share_of_length", LESION.calcium_share_of_length),
        ("largest_bend_proximal_deg", LESION.largest_bend_proximal_deg),
        ("second_bend_proximal_deg", LESION.second_bend_proximal_deg),
        ("largest_bend_vessel_deg", LESION.largest_bend_vessel_deg),
        ("second_bend_vessel_deg", LESION.second_bend_vessel_deg),
        ("calcium_thickness_mm", LESION.max_calcium_thickness_mm),
        ("stretch_over_270_mm", LESION.longest_arc_over_270_mm),
        ("vessel_diameter_mm", LESION.wall_diameter_at_calcium_mm),
    ],
)
def test_a_number_keeps_its_interval(name: str, measured: Measured) -> None:
    fact = answers()[name]
    assert fact.measured == measured
    assert fact.source is Source.IMAGE
    assert fact.answer is Answer.MISSING


@pytest.mark.parametrize("basis", Basis)
def test_in_a_stent_no_calcium_item_can_be_told_and_nothing_else_changes(basis: Basis) -> None:
    without = answers(basis=basis)
    within = answers(without_calcium(LESION, IN_STENT), basis=basis)
    changed = {name for name in FACTS if within[name] != without[name]}
    seen = {name for name in FACTS if without[name].source is Source.IMAGE}
    # Nodules are never told; the vessel's diameter is that where most calcium lies.
    words = ("calcification", "calcium", "arc", "moon", "270", "vessel_diameter")
    assert changed == {name for name in seen if any(word in name for word in words)}
    assert all("stent" in (within[name].reason or "") for name in changed)
    for system in (one for one in SYSTEMS if "calcification" in one.filled_from_image):
        score = evaluate(system, Facts(answers=within), basis=basis)
        one = next(finding for finding in score.findings if finding.item == "calcification")
        most = 2 if system.name == "kcct" else 1
        assert (one.points, one.points_low, one.points_high) == (None, 0, most)
        assert "stent" in (one.reason or "")
        assert score.points_image_only is None


def test_the_apparent_basis_exchanges_the_fraction_only() -> None:
    corrected, apparent = answers(), answers(basis=Basis.APPARENT)
    changed = {name for name in FACTS if corrected[name] != apparent[name]}
    assert changed == {"calcium_fraction"}
    assert apparent["calcium_fraction"].measured == LESION.max_calcium_fraction_apparent


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        (StumpCall.BLUNT, Answer.YES),
        (StumpCall.NONE, Answer.YES),
        (StumpCall.TAPERED, Answer.NO),
        (None, Answer.MISSING),
    ],
)
def test_each_stump_answers_for_its_own_end(call: StumpCall | None, answer: Answer) -> None:
    entry = answers(replace(LESION, proximal_stump=stump(call), distal_stump=stump(None)))
    assert entry["blunt_stump"].answer is answer
    assert entry["blunt_stump_exit"].answer is Answer.MISSING
    exit_ = answers(replace(LESION, proximal_stump=stump(None), distal_stump=stump(call)))
    assert exit_["blunt_stump_exit"].answer is answer
    assert exit_["blunt_stump"].answer is Answer.MISSING


def test_a_cap_that_is_not_seen_says_why() -> None:
    fact = answers(replace(LESION, proximal_stump=stump(None)))["blunt_stump"]
    assert fact.reason
    assert fact.source is Source.IMAGE


def test_what_was_measured_is_quoted_behind_a_yes_or_no() -> None:
    blunt = replace(LESION, proximal_stump=stump(StumpCall.BLUNT))
    facts = facts_of(blunt, "LAD", NOTHING, basis=Basis.CORRECTED)
    found = evaluate(SYSTEMS[0], facts, basis=Basis.CORRECTED).findings
    quoted = {finding.item: finding.measured for finding in found}
    assert quoted["blunt_stump"] == blunt.proximal_stump.taper_mm
    assert quoted["calcification"] == blunt.calcification.value
    assert answers(replace(LESION, proximal_stump=stump(None)))["blunt_stump"].quoted is None


def test_borderline_travels() -> None:
    shaky = replace(LESION, proximal_stump=stump(StumpCall.TAPERED, borderline=True))
    assert answers(shaky)["blunt_stump"].borderline
    assert not answers()["blunt_stump"].borderline


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("calcification", "calcification_any"),
        ("full_moon", "full_moon"),
        ("multiple_occlusions", "multiple_occlusions"),
        ("proximal_side_branch", "side_branch"),
        ("ostial", "ostial"),
    ],
)
def test_presences_become_answers(field: str, name: str) -> None:
    cases = [(True, Answer.YES), (False, Answer.NO), (None, Answer.MISSING)]
    for present, answer in cases:
        found = Presence(present=present, reason=None if present is not None else "not seen")
        fact = answers(replace(LESION, **{field: found}))[name]  # type: ignore[arg-type]
        assert fact.answer is answer
        assert fact.source is Source.IMAGE


@pytest.mark.parametrize("present", [True, False, None])
def test_the_landing_zone_answers_for_its_disease(present: bool | None) -> None:
    found = Presence(present=present, borderline=present is False, reason="as told")
    zone = replace(LESION.distal_landing, diseased=found)
    fact = answers(replace(LESION, distal_landing=zone))["distal_landing_diseased"]
    wanted = {True: Answer.YES, False: Answer.NO, None: Answer.MISSING}[present]
    assert (fact.answer, fact.borderline, fact.reason) == (wanted, present is False, "as told")


@pytest.mark.parametrize(
    ("vessel", "circumflex", "right", "non_lad"),
    [
        ("LAD", Answer.NO, Answer.NO, Answer.NO),
        ("LCX", Answer.YES, Answer.NO, Answer.YES),
        ("RCA", Answer.NO, Answer.YES, Answer.YES),
        ("PDA", Answer.MISSING, Answer.MISSING, Answer.YES),
        ("line-1", Answer.MISSING, Answer.MISSING, Answer.MISSING),
    ],
)
def test_the_artery_comes_from_the_label_and_not_from_the_image(
    vessel: str, circumflex: Answer, right: Answer, non_lad: Answer
) -> None:
    told = answers(vessel=vessel)
    facts = [told[name] for name in ("circumflex", "right_coronary", "non_lad")]
    assert [fact.answer for fact in facts] == [circumflex, right, non_lad]
    for fact in facts:
        known = fact.answer is not Answer.MISSING
        assert fact.source is (Source.GIVEN if known else Source.NOT_GIVEN)
        assert known or fact.reason


def test_patient_facts_reach_the_scores() -> None:
    told = answers(
        clinical=ClinicalFacts(
            age_years=71.0, sex="female", prior_cabg=Answer.YES, prior_mi=Answer.NO,
            lvef_percent=40.0, rentrop=2, collaterals=Answer.NO, cap_ambiguity=Answer.UNKNOWN,
            graft_on_vessel=Answer.YES, tortuosity="unseen", calcification_grade="moderate",
        )
    )  # fmt: skip
    numbers = {name: told[name].measured for name in ("age_years", "lvef_percent", "rentrop")}
    assert {n: m.value for n, m in numbers.items() if m} == {
        "age_years": 71.0, "lvef_percent": 40.0, "rentrop": 2.0
    }  # fmt: skip
    words = {
        "female": Answer.YES, "prior_cabg": Answer.YES, "prior_mi": Answer.NO,
        "interventional_collaterals": Answer.NO, "cap_ambiguity": Answer.UNKNOWN,
        "graft_on_vessel": Answer.YES, "tortuosity_grade_severe": Answer.YES,
        "tortuosity_grade_moderate": Answer.UNKNOWN, "calcification_moderate": Answer.YES,
        "calcification_severe": Answer.NO,
    }  # fmt: skip
    assert {name: told[name].answer for name in words} == words
    assert all(told[name].source is Source.GIVEN for name in (*words, *numbers))


def test_what_nobody_gave_is_missing_and_no_no() -> None:
    given = {name for name, fact in answers().items() if fact.source is Source.GIVEN}
    assert given == {"circumflex", "right_coronary", "non_lad"}


def test_clinical_facts_are_given_or_not_given() -> None:
    assert answers()["prior_attempt"].source is Source.NOT_GIVEN
    assert answers()["duration_months"].source is Source.NOT_GIVEN
    told = answers(clinical=ClinicalFacts(prior_attempt=Answer.NO, duration_months=14))
    assert told["prior_attempt"].answer is Answer.NO
    assert told["prior_attempt"].source is Source.GIVEN
    months = told["duration_months"].measured
    assert months is not None
    assert (months.value, months.low, months.high, months.unit) == (14.0, 14.0, 14.0, Unit.MONTH)


def test_an_unknown_duration_is_an_answer_and_a_missing_one_is_not() -> None:
    unknown = answers(clinical=ClinicalFacts(duration_months="unknown"))["duration_months"]
    assert unknown.answer is Answer.UNKNOWN
    assert unknown.source is Source.GIVEN
    assert answers()["duration_months"].answer is Answer.MISSING


def test_a_truncated_length_stays_a_lower_bound() -> None:
    visible = Measured(value=16.0, low=16.0, high=None, unit=Unit.MM, reason="truncated")
    fact = answers(replace(LESION, length_mm=visible))["length_mm"]
    assert fact.measured == visible
    assert fact.reason == "truncated"


def test_a_vessel_has_its_own_clinical_facts_or_the_patients() -> None:
    own = ClinicalFacts(prior_attempt=Answer.YES)
    sheet = ClinicalSheet(patient=ClinicalFacts(age_years=70.0), by_vessel={"RCA": own})
    assert sheet.of("RCA") is own
    assert sheet.of("LAD").age_years == 70.0
