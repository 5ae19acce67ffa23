"""result.json, the truth of a case, and the folder that holds it with all that is derived."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ctocalc.files.atomic import replace_folder
from ctocalc.files.definitions import definitions_markdown
from ctocalc.files.review_record import clinical_record, facts_record, reviewed_record
from ctocalc.files.sections import sections_bytes
from ctocalc.files.tables import case_tables
from ctocalc.lesion.crossing import crossing_facts
from ctocalc.lesion.lesion import Lesion
from ctocalc.lesion.likelihood import likelihood_cues
from ctocalc.quantity import Measured
from ctocalc.scores.record import score_json
from ctocalc.study.result import SCHEMA, CaseResult, VesselResult

Json = dict[str, Any]

TABLES = ("stations", "lesions", "scores", "vessels")
# Everything that a case folder may hold, and what of it is drawn from the rest.
DRAWN = frozenset({"report.html", "blind.html", "figures"})
CASE_FILES = DRAWN | frozenset({
    "result.json", "sections.npz", "definitions.md",
    *(f"{name}.{end}" for name in TABLES for end in ("tsv", "json")),
})  # fmt: skip

_CASE_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def is_case_id(text: str) -> bool:
    """Return whether ``text`` can name a case and its folder."""
    return _CASE_ID.fullmatch(text) is not None and text not in {".", ".."}


def result_text(result: CaseResult) -> str:
    """Return ``result.json``: fields in their published order, numbers in full precision.

    Raises
    ------
    ValueError
        When a number is NaN or infinite: "cannot tell" is null with a reason.
    """
    return json.dumps(result_record(result), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def result_record(result: CaseResult) -> Json:
    """Return the result as plain values, as the schema describes them; no arrays."""
    quality = [
        {"code": n.code.value, "severity": n.severity, "vessel": n.vessel, "message": n.message}
        for n in result.quality
    ]
    return {
        "schema": SCHEMA,
        "case_id": result.case_id,
        "status": result.status,
        "quality": quality,
        "provenance": plain(result.provenance),
        "image": plain(result.image),
        "vessels": [_vessel(vessel) for vessel in result.vessels],
        "review": reviewed_record(result.review) if result.review else None,
    }


def _vessel(vessel: VesselResult) -> Json:
    scores = [score_json(scored.score, lesion=scored.lesion) for scored in vessel.scores]
    return {
        "vessel": vessel.vessel,
        "status": vessel.status,
        "code": vessel.code,
        "reason": vessel.reason,
        "length_mm": vessel.length_mm,
        "centerline": plain(vessel.centerline),
        "calcium": plain(vessel.calcium),
        "lesions": [_lesion(lesion) for lesion in vessel.lesions],
        "scores": scores,
        "clinical": clinical_record(vessel.clinical) if vessel.clinical else None,
        "facts": [facts_record(known) for known in vessel.facts],
    }


def _lesion(lesion: Lesion) -> Json:
    record: Json = plain(lesion)
    return record | {
        "crossing_facts": plain(crossing_facts(lesion)),
        "occlusion_likelihood_cues": plain(likelihood_cues(lesion)),
    }


def plain(value: Any) -> Any:
    """Return dataclasses as dicts, tuples as lists, enums as their words; field order is kept."""
    if isinstance(value, Measured):
        return _measured(value)
    if is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def _measured(measured: Measured) -> Json:
    extra = {"at_mm": measured.at_mm, "reason": measured.reason}
    return {
        "value": measured.value,
        "low": measured.low,
        "high": measured.high,
        "unit": measured.unit.value,
        **{name: value for name, value in extra.items() if value is not None},
    }


def case_files(result: CaseResult) -> dict[str, bytes]:
    """Return every file of a case by its name; equal results give equal bytes."""
    files = {"result.json": result_text(result).encode()}
    for table in case_tables(result):
        files[f"{table.name}.tsv"] = table.text().encode()
        files[f"{table.name}.json"] = table.sidecar().encode()
    files["definitions.md"] = _definitions(result).encode()
    sections = sections_bytes(result)
    return files if sections is None else {**files, "sections.npz": sections}


def _definitions(result: CaseResult) -> str:
    scores = [scored.score for vessel in result.vessels for scored in vessel.scores]
    systems = {(s.system.name, s.system.edition): s.system for s in scores}
    return definitions_markdown(systems.values(), dict(_named(result.provenance.settings)))


def _named(settings: Mapping[str, object], prefix: str = "") -> Iterator[tuple[str, str | float]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _named(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value if isinstance(value, str | float | int) else _words(value)


def _words(value: object) -> str:
    return "not set" if value is None else json.dumps(plain(value))


def write_case(result: CaseResult, out: Path) -> Path:
    """Write the folder ``out/case_id`` whole, replacing an older result, and return it.

    Raises
    ------
    ValueError
        When the case id cannot name a folder.
    OutputFailed
        When it cannot be written, or would replace files that ctocalc did not write.
    """
    return write_files(result.case_id, case_files(result), out)


def write_files(case_id: str, files: Mapping[str, bytes], out: Path) -> Path:
    """Write ``files`` as the folder ``out/case_id``; errors as for `write_case`."""
    if not is_case_id(case_id):
        raise ValueError(f"{case_id!r} cannot name a case")
    folder = out / case_id
    replace_folder(folder, files, CASE_FILES)
    return folder
