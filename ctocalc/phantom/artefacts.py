"""What goes wrong in a scan: metal, motion while a slab was taken, table positions that differ."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.ndimage import shift as shifted

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.phantom.anatomy import mean_wall_radius
from ctocalc.phantom.path import Axis
from ctocalc.phantom.spec import CaseSpec, Vessel

# A rod whose surface is this near to the wall spoils the vessel's sections.
NEAR_MM = 1.5
_NODES = 9


def distort(picture: Floats, spec: CaseSpec, axis: Axis, grid: VoxelGrid) -> Floats:
    """Return the noiseless picture (K, J, I) as motion and a step leave it; ``axis``: the first.

    Everything moves within the slices, by cubic interpolation.
    """
    out = picture.copy()
    for k, height in enumerate(_heights(grid)):
        shifts = _shifts(spec, axis, grid, float(height))
        if shifts:
            out[k] = sum(w * shifted(picture[k], s, order=3, mode="nearest") for s, w in shifts)
    return out


def displaced(points_lps_mm: Floats, spec: CaseSpec, axis: Axis, grid: VoxelGrid) -> Floats:
    """Return where points (n, 3) of the patient lie in an image with a step."""
    step = spec.scan.step
    if step is None:
        return points_lps_mm
    unit = grid.lps_from_kji[:3, :3] / np.array(grid.spacing_kji_mm)
    above = points_lps_mm @ unit[:, 0] > _height(axis, grid, step.at_mm)
    way = unit[:, 1:] @ (step.shift_mm * _way(step.towards_deg))
    return np.asarray(points_lps_mm + above[:, None] * way)


def artefacts(
    spec: CaseSpec, vessel: Vessel, axes: Mapping[str, Axis], grid: VoxelGrid
) -> list[dict[str, Any]]:
    """Return each artefact of a vessel: code, and where it starts and ends, mm."""
    first, axis = axes[spec.vessels[0].name], axes[vessel.name]
    s = np.arange(0.0, vessel.path.length_mm + 1e-9, 0.1)
    height = axis.at(s, axis.points) @ _normal(grid)
    found: list[tuple[str, Bools]] = [
        ("METAL_SUSPECTED", (s >= stent.start_mm) & (s <= stent.end_mm)) for stent in vessel.stents
    ]
    if vessel is spec.vessels[0]:
        for rod in spec.surroundings.rods:
            near = rod.distance_mm - rod.diameter_mm / 2 < mean_wall_radius(vessel, s) + NEAR_MM
            found.append(("METAL_SUSPECTED", (s >= rod.start_mm) & (s <= rod.end_mm) & near))
    if motion := spec.scan.slab_motion:
        inside = np.abs(height - _height(first, grid, motion.at_mm)) < motion.slab_mm / 2
        found.append(("MOTION", inside))
    if step := spec.scan.step:
        above = height > _height(first, grid, step.at_mm)
        found.append(("STEP_ARTEFACT", np.append(above[1:] != above[:-1], False)))
    return [
        {"code": code, "start_mm": float(s[where].min()), "end_mm": float(s[where].max())}
        for code, where in found
        if where.any()
    ]


def _shifts(
    spec: CaseSpec, axis: Axis, grid: VoxelGrid, height: float
) -> list[tuple[Floats, float]]:
    """Return where the heart was while a slice was taken (rows, columns) and for what share."""
    motion, step = spec.scan.slab_motion, spec.scan.step
    pixel = np.array(grid.spacing_kji_mm[1:])
    rest = np.zeros(2)
    if step and height > _height(axis, grid, step.at_mm):
        rest = step.shift_mm * _way(step.towards_deg) / pixel
    off = abs(height - _height(axis, grid, motion.at_mm)) if motion else 0.0
    if motion is None or off >= motion.slab_mm / 2:
        return [(rest, 1.0)] if rest.any() else []
    reach = motion.way_mm / 2 * np.cos(np.pi * off / motion.slab_mm)
    way = reach * _way(motion.towards_deg) / pixel
    if motion.doubled:
        return [(rest - way, 0.5), (rest + way, 0.5)]
    nodes, shares = np.polynomial.legendre.leggauss(_NODES)
    return [(rest + x * way, float(w) / 2) for x, w in zip(nodes, shares, strict=True)]


def _way(towards_deg: float) -> Floats:
    angle = np.radians(towards_deg)
    return np.array([np.cos(angle), np.sin(angle)])


def _normal(grid: VoxelGrid) -> Floats:
    return np.asarray(grid.lps_from_kji[:3, 0] / grid.spacing_kji_mm[0])


def _heights(grid: VoxelGrid) -> Floats:
    k = np.arange(grid.shape_kji[0], dtype=np.float64)
    kji = np.stack([k, np.zeros_like(k), np.zeros_like(k)], axis=1)
    return np.asarray(grid.points(kji) @ _normal(grid))


def _height(axis: Axis, grid: VoxelGrid, at_mm: float) -> float:
    return float((axis.at(np.array([at_mm]), axis.points) @ _normal(grid))[0])
