"""The folder of a case read back: what pages, figures and exports are made from."""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ctocalc._arrays import Array
from ctocalc.errors import Code, InputRefused
from ctocalc.study.record import CaseRecord
from ctocalc.study.result import SCHEMA

PARTS = ("result.json", "stations.tsv", "stations.json")
DAMAGE = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError, zipfile.BadZipFile,
)  # fmt: skip
SECTIONS = "sections.npz"  # absent where no vessel could be measured

_BOOLEAN = {"true": 1.0, "false": 0.0, "": np.nan}


def read_case(folder: Path) -> CaseRecord:
    """Return the case that ``folder`` holds.

    Raises
    ------
    InputRefused
        RESULT_UNREADABLE, when it is no folder of a case, or of another version's schema.
    """
    try:
        files = {name: (folder / name).read_bytes() for name in PARTS}
        sections = folder / SECTIONS
        return record_of(files | ({SECTIONS: sections.read_bytes()} if sections.exists() else {}))
    except (OSError, EOFError, *DAMAGE) as error:
        raise InputRefused(
            Code.RESULT_UNREADABLE,
            f"The folder holds no whole result of ctocalc ({type(error).__name__}); give the "
            "folder of one case, with its result.json, as `ctocalc analyze` wrote it.",
        ) from None


def record_of(files: Mapping[str, bytes]) -> CaseRecord:
    """Return the case that the files of its folder tell, by name.

    Raises
    ------
    EOFError, or one of DAMAGE
        When a file is missing, damaged or of another schema.
    """
    result = json.loads(files["result.json"])
    if result["schema"] != SCHEMA:
        raise ValueError("another schema")
    sections = _sections(files[SECTIONS]) if SECTIONS in files else {}
    columns = json.loads(files["stations.json"])
    stations = _stations(files["stations.tsv"].decode(), columns)
    digest = hashlib.sha256(files["result.json"]).hexdigest()
    return CaseRecord(result=result, stations=stations, sections=sections, digest=digest)


def _stations(text: str, columns: Mapping[str, Any]) -> dict[str, dict[str, Array]]:
    by_vessel: dict[str, list[dict[str, str]]] = {}
    table = csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)
    if table.fieldnames != list(columns):
        raise ValueError("the table and its sidecar differ")
    for row in table:
        by_vessel.setdefault(row["vessel"], []).append(row)
    return {
        vessel: {
            name: _column([row[name] for row in rows], column["type"])
            for name, column in columns.items()
        }
        for vessel, rows in by_vessel.items()
    }


def _column(cells: list[str], kind: str) -> Array:
    if kind == "string":
        return np.array(cells)
    if kind == "boolean":
        return np.array([_BOOLEAN[cell] for cell in cells])
    return np.array([float(cell) if cell else np.nan for cell in cells])


def _sections(data: bytes) -> dict[str, dict[str, Array]]:
    by_vessel: dict[str, dict[str, Array]] = {}
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        for path in arrays.files:
            vessel, _, name = path.rpartition("/")
            by_vessel.setdefault(vessel, {})[name] = arrays[path]
    return by_vessel
