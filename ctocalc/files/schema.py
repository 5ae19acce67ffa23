"""JSON Schema (draft 2020-12) of ``result.json``: the published promise, strict about names."""

from collections.abc import Iterable
from typing import Any

from ctocalc.errors import Code
from ctocalc.files.columns import Field
from ctocalc.files.meanings import (
    INTERVAL,
    LESION_HEAD,
    LESION_MEASURES,
    LESION_TAIL,
    OCCLUSION,
    PLAQUE,
    PROTOCOL,
    PROTOCOL_MEANINGS,
    REGION,
    REGIONS,
    VESSEL_CALCIUM,
)
from ctocalc.files.meanings_parts import (
    BEND,
    BIPLANE,
    CROSSING,
    LANDING,
    LIKELIHOOD,
    SIDE_BRANCH,
    VIEW,
    VIEWS,
)
from ctocalc.files.review_schema import fact_schema, of_result
from ctocalc.lesion.lesion import BranchPlace, StumpCall
from ctocalc.quantity import Unit
from ctocalc.scores.facts import Source
from ctocalc.scores.rules import Comparator, Evidence
from ctocalc.scores.system import Basis
from ctocalc.study.result import SCHEMA

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
DIGEST: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
POINT: Schema = {"type": "array", "items": NUMBER, "minItems": 3, "maxItems": 3}
RATE: Schema = {"type": "number", "minimum": 0, "maximum": 1}


def result_schema() -> Schema:
    """Return the schema; a reader of ``ctocalc-result/1`` may rely on every name in it.

    Names beyond the listed ones occur only in ``provenance`` and ``image``.
    """
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':')}",
        "title": SCHEMA,
        "description": "Result of one case. Lengths are arc lengths in mm along the measured axis; "
        "points are LPS mm. null is 'cannot be told', never 0. Research use only.",
        **_object({
            "schema": {"const": SCHEMA},
            "case_id": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$"},
            "status": {"enum": ["ok", "refused"]},
            "quality": _list(_NOTICE),
            "provenance": _open(_PROVENANCE),
            "image": _open(_IMAGE),
            "vessels": _list(_VESSEL),
            "review": _REVIEW["review"],
        }),
        "$defs": {
            "measured": _MEASURED, "stump": _STUMP, "presence": _PRESENCE,
            "score": _SCORE, "rule": _RULE,
            "fact": fact_schema(_MEASURED_OR_NULL),
        },
    }  # fmt: skip


def _object(properties: Schema) -> Schema:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _open(schema: Schema) -> Schema:
    return {**schema, "additionalProperties": True}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _or_null(schema: Schema) -> Schema:
    if isinstance(kind := schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [kind, "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def _words(words: Iterable[str]) -> Schema:
    return {"enum": [str(word) for word in words]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _fields(*groups: Iterable[Field], more: Schema | None = None) -> Schema:
    """Return the schema of a record; its lists of records come from ``more``, in their place."""
    lists = more or {}
    properties = {
        field.name: _told(lists[field.name], field) if field.name in lists else _field(field)
        for group in groups
        for field in group
    }
    return _object(properties | {n: s for n, s in lists.items() if n not in properties})


def _told(schema: Schema, field: Field) -> Schema:
    return {**schema, "description": field.doc}


def _field(field: Field) -> Schema:
    """Return the schema of one field, with its meaning and unit."""
    told = {"description": field.doc}
    match field.shape:
        case "plain":
            plain = {"type": field.kind, **_range(field)}
            return {**(_or_null(plain) if field.nullable else plain), **told}
        case "point":
            return {**POINT, **told}
        case "presence" | "stump":
            return {**_ref(field.shape), **told}
        case "list":
            return {**_list(_measured(field)), **told}
        case _:
            return {**_measured(field), **told}


def _measured(field: Field) -> Schema:
    value = {"type": ["number", "null"], **_range(field)}
    return {**_ref("measured"), "properties": {"unit": {"const": field.unit}, "value": value}}


def _range(field: Field) -> Schema:
    limits = {"minimum": field.low, "maximum": field.high}
    return {name: limit for name, limit in limits.items() if limit is not None}


_NOTICE = _object(
    {"code": _words(Code), "severity": TEXT, "vessel": _or_null(TEXT), "message": TEXT}
)
_MEASURED = {
    "description": "A value with its 95 % interval; null comes with a reason.",
    **_object(
        {
            "value": _or_null(NUMBER),
            "low": _or_null(NUMBER),
            "high": _or_null(NUMBER),
            "unit": _words(Unit),
        }
    ),
}
_MEASURED["properties"] |= {"at_mm": NUMBER, "reason": _or_null(TEXT)}
_MEASURED |= {
    "if": {"properties": {"value": {"type": "null"}}},
    "then": {"required": ["reason"], "properties": {"reason": TEXT}},
}
_MEASURED_OR_NULL = {"anyOf": [_ref("measured"), {"type": "null"}]}
_STUMP = _object(
    {
        "call": _or_null(_words(StumpCall)),
        "taper_mm": _ref("measured"),
        "p_blunt": _or_null(RATE),
        "borderline": TRUTH,
        "reason": _or_null(TEXT),
    }
)
_PRESENCE = _object(
    {
        "present": _or_null(TRUTH),
        "value": _MEASURED_OR_NULL,
        "borderline": TRUTH,
        "reason": _or_null(TEXT),
    }
)
_RULE = _object(
    {
        "comparator": _words(Comparator),
        "threshold": {"type": ["number", "boolean"]},
        "unit": _or_null(_words(Unit)),
        "evidence": _words(Evidence),
        "citation": TEXT,
    }
)
_JUDGED = {
    "present": _or_null(TRUTH),
    "source": _words(Source),
    "measured": _MEASURED_OR_NULL,
    "rule": _ref("rule"),
    "borderline": TRUTH,
    "reason": _or_null(TEXT),
}
_ITEM = _object(
    {
        "item": TEXT,
        "points": _or_null(NUMBER),
        "points_low": NUMBER,
        "points_high": NUMBER,
        "conditions": _list(_object({"fact": TEXT, **_JUDGED})),
        "evidence": _words(Evidence),
        **_JUDGED,
    }
)
_SCORE = _object(
    {
        "system": TEXT,
        "edition": TEXT,
        "title": TEXT,
        "modality": TEXT,
        "endpoint": TEXT,
        "lesion": _or_null({"type": "integer", "minimum": 1}),
        "basis": _words(Basis),
        "points": _or_null(NUMBER),
        "points_low": _or_null(NUMBER),
        "points_high": _or_null(NUMBER),
        "points_image_only": _or_null(NUMBER),
        "group": _or_null(TEXT),
        "published_rate": _or_null(RATE),
        "published_rate_evidence": _or_null(_words(Evidence)),
        "items": _list(_ITEM),
        "citation": TEXT,
        "evidence": _words(Evidence),
        "unconfirmed": _list(TEXT),
        "notes": _list(TEXT),
        "reason": _or_null(TEXT),
    }
)
_PROVENANCE = _object(
    {
        "version": TEXT,
        "settings": {"type": "object"},
        "settings_digest": DIGEST,
        "inputs": _list(_object({"role": TEXT, "sha256": DIGEST})),
        "packages": {"type": "object", "additionalProperties": TEXT},
    }
)
_IMAGE = _object(
    {
        "spacing_mm": POINT,
        "slice_thickness_mm": _or_null(NUMBER),
        "kvp": _or_null(NUMBER),
        "kernel": _or_null(TEXT),
        "phase": _or_null(TEXT),
        "psf_fwhm_mm": _ref("measured"),
        "noise_hu": _ref("measured"),
        "blood_pool_hu": _ref("measured"),
        "hu_per_mgcc": _or_null(NUMBER),
    }
)
_LINE = _object({"digest": DIGEST, "points": {"type": "integer", "minimum": 2}, "frame": TEXT})
_STRETCHES = _list(_fields(INTERVAL))
_FREE = {
    "calcium_free": _STRETCHES,
    "calcium_free_sectors": _list(_object({"start_deg": NUMBER, "end_deg": NUMBER})),
}
_CROSSING = {name: {**_ref("presence"), "description": doc} for name, doc in CROSSING.items()}
_CUES = {name: {**_ref("presence"), "description": doc} for name, doc in LIKELIHOOD.items()}
_LESION = _fields(
    LESION_HEAD,
    LESION_MEASURES,
    LESION_TAIL,
    more={
        "occlusions": _list(_fields(OCCLUSION, more={"islands": _STRETCHES})),
        "calcium_by_region": _object({**{region: _fields(REGION) for region in REGIONS}}),
        "calcium_by_protocol": {
            **_object({name: _fields(PROTOCOL) for name in PROTOCOL_MEANINGS}),
            "description": "Calcium by the thresholds of the literature, side by side: "
            + "; ".join(f"{name}: {doc}" for name, doc in PROTOCOL_MEANINGS.items()),
        },
        "bends_proximal": _list(_fields(BEND)),
        "bends_vessel": _list(_fields(BEND)),
        "side_branches": _or_null(_list(_fields(SIDE_BRANCH, more={"place": _words(BranchPlace)}))),
        "distal_landing": _fields(LANDING, more=_FREE),
        "optimal_view": _fields(BIPLANE, more={name: _fields(VIEW) for name in VIEWS}),
        "crossing_facts": _object(_CROSSING | _FREE),
        "occlusion_likelihood_cues": _object(_CUES),
    },
)
_REVIEW = of_result()
_VESSEL = _object(
    {
        "vessel": TEXT,
        "status": {"enum": ["ok", "refused"]},
        "code": _or_null(_words(Code)),
        "reason": _or_null(TEXT),
        "length_mm": _or_null(NUMBER),
        "centerline": _or_null(_LINE),
        "calcium": _or_null(_fields(VESSEL_CALCIUM, more={"plaques": _list(_fields(PLAQUE))})),
        "lesions": _list(_LESION),
        "scores": _list(_ref("score")),
        "clinical": _REVIEW["clinical"],
        "facts": _REVIEW["facts"],
    }
)
