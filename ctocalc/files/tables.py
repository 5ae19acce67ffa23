"""Tables of a case: tab-separated, UTF-8, header first, full precision, empty = not available."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from ctocalc.errors import Notice
from ctocalc.files.columns import Cell, Column, Field, from_specs
from ctocalc.files.meanings import (
    LESION_HEAD,
    LESION_MEASURES,
    LESION_TAIL,
    PROTOCOL,
    PROTOCOL_MEANINGS,
    REGION,
    REGIONS,
    VESSEL_CALCIUM,
)
from ctocalc.files.meanings_parts import BIPLANE, LANDING, VIEW, VIEWS
from ctocalc.files.score_table import SCORE_COLUMNS, score_rows
from ctocalc.lesion.lesion import Lesion
from ctocalc.quantity import Unit
from ctocalc.study.result import CaseResult, VesselResult
from ctocalc.vessel.profile import COLUMNS

Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A named table; every row has one cell per column."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.name}: a row and the header differ in length")

    def text(self) -> str:
        """Return the file's text; floats as the shortest text that reads back equal."""
        lines = ["\t".join(column.name for column in self.columns)]
        lines += ["\t".join(map(cell_text, row)) for row in self.rows]
        return "\n".join(lines) + "\n"

    def sidecar(self) -> str:
        """Return the JSON text that says what each column means (units are UCUM codes)."""
        meanings = {
            column.name: {
                "type": column.kind,
                "unit": column.unit,
                "range": [column.low, column.high],
                "meaning": column.doc,
            }
            for column in self.columns
        }
        return json.dumps(meanings, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def cell_text(cell: Cell) -> str:
    """Return a cell's text; "" for None and NaN, never a tab or a line break."""
    if cell is None or (isinstance(cell, float) and not math.isfinite(cell)):
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return repr(float(cell))
    return " ".join(str(cell).split())


def case_tables(result: CaseResult) -> tuple[Table, ...]:
    """Return every table of a case."""
    return tables_of(result.vessels, result.quality)


def tables_of(vessels: Sequence[VesselResult], quality: Sequence[Notice] = ()) -> tuple[Table, ...]:
    """Return every table of these vessels; of none, the tables have a header and no row."""
    return (
        station_table(vessels), lesion_table(vessels), score_table(vessels),
        vessel_table(vessels, quality),
    )  # fmt: skip


VESSEL = Column(name="vessel", kind="string", doc="Name of the vessel.")
_STATION_COLUMNS = (
    VESSEL,
    Column(name="station", kind="integer", low=0, doc="Number of the station, from 0."),
    Column(
        name="arclength_mm", kind="number", unit=Unit.MM, low=0,
        doc="Arc length along the measured axis, 0 at the point nearest to the first given point.",
    ),
    *(
        Column(name=f"{a}_lps_mm", kind="number", unit=Unit.MM, doc="Measured vessel centre, LPS.")
        for a in "xyz"
    ),
    *(
        Column(name=f"{axis}_{a}", kind="number", low=-1, high=1, doc=doc)
        for axis, doc in (
            ("tangent", "Unit vector along the vessel, proximal to distal, LPS."),
            ("normal", "Unit vector of clock angle 0, LPS."),
        )
        for a in "xyz"
    ),
    Column(name="lesion", kind="integer", low=1, doc="Lesion the station belongs to; empty: none."),
    Column(name="occluded", kind="boolean", doc="From an entry to its exit; empty: not known."),
)  # fmt: skip
_WALL_SOURCE = Column(
    name="wall_source", kind="string",
    doc="How the outer wall was found: seen, bridged (from neighbouring stations), reader, none; "
    "shared: the line still runs in another given vessel, and nothing is told.",
)  # fmt: skip
_AFTER_WALL = 1 + next(n for n, spec in enumerate(COLUMNS) if spec.name == "wall_area_mm2")


def station_table(vessels: Sequence[VesselResult]) -> Table:
    """Return one row per station of every measured vessel."""
    profile = from_specs(COLUMNS)
    columns = (
        *_STATION_COLUMNS, *profile[:_AFTER_WALL], _WALL_SOURCE, *profile[_AFTER_WALL:]
    )  # fmt: skip
    rows = tuple(row for vessel in vessels for row in _station_rows(vessel))
    return Table(name="stations", columns=columns, rows=rows)


def _station_rows(vessel: VesselResult) -> list[Row]:
    if vessel.profile is None:
        return []
    p, f = vessel.profile, vessel.profile.frames
    # Without contrast there is no lumen to see, so nobody can tell what is occluded.
    told = bool(np.isfinite(p.column("lumen_area_mm2")).any())
    return [
        (
            vessel.vessel, n, float(f.arclength_mm[n]),
            *f.origin_lps_mm[n].tolist(), *f.tangent[n].tolist(), *f.normal[n].tolist(),
            int(p.lesion[n]) or None,
            bool(p.occluded[n]) if told and p.wall_source[n] != "shared" else None,
            *values[:_AFTER_WALL], str(p.wall_source[n]), *values[_AFTER_WALL:],
        )
        for n, values in enumerate(p.values.tolist())
    ]  # fmt: skip


_OCCLUSIONS = Field(
    name="occlusions", shape="count",
    doc="Number of interruptions of contrast: total ones, or that of a subtotal (occluded false).",
)  # fmt: skip
_LESION_EDITS = Column(
    name="reader_edits", kind="integer", low=0, doc="Calls of this lesion that are a reader's."
)
# Records within a lesion: where they stand, what their columns begin with, their fields.
_NESTED = (
    *((f"calcium_by_region.{part}", f"{part}_", REGION) for part in REGIONS),
    *((f"calcium_by_protocol.{part}", f"{part}_", PROTOCOL) for part in PROTOCOL_MEANINGS),
    ("distal_landing", "distal_landing_", LANDING),
    *((f"optimal_view.{part}", prefix, VIEW) for part, prefix in VIEWS.items()),
    ("optimal_view", "", BIPLANE),
)


def lesion_table(vessels: Sequence[VesselResult]) -> Table:
    """Return one row per lesion."""
    before = (*LESION_HEAD, _OCCLUSIONS, *LESION_MEASURES)
    columns = (
        VESSEL,
        *(c for field in before for c in field.columns()),
        *(c for _, prefix, fields in _NESTED for field in fields for c in field.columns(prefix)),
        *(c for field in LESION_TAIL for c in field.columns()),
        _LESION_EDITS,
    )
    rows = tuple(
        (vessel.vessel, *_lesion_cells(lesion, before), _edits_of(vessel, lesion))
        for vessel in vessels
        for lesion in vessel.lesions
    )
    return Table(name="lesions", columns=columns, rows=rows)


def _edits_of(vessel: VesselResult, lesion: Lesion) -> int:
    places = [edit.lesion for edit in vessel.edits if edit.lesion]
    return sum(place.number == lesion.lesion for place in places)


def _lesion_cells(lesion: Lesion, before: tuple[Field, ...]) -> Row:
    return (
        *(cell for field in before for cell in field.cells(getattr(lesion, field.name))),
        *(
            cell
            for nested, _, fields in _NESTED
            for field in fields
            for cell in field.cells(getattr(attrgetter(nested)(lesion), field.name))
        ),
        *(cell for field in LESION_TAIL for cell in field.cells(getattr(lesion, field.name))),
    )


def score_table(vessels: Sequence[VesselResult]) -> Table:
    """Return one row per score item, and one with an empty ``item`` per total."""
    rows = tuple(
        (vessel.vessel, *row)
        for vessel in vessels
        for score in vessel.scores
        for row in score_rows(score)
    )
    return Table(name="scores", columns=(VESSEL, *SCORE_COLUMNS), rows=rows)


_VESSEL_HEAD = (
    VESSEL,
    Column(name="status", kind="string", doc="ok, or refused."),
    Column(name="code", kind="string", doc="Code of the refusal."),
    Column(name="reason", kind="string", doc="Why the line was refused."),
    Column(
        name="length_mm", kind="number", unit=Unit.MM, low=0, doc="Length of the measured axis."
    ),
    Column(name="centerline_digest", kind="string", doc="SHA-256 of the line's file."),
    Column(name="centerline_points", kind="integer", low=2, doc="Points of the line as given."),
    Column(name="centerline_frame", kind="string", doc="Frame that the line was read in."),
    Column(name="lesions", kind="integer", low=0, doc="Number of lesions."),
    Column(
        name="flags", kind="string",
        doc="Codes of the quality flags of the scan and of this vessel, '; ' between them.",
    ),
)  # fmt: skip
# Lesions carry "calcium_volume_mm3" and "calcium_mass_mg": the vessel's columns are named alike.
_CALCIUM_PREFIX = {"volume_mm3": "calcium_", "mass_mg": "calcium_"}
_PLAQUES = Column(name="plaques", kind="integer", low=0, doc="Number of calcified plaques.")
_VESSEL_EDITS = Column(
    name="reader_edits", kind="integer", low=0,
    doc="Answers of a reader that the vessel's results follow, those about the patient too.",
)  # fmt: skip


def vessel_table(vessels: Sequence[VesselResult], quality: Sequence[Notice] = ()) -> Table:
    """Return one row per vessel, refused ones too, with the flags of ``quality``."""
    calcium = (
        c for f in VESSEL_CALCIUM for c in f.columns(_CALCIUM_PREFIX.get(f.name, ""))
    )  # fmt: skip
    columns = (*_VESSEL_HEAD, *calcium, _PLAQUES, _VESSEL_EDITS)
    rows = tuple(_vessel_row(vessel, quality) for vessel in vessels)
    return Table(name="vessels", columns=columns, rows=rows)


def _vessel_row(vessel: VesselResult, quality: Sequence[Notice]) -> Row:
    line, calcium = vessel.centerline, vessel.calcium
    facts: Row = tuple(getattr(line, f) for f in ("digest", "points", "frame")) if line else (
        None, None, None
    )  # fmt: skip
    return (
        vessel.vessel, vessel.status, vessel.code, vessel.reason, vessel.length_mm, *facts,
        len(vessel.lesions) if vessel.status == "ok" else None, _flags(vessel, quality),
        *(c for f in VESSEL_CALCIUM for c in f.cells(getattr(calcium, f.name, None))),
        len(calcium.plaques) if calcium else None,
        len(vessel.edits),
    )  # fmt: skip


def _flags(vessel: VesselResult, quality: Sequence[Notice]) -> str | None:
    ours = (n.code.value for n in quality if n.vessel in {None, vessel.vessel})
    return "; ".join(dict.fromkeys(ours)) or None
