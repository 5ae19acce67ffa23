"""``blind.html``: the vessels of a case without a single automatic answer, for blind reading.

What the analysis found of lumen, wall, calcium, occlusions and scores is neither shown nor in the
page's data: grey values along the measured axis, and the questions, are all there is.
"""

import base64
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from ctocalc._arrays import Array
from ctocalc.errors import Code
from ctocalc.report import stills
from ctocalc.report.page import SCRIPTS, render
from ctocalc.report.review_data import review_data
from ctocalc.study.record import CaseRecord

# What warns of the scan itself, and tells nothing of what was found in it.
OF_THE_SCAN = frozenset({
    Code.GANTRY_TILT, Code.SLICES_THICK, Code.VOXELS_COARSE, Code.NOISE_HIGH, Code.KVP_UNKNOWN,
    Code.KERNEL_SHARP, Code.SPECTRAL_IMAGE, Code.LOSSY_COMPRESSION,
})  # fmt: skip

Json = Mapping[str, Any]


def blind_page(case: CaseRecord) -> bytes:
    """Return the page; results that differ in what was found only give the same one.

    Its ``result_digest`` is that of the automatic result, so that the review finds it again.
    """
    views = list(_views(case))
    context = {
        "case_id": case.result["case_id"],
        "result": {"provenance": {"version": case.result["provenance"]["version"]}},
        "quality": [n for n in case.result["quality"] if n["code"] in OF_THE_SCAN],
        "views": views,
        "blind": True,
        "windows": stills.WINDOWS,
    }
    data = {
        "vessels": _data(case),
        "review": review_data(case, blind=True),
        "windows": stills.WINDOWS,
    }
    return render("blind", SCRIPTS, context, data, styles=("review.css",))


def _data(case: CaseRecord) -> list[Json | None]:
    """Return the data of every vessel's viewer, None where there is nothing to see."""
    return [
        _vessel(vessel["vessel"], sections) if sections is not None else None
        for vessel in case.result["vessels"]
        for sections in [case.sections.get(vessel["vessel"])]
    ]


def _views(case: CaseRecord) -> Iterator[Json]:
    for place, vessel in enumerate(case.result["vessels"]):
        sections = case.sections.get(vessel["vessel"])
        half = None if sections is None else float(
            sections["offset_mm"][-1] * (1 + 1 / (len(sections["offset_mm"]) - 1))
        )  # fmt: skip
        yield {
            "name": vessel["vessel"],
            "anchor": f"vessel-{place}",
            "pictures": None if sections is None else {
                "half_mm": half, "straightened": list(_stills(sections)), **_extent(sections),
            },
        }  # fmt: skip


def _stills(sections: Mapping[str, Array]) -> Iterator[stills.Straightened]:
    for angle in stills.ROTATIONS_DEG:
        yield replace(stills.straightened(sections, angle), wall="", lumen="", calcium="")


def _extent(sections: Mapping[str, Array]) -> Json:
    along = sections["arclength_mm"]
    step = float(np.median(np.diff(along))) if len(along) > 1 else 1.0
    start, length = float(along[0] - step / 2), float(along[-1] - along[0] + step)
    return {
        "start_mm": start, "length_mm": length, "first_mm": float(along[0]), "bands": (),
        "section_start_mm": start, "section_length_mm": length,
    }  # fmt: skip


def _vessel(name: str, sections: Mapping[str, Array]) -> Json:
    """Return every section's grey values, and none of what was found in them."""
    offset, extent = sections["offset_mm"], _extent(sections)
    grey = zlib.compress(sections["hu"].astype("<i2").tobytes(), 9)
    return {
        "vessel": name,
        "mm": [round(float(mm), 3) for mm in sections["arclength_mm"]],
        "size": len(offset),
        "pixel_mm": round(float(offset[-1] - offset[0]) / (len(offset) - 1), 6),
        "angles": 0,
        "rays": 0,
        "bare": True,
        "bands": [],
        "start_mm": extent["start_mm"],
        "length_mm": extent["length_mm"],
        "block": base64.b64encode(grey).decode(),
    }
