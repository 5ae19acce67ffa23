"""Pieces of patent vessel that show the scan's blur: 5 mm each, their rays and lumen surface."""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ctocalc._arrays import Bools, Floats
from ctocalc.image.sections import PolarSections
from ctocalc.kernels.edges import NARROW_MM, guess_edges
from ctocalc.kernels.runs import runs

PATCH = 10
WALL_MM = 0.45
INNER_MM = 1.1
# What rises by more behind the darkest place of a ray is a neighbour, not the wall on muscle.
RISE_HU = 70.0


@dataclass(slots=True, kw_only=True, eq=False)
class Patch:
    """A short piece of patent vessel and its present fit: n stations, a rays, r samples."""

    hu: Floats
    radius: Floats
    limit: Floats
    use: Bools
    surface: Floats
    outside: Floats
    directions: Floats
    around: Floats
    tangent: Floats
    angle: Floats
    along_mm: Floats
    lumen: Floats
    wall: Floats = field(default_factory=lambda: np.array([WALL_MM, 0.0, 0.0, 0.0, 0.0]))
    weight: float = 1.0
    usual_mm: float = WALL_MM
    # The surface each ray tells by itself, and its smooth form with the geometry of its normals.
    told: Floats = field(init=False)
    smooth: Floats = field(init=False)
    oblique: Floats = field(init=False)
    through: Floats = field(init=False)
    turned: Floats = field(init=False)
    layers_mm: Floats = field(init=False)
    quality: float = 1.0


def patches_of(
    tube: PolarSections, centre: Floats, pool: float, plaque: float, noise: float
) -> list[Patch]:
    """Return the even, calcium-free pieces of one tube; ``centre`` (N,): its axis' own HU."""
    even = median_filter(centre, size=9, mode="nearest")
    good = (even > plaque + 100.0) & (even < 1.15 * pool) & (np.abs(centre - even) < 0.1 * even)
    out = []
    for first, stop in runs(good):
        parts = max((stop - first) // PATCH, int(stop - first >= 8))
        ends = [first + (stop - first) * n // max(parts, 1) for n in range(parts + 1)]
        for low, high in pairwise(ends):
            line = np.polynomial.Polynomial.fit(np.arange(high - low), centre[low:high], 1)
            if np.std(centre[low:high] - line(np.arange(high - low))) < 1.2 * noise:
                out.append(_patch(tube, centre, slice(low, high), plaque, noise))
    return [patch for patch in out if patch.use.mean() > 0.3]


def _patch(tube: PolarSections, centre: Floats, at: slice, plaque: float, noise: float) -> Patch:
    """First guesses, from smooth profiles; rays that show calcium are left out."""
    low = max(at.start - 3, 0)
    near = gaussian_filter1d(tube.samples[low : at.stop + 3], 1.0, axis=0)
    near = gaussian_filter1d(near, 1.0, axis=1, mode="wrap")[at.start - low :][: at.stop - at.start]
    near = near[:, ::2]
    count, radius = len(near), tube.radius_mm
    lumen = np.full(count, np.median(centre[at]))
    starts, outside, _, calcified = guess_edges(
        near, radius, lumen, np.full(count, plaque), lumen + 4 * noise, 0.6, 3.5, WALL_MM
    )
    inner = np.nan_to_num(starts[..., 0], nan=1.0)[..., None]
    outer = np.nan_to_num(starts[..., 1], nan=1.0)[..., None]
    bright = (near > lumen[0] + 3.5 * noise) & (radius <= outer + 0.3)
    beyond = np.where((radius >= inner + 0.3) & (radius <= outer + 1.2), near, np.inf)
    darkest = beyond.argmin(axis=2)
    after = np.where((radius > radius[darkest][..., None]) & np.isfinite(beyond), near, -np.inf)
    rise = after.max(axis=2) - beyond.min(axis=2)
    inner = inner[..., 0]
    # From `NARROW_MM` starts what noise hides: no edge to read the blur from.
    use = (
        (starts[..., 0] > NARROW_MM + 0.05)
        & (inner < 3.0)
        & ~calcified
        & np.isfinite(near).all(axis=2)
    )
    reach = slice(
        int(np.searchsorted(radius, inner[use].min(initial=3.0) - INNER_MM - 0.2)),
        int(np.searchsorted(radius, inner[use].max(initial=0.5) + 1.7)),
    )
    angle = tube.angle_rad[::2]
    frames = tube.frames
    normal, binormal = frames.normal[at, None], frames.binormal[at, None]
    s = frames.arclength_mm[at]
    return Patch(
        hu=np.nan_to_num(tube.samples[at, ::2, reach].astype(np.float64)),
        radius=radius[reach],
        # A limit at the darkest place of noise would draw the outside below what it is.
        limit=np.where(rise > RISE_HU, radius[darkest] + 0.15, np.inf),
        use=use & ~bright.any(axis=2),
        surface=np.where(use, inner, 1.0),
        outside=np.nan_to_num(outside),
        directions=frames.directions(angle)[at],
        around=np.cos(angle)[:, None] * binormal - np.sin(angle)[:, None] * normal,
        tangent=frames.tangent[at],
        angle=angle,
        along_mm=(s - s.mean()) / 3.0,
        lumen=np.array([lumen[0], 0.0]),
    )


def fourier(angle: Floats, order: int) -> tuple[Floats, Floats]:
    """Return the series' terms (A, 2 order + 1) and their derivatives."""
    m = np.arange(1, order + 1)
    wave = angle[:, None] * m
    one = np.ones((len(angle), 1))
    terms = np.stack([np.cos(wave), np.sin(wave)], axis=2).reshape(len(angle), -1)
    slopes = np.stack([-m * np.sin(wave), m * np.cos(wave)], axis=2).reshape(len(angle), -1)
    return np.concatenate([one, terms], axis=1), np.concatenate([0 * one, slopes], axis=1)


def find_surface(patch: Patch, slice_normal: Floats, steps: Floats) -> None:
    """Fit a smooth surface to the rays, and find its normals: an oblique edge looks wider."""
    told = getattr(patch, "told", patch.surface)
    terms, slopes = fourier(patch.angle, 3)
    u = patch.along_mm
    rows = np.stack([np.ones_like(u), u, u * u], axis=1)
    design = np.einsum("ni,aj->naij", rows, terms).reshape(told.size, -1)
    ridge = np.diag(np.tile([1e-3] + [1.0] * 6, 3))
    weight = patch.use.ravel().astype(np.float64)
    for _ in range(3):
        weighted = design * weight[:, None]
        found = np.linalg.solve(weighted.T @ design + ridge, weighted.T @ told.ravel())
        miss = told.ravel() - design @ found
        weight = patch.use.ravel() * np.clip(1.0 - (miss / 0.35) ** 2, 0.0, 1.0) ** 2
    found = found.reshape(3, -1)
    patch.smooth = np.maximum(rows @ found @ terms.T, 0.3)
    patch.use = patch.use & (np.abs(told - patch.smooth) < 0.35)
    turn = (rows @ found @ slopes.T / patch.smooth)[..., None]
    climb = np.stack([0 * u, 0 * u + 1 / 3.0, 2 * u / 3.0], axis=1) @ found @ terms.T
    out = patch.directions - turn * patch.around - climb[..., None] * patch.tangent[:, None]
    length = np.linalg.norm(out, axis=2)
    out /= length[..., None]
    patch.oblique = length
    patch.through = (out @ slice_normal) ** 2
    patch.turned = (patch.around @ slice_normal) ** 2
    patch.layers_mm = np.abs(out @ steps)
