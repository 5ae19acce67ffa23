"""The true answers to what the scores ask of an image, and which of them nobody could tell."""

from itertools import pairwise
from typing import Any

from ctocalc.phantom.lesion_truth import Measuring

ANY_CALCIUM_MG = 0.4


def _item(present: bool | None, gradable: bool) -> dict[str, Any]:
    return {"present": present, "gradable": gradable and present is not None}


def _above(value: float, cut: float, band: float) -> dict[str, Any]:
    return _item(value >= cut, abs(value - cut) > band)


def _blunt(stump: dict[str, Any]) -> dict[str, Any]:
    call = stump["call"]
    return _item(None if call is None else call != "tapered", call is not None)


def _landing(zone: dict[str, Any]) -> dict[str, Any]:
    """Answer for the landing zone; within 0.3 mm or 10 % of the cuts nobody could."""
    if "diseased" not in zone:
        return _item(None, gradable=False)
    stenosis, mean = zone["largest_stenosis_percent"]["value"], zone["mean_diameter_mm"]["value"]
    return _item(zone["diseased"]["present"], abs(stenosis - 50) > 10 and abs(mean - 2) > 0.3)


def items(m: Measuring, lesion: dict[str, Any]) -> dict[str, Any]:
    """Return item -> {present, gradable}; not gradable lies too near its cut-off to be told.

    Bands: length 1 mm, bend 4 degrees, fraction 0.45-0.55, full moon 0.85-0.97, island 4.2-5.8 mm,
    an arc that a shift of the centre by 0.2 mm changes by 20 degrees.
    """
    length, angle = lesion["length_mm"]["value"], lesion["bend_deg"]["value"]
    fraction = lesion["max_calcium_fraction"]["value"]
    mass = lesion["calcium_mass_mg"]["value"]
    arc = lesion["max_arc_where_half_calcified_deg"]["value"]
    gaps = [i["length_mm"]["value"] for o in lesion["occlusions"] for i in o["islands"]]
    many = lesion["occlusions"]
    gaps += [b["start_mm"] - a["end_mm"] for a, b in pairwise(many)]
    steady = not any(4.2 <= gap <= 5.8 for gap in gaps)
    s, shift = m.table["arclength_mm"], m.table["arc_shift_deg"]
    here = (s >= lesion["start_mm"]) & (s <= lesion["end_mm"])
    here &= m.table["calcium_fraction"] >= 0.45
    firm = not (shift[here] >= 20).any() or arc == 0 or abs(arc - 180) > 60
    ostial = lesion["ostial"]
    share = lesion["calcium_share_of_length"]["value"]
    half = _above(fraction, 0.5, 0.05)
    return {
        "any_occlusion": _item(True, gradable=True),
        "multiple_occlusions": _item(len(many) > 1, steady),
        "length_15": _above(length, 15, 1),
        "length_20": _above(length, 20, 1),
        "bending": _above(angle, 45, 4),
        "calcification": _item(mass >= ANY_CALCIUM_MG, not 0.2 < mass < 0.6),
        "calcification_half": half,
        "full_moon": _item(lesion["full_moon"]["present"], not 0.85 <= fraction <= 0.97),
        "arc_180_where_half": _item(arc >= 180, half["gradable"] and firm and abs(arc - 180) > 15),
        "blunt_stump": _blunt(lesion["proximal_stump"]),
        "blunt_stump_distal": _blunt(lesion["distal_stump"]),
        "calcified_half_of_length": _above(share, 0.5, 0.08),
        "distal_landing_diseased": _landing(lesion["distal_landing"]),
        "ostial": _item(ostial["present"], abs(ostial["value"]["value"] - 3) > 1),
        "side_branch": _item(lesion["proximal_side_branch"]["present"], gradable=True),
    }
