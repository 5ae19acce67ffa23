"""The distal landing zone: the vessel just beyond the exit."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.kernels.runs import runs
from ctocalc.lesion.calcification import calcified_length
from ctocalc.lesion.clock import free_sectors
from ctocalc.lesion.lesion import DistalLanding, Presence, Stretch
from ctocalc.lesion.measures import LesionSettings, VesselMeasures
from ctocalc.lesion.spread import UNTOLD, Series, measured, running_mean
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.caps import Cap

# A lumen that ends blurs this far beyond where it is full.
BLUR_MM = 1.0
# Fewer stations than these tell no mean, and no reference.
LEAST_MM = 3.0
# Averages over a millimetre and more are off by this share of what a station alone is, against
# truth on phantoms; their ratio is not, since it is the smallest that is chosen.
AVERAGED = 0.7
# The healthy width of a stretch: what four fifths of it do not pass.
REFERENCE_PERCENTILE = 80.0
NO_EXIT = "the exit lies beyond the end of the line"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lumen:
    """What the open lumen of the zone tells; ``hidden`` says what of it is not seen."""

    mean: Measured
    least: Measured
    reference: Measured
    stenosis: Measured
    hidden: str | None = None


def distal_landing(
    exit_: Cap | None, end_mm: float, vessel: VesselMeasures, settings: LesionSettings
) -> DistalLanding:
    """Describe the first 10 mm after the exit (RECHARGE on CT: S; how it is measured: ours, U).

    Mean and smallest diameter (1 mm means) and the largest stenosis against the zone's own
    reference, the width that four fifths of the first 20 mm do not pass: a vessel that is narrow
    all along has no stenosis, but its mean diameter tells.  The exit's own taper is no disease of
    the zone and left out.  Where calcium hides the lumen, or none shows that a reader sees, a
    stenosis is not seen, and a "no" is borderline.  Misleads where a collateral fills the vessel
    faintly: an underfilled vessel is narrower than it is once opened.
    """
    s = vessel.arclength_mm
    end = min(end_mm + settings.landing_mm, float(s[-1]))
    zone = (s >= end_mm) & (s <= end)
    if exit_ is None or not zone.any():
        return _untold(end_mm, end, NO_EXIT)
    full = max(end_mm, exit_.tip_mm + exit_.taper_mm) + BLUR_MM
    lumen = _lumen(vessel.lumen_area, full, end, settings)
    reason = "; ".join(filter(None, (_short(end - end_mm, settings), lumen.hidden))) or None
    clear = (vessel.burden.fraction.value <= 0.0) & zone
    return DistalLanding(
        start_mm=end_mm,
        end_mm=end,
        mean_diameter_mm=lumen.mean,
        min_diameter_mm=lumen.least,
        reference_diameter_mm=lumen.reference,
        largest_stenosis_percent=lumen.stenosis,
        diseased=_diseased(lumen, reason, settings),
        calcium_free_mm=_free_mm(vessel, zone),
        calcium_free=tuple(
            Stretch(start_mm=float(s[a]), end_mm=float(s[b - 1])) for a, b in runs(clear)
        ),
        calcium_free_sectors=free_sectors(vessel.clock[zone]),
        reason=reason,
    )


def _short(length_mm: float, settings: LesionSettings) -> str | None:
    """Say that the line ends within the zone; a station less is none."""
    if length_mm > settings.landing_mm - 1.0:
        return None
    return f"only {length_mm:.1f} of {settings.landing_mm:g} mm of the line remain"


def _lumen(area: Series, start_mm: float, end_mm: float, settings: LesionSettings) -> _Lumen:
    s = area.arclength_mm
    diameter = np.sqrt(4.0 / np.pi * area.value)
    sd = 2.0 / np.pi * area.sd / np.maximum(diameter, 0.1)
    smooth = running_mean(diameter)
    here = (s >= start_mm) & (s <= end_mm) & np.isfinite(smooth)
    behind = (s >= start_mm) & (s <= start_mm + settings.landing_reference_mm)
    behind &= np.isfinite(smooth)
    step = float(np.median(np.diff(s)))
    if here.sum() * step < LEAST_MM:
        reason = "too little open lumen is seen behind the exit"
        mm, percent = (Measured.unknown(unit, reason) for unit in (Unit.MM, Unit.PERCENT))
        return _Lumen(mean=mm, least=mm, reference=mm, stenosis=percent)
    reference = float(np.percentile(smooth[behind], REFERENCE_PERCENTILE))
    loose = float(np.median(sd[behind]))
    n = int(np.argmin(np.where(here, smooth, np.inf)))
    covered = float(((s >= start_mm) & (s <= end_mm) & ~np.isfinite(diameter)).sum()) * step
    return _Lumen(
        mean=measured(float(smooth[here].mean()), AVERAGED * float(np.median(sd[here])), Unit.MM),
        least=measured(float(smooth[n]), AVERAGED * float(sd[n]), Unit.MM, at_mm=float(s[n])),
        reference=measured(reference, AVERAGED * loose, Unit.MM),
        stenosis=_stenosis(float(smooth[n]), float(sd[n]), reference, loose, float(s[n])),
        hidden=f"the lumen is not seen along {covered:.1f} mm" if covered else None,
    )


def _stenosis(
    least_mm: float, sd_mm: float, reference_mm: float, loose_mm: float, at_mm: float
) -> Measured:
    """Loss of diameter in percent of the reference, 0 where there is none."""
    left = least_mm / reference_mm
    sd = float(np.hypot(sd_mm, left * loose_mm)) / reference_mm
    return measured(
        100.0 * max(0.0, 1.0 - left), 100.0 * sd, Unit.PERCENT, highest=100.0, at_mm=at_mm
    )


def _diseased(lumen: _Lumen, unseen: str | None, settings: LesionSettings) -> Presence:
    """Narrow on the whole, or stenosed somewhere; what is not seen of the zone may be, too."""
    mean, stenosis = lumen.mean, lumen.stenosis
    if mean.value is None or stenosis.value is None:
        return Presence(present=None, value=mean, reason=mean.reason)

    def either(diameter: float | None, percent: float | None) -> bool:
        narrow = diameter is not None and diameter < settings.landing_diameter_mm
        return narrow or (percent is not None and percent > settings.landing_stenosis_percent)

    present = either(mean.value, stenosis.value)
    surely, maybe = either(mean.high, stenosis.low), either(mean.low, stenosis.high)
    by_stenosis = present and not either(mean.value, None)
    return Presence(
        present=present,
        value=stenosis if by_stenosis else mean,
        borderline=surely != maybe or (unseen is not None and not present),
        reason=unseen,
    )


def _free_mm(vessel: VesselMeasures, zone: Bools) -> Measured:
    s: Floats = vessel.arclength_mm
    told = zone & np.isfinite(vessel.burden.fraction.value)
    if not told.any():
        return Measured.unknown(Unit.MM, UNTOLD)
    whole = float(told.sum() * np.median(np.diff(s)))
    calcified, _ = calcified_length(vessel.burden, told)
    assert calcified.value is not None
    high = whole if calcified.low is None else whole - calcified.low
    low = 0.0 if calcified.high is None else whole - calcified.high
    return Measured(value=whole - calcified.value, unit=Unit.MM, low=low, high=high)


def _untold(start_mm: float, end_mm: float, reason: str) -> DistalLanding:
    mm, percent = (Measured.unknown(unit, reason) for unit in (Unit.MM, Unit.PERCENT))
    return DistalLanding(
        start_mm=start_mm, end_mm=end_mm,
        mean_diameter_mm=mm, min_diameter_mm=mm, reference_diameter_mm=mm,
        largest_stenosis_percent=percent, diseased=Presence(present=None, reason=reason),
        calcium_free_mm=mm, calcium_free=(), calcium_free_sectors=(), reason=reason,
    )  # fmt: skip
