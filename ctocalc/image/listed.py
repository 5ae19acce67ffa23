"""Listed: one image of a folder, as ``inspect`` tells of it."""

import re
from dataclasses import dataclass

from ctocalc.errors import Code, Notice
from ctocalc.image.scan import ScanFacts

_WANTED = re.compile(r"(\d+(?:\.\d+)?)\s*(%|ms)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseLabel:
    """When in the heart cycle an image was taken, as its header says: per cent of R-R, or ms."""

    percent: float | None = None
    delay_ms: tuple[float, float] | None = None

    def __str__(self) -> str:
        """Return "75 %", "650 ms", "640-655 ms", or nothing."""
        if self.percent is not None:
            return f"{self.percent:g} %"
        if self.delay_ms is None:
            return ""
        low, high = self.delay_ms
        return f"{low:g} ms" if low == high else f"{low:g}-{high:g} ms"

    def fits(self, number: float, unit: str) -> bool:
        """Whether this is the phase that a user calls ``75%`` or ``650ms``."""
        if unit == "%":
            return self.percent is not None and abs(self.percent - number) <= 0.5
        return self.delay_ms is not None and self.delay_ms[0] - 1 <= number <= self.delay_ms[1] + 1


NOT_LABELLED = PhaseLabel()


def parse_wanted(text: str) -> tuple[float, str] | None:
    """Return the number and unit ("%", "ms" or "" for a number as listed) of ``--phase``."""
    found = _WANTED.fullmatch(text.strip())
    return (float(found[1]), (found[2] or "").lower()) if found else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One phase of one series, or a volume file: what it is, and whether it can be measured.

    ``series`` and ``phase`` are what ``--series`` and ``--phase`` take.  ``code`` and ``reason``
    say why it is not usable.  ``facts`` is None where not even geometry is known.  ``pool_seen``:
    a large pool as bright as contrast-filled blood lies in one of three slices; False does not
    prove that there is no contrast (the heart may lie elsewhere), None: not looked.  ``uid`` is
    shown only where the user asks for it.
    """

    series: int
    phase: int
    kind: str
    images: int
    rows: int
    columns: int
    slices: int
    facts: ScanFacts | None
    label: PhaseLabel = NOT_LABELLED
    pool_seen: bool | None = None
    syntax: str | None = None
    multi_frame: bool = False
    code: Code | None = None
    reason: str | None = None
    notices: tuple[Notice, ...] = ()
    aside: tuple[tuple[str, int], ...] = ()
    uid: str | None = None

    @property
    def usable(self) -> bool:
        """Whether it can be measured, as far as headers tell."""
        return self.code is None
