"""The sections of a vessel, packed for the page: fewer outside lesions, one compressed block."""

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Bools, Floats
from ctocalc.report.places import quoted_places

Json = Mapping[str, Any]
MARGIN_MM = 3.0
SPARSE_MM = 1.0
# Radii as whole thousandths of a mm, thickness as hundredths; -1 is "not found".
RADIUS_PER_MM = 1000
THICKNESS_PER_MM = 100
COLUMNS = (
    "occluded", "lesion", "lumen_hu", "lumen_area_mm2", "wall_area_mm2", "calcium_area_mm2",
    "calcium_fraction", "calcium_fraction_low", "calcium_fraction_high",
    "calcium_fraction_apparent", "calcium_arc_deg", "calcium_arc_deg_low",
    "calcium_arc_deg_high", "calcium_arc_largest_deg", "stenosis_percent",
)  # fmt: skip


def packed(
    vessel: Json,
    stations: Mapping[str, Array],
    sections: Mapping[str, Array],
    thickness: Floats,
    shown_mm: Iterable[float],
) -> dict[str, Any]:
    """Return what the viewer needs of one vessel, ready for JSON.

    Parameters
    ----------
    vessel : mapping
        Its record in ``result.json``.
    stations, sections : mapping
        Its columns and arrays, as `CaseRecord` holds them.
    thickness : (S, R) array
        Calcium in mm on R rays of each of the S sections; NaN where there is no wall.
    shown_mm : iterable of float
        Places that the page shows beside those that the record names.
    """
    along = sections["arclength_mm"]
    kept = np.flatnonzero(_kept(along, vessel, {*shown_mm} | quoted_places(vessel)))
    rows = np.searchsorted(stations["arclength_mm"], along[kept] - 1e-6)
    parts = [
        sections["hu"][kept].astype("<i2"),
        _whole(sections["wall_radius_mm"][kept], RADIUS_PER_MM),
        _whole(sections["lumen_radius_mm"][kept], RADIUS_PER_MM),
        _whole(thickness[kept], THICKNESS_PER_MM),
        sections["calcium"][kept],
    ]
    offset = sections["offset_mm"]
    return {
        "vessel": vessel["vessel"],
        "mm": [round(float(mm), 3) for mm in along[kept]],
        "size": len(offset),
        "pixel_mm": round(float(offset[-1] - offset[0]) / (len(offset) - 1), 6),
        "angles": sections["wall_radius_mm"].shape[1],
        "rays": thickness.shape[1],
        "columns": {name: _plain(stations[name][rows]) for name in COLUMNS},
        "wall_source": [str(word) for word in stations["wall_source"][rows]],
        "block": base64.b64encode(
            zlib.compress(b"".join(part.tobytes() for part in parts), 9)
        ).decode(),
    }


def _kept(along: Floats, vessel: Json, places: Iterable[float]) -> Bools:
    """Every station in and beside a lesion, every mm elsewhere, and every place that is quoted."""
    step = float(np.median(np.diff(along))) if len(along) > 1 else SPARSE_MM
    every = max(1, round(SPARSE_MM / step))
    keep: Bools = np.arange(len(along)) % every == 0
    for lesion in vessel["lesions"]:
        start, end = lesion["start_mm"] - MARGIN_MM, lesion["end_mm"] + MARGIN_MM
        keep |= (along >= start) & (along <= end)
    for place in places:
        keep[np.abs(along - place).argmin()] = True
    return keep


def _whole(values: Array, per_mm: int) -> Array:
    return np.where(np.isfinite(values), np.rint(values * per_mm), -1).astype("<i2")


def _plain(values: Array) -> list[float | None]:
    return [None if not np.isfinite(v) else round(float(v), 4) for v in values]
