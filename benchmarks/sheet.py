"""Errors and counts by measure, as one case or many cases give them."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

Plain = dict[str, dict[str, list[float]]]


class Sheet:
    """``errors``: signed errors; ``shares``: [how many were wrong (or false), of how many].

    ``inside``: of every interval [truths inside, intervals, values without an interval].
    """

    def __init__(self) -> None:
        self.errors: defaultdict[str, list[float]] = defaultdict(list)
        self.shares: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
        self.inside: defaultdict[str, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])

    def add(self, key: str, errors: Iterable[float]) -> None:
        """Add signed errors; those that are not finite are left out."""
        self.errors[key].extend(float(e) for e in errors if np.isfinite(e))

    def count(self, key: str, wrong: float, of: float = 1.0) -> None:
        """Add to a share."""
        self.shares[key][0] += wrong
        self.shares[key][1] += of

    def hold(self, key: str, low: float | None, high: float | None, truth: float) -> None:
        """Look whether a truth lies in an interval; one side may be open."""
        held = self.inside[key]
        if low is None and high is None:
            held[2] += 1
            return
        slack = 1e-9 * max(1.0, abs(truth))
        above = low is None or truth >= low - slack
        held[0] += above and (high is None or truth <= high + slack)
        held[1] += 1

    def plain(self) -> Plain:
        """Return what can be written as JSON or sent between processes."""
        return {
            "errors": dict(self.errors), "shares": dict(self.shares), "inside": dict(self.inside)
        }  # fmt: skip

    def merge(self, other: Plain) -> None:
        """Add what another sheet holds."""
        for key, errors in other["errors"].items():
            self.errors[key].extend(errors)
        for mine, theirs in ((self.shares, other["shares"]), (self.inside, other["inside"])):
            for key, numbers in theirs.items():
                mine[key] = [a + b for a, b in zip(mine[key], numbers, strict=True)]
