"""Names, rates, bases, notes and refusals of the score machinery."""

from dataclasses import replace

import pytest

from ctocalc.quantity import Measured, Unit
from ctocalc.scores import jcto, jcto_ct, kcct, rector
from ctocalc.scores.criterion import Finding
from ctocalc.scores.definition import definition
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.form import FormError, facts_from_form, fields
from ctocalc.scores.record import score_json
from ctocalc.scores.registry import SYSTEMS, UnknownSystem, editions, names, system
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import Basis, Group, Score, ScoringSystem, evaluate, not_scored

HARD = {"blunt_stump": "yes", "bend_deg": "60", "length_mm": "30", "prior_attempt": "yes"}


def form(chosen: ScoringSystem, **entries: str) -> Score:
    return evaluate(chosen, facts_from_form(chosen, entries), basis=Basis.APPARENT)


def as_seen(chosen: ScoringSystem, source: Source, **entries: str) -> Score:
    facts = facts_from_form(chosen, entries)
    seen = {c.item for c in chosen.criteria if c.item in chosen.filled_from_image}
    seen |= {k.fact for c in chosen.criteria if c.item in seen for k in c.checks}
    answers, items = (
        {n: replace(fact, source=source) if n in seen else fact for n, fact in given.items()}
        for given in (facts.answers, facts.items)
    )
    return evaluate(chosen, Facts(answers=answers, items=items), basis=Basis.CORRECTED)


def test_an_angiographic_score_filled_from_ct_says_so_and_prints_no_rate() -> None:
    typed = form(jcto.MORINO_2011, calcification="yes", **HARD)
    assert (typed.title, typed.published_rate) == ("J-CTO (Morino 2011)", 0.10)
    assert typed.published_rate_evidence is Evidence.REVIEW
    for source in (Source.IMAGE, Source.READER):
        seen = as_seen(jcto.MORINO_2011, source, calcification="yes", **HARD)
        assert seen.title.endswith("(CT-adapted)")
        assert "CT-adapted" in seen.modality
        assert (seen.points, seen.group, seen.published_rate) == (5, "very difficult", None)
    from_fraction = form(jcto.MORINO_2011, calcium_fraction="0.3", **HARD)
    assert from_fraction.title.endswith("(CT-adapted)")
    assert from_fraction.published_rate is None


@pytest.mark.parametrize("chosen", [rector.OPOLSKI_2015, kcct.YU_2017])
def test_no_rate_on_the_corrected_basis(chosen: ScoringSystem) -> None:
    used = {name: text for name, text in HARD.items() if name in fields(chosen)}
    entries = {**used, "calcium_fraction": "0.99", "duration_months": "30"}
    facts = facts_from_form(chosen, entries)
    apparent = evaluate(chosen, facts, basis=Basis.APPARENT)
    corrected = evaluate(chosen, facts, basis=Basis.CORRECTED)
    assert apparent.group == corrected.group is not None
    assert apparent.published_rate is not None
    assert corrected.published_rate is None
    assert any("not validated" in note for note in corrected.notes)
    assert not apparent.notes


def test_the_basis_says_nothing_about_a_system_without_a_calcium_area() -> None:
    facts = facts_from_form(jcto.MORINO_2011, {**HARD, "calcification": "yes"})
    score = evaluate(jcto.MORINO_2011, facts, basis=Basis.CORRECTED)
    assert score.published_rate == 0.10
    assert not any("modified" in note for note in score.notes)


def test_group_of_an_interval_is_the_shared_one_or_none() -> None:
    shared = form(jcto_ct.LI_2015, **HARD)
    assert (shared.points, shared.points_low, shared.points_high) == (None, 4, 5)
    assert shared.group == "very difficult"
    torn = form(jcto_ct.LI_2015, length_mm="30")
    assert (torn.points_low, torn.points_high, torn.group) == (1, 5, None)


def test_borderline_item_is_named_and_makes_an_interval() -> None:
    length = Measured(value=21.0, unit=Unit.MM, low=19.0, high=23.0)
    facts = facts_from_form(jcto_ct.LI_2015, {**HARD, "calcium_fraction": "0.1", "bend_deg": "10"})
    answers = {**facts.answers, "length_mm": Fact(measured=length, source=Source.IMAGE)}
    score = evaluate(
        jcto_ct.LI_2015, Facts(answers=answers, items=facts.items), basis=Basis.APPARENT
    )
    assert (score.points, score.points_low, score.points_high) == (3, 2, 3)
    assert score.group == "very difficult"
    assert "length" in str(score.reason)
    assert [f.item for f in score.findings if f.borderline] == ["length"]


def test_points_of_the_image_alone_leave_out_the_clinic() -> None:
    score = form(jcto.MORINO_2011, calcification="yes", **{**HARD, "prior_attempt": "unknown"})
    assert (score.points, score.points_image_only) == (None, 4)
    unseen = form(jcto.MORINO_2011, prior_attempt="yes")
    assert unseen.points_image_only is None


def test_not_scored_is_empty_and_never_zero() -> None:
    score = not_scored(kcct.YU_2017, "no total occlusion", basis=Basis.CORRECTED)
    record = score_json(score, lesion=None)
    for name in ("points", "points_low", "points_high", "group", "published_rate", "lesion"):
        assert record[name] is None
    assert (record["items"], record["reason"]) == ([], "no total occlusion")


def test_duration_decides_what_the_occlusion_is_called() -> None:
    assert "not CTO by definition" in form(kcct.YU_2017, duration_months="2.9").notes[0]
    assert form(kcct.YU_2017, duration_months="3").notes == ()
    hard = {**HARD, "calcification": "yes"}
    for months, rate in (("2.9", None), ("3", 0.10)):
        assert form(jcto.MORINO_2011, duration_months=months, **hard).published_rate == rate
    for silent in (form(kcct.YU_2017), form(kcct.YU_2017, duration_months="unknown")):
        assert silent.notes[0].startswith("total occlusion on CT")
    assert form(jcto.MORINO_2011).notes[0].startswith("total occlusion:")


def test_unknown_is_a_point_for_duration_only() -> None:
    for chosen in SYSTEMS:
        answered = [c.item for c in chosen.criteria if len(c.levels) == 1]
        entries = dict.fromkeys(answered, "unknown")
        score = evaluate(chosen, facts_from_form(chosen, entries), basis=Basis.APPARENT)
        counted = [f.item for f in score.findings if f.points]
        assert counted == [f.item for f in score.findings if f.item == "duration"]


def test_a_reader_answers_the_whole_item_before_its_facts() -> None:
    facts = facts_from_form(rector.OPOLSKI_2015, {"blunt_stump": "yes", "blunt_stump_exit": "yes"})
    said = Fact(answer=Answer.NO, source=Source.READER, reason="seen twice")
    chosen = Facts(answers=facts.answers, items={"blunt_stump": said})
    score = evaluate(rector.OPOLSKI_2015, chosen, basis=Basis.APPARENT)
    stump = next(f for f in score.findings if f.item == "blunt_stump")
    assert (stump.points, stump.source, stump.reason) == (0, Source.READER, "seen twice")
    assert stump.conditions == ()


def test_an_unknown_item_leaves_the_facts_standing() -> None:
    facts = facts_from_form(jcto_ct.LI_2015, {"bend_deg": "60"})
    shrug = Fact(answer=Answer.UNKNOWN, source=Source.READER)
    chosen = Facts(answers=facts.answers, items={"bending": shrug, "length": shrug})
    found = {f.item: f for f in evaluate(jcto_ct.LI_2015, chosen, basis=Basis.APPARENT).findings}
    assert found["bending"].points == 1
    assert found["length"].points is None


def test_alone_the_name_answers_the_item_and_says_so_beside_its_part_the_fact() -> None:
    def stump(**entries: str) -> Finding:
        found = form(rector.OPOLSKI_2015, **entries).findings
        return next(f for f in found if f.item == "blunt_stump")

    alone = stump(blunt_stump="no")
    assert (alone.points, alone.points_low, alone.points_high) == (0, 0, 0)
    assert alone.reason == "taken for blunt stump at the exit too"
    # A form that asks for both ends, such as a table with a column for each.
    for left_open in ("", "unknown"):
        one = stump(blunt_stump="no", blunt_stump_exit=left_open)
        assert (one.points, one.points_low, one.points_high) == (None, 0, 1)
    assert stump(blunt_stump="yes").points == 1
    assert stump(blunt_stump="no", blunt_stump_exit="no").points == 0
    beside = stump(blunt_stump="no", blunt_stump_exit="yes")
    assert beside.points == 1
    assert [c.fact for c in beside.conditions] == ["blunt_stump", "blunt_stump_exit"]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"side_branch": "yes"}, "does not use side_branch; it uses blunt_stump"),
        ({"length_mm": "-1"}, "0 or more"),
        ({"length_mm": "nan"}, "0 or more"),
        ({"length_mm": "inf"}, "0 or more"),
        ({"calcium_fraction": "1.2"}, "from 0 to 1"),
        ({"duration_months": "long"}, "or unknown"),
        ({"blunt_stump": "maybe"}, "yes, no, unknown"),
        ({"length": "22"}, "length is '22'; it takes yes, no, unknown"),
        ({"length": "yes", "length_mm": "3"}, "answered twice"),
    ],
)
def test_forms_refuse_with_a_sentence(entries: dict[str, str], words: str) -> None:
    with pytest.raises(FormError, match=words):
        facts_from_form(jcto.MORINO_2011, entries)


def test_a_second_bend_is_no_larger_than_the_largest() -> None:
    names = "largest_bend_vessel_deg", "second_bend_vessel_deg"
    progress = system("progress")
    for largest, second in (("80", "80"), ("80", "20"), ("", "95"), ("80", "")):
        facts_from_form(progress, dict(zip(names, (largest, second), strict=True)))
    with pytest.raises(FormError, match=r"second_bend_vessel_deg is 95; it takes at most .* 80"):
        facts_from_form(progress, dict(zip(names, ("80", "95"), strict=True)))


def test_empty_cells_are_not_given() -> None:
    facts = facts_from_form(jcto.MORINO_2011, {"length_mm": " ", "bending": ""})
    assert facts == Facts()


def test_registry_names_defaults_and_refusals() -> None:
    assert names() == (
        "jcto", "jcto_ct", "ct_rector", "kcct", "recharge_ct", "progress", "castle", "cl", "wcto",
        "ora", "bcto", "progress_mace", "progress_mortality", "progress_pericardiocentesis",
        "oct_calcium", "ivus_calcium",
    )  # fmt: skip
    assert system("progress").edition == "christopoulos_2016"
    assert system("ct_rector").edition == "opolski_2015"
    assert system("jcto_ct", "li_2015") is jcto_ct.LI_2015
    assert [each.edition for each in editions("jcto_ct")] == ["fujino_2018", "li_2015"]
    assert len({(each.name, each.edition) for each in SYSTEMS}) == len(SYSTEMS)
    with pytest.raises(UnknownSystem, match="there are jcto, jcto_ct"):
        system("euroscore")
    with pytest.raises(UnknownSystem, match="fujino_2018, li_2015"):
        system("jcto_ct", "morino_2011")


@pytest.mark.parametrize("chosen", SYSTEMS, ids=lambda chosen: str(chosen.edition))
def test_every_part_is_cited_and_graded(chosen: ScoringSystem) -> None:
    for criterion in chosen.criteria:
        for check in criterion.checks:
            assert check.rule.citation
            assert check.rule.evidence in Evidence
    record = definition(chosen)
    assert record["unconfirmed"] == list(chosen.unconfirmed)
    assert (Evidence.UNCONFIRMED is chosen.evidence) == bool(
        [part for part in chosen.unconfirmed if part != "groups"]
    )
    assert set(record["facts"]) <= set(FACTS)


def test_tables_refuse_what_the_rules_forbid() -> None:
    with pytest.raises(ValueError, match="never shipped"):
        replace(
            jcto.MORINO_2011,
            groups=(Group(lower=0, name="all", rate=0.5, evidence=Evidence.UNCONFIRMED),),
        )
    with pytest.raises(ValueError, match="unique"):
        replace(jcto.MORINO_2011, filled_from_image=("collaterals",))
    calcification = next(c for c in kcct.YU_2017.criteria if c.item == "calcification")
    with pytest.raises(ValueError, match="most points to fewest"):
        replace(calcification, levels=calcification.levels[::-1])


def test_record_has_the_published_names() -> None:
    record = score_json(form(kcct.YU_2017, calcium_fraction="0.6", calcium_arc_deg="200"), lesion=2)
    for name in (
        "system", "edition", "modality", "endpoint", "lesion", "basis", "points", "points_low",
        "points_high", "points_image_only", "group", "published_rate", "items", "citation",
        "evidence", "reason",
    ):  # fmt: skip
        assert name in record
    calcium = next(each for each in record["items"] if each["item"] == "calcification")
    for name in (
        "item", "points", "present", "source", "measured", "rule", "conditions", "borderline",
        "evidence", "reason",
    ):  # fmt: skip
        assert name in calcium
    assert calcium["points"] == 1
    assert calcium["measured"]["value"] in {0.6, 200.0}
    assert [part["fact"] for part in calcium["conditions"]] == [
        "calcium_fraction", "calcium_arc_deg", "calcium_fraction",
    ]  # fmt: skip
    assert calcium["rule"]["comparator"] == ">="
