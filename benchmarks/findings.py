"""What a method found along one vessel, in the one form that is graded."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks.truth import answers, occluded
from ctocalc._arrays import Floats
from ctocalc.lesion.lesion import Lesion, OcclusionPart
from ctocalc.quantity import Measured
from ctocalc.study.result import VesselResult

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundOcclusion:
    """One interruption; ``calls`` are "blunt", "tapered" or None, proximal first."""

    start_lps_mm: Point
    end_lps_mm: Point
    length_mm: float
    calls: tuple[str | None, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLesion:
    """One occluded lesion; NaN is what cannot be told, as is None of an item."""

    start_lps_mm: Point
    end_lps_mm: Point
    length_mm: float
    bend_deg: float
    max_calcium_fraction: float
    calcium_volume_mm3: float
    calcium_mass_mg: float
    items: Mapping[str, bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Findings:
    """Stations (N, 3) with tangents (N, 3), columns (N,), occlusions and occluded lesions."""

    points_lps_mm: Floats
    tangent: Floats
    columns: Mapping[str, Floats]
    occlusions: tuple[FoundOcclusion, ...]
    lesions: tuple[FoundLesion, ...]


COLUMNS = ("lumen_area_mm2", "wall_area_mm2", "calcium_fraction", "calcium_arc_deg")


def findings(vessel: VesselResult) -> Findings:
    """Return a result's vessel in the form that is graded; a refused vessel raises."""
    if vessel.profile is None:
        raise ValueError(f"{vessel.vessel} was refused: {vessel.reason}")
    lesions = occluded(vessel)
    return Findings(
        points_lps_mm=vessel.profile.frames.origin_lps_mm,
        tangent=vessel.profile.frames.tangent,
        columns={name: vessel.profile.column(name) for name in COLUMNS},
        occlusions=tuple(_occlusion(part) for lesion in lesions for part in lesion.occlusions),
        lesions=tuple(_lesion(vessel, lesion) for lesion in lesions),
    )


def number(one: Measured) -> float:
    """Return the value, NaN where it cannot be told."""
    return np.nan if one.value is None else float(one.value)


def shape(call: str | None) -> str | None:
    """Return the shape of a cap: where no stump is left, the lumen ends bluntly."""
    return None if call is None else "blunt" if call == "none" else str(call)


def _occlusion(part: OcclusionPart) -> FoundOcclusion:
    return FoundOcclusion(
        start_lps_mm=part.start_lps_mm,
        end_lps_mm=part.end_lps_mm,
        length_mm=number(part.length_mm),
        calls=(shape(part.proximal_stump.call), shape(part.distal_stump.call)),
    )


def _lesion(vessel: VesselResult, lesion: Lesion) -> FoundLesion:
    return FoundLesion(
        start_lps_mm=lesion.start_lps_mm,
        end_lps_mm=lesion.end_lps_mm,
        length_mm=number(lesion.length_mm),
        bend_deg=number(lesion.bend_deg),
        max_calcium_fraction=number(lesion.max_calcium_fraction),
        calcium_volume_mm3=number(lesion.calcium_volume_mm3),
        calcium_mass_mg=number(lesion.calcium_mass_mg),
        items={name: answer.present for name, answer in answers(vessel, lesion).items()},
    )
