"""Plugs: calcium as bright as the lumen, told by the layer of plaque that it lacks."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.kernels.runs import runs
from ctocalc.vessel.jumps import jumps_of
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.tissue import Tissue, TissueSettings, median_known
from ctocalc.vessel.wall import LEAST_LUMEN_MM

# So many rays tell a station's layer, so many stations a stretch's, so many others the vessel's.
LEAST_RAYS, LEAST_STATIONS, LEAST_OTHERS = 8, 5, 8
# Rays are averaged along the vessel: so far apart they have noise of their own.
APART_MM = 1.5
# At the ends of a stretch blur mixes its layer with plaque.
END_MM = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlugSettings:
    """When a stretch of contrast beside an interruption is calcium.

    A stretch ends where less than ``pinch_share`` of the lumen's contrast shows, and where its HU
    jumps by ``jump_z`` SDs.  It is judged from ``shortest_mm`` up to `TissueSettings`' longest
    (its layer where enough stations lie away from its ends), where other stretches lie before and
    after it and, within ``near_mm``, something is no lumen or shows less than ``dark_share`` of
    one.  The layer of a lumen is as thick as elsewhere in its vessel or thicker (``layer_sd``, a
    share, beside its scatter), and it is no brighter than the stretches next to it that are known
    (``bright_sd``, a share, beside noise; what is brighter than any lumen has calcium beside it,
    and nothing is compared).  Between two interruptions that show plaque contrast has come through
    one of them, and its HU lies half-way between that before and that behind, give or take
    ``dimmed_sd`` of what is before, beside noise.  Together they speak against lumen by ``odds``:
    before the last was asked all lumens of 560 cases but two came to 2.7 at most (those two, at 3.8
    and 5.9, are read as plugs), plugs to 3.7 or more.
    """

    pinch_share: float = 0.5
    jump_z: float = 4.0
    shortest_mm: float = 2.5
    near_mm: float = 3.0
    dark_share: float = 0.3
    layer_sd: float = 0.15
    bright_sd: float = 0.025
    dimmed_sd: float = 0.1
    odds: float = 3.2


def plugged(
    signal: LumenSignal,
    rays: RayFits,
    noise_hu: float,
    step_mm: float,
    *,
    tissue: TissueSettings,
    settings: PlugSettings,
) -> Bools:
    """Return the stations (N,) read as lumen that calcium plugs.

    Around a lumen fat begins beyond a layer of wall and plaque; calcium that fills the vessel
    leaves hardly any.  Misleads where plaque surrounds the calcium, which then is not told; where
    the layer of an island is thinner than its vessel's, as a stent's or a graft's may be; and is
    silent about what reaches to the end of the line.

    Parameters
    ----------
    noise_hu
        SD of one voxel.
    step_mm
        Distance of the stations.
    tissue
        How jumps of the HU are found, how long a plug may be, and what outshines any lumen.
    """
    layer = layer_mm(signal, rays)
    stretches = list(_stretches(signal, noise_hu, step_mm, tissue, settings))
    levels = [median_known(signal.level_hu[a:b]) for a, b in stretches]
    out = np.zeros(len(layer), dtype=bool)
    for n, (start, stop) in enumerate(stretches[1:-1], start=1):
        long_mm = (stop - start) * step_mm
        dark = _beside_dark(signal, start, stop, step_mm, settings)
        if long_mm > tissue.jump_longest_mm or not dark:
            continue
        others = np.concatenate([layer[:start], layer[stop:]])
        inner = layer[start + round(END_MM / step_mm) : stop - round(END_MM / step_mm)]
        # A level is known as the medians that tell jumps, and better over more than their window.
        windows = max(long_mm / tissue.jump_window_mm, 1.0)
        noise = tissue.jump_noise * noise_hu / levels[n] / np.sqrt(windows)
        against = _thin(inner, others, step_mm, settings)
        sd = float(np.hypot(settings.bright_sd, noise))
        around = levels[n - 1], levels[n + 1]
        against += _bright(levels[n], around, sd, tissue.clean_share)
        gaps = (stretches[n - 1][1], start), (stop, stretches[n + 1][0])
        if all(_closed(signal, *gap, settings) for gap in gaps):
            sd = float(np.hypot(settings.dimmed_sd, noise))
            against += _undimmed(levels[n], *around, sd, tissue.clean_share)
        out[start:stop] = against >= settings.odds
    return out


def layer_mm(signal: LumenSignal, rays: RayFits) -> Floats:
    """Return how far (N,) in mm the wall lies outside the lumen, by the rays that show it.

    NaN without a lumen, and where too few rays show lumen and wall.
    """
    shows = np.isfinite(rays.wall_sd_mm) & ~rays.calcified & (rays.lumen_mm > LEAST_LUMEN_MM)
    told = (shows.sum(axis=1) >= LEAST_RAYS) & (signal.tissue == Tissue.LUMEN)
    out = np.full(len(told), np.nan)
    layer = np.where(shows, rays.wall_mm - rays.lumen_mm, np.nan)
    out[told] = np.nanmedian(layer[told], axis=1)
    return out


def _stretches(
    signal: LumenSignal, noise_hu: float, step_mm: float, tissue: TissueSettings,
    settings: PlugSettings,
) -> Iterator[tuple[int, int]]:  # fmt: skip
    """Yield what may be told apart: contrast between pinches and jumps, long enough to judge."""
    # Beside calcium, where the share is not known, the lumen goes on.
    wide = ~(np.nan_to_num(signal.share, nan=1.0) < settings.pinch_share)
    for first, last in runs(wide & (signal.tissue == Tissue.LUMEN)):
        level = signal.level_hu[first:last]
        noise = np.full(len(level), noise_hu / median_known(level))
        at = jumps_of(level, noise, np.isfinite(level), step_mm, tissue, settings.jump_z)
        for start, stop in pairwise([first, *(first + n for n in at), last]):
            if (stop - start) * step_mm >= settings.shortest_mm:
                yield start, stop


def _beside_dark(
    signal: LumenSignal, start: int, stop: int, step_mm: float, settings: PlugSettings
) -> bool:
    """Whether something near a stretch is no lumen, or hardly shows as one."""
    near = round(settings.near_mm / step_mm)
    before, after = (max(start - near, 0), start), (stop, stop + near)
    return _dark(signal, *before, settings) or _dark(signal, *after, settings)


def _dark(signal: LumenSignal, first: int, stop: int, settings: PlugSettings) -> bool:
    tissue, share = signal.tissue[first:stop], signal.share[first:stop]
    return bool(((tissue != Tissue.LUMEN) | (share < settings.dark_share)).any())


def _closed(signal: LumenSignal, first: int, stop: int, settings: PlugSettings) -> bool:
    """Whether plaque without contrast shows: calcium may hide a lumen that dims nothing."""
    tissue, share = signal.tissue[first:stop], signal.share[first:stop]
    return bool(((tissue == Tissue.PLAQUE) & (share < settings.dark_share)).any())


def _thin(layer: Floats, others: Floats, step_mm: float, settings: PlugSettings) -> float:
    """Return what a layer (M,) thinner than the vessel's own says against lumen."""
    known = layer[np.isfinite(layer)]
    if len(known) < LEAST_STATIONS or np.isfinite(others).sum() < LEAST_OTHERS:
        return 0.0
    own = median_known(others)
    independent = max(len(known) * step_mm / APART_MM, 1.0)
    spread = 1.4826 * median_known(np.abs(known - median_known(known)))
    sd = float(np.hypot(settings.layer_sd, spread / own / np.sqrt(independent)))
    missing = max(1.0 - median_known(known) / own, 0.0)
    return (missing / sd) ** 2 / 2.0


def _bright(level: float, beside: tuple[float, float], sd: float, outshines: float) -> float:
    """Return what an HU above that of its neighbours says against lumen; NaN is unknown."""
    known = [each for each in beside if np.isfinite(each)]
    if not known or not 1.0 < level / max(known) < outshines:
        return 0.0
    return float((np.log(level / max(known)) / sd) ** 2 / 2.0)


def _undimmed(level: float, before: float, behind: float, sd: float, outshines: float) -> float:
    """Return what an HU that no interruption dimmed says against lumen; NaN is unknown."""
    share, expected = level / before, (1.0 + min(behind / before, 1.0)) / 2.0
    if not expected < share < outshines:
        return 0.0
    # What is brighter than before is `_bright`'s.
    return float(((min(share, 1.0) - expected) / sd) ** 2 / 2.0)
