"""Where contrast is interrupted, and the two caps of each interruption."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ctocalc._arrays import Bools, Floats
from ctocalc.kernels.runs import runs
from ctocalc.vessel.caps import Cap, Contrast, fit_cap
from ctocalc.vessel.channel import Channel
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.tissue import Tissue


@dataclass(frozen=True, slots=True, kw_only=True)
class OcclusionSettings:
    """When contrast counts as interrupted.

    ``least_contrast_share`` of the local lumen's contrast, smoothed along ``smooth_mm``, finds the
    interruptions; the caps are then located by a fit.  Two interruptions with less than
    ``island_mm`` of contrast between them are one.  Contrast between two is surely lumen where the
    log odds of its stations add up to ``sure_odds``: shorter stretches may be calcium that looks
    like it.  A line that goes dark where the wall's radius is below ``thinnest_mm``, and stays so
    to its end, has become too thin to tell.
    """

    least_contrast_share: float = 0.33
    smooth_mm: float = 0.6
    shortest_mm: float = 1.5
    shortest_island_mm: float = 2.0
    island_mm: float = 5.0
    sure_odds: float = 17.0
    thinnest_mm: float = 0.8
    cap_window_mm: float = 9.0
    cap_body_mm: float = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """One occlusion or subtotal of a vessel, entry to exit, in mm along the axis.

    ``entry`` or ``exit`` is None where it lies beyond the end of the line (truncated).  ``apart``
    is False where the contrast before it, up to the last interruption, may be calcium.  ``channel``
    is None where none was looked for; ``total`` unless one is surely seen.
    """

    start_mm: float
    end_mm: float
    entry: Cap | None
    exit: Cap | None
    islands_mm: tuple[tuple[float, float], ...]
    total: bool
    apart: bool = True
    channel: Channel | None = None

    @property
    def without_shape(self) -> "Interruption":
        """The interruption with caps of which only the place is known."""
        return replace(
            self, entry=self.entry and self.entry.placed, exit=self.exit and self.exit.placed
        )

    def with_channel(self, channel: Channel) -> "Interruption":
        """Return the interruption with what was told of a channel through it."""
        return replace(self, channel=channel, total=channel.present is not True)


def find_occlusions(along: Contrast, *, settings: OcclusionSettings) -> tuple[Interruption, ...]:
    """Find the interruptions of contrast along one vessel.

    Returns an empty tuple for an open vessel.  All are taken for total here: a channel too thin
    to show on single sections is looked for by `channel.find_channel`.  Misleads where calcium as
    bright as the lumen plugs the vessel and `plugs.plugged` does not tell it; ``apart`` says where
    it might.
    """
    step, signal = along.step_mm, along.signal
    dark = without_contrast_shown(signal, step, settings)
    shortest = settings.shortest_mm / step
    stretches = [(int(a), int(b)) for a, b in runs(dark) if b - a >= shortest]
    stretches = [run for run in stretches if _is_seen(signal, run)]
    stretches = _bridge(stretches, settings.shortest_island_mm / step)
    found = [
        _locate(along, run, between=_beside(stretches, n, len(dark)), settings=settings)
        for n, run in enumerate(stretches)
    ]
    found = [gap for gap in found if gap.end_mm - gap.start_mm >= settings.shortest_mm]
    chained = _chain(found, settings.island_mm)
    return tuple(
        replace(gap, apart=n == 0 or _surely_lumen(along, chained[n - 1], gap, settings))
        for n, gap in enumerate(chained)
    )


def _surely_lumen(
    along: Contrast, before: Interruption, after: Interruption, settings: OcclusionSettings
) -> bool:
    s = along.arclength_mm
    between = (s >= before.end_mm) & (s <= after.start_mm)
    return float(along.signal.odds[between].sum()) >= settings.sure_odds


def fades(gap: Interruption, arclength_mm: Floats, wall_mm: Floats, thinnest_mm: float) -> bool:
    """Whether the line's end is too thin to tell an interruption there: wall radius (N,)."""
    inside = (arclength_mm >= gap.start_mm) & (arclength_mm <= gap.end_mm)
    return gap.exit is None and bool(np.median(wall_mm[inside]) < thinnest_mm)


def _beside(stretches: list[tuple[int, int]], n: int, count: int) -> tuple[int, int]:
    """Where the lumen before and after a dark run begins and ends."""
    before = stretches[n - 1][1] if n else 0
    after = stretches[n + 1][0] if n + 1 < len(stretches) else count
    return before, after


def given_occlusions(
    along: Contrast,
    caps_mm: tuple[tuple[float, float], ...],
    *,
    shown: tuple[Interruption, ...],
    settings: OcclusionSettings,
) -> tuple[Interruption, ...]:
    """Return total occlusions at places a reader gave; only the shape of the caps is measured.

    The places are taken as given: the image's own uncertainty is not theirs.  Islands of what the
    image has ``shown`` stay islands where they lie between the reader's caps.
    """
    islands = [island for gap in shown if gap.total for island in gap.islands_mm]
    out, s = [], along.arclength_mm
    for given in sorted(caps_mm):
        # The measured axis may end a little before the given line does.
        low, high = np.clip(given, s[0], s[-1]).tolist()
        start, stop = np.searchsorted(s[:-1], (low, high))
        run = (int(start), int(max(stop, start + 1)))
        seen = _locate(along, run, between=(0, len(s)), settings=settings)
        out.append(
            replace(
                seen,
                start_mm=low,
                end_mm=high,
                entry=seen.entry and replace(seen.entry, half_mm=low, half_sd_mm=0.0),
                exit=seen.exit and replace(seen.exit, half_mm=high, half_sd_mm=0.0),
                islands_mm=tuple(one for one in islands if low <= one[0] and one[1] <= high),
                total=True,
            )
        )
    return tuple(out)


def _is_seen(signal: LumenSignal, run: tuple[int, int]) -> bool:
    """Whether a dark run is more than something bright at an end of the line.

    A branch's line begins in its parent, whose lumen is brighter: that looks like calcium.
    """
    start, stop = run
    inside = start > 0 and stop < len(signal.share)
    return inside or bool(np.isfinite(signal.share[start:stop]).any())


def without_contrast_shown(
    signal: LumenSignal, step_mm: float, settings: OcclusionSettings
) -> Bools:
    """Stations (N,) without contrast: plaque, calcium, and the narrowest of what tapers."""
    lumen = signal.tissue == Tissue.LUMEN
    share = np.where(lumen, signal.share, np.minimum(signal.share, 0.0))
    known = np.isfinite(share)
    n = np.arange(len(share))
    if known.any():
        share = np.where(known, share, np.where(lumen, np.interp(n, n[known], share[known]), 0.0))
    smooth = gaussian_filter1d(
        np.clip(share, -0.2, 1.2), settings.smooth_mm / step_mm, mode="nearest"
    )
    return np.asarray(smooth < settings.least_contrast_share)


def _bridge(runs: list[tuple[int, int]], shortest: float) -> list[tuple[int, int]]:
    out: list[tuple[int, int]] = []
    for start, stop in runs:
        if out and start - out[-1][1] < shortest:
            out[-1] = (out[-1][0], stop)
        else:
            out.append((start, stop))
    return out


def _locate(
    along: Contrast,
    run: tuple[int, int],
    *,
    between: tuple[int, int],
    settings: OcclusionSettings,
) -> Interruption:
    """Fit both caps of a dark run; ``between`` are the ends of the lumen on both its sides."""
    start, stop = run
    window = round(settings.cap_window_mm / along.step_mm)
    deep = round(settings.cap_body_mm / along.step_mm)
    entry = exit_ = None
    if start - between[0] >= 2:
        entry = fit_cap(
            along, edge=start, body=min(start + deep, stop - 1),
            lumen=max(start - window, between[0]),
        )  # fmt: skip
    if between[1] - stop >= 2:
        exit_ = fit_cap(
            along, edge=stop - 1, body=max(stop - 1 - deep, start),
            lumen=min(stop - 1 + window, between[1] - 1),
        )  # fmt: skip
    return Interruption(
        start_mm=entry.half_mm if entry else float(along.arclength_mm[0]),
        end_mm=exit_.half_mm if exit_ else float(along.arclength_mm[-1]),
        entry=entry,
        exit=exit_,
        islands_mm=(),
        total=True,
    )


def _chain(found: list[Interruption], island_mm: float) -> list[Interruption]:
    out: list[Interruption] = []
    for gap in found:
        if out and gap.start_mm - out[-1].end_mm < island_mm:
            last = out[-1]
            island = (last.end_mm, gap.start_mm)
            islands = (island,) if island[1] > island[0] else ()
            out[-1] = replace(
                last,
                end_mm=gap.end_mm,
                exit=gap.exit,
                islands_mm=last.islands_mm + islands + gap.islands_mm,
                total=last.total or gap.total,
            )
        else:
            out.append(gap)
    return out
