"""Reviews of results, as the page would save them."""

import hashlib
from typing import Any

from ctocalc.files.results import result_record, result_text
from ctocalc.study.result import CaseResult

Json = dict[str, Any]


def digest_of(result: CaseResult) -> str:
    return hashlib.sha256(result_text(result).encode()).hexdigest()


def review_of(result: CaseResult, *edits: Json, **changes: Any) -> Json:
    return {
        "schema": "ctocalc-review/1", "case_id": result.case_id, "reader": "R-1",
        "when": "2026-02-03T04:05:06Z", "version": "0.1.0", "result_digest": digest_of(result),
        "status": "final", "blind": False, "comment": "", "edits": list(edits),
    } | changes  # fmt: skip


def edit(item: str, reader: Any, automatic: Any = None, **where: Any) -> Json:
    return {"vessel": where.get("vessel"), "lesion": where.get("lesion"), "item": item,
            "automatic": automatic, "reader": reader}  # fmt: skip


def place(result: CaseResult, vessel: int = 0, lesion: int = 0) -> Json:
    found = result_record(result)["vessels"][vessel]["lesions"][lesion]
    return {"number": found["lesion"], "start_mm": found["start_mm"], "end_mm": found["end_mm"]}
