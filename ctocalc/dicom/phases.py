"""Images that share a place: heart phases, acquisitions, reconstructions of one series.

Two images of one place that are stacked into one volume look like a finer series and are wrong
everywhere, so they are told apart before geometry is asked.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.dicom import tags
from ctocalc.dicom.headers import SliceHeader
from ctocalc.dicom.shared import numbers
from ctocalc.image.listed import PhaseLabel
from ctocalc.image.scan import FEWEST_SLICES

COMMON_SHARE = 0.5
"""Two groups of slices show the same place when they share more than this of the shorter one's
range: slabs of a step-and-shoot scan and table positions only touch."""
MOST_OF_RANGE = 0.8
SAME_PLACE_MM = 0.01
JITTER_MS = 20.0
"""Delays of one phase differ by less from beat to beat; phases lie 5 % of a beat or more apart."""
MOST_UNLABELLED = 20

Slices = tuple[SliceHeader, ...]
_TIMES = (tags.TRIGGER_DELAY, tags.TRIGGER_TIME)


def label_of(slices: Slices) -> PhaseLabel:
    """Return what all slices say of their phase."""
    percent = _values(slices, tags.PHASE_PERCENT)
    if percent and min(percent) == max(percent):
        return PhaseLabel(percent=percent[0])
    for tag in _TIMES:
        times = _values(slices, tag)
        if times:
            return PhaseLabel(delay_ms=(min(times), max(times)))
    return PhaseLabel()


def reconstructions(slices: Slices) -> tuple[Slices, ...]:
    """Return the slices by kernel, voltage and image type where these show the same place twice."""

    def made_how(header: SliceHeader) -> Hashable:
        shared = header.shared
        return shared.kernel, shared.kvp or 0.0, shared.image_type, shared.spectral

    return _split(slices, made_how) or (slices,)


def phases(slices: Slices) -> tuple[Slices, ...] | None:
    """Return the slices of each phase or acquisition; None when they cannot be told apart.

    Where no element tells images of one place apart, images whose slices take turns along the
    normal may still differ in their delays or their instance numbers.
    """
    if any(len(h.position) != 3 or len(h.shared.orientation) != 6 for h in slices):
        return (slices,)
    for n, tag in enumerate(tags.STAMPS):
        groups = _split(slices, partial(_stamp, n=n))
        if groups is not None and tag in _TIMES and not _each_covers(groups):
            groups = _by_delay(slices, n)
            if groups is None:
                return None
        if groups is not None and len(groups) > 1:
            within = [phases(group) for group in groups]
            told = [part for parts in within for part in parts or ()]
            return None if None in within else tuple(told)
    for tag in _TIMES:
        delays = _values(slices, tag)
        taken = _by_turns(slices, delays, _apart) if delays else (slices,)
        if len(taken) > 1:
            return taken
    return _by_turns(slices, [float(h.instance) for h in slices], _follow_each_other)


def _split(slices: Slices, key: Callable[[SliceHeader], Hashable]) -> tuple[Slices, ...] | None:
    """Return the slices grouped by a key if two groups show the same place, else None."""
    groups: dict[Hashable, list[SliceHeader]] = defaultdict(list)
    for header in slices:
        groups[key(header)].append(header)
    if len(groups) < 2 or not _show_one_place(groups.values()):
        return None
    return tuple(tuple(groups[value]) for value in sorted(groups, key=_in_order))


def _show_one_place(groups: Iterable[Sequence[SliceHeader]]) -> bool:
    """Whether the ranges of two groups have more in common than their ends."""
    spans = _spans(groups)
    if len(spans) < 2:
        return False
    reach = spans[0]
    for low, high in spans[1:]:
        shorter = min(high - low, reach[1] - reach[0])
        if shorter > 0 and min(high, reach[1]) - low > COMMON_SHARE * shorter:
            return True
        reach = max(reach, (low, high), key=lambda span: span[1])
    return False


def _each_covers(groups: Sequence[Slices]) -> bool:
    """Whether each group has slices over most of the range of all: none is a slab or a beat."""
    spans = _spans(groups)
    whole = max(high for _, high in spans) - min(low for low, _ in spans)
    return len(spans) == len(groups) and all(b - a >= MOST_OF_RANGE * whole for a, b in spans)


def _spans(groups: Iterable[Sequence[SliceHeader]]) -> list[tuple[float, float]]:
    """Return, in order, the range of every group of several slices along their longest axis."""
    placed = ([h.position for h in group if len(h.position) == 3] for group in groups)
    boxes = [(np.min(p, axis=0), np.max(p, axis=0)) for p in placed if len(p) > 1]
    if not boxes:
        return []
    lows, highs = (np.array(edges) for edges in zip(*boxes, strict=True))
    axis = int(np.argmax(highs.max(axis=0) - lows.min(axis=0)))
    return sorted(zip(lows[:, axis].tolist(), highs[:, axis].tolist(), strict=True))


def _by_delay(slices: Slices, n: int) -> tuple[Slices, ...] | None:
    """Return the phases where delays jitter from slice to slice, None when they cannot be told.

    A gap between delays parts them; else the n-th delay at every place makes the n-th phase, if
    the phases' delays do not overlap.
    """
    delays = [numbers(header.stamp[n].encode("latin-1")) for header in slices]
    if not all(delays):
        return None
    delay = {id(header): value[0] for header, value in zip(slices, delays, strict=True)}
    steps = np.diff(known := np.unique(list(delay.values())))
    edges = known[1:][steps > JITTER_MS]
    parted = _split(slices, lambda h: int(np.searchsorted(edges, delay[id(h)], "right")))
    if parted is not None and _each_covers(parted):
        return parted
    places: dict[tuple[int, ...], list[SliceHeader]] = defaultdict(list)
    for header in sorted(slices, key=lambda h: delay[id(h)]):
        places[tuple(round(x / SAME_PLACE_MM) for x in header.position)].append(header)
    counts = Counter(len(found) for found in places.values())
    if counts.most_common(1)[0][0] == 1:
        return (slices,)  # taking turns, or one image; geometry finds a slice that is there twice
    if len(counts) > 1:
        return None
    ranked = [tuple(rank) for rank in zip(*places.values(), strict=True)]
    bounds = [(min(d), max(d)) for d in ([delay[id(h)] for h in rank] for rank in ranked)]
    return tuple(ranked) if all(a[1] < b[0] for a, b in pairwise(bounds)) else None


def _by_turns(
    slices: Slices, values: Sequence[float], fits: Callable[[list[Floats], bool], bool]
) -> tuple[Slices, ...]:
    """Return images whose slices take turns along the normal, if the values of each image fit."""
    along_row, along_column = np.array(slices[0].shared.orientation).reshape(2, 3)
    normal = np.cross(along_row, along_column)
    depth = np.round(np.array([h.position for h in slices]) @ normal / SAME_PLACE_MM)
    placed_apart = len(np.unique(depth)) == len(depth)
    value = np.array(values)
    order = np.lexsort((value, depth))
    for m in range(2, min(MOST_UNLABELLED, len(slices) // FEWEST_SLICES) + 1):
        classes = sorted((order[n::m] for n in range(m)), key=lambda c: float(value[c[0]]))
        if fits([value[c] for c in classes], placed_apart):
            return tuple(tuple(slices[i] for i in c) for c in classes)
    return (slices,)


def _follow_each_other(runs: list[Floats], placed_apart: bool) -> bool:
    """Whether these are the instance numbers of images: 1..N, then N+1..2N or 1..N again.

    Shuffled numbers, and those of one image, do not look like this.
    """
    rising = all((np.diff(run) > 0).all() for run in runs)
    falling = all((np.diff(run) < 0).all() for run in runs)
    # At one place, equal numbers do not tell which slice is whose.
    repeated = placed_apart and all(np.array_equal(runs[0], run) for run in runs)
    return (rising or falling) and (repeated or _apart(runs, placed_apart))


def _apart(runs: list[Floats], _placed_apart: bool) -> bool:
    return all(a.max() < b.min() for a, b in pairwise(runs))


def _stamp(header: SliceHeader, n: int) -> str:
    return header.stamp[n]


def _values(slices: Slices, tag: int) -> list[float]:
    """Return the number of each slice's stamp; none when a slice has no number."""
    n = tags.STAMPS.index(tag)
    found = [numbers(header.stamp[n].encode("latin-1")) for header in slices]
    return [value[0] for value in found] if all(found) else []


def _in_order(value: Hashable) -> tuple[float, str]:
    text = str(value)
    number = numbers(text.encode("latin-1", "replace"))
    return (number[0] if number else float("inf"), text)
