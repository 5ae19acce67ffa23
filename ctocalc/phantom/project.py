"""The picture: the vessels in small cells, blurred through the PSF onto the voxels.

Image = PSF * background + PSF * (vessels - background).  The first term has closed-form edges; the
second is summed over cells of about 0.12 mm that exist only near the vessels, each holding the
*share* of wall, lumen and calcium in it (from their signed distances), so edges are integrated, not
sampled.  The share smooths by a box of one cell; its variance is taken off the PSF.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.phantom.anatomy import (
    lumen_depth,
    lumen_hu,
    mean_wall_radius,
    piece_depth,
    piece_span,
    wall_depth,
)
from ctocalc.phantom.path import Axis
from ctocalc.phantom.scene import Scene, vein_points
from ctocalc.phantom.spec import HU_PER_MGCC, CaseSpec, Vessel

CELL_MM = 0.125
_BRICK = 16
_HALO_SIGMA = 4.5
_MOTION_STEPS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Projector:
    """Renders one case onto one grid; ``sigma_mm`` is the PSF along k, j, i."""

    spec: CaseSpec
    axes: Mapping[str, Axis]
    scene: Scene
    grid: VoxelGrid
    sigma_mm: Floats

    def picture(self) -> Floats:
        """Return blurred HU (K, J, I)."""
        out = self._background()
        for low, mask in self._bricks():
            self._add_brick(out, low, mask)
        return out

    def _background(self) -> Floats:
        unit = self.grid.lps_from_kji[:3, :3] / np.array(self.grid.spacing_kji_mm)
        covariance = unit @ np.diag(self.sigma_mm**2) @ unit.T
        k, j, i = self.grid.shape_kji
        plane = np.stack(np.meshgrid(np.arange(j), np.arange(i), indexing="ij"), axis=-1)
        out = np.empty(self.grid.shape_kji)
        for n in range(k):
            kji = np.concatenate([np.full((j, i, 1), n), plane], axis=-1).reshape(-1, 3)
            out[n] = self.scene.hu(self.grid.points(kji), covariance).reshape(j, i)
        return out

    def _near(self) -> Bools:
        """Mark the voxels that a vessel or the vein may touch."""
        near = np.zeros(self.grid.shape_kji, dtype=np.bool_)
        spacing = np.array(self.grid.spacing_kji_mm)
        for points, reach in self._tubes():
            for centre in self.grid.indices(points[::6]):
                low = np.floor(centre - (reach + 0.2) / spacing).astype(int)
                high = np.ceil(centre + (reach + 0.2) / spacing).astype(int) + 1
                low = np.maximum(low, 0)
                near[
                    low[0] : max(high[0], 0), low[1] : max(high[1], 0), low[2] : max(high[2], 0)
                ] = 1
        return near

    def _tubes(self) -> Iterator[tuple[Floats, float]]:
        for vessel in self.spec.vessels:
            yield self.axes[vessel.name].points, reach_mm(vessel)
        vein = vein_points(self.spec, self.axes[self.spec.vessels[0].name])
        if vein is not None:
            yield vein[0], vein[1] + CELL_MM

    def _bricks(self) -> Iterator[tuple[tuple[int, int, int], Bools]]:
        near = self._near()
        for k in range(0, near.shape[0], _BRICK):
            for j in range(0, near.shape[1], _BRICK):
                for i in range(0, near.shape[2], _BRICK):
                    mask = near[k : k + _BRICK, j : j + _BRICK, i : i + _BRICK]
                    if mask.any():
                        yield (k, j, i), mask

    def _add_brick(self, out: Floats, low: tuple[int, int, int], mask: Bools) -> None:
        spacing = np.array(self.grid.spacing_kji_mm)
        parts = np.ceil(spacing / CELL_MM).astype(int)
        cells = np.stack(
            np.meshgrid(*((np.arange(n) + 0.5) / n - 0.5 for n in parts), indexing="ij"), axis=-1
        )
        voxels = np.argwhere(mask)
        kji = (voxels + low)[:, None, None, None, :] + cells
        points = self.grid.points(kji.reshape(-1, 3))
        below = self.scene.hu(points, None)
        delta = self.hu(points, below, float(np.prod(spacing / parts) ** (1 / 3))) - below
        fine = np.zeros((*mask.shape, *parts))
        fine[mask] = delta.reshape(-1, *parts)
        fine = fine.transpose(0, 3, 1, 4, 2, 5).reshape(np.array(mask.shape) * parts)
        sigma = np.sqrt(self.sigma_mm**2 - np.prod(spacing / parts) ** (2 / 3) / 12)
        for shift in self._shifts():
            boxes, weights = [], []
            for n in range(3):
                halo = int(np.ceil((_HALO_SIGMA * self.sigma_mm[n] + abs(shift[n])) / spacing[n]))
                start = max(low[n] - halo, 0)
                stop = min(low[n] + mask.shape[n] + halo, self.grid.shape_kji[n])
                at = low[n] - 0.5 + (np.arange(mask.shape[n] * parts[n]) + 0.5) / parts[n]
                gap = (np.arange(start, stop)[:, None] - at) * spacing[n] - shift[n]
                weight = np.exp(-((gap / sigma[n]) ** 2) / 2) * spacing[n] / parts[n]
                boxes.append(slice(start, stop))
                weights.append(weight / (sigma[n] * np.sqrt(2 * np.pi)))
            part = np.tensordot(weights[0], fine, axes=(1, 0))
            part = np.matmul(weights[1], part)
            part = np.matmul(part, weights[2].T)
            out[tuple(boxes)] += part / len(self._shifts())

    def _shifts(self) -> list[Floats]:
        """Return the PSF's displacements (k, j, i), mm, along a motion to and fro."""
        if self.spec.scan.motion_mm == 0:
            return [np.zeros(3)]
        way = np.array([0.5, 0.7, 0.5]) / np.linalg.norm([0.5, 0.7, 0.5])
        unit = self.grid.lps_from_kji[:3, :3] / np.array(self.grid.spacing_kji_mm)
        steps = (np.arange(_MOTION_STEPS) + 0.5) / _MOTION_STEPS - 0.5
        return [self.spec.scan.motion_mm * t * (way @ unit) for t in steps]

    def hu(self, points: Floats, below: Floats, cell_mm: float) -> Floats:
        """Return HU at points (n, 3) over the background ``below``; edges ``cell_mm`` wide."""
        out = below.copy()
        vein = vein_points(self.spec, self.axes[self.spec.vessels[0].name])
        if vein is not None:
            out = _over(out, vein[2], _share(vein[1] - _distance(vein[0], points), cell_mm))
        outside_aorta = 1 - _share(self.scene.in_aorta(points), cell_mm)
        mouths = []
        for vessel in reversed(self.spec.vessels):
            near, s, u, v = self._local(vessel, points)
            inside = _share(wall_depth(vessel, s, u, v), cell_mm) * outside_aorta[near]
            out[near] = _over(out[near], self._vessel_hu(vessel, (s, u, v), cell_mm), inside)
            if vessel.parent is not None and lumen_is_open(self.spec, vessel):
                mouths.append((vessel, near, s, u, v))
        for vessel, near, s, u, v in mouths:
            share = _share(lumen_depth(vessel, s, u, v), cell_mm) * (s > 0)
            out[near] = _over(out[near], lumen_hu(vessel, s), share)
        return out

    def _local(self, vessel: Vessel, points: Floats) -> tuple[Bools, Floats, Floats, Floats]:
        s, u, v = self.axes[vessel.name].locate(points, reach_mm(vessel) + 0.5)
        near = ~np.isnan(s)
        if vessel.parent is not None:
            near &= np.nan_to_num(s, nan=-1.0) > 0
        return near, s[near], u[near], v[near]

    def _vessel_hu(
        self, vessel: Vessel, suv: tuple[Floats, Floats, Floats], cell_mm: float
    ) -> Floats:
        s, u, v = suv
        out = np.full_like(s, vessel.plaque_hu)
        for piece in vessel.calcium:
            start, end = piece_span(piece)
            some = (s > start - cell_mm) & (s < end + cell_mm)
            share = _share(piece_depth(vessel, piece, s[some], u[some], v[some]), cell_mm)
            full = vessel.plaque_hu + piece.density_mgcc * HU_PER_MGCC[self.spec.scan.kvp]
            out[some] = _over(out[some], full, share)
        return _over(out, lumen_hu(vessel, s), _share(lumen_depth(vessel, s, u, v), cell_mm))


def lumen_is_open(spec: CaseSpec, branch: Vessel) -> bool:
    """Return whether the branch leaves its parent where the parent's lumen is open."""
    stem = next(v for v in spec.vessels if v.name == branch.parent)
    at = branch.parent_at_mm
    return not any(g.start_mm < at < g.end_mm for g in stem.interruptions)


def reach_mm(vessel: Vessel) -> float:
    """Return the largest radius of the outer wall, with two cells of room."""
    s = np.arange(-8.0, vessel.path.length_mm + 8.0, 0.5)
    return float(mean_wall_radius(vessel, s).max()) * (1 + vessel.ellipse) + 2 * CELL_MM


def _share(depth_mm: Floats, cell_mm: float) -> Floats:
    return np.asarray(np.clip(0.5 + depth_mm / cell_mm, 0, 1))


def _over(under: Floats, upper: Floats | float, share: Floats) -> Floats:
    return np.asarray(under + (upper - under) * share)


def _distance(axis_points: Floats, points: Floats) -> Floats:
    return np.asarray(cKDTree(axis_points).query(points, distance_upper_bound=5.0)[0])
