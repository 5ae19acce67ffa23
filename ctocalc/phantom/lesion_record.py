"""One lesion of the truth, whole, under the names of ``result.json``."""

from itertools import pairwise
from typing import Any

from ctocalc.phantom.course_truth import course
from ctocalc.phantom.lesion_truth import (
    Measuring,
    bend,
    bend_chord,
    calcium,
    quantity,
    regions,
    remodelling,
    side_branch,
    stump,
)
from ctocalc.phantom.lesions import EDGE_MM, FULL_MM, TIP_MM, TrueOcclusion
from ctocalc.phantom.place_truth import at_aorta, flush, landing, place
from ctocalc.phantom.view_truth import optimal_view


def describe_lesion(m: Measuring, number: int, group: list[TrueOcclusion]) -> dict[str, Any]:
    """Return one lesion under the names of ``result.json``."""
    start, end = group[0].start_mm, group[-1].end_mm
    angle, at = bend(m.axis, start, end)
    total = group[0].total
    tips = (group[0].marks.get(TIP_MM), group[-1].marks.get(TIP_MM))
    tip = tips[1][1] - tips[0][0] if tips[0] and tips[1] else None
    return {
        "lesion": number,
        "occluded": total,
        "truncated": any(_cut_off(m, o) for o in group),
        "start_mm": start,
        "end_mm": end,
        "start_lps_mm": m.point(start),
        "end_lps_mm": m.point(end),
        "occlusions": [_occlusion(m, o) for o in group],
        "length_mm": quantity(end - start, "mm"),
        "length_tip_mm": quantity(tip, "mm"),
        "length_1mm_mm": quantity(group[-1].marks[FULL_MM][1] - group[0].marks[FULL_MM][0], "mm"),
        "bend_deg": quantity(angle, "deg", at),
        "bend_chord_deg": quantity(bend_chord(m.axis, start, end), "deg"),
        "gap_mm": [
            quantity(b.start_mm - a.end_mm, "mm", (a.end_mm + b.start_mm) / 2)
            for a, b in pairwise(group)
        ],
        "proximal_stump": _stump(m, group[0], proximal=True),
        "distal_stump": _stump(m, group[-1], proximal=False),
        "distal_landing": landing(m, group[-1]),
        "proximal_side_branch": side_branch(m, start),
        "calcium_by_region": regions(m, start, end),
        "optimal_view": optimal_view(m.axis, start, end),
    } | place(m, start, end) | course(m.axis, 0, start, "proximal") | course(
        m.axis, 0, m.vessel.path.length_mm, "vessel"
    ) | calcium(m, group) | remodelling(m, group)  # fmt: skip


def _cut_off(m: Measuring, one: TrueOcclusion) -> bool:
    """Return whether an end of the line cuts an occlusion off; at the aorta it begins there."""
    whole = at_aorta(m, one) and one.end_mm < m.vessel.path.length_mm
    return one.truncated and not whole


def _stump(m: Measuring, one: TrueOcclusion, *, proximal: bool) -> dict[str, Any]:
    """Return a cap's shape; a blunt end that is flush with a mouth or the ostium is none."""
    if proximal and at_aorta(m, one):
        return {"call": "none", "taper_mm": quantity(0.0, "mm")}
    found = stump(m, one, proximal=proximal)
    at = one.start_mm if proximal else one.end_mm
    bare = found["call"] == "blunt" and flush(m, at, proximal=proximal)
    return found | ({"call": "none"} if bare else {})


def _occlusion(m: Measuring, one: TrueOcclusion) -> dict[str, Any]:
    out: dict[str, Any] = {
        "start_mm": one.start_mm,
        "end_mm": one.end_mm,
        "start_lps_mm": m.point(one.start_mm),
        "end_lps_mm": m.point(one.end_mm),
        "length_mm": quantity(one.marks[EDGE_MM][1] - one.marks[EDGE_MM][0], "mm"),
        "tip_mm": list(one.marks.get(TIP_MM, ())),
        "full_lumen_1mm_mm": list(one.marks[FULL_MM]),
        "proximal_stump": _stump(m, one, proximal=True),
        "distal_stump": _stump(m, one, proximal=False),
    }
    out["islands"] = [
        {"start_mm": a, "end_mm": b, "length_mm": quantity(b - a, "mm")} for a, b in one.islands
    ]
    return out
