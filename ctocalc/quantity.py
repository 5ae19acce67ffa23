"""Units and measured values; pure Python."""

import math
from dataclasses import dataclass
from enum import StrEnum


class Unit(StrEnum):
    """UCUM codes of every unit that a result may carry."""

    MM = "mm"
    MM2 = "mm2"
    MM3 = "mm3"
    DEG = "deg"
    FRACTION = "1"
    HU = "[hnsf'U]"
    MG = "mg"
    MG_CC = "mg/cm3"
    SCORE = "{score}"
    MONTH = "mo"
    YEAR = "a"
    PERCENT = "%"
    COUNT = "{count}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A number with its unit and its 95 % interval, or the reason why there is none.

    ``low`` and ``high`` are None where that side is open or unknown; ``at_mm`` is the arc length
    of the station a maximum was found at.  ``value`` None means "cannot be told" and needs a
    ``reason``; it never means 0.
    """

    value: float | None
    unit: Unit
    low: float | None = None
    high: float | None = None
    at_mm: float | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        numbers = [n for n in (self.value, self.low, self.high, self.at_mm) if n is not None]
        if not all(math.isfinite(n) for n in numbers):
            raise ValueError("a Measured holds finite numbers or None, never NaN or infinity")
        if self.value is None and not self.reason:
            raise ValueError("a Measured without a value needs a reason")
        if self.value is not None:
            if self.low is not None and self.low > self.value:
                raise ValueError(f"low {self.low} lies above the value {self.value}")
            if self.high is not None and self.high < self.value:
                raise ValueError(f"high {self.high} lies below the value {self.value}")

    @classmethod
    def unknown(cls, unit: Unit, reason: str) -> "Measured":
        """Return the value that cannot be told, with why."""
        return cls(value=None, unit=unit, reason=reason)
