"""What a reader drew: lumen or outer wall, as rings per section or as a mask."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.spatial import cKDTree

from ctocalc._arrays import Bools, Floats, frozen
from ctocalc.errors import Code, SettingsRefused
from ctocalc.geometry.frames import Frames
from ctocalc.image.volume import Volume
from ctocalc.vessel.boundary import BoundaryKind

FARTHEST_MM = 6.0
RADIUS_STEP_MM = 0.05
BETWEEN_MM = 2.0
BEYOND_MM = 1.0
POINTS_PER_RING = 360
LEAST_AROUND = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class OutlineSettings:
    """How far a reader's word is trusted.

    Standard deviations of a drawn mean radius: readers differ by 0.1 to 0.2 mm on the same section
    (evidence: unconfirmed; a pixel of coronary CT is 0.3 to 0.4 mm).
    """

    wall_sd_mm: float = 0.15
    lumen_sd_mm: float = 0.15


class Outline(Protocol):
    """A drawn boundary of one kind along a vessel."""

    @property
    def kind(self) -> BoundaryKind:
        """Which contour it is."""

    def radius_mm(self, frames: Frames, angles: int) -> Floats:
        """Return radii (N, angles) at equal clock angles about the axis; NaN where not drawn."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rings:
    """Closed polygons (P, 3) in LPS mm, one per section of the reader's own line, any order.

    Each is carried to the stations point by point, so its plane need not be a station's.  Between
    rings at most 2 mm apart radii are interpolated; beyond the first and last nothing is drawn.
    Misleads where a ring is not star-shaped about the measured axis.
    """

    kind: BoundaryKind
    points_lps_mm: tuple[Floats, ...]

    def radius_mm(self, frames: Frames, angles: int) -> Floats:
        """Return radii (N, angles); NaN where not drawn.

        Raises
        ------
        SettingsRefused
            When more than a fifth of the rings do not go around the axis.
        """
        polar = [_about(ring, frames, angles) for ring in self.points_lps_mm]
        there = [one for one in polar if one is not None]
        around = [(s, r) for s, r in there if np.isfinite(r).all()]
        if len(around) < LEAST_AROUND * len(there) or not around:
            raise _elsewhere(self.kind, len(around), len(self.points_lps_mm))
        around.sort(key=lambda one: float(one[0].mean()))
        s = np.maximum.accumulate(np.stack([one[0] for one in around]), axis=0)
        r = np.stack([one[1] for one in around])
        stations = frames.arclength_mm
        radius = [np.interp(stations, s[:, a], r[:, a]) for a in range(angles)]
        drawn = _covered(stations, s.mean(axis=1))
        return np.where(drawn[:, None], np.stack(radius, axis=1), np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mask:
    """A binary volume (1 inside, 0 outside) on a grid of its own.

    Its surface is where the interpolated mask is one half.  Misleads where its voxels are coarse:
    a mask of 0.4 mm voxels places a radius to about 0.1 mm.
    """

    kind: BoundaryKind
    volume: Volume

    def radius_mm(self, frames: Frames, angles: int) -> Floats:
        """Return radii (N, angles) of the first surface from the axis outwards.

        NaN at stations whose axis lies outside the mask, or whose surface lies beyond 6 mm.

        Raises
        ------
        SettingsRefused
            When the axis lies nowhere inside the mask.
        """
        along = np.arange(0.0, FARTHEST_MM + RADIUS_STEP_MM / 2, RADIUS_STEP_MM)
        angle = np.linspace(0.0, 2 * np.pi, angles, endpoint=False)
        out = np.full((len(frames), angles), np.nan)
        values = self.volume.stored.astype(np.float64)
        for n, directions in enumerate(frames.directions(angle)):
            points = frames.origin_lps_mm[n] + along[None, :, None] * directions[:, None]
            at = self.volume.grid.indices(points).reshape(-1, 3).T
            inside = map_coordinates(values, at, order=1, cval=0.0).reshape(angles, -1)
            out[n] = _surface(inside, along)
        drawn = np.isfinite(out).all(axis=1)
        if not drawn.any():
            raise _elsewhere(self.kind, 0, len(frames))
        return np.where(drawn[:, None], out, np.nan)


def _surface(inside: Floats, along: Floats) -> Floats:
    """Return where each profile (A, R) first falls to one half; NaN where it never does."""
    below = inside < 0.5
    first = np.argmax(below, axis=1)
    rows = np.arange(len(inside))
    before, after = inside[rows, first - 1], inside[rows, first]
    share = (before - 0.5) / np.maximum(before - after, 1e-6)
    found = along[first - 1] + share * RADIUS_STEP_MM
    return np.where(below.any(axis=1) & (first > 0), found, np.nan)


def _about(ring: Floats, frames: Frames, angles: int) -> tuple[Floats, Floats] | None:
    """Return arc lengths and radii (A,) of a ring about the axis.

    None when it lies beyond the axis' ends; radii are NaN when it does not go around the axis.
    """
    points = _densely(ring)
    _, n = cKDTree(frames.origin_lps_mm).query(points)
    away = points - frames.origin_lps_mm[n]
    ahead = (away * frames.tangent[n]).sum(axis=1)
    s = frames.arclength_mm[n] + ahead
    if not -BEYOND_MM <= s.mean() <= frames.arclength_mm[-1] + BEYOND_MM:
        return None
    x, y = (away * frames.normal[n]).sum(axis=1), (away * frames.binormal[n]).sum(axis=1)
    angle, radius = np.arctan2(y, x), np.hypot(x, y)
    turned = np.unwrap(np.append(angle, angle[0]))[-1] - angle[0]
    if abs(turned) < np.pi or radius.max() > FARTHEST_MM:
        return np.full(angles, s.mean()), np.full(angles, np.nan)
    wanted = np.linspace(0.0, 2 * np.pi, angles, endpoint=False)
    return (
        np.interp(wanted, angle, s, period=2 * np.pi),
        np.interp(wanted, angle, radius, period=2 * np.pi),
    )


def _densely(ring: Floats) -> Floats:
    """Return points (360, 3) at even steps along the closed polygon."""
    closed = np.concatenate([ring, ring[:1]])
    along = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0.0, along[-1], POINTS_PER_RING, endpoint=False)
    return np.stack([np.interp(at, along, axis) for axis in closed.T], axis=1)


def _covered(stations: Floats, rings_mm: Floats) -> Bools:
    """Whether each station lies between two rings that are near enough to tell its radius."""
    after = np.searchsorted(rings_mm, stations)
    before = np.clip(after - 1, 0, len(rings_mm) - 1)
    after = np.clip(after, 0, len(rings_mm) - 1)
    low, high = rings_mm[before], rings_mm[after]
    return np.asarray((low <= stations) & (stations <= high) & (high - low <= BETWEEN_MM))


def _elsewhere(kind: BoundaryKind, around: int, all_: int) -> SettingsRefused:
    return SettingsRefused(
        Code.SETTINGS_INVALID,
        f"Only {around} of {all_} drawn {kind.value} sections go around the vessel's axis; nearly "
        "all were expected. Check that they belong to this vessel and scan, in LPS millimetres.",
    )


def both(outlines: Sequence[Outline], frames: Frames, angles: int) -> tuple[Floats, Floats]:
    """Return drawn radii (N, A) of wall and lumen; NaN where not drawn, the last drawn counts."""
    found = {kind: np.full((len(frames), angles), np.nan) for kind in BoundaryKind}
    for outline in outlines:
        radius = outline.radius_mm(frames, angles)
        found[outline.kind] = np.where(np.isfinite(radius), radius, found[outline.kind])
    return frozen(found[BoundaryKind.WALL], (None, angles)), frozen(
        found[BoundaryKind.LUMEN], (None, angles)
    )
