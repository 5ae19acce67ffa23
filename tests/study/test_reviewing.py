"""A review applied: the official result follows it, the automatic one stays beside."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.results import result_record, result_text
from ctocalc.files.review import review_from
from ctocalc.files.schema import result_schema
from ctocalc.files.tables import case_tables
from ctocalc.image.scan import ScanFacts
from ctocalc.lesion.lesion import StumpCall
from ctocalc.study.analyse import analyse
from ctocalc.study.clinical import ClinicalFacts, ClinicalSheet
from ctocalc.study.result import CaseResult
from ctocalc.study.reviewing import asked, reviewed
from ctocalc.study.scoring import NO_OCCLUSION_READ
from ctocalc.study.settings import Request
from ctocalc.vessel.centerline import Centerline
from tests.measured_tube import line_of
from tests.reviews import digest_of, edit, place, review_of
from tests.tube import SPACING, Path, gap, scan, vessel

PATH = Path(length_mm=46.0, bend_radius_mm=20.0)
REQUEST = Request(case_id="a")


@cache
def volume() -> Any:
    return scan(PATH, vessel(diameter=gap(13.0, 31.0, taper=(0.0, 5.0))), noise_hu=25.0)


def measure(request: Request) -> CaseResult:
    facts = ScanFacts(spacing_kji_mm=SPACING, slices=volume().grid.shape_kji[0], kvp=120.0)
    line = Centerline(points_lps_mm=line_of(PATH, off_mm=0.3), vessel="RCA", digest="cd" * 32)
    return analyse(volume(), facts, (line,), request=request, inputs=())


@cache
def automatic() -> CaseResult:
    return measure(REQUEST)


def apply(content: dict[str, Any]) -> CaseResult:
    return reviewed(
        automatic(), review_from(content), digest=digest_of(automatic()), request=REQUEST,
        again=measure,
    )  # fmt: skip


def ends() -> tuple[float, float]:
    (lesion,) = automatic().vessels[0].lesions
    return lesion.start_mm, lesion.end_mm


def call(item: str, reader: Any, told: Any = None) -> dict[str, Any]:
    return edit(item, reader, told, vessel="RCA", lesion=place(automatic()))


def points(result: CaseResult) -> dict[tuple[str, str, str], Any]:
    return {
        (s.score.system.name, s.score.system.edition, s.score.basis.value): (
            s.score.points, s.score.points_low, s.score.points_high
        )
        for s in result.vessels[0].scores
    }  # fmt: skip


def changed_items(before: CaseResult, after: CaseResult) -> dict[str, tuple[float, float]]:
    """Return fewest and most points of the items of J-CTO that a review has changed."""
    one, two = (r.vessels[0].scores[0].score.findings for r in (before, after))
    return {b.item: (b.points_low, b.points_high) for a, b in zip(one, two, strict=True) if a != b}


def rows(result: CaseResult, name: str) -> list[dict[str, Any]]:
    table = next(each for each in case_tables(result) if each.name == name)
    return [dict(zip([c.name for c in table.columns], row, strict=True)) for row in table.rows]


def test_calls_and_clinical_facts_move_the_scores_and_both_answers_are_kept() -> None:
    result = apply(review_of(
        automatic(), call("proximal_stump", "tapered", "blunt"),
        edit("prior_attempt", "yes", vessel="RCA"), edit("age", 80), comment="two looks",
    ))  # fmt: skip
    before, after = points(automatic()), points(result)
    assert changed_items(automatic(), result) == {"blunt_stump": (0, 0), "prior_attempt": (1, 1)}
    assert after["jcto", "morino_2011", "corrected"] != before["jcto", "morino_2011", "corrected"]
    assert after["ora", "galassi_2016", "corrected"][1] == 1
    assert result.vessels[0].lesions[0].proximal_stump.call is StumpCall.TAPERED
    record = result_record(result)
    Draft202012Validator(result_schema()).validate(json.loads(result_text(result)))
    kept = record["review"]
    assert [(e["item"], e["automatic"], e["reader"]) for e in kept["edits"]] == [
        ("proximal_stump", "blunt", "tapered"), ("prior_attempt", None, "yes"), ("age", None, 80),
    ]  # fmt: skip
    assert (kept["reader"], kept["version"], kept["when"]) == (
        "R-1", "0.1.0", "2026-02-03T04:05:06Z"
    )  # fmt: skip
    assert kept["same_result"] is True
    own = result_record(automatic())["vessels"][0]
    assert kept["automatic"][0]["facts"] == own["facts"]
    totals = {(s["system"], s["edition"], s["basis"]): (s["points"], s["points_low"],
              s["points_high"]) for s in kept["automatic"][0]["scores"]}  # fmt: skip
    assert totals == before
    items = [i for s in record["vessels"][0]["scores"] if s["system"] == "jcto" for i in s["items"]]
    assert {i["item"]: i["source"] for i in items}["blunt_stump"] == "reader"
    assert rows(result, "vessels")[0]["reader_edits"] == 3
    assert rows(result, "lesions")[0]["reader_edits"] == 1
    assert all("two looks" not in str(row) for table in case_tables(result) for row in table.rows)
    notices = {n.code: n for n in result.quality}
    assert notices[Code.READER_REVIEW].severity == "info"
    assert "two looks" not in notices[Code.READER_REVIEW].message


def test_without_a_review_nothing_is_a_readers() -> None:
    record = result_record(automatic())
    assert record["review"] is None
    assert rows(automatic(), "vessels")[0]["reader_edits"] == 0
    assert rows(automatic(), "lesions")[0]["reader_edits"] == 0


def test_the_facts_of_a_result_give_its_scores() -> None:
    (known,) = automatic().vessels[0].facts
    shown = result_record(automatic())["vessels"][0]["facts"][0]
    assert set(shown["facts"]) == set(known.corrected.answers)
    assert (shown["start_mm"], shown["end_mm"]) == ends()


def test_moved_caps_are_the_readers_exactly() -> None:
    start, end = ends()
    moved = [[start + 2.0, end - 1.5]]
    result = apply(review_of(
        automatic(), edit("occlusions", moved, [[start, end]], vessel="RCA"),
        edit("full_moon", "unknown", "no", vessel="RCA",
             lesion={"number": 1, "start_mm": moved[0][0], "end_mm": moved[0][1]}),
    ))  # fmt: skip
    (lesion,) = result.vessels[0].lesions
    assert [lesion.start_mm, lesion.end_mm] == moved[0]
    length = lesion.length_mm
    assert length.value == length.low == length.high
    assert length.value == pytest.approx(end - start - 3.5)
    assert lesion.full_moon.present is None
    (known,) = result.vessels[0].facts
    assert known.corrected["length_mm"].source == "reader"
    assert known.corrected["bend_deg"].source == "image"


def test_added_occlusions_are_lesions_and_none_are_none() -> None:
    start, end = ends()
    before = [[start, end]]
    added = apply(review_of(
        automatic(), edit("occlusions", [[2.0, 4.0], [start + 8, end]], before, vessel="RCA")
    ))  # fmt: skip
    assert [len(v.lesions[0].occlusions) for v in added.vessels] == [2]
    assert added.vessels[0].lesions[0].multiple_occlusions.present is True
    none = apply(review_of(automatic(), edit("occlusions", [], before, vessel="RCA")))
    assert none.vessels[0].lesions == ()
    assert {s.score.reason for s in none.vessels[0].scores} == {NO_OCCLUSION_READ}
    assert {s.score.points for s in none.vessels[0].scores} == {None}


def test_a_blind_review_brings_its_own_occlusions() -> None:
    content = review_of(
        automatic(), edit("occlusions", [[14.0, 30.0]], vessel="RCA"),
        edit("proximal_stump", "none", vessel="RCA",
             lesion={"number": 1, "start_mm": 14.0, "end_mm": 30.0}),
        blind=True,
    )  # fmt: skip
    result = apply(content)
    assert result.review is not None
    assert result.review.review.blind
    # What the reader did not see is kept all the same.
    assert [e.automatic for e in result.review.review.edits] == [(ends(),), "blunt"]


def test_the_same_review_gives_the_same_bytes() -> None:
    content = review_of(automatic(), call("bend_deg", 50.5, bend()))
    assert result_text(apply(content)) == result_text(apply(content))


def bend() -> Any:
    return automatic().vessels[0].lesions[0].bend_deg.value


def test_a_draft_and_a_review_of_other_bytes_warn() -> None:
    content = review_of(
        automatic(), call("proximal_stump", "tapered", "tapered"), status="draft",
        result_digest="0" * 64,
    )  # fmt: skip
    result = apply(content)
    told = {n.code: n for n in result.quality}
    assert told[Code.READER_REVIEW].severity == "warning"
    assert Code.REVIEW_OTHER_RESULT in told
    assert result.review is not None
    assert not result.review.same_result
    assert result.review.review.edits[0].automatic == "blunt"


def other_case() -> dict[str, Any]:
    return review_of(automatic(), case_id="b")


def other_vessel() -> dict[str, Any]:
    return review_of(automatic(), edit("occlusions", [], vessel="Mueller"))


def other_lesion() -> dict[str, Any]:
    where = place(automatic()) | {"number": 2}
    return review_of(automatic(), edit("full_moon", "yes", "no", vessel="RCA", lesion=where))


def other_place() -> dict[str, Any]:
    where = place(automatic())
    where |= {"start_mm": where["start_mm"] + 1.5}
    return review_of(automatic(), edit("full_moon", "yes", "no", vessel="RCA", lesion=where))


def altered() -> dict[str, Any]:
    return review_of(automatic(), call("proximal_stump", "none", "tapered"))


def beyond() -> dict[str, Any]:
    return review_of(automatic(), edit("occlusions", [[1.0, 300.0]], [list(ends())], vessel="RCA"))


def elsewhere() -> dict[str, Any]:
    shifted = [[place_ + 4.0 for place_ in ends()]]
    return review_of(
        automatic(), edit("occlusions", [[1.0, 3.0]], shifted, vessel="RCA"),
        result_digest="1" * 64,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (other_case, "another case"), (other_vessel, "there are RCA"), (other_lesion, "lesion 2"),
        (other_place, "lesion 1"), (altered, "altered"), (beyond, "beyond the end of RCA"),
        (elsewhere, "lie elsewhere"),
    ],
)  # fmt: skip
def test_a_review_of_something_else_is_refused(
    content: Callable[[], dict[str, Any]], words: str
) -> None:
    with pytest.raises(SettingsRefused, match=words) as refusal:
        apply(content())
    assert refusal.value.code is Code.REVIEW_INVALID
    assert "Mueller" not in str(refusal.value)


def test_facts_of_the_patient_reach_every_vessel_and_own_facts_only_theirs() -> None:
    own = ClinicalFacts(age_years=50.0, duration_months=4.0)
    request = Request(case_id="a", clinical=ClinicalSheet(by_vessel={"LAD": own}))
    content = review_of(
        automatic(), edit("age", 70), edit("duration_months", 13, vessel="RCA"),
        edit("rentrop", 2, vessel="RCA"),
    )  # fmt: skip
    sheet = asked(request, review_from(content)).clinical
    assert (sheet.of("LAD").age_years, sheet.of("LAD").duration_months) == (70, 4.0)
    assert (sheet.of("RCA").age_years, sheet.of("RCA").duration_months) == (70, 13)
    assert sheet.of("RCA").rentrop == 2
    assert sheet.of("LCX").duration_months is None
