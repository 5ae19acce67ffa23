"""What fills each station: lumen, plaque without lumen, or calcium without lumen."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from scipy.ndimage import binary_erosion

from ctocalc._arrays import Bools, Floats, Ints
from ctocalc.kernels.runs import runs
from ctocalc.vessel.jumps import JumpSettings, brighter_stretches, jumps_across

# So many stations tell how wide a lumen shows.
LEAST_SHOWN = 4
# -log likelihood of a plug's station as lumen: so much that no price between tissues outweighs it.
PLUG_ENERGY = 20.0


class Tissue(IntEnum):
    """What the middle of a station holds."""

    LUMEN = 0
    PLAQUE = 1
    CALCIUM = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TissueSettings(JumpSettings):
    """What speaks for lumen, and how readily the tissue changes along the vessel.

    All energies are -log likelihoods per independent look, of which there is one every
    ``look_mm``.  A lumen is round (``round_sd``: 1 - the ratio of its axes), not hollow, near the
    middle of the wall (``offset_sd``: share of the wall's radius) and no brighter than the lumen
    upstream (from ``bright_from``, ``bright_sd``); it has ``full_share`` of a wide lumen's contrast
    or more.  Calcium may have any shape, place and brightness, which costs ``calcium_energy``.
    Above ``clean_share`` something is calcium; a lumen beside it shows as ``room_mm2`` of its own
    HU, else it costs ``no_room_energy``; shape counts ``beside_shape`` there, and the brightness of
    one wide disc about the middle (``central_share``) as much as a lumen's would.  In a narrow
    vessel it has less: ``room_share`` of what shows within ``room_over_mm``, on the narrower side,
    but at least ``least_room_mm2``.
    Contrast between stations without any is lumen where its log odds, less what its place as a
    whole costs (beyond ``middle_share`` of the wall's radius, ``middle_sd``), are ``island_odds``:
    calcium in an occlusion is common, an island of lumen is not.  ``alike_mm`` of what the
    path took for calcium, but looks like lumen and has the HU of the lumen before or after it
    (within ``alike_share``, known over the window of jumps), are one to begin with.

    Jumps of the HU speak against lumen.  The medians of ``jump_window_mm`` before and after a place
    are compared, without ``jump_gap_mm`` on either side, where ``jump_stations`` of each are known.
    A jump is uncertain by ``jump_sd`` and ``jump_noise`` of the noise (shares); below
    ``jump_from_z`` it is none, and it says at most ``jump_most``.  Contrast between a rise and the
    next fall, at most ``jump_longest_mm`` apart, is calcium where together they say ``jump_odds``
    and its median offset is at most ``central_share`` (calcium beside an open lumen lies further
    out).  Through calcium, a jump between its sides (without ``jump_bloom_mm`` of each) counts
    against lumen, less in proportion where it hides less than ``jump_hiding_mm``.
    """

    look_mm: float = 1.25
    round_sd: float = 0.13
    offset_sd: float = 0.18
    hollow_from: float = 0.02
    hollow_sd: float = 0.04
    bright_from: float = 1.03
    bright_sd: float = 0.025
    full_share: float = 0.7
    share_sd: float = 0.2
    plaque_share: float = 0.12
    plaque_sd: float = 0.09
    calcium_energy: float = 3.5
    clean_share: float = 1.15
    room_mm2: float = 0.7
    least_room_mm2: float = 0.3
    room_share: float = 0.7
    room_over_mm: float = 8.0
    no_room_energy: float = 5.0
    beside_shape: float = 0.6
    lumen_to_plaque: float = 2.5
    lumen_to_calcium: float = 3.5
    plaque_to_calcium: float = 1.5
    middle_share: float = 0.1
    middle_sd: float = 0.1
    island_odds: float = 4.0
    alike_mm: float = 1.5
    alike_share: float = 0.15
    central_share: float = 0.35


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """What speaks for one tissue or the other, per station (N,); NaN where unknown.

    ``share`` contrast of the place that may be lumen, ``brightest`` of the brightest place inside
    the wall, both as shares of the lumen expected there; ``level`` its HU as a share of the lumen
    upstream (uncertain by ``level_sd``, its noise a share of it), ``alone`` where nothing brighter
    is near and it is wide enough to know; ``lumen_mm2`` area of what has the lumen's HU and width.
    The shape is seen in two ways (2, N), by rays from the brightest place and by that area:
    ``offset`` from the axis as a share of the wall's radius, ``roundness`` the ratio of the axes
    (uncertain by ``spread``), ``hollow`` how much darker the middle is.  ``plugged`` where an
    earlier look found calcium as bright as the lumen (`plugs.plugged`).
    """

    share: Floats
    brightest: Floats
    level: Floats
    level_sd: Floats
    level_noise: Floats
    alone: Bools
    lumen_mm2: Floats
    offset: Floats
    roundness: Floats
    spread: Floats
    hollow: Floats
    plugged: Bools


def tell_tissue(evidence: Evidence, step_mm: float, settings: TissueSettings) -> Ints:
    """Return the most likely `Tissue` (N,) along the vessel.

    Misleads where calcium of the lumen's HU is round and central: jumps of the HU tell some of it
    apart, `plugs.plugged` more.
    """
    told = _most_likely(evidence, step_mm, settings)
    told = _with_islands(told, evidence, step_mm, settings)
    told = _without_brighter_stretches(told, evidence, step_mm, settings)
    return _without_false_islands(told, evidence, step_mm, settings)


def _most_likely(evidence: Evidence, step_mm: float, settings: TissueSettings) -> Ints:
    """Return the path of least energy (N,) through the tissues (Viterbi)."""
    energy = _energies(evidence, step_mm, settings)
    cost = np.array(
        [
            [0.0, settings.lumen_to_plaque, settings.lumen_to_calcium],
            [settings.lumen_to_plaque, 0.0, settings.plaque_to_calcium],
            [settings.lumen_to_calcium, settings.plaque_to_calcium, 0.0],
        ]
    )
    # Both ends of a line lie in lumen unless the vessel is blocked there.
    ends = np.array([0.0, settings.lumen_to_plaque, 2 * settings.lumen_to_calcium])
    count = len(energy)
    total = energy[0] + ends
    came = np.zeros((count, len(Tissue)), dtype=np.int64)
    for n in range(1, count):
        ways = total[:, None] + cost
        came[n] = ways.argmin(axis=0)
        total = ways.min(axis=0) + energy[n]
    out = np.empty(count, dtype=np.int64)
    out[-1] = int((total + ends).argmin())
    for n in range(count - 1, 0, -1):
        out[n - 1] = came[n, out[n]]
    return out


def _with_islands(
    tissue: Ints, evidence: Evidence, step_mm: float, settings: TissueSettings
) -> Ints:
    """Return the tissue (N,) with lumen for calcium that looks like one and has its HU.

    Calcium may have any HU: that it has the HU of the lumen before or after is no chance.
    """
    odds, out = lumen_odds(evidence, step_mm, settings), tissue.copy()
    level = np.where(evidence.alone, evidence.level, np.nan)
    shortest = settings.jump_window_mm / step_mm
    lumens = [(a, b) for a, b in runs(tissue == Tissue.LUMEN) if b - a >= shortest]
    for start, stop in runs((tissue == Tissue.CALCIUM) & (odds > 0.0)):
        if (stop - start) * step_mm < settings.alike_mm:
            continue
        beside = [
            *[a for a in lumens if a[1] <= start][-1:],
            *[a for a in lumens if a[0] >= stop][:1],
        ]
        own = median_known(level[start:stop])
        if any(abs(own / median_known(level[a:b]) - 1.0) < settings.alike_share for a, b in beside):
            out[start:stop] = Tissue.LUMEN
    return out


def _without_brighter_stretches(
    tissue: Ints, evidence: Evidence, step_mm: float, settings: TissueSettings
) -> Ints:
    """Return the tissue (N,) with calcium for contrast brighter than the lumen on both sides."""
    lumen, out = tissue == Tissue.LUMEN, tissue.copy()
    # The last stations at a cap are half plaque.
    inner = binary_erosion(lumen, border_value=1)
    for start, stop in brighter_stretches(
        evidence.level,
        evidence.level_noise,
        evidence.alone & inner,
        step_mm,
        settings,
    ):
        here = slice(start, stop)
        offset = evidence.offset[0, here]
        if np.isfinite(offset).any() and np.nanmedian(offset) <= settings.central_share:
            out[here] = np.where(lumen[here], Tissue.CALCIUM, tissue[here])
    return out


def _without_false_islands(
    tissue: Ints, evidence: Evidence, step_mm: float, settings: TissueSettings
) -> Ints:
    """Return the tissue (N,) with calcium for islands that, as a whole, are no likely lumen.

    A place off the middle counts once for all looks: they see the same one.
    """
    odds, out = lumen_odds(evidence, step_mm, settings), tissue.copy()
    for start, stop in runs(tissue == Tissue.LUMEN):
        if start == 0 or stop == len(tissue):
            continue
        offset = evidence.offset[0, start:stop]
        known = offset[np.isfinite(offset)]
        middle = float(np.median(known)) if len(known) else 0.0
        place = _penalty(np.array(middle - settings.middle_share), settings.middle_sd, 8.0)
        if odds[start:stop].sum() - place < settings.island_odds:
            out[start:stop] = Tissue.CALCIUM
    return out


def reaching(tissue: Ints, deep: Bools) -> Bools:
    """Stations (N,) of runs of calcium, of which one at least lies ``deep`` in an occlusion.

    Calcium there is likely calcium up to a cap: what looks like it at a cap alone may be the end
    of a lumen.
    """
    out = np.zeros(len(tissue), dtype=bool)
    for start, stop in runs(tissue == Tissue.CALCIUM):
        out[start:stop] = deep[start:stop].any()
    return out


def fills_middle(seen: Evidence, settings: TissueSettings) -> Bools:
    """Stations (N,) where calcium is one wide disc about the middle: no lumen lies beside it."""
    outshines = seen.brightest >= settings.clean_share
    # A lumen that merges with calcium beside it looks like a disc, but of the lumen's HU.
    itself = seen.level >= settings.clean_share
    middle = seen.offset[0] <= settings.central_share
    return np.asarray(outshines & itself & seen.alone & middle)


def lumen_odds(evidence: Evidence, step_mm: float, settings: TissueSettings) -> Floats:
    """Return log odds (N,) that each station holds lumen, by what it and calcium's sides show."""
    energy = _energies(evidence, step_mm, settings)
    others = np.minimum(energy[:, Tissue.PLAQUE], energy[:, Tissue.CALCIUM])
    return np.asarray(others - energy[:, Tissue.LUMEN])


def _energies(seen: Evidence, step_mm: float, settings: TissueSettings) -> Floats:
    """Return -log likelihood (N, 3) of every tissue, in ratio to a perfectly shaped lumen's."""
    hidden = np.nan_to_num(seen.brightest) >= settings.clean_share
    looks = _looks(seen, _room_mm2(seen, hidden, step_mm, settings), settings)
    looks *= step_mm / settings.look_mm
    across = jumps_across(
        seen.level, seen.level_noise, seen.alone & ~hidden, hidden, step_mm, settings
    )
    looks[:, Tissue.LUMEN] += across * step_mm + PLUG_ENERGY * seen.plugged
    return looks


def _room_mm2(seen: Evidence, hidden: Bools, step_mm: float, settings: TissueSettings) -> Floats:
    """Return how much of a lumen (N,) would show beside calcium, by how much shows without it."""
    shows = ~hidden & (np.nan_to_num(seen.share) >= settings.full_share)
    area = np.where(shows, seen.lumen_mm2, np.nan)
    reach, out = round(settings.room_over_mm / step_mm), np.full(len(area), settings.room_mm2)
    for n in np.flatnonzero(hidden):
        sides = (area[max(n - reach, 0) : n], area[n + 1 : n + 1 + reach])
        told = [float(np.nanmedian(x)) for x in sides if np.isfinite(x).sum() >= LEAST_SHOWN]
        if told:
            out[n] = settings.room_share * min(told)
    return np.asarray(np.clip(out, settings.least_room_mm2, settings.room_mm2))


def _looks(seen: Evidence, room_mm2: Floats, settings: TissueSettings) -> Floats:
    """Return -log likelihood (N, 3) per look; ``room_mm2`` (N,) a lumen beside calcium has."""
    share = np.clip(np.nan_to_num(seen.share, nan=0.0), -0.2, 1.2)
    bright = np.nan_to_num(seen.brightest, nan=0.0)
    clean = bright < settings.clean_share
    less = _penalty(settings.full_share - share, settings.share_sd, 8.0)
    more = _penalty(
        seen.level - settings.bright_from, np.hypot(settings.bright_sd, seen.level_sd), 6.0
    )
    shape = _penalty(seen.offset, settings.offset_sd, 4.5)
    shape += _penalty(1.0 - seen.roundness, np.hypot(settings.round_sd, seen.spread), 4.5)
    shape += _penalty(
        seen.hollow - settings.hollow_from, np.hypot(settings.hollow_sd, 0.6 * seen.spread), 4.5
    )
    beside = settings.no_room_energy * np.maximum(1.0 - seen.lumen_mm2 / room_mm2, 0.0)
    beside += settings.beside_shape * np.nan_to_num(shape[1])
    beside += np.where(fills_middle(seen, settings), np.nan_to_num(more), 0.0)
    # A neighbour that touches spoils one way of seeing the shape, seldom both.
    shape = np.where(np.isfinite(shape), shape, np.inf).min(axis=0)
    shape = np.where(np.isfinite(shape), shape, settings.calcium_energy - 0.5)
    lumen = less + np.nan_to_num(more) + np.where(bright > 0.35, shape, 1.0)
    plaque = _penalty(bright - settings.plaque_share, settings.plaque_sd, 10.0)
    calcium = np.where(bright > 0.3, settings.calcium_energy, 8.0)
    return np.stack(
        [
            np.where(clean, lumen, beside),
            np.where(clean, plaque, 8.0),
            np.where(clean, calcium, 1.5),
        ],
        axis=1,
    )


def median_known(values: Floats) -> float:
    """Return the median of what is known; NaN if nothing is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else np.nan


def _penalty(excess: Floats, sd: Floats | float, most: float) -> Floats:
    return np.asarray(np.minimum((np.maximum(excess, 0.0) / sd) ** 2 / 2.0, most))
