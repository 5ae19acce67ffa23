"""Contrast that is brighter than the contrast before and after it: no lumen gets brighter so."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.kernels.runs import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class BrighterSettings:
    """When a stretch of contrast is brighter than its neighbours.

    The medians of ``window_mm`` before and after a place, without ``gap_mm`` on either side, are
    compared where ``least`` stations of each are known.  A jump of the HU is uncertain by
    ``jump_sd`` and ``noise_kept`` of the noise (shares); below ``least_z`` it is none, and it says
    at most ``most``.  A rise and the next fall, at most ``longest_mm`` apart, are a stretch when
    together they say ``odds``.
    """

    window_mm: float = 3.0
    gap_mm: float = 0.9
    least: int = 3
    jump_sd: float = 0.05
    noise_kept: float = 0.8
    least_z: float = 1.5
    most: float = 8.0
    longest_mm: float = 16.0
    odds: float = 10.0


def brighter_stretches(
    level: Floats, noise: Floats, known: Bools, step_mm: float, settings: BrighterSettings
) -> list[tuple[int, int]]:
    """Return the stretches (start, stop) whose HU stands out from both sides.

    ``level`` (N,) is the HU in any unit, ``noise`` (N,) its noise as a share of it, ``known`` (N,)
    where it can be trusted.  Misleads where a lumen is wide between two narrow places whose HU
    blur has lowered, and is silent where the neighbours are too short or too narrow to compare.
    """
    before, after = _medians(level, known, step_mm, settings)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.nan_to_num(
            np.log(after / before) / np.hypot(settings.jump_sd, settings.noise_kept * noise)
        )
    jumps = [
        a + int(np.abs(z[a:b]).argmax())
        for sign in (z > settings.least_z, z < -settings.least_z)
        for a, b in runs(sign)
    ]
    jumps.sort()
    out = []
    for rise, fall in pairwise(jumps):
        said = np.minimum(z[[rise, fall]] ** 2 / 2.0, settings.most).sum()
        near = (fall - rise) * step_mm <= settings.longest_mm
        if z[rise] > 0 > z[fall] and near and said >= settings.odds:
            middle = (rise + fall) // 2
            first = _until(level, middle, -1, float(np.sqrt(before[rise] * after[rise])))
            last = _until(level, middle, 1, float(np.sqrt(before[fall] * after[fall])))
            out.append((first + 1, last))
    return out


def _medians(
    level: Floats, known: Bools, step_mm: float, settings: BrighterSettings
) -> tuple[Floats, Floats]:
    """Return the median level (N,) before and after every station; NaN where too few are known."""
    near, far = round(settings.gap_mm / step_mm), round(settings.window_mm / step_mm)
    padded = np.pad(np.where(known, level, np.nan), far, constant_values=np.nan)
    width = far - near + 1
    windows = np.lib.stride_tricks.sliding_window_view(padded, width)
    count = len(level)
    sides = windows[:count], windows[far + near : far + near + count]
    return tuple(  # type: ignore[return-value]
        np.array(
            [np.nanmedian(w) if np.isfinite(w).sum() >= settings.least else np.nan for w in side]
        )
        for side in sides
    )


def _until(level: Floats, start: int, way: int, below: float) -> int:
    """Return the station where, on the way out of a bright stretch, the level falls below."""
    n = start
    while 0 <= n + way < len(level) and not level[n] < below:
        n += way
    return n
