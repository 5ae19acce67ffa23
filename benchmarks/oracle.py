"""An oracle that knows the geometry: true axis, outer wall and occlusions, the same calcium fit.

What it misses is lost to blur, noise and voxels, not to a wrong axis, wall or lumen.
"""

from dataclasses import replace

import numpy as np

from benchmarks.cases import RAYS, Case
from benchmarks.findings import Findings, findings
from ctocalc._arrays import Floats
from ctocalc.geometry.curve import Curve
from ctocalc.geometry.frames import Frames
from ctocalc.image import physics as scan_physics
from ctocalc.image.sections import cubic
from ctocalc.lesion.describe import describe
from ctocalc.study.calcium import Scan, deposits_of, measures_of
from ctocalc.study.result import VesselResult
from ctocalc.study.scoring import lesion_facts, score_lesions
from ctocalc.study.settings import Request
from ctocalc.study.stations import profile_vessel
from ctocalc.study.trace import frames_of, trace, with_caps
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.branching import Branching

MARGIN_MM = 8.0


def oracle(case: Case, vessel: str) -> Findings | None:
    """Measure one vessel with the true geometry; None where nothing is occluded."""
    table = case.table(vessel)
    record = next(one for one in case.truth["vessels"] if one["vessel"] == vessel)
    parts = [part for one in record["lesions"] if one["occluded"] for part in one["occlusions"]]
    if not parts:
        return None
    points = _vectors(table, "{}_lps_mm")
    curve, request = Curve(points_lps_mm=points), Request()
    sampler = cubic(case.volume.crop(case.volume.grid.box(points, MARGIN_MM)))
    frames = frames_of(curve, request.settings)
    physics = scan_physics.estimate(
        [scan_physics.tube(sampler, frames)],
        slope_hu_per_mgcc=scan_physics.hu_per_mgcc(case.kvp),
        no_contrast_below_hu=request.settings.image.no_contrast_below_hu,
    )
    seen = trace(sampler, curve, physics, request.settings)
    boundary = Boundary(
        radius_mm=true_radii(case, vessel, seen.frames), kind=BoundaryKind.WALL,
        confidence=np.ones(len(seen.frames)),
    )  # fmt: skip
    seen = replace(seen, wall=replace(seen.wall, boundary=boundary))
    caps = tuple((float(part["start_mm"]), float(part["end_mm"])) for part in parts)
    seen = with_caps(seen, caps, request.settings, contrast=True)
    gaps = zip(seen.gaps, sorted(parts, key=lambda part: float(part["start_mm"])), strict=True)
    seen = replace(
        seen,
        shown_dark=None,
        gaps=tuple(
            replace(gap, islands_mm=tuple((i["start_mm"], i["end_mm"]) for i in part["islands"]))
            for gap, part in gaps
        ),
    )
    scan = Scan(volume=case.volume, facts=case.facts, physics=physics)
    deposits = deposits_of(scan, seen, request.settings)
    measures = measures_of(
        scan, seen, deposits, request.settings, vessel=vessel, branching=Branching()
    )
    lesions = describe(seen.gaps, measures, target=None, settings=request.settings.lesion)
    known = lesion_facts(lesions, request.clinical.of(vessel), vessel=vessel)
    return findings(
        VesselResult(
            vessel=vessel,
            status="ok",
            lesions=lesions,
            scores=score_lesions(lesions, known, not_measurable=None),
            profile=profile_vessel(seen, measures, lesions),
        )
    )


def true_radii(case: Case, vessel: str, frames: Frames) -> Floats:
    """Return the true wall (N, 48) by the clock of the frames; round if only its area is known."""
    table = case.table(vessel)
    s = np.asarray(table["arclength_mm"], dtype=float)
    if vessel not in case.walls:
        area = np.interp(frames.arclength_mm, s, np.asarray(table["wall_area_mm2"], dtype=float))
        return np.asarray(np.repeat(np.sqrt(area / np.pi)[:, None], RAYS, axis=1))
    nearest = np.abs(frames.arclength_mm[:, None] - s).argmin(axis=1)
    zero = _vectors(table, "normal_{}")[nearest]
    turn = np.arctan2((zero * frames.binormal).sum(axis=1), (zero * frames.normal).sum(axis=1))
    hour = np.arange(RAYS + 1) * 2 * np.pi / RAYS
    wall = case.walls[vessel][nearest]
    asked = (hour[:-1] - turn[:, None]) % (2 * np.pi)
    return np.stack(
        [np.interp(a, hour, np.append(w, w[0])) for a, w in zip(asked, wall, strict=True)]
    )


def _vectors(table: dict[str, np.ndarray], name: str) -> Floats:
    return np.stack([np.asarray(table[name.format(a)], dtype=float) for a in "xyz"], axis=1)
