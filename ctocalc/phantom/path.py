"""Axes by integration of prescribed curvature, and the way back from a point to (s, u, v)."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats, Ints, frozen
from ctocalc.phantom.spec import Path, Vessel

STEP_MM = 0.05
LEAD_MM = 8.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """A vessel's axis at ``STEP_MM``, from ``first_mm`` (negative: before the given line).

    ``s`` (n,), ``points`` (n, 3) LPS mm, ``frame`` (n, 3, 3) with rows tangent, normal, binormal
    (minimal twist; at s = 0 the normal is "anterior", or "superior" if nearly parallel),
    ``bending`` (n, 2) curvature per mm along normal and binormal.
    """

    s: Floats
    points: Floats
    frame: Floats
    bending: Floats
    tree: cKDTree

    def at(self, s_mm: Floats, values: Floats) -> Floats:
        """Interpolate ``values`` (n, ...) linearly at arc lengths ``s_mm`` (m,)."""
        x = np.clip((np.asarray(s_mm) - self.s[0]) / STEP_MM, 0, len(self.s) - 1.001)
        i = x.astype(np.intp)
        w = (x - i).reshape((-1,) + (1,) * (values.ndim - 1))
        return np.asarray(values[i] * (1 - w) + values[i + 1] * w)

    def locate(self, points_lps_mm: Floats, reach_mm: float) -> tuple[Floats, Floats, Floats]:
        """Return s, u, v (n,) of points (n, 3); s is NaN beyond ``reach_mm`` or the ends."""
        near = nearest(self.tree, points_lps_mm, reach_mm)[1]
        s = np.full(len(points_lps_mm), np.nan)
        u, v = np.zeros_like(s), np.zeros_like(s)
        hit = near < len(self.s)
        i = near[hit]
        local = np.einsum("nij,nj->ni", self.frame[i], points_lps_mm[hit] - self.points[i])
        bent = 1 - np.einsum("ni,ni->n", self.bending[i], local[:, 1:])
        step = local[:, 0] / np.maximum(bent, 0.1)
        s[hit], u[hit], v[hit] = self.s[i] + step, local[:, 1], local[:, 2]
        s[np.nan_to_num(np.abs(s - 0.5 * (self.s[0] + self.s[-1]))) > np.ptp(self.s) / 2] = np.nan
        return s, u, v


def nearest(tree: cKDTree, points: Floats, reach_mm: float) -> tuple[Floats, Ints]:
    """Return distance and index of the tree's nearest point; inf and tree.n beyond the reach."""
    low, high = tree.mins - reach_mm, tree.maxes + reach_mm
    some = np.flatnonzero(((points > low) & (points < high)).all(axis=1))
    distance, index = np.full(len(points), np.inf), np.full(len(points), tree.n, dtype=np.int64)
    distance[some], index[some] = tree.query(points[some], distance_upper_bound=reach_mm)
    return distance, index


def _curvature(path: Path, s: Floats) -> Floats:
    turn = np.radians(path.wander_deg + path.wander_deg_per_mm * s)
    k = path.wander_per_mm * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    for bend in path.bends:
        x = np.clip((s - bend.at_mm) / bend.length_mm, -0.5, 0.5)
        size = np.radians(bend.angle_deg) / bend.length_mm * (1 + np.cos(2 * np.pi * x))
        way = np.radians(bend.towards_deg)
        k += size[:, None] * np.array([np.cos(way), np.sin(way)])
    return np.asarray(k)


def _first_frame(direction: Floats) -> Floats:
    tangent = direction / np.linalg.norm(direction)
    normal = tangent
    for reference in (np.array([0.0, -1.0, 0.0]), np.array([0.0, 0.0, 1.0])):
        normal = reference - (reference @ tangent) * tangent
        if np.linalg.norm(normal) > 0.3:
            break
    normal = normal / np.linalg.norm(normal)
    return np.stack([tangent, normal, np.cross(tangent, normal)])


def _walk(start: Floats, frame: Floats, bending: Floats, step: float) -> tuple[Floats, Floats]:
    """Integrate with the exponential map; ``bending`` (n, 2) holds at the middle of each step."""
    points, frames = [start], [frame]
    for k1, k2 in bending:
        k = float(np.hypot(k1, k2))
        if k < 1e-12:
            turn, advance = np.eye(3), np.array([step, 0.0, 0.0])
        else:
            a, e1, e2 = k * step, k1 / k, k2 / k
            c, s = np.cos(a), np.sin(a)
            # Rows: the new tangent, normal, binormal in the old frame.
            turn = np.array(
                [
                    [c, s * e1, s * e2],
                    [-s * e1, 1 - (1 - c) * e1 * e1, -(1 - c) * e1 * e2],
                    [-s * e2, -(1 - c) * e1 * e2, 1 - (1 - c) * e2 * e2],
                ]
            )
            advance = np.array([s / k, (1 - c) / k * e1, (1 - c) / k * e2])
        start = start + advance @ frame
        frame = turn @ frame
        points.append(start)
        frames.append(frame)
    return np.array(points), np.array(frames)


def build_axis(path: Path) -> Axis:
    """Integrate a path from ``-LEAD_MM`` to ``LEAD_MM`` beyond its end."""
    before, after = round(LEAD_MM / STEP_MM), round((path.length_mm + LEAD_MM) / STEP_MM)
    s: Floats = np.arange(-before, after + 1, dtype=np.float64) * STEP_MM
    middle = _curvature(path, s[:-1] + STEP_MM / 2)
    start, frame = np.array(path.start_lps_mm), _first_frame(np.array(path.direction_lps))
    ahead = _walk(start, frame, middle[before:], STEP_MM)
    back = _walk(start, frame, middle[:before][::-1], -STEP_MM)
    points = np.concatenate([back[0][:0:-1], ahead[0]])
    return Axis(
        s=frozen(s, (None,)),
        points=frozen(points, (None, 3)),
        frame=frozen(np.concatenate([back[1][:0:-1], ahead[1]]), (None, 3, 3)),
        bending=frozen(_curvature(path, s), (None, 2)),
        tree=cKDTree(points),
    )


def build_axes(vessels: tuple[Vessel, ...]) -> dict[str, Axis]:
    """Return every vessel's axis; a branch leaves its parent's axis at its take-off angle."""
    axes: dict[str, Axis] = {}
    for vessel in vessels:
        if vessel.parent is None:
            axes[vessel.name] = build_axis(vessel.path)
            continue
        stem = axes[vessel.parent]
        at = np.array([vessel.parent_at_mm])
        tangent, normal, binormal = stem.at(at, stem.frame)[0]
        clock, off = np.radians(vessel.parent_angle_deg), np.radians(vessel.take_off_deg)
        side = np.cos(clock) * normal + np.sin(clock) * binormal
        way = np.cos(off) * tangent + np.sin(off) * side
        start = stem.at(at, stem.points)[0]
        x, y, z = (float(c) for c in start)
        dx, dy, dz = (float(c) for c in way)
        path = Path(
            length_mm=vessel.path.length_mm,
            start_lps_mm=(x, y, z),
            direction_lps=(dx, dy, dz),
            bends=vessel.path.bends,
            wander_per_mm=vessel.path.wander_per_mm,
            wander_deg=vessel.path.wander_deg,
            wander_deg_per_mm=vessel.path.wander_deg_per_mm,
        )
        axes[vessel.name] = build_axis(path)
    return axes
