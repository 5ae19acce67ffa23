"""Curve: a smooth line in space, its arc length, tangents and curvature."""

from dataclasses import dataclass, field

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.linalg import solveh_banded

from ctocalc._arrays import Floats, frozen

NODE_MM = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Curve:
    """A smooth curve through nodes (M, 3) in LPS millimetres, parametrised by arc length.

    Arc length is summed over the nodes, so nodes must already be smooth: on a raw, jittered line
    it reads 4 to 60 % too long.  ``arclength_mm`` (M,) starts at 0.
    """

    points_lps_mm: Floats
    arclength_mm: Floats = field(init=False)
    _spline: CubicSpline = field(init=False, repr=False)

    def __post_init__(self) -> None:
        points = frozen(self.points_lps_mm, (None, 3))
        steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
        if len(points) < 4 or not (steps > 0).all():
            raise ValueError("a curve needs at least 4 finite nodes without duplicates")
        along = np.concatenate([[0.0], np.cumsum(steps)])
        object.__setattr__(self, "points_lps_mm", points)
        object.__setattr__(self, "arclength_mm", frozen(along, (None,)))
        object.__setattr__(self, "_spline", CubicSpline(along, points))

    @property
    def length_mm(self) -> float:
        """Length from the first to the last node."""
        return float(self.arclength_mm[-1])

    def at(self, arclength_mm: Floats) -> Floats:
        """Return points (..., 3) at arc lengths (...)."""
        return np.asarray(self._spline(arclength_mm))

    def tangent(self, arclength_mm: Floats) -> Floats:
        """Return unit tangents (..., 3), proximal to distal."""
        d = self._spline(arclength_mm, 1)
        return np.asarray(d / np.linalg.norm(d, axis=-1, keepdims=True))

    def curvature(self, arclength_mm: Floats) -> Floats:
        """Return curvature vectors (..., 3) in 1/mm; they point to the inside of the bend."""
        second = self._spline(arclength_mm, 2)
        tangent = self.tangent(arclength_mm)
        along = (second * tangent).sum(axis=-1, keepdims=True)
        return np.asarray(second - along * tangent)

    def stations(self, step_mm: float) -> Floats:
        """Return arc lengths 0, step, 2 step, ... that lie on the curve."""
        count = int(np.floor(self.length_mm / step_mm + 1e-9)) + 1
        return np.arange(count, dtype=np.float64) * step_mm

    def from_nearest(self, point_lps_mm: Floats, *, within_mm: float = 5.0) -> "Curve":
        """Return the curve started anew where it is nearest to a point, near its proximal end."""
        s = np.arange(0.0, min(within_mm, self.length_mm / 2), 0.02)
        start = float(s[np.argmin(np.linalg.norm(self.at(s) - point_lps_mm, axis=1))])
        nodes = max(4, round((self.length_mm - start) / NODE_MM) + 1)
        return Curve(points_lps_mm=self.at(np.linspace(start, self.length_mm, nodes)))


def smooth(points_lps_mm: Floats, *, stiffness_mm6: float, weight: Floats | None = None) -> Curve:
    """Fit a smooth curve to a line that may be jittered, dense, sparse or duplicated.

    Minimises ``sum w |c(u) - p|^2 + stiffness * integral |c'''|^2``: the third derivative is
    penalised, because penalising the second one shrinks bends (Whittaker smoothing, order 3).
    Points weigh by the arc length they stand for, times ``weight`` (M,), so that density does
    not matter.

    Parameters
    ----------
    points_lps_mm
        (M, 3), in order.
    stiffness_mm6
        Half the amplitude of a wave of length ``2 pi stiffness**(1/6)`` mm is lost.

    Notes
    -----
    Smoothing takes away the noise of the tangent, but almost none of the sideways error of the
    line: that needs the image (recentring).
    """
    points = np.asarray(points_lps_mm, dtype=float)
    weight = np.ones(len(points)) if weight is None else np.asarray(weight, dtype=float)
    keep = np.concatenate([[True], (np.diff(points, axis=0) ** 2).sum(axis=1) > 1e-12])
    points, weight = points[keep], weight[keep]
    u = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    for _ in range(4):
        nodes = _fit_nodes(u, points, weight, stiffness_mm6)
        curve = Curve(points_lps_mm=nodes)
        # Jitter makes the raw parameter too long: measure it again on the smooth curve.
        u = _project(curve, u / u[-1] * curve.length_mm, points)
    return Curve(points_lps_mm=_fit_nodes(u, points, weight, stiffness_mm6))


def _fit_nodes(u: Floats, points: Floats, weight: Floats, stiffness_mm6: float) -> Floats:
    count = max(8, round(u[-1] / NODE_MM) + 1)
    step = u[-1] / (count - 1)
    share = np.gradient(u) * weight
    left = np.clip((u / step).astype(int), 0, count - 2)
    right_part = u / step - left
    band = np.zeros((4, count))
    rhs = np.zeros((count, 3))
    for offset, part in ((0, 1 - right_part), (1, right_part)):
        np.add.at(band[0], left + offset, share * part * part)
        np.add.at(rhs, left + offset, (share * part)[:, None] * points)
    np.add.at(band[1], left, share * right_part * (1 - right_part))
    third = np.array([-1.0, 3.0, -3.0, 1.0])
    penalty = stiffness_mm6 / step**5
    for lag in range(4):
        for n in range(4 - lag):
            band[lag, n : count - 3 + n] += penalty * third[n] * third[n + lag]
    band[0] += 1e-9
    rhs += 1e-9 * points.mean(axis=0)
    return np.asarray(solveh_banded(band, rhs, lower=True))


def _project(curve: Curve, guess_mm: Floats, points: Floats) -> Floats:
    """Return a monotone arc length per point: its foot on the curve, near the guess."""
    foot = guess_mm.copy()
    for _ in range(2):
        miss = points - curve.at(np.clip(foot, 0, curve.length_mm))
        move = (miss * curve.tangent(np.clip(foot, 0, curve.length_mm))).sum(axis=1)
        foot = np.clip(foot + np.clip(move, -1.0, 1.0), 0.0, curve.length_mm)
    # Sorting keeps the order of the line; ties are spread so that every point has its share.
    foot = np.maximum.accumulate(foot) + np.arange(len(foot)) * 1e-9
    return np.asarray((foot - foot[0]) * (curve.length_mm / max(foot[-1] - foot[0], 1e-9)))
