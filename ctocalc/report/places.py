"""Where a number of the verdict was found: the station that a click shows."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ctocalc._arrays import Array

Json = Mapping[str, Any]

# Facts that a measure of the lesion answers, which says itself where it was found.
_MEASURES = {
    "bend_deg": "bend_deg",
    "largest_bend_proximal_deg": "largest_bend_proximal_deg",
    "second_bend_proximal_deg": "second_bend_proximal_deg",
    "largest_bend_vessel_deg": "largest_bend_vessel_deg",
    "second_bend_vessel_deg": "second_bend_vessel_deg",
    "calcium_fraction": "max_calcium_fraction",
    "calcification_any": "max_calcium_fraction",
    "calcium_share_of_length": "max_calcium_fraction",
    "full_moon": "max_calcium_fraction",
    "calcium_arc_deg": "max_calcium_arc_largest_deg",
    "largest_arc_deg": "max_calcium_arc_largest_deg",
    "calcium_thickness_mm": "max_calcium_thickness_mm",
    "vessel_diameter_mm": "wall_diameter_at_calcium_mm",
}
_AT_ENTRY = frozenset({"blunt_stump", "length_mm", "side_branch", "ostial"})
_AT_EXIT = frozenset({"blunt_stump_exit", "distal_landing_diseased"})


def place_of(
    fact: str | None, lesion: Json, basis: str, stations: Mapping[str, Array]
) -> float | None:
    """Return the arc length in mm that answers a fact of a score; None: no station does."""
    if fact in _AT_ENTRY:
        return float(lesion["start_mm"])
    if fact in _AT_EXIT:
        return float(lesion["end_mm"])
    if fact == "multiple_occlusions":
        return float(lesion["occlusions"][-1]["start_mm"]) if lesion["occlusions"] else None
    if fact == "arc_where_half_calcified_deg":
        return _station_with(lesion["max_arc_where_half_calcified_deg"], lesion, stations)
    name = _MEASURES.get(fact or "")
    if fact == "calcium_fraction" and basis == "apparent":
        name = "max_calcium_fraction_apparent"
    return lesion[name].get("at_mm") if name else None


def quoted_places(result_vessel: Any) -> set[float]:
    """Return every arc length that a vessel's record names: no station of these is left out."""
    found: set[float] = set()
    if isinstance(result_vessel, Mapping):
        for name, value in result_vessel.items():
            if name in {"at_mm", "start_mm", "end_mm"} and value is not None:
                found.add(float(value))
            found |= quoted_places(value)
    elif isinstance(result_vessel, list):
        for value in result_vessel:
            found |= quoted_places(value)
    return found


def _station_with(arc: Json, lesion: Json, stations: Mapping[str, Array]) -> float | None:
    """Return where the longest single arc is this one: it is a single station's own value."""
    if not arc["value"]:
        return None
    same = (stations["calcium_arc_largest_deg"] == arc["value"]) & (
        stations["lesion"] == lesion["lesion"]
    )
    found = np.flatnonzero(same)
    return float(stations["arclength_mm"][found[0]]) if found.size else None
