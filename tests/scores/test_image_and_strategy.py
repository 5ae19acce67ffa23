"""What the image may decide, who is left out, and the points of each strategy."""

import pytest

from ctocalc.quantity import Measured
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.registry import SYSTEMS, system
from ctocalc.scores.rules import Evidence
from ctocalc.scores.system import ANGIOGRAPHY, Basis, ScoringSystem, evaluate
from tests.scores.typed import score

FORM_ONLY = (
    "cl", "wcto", "ora", "bcto", "progress_mace", "progress_mortality",
    "progress_pericardiocentesis",
)  # fmt: skip


def from_image(name: str) -> Fact:
    unit = FACTS[name].unit
    if unit is None:
        return Fact(answer=Answer.YES, source=Source.IMAGE)
    measured = Measured(value=1.0, unit=unit, low=1.0, high=1.0)
    return Fact(measured=measured, source=Source.IMAGE)


WHOLE_IMAGE = Facts(answers={name: from_image(name) for name in FACTS})


@pytest.mark.parametrize("chosen", SYSTEMS, ids=lambda each: f"{each.name}-{each.edition}")
def test_the_image_decides_its_own_items_and_no_others(chosen: ScoringSystem) -> None:
    found = evaluate(chosen, WHOLE_IMAGE, basis=Basis.CORRECTED)
    told = {finding.item for finding in found.findings if finding.points is not None}
    assert told == set(chosen.filled_from_image)
    assert all(f.source is Source.NOT_GIVEN for f in found.findings if f.points is None)
    assert (found.points_image_only is None) is (not told)


def test_the_form_only_systems_hear_nothing_from_the_image() -> None:
    silent = tuple(each.name for each in SYSTEMS if not each.filled_from_image)
    assert silent == FORM_ONLY
    assert system("progress").filled_from_image == ("tortuosity",)
    assert system("castle").filled_from_image == ("blunt_stump", "length", "calcification")


def test_a_reader_is_heard_where_the_image_is_not() -> None:
    blunt = Fact(answer=Answer.YES, source=Source.READER)
    found = evaluate(
        system("wcto"), Facts(answers={"blunt_stump": blunt}), basis=Basis.CORRECTED
    )  # fmt: skip
    assert (found.points_low, found.title) == (2, "W-CTO (Khanna 2018) (CT-adapted)")


def test_no_rate_beside_an_occlusion_that_was_found_on_ct() -> None:
    """A complete B-CTO of given facts, on a lesion of which the image says anything at all."""
    given = {name: Fact(answer=Answer.YES, source=Source.GIVEN)
             for name in ("female", "right_coronary", "blunt_stump")}  # fmt: skip
    on_form = evaluate(system("bcto"), Facts(answers=given), basis=Basis.CORRECTED)
    assert (on_form.group, on_form.published_rate) == ("very difficult", 0.652)
    on_ct = evaluate(
        system("bcto"), Facts(answers=given | {"length_mm": from_image("length_mm")}),
        basis=Basis.CORRECTED,
    )  # fmt: skip
    assert on_ct.modality == "angiography (CT-adapted)"
    assert (on_ct.group, on_ct.published_rate) == ("very difficult", None)


def test_no_rate_is_unconfirmed_and_none_stands_beside_ct_filled_angiography() -> None:
    for each in SYSTEMS:
        for group in each.groups:
            assert group.rate is None or group.evidence is not Evidence.UNCONFIRMED
        if each.modality == ANGIOGRAPHY:
            assert evaluate(each, WHOLE_IMAGE, basis=Basis.APPARENT).published_rate is None


def test_bends_are_used_only_where_no_reader_graded() -> None:
    bends = {"largest_bend_vessel_deg": 100, "second_bend_vessel_deg": 80}
    assert score("progress", **bends).points_low == 1
    assert score("progress", tortuosity="mild", **bends).points_low == 0
    assert score("progress", tortuosity="unseen", **bends).points_low == 1
    assert score("progress", "christopoulos_2016_proximal", tortuosity="severe").points_low == 1
    assert score("castle", calcification_grade="moderate", calcium_share_of_length=0.9,
                 ).points_high == 5  # fmt: skip


@pytest.mark.parametrize(
    ("grade", "progress", "castle", "wcto"),
    [
        ("none", 0, 0, 0), ("mild", 0, 0, None), ("moderate", 1, 0, 1), ("severe", 1, 1, 1),
        ("unseen", None, 1, None), ("unknown", None, None, None),
    ],
)  # fmt: skip
def test_what_a_grade_of_tortuosity_answers(
    grade: str, progress: int | None, castle: int | None, wcto: int | None
) -> None:
    for name, points in (("progress", progress), ("castle", castle), ("wcto", wcto)):
        found = score(name, tortuosity=grade).findings
        assert next(f.points for f in found if f.item == "tortuosity") == points


def test_bypass_surgery_leaves_no_pericardiocentesis_score() -> None:
    case = {"age": 70, "sex": "female", "calcification": "yes", "adr": "no", "retrograde": "no"}
    none = score("progress_pericardiocentesis", prior_cabg="yes", **case)
    assert (none.points, none.points_low, none.points_high, none.findings) == (None, None, None, ())
    assert "bypass" in str(none.reason)
    for answer, remarks in (("no", 0), ("unknown", 1), ("", 1)):
        found = score("progress_pericardiocentesis", prior_cabg=answer, **case)
        assert found.points == 3
        assert len([note for note in found.notes if "bypass" in note]) == remarks


def test_without_a_strategy_every_strategy_is_shown() -> None:
    case = {"age": 70, "sex": "female", "calcification": "yes", "blunt_stump": "no"}
    found = score("progress_mace", duration_months=4, **case)
    assert (found.points, found.points_low, found.points_high) == (None, 4, 7)
    assert found.notes == (
        "points by strategy: antegrade wiring only 4, ADR 5, retrograde 6, ADR and retrograde 7",
    )
    half = score("progress_mace", duration_months=4, age=70, sex="female", blunt_stump="no")
    assert half.notes[0].endswith("retrograde 5 to 6, ADR and retrograde 6 to 7")
    told = score("progress_mace", duration_months=4, adr="no", **case)
    assert (told.points_low, told.points_high, told.notes) == (4, 6, ())
    assert not any("strategy" in note for note in score("bcto").notes)
