"""How a measure is spread over a cohort: counts, quartiles, and what lies far out."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

BINS = 20
FAR_OUT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """How many values lie in [``low``, ``high``]; ``height`` in per cent of the highest bar."""

    low: float
    high: float
    count: int
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """A measure over the lesions of a cohort.

    ``untold`` lesions have no value.  What lies outside the fences is far out (Tukey 1977: three
    times the distance of the quartiles beyond them); without a spread there are no fences.
    """

    name: str
    title: str
    unit: str
    count: int
    untold: int
    median: float | None
    lower_quartile: float | None
    upper_quartile: float | None
    fence_low: float
    fence_high: float
    bars: tuple[Bar, ...]


def distribution(name: str, title: str, unit: str, values: Sequence[float | None]) -> Distribution:
    """Return how the values are spread; None is a value that could not be told."""
    known = np.array([v for v in values if v is not None])
    untold = len(values) - len(known)
    if not known.size:
        return Distribution(
            name=name, title=title, unit=unit, count=0, untold=untold, median=None,
            lower_quartile=None, upper_quartile=None, fence_low=-np.inf, fence_high=np.inf, bars=(),
        )  # fmt: skip
    low, middle, high = (float(q) for q in np.quantile(known, (0.25, 0.5, 0.75)))
    reach = FAR_OUT * (high - low) if high > low else np.inf
    return Distribution(
        name=name, title=title, unit=unit, count=len(known), untold=untold, median=middle,
        lower_quartile=low, upper_quartile=high, fence_low=low - reach, fence_high=high + reach,
        bars=_bars(known),
    )  # fmt: skip


def _bars(known: np.ndarray[tuple[int], np.dtype[np.float64]]) -> tuple[Bar, ...]:
    least, most = min(0.0, float(known.min())), float(known.max())
    counts, edges = np.histogram(known, bins=BINS, range=(least, most if most > least else 1.0))
    return tuple(
        Bar(
            low=float(edges[n]), high=float(edges[n + 1]), count=int(count),
            height=round(100.0 * float(count) / float(counts.max()), 2),
        )
        for n, count in enumerate(counts)
    )  # fmt: skip
