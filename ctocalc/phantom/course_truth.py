"""The true bends of a vessel: each counted once, to the definition that results use."""

from typing import Any

import numpy as np

from ctocalc.phantom.lesion_truth import BEND_WINDOW_MM, quantity
from ctocalc.phantom.path import Axis

LEAST_BEND_DEG = 30.0
_STEP_MM = 0.1
_ENDS_DEG = 0.5


def course(axis: Axis, start_mm: float, end_mm: float, name: str) -> dict[str, Any]:
    """Return the bends of a stretch, and its two largest, under the names of ``result.json``.

    The largest rotation of the tangent within 15 mm comes first, then the largest of what no
    earlier one covers.
    """
    found = _bends(axis, start_mm, end_mm) if end_mm > start_mm else []
    listed = [one for one in found if one["angle_deg"]["value"] >= LEAST_BEND_DEG]
    none = quantity(0.0 if end_mm > start_mm else None, "deg")
    largest, second = ([one["angle_deg"] for one in found] + [none, none])[:2]
    return {
        f"largest_bend_{name}_deg": largest,
        f"second_bend_{name}_deg": second,
        f"bends_{name}": sorted(listed, key=lambda one: float(one["start_mm"])),
    }


def _bends(axis: Axis, start_mm: float, end_mm: float) -> list[dict[str, Any]]:
    s = np.linspace(start_mm, end_mm, max(3, round((end_mm - start_mm) / _STEP_MM) + 1))
    tangent = axis.at(s, axis.frame)[:, 0]
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    angle = np.degrees(np.arccos(np.clip(tangent @ tangent.T, -1, 1)))
    apart = s[None, :] - s[:, None]
    angle[(apart < 0) | (apart > BEND_WINDOW_MM + 1e-9)] = 0
    out: list[dict[str, Any]] = []
    while (best := float(angle.max())) > 0 and (best >= LEAST_BEND_DEG or len(out) < 2):
        # Of all that turn as far, the shortest.
        length = np.where(angle >= max(best - _ENDS_DEG, best / 2), apart, np.inf)
        one, two = (int(n) for n in np.unravel_index(np.argmin(length), angle.shape))
        middle = float(s[one] + s[two]) / 2
        out.append({
            "at_mm": middle, "start_mm": float(s[one]), "end_mm": float(s[two]),
            "angle_deg": quantity(best, "deg", middle),
        })  # fmt: skip
        angle[:two, one + 1 :] = 0
    return out
