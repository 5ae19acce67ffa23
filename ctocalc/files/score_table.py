"""Rows of the score table: one per item, and one with an empty item per total."""

from typing import Any

from ctocalc.files.columns import Cell, Column, Kind
from ctocalc.scores.record import score_json
from ctocalc.study.result import LesionScore

Row = tuple[Cell, ...]

_TEXT: Kind = "string"
_NUMBER: Kind = "number"
_TRUTH: Kind = "boolean"

_OF_SCORE = (
    Column(name="lesion", kind="integer", low=1, doc="Lesion of the vessel; empty: none to score."),
    Column(name="system", kind=_TEXT, doc="Machine name of the score."),
    Column(name="edition", kind=_TEXT, doc="Which published definition of it."),
    Column(name="modality", kind=_TEXT, doc="What the score was made for, and how it was filled."),
    Column(name="endpoint", kind=_TEXT, doc="What the published score predicts."),
    Column(name="basis", kind=_TEXT, doc="Calcium fraction: corrected (blur undone) or apparent."),
)
_LINE = (
    Column(name="item", kind=_TEXT, doc="Machine name of the item; empty: the total."),
    Column(name="points", kind=_NUMBER, low=0, doc="Best call; empty: cannot be told."),
    Column(name="points_low", kind=_NUMBER, low=0, doc="Fewest points that are possible."),
    Column(name="points_high", kind=_NUMBER, low=0, doc="Most points that are possible."),
)
_TOTAL = (
    Column(name="points_image_only", kind=_NUMBER, low=0, doc="Sum of what the image decides."),
    Column(name="group", kind=_TEXT, doc="Published group of the total."),
    Column(
        name="published_rate", kind=_NUMBER, low=0, high=1,
        doc="Published rate of the endpoint in that group; empty where none may be printed.",
    ),
    Column(name="published_rate_evidence", kind=_TEXT, doc="Grade of that rate: P, R or S."),
    Column(
        name="notes", kind=_TEXT,
        doc="What holds for the whole score, such as the points of each strategy.",
    ),
)  # fmt: skip
_ITEM = (
    Column(name="present", kind=_TRUTH, doc="Whether the item is met; empty: cannot be told."),
    Column(name="source", kind=_TEXT, doc="image, reader, given or not given."),
    Column(name="value", kind=_NUMBER, doc="Measured value that decided, or is behind a yes/no."),
    Column(name="low", kind=_NUMBER, doc="Lower end of its 95 % interval."),
    Column(name="high", kind=_NUMBER, doc="Upper end of its 95 % interval; empty: open."),
    Column(name="unit", kind=_TEXT, doc="UCUM code of value, low, high and threshold."),
    Column(name="comparator", kind=_TEXT, doc="How the value is held against the threshold."),
    Column(name="threshold", kind=_NUMBER, doc="Threshold of the rule; empty: a yes/no question."),
    Column(
        name="threshold_evidence", kind=_TEXT,
        doc="Grade of the threshold or reading, where it may differ from the item's.",
    ),
    Column(name="borderline", kind=_TRUTH, doc="The interval holds the threshold."),
)  # fmt: skip
_BOTH = (
    Column(name="evidence", kind=_TEXT, doc="P primary, R review, S secondary, U unconfirmed."),
    Column(name="citation", kind=_TEXT, doc="Publication of the score, or of the item's rule."),
    Column(name="reason", kind=_TEXT, doc="Why it cannot be told, or why it is an interval."),
)
SCORE_COLUMNS = (*_OF_SCORE, *_LINE, *_TOTAL, *_ITEM, *_BOTH)


def score_rows(scored: LesionScore) -> list[Row]:
    """Return the rows of one score: its items, then its total."""
    record = score_json(scored.score, lesion=scored.lesion)
    shared = {column.name: record[column.name] for column in _OF_SCORE}
    items = [shared | _item(item) for item in record["items"]]
    total = record | {"notes": "; ".join(record["notes"]) or None}
    return [_row(cells) for cells in (*items, total)]


def _row(cells: dict[str, Any]) -> Row:
    return tuple(cells.get(column.name) for column in SCORE_COLUMNS)


def _item(item: dict[str, Any]) -> dict[str, Any]:
    rule, measured = item["rule"], item["measured"] or {}
    asks_a_number = not isinstance(rule["threshold"], bool)
    return {
        **item,
        "value": measured.get("value"),
        "low": measured.get("low"),
        "high": measured.get("high"),
        "unit": rule["unit"] or measured.get("unit"),
        "comparator": rule["comparator"],
        "threshold": rule["threshold"] if asks_a_number else None,
        "threshold_evidence": rule["evidence"],
        "citation": rule["citation"],
    }
