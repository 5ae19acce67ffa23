"""Calcium of an interval of a vessel: maxima, arcs, volume, mass, regions, pieces."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import find_objects

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.lesion.agatston import Islands
from ctocalc.lesion.lesion import CalciumByRegion, Plaque, RegionCalcium, VesselCalcium
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.calcium import Calcium, peaks_by_piece

CAP_MM = 2.5
# A piece below this is noise, and no calcium for a score that asks for "any".
LEAST_MASS_MG = 0.4
# Hydroxyapatite at 120 kVp.
USUAL_HU_PER_MGCC = 1.32
NO_SLOPE = "HU per mg/cc is not known for this scan; give it in the settings"

# Half-widths of the 95 % intervals, from the spread seen on phantoms.
FRACTION_REACH = 0.12
NO_CALCIUM_REACH = 0.01
ARC_REACH_DEG = 25.0
VOLUME_SHARE = 0.3
MASS_SHARE = 0.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Burden:
    """Calcium along one vessel, ready to be asked for any interval of it.

    Arrays (N,): ``fraction`` and ``fraction_mean`` (running mean over 1 mm), ``apparent`` and
    ``apparent_mean``, arcs in degrees, ``volume_mm3`` and ``mass_mg`` per station (``mass_mg``
    None without a slope).
    """

    arclength_mm: Floats
    fraction: Floats
    fraction_mean: Floats
    apparent: Floats
    apparent_mean: Floats
    arc_deg: Floats
    arc_largest_deg: Floats
    volume_mm3: Floats
    mass_mg: Floats | None


def burden(
    arclength_mm: Floats, calcium: Calcium, wall_area_mm2: Floats, slope_hu_per_mgcc: float | None
) -> Burden:
    """Gather the calcium of every station."""
    fraction = np.clip(calcium.area_mm2 / wall_area_mm2, 0.0, 1.0)
    apparent = np.clip(calcium.apparent_mm2 / wall_area_mm2, 0.0, 1.0)
    hu_mm3 = calcium.burden_hu_mm3.sum(axis=(1, 2), dtype=np.float64)
    return Burden(
        arclength_mm=arclength_mm,
        fraction=fraction,
        fraction_mean=running_mean(fraction),
        apparent=apparent,
        apparent_mean=running_mean(apparent),
        arc_deg=calcium.arc_deg,
        arc_largest_deg=calcium.arc_largest_deg,
        volume_mm3=(calcium.share * calcium.weight_mm3).sum(axis=(1, 2), dtype=np.float64),
        mass_mg=None if slope_hu_per_mgcc is None else hu_mm3 / slope_hu_per_mgcc / 1000.0,
    )


def running_mean(values: Floats) -> Floats:
    """Trapezoid over +-0.5 mm of stations 0.5 mm apart; NaN at both ends."""
    out = np.full(len(values), np.nan)
    out[1:-1] = 0.25 * values[:-2] + 0.5 * values[1:-1] + 0.25 * values[2:]
    return out


def largest_fraction(
    mean: Floats, station: Floats, place: Floats, parts: list[tuple[float, float]]
) -> Measured:
    """Largest 1 mm mean wholly inside one of the intervals; of a shorter one its mean."""
    best, at = -1.0, 0.0
    for start, end in parts:
        inside = (place >= start) & (place <= end)
        whole = (place - 0.5 >= start) & (place + 0.5 <= end) & np.isfinite(mean)
        if whole.any():
            n = int(np.argmax(np.where(whole, mean, -1.0)))
            value = float(mean[n])
        elif inside.any():
            n = int(np.flatnonzero(inside)[0])
            value = float(station[inside].mean())
        else:
            continue
        if value > best:
            best, at = value, float(place[n])
    if best < 0:
        return Measured.unknown(Unit.FRACTION, "no station lies inside the interval")
    return fraction(best, at)


def fraction(value: float, at_mm: float | None = None) -> Measured:
    """Return a fraction with its interval."""
    reach = FRACTION_REACH if value > 0.01 else NO_CALCIUM_REACH
    return Measured(
        value=value, unit=Unit.FRACTION, low=max(0.0, value - reach), high=min(1.0, value + reach),
        at_mm=at_mm,
    )  # fmt: skip


def arc(values: Floats, place: Floats, inside: Bools) -> Measured:
    """Largest arc among the stations of an interval."""
    if not inside.any():
        return Measured.unknown(Unit.DEG, "no station lies inside the interval")
    n = int(np.argmax(np.where(inside, values, -1.0)))
    value = float(values[n])
    reach = ARC_REACH_DEG if value > 0 else 0.0
    return Measured(
        value=value, unit=Unit.DEG, low=max(0.0, value - reach), high=min(360.0, value + reach),
        at_mm=float(place[n]),
    )  # fmt: skip


def volume(value: float) -> Measured:
    """Return a calcium volume with its interval."""
    return Measured(
        value=value, unit=Unit.MM3, low=value * (1 - VOLUME_SHARE), high=value * (1 + VOLUME_SHARE)
    )


def mass(value: float | None) -> Measured:
    """Return a calcium mass with its interval, or why there is none."""
    if value is None:
        return Measured.unknown(Unit.MG, NO_SLOPE)
    return Measured(
        value=value, unit=Unit.MG, low=value * (1 - MASS_SHARE), high=value * (1 + MASS_SHARE)
    )


def interval_mass(found: Burden, inside: Bools) -> Measured:
    """Mass of the stations of an interval."""
    return mass(None if found.mass_mg is None else float(found.mass_mg[inside].sum()))


def by_region(found: Burden, start_mm: float, end_mm: float) -> CalciumByRegion:
    """Calcium at both caps and in the thirds of a lesion."""
    third = (end_mm - start_mm) / 3.0

    def region(low: float, high: float) -> RegionCalcium:
        inside = (found.arclength_mm >= low) & (found.arclength_mm <= high)
        return RegionCalcium(
            start_mm=low,
            end_mm=high,
            max_calcium_fraction=largest_fraction(
                found.fraction_mean, found.fraction, found.arclength_mm, [(low, high)]
            ),
            max_calcium_arc_deg=arc(found.arc_deg, found.arclength_mm, inside),
            calcium_volume_mm3=volume(float(found.volume_mm3[inside].sum())),
            calcium_mass_mg=interval_mass(found, inside),
        )

    return CalciumByRegion(
        proximal_cap=region(start_mm, min(start_mm + CAP_MM, end_mm)),
        proximal_third=region(start_mm, start_mm + third),
        middle_third=region(start_mm + third, end_mm - third),
        distal_third=region(end_mm - third, end_mm),
        distal_cap=region(max(end_mm - CAP_MM, start_mm), end_mm),
    )


def heaviest_piece_mg(calcium: Calcium, inside: Bools, slope_hu_per_mgcc: float | None) -> float:
    """Mass of the heaviest connected piece within an interval.

    Without a slope the usual one stands in: it tells noise from calcium, not how much there is.
    """
    slope = USUAL_HU_PER_MGCC if slope_hu_per_mgcc is None else slope_hu_per_mgcc
    piece, burden_hu_mm3 = calcium.burden_piece[inside], calcium.burden_hu_mm3[inside]
    by_piece = np.bincount(piece.ravel(), burden_hu_mm3.ravel(), minlength=2)
    return float(by_piece[1:].max()) / slope / 1000.0


def pieces(
    arclength_mm: Floats, calcium: Calcium, hu: Floats32, slope_hu_per_mgcc: float | None
) -> tuple[Plaque, ...]:
    """Return the connected pieces of calcium of a vessel that are no noise, proximal first."""
    peaks = peaks_by_piece(hu, calcium.piece)
    volumes = np.bincount(
        calcium.piece.ravel(), (calcium.share * calcium.weight_mm3).ravel(), minlength=len(peaks)
    )
    burdens = np.bincount(
        calcium.burden_piece.ravel(), calcium.burden_hu_mm3.ravel(), minlength=len(peaks)
    )
    slope = USUAL_HU_PER_MGCC if slope_hu_per_mgcc is None else slope_hu_per_mgcc
    out = []
    for number, box in enumerate(find_objects(calcium.piece), start=1):
        weight = float(burdens[number]) / slope / 1000.0
        if weight < LEAST_MASS_MG:
            continue
        out.append(
            Plaque(
                start_mm=float(arclength_mm[box[0].start]),
                end_mm=float(arclength_mm[box[0].stop - 1]),
                volume_mm3=volume(float(volumes[number])),
                mass_mg=mass(None if slope_hu_per_mgcc is None else weight),
                peak_hu=Measured(value=float(peaks[number]), unit=Unit.HU),
            )
        )
    return tuple(sorted(out, key=lambda piece: piece.start_mm))


def whole_vessel(
    plaques: tuple[Plaque, ...], islands: Islands, *, contrast: bool, threshold_hu: float
) -> VesselCalcium:
    """Sum up the calcium of a whole measured artery."""
    masses = [plaque.mass_mg.value for plaque in plaques]
    return VesselCalcium(
        volume_mm3=volume(sum(plaque.volume_mm3.value or 0.0 for plaque in plaques)),
        mass_mg=mass(None if None in masses else sum(m for m in masses if m is not None)),
        agatston=agatston(float(islands.score.sum()), contrast=contrast),
        cta_calcium_score=cta_score(float(islands.score.sum()), contrast=contrast),
        score_threshold_hu=threshold_hu,
        plaques=plaques,
    )


def agatston(score: float, *, contrast: bool) -> Measured:
    """Agatston score: told on non-contrast CT only."""
    if contrast:
        return Measured.unknown(Unit.SCORE, "contrast CT: see cta_calcium_score")
    return Measured(value=score, unit=Unit.SCORE, low=score * 0.85, high=score * 1.15)


def cta_score(score: float, *, contrast: bool) -> Measured:
    """Return the same sum on contrast CT, with a threshold above the lumen."""
    if not contrast:
        return Measured.unknown(Unit.SCORE, "non-contrast CT: see agatston")
    return Measured(value=score, unit=Unit.SCORE, low=score * 0.7, high=score * 1.3)
