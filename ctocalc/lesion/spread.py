"""From standard deviations of stations to the 95 % intervals of what is told of a lesion."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import median_filter

from ctocalc._arrays import Bools, Floats
from ctocalc.quantity import Measured, Unit

Z95 = 1.96
# Errors along a vessel are mostly shared: blur, density and wall are the same for one deposit.
# Autocorrelation of the errors against truth on phantoms: 0.7 at 0.5 mm, 0.55 at 4 mm.
SHARED = 0.7
SHARED_OVER_MM = 12.0
# Where the arc depends this much on where the centre lies, one station alone is not believed.
UNSTEADY_DEG = 10.0
UNTOLD = "contrast shows where a reader sets the occlusion: calcium is not told from it there"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """A measure along a vessel: ``value`` and its standard deviation ``sd``, (N,) each.

    ``highest`` is the largest value that can be; the smallest is 0.  Stations whose value is NaN
    cannot tell: what is asked of them and others has no upper end.
    """

    arclength_mm: Floats
    value: Floats
    sd: Floats
    unit: Unit
    highest: float = np.inf

    @property
    def low(self) -> Floats:
        """Lower end (N,) of the 95 % interval."""
        return np.asarray(np.clip(self.value - Z95 * self.sd, 0.0, self.highest))

    @property
    def high(self) -> Floats:
        """Upper end (N,) of the 95 % interval."""
        return np.asarray(np.clip(self.value + Z95 * self.sd, 0.0, self.highest))

    def mean(self) -> "Series":
        """Average over 1 mm; errors half a millimetre apart are the same."""
        return self._with(running_mean(self.value), running_mean(self.sd))

    def steady(self, centre_sd: Floats) -> "Series":
        """Lower lone peaks to the median of three stations where the centre decides (N,)."""
        known = np.nan_to_num(self.value)
        lower = np.minimum(self.value, median_filter(known, 3, mode="nearest"))
        return self._with(np.where(centre_sd > UNSTEADY_DEG, lower, self.value), self.sd)

    def along(self, off_mm: Floats | float) -> "Series":
        """Add what a shift by ``off_mm`` (standard deviation) along the vessel would change."""
        change = np.nan_to_num(np.abs(np.gradient(self.value, self.arclength_mm)))
        return self._with(self.value, np.hypot(self.sd, off_mm * change))

    def at(self, n: int) -> Measured:
        """Return what one station tells, with its place."""
        place = float(self.arclength_mm[n])
        return measured(
            float(self.value[n]), float(self.sd[n]), self.unit, highest=self.highest, at_mm=place
        )

    def largest(self, inside: Bools) -> Measured:
        """Return the largest value among some stations (N,); its interval is that station's."""
        if not inside.any():
            return Measured.unknown(self.unit, "no station lies inside the interval")
        told = inside & np.isfinite(self.value)
        if not told.any():
            return Measured.unknown(self.unit, UNTOLD)
        return self.left_open(self.at(int(np.argmax(np.where(told, self.value, -1.0)))), inside)

    def total(self, inside: Bools, least_sd: float) -> Measured:
        """Return the sum over some stations (N,)."""
        told = inside & np.isfinite(self.value)
        sd = sd_of_sum(self.sd[told], self.arclength_mm[told])
        found = measured(float(self.value[told].sum()), float(np.hypot(sd, least_sd)), self.unit)
        return self.left_open(found, inside)

    def left_open(self, found: Measured, inside: Bools) -> Measured:
        """Return what was found of some stations (N,), as a lower bound where one cannot tell.

        A bound of 0 bounds nothing: then there is no value.
        """
        if np.isfinite(self.value[inside]).all():
            return found
        if not found.value:
            return Measured.unknown(found.unit, UNTOLD)
        return replace(found, high=None, reason=UNTOLD)

    def _with(self, value: Floats, sd: Floats) -> "Series":
        return Series(
            arclength_mm=self.arclength_mm, value=value, sd=sd, unit=self.unit,
            highest=self.highest,
        )  # fmt: skip


def measured(
    value: float, sd: float, unit: Unit, *, highest: float = np.inf, at_mm: float | None = None
) -> Measured:
    """Return a value that cannot be below 0 with the 95 % interval of its standard deviation."""
    return Measured(
        value=value,
        unit=unit,
        low=max(0.0, value - Z95 * sd),
        high=max(value, min(highest, value + Z95 * sd)),
        at_mm=at_mm,
    )


def running_mean(values: Floats) -> Floats:
    """Trapezoid over +-0.5 mm of stations 0.5 mm apart; NaN at both ends."""
    out = np.full(len(values), np.nan)
    out[1:-1] = 0.25 * values[:-2] + 0.5 * values[1:-1] + 0.25 * values[2:]
    return out


def largest_mean(series: Series, parts: list[tuple[float, float]]) -> Measured:
    """Largest 1 mm mean wholly inside one of the intervals; of a shorter one its mean."""
    mean, place, told = series.mean(), series.arclength_mm, np.isfinite(series.value)
    best: Measured | None = None
    every = np.zeros(len(place), dtype=np.bool_)
    for start, end in parts:
        inside = (place >= start) & (place <= end)
        every |= inside
        inside &= told
        whole = (place - 0.5 >= start) & (place + 0.5 <= end) & np.isfinite(mean.value)
        if whole.any():
            found = mean.largest(whole)
        elif inside.any():
            found = measured(
                float(series.value[inside].mean()), float(series.sd[inside].mean()), series.unit,
                highest=series.highest, at_mm=float(place[inside][0]),
            )  # fmt: skip
        else:
            continue
        if best is None or (found.value or 0.0) > (best.value or 0.0):
            best = found
    if best is None:
        return series.largest(every)
    return series.left_open(best, every)


def sd_of_sum(sd: Floats, arclength_mm: Floats) -> float:
    """Return the SD of a sum over stations whose errors are correlated along the vessel.

    Two stations share ``SHARED`` of their error, less so the farther apart they are (over
    ``SHARED_OVER_MM``); the rest is a station's own.
    """
    apart = np.abs(arclength_mm[:, None] - arclength_mm[None, :])
    correlation = SHARED * np.exp(-apart / SHARED_OVER_MM)
    np.fill_diagonal(correlation, 1.0)
    return float(np.sqrt(np.einsum("i,ij,j", sd, correlation, sd)))
