"""How many truths lie in the intervals that results state."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.grading import TrueVessel, arc_where_half, zones
from benchmarks.sheet import Sheet
from ctocalc.lesion.lesion import Lesion
from ctocalc.quantity import Measured
from ctocalc.study.result import CaseResult, VesselResult
from ctocalc.vessel.profile import COLUMNS

Record = Mapping[str, Any]
# What is stated of a lesion -> field of both the result and the truth.
OF_LESION = {
    "length": "length_mm", "length between tips": "length_tip_mm",
    "length between 1 mm lumens": "length_1mm_mm",
    "bend": "bend_deg", "bend by chords": "bend_chord_deg", "maximal fraction":
    "max_calcium_fraction", "maximal fraction of a station": "max_calcium_fraction_station",
    "maximal arc": "max_calcium_arc_deg", "maximal single arc": "max_calcium_arc_largest_deg",
    "volume": "calcium_volume_mm3", "mass": "calcium_mass_mg", "calcium length":
    "calcium_length_mm", "longest calcium": "calcium_longest_mm",
    "largest remodelling": "remodelling_largest", "smallest remodelling": "remodelling_smallest",
}  # fmt: skip
OF_IMAGE = {"blur": "psf_fwhm_mm", "noise": "noise_hu", "blood pool": "blood_pool_hu"}


def cover_case(result: CaseResult, truth: Record, sheet: Sheet) -> None:
    """Look at the intervals of the image's own facts."""
    for name, field in OF_IMAGE.items():
        _hold(sheet, name, getattr(result.image, field), truth["image"].get(field))


def cover_vessel(found: VesselResult, vessel: TrueVessel, sheet: Sheet) -> None:
    """Look at every interval of one vessel."""
    _sections(found, vessel, sheet)
    if found.calcium is not None:
        of_vessel = {"volume of the vessel": "volume_mm3", "mass of the vessel": "mass_mg"}
        for name, field in of_vessel.items():
            true = vessel.record["calcium"][field]["value"]
            _hold(sheet, name, getattr(found.calcium, field), true)
    for lesion in vessel.lesions():
        own = [
            (min(vessel.arclength_of(one.end_lps_mm), lesion["end_mm"])
             - max(vessel.arclength_of(one.start_lps_mm), lesion["start_mm"]), one)
            for one in found.lesions if one.occluded
        ]  # fmt: skip
        overlap, match = max(own, key=lambda pair: pair[0], default=(0.0, None))
        if match is not None and overlap > 0:
            _lesion(match, lesion, vessel, sheet)


def _lesion(found: Lesion, lesion: Record, vessel: TrueVessel, sheet: Sheet) -> None:
    for name, field in OF_LESION.items():
        _hold(sheet, name, getattr(found, field), _value(lesion.get(field)))
    arc, steady = arc_where_half(lesion, vessel)
    if steady:
        _hold(sheet, "arc where half is calcium", found.max_arc_where_half_calcified_deg, arc)
    first, last = lesion["occlusions"][0], lesion["occlusions"][-1]
    caps = ((found.proximal_stump, first["proximal_stump"]),
            (found.distal_stump, last["distal_stump"]))  # fmt: skip
    for cap, true in caps:
        _hold(sheet, "taper", cap.taper_mm, _value(true["taper_mm"]))


def _value(truth: Any) -> float | None:
    return truth.get("value") if isinstance(truth, Mapping) else None


def _hold(sheet: Sheet, name: str, found: Measured, truth: float | None) -> None:
    if found.value is not None and truth is not None and np.isfinite(truth):
        sheet.hold(name, found.low, found.high, float(truth))


def _sections(found: VesselResult, vessel: TrueVessel, sheet: Sheet) -> None:
    """Look at every column that states an interval, where it is graded."""
    assert found.profile is not None
    place, _ = vessel.place(found.profile.frames.origin_lps_mm)
    zone = zones(vessel, place)
    tail = ", branch" if vessel.branch else ""
    where = {
        ("wall_area_mm2", "vessel area of a section, body"): zone.body & zone.inner,
        ("wall_area_mm2", "vessel area of a section, calcified"): zone.calcified & zone.inner,
        ("wall_area_mm2", f"vessel area of a section, patent{tail}"): zone.patent,
        ("lumen_area_mm2", f"lumen area of a section{tail}"): zone.is_open,
        ("calcium_fraction", "fraction of a section"): zone.calcified,
        ("calcium_fraction", "fraction where there is none"): zone.body,
        ("calcium_area_mm2", "calcium area of a section"): zone.calcified,
        ("calcium_arc_deg", "arc of a section"): zone.steady,
        ("calcium_arc_largest_deg", "single arc of a section"): zone.steady,
        ("calcium_thickness_mm", "thickness of a section"): zone.calcified,
        ("calcium_density_mgcc", "density of a section"): zone.calcified,
    }
    stated = {spec.name for spec in COLUMNS}
    for (column, name), mask in where.items():
        if f"{column}_low" not in stated or column not in vessel.table:
            continue
        true = (vessel.nearest if "_arc_" in column else vessel.at)(column, place)
        ends = (found.profile.column(f"{column}_{end}") for end in ("low", "high"))
        low, high = (np.where(np.isfinite(values), values, np.nan) for values in ends)
        value = found.profile.column(column)
        for n in np.flatnonzero(mask & np.isfinite(true) & np.isfinite(value)):
            sheet.hold(name, _number(low[n]), _number(high[n]), float(true[n]))


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
