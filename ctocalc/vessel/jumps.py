"""Jumps of the HU of contrast along a vessel: an open lumen has none."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.kernels.runs import runs

# A step's medians differ by the same over some millimetres: what nears the largest is one place.
STEEP = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class JumpSettings:
    """When the HU of contrast jumps; `TissueSettings` explains them with its own."""

    jump_window_mm: float = 3.0
    jump_gap_mm: float = 0.9
    jump_bloom_mm: float = 2.0
    jump_hiding_mm: float = 3.0
    jump_stations: int = 3
    jump_sd: float = 0.05
    jump_noise: float = 0.8
    jump_from_z: float = 1.5
    jump_most: float = 8.0
    jump_longest_mm: float = 16.0
    jump_odds: float = 9.0


def brighter_stretches(
    level: Floats, noise: Floats, known: Bools, step_mm: float, settings: JumpSettings
) -> list[tuple[int, int]]:
    """Return the stretches (start, stop) whose HU stands out from both sides.

    ``level`` (N,) is the HU in any unit, ``noise`` (N,) its noise as a share of it, ``known`` (N,)
    where it can be trusted.  Misleads where a lumen is wide between two narrow places whose HU
    blur has lowered, and is silent where the neighbours are too short or too narrow to compare.
    """
    before, after = _medians(level, known, step_mm, settings)
    z = _z(before, after, noise, settings)
    out = []
    for rise, fall in pairwise(_steepest(before, after, z, settings.jump_from_z)):
        said = np.minimum(z[[rise, fall]] ** 2 / 2.0, settings.jump_most).sum()
        near = (fall - rise) * step_mm <= settings.jump_longest_mm
        if z[rise] > 0 > z[fall] and near and said >= settings.jump_odds:
            middle = (rise + fall) // 2
            first = _until(level, middle, -1, float(np.sqrt(before[rise] * after[rise])))
            last = _until(level, middle, 1, float(np.sqrt(before[fall] * after[fall])))
            out.append((first + 1, last))
    return out


def jumps_of(
    level: Floats,
    noise: Floats,
    known: Bools,
    step_mm: float,
    settings: JumpSettings,
    from_z: float,
) -> list[int]:
    """Return the stations where the HU jumps by more than ``from_z`` SDs, up or down.

    ``level``, ``noise`` and ``known`` as in `brighter_stretches`.
    """
    before, after = _medians(level, known, step_mm, settings)
    return _steepest(before, after, _z(before, after, noise, settings), from_z)


def jumps_across(
    level: Floats,
    noise: Floats,
    known: Bools,
    hidden: Bools,
    step_mm: float,
    settings: JumpSettings,
) -> Floats:
    """Return -log likelihood (N,), per millimetre, that lumen runs through what is ``hidden``.

    Contrast before and after a hidden stretch (N,) has one HU unless it is interrupted there; the
    stretch is charged once as a whole.  0 elsewhere, and where either side is too short to know.
    """
    out = np.zeros(len(level))
    away, size = round(settings.jump_bloom_mm / step_mm), round(settings.jump_window_mm / step_mm)
    for start, stop in runs(hidden):
        first, last = max(start - away, 0), stop + away
        sides = (slice(max(first - size, 0), first), slice(last, last + size))
        values = [level[side][known[side]] for side in sides]
        if min(len(each) for each in values) < settings.jump_stations:
            continue
        before, after = (float(np.median(each)) for each in values)
        share = max(float(np.median(noise[side][known[side]])) for side in sides)
        z = np.log(after / before) / np.hypot(settings.jump_sd, settings.jump_noise * share)
        long = max((stop - start) * step_mm, settings.jump_hiding_mm)
        out[start:stop] = min(z**2 / 2.0, settings.jump_most) / long
    return out


def _medians(
    level: Floats, known: Bools, step_mm: float, settings: JumpSettings
) -> tuple[Floats, Floats]:
    """Return the median level (N,) before and after every station; NaN where too few are known."""
    near, far = round(settings.jump_gap_mm / step_mm), round(settings.jump_window_mm / step_mm)
    padded = np.pad(np.where(known, level, np.nan), far, constant_values=np.nan)
    width = far - near + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    count = len(level)
    out = np.full((2, count), np.nan)
    for side, seen in zip(out, (windows[:count], windows[-count:]), strict=True):
        enough = np.isfinite(seen).sum(axis=1) >= settings.jump_stations
        side[enough] = np.nanmedian(seen[enough], axis=1)
    return out[0], out[1]


def _z(before: Floats, after: Floats, noise: Floats, settings: JumpSettings) -> Floats:
    """Return how far (N,) the HU after a place leaves that before it; 0 where unknown."""
    with np.errstate(invalid="ignore", divide="ignore"):
        sd = np.hypot(settings.jump_sd, settings.jump_noise * noise)
        return np.asarray(np.nan_to_num(np.log(after / before) / sd))


def _steepest(before: Floats, after: Floats, z: Floats, from_z: float) -> list[int]:
    """Return the middle of the steepest part of every rise and fall.

    It is sought in the HU: the bright side's noise is a smaller share, and z larger there.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        change = np.abs(np.nan_to_num(np.log(after / before)))
    out = []
    for sign in (z > from_z, z < -from_z):
        for start, stop in runs(sign):
            steep = change[start:stop]
            out.append(start + int(np.median(np.flatnonzero(steep >= STEEP * steep.max()))))
    return sorted(out)


def _until(level: Floats, start: int, way: int, below: float) -> int:
    """Return the station where, on the way out of a bright stretch, the level falls below."""
    n = start
    while 0 <= n + way < len(level) and not level[n] < below:
        n += way
    return n
