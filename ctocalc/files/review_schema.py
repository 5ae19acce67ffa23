"""JSON Schema of a reader's review, and of what a result keeps for it and of it."""

from typing import Any

from ctocalc.files import review as rules
from ctocalc.scores.facts import FACTS as SCORE_FACTS
from ctocalc.scores.facts import Answer, Source
from ctocalc.scores.system import Basis
from ctocalc.study.calls import QUESTIONS, Question
from ctocalc.study.questions import FACTS, ClinicalFact
from ctocalc.study.review import OCCLUSIONS, SCHEMA

Schema = dict[str, Any]

NULL: Schema = {"type": "null"}
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
MM: Schema = {"type": "number", "minimum": 0, "maximum": rules.LONGEST_LINE_MM}
PAIRS: Schema = {
    "type": "array", "maxItems": rules.MOST_EDITS,
    "items": {"type": "array", "items": MM, "minItems": 2, "maxItems": 2},
    "description": "Entry and exit of every total occlusion, mm along the axis, proximal first.",
}  # fmt: skip


def strict(properties: Schema) -> Schema:
    """Return the schema of an object with exactly these names."""
    return {
        "type": "object", "properties": properties, "required": list(properties),
        "additionalProperties": False,
    }  # fmt: skip


def or_null(schema: Schema) -> Schema:
    """Return the schema of a value that may be null."""
    return {"anyOf": [schema, NULL]}


FACT: Schema = {"$ref": "#/$defs/fact"}
PLACE = strict({"number": {"type": "integer", "minimum": 1}, "start_mm": MM, "end_mm": MM})


def review_schema() -> Schema:
    """Return the schema of the file that the page saves and ``--review`` takes."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": SCHEMA,
        "description": "A reader's edits of one result: every answer beside the automatic one that "
        "it replaced. A lesion's number, entry and exit are those that the reader leaves.",
        **strict({
            "schema": {"const": SCHEMA},
            "case_id": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"},
            **_HEAD,
            "edits": {"type": "array", "maxItems": rules.MOST_EDITS, "items": _edits()},
        }),
    }  # fmt: skip


_HEAD: Schema = {
    "reader": {"type": "string", "pattern": rules.READER, "description": "No name."},
    "when": {"type": "string", "pattern": rules.WHEN, "description": "UTC."},
    "version": {"type": "string", "pattern": rules.VERSION},
    "result_digest": {
        "type": "string", "pattern": rules.DIGEST,
        "description": "SHA-256 of the automatic result.json.",
    },
    "status": {"enum": list(rules.STATUSES)},
    "blind": {"type": "boolean", "description": "The automatic answers were not shown."},
    "comment": {"type": "string", "maxLength": rules.LONGEST_COMMENT},
}  # fmt: skip


def _edits() -> Schema:
    vessel = {"type": "string", "pattern": rules.VESSEL}
    return {
        "anyOf": [
            _edit(OCCLUSIONS, vessel, NULL, PAIRS),
            *(_edit(n, vessel, PLACE, _call(q)) for n, q in QUESTIONS.items()),
            *(_edit(f.name, vessel if f.by_vessel else NULL, NULL, _fact(f)) for f in FACTS),
        ]
    }


def _edit(item: str, vessel: Schema, lesion: Schema, answer: Schema) -> Schema:
    return strict({
        "vessel": vessel, "lesion": lesion, "item": {"const": item},
        "automatic": or_null(answer), "reader": answer,
    })  # fmt: skip


def _call(question: Question) -> Schema:
    words: Schema = {"enum": list(question.words)}
    number = {"type": "number", "minimum": 0, "maximum": question.highest}
    answer = {"anyOf": [words, number]} if question.number else words
    return {**answer, "description": question.meaning}


def _fact(fact: ClinicalFact) -> Schema:
    return {"type": ["string", "number"], "description": f"{fact.meaning} {fact.expected}"}


def fact_schema(measured_or_null: Schema) -> Schema:
    """Return the schema of one fact that scores were given."""
    return strict({
        "answer": {"enum": [str(answer) for answer in Answer]},
        "measured": measured_or_null, "quoted": measured_or_null, "borderline": TRUTH,
        "source": {"enum": [str(source) for source in Source]}, "reason": or_null(TEXT),
    })  # fmt: skip


def of_result() -> Schema:
    """Return the schemas of ``clinical``, ``facts`` and ``review`` in a result."""
    facts = strict({
        "lesion": {"type": "integer", "minimum": 1}, "start_mm": NUMBER, "end_mm": NUMBER,
        "calls": strict({name: {"type": ["string", "number", "null"]} for name in QUESTIONS}),
        "facts": strict(dict.fromkeys(SCORE_FACTS, FACT)),
        "apparent": strict({"calcium_fraction": FACT}),
    })  # fmt: skip
    clinical = strict({f.name: {"type": ["string", "number", "null"]} for f in FACTS})
    known = {"type": "array", "items": facts}
    review = strict({
        **_HEAD, "same_result": TRUTH,
        "edits": {"type": "array", "items": _edits()},
        "automatic": {"type": "array", "items": strict({
            "vessel": TEXT, "occlusions": PAIRS, "clinical": clinical, "facts": known,
            "scores": {"type": "array", "items": _total()},
        })},
    })  # fmt: skip
    return {"clinical": or_null(clinical), "facts": known, "review": or_null(review)}


def _total() -> Schema:
    points = {"type": ["number", "null"]}
    return strict({
        "lesion": {"type": ["integer", "null"]}, "system": TEXT, "edition": TEXT,
        "basis": {"enum": [str(basis) for basis in Basis]},
        "points": points, "points_low": points, "points_high": points,
        "group": {"type": ["string", "null"]},
    })  # fmt: skip
