"""Calcium of an interval of a vessel: maxima, arcs, volume, mass, regions, pieces."""

import numpy as np
from scipy.ndimage import find_objects

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.lesion.agatston import Islands
from ctocalc.lesion.burden import Burden
from ctocalc.lesion.lesion import (
    CalciumByProtocol,
    CalciumByRegion,
    Plaque,
    ProtocolCalcium,
    RegionCalcium,
    VesselCalcium,
)
from ctocalc.lesion.spread import Series, largest_mean, measured
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.calcium import Calcium, peaks_by_piece
from ctocalc.vessel.protocols import PROTOCOLS

CAP_MM = 2.5
# A piece below this is noise, and no calcium for a score that asks for "any".
LEAST_MASS_MG = 0.4
# Hydroxyapatite at 120 kVp.
USUAL_HU_PER_MGCC = 1.32
NO_SLOPE = "HU per mg/cc is not known for this scan; give it in the settings"
AGATSTON_WITH_CONTRAST = "the Agatston score is of CT without contrast; see the CTA calcium score"
CTA_WITHOUT_CONTRAST = "the CTA calcium score is of CT with contrast; see the Agatston score"

# What noise alone may add to or hide of a sum.
LEAST_VOLUME_SD_MM3 = 0.4
LEAST_MASS_SD_MG = 0.2
# What the bloom of an open lumen may hide in its wall: against truth on phantoms.
HIDDEN_VOLUME_SD_MM3 = 1.25
HIDDEN_MASS_SD_MG = 0.75
PIECE_SHARE = 0.2


def volume(found: Burden, inside: Bools, least_sd: float = LEAST_VOLUME_SD_MM3) -> Measured:
    """Volume of the calcium of some stations (N,)."""
    return found.volume.total(inside, least_sd)


def mass(found: Burden, inside: Bools, least_sd: float = LEAST_MASS_SD_MG) -> Measured:
    """Mass of some stations (N,), or why it cannot be told; the slope's own error is not in it."""
    if found.mass is None:
        return Measured.unknown(Unit.MG, NO_SLOPE)
    return found.mass.total(inside, least_sd)


def by_region(found: Burden, start_mm: float, end_mm: float) -> CalciumByRegion:
    """Calcium at both caps and in the thirds of a lesion."""
    third = (end_mm - start_mm) / 3.0

    def region(low: float, high: float) -> RegionCalcium:
        inside = (found.arclength_mm >= low) & (found.arclength_mm <= high)
        return RegionCalcium(
            start_mm=low,
            end_mm=high,
            max_calcium_fraction=largest_mean(found.fraction, [(low, high)]),
            max_calcium_arc_deg=found.arc.steady(found.centre_sd_deg).largest(inside),
            calcium_volume_mm3=volume(found, inside),
            calcium_mass_mg=mass(found, inside),
        )

    return CalciumByRegion(
        proximal_cap=region(start_mm, min(start_mm + CAP_MM, end_mm)),
        proximal_third=region(start_mm, start_mm + third),
        middle_third=region(start_mm + third, end_mm - third),
        distal_third=region(end_mm - third, end_mm),
        distal_cap=region(max(end_mm - CAP_MM, start_mm), end_mm),
    )


def by_protocol(
    found: Burden, intervals: list[tuple[float, float]], blocked: Bools
) -> CalciumByProtocol:
    """Largest fraction and area among occluded stations by every threshold of the literature."""

    def largest(area: Series) -> ProtocolCalcium:
        return ProtocolCalcium(
            max_calcium_fraction=largest_mean(found.share_of_wall(area), intervals),
            max_calcium_area_mm2=area.largest(blocked),
        )

    named = dict(zip(PROTOCOLS, map(largest, found.protocols), strict=True))
    return CalciumByProtocol(**named)


def heaviest_piece(calcium: Calcium, inside: Bools, slope_hu_per_mgcc: float | None) -> Measured:
    """Mass of the heaviest connected piece within an interval.

    Without a slope the usual one stands in: it tells noise from calcium, not how much there is.
    """
    slope = USUAL_HU_PER_MGCC if slope_hu_per_mgcc is None else slope_hu_per_mgcc
    piece, burden_hu_mm3 = calcium.burden_piece[inside], calcium.burden_hu_mm3[inside]
    by_piece = np.bincount(piece.ravel(), burden_hu_mm3.ravel(), minlength=2)
    return piece_mass(float(by_piece[1:].max()) / slope / 1000.0)


def piece_mass(weight_mg: float) -> Measured:
    """Mass of one piece: what belongs to it and what to its neighbour is told less well."""
    sd = float(np.hypot(LEAST_MASS_SD_MG, PIECE_SHARE * weight_mg))
    return measured(weight_mg, sd, Unit.MG)


def pieces(
    arclength_mm: Floats,
    calcium: Calcium,
    hu: Floats32,
    slope_hu_per_mgcc: float | None,
    *,
    noise_hu: float,
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
    unknown = Measured.unknown(Unit.MG, NO_SLOPE)
    out = []
    for number, box in enumerate(find_objects(calcium.piece), start=1):
        weight = float(burdens[number]) / slope / 1000.0
        if weight < LEAST_MASS_MG:
            continue
        size = float(volumes[number])
        spread = float(np.hypot(LEAST_VOLUME_SD_MM3, PIECE_SHARE * size))
        out.append(
            Plaque(
                start_mm=float(arclength_mm[box[0].start]),
                end_mm=float(arclength_mm[box[0].stop - 1]),
                volume_mm3=measured(size, spread, Unit.MM3),
                mass_mg=unknown if slope_hu_per_mgcc is None else piece_mass(weight),
                peak_hu=measured(float(peaks[number]), noise_hu, Unit.HU),
            )
        )
    return tuple(sorted(out, key=lambda piece: piece.start_mm))


def whole_vessel(
    found: Burden,
    plaques: tuple[Plaque, ...],
    islands: Islands,
    *,
    contrast: bool,
    threshold_hu: float,
) -> VesselCalcium:
    """Sum up the calcium of a whole measured artery: of all its stations, as a lesion's is."""
    everywhere = np.ones(len(found.arclength_mm), dtype=np.bool_)
    least_mm3, least_mg = (
        (HIDDEN_VOLUME_SD_MM3, HIDDEN_MASS_SD_MG)
        if contrast
        else (LEAST_VOLUME_SD_MM3, LEAST_MASS_SD_MG)
    )
    return VesselCalcium(
        volume_mm3=volume(found, everywhere, least_mm3),
        mass_mg=mass(found, everywhere, least_mg),
        agatston=agatston(float(islands.score.sum()), contrast=contrast),
        cta_calcium_score=cta_score(float(islands.score.sum()), contrast=contrast),
        score_threshold_hu=threshold_hu,
        plaques=plaques,
    )


def agatston(score: float, *, contrast: bool) -> Measured:
    """Agatston score: told on non-contrast CT only."""
    if contrast:
        return Measured.unknown(Unit.SCORE, AGATSTON_WITH_CONTRAST)
    return Measured(value=score, unit=Unit.SCORE, low=score * 0.85, high=score * 1.15)


def cta_score(score: float, *, contrast: bool) -> Measured:
    """Return the same sum on contrast CT, with a threshold above the lumen."""
    if not contrast:
        return Measured.unknown(Unit.SCORE, CTA_WITHOUT_CONTRAST)
    return Measured(value=score, unit=Unit.SCORE, low=score * 0.7, high=score * 1.3)
