"""Review files: what is taken, and that everything else is refused without being quoted."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.review import LARGEST_BYTES, read_review, review_from
from ctocalc.files.review_record import edit_record
from ctocalc.files.review_schema import review_schema
from ctocalc.study.calls import QUESTIONS
from ctocalc.study.questions import FACTS
from tests.case_results import case_result
from tests.reviews import edit, place, review_of

RESULT = case_result()
PLACE = place(RESULT)
CANARY = "Mueller^Anna"
ON_LESION = {"vessel": "LAD", "lesion": PLACE}


def stump(**changes: Any) -> dict[str, Any]:
    return edit("proximal_stump", "tapered", "blunt", **ON_LESION) | changes


GOOD = review_of(
    RESULT,
    stump(),
    edit("bend_deg", 60, 50.0, **ON_LESION),
    edit("occlusions", [[1.0, 2.5], [4, 9.5]], [[10.0, 30.1]], vessel="LAD"),
    edit("occlusions", [], [], vessel="RCA"),
    edit("duration_months", "unknown", 14, vessel="LAD"),
    edit("age", 72),
    comment="seen twice\nsure",
)


def is_valid(content: Any) -> bool:
    return bool(Draft202012Validator(review_schema()).is_valid(content))


def test_a_review_reads_back_as_it_was_saved() -> None:
    review = review_from(json.loads(json.dumps(GOOD)))
    assert [edit_record(each) for each in review.edits] == GOOD["edits"]
    assert (review.reader, review.when, review.comment) == ("R-1", GOOD["when"], GOOD["comment"])
    Draft202012Validator.check_schema(review_schema())
    assert is_valid(GOOD)


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_call_takes_its_words_and_numbers_only(name: str) -> None:
    question = QUESTIONS[name]
    numbers = [0, 359.5] if question.number else []
    for answer in [*question.words, *numbers]:
        content = review_of(RESULT, edit(name, answer, **ON_LESION))
        assert review_from(content).edits[0].reader == answer
        assert is_valid(content)
    for answer in ["maybe", "", None, True, [], {}, -1, 361, *([] if numbers else [1])]:
        content = review_of(RESULT, edit(name, answer, **ON_LESION))
        with pytest.raises(SettingsRefused, match=r"it takes|no number"):
            review_from(content)
        assert not is_valid(content)


def test_every_clinical_fact_has_its_place() -> None:
    answers = {"sex": "female", "rentrop": 2, "age": 61, "lvef": 45, "duration_months": 13}
    for fact in FACTS:
        answer = answers.get(fact.name, "unknown")
        vessel = "LAD" if fact.by_vessel else None
        content = review_of(RESULT, edit(fact.name, answer, vessel=vessel))
        assert review_from(content).edits[0].reader == answer
        assert is_valid(content)
        elsewhere = review_of(RESULT, edit(fact.name, answer, vessel=None if vessel else "LAD"))
        with pytest.raises(SettingsRefused, match="wrongly"):
            review_from(elsewhere)
        assert not is_valid(elsewhere)


def changed(**changes: Any) -> Callable[[], Any]:
    return lambda: GOOD | changes


def with_edit(**changes: Any) -> Callable[[], Any]:
    return lambda: review_of(RESULT, stump(**changes))


BAD = {
    "no object": lambda: [GOOD],
    "unknown name": changed(patient=CANARY),
    "name missing": lambda: {k: v for k, v in GOOD.items() if k != "when"},
    "schema": changed(schema="ctocalc-review/2"),
    "case": changed(case_id=f"../{CANARY}"),
    "case number": changed(case_id=7),
    "reader": changed(reader=CANARY),
    "reader length": changed(reader="R" * 17),
    "reader line": changed(reader="R1\n"),
    "time": changed(when="2026-02-03 04:05:06"),
    "time zone": changed(when="2026-02-03T04:05:06+01:00"),
    "no such day": changed(when="2026-02-30T04:05:06Z"),
    "version": changed(version=CANARY),
    "digest": changed(result_digest="0" * 63),
    "status": changed(status="done"),
    "blind": changed(blind=1),
    "blind with automatic": changed(blind=True),
    "comment length": changed(comment="x" * 2001),
    "comment sign": changed(comment="x\x1b[31m"),
    "comment number": changed(comment=3),
    "edits": changed(edits={}),
    "many edits": changed(edits=[stump()] * 501),
    "twice": lambda: review_of(RESULT, stump(), stump(reader="none")),
    "twice, two ways": lambda: review_of(
        RESULT, edit("bend_deg", 50, **ON_LESION), edit("bend_over_45", "no", **ON_LESION)
    ),
    "edit no object": changed(edits=["x"]),
    "edit unknown name": with_edit(why=CANARY),
    "item": with_edit(item=CANARY),
    "item number": with_edit(item=3),
    "vessel": with_edit(vessel=f"{CANARY} x"),
    "vessel missing": with_edit(vessel=None),
    "lesion missing": with_edit(lesion=None),
    "lesion true": with_edit(lesion=PLACE | {"number": True}),
    "lesion 0": with_edit(lesion=PLACE | {"number": 0}),
    "lesion turned": with_edit(lesion=PLACE | {"start_mm": 31.0}),
    "lesion word": with_edit(lesion=PLACE | {"start_mm": CANARY}),
    "automatic": with_edit(automatic=CANARY),
    "reader word": with_edit(reader=CANARY),
    "overlap": changed(edits=[edit("occlusions", [[1, 5], [4, 9]], vessel="LAD")]),
    "negative": changed(edits=[edit("occlusions", [[-1, 5]], vessel="LAD")]),
    "empty": changed(edits=[edit("occlusions", [[5, 5]], vessel="LAD")]),
    "three": changed(edits=[edit("occlusions", [[1, 5, 6]], vessel="LAD")]),
    "true mm": changed(edits=[edit("occlusions", [[True, 5]], vessel="LAD")]),
    "far": changed(edits=[edit("occlusions", [[1, 1001]], vessel="LAD")]),
    "huge": changed(edits=[edit("occlusions", [[1, 10**400]], vessel="LAD")]),
    "age": changed(edits=[edit("age", CANARY)]),
    "age true": changed(edits=[edit("age", True)]),
    "age none": changed(edits=[edit("age", None)]),
}


@pytest.mark.parametrize("what", BAD)
def test_what_no_review_holds_is_refused_and_not_quoted(what: str, tmp_path: Path) -> None:
    path = tmp_path / f"{CANARY}.json"
    path.write_text(json.dumps(BAD[what]()))
    with pytest.raises(SettingsRefused) as refusal:
        read_review(path)
    assert refusal.value.code is Code.REVIEW_INVALID
    told = str(refusal.value)
    assert told.startswith("The review ") and told.endswith(".")
    assert CANARY not in told and str(tmp_path) not in told


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"\xff\xfe{", b"null", b"[" * 100_000, b'{"schema": NaN}',
        b'{"reader": "A", "reader": "B"}', b"9" * 5000, b" " * (LARGEST_BYTES + 1),
        json.dumps(GOOD).encode()[:-20],
    ],
)  # fmt: skip
def test_damaged_files_are_refused(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_bytes(data)
    with pytest.raises(SettingsRefused, match="The review") as refusal:
        read_review(path)
    assert refusal.value.code is Code.REVIEW_INVALID


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "absent.json"):
        with pytest.raises(SettingsRefused, match="The review"):
            read_review(path)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    path.write_text(json.dumps(GOOD), encoding="utf-8-sig")
    review, data = read_review(path)
    assert review.case_id == "case-1"
    assert data == path.read_bytes()
