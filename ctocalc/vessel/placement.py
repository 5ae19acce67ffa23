"""Whether a centerline lies where a vessel can be, in the frame it was read in.

A line read as LPS that was written as RAS lies mirrored in x and y.  When only one of the two
readings lies inside the image, geometry decides; when both do and nobody declared the frame, the
image decides: a vessel is soft tissue or contrast with something darker around it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused, Code, ImageRefused
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.vessel.centerline import Centerline

STEP_MM = 1.0
DISC_MM = (0.5, 1.0)
RING_MM = 4.5
DIRECTIONS = 24
SOFT_ABOVE_HU = -30.0
DARKER_BY_HU = 50.0
LEAST_SOFT_FRACTION = 0.5
CLEARLY_BETTER = 0.1
"""Measured on a non-contrast chest scan with three traced vessels, the hardest case at hand: the
true lines fit 0.41-0.59, their mirror images 0.12-0.30; see ``_fit``."""

Sampler = Callable[[Floats], Floats]
"""Points (..., 3) in LPS mm -> HU (...), NaN where there is no image."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """How a line lies in the image: fraction of stations in soft tissue, and vessel-likeness."""

    soft: float
    vessel: float


_NO_FIT = _Fit(soft=0.0, vessel=0.0)


def place(line: Centerline, scan_grid: VoxelGrid, sample: Sampler) -> Centerline:
    """Return the line when it lies inside the image in a plausible frame.

    Parameters
    ----------
    line
        As read.  When its frame is declared, the other frame is never considered.
    scan_grid
        Grid of the whole scan, not of a crop.
    sample
        Called once with points around the line, and once with points around its mirror image when
        that lies inside too; so it may read just what it is asked for.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_OUTSIDE_IMAGE, or CENTERLINE_FRAME_IMPLAUSIBLE when the frame is undeclared and
        the line does not run through soft tissue, or the other frame fits clearly better.
    """
    inside = scan_grid.inside(line.points_lps_mm)
    mirrored = line.mirrored()
    mirrored_fits = bool(scan_grid.inside(mirrored.points_lps_mm).all())
    if not inside.all():
        raise _outside(int((~inside).sum()), len(inside), mirrored_fits, line.frame_declared)
    if line.frame_declared:
        return line
    given = _fit(line.points_lps_mm, sample)
    other = _fit_or_none(mirrored.points_lps_mm, sample) if mirrored_fits else _NO_FIT
    better = other.soft >= LEAST_SOFT_FRACTION and other.vessel > given.vessel + CLEARLY_BETTER
    if better:
        raise CenterlineRefused(
            Code.CENTERLINE_FRAME_IMPLAUSIBLE,
            "Read as LPS the line does not follow a vessel, read as RAS it does (vessel-likeness "
            f"{given.vessel:.2f} against {other.vessel:.2f}); declare it with --frame ras, or with "
            "--frame lps if it is right as it stands.",
        )
    if given.soft < LEAST_SOFT_FRACTION:
        raise CenterlineRefused(
            Code.CENTERLINE_FRAME_IMPLAUSIBLE,
            f"Only {given.soft:.0%} of the line runs through soft tissue, contrast or calcium; a "
            "vessel was expected. Check that the line belongs to this scan, or declare its frame "
            "with --frame.",
        )
    return line


def nearest_hu(volume: Volume, points_lps_mm: Floats) -> Floats:
    """Return the HU of the nearest voxels, NaN outside: a sampler that is good enough here."""
    kji = np.rint(volume.grid.indices(points_lps_mm)).astype(np.int64)
    top = np.array(volume.grid.shape_kji) - 1
    inside = ((kji >= 0) & (kji <= top)).all(axis=-1)
    k, j, i = np.moveaxis(np.clip(kji, 0, top), -1, 0)
    stored = volume.stored[k, j, i].astype(np.float64)
    if volume.padding_stored is not None:
        inside &= stored > volume.padding_stored
    return np.where(inside, stored * volume.slope + volume.intercept, np.nan)


def _fit_or_none(points_lps_mm: Floats, sample: Sampler) -> _Fit:
    """Return the fit of a line that may run where the scan cannot be read: no evidence then."""
    try:
        return _fit(points_lps_mm, sample)
    except ImageRefused:
        return _NO_FIT


def _fit(points_lps_mm: Floats, sample: Sampler) -> _Fit:
    """Return how much a line looks like a vessel.

    Per station: is the mean of a disc of 1 mm radius above -30 HU, and which part of a ring at
    4.5 mm is darker than it by 50 HU?  Fat and lung around a vessel are, also around an occluded
    or an unenhanced one; inside muscle, liver or a chamber nothing is.
    """
    points = resampled(points_lps_mm)
    around = directions(points)
    disc = [points[:, None], *(points[:, None] + r * around[:, ::3] for r in DISC_MM)]
    ring = points[:, None] + RING_MM * around
    hu = sample(np.concatenate([*disc, ring], axis=1))
    inner, outer = hu[:, :-DIRECTIONS], hu[:, -DIRECTIONS:]
    known = np.isfinite(inner)
    centre = np.where(known, inner, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    centre[~known.any(axis=1)] = np.nan
    soft = centre > SOFT_ABOVE_HU
    darker = (outer < centre[:, None] - DARKER_BY_HU).mean(axis=1)
    return _Fit(soft=float(soft.mean()), vessel=float((soft * darker).mean()))


def resampled(points: Floats) -> Floats:
    """Return points (N, 3) on the same straight segments, 1 mm apart."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    stations = np.linspace(0.0, along[-1], max(3, int(along[-1] / STEP_MM) + 1))
    return np.stack([np.interp(stations, along, axis) for axis in points.T], axis=1)


def directions(points: Floats) -> Floats:
    """Return unit vectors (N, DIRECTIONS, 3) orthogonal to the line; where they start is free."""
    tangent = np.gradient(points, axis=0)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-12)
    least = np.eye(3)[np.argmin(np.abs(tangent), axis=1)]
    normal = np.cross(tangent, least)
    normal /= np.maximum(np.linalg.norm(normal, axis=1, keepdims=True), 1e-12)
    binormal = np.cross(tangent, normal)
    angle = np.linspace(0, 2 * np.pi, DIRECTIONS, endpoint=False)
    c, s = np.cos(angle)[:, None], np.sin(angle)[:, None]
    return np.asarray(normal[:, None] * c + binormal[:, None] * s)


def _outside(count: int, total: int, other_fits: bool, declared: bool) -> CenterlineRefused:
    if other_fits:
        hint = "All would lie inside when read in the other frame: " + (
            "correct the declared frame." if declared else "declare it with --frame ras."
        )
    else:
        hint = "Check that the line and the series belong to the same scan, in millimetres."
    return CenterlineRefused(
        Code.CENTERLINE_OUTSIDE_IMAGE,
        f"{count} of {total} points lie outside the image; all were expected inside. {hint}",
    )
