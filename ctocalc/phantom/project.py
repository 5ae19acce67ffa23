"""The picture: the vessels in small cells, blurred through the PSF onto the voxels.

Image = PSF * background + PSF * (vessels - background).  The first term has closed-form edges; the
second is summed over cells of about 0.1 mm that exist only near the vessels, each holding the
*share* of wall, lumen and calcium in it (from their signed distances), so edges are integrated, not
sampled.  The share smooths by a box of one cell; its variance is taken off the PSF.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Bools, Floats, Ints
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.phantom.anatomy import (
    lumen_depth,
    lumen_hu,
    mean_wall_radius,
    piece_depth,
    piece_span,
    stent_depth,
    wall_depth,
)
from ctocalc.phantom.path import Axis, nearest
from ctocalc.phantom.scene import Scene, rod_points, vein_points
from ctocalc.phantom.spec import HU_PER_MGCC, CaseSpec, Vessel

CELL_MM = 0.1
_BRICK = 16
_HALO_SIGMA = 4.5
_MOTION_LPS = np.array([0.5, 0.5, 0.7])


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
        diagonal = float(np.linalg.norm(spacing)) / 2
        for points, reach in self._tubes():
            todo = np.zeros(near.shape, dtype=np.bool_)
            span = np.ceil((reach + diagonal + 0.2) / spacing).astype(int)
            for centre in np.unique(np.rint(self.grid.indices(points[::5])).astype(int), axis=0):
                low, high = np.maximum(centre - span, 0), np.maximum(centre + span + 1, 0)
                todo[low[0] : high[0], low[1] : high[1], low[2] : high[2]] = True
            kji = np.argwhere(todo).astype(np.int64)
            found = cKDTree(points).query(
                self.grid.points(kji.astype(np.float64)), distance_upper_bound=reach + diagonal
            )[0]
            near[tuple(kji[np.isfinite(found)].T)] = True
        return near

    def _tubes(self) -> Iterator[tuple[Floats, float]]:
        for vessel in self.spec.vessels:
            yield self.axes[vessel.name].points, reach_mm(vessel)
        vein = vein_points(self.spec, self.axes[self.spec.vessels[0].name])
        if vein is not None:
            yield vein[0], vein[1] + CELL_MM
        for points, radius, _ in self._rods():
            yield points, radius + CELL_MM

    def _rods(self) -> list[tuple[Floats, float, float]]:
        return rod_points(self.spec, self.axes[self.spec.vessels[0].name])

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
        cell_mm = float(np.prod(spacing / parts) ** (1 / 3))
        fine = self._cells(low, mask, parts, cell_mm)
        sigma = np.sqrt(self.sigma_mm**2 - cell_mm**2 / 12)
        for shift, share in self._shifts():
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
            part = np.tensordot(weights[0] * share, fine, axes=(1, 0))
            out[tuple(boxes)] += np.matmul(np.matmul(weights[1], part), weights[2].T)

    def _cells(self, low: tuple[int, int, int], mask: Bools, parts: Ints, cell_mm: float) -> Floats:
        """Return vessels less background in the cells of one brick, HU; 0 where no vessel is."""
        offsets = np.stack(
            np.meshgrid(*((np.arange(n) + 0.5) / n - 0.5 for n in parts), indexing="ij"), axis=-1
        )
        kji = (np.argwhere(mask) + low)[:, None, None, None, :] + offsets
        delta = self.contrast(self.grid.points(kji.reshape(-1, 3)), cell_mm)
        fine = np.zeros((*mask.shape, *parts))
        fine[mask] = delta.reshape(-1, *parts)
        return fine.transpose(0, 3, 1, 4, 2, 5).reshape(np.array(mask.shape) * parts)

    def _shifts(self) -> list[tuple[Floats, float]]:
        """Return displacements of the PSF (k, j, i), mm, and their shares: uniform motion."""
        if self.spec.scan.motion_mm == 0:
            return [(np.zeros(3), 1.0)]
        unit = self.grid.lps_from_kji[:3, :3] / np.array(self.grid.spacing_kji_mm)
        way = _MOTION_LPS / np.linalg.norm(_MOTION_LPS) @ unit
        nodes, shares = np.polynomial.legendre.leggauss(3)
        far = self.spec.scan.motion_mm / 2
        return [(far * x * way, float(w) / 2) for x, w in zip(nodes, shares, strict=True)]

    def contrast(self, points: Floats, cell_mm: float) -> Floats:
        """Return vessels less background at points (n, 3), HU; edges are ``cell_mm`` wide."""
        found = [(v, *self._local(v, points, cell_mm)) for v in reversed(self.spec.vessels)]
        vein = vein_points(self.spec, self.axes[self.spec.vessels[0].name])
        reach = None if vein is None else _share(_depth(vein, points), cell_mm)
        some = np.zeros(len(points), dtype=np.bool_) if reach is None else reach > 0
        rods = [(_share(_depth(rod, points), cell_mm), rod[2]) for rod in self._rods()]
        for share, _ in rods:
            some |= share > 0
        for one in found:
            some[one[1]] = True
        below = np.zeros(len(points))
        below[some] = self.scene.hu(points[some], None)
        out = below.copy()
        if vein is not None and reach is not None:
            out = _over(out, vein[2], reach)
        for vessel, near, suv, inside in found:
            free = inside * (1 - _share(self.scene.in_aorta(points[near]), cell_mm))
            out[near] = _over(out[near], self._vessel_hu(vessel, suv, inside, cell_mm), free)
        for vessel, near, suv, _ in found:
            if vessel.parent is not None and lumen_is_open(self.spec, vessel):
                share = _share(lumen_depth(vessel, *suv), cell_mm)
                out[near] = _over(out[near], lumen_hu(vessel, suv[0]), share)
        for share, hu in rods:
            out = _over(out, hu, share)
        return out - below

    def _local(
        self, vessel: Vessel, points: Floats, cell_mm: float
    ) -> tuple[Ints, tuple[Floats, Floats, Floats], Floats]:
        """Return which points lie in the wall, their (s, u, v), and the share that does."""
        s, u, v = self.axes[vessel.name].locate(points, reach_mm(vessel))
        near = np.flatnonzero(~np.isnan(s) if vessel.parent is None else np.nan_to_num(s) > 0)
        inside = _share(wall_depth(vessel, s[near], u[near], v[near]), cell_mm)
        near, inside = near[inside > 0], inside[inside > 0]
        return near, (s[near], u[near], v[near]), inside

    def _vessel_hu(
        self, vessel: Vessel, suv: tuple[Floats, Floats, Floats], inside: Floats, cell_mm: float
    ) -> Floats:
        """Return HU inside the wall; shares are taken of what of the cell lies ``inside`` it."""
        s, u, v = suv
        out = np.full_like(s, vessel.plaque_hu)
        for piece in vessel.calcium:
            start, end = piece_span(piece)
            some = (s > start - cell_mm) & (s < end + cell_mm)
            share = _share(piece_depth(vessel, piece, s[some], u[some], v[some]), cell_mm)
            full = vessel.plaque_hu + piece.density_mgcc * HU_PER_MGCC[self.spec.scan.kvp]
            out[some] = _over(out[some], full, np.minimum(share / inside[some], 1))
        share = np.minimum(_share(lumen_depth(vessel, s, u, v), cell_mm) / inside, 1)
        out = _over(out, lumen_hu(vessel, s), share)
        for stent in vessel.stents:
            share = _share(stent_depth(vessel, stent, s, u, v), cell_mm)
            out = _over(out, stent.hu, np.minimum(share / inside, 1))
        return out


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


def _depth(tube: tuple[Floats, float, float], points: Floats) -> Floats:
    return np.asarray(tube[1] - nearest(cKDTree(tube[0]), points, tube[1] + 0.3)[0])
