"""The review file of a reader: read strictly, or refused with a sentence that quotes nothing."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from ctocalc.errors import SettingsRefused
from ctocalc.files.clinical import Given, clinical_sheet
from ctocalc.files.results import is_case_id
from ctocalc.study.calls import QUESTIONS, Question
from ctocalc.study.questions import BY_NAME, ClinicalFact
from ctocalc.study.review import OCCLUSIONS, SCHEMA, Caps, Edit, Place, Review, Word, refused

LARGEST_BYTES = 200_000
MOST_EDITS = 500
LONGEST_COMMENT = 2_000
LONGEST_LINE_MM = 1_000.0
READER = "^[A-Za-z0-9_-]{1,16}$"
WHEN = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"
VERSION = "^[0-9A-Za-z.+-]{1,32}$"
VESSEL = "^[A-Za-z0-9_.-]{1,32}$"
DIGEST = "^[0-9a-f]{64}$"
STATUSES = ("draft", "final")
# Questions that say the same of a lesion in two ways.
_ALIKE = {"bend_over_45": "bend_deg"}


def read_review(path: Path) -> tuple[Review, bytes]:
    """Return the review that a file holds, and its bytes.

    Raises
    ------
    SettingsRefused
        REVIEW_INVALID, when it cannot be read, is no review of this schema, or holds anything
        that a review does not take.
    """
    try:
        if path.exists() and not (path.is_file() and path.stat().st_size <= LARGEST_BYTES):
            raise refused(f"is no file, or one of more than {LARGEST_BYTES // 1000} kB")
        data = path.read_bytes()
        content = json.loads(
            data.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise refused(f"cannot be read ({why}); check the path that was given") from None
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise refused("is not JSON in UTF-8; save it from the page again") from None
    except (ValueError, RecursionError):
        raise refused("holds a name twice, a number that is none, or is nested too deep") from None
    return review_from(content), data


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name twice")
    return found


def _no_constant(text: str) -> float:
    raise ValueError(text)


def review_from(content: Any) -> Review:
    """Return the review that a JSON value stands for; errors as for `read_review`."""
    names = ("schema", "case_id", "reader", "when", "version", "result_digest", "status",
             "blind", "comment", "edits")  # fmt: skip
    record = _record(content, names, "the review")
    if record["schema"] != SCHEMA:
        raise refused(f"is of another schema; {SCHEMA} was expected")
    if not isinstance(record["case_id"], str) or not is_case_id(record["case_id"]):
        raise refused("names no case: case_id takes 1 to 64 letters, digits, dots, dashes")
    if record["status"] not in STATUSES:
        raise refused("has a status that is neither draft nor final")
    if type(record["blind"]) is not bool:
        raise refused("does not say true or false to blind")
    review = Review(
        case_id=record["case_id"], status=record["status"], blind=record["blind"],
        reader=_text(record, "reader", READER), when=_when(record),
        version=_text(record, "version", VERSION),
        result_digest=_text(record, "result_digest", DIGEST),
        comment=_comment(record["comment"]), edits=_edits(record["edits"]),
    )  # fmt: skip
    if review.blind and any(edit.automatic is not None for edit in review.edits):
        raise refused("is blind, yet holds automatic values; blind reading has none")
    return review


def _record(value: Any, names: tuple[str, ...], what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or set(value) != set(names):
        raise refused(f"is not complete, or holds unknown names; {what} has {', '.join(names)}")
    return value


def _text(record: Mapping[str, Any], name: str, pattern: str) -> str:
    value = record[name]
    if not isinstance(value, str) or not re.fullmatch(pattern.strip("^$"), value):
        raise refused(f"has a {name} that does not follow {pattern}")
    return value


def _when(record: Mapping[str, Any]) -> str:
    text = _text(record, "when", WHEN)
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise refused("was made at no time that exists; when is UTC, as on the page") from None
    return text


def _comment(value: Any) -> str:
    told = isinstance(value, str) and len(value) <= LONGEST_COMMENT
    if not told or not all(sign == "\n" or sign.isprintable() for sign in value):
        raise refused(f"has a comment that is no text of at most {LONGEST_COMMENT} characters")
    return str(value)


def _edits(value: Any) -> tuple[Edit, ...]:
    if not isinstance(value, list) or len(value) > MOST_EDITS:
        raise refused(f"has no list of at most {MOST_EDITS} edits")
    edits = tuple(_edit(each, number) for number, each in enumerate(value, 1))
    about = [
        (edit.vessel, edit.lesion and edit.lesion.number, _ALIKE.get(edit.item, edit.item))
        for edit in edits
    ]
    if len(set(about)) < len(about):
        raise refused("answers one question twice; one answer of each was expected")
    return edits


def _edit(value: Any, number: int) -> Edit:
    what = f"edit {number}"
    names = ("vessel", "lesion", "item", "automatic", "reader")
    record = _record(value, names, what)
    item = record["item"]
    if not isinstance(item, str):
        raise refused(f"has no item in {what}")
    vessel = None if record["vessel"] is None else _text(record, "vessel", VESSEL)
    lesion = None if record["lesion"] is None else _place(record["lesion"], what)
    kind = _kind(item, what)
    if (vessel is not None, lesion is not None) != kind.about:
        raise refused(f"places {what} wrongly: {item} is about {kind.place}")
    automatic = record["automatic"]
    return Edit(
        vessel=vessel, lesion=lesion, item=item, reader=kind.read(record["reader"], what),
        automatic=None if automatic is None else kind.read(automatic, what),
    )  # fmt: skip


def _place(value: Any, what: str) -> Place:
    record = _record(value, ("number", "start_mm", "end_mm"), f"the lesion of {what}")
    number = record["number"]
    if type(number) is not int or not 1 <= number <= MOST_EDITS:
        raise refused(f"has no number of a lesion, from 1, in {what}")
    ((start, end),) = _pairs([[record["start_mm"], record["end_mm"]]], what)
    return Place(number=number, start_mm=start, end_mm=end)


class _Kind:
    """What an item is about, and how its answers are read."""

    def __init__(self, place: str, about: tuple[bool, bool], read: Callable[[Any, str], Word]):
        self.place, self.about, self.read = place, about, read


def _kind(item: str, what: str) -> _Kind:
    if item == OCCLUSIONS:
        return _Kind("a vessel", (True, False), _pairs)
    if question := QUESTIONS.get(item):
        return _Kind("a lesion of a vessel", (True, True), lambda v, w: _call(question, v, w))
    if fact := BY_NAME.get(item):
        place = "a vessel" if fact.by_vessel else "the patient"
        return _Kind(place, (fact.by_vessel, False), lambda v, w: _given(fact, v, w))
    known = ", ".join((OCCLUSIONS, *QUESTIONS, *BY_NAME))
    raise refused(f"asks for an unknown item in {what}; there are {known}")


def _pairs(value: Any, what: str) -> Caps:
    """Return pairs of entry and exit, proximal first and apart; none at all is an answer too."""
    pairs = value if isinstance(value, list) and len(value) <= MOST_EDITS else None
    if pairs is None or not all(isinstance(p, list) and len(p) == 2 for p in pairs):
        raise refused(f"has no pairs of entry and exit, mm, in {what}")
    found = tuple((_number(a, what), _number(b, what)) for a, b in pairs)
    ends = [place for pair in found for place in pair]
    inside = all(0.0 <= place <= LONGEST_LINE_MM for place in ends)
    if not inside or any(start >= end for start, end in found) or not _rising(ends):
        raise refused(
            f"has entries and exits out of order in {what}; along the vessel, from 0 mm, entry "
            "before exit, proximal first, none overlapping, was expected"
        )
    return found


def _rising(places: Iterable[float]) -> bool:
    return all(a <= b for a, b in pairwise(places))


def _number(value: Any, what: str) -> float:
    if type(value) not in (int, float) or not -1e9 < value < 1e9 or not math.isfinite(value):
        raise refused(f"has no number where one is expected in {what}")
    return float(value)


def _call(question: Question, value: Any, what: str) -> Word:
    if isinstance(value, str) and value in question.words:
        return value
    if question.number and not isinstance(value, str):
        number = _number(value, what)
        if 0 <= number <= (question.highest or math.inf):
            return number
    words = ", ".join(question.words)
    numbers = f" or 0 to {question.highest:g}" if question.number else ""
    raise refused(f"answers {what} wrongly; it takes {words}{numbers}")


def _given(fact: ClinicalFact, value: Any, what: str) -> Word:
    """Return a clinical answer as options take it."""
    text = value if isinstance(value, str) else repr(_number(value, what)).removesuffix(".0")
    try:
        clinical_sheet([Given(name=fact.name, text=text)])
    except SettingsRefused:
        raise refused(f"answers {what} wrongly; it takes {fact.expected}") from None
    return text.strip().lower() if isinstance(value, str) else float(value)
