"""One row per station: what was measured, as the columns of a VesselProfile."""

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.image.physics import ScanPhysics
from ctocalc.lesion.lesion import Lesion
from ctocalc.lesion.plaque import FRACTION_REACH, NO_CALCIUM_REACH, Burden
from ctocalc.study.trace import Trace
from ctocalc.vessel.calcium import Calcium
from ctocalc.vessel.profile import COLUMNS, VesselProfile


def profile_vessel(
    seen: Trace,
    calcium: Calcium,
    burden: Burden,
    lesions: tuple[Lesion, ...],
    physics: ScanPhysics,
) -> VesselProfile:
    """Put everything measured along one vessel into rows."""
    s = seen.frames.arclength_mm
    lumen = lumen_area_mm2(seen) if physics.contrast else np.full(len(s), np.nan)
    reach = np.where(burden.fraction > 0.01, FRACTION_REACH, NO_CALCIUM_REACH)
    slope = physics.hu_per_mgcc
    density = (
        np.full(len(s), np.nan)
        if slope is None
        else np.maximum(calcium.peak_hu - seen.signal.plaque_hu, 0.0) / slope
    )
    columns = {
        "lumen_hu": seen.signal.contrast_hu,
        "lumen_area_mm2": lumen,
        "wall_area_mm2": seen.wall.boundary.area_mm2,
        "calcium_area_mm2": calcium.area_mm2,
        "calcium_fraction": burden.fraction,
        "calcium_fraction_low": np.clip(burden.fraction - reach, 0.0, 1.0),
        "calcium_fraction_high": np.clip(burden.fraction + reach, 0.0, 1.0),
        "calcium_fraction_apparent": burden.apparent,
        "stenosis_percent": stenosis_percent(s, lumen, seen),
        "calcium_arc_deg": calcium.arc_deg,
        "calcium_arc_largest_deg": calcium.arc_largest_deg,
        "calcium_arc_enclosing_deg": calcium.arc_enclosing_deg,
        "calcium_thickness_mm": calcium.thickness_mm,
        "calcium_density_mgcc": density,
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


def lumen_area_mm2(seen: Trace) -> Floats:
    """Lumen area (N,): from its edges where it is wide, from its contrast where it is thin.

    0 in an occlusion; NaN where calcium hides the lumen.
    """
    share = np.clip(seen.signal.share, 0.0, 0.98)
    thin = np.sqrt(-8.0 * seen.signal.blur_mm**2 * np.log1p(-share))
    wide = seen.rays.lumen_diameter_mm
    diameter = np.where(np.isfinite(wide) & (wide > 1.2), wide, thin)
    area = np.pi / 4.0 * diameter**2
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
