"""The true optimal view of a lesion: what every view of a C-arm foreshortens of its true axis."""

from typing import Any

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.phantom.lesion_truth import quantity
from ctocalc.phantom.path import Axis

# How far a C-arm goes: RAO to LAO, caudal to cranial.
ACROSS_DEG, ALONG_DEG = (-45.0, 60.0), (-40.0, 45.0)
APART_DEG = 80.0
SINGLE_DEG, PAIR_DEG = 1.0, 5.0
AS_GOOD = 0.001
_STEP_MM = 0.1


def optimal_view(axis: Axis, start_mm: float, end_mm: float) -> dict[str, Any]:
    """Return the view, and the pair of views, that foreshorten a stretch of the axis least.

    The share that a view does not show is one less the mean sine between its beam and the tangent.
    Of views within 0.1 % of the least foreshortened one the least tilted; of pairs, whose beams
    are 80 to 90 degrees apart, the one whose worse view is the best.
    """
    tangents = _tangents(axis, start_mm, end_mm)
    angles, beams = _views(SINGLE_DEG)
    share, tilt = hidden_share(tangents, beams), _tilt(beams)
    single = int(np.argmin(np.where(share <= share.min() + AS_GOOD, tilt, np.inf)))
    first, second, apart = _pair(tangents)
    return {
        "single": _record(angles[single], float(share[single])),
        "biplane_first": first, "biplane_second": second, "biplane_apart_deg": apart,
    }  # fmt: skip


def hidden_share(tangents: Floats, beams: Floats) -> Floats:
    """Return the share (M,) of a course's length that beams (M, 3) do not show: (N, 3) tangents."""
    cosine = np.einsum("mi,ni->mn", beams, tangents)
    return np.asarray(1.0 - np.sqrt(np.clip(1.0 - cosine**2, 0.0, 1.0)).mean(axis=1))


def _tangents(axis: Axis, start_mm: float, end_mm: float) -> Floats:
    count = max(1, round((end_mm - start_mm) / _STEP_MM))
    middles = start_mm + (np.arange(count) + 0.5) * (end_mm - start_mm) / count
    tangent = axis.at(middles, axis.frame)[:, 0]
    return np.asarray(tangent / np.linalg.norm(tangent, axis=1, keepdims=True))


def _views(step_deg: float) -> tuple[Floats, Floats]:
    """Return angles (M, 2) of all views, and the way (M, 3), LPS, from the patient to each."""
    across, along = (np.arange(a, b + 1e-9, step_deg) for a, b in (ACROSS_DEG, ALONG_DEG))
    angles = np.stack(np.meshgrid(across, along, indexing="ij"), axis=-1).reshape(-1, 2)
    turn, rise = np.radians(angles).T
    front, side = -np.cos(turn) * np.cos(rise), np.sin(turn) * np.cos(rise)
    return angles, np.stack([side, front, np.sin(rise)], axis=1)


def _tilt(beams: Floats) -> Floats:
    """Return how far beams (M, 3) are from the anteroposterior one, degrees, to a millionth."""
    return np.asarray(np.round(np.degrees(np.arccos(np.clip(-beams[:, 1], -1.0, 1.0))), 6))


def _pair(tangents: Floats) -> tuple[dict[str, Any], dict[str, Any], float]:
    angles, beams = _views(PAIR_DEG)
    share, tilt = hidden_share(tangents, beams), _tilt(beams)
    apart = np.degrees(np.arccos(np.clip(np.abs(np.einsum("mi,ni->mn", beams, beams)), 0.0, 1.0)))
    one, two = np.nonzero(np.triu(apart >= APART_DEG - 1e-6))
    worse, tilted = np.maximum(share[one], share[two]), np.maximum(tilt[one], tilt[two])
    n = int(np.argmin(np.where(worse <= worse.min() + AS_GOOD, tilted, np.inf)))
    first, second = sorted((int(one[n]), int(two[n])), key=lambda view: (tilt[view], view))
    views = [_record(angles[view], float(share[view])) for view in (first, second)]
    return views[0], views[1], float(apart[first, second])


def _record(angles: Floats, share: float) -> dict[str, Any]:
    return {
        "lao_rao_deg": float(angles[0]), "cran_caud_deg": float(angles[1]),
        "foreshortening": quantity(share, "1"),
    }  # fmt: skip
