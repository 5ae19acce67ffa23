"""How many truths lie in the intervals that results state."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.grading import CALCIFIED, TrueVessel, arc_where_half
from benchmarks.sheet import Sheet
from ctocalc.lesion.lesion import Lesion
from ctocalc.quantity import Measured
from ctocalc.study.result import CaseResult, VesselResult

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
    assert found.profile is not None
    place, _ = vessel.place(found.profile.frames.origin_lps_mm)
    true, blocked = vessel.at("calcium_fraction", place), vessel.occluded_at(place)
    low = found.profile.column("calcium_fraction_low")
    high = found.profile.column("calcium_fraction_high")
    for n in np.flatnonzero(blocked & np.isfinite(low) & np.isfinite(high)):
        name = "fraction of a section" if true[n] > CALCIFIED else "fraction where there is none"
        sheet.hold(name, float(low[n]), float(high[n]), float(true[n]))
