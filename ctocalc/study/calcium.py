"""Calcium of one traced vessel: on its sections, and on the scan's own slices."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ctocalc._arrays import Bools
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.image.volume import Volume
from ctocalc.lesion import agatston, plaque
from ctocalc.lesion.burden import burden
from ctocalc.lesion.clock import hours_with_calcium
from ctocalc.lesion.lesion import VesselCalcium
from ctocalc.lesion.measures import VesselMeasures
from ctocalc.lesion.spread import Series
from ctocalc.quantity import Unit
from ctocalc.study.settings import AnalysisSettings
from ctocalc.study.stations import lumen_area
from ctocalc.study.trace import Trace
from ctocalc.vessel.block import Scenery
from ctocalc.vessel.branching import Branching
from ctocalc.vessel.calcium import candidates, measure_calcium
from ctocalc.vessel.deposits import Deposits, fit_deposits
from ctocalc.vessel.passage import find_passage, is_dark

# On contrast CT a slice's calcium must stand this many noise SDs above the blood pool.
ABOVE_POOL_SD = 4.0
BEYOND_WALL_MM = 0.5
WIDEST_MM = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scan:
    """A scan, what its header says and what its voxels show."""

    volume: Volume
    facts: ScanFacts
    physics: ScanPhysics


def deposits_of(scan: Scan, seen: Trace, settings: AnalysisSettings) -> Deposits:
    """Fit calcium along a traced vessel, before the wall behind it is known."""
    scene = scenery(scan, seen, _blocked(scan, seen))
    return fit_deposits(scene, _candidates(scan, seen, scene, settings))


def _candidates(scan: Scan, seen: Trace, scene: Scenery, settings: AnalysisSettings) -> Bools:
    alone = (_blocked(scan, seen) & ~seen.at_tips) | seen.hidden_lumen
    return candidates(scene, seen.signal, alone, scan.physics, settings=settings.calcium)


def with_passages(scan: Scan, seen: Trace, settings: AnalysisSettings) -> Trace:
    """Return the trace without interruptions through which calcium hides a lumen."""
    share, s = settings.occlusion.least_contrast_share, seen.frames.arclength_mm
    doubtful = [
        gap.total and not is_dark(gap, seen.signal, s, share, settings.passage) for gap in seen.gaps
    ]
    if not any(doubtful):
        return seen
    scene = scenery(scan, seen, _blocked(scan, seen))
    calcium = _candidates(scan, seen, scene, settings)
    look = partial(
        find_passage, scene, calcium, signal=seen.signal, rays=seen.rays, settings=settings.passage
    )
    through = [look(gap) if doubt else None for gap, doubt in zip(seen.gaps, doubtful, strict=True)]
    return replace(
        seen,
        gaps=tuple(gap for gap, each in zip(seen.gaps, through, strict=True) if each is None),
        passages=tuple(each for each in through if each is not None),
    )


def measures_of(
    scan: Scan,
    seen: Trace,
    deposits: Deposits,
    settings: AnalysisSettings,
    *,
    vessel: str,
    branching: Branching,
) -> VesselMeasures:
    """Measure calcium along a traced vessel and gather what lesions are described from."""
    contrast, wall = scan.physics.contrast, seen.wall.boundary
    calcium = measure_calcium(
        scenery(scan, seen, _blocked(scan, seen)),
        deposits,
        seen.signal,
        seen.curvature,
        scan.physics,
        settings=settings.calcium,
    )
    area, s = wall.area_mm2, seen.frames.arclength_mm
    islands = agatston.islands(
        scan.volume,
        seen.frames.origin_lps_mm,
        s,
        np.minimum(np.sqrt(area / np.pi) + BEYOND_WALL_MM, WIDEST_MM),
        levels_hu=score_levels(scan),
    )
    return VesselMeasures(
        vessel=vessel,
        curve=seen.curve,
        arclength_mm=s,
        wall_radius_sd_mm=seen.wall.radius_sd_mm,
        occluded=seen.occluded,
        lumen_area=lumen_area(seen, scan.physics),
        calcium=calcium,
        clock=hours_with_calcium(calcium.share, wall.centroid_mm, seen.sections.offset_mm),
        burden=burden(
            calcium,
            Series(arclength_mm=s, value=area, sd=seen.wall.area_sd_mm2, unit=Unit.MM2),
            scan.physics.hu_per_mgcc,
            seen.untold,
        ),
        islands=islands,
        contrast=contrast,
        hu_per_mgcc=scan.physics.hu_per_mgcc,
        island_mm=settings.occlusion.island_mm,
        branching=branching,
    )


def _blocked(scan: Scan, seen: Trace) -> Bools:
    """Stations (N,) without lumen: all of them without contrast, where nothing hides calcium."""
    return seen.dark if scan.physics.contrast else np.ones(len(seen.frames), dtype=bool)


def scenery(scan: Scan, seen: Trace, blocked: Bools) -> Scenery:
    """Gather what the vessel holds beside calcium; ``blocked`` (N,): stations without lumen."""
    lumen = np.where(blocked, 0.0, np.nan_to_num(seen.rays.lumen_diameter_mm) / 2.0)
    at = np.zeros((len(lumen), 2))
    for passage in seen.passages:
        here = passage.here & seen.hidden_lumen
        lumen[here], at[here] = passage.radius_mm[here], passage.at_mm[here]
    return Scenery(
        volume=scan.volume,
        sections=seen.sections,
        wall=seen.wall.boundary,
        lumen_mm=lumen,
        lumen_at_mm=at,
        lumen_hu=seen.signal.reference_hu,
        plaque_hu=seen.signal.plaque_hu,
        sigma_mm=(scan.physics.sigma_in_plane_mm, scan.physics.sigma_through_mm),
        noise_hu=scan.physics.noise_sd_hu,
    )


def calcium_of(scan: Scan, seen: Trace, measures: VesselMeasures) -> VesselCalcium:
    """Return the calcium of the whole measured artery."""
    pieces = plaque.pieces(
        measures.arclength_mm,
        measures.calcium,
        seen.sections.samples,
        scan.physics.hu_per_mgcc,
        noise_hu=scan.physics.noise_sd_hu,
    )
    return plaque.whole_vessel(
        measures.burden,
        pieces,
        measures.islands,
        contrast=scan.physics.contrast,
        threshold_hu=score_levels(scan)[0],
    )


def score_levels(scan: Scan) -> tuple[float, float, float, float]:
    """Return the thresholds of the calcium score: by kVp, and above the lumen with contrast."""
    levels = agatston.thresholds(scan.facts.kvp)
    if not scan.physics.contrast:
        return levels
    pool = scan.physics.blood_pool_hu.value or 0.0
    least = pool + ABOVE_POOL_SD * scan.physics.noise_sd_hu
    a, b, c, d = (max(level, least) for level in levels)
    return a, b, c, d
