"""One row per station: what was measured, as the columns of a VesselProfile."""

from dataclasses import replace

import numpy as np

from ctocalc._arrays import Array, Bools, Floats
from ctocalc.geometry.frames import Frames
from ctocalc.image.physics import ScanPhysics
from ctocalc.lesion.lesion import Lesion
from ctocalc.lesion.measures import VesselMeasures
from ctocalc.lesion.spread import Series
from ctocalc.quantity import Unit
from ctocalc.study.trace import Trace
from ctocalc.vessel.calcium import Calcium
from ctocalc.vessel.caps import TIP_MM
from ctocalc.vessel.profile import COLUMNS, VesselProfile
from ctocalc.vessel.spread import ALONG_MM
from ctocalc.vessel.tissue import Tissue

# A lumen wider than this is measured by its edges; a thinner one, as in a cap that tapers, by its
# contrast, which tells nothing beyond the other width.
WIDE_MM, WIDEST_THIN_MM = 0.7, 1.2
# What diameters and density are off by against truth on phantoms.
LUMEN_SD_MM, THIN_LUMEN_SD_MM = 0.16, 0.3
LEAST_DENSITY_SHARE = 0.1
# Calcium thinner than this shows little of its density; 1 mm thinner it is off by this share.
THIN_CALCIUM_MM, THIN_DENSITY_SHARE = 1.5, 0.3
CAP_ZONE_MM = 3.0


def profile_vessel(
    seen: Trace,
    measures: VesselMeasures,
    lesions: tuple[Lesion, ...],
) -> VesselProfile:
    """Put everything measured along one vessel into rows."""
    s = seen.frames.arclength_mm
    lumen, calcium, burden = measures.lumen_area, measures.calcium, measures.burden
    told = (
        ("lumen_area_mm2", lumen),
        ("wall_area_mm2", burden.wall_area),
        ("calcium_area_mm2", _calcium_area(calcium, s)),
        ("calcium_fraction", burden.fraction),
        ("calcium_fraction_apparent", burden.apparent),
        ("calcium_arc_deg", burden.arc),
        ("calcium_arc_largest_deg", burden.arc_largest),
        ("calcium_thickness_mm", burden.thickness),
        ("calcium_density_mgcc", density(calcium, s, measures.hu_per_mgcc)),
    )
    columns = {
        "lumen_hu": seen.signal.contrast_hu,
        "stenosis_percent": stenosis_percent(s, lumen.value, seen),
        "calcium_arc_enclosing_deg": calcium.arc_enclosing_deg,
        **{name: series.value for name, series in told},
        **{f"{name}_low": series.low for name, series in told},
        **{f"{name}_high": series.high for name, series in told},
    }
    number = np.zeros(len(s), dtype=np.int64)
    for lesion in lesions:
        number[(s >= lesion.start_mm) & (s <= lesion.end_mm)] = lesion.lesion
    return VesselProfile(
        frames=seen.frames,
        values=np.stack([columns[spec.name] for spec in COLUMNS], axis=1),
        occluded=seen.occluded,
        lesion=number,
        wall_source=seen.wall.source,
    )


def without_calcium_at(profile: VesselProfile, stations: Bools) -> VesselProfile:
    """Return the profile with no calcium told at some of its stations (N,)."""
    values = profile.values.copy()
    columns = [n for n, spec in enumerate(COLUMNS) if spec.name.startswith("calcium")]
    values[np.flatnonzero(stations)[:, None], columns] = np.nan
    return replace(profile, values=values)


def with_shared(own: VesselProfile, frames: Frames) -> VesselProfile:
    """Return the profile on all stations; those before its own lie in another given vessel."""
    missing = len(frames) - len(own.frames)

    def padded(values: Array, filler: float | str) -> Array:
        width = [(missing, 0)] + [(0, 0)] * (values.ndim - 1)
        return np.pad(values, width, constant_values=filler)

    return VesselProfile(
        frames=frames, values=padded(own.values, np.nan), occluded=padded(own.occluded, 0),
        lesion=padded(own.lesion, 0), wall_source=padded(own.wall_source, "shared"),
    )  # fmt: skip


def lumen_area(seen: Trace, physics: ScanPhysics) -> Series:
    """Lumen area of every station with its spread; NaN everywhere without contrast."""
    s = seen.frames.arclength_mm
    area = lumen_area_mm2(seen) if physics.contrast else np.full(len(s), np.nan)
    diameter = np.sqrt(4.0 / np.pi * area)
    # An area in an occlusion is none by definition, and what is thin is told by its contrast.
    off = np.where(diameter > WIDE_MM, LUMEN_SD_MM, THIN_LUMEN_SD_MM)
    sd = np.pi / 2.0 * diameter * off
    return Series(arclength_mm=s, value=area, sd=sd, unit=Unit.MM2).along(_cap_sd_mm(seen))


def _cap_sd_mm(seen: Trace) -> Floats:
    """How far along the vessel (N,) the lumen's end may be off: by its fit, near a cap."""
    s = seen.frames.arclength_mm
    out = np.full(len(s), ALONG_MM)
    for gap in seen.gaps:
        for cap in (gap.entry, gap.exit):
            if cap is not None:
                near = np.abs(s - cap.half_mm) < CAP_ZONE_MM
                out[near] = np.hypot(ALONG_MM, cap.half_sd_mm)
    return out


def _calcium_area(calcium: Calcium, s: Floats) -> Series:
    return Series(arclength_mm=s, value=calcium.area_mm2, sd=calcium.area_sd_mm2, unit=Unit.MM2)


def density(calcium: Calcium, s: Floats, slope: float | None) -> Series:
    """Return the density of every station's calcium; NaN where there is none or without ``slope``.

    It makes up for about half of what the area is off by.  Misleads in layers thinner than the
    blur: they show their mass, and hardly whether they are thin and dense or thick and faint.
    """
    value = np.full(len(s), np.nan) if slope is None else calcium.contrast_hu / slope
    share = 0.5 * calcium.area_sd_mm2 / np.maximum(calcium.area_mm2, 1e-6)
    thin = THIN_DENSITY_SHARE * np.clip(THIN_CALCIUM_MM - calcium.thickness_mm, 0.0, 1.0)
    sd = value * np.hypot(np.clip(share, LEAST_DENSITY_SHARE, 1.0), thin)
    return Series(arclength_mm=s, value=value, sd=sd, unit=Unit.MG_CC)


def lumen_area_mm2(seen: Trace) -> Floats:
    """Lumen area (N,): from its edges where it is wide, from its contrast where it is thin.

    0 in an occlusion; NaN where calcium hides the lumen, where a channel runs too thin to show or a
    reader sees a lumen that does not, and where it is wider than the wall around it: then it is
    another vessel's, at an ostium or a mouth.
    """
    share = np.clip(seen.signal.share, 0.0, 0.98)
    thin = np.sqrt(-8.0 * seen.signal.blur_mm**2 * np.log1p(-share))
    wide = seen.rays.lumen_diameter_mm
    # What shows a wide lumen's contrast and no edges has them behind calcium.
    hidden = np.isnan(wide) & (thin > WIDEST_THIN_MM)
    thin = np.where(hidden, np.nan, np.minimum(thin, WIDEST_THIN_MM))
    drawn = np.zeros(len(wide), dtype=bool) if seen.drawn_lumen is None else seen.drawn_lumen
    by_edges = np.isfinite(wide) & (wide > WIDE_MM) | drawn
    diameter = np.where(by_edges, wide, thin)
    area = np.pi / 4.0 * diameter**2
    elsewhere = (area > seen.wall.boundary.area_mm2) & ~drawn
    # By definition the lumen of a subtotal is nowhere thinner than a tip.
    unseen = seen.in_channel & ~by_edges & (diameter < TIP_MM)
    unseen |= seen.hidden_lumen & (seen.signal.tissue != Tissue.LUMEN)
    area = np.where(elsewhere | unseen | seen.unseen_lumen, np.nan, area)
    return np.where(seen.without_lumen, 0.0, area)


def stenosis_percent(s: Floats, lumen_mm2: Floats, seen: Trace) -> Floats:
    """Loss of lumen diameter against a straight line through the patent vessel's diameters."""
    diameter = np.sqrt(4.0 / np.pi * lumen_mm2)
    patent = np.isfinite(diameter) & ~seen.occluded & (diameter > 0.8)
    if patent.sum() < 10:
        return np.full(len(s), np.nan)
    keep = patent
    for _ in range(3):
        slope, level = np.polyfit(s[keep], diameter[keep], 1)
        keep = patent & (diameter > 0.85 * (slope * s + level))
        if keep.sum() < 10:
            break
    reference = np.maximum(slope * s + level, 0.8)
    return np.asarray(100.0 * np.clip(1.0 - diameter / reference, -1.0, 1.0))
