"""Motion while a slab was taken: the vessel is smeared or seen twice, and nothing is lost.

Each section is held against its neighbours along the vessel, beyond the slab: moved along a way
(everywhere on it, or at both ends only) the neighbours give a smeared or doubled section.  The
other things that change a section must explain it less well: a shift, a coarser blur, a lumen that
goes.  A whole scan that is smeared alike is not told here: it has no neighbours to compare with.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter, label

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.geometry.frames import Frames
from ctocalc.image.sections import Sampler, cartesian_sections

HALF_WIDTH_MM, PIXEL_MM = 6.0, 0.3
DISC_MM, LUMEN_MM = 4.2, 2.6
DARKEST_HU, BRIGHTEST_HU, SOFT_HU = -200.0, 600.0, 60.0
# What the neighbours are: sections from so far to so far on both sides, near or far ones.
NEIGHBOURS_MM = ((5.0, 8.0), (9.0, 12.0))
WAYS_MM = (2.0, 2.75, 3.5, 4.25, 5.0, 6.0)
DIRECTIONS = 12
# Change of a section that motion must explain: RMS HU; and how much better than all else.
LEAST_CHANGE_HU = 30.0
MOST_LEFT = 0.4
# Motion takes edges away: mean squared gradient left of the neighbours' at most.
MOST_EDGES = 0.8
LEAST_MM = 2.0
# Slower ends of the slab, where the way is short, belong to it.
RIM_MM = 1.5
_SMOOTH = (1.0, 0.7, 0.7)
_SHIFTS_MM = (0.3, 0.6, 0.9, 1.2, 1.5)
_BLURS_MM = (0.4, 0.8)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Look:
    """Sections (n, P, P) and what their neighbours would show."""

    seen: Floats32
    usual: Floats32

    def left(self, model: Floats32) -> Floats32:
        """Return the mean squared difference (n,) within the disc."""
        disc = (_radius(self.seen.shape[1]) < DISC_MM).astype(np.float32)
        apart = (self.seen - model) * disc
        return np.asarray(np.einsum("nij,nij->n", apart, apart) / disc.sum())


def moved_stations(sampler: Sampler, frames: Frames) -> Bools:
    """Return at which stations (N,) the vessel is smeared or doubled by motion.

    The frames should follow the line as given: recentring may have drawn the axis onto one of the
    vessel's two images.
    """
    sections = cartesian_sections(
        sampler, frames, half_width_mm=HALF_WIDTH_MM, pixel_mm=PIXEL_MM
    ).samples
    hu = np.nan_to_num(sections, nan=DARKEST_HU)
    hu = gaussian_filter(hu.clip(DARKEST_HU, BRIGHTEST_HU), _SMOOTH)
    s = frames.arclength_mm
    found = np.zeros(len(s), dtype=bool)
    for first, last in NEIGHBOURS_MM:
        before, after = (_neighbours(hu, s, way * first, way * last) for way in (-1, 1))
        # One side alone: the other may be occluded, or the line may end.
        both = np.asarray((before + after) / 2, dtype=np.float32)
        for usual in (both, before, after):
            found |= _explained(hu, usual)
    out = np.zeros(len(s), dtype=bool)
    runs, count = label(found)
    for n in range(1, count + 1):
        run = s[runs == n]
        if run[-1] - run[0] >= LEAST_MM:
            out |= (s >= run[0] - RIM_MM) & (s <= run[-1] + RIM_MM)
    return out


def _neighbours(hu: Floats32, s: Floats, first_mm: float, last_mm: float) -> Floats32:
    """Return the mean of the sections so far ahead (N, P, P); NaN where there is none."""
    low, high = min(first_mm, last_mm), max(first_mm, last_mm)
    out = np.full_like(hu, np.nan)
    for n, here in enumerate(s):
        some = (s - here >= low) & (s - here <= high)
        if some.any():
            out[n] = hu[some].mean(axis=0)
    return out


def _explained(hu: Floats32, usual: Floats32) -> Bools:
    """Return where (N,) motion of the usual sections makes what is seen, and nothing else does."""
    out = np.zeros(len(hu), dtype=bool)
    change = _Look(seen=hu, usual=usual).left(usual)
    with np.errstate(invalid="ignore"):
        at = np.flatnonzero(
            (change > LEAST_CHANGE_HU**2) & (_edges(hu) < MOST_EDGES * _edges(usual))
        )
    if len(at):
        look = _Look(seen=hu[at], usual=usual[at])
        other = np.min([look.left(model) for model in _otherwise(look)], axis=0)
        at, other = at[other > LEAST_CHANGE_HU**2], other[other > LEAST_CHANGE_HU**2]
    if len(at):
        look = _Look(seen=hu[at], usual=usual[at])
        moved = np.min([look.left(model) for model in _on_the_way(look)], axis=0)
        out[at] = moved < MOST_LEFT * other
    return out


def _edges(images: Floats32) -> Floats32:
    down: Floats32 = np.diff(images, axis=1)[:, :, 1:]
    aside: Floats32 = np.diff(images, axis=2)[:, 1:, :]
    where = _radius(images.shape[1])[1:, 1:] < DISC_MM
    return np.asarray((down**2 + aside**2)[:, where].mean(axis=1))


def _on_the_way(look: _Look) -> Iterator[Floats32]:
    """Return what motion along every way makes of the neighbours: doubled, smeared."""
    ends = np.rint(np.array(WAYS_MM) / 2 / PIXEL_MM).astype(int)
    for angle in np.arange(DIRECTIONS) * np.pi / DIRECTIONS:
        pixel = PIXEL_MM * np.array([np.cos(angle), np.sin(angle)])
        total = look.usual.copy()
        for n in range(1, ends.max() + 1):
            both = _rolled(look.usual, n * pixel) + _rolled(look.usual, -n * pixel)
            total += both
            if n in ends:
                yield np.asarray(both / 2, dtype=np.float32)
                yield np.asarray(total / (2 * n + 1), dtype=np.float32)


def _otherwise(look: _Look) -> list[Floats32]:
    """Return what else makes of the neighbours: a shift, more blur, a lumen that goes."""
    turns = np.arange(8) * np.pi / 4
    ways = [r * np.array([np.cos(a), np.sin(a)]) for r in _SHIFTS_MM for a in turns]
    out = [look.usual, *(_rolled(look.usual, way) for way in ways)]
    out += [gaussian_filter(look.usual, (0, b / PIXEL_MM, b / PIXEL_MM)) for b in _BLURS_MM]
    inside = (_radius(look.usual.shape[1]) < LUMEN_MM).astype(np.float32)
    lumen = np.maximum(look.usual - np.float32(SOFT_HU), 0) * inside
    power = np.maximum((lumen**2).sum(axis=(1, 2)), 1.0)
    gone = (((look.usual - look.seen) * lumen).sum(axis=(1, 2)) / power).clip(0, 1)
    return [*out, look.usual - gone[:, None, None] * lumen]


def _rolled(images: Floats32, way_mm: Floats) -> Floats32:
    row, column = np.rint(way_mm / PIXEL_MM).astype(int)
    return np.roll(images, (int(row), int(column)), axis=(1, 2))


def _radius(pixels: int) -> Floats:
    axis = (np.arange(pixels) - pixels // 2) * PIXEL_MM
    return np.asarray(np.hypot(axis[:, None], axis))
