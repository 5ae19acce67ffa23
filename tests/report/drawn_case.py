"""A case in closed form: what a page of it must show can be computed by hand."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.files.case_folder import read_case
from ctocalc.files.results import write_case
from ctocalc.study.record import CaseRecord
from ctocalc.study.result import CaseResult, VesselImages
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.profile import COLUMNS, VesselProfile
from tests.case_results import case_result
from tests.curves import straight_frames

STATIONS, PIXELS, ANGLES, PIXEL_MM = 101, 61, 48, 0.15
ALONG_MM: Floats = np.linspace(0.0, 50.0, STATIONS)
OFFSET_MM: Floats = np.linspace(-4.5, 4.5, PIXELS)
WALL_MM, LUMEN_MM = 2.0, 1.2
# The occlusion of `case_result`, and where calcium fills the quadrant from 12 to 3 o'clock.
ENTRY_MM, EXIT_MM = 10.0, 30.1
CALCIUM_MM = (15.0, 20.0)
INNER_MM = 1.0


def hu_at(mm: Floats | float, right_mm: Floats | float, up_mm: Floats | float) -> Floats:
    """HU at a distance along the vessel and a place of the section; linear in all three."""
    return np.asarray(150.0 + 4.0 * np.asarray(mm) + 40.0 * np.asarray(right_mm)
                      + 20.0 * np.asarray(up_mm))  # fmt: skip


def images() -> VesselImages:
    """Rows of a section run along the binormal (3 o'clock), columns along the normal (12)."""
    along = ALONG_MM
    right, up = OFFSET_MM[:, None], OFFSET_MM[None, :]
    hu = hu_at(along[:, None, None], right, up)
    radius = np.hypot(right, up)
    quadrant = (right >= 0) & (up >= 0) & (radius >= INNER_MM) & (radius <= WALL_MM)
    calcified = (along >= CALCIUM_MM[0]) & (along <= CALCIUM_MM[1])
    wall = np.full((STATIONS, ANGLES), WALL_MM)
    occluded = (along > ENTRY_MM) & (along < EXIT_MM)
    lumen = np.where(occluded[:, None], np.nan, LUMEN_MM) * np.ones(ANGLES)
    sure = np.ones(STATIONS)
    return VesselImages(
        frames=straight_frames(ALONG_MM), hu=hu.astype(np.float32),
        offset_mm=OFFSET_MM.astype(np.float32),
        calcium=(calcified[:, None, None] & quadrant).astype(np.float32),
        lumen=Boundary(radius_mm=lumen, kind=BoundaryKind.LUMEN, confidence=sure),
        wall=Boundary(radius_mm=wall, kind=BoundaryKind.WALL, confidence=sure),
    )  # fmt: skip


def profile() -> VesselProfile:
    along = ALONG_MM
    columns = {name: np.full(STATIONS, np.nan) for name in (spec.name for spec in COLUMNS)}
    occluded = (along > ENTRY_MM) & (along < EXIT_MM)
    fraction = np.clip(0.6 - 0.1 * np.abs(along - 17.5), 0, None)
    columns |= {
        "lumen_hu": np.where(occluded, np.nan, 400.0 - along),
        "lumen_area_mm2": np.where(occluded, 0.0, np.pi * LUMEN_MM**2),
        "wall_area_mm2": np.full(STATIONS, np.pi * WALL_MM**2),
        "calcium_area_mm2": fraction * np.pi * WALL_MM**2,
        "calcium_fraction": fraction,
        "calcium_fraction_low": 0.8 * fraction,
        "calcium_fraction_high": np.minimum(1.2 * fraction, 1.0),
        "calcium_fraction_apparent": np.minimum(1.1 * fraction, 1.0),
        "calcium_arc_deg": np.where(fraction > 0, 90.0, 0.0),
        "calcium_arc_deg_low": np.where(fraction > 0, 80.0, 0.0),
        "calcium_arc_deg_high": np.where(fraction > 0, 100.0, 0.0),
        "calcium_arc_largest_deg": np.where(fraction > 0, 85.0, 0.0),
    }
    return VesselProfile(
        frames=straight_frames(ALONG_MM), values=np.stack(list(columns.values()), axis=1),
        occluded=occluded,
        lesion=occluded.astype(int), wall_source=np.where(occluded, "bridged", "seen"),
    )  # fmt: skip


def drawn_result() -> CaseResult:
    """LAD with a lesion, RCA with none, LCX refused; all three named."""
    result = case_result()
    lad, rca, lcx = result.vessels
    settings = {
        **result.provenance.settings, "calcium": {"arc_thickness_mm": 0.1},
        "lesion": {"same_cto_gap_mm": 20.0},
    }  # fmt: skip
    return replace(
        result,
        case_id="drawn-1",
        provenance=replace(result.provenance, settings=settings),
        vessels=(
            replace(lad, profile=profile(), images=images(), length_mm=50.0),
            replace(rca, profile=profile(), images=images(), length_mm=50.0),
            lcx,
        ),
    )


def drawn_case(folder: Path) -> CaseRecord:
    """Return the case as its files tell it."""
    return read_case(write_case(drawn_result(), folder))
