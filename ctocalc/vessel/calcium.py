"""Calcium per station: area, fraction of the vessel's cross-section, arcs, thickness."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import (
    binary_dilation,
    distance_transform_edt,
    gaussian_filter,
    map_coordinates,
    maximum_filter,
)
from scipy.ndimage import maximum as maximum_by
from skimage.measure import label

from ctocalc._arrays import Bools, Floats, Floats32, Ints
from ctocalc.image.physics import ScanPhysics
from ctocalc.kernels.polar import enclosing_arc_deg, largest_arc_deg, thickness_mm, union_arc_deg
from ctocalc.vessel.block import Scenery
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.deposits import fit_deposits
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.protocols import protocol_areas_mm2

RAYS = 120
RAY_STEP_MM = 0.05
SOFT_MM = 0.1
JOINED_MM = 0.3
PIECE_REACH_MM = 0.8
# Spread against truth on phantoms of both qualities, with the wall as measured.
LEAST_SD_MM2, EDGE_SD_MM, AREA_SD = 0.12, 0.1, 0.05
ARC_LIMITS_MM, LEAST_SD_DEG, ARC_SD = (0.05, 0.25), 20.0, 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumSettings:
    """How calcium is found and sized.

    ``peak_above_noise`` noise SDs above plaque make a place worth a fit; in the lumen, and within
    ``cap_zone_mm`` of it, it is ``lumen_above_share`` of the lumen above the lumen.
    ``apparent_hu`` and ``apparent_sd``: threshold of the apparent fraction.
    """

    peak_above_noise: float = 4.5
    lumen_above_share: float = 0.25
    cap_zone_mm: float = 0.8
    beyond_wall_mm: float = 0.3
    arc_thickness_mm: float = 0.1
    apparent_hu: float = 350.0
    apparent_sd: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calcium:
    """Calcium of one vessel on its sections.

    Parameters
    ----------
    share
        (N, P, P) float32 in 0-1: how much of each pixel inside the outer wall is calcium.
    piece
        (N, P, P) number of the connected piece a pixel belongs to, 0 for none.
    weight_mm3
        (N, P, P) volume a pixel stands for: pixel area x station step x (1 - curvature . offset).
    burden_hu_mm3
        (N, P, P) HU x volume that calcium adds to plaque, blur undone; by HU per mg/cc it is
        mg/1000.
    burden_piece
        (N, P, P) the piece that the burden of a pixel belongs to, 0 for none.
    area_mm2, apparent_mm2, arc_deg, arc_largest_deg, arc_enclosing_deg, thickness_mm, peak_hu
        (N,) per station; ``peak_hu`` is NaN where there is no calcium.
    free_zone_mm
        (N,) diameter of the widest circle inside the wall without calcium.
    area_sd_mm2, arc_sd_deg
        (N,) standard deviation of area and union arc when the wall is right, from the length of
        calcium's edges and from rays with little calcium; calibrated on phantoms.
    protocol_mm2
        (protocols, N) area by the thresholds of the literature, as `PROTOCOLS` names them.
    """

    share: Floats32
    piece: Ints
    weight_mm3: Floats32
    burden_hu_mm3: Floats32
    burden_piece: Ints
    area_mm2: Floats
    apparent_mm2: Floats
    arc_deg: Floats
    arc_largest_deg: Floats
    arc_enclosing_deg: Floats
    thickness_mm: Floats
    peak_hu: Floats
    free_zone_mm: Floats
    area_sd_mm2: Floats
    arc_sd_deg: Floats
    protocol_mm2: Floats


def measure_calcium(
    scene: Scenery,
    signal: LumenSignal,
    occluded: Bools,
    curvature: Floats,
    physics: ScanPhysics,
    *,
    settings: CalciumSettings,
) -> Calcium:
    """Measure calcium on every section.

    Parameters
    ----------
    scene
        The scan, its sections, and what the vessel holds beside calcium.
    occluded
        (N,) stations without lumen: there a peak need not stand above the lumen's HU.
    curvature
        (N, 2) curvature in 1/mm along (normal, binormal): planes overlap inside a bend.
    """
    sections, wall = scene.sections, scene.wall
    hu = np.nan_to_num(sections.samples, nan=-1000.0)
    offset = sections.offset_mm
    pixel = float(offset[1] - offset[0])
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    beyond = beyond_wall_mm(wall, offset)
    without_lumen = _away_from_lumen(occluded, step, settings)
    smooth = gaussian_filter(hu, (0.0, SOFT_MM / pixel, SOFT_MM / pixel))
    near = beyond < settings.beyond_wall_mm
    candidate = near & (smooth >= _least(signal, without_lumen, physics, settings)[:, None, None])
    fitted = fit_deposits(scene, candidate)
    share = (fitted.share * np.clip(0.5 - beyond / pixel, 0.0, 1.0)).astype(np.float32)
    found = near & (fitted.share >= 0.5)
    # Parts of one piece may be apart by less than the fit can tell.
    piece = label(_grow(found, JOINED_MM / 2 / pixel), connectivity=3) * found
    bend = curvature[:, 0, None, None] * offset + curvature[:, 1, None, None] * offset[:, None]
    weight = (pixel**2 * step * np.clip(1.0 - bend, 0.05, 2.0)).astype(np.float32)
    reach = 2 * round(PIECE_REACH_MM / pixel) + 1
    # Blur moves HU about but keeps their sum: what was fitted is what calcium adds to plaque.
    burden = share * np.maximum(fitted.hu - scene.plaque_hu[:, None, None], 0.0) * weight
    union, largest, enclosing, thickest = _arcs(share, wall, offset, settings)
    return Calcium(
        share=share,
        piece=piece,
        weight_mm3=weight,
        burden_hu_mm3=burden.astype(np.float32),
        burden_piece=maximum_filter(piece, size=(1, reach, reach)) * (burden > 0.0),
        area_mm2=share.sum(axis=(1, 2), dtype=np.float64) * pixel**2,
        apparent_mm2=_apparent(hu, beyond, physics, pixel, settings),
        arc_deg=union,
        arc_largest_deg=largest,
        arc_enclosing_deg=enclosing,
        thickness_mm=thickest,
        peak_hu=_peaks(hu, found),
        free_zone_mm=_free_zone(share, beyond, pixel),
        area_sd_mm2=_area_sd(fitted.share * (beyond < pixel), pixel),
        arc_sd_deg=_arc_sd(share, wall, offset, settings),
        protocol_mm2=protocol_areas_mm2(
            hu,
            beyond <= 0.0,
            candidate,
            lumen_hu=signal.reference_hu,
            plaque_hu=signal.plaque_hu,
            noise_hu=physics.noise_sd_hu,
            pixel_mm=pixel,
        ),
    )


def beyond_wall_mm(wall: Boundary, offset_mm: Floats) -> Floats:
    """Radial distance (N, P, P) of every pixel from the wall: negative inside."""
    radius = np.hypot(offset_mm[None, :], offset_mm[:, None])
    turn = np.arctan2(offset_mm[:, None], offset_mm[None, :]) % (2 * np.pi)
    count = wall.radius_mm.shape[1]
    at = turn / (2 * np.pi) * count
    left = np.floor(at).astype(int) % count
    part = at - np.floor(at)
    around = wall.radius_mm[:, left] * (1 - part) + wall.radius_mm[:, (left + 1) % count] * part
    return np.asarray(radius - around)


def _away_from_lumen(occluded: Bools, step_mm: float, settings: CalciumSettings) -> Bools:
    size = round(settings.cap_zone_mm / step_mm)
    return ~binary_dilation(~occluded, iterations=size) if size else occluded


def _least(
    signal: LumenSignal, without_lumen: Bools, physics: ScanPhysics, settings: CalciumSettings
) -> Floats:
    """HU (N,) from which on a place may be calcium."""
    above_plaque = signal.plaque_hu + settings.peak_above_noise * physics.noise_sd_hu
    above_lumen = signal.reference_hu + np.maximum(
        settings.lumen_above_share * signal.reference_hu, 3.0 * physics.noise_sd_hu
    )
    return np.where(without_lumen, above_plaque, above_lumen)


def _grow(mask: Bools, pixels: float) -> Bools:
    size = 2 * round(pixels) + 1
    return np.asarray(maximum_filter(mask, size=(3, size, size)))


def _apparent(
    hu: Floats32, beyond: Floats, physics: ScanPhysics, pixel_mm: float, settings: CalciumSettings
) -> Floats:
    pool = physics.blood_pool_hu.value or 0.0
    least = max(settings.apparent_hu, pool + settings.apparent_sd * physics.noise_sd_hu)
    return np.asarray(((hu >= least) & (beyond <= 0.0)).sum(axis=(1, 2)) * pixel_mm**2)


def _arcs(
    share: Floats32, wall: Boundary, offset_mm: Floats, settings: CalciumSettings
) -> tuple[Floats, Floats, Floats, Floats]:
    """Union, largest and enclosing arc (degrees) and the largest thickness (mm) per station."""
    pixel = float(offset_mm[1] - offset_mm[0])
    angle = np.linspace(0.0, 2 * np.pi, RAYS, endpoint=False)
    radius = np.arange(RAY_STEP_MM / 2, float(np.nanmax(wall.radius_mm)) + 0.1, RAY_STEP_MM)
    middle = wall.centroid_mm
    x = middle[:, 0, None, None] + np.cos(angle)[:, None] * radius
    y = middle[:, 1, None, None] + np.sin(angle)[:, None] * radius
    covered = np.zeros(x.shape, dtype=np.bool_)
    for n in np.flatnonzero(share.any(axis=(1, 2))):
        at = np.stack([(y[n] - offset_mm[0]) / pixel, (x[n] - offset_mm[0]) / pixel])
        covered[n] = map_coordinates(share[n], at, order=1) >= 0.5
    thick = thickness_mm(covered, RAY_STEP_MM)
    present = thick >= settings.arc_thickness_mm
    return (
        union_arc_deg(present),
        largest_arc_deg(present),
        enclosing_arc_deg(present),
        thick.max(axis=1),
    )


def _area_sd(share: Floats32, pixel_mm: float) -> Floats:
    """Uncertain by a rim along calcium's edges, and by a share of its area (density)."""
    out = np.zeros(len(share))
    some = np.flatnonzero(share.any(axis=(1, 2)))
    if len(some):
        rise = np.gradient(share[some], pixel_mm, axis=(1, 2))
        edge = np.hypot(*rise).sum(axis=(1, 2)) * pixel_mm**2
        area = share[some].sum(axis=(1, 2)) * pixel_mm**2
        out[some] = np.sqrt(LEAST_SD_MM2**2 + (EDGE_SD_MM * edge) ** 2 + (AREA_SD * area) ** 2)
    return out


def _arc_sd(
    share: Floats32, wall: Boundary, offset_mm: Floats, settings: CalciumSettings
) -> Floats:
    """Uncertain by the rays whose thickness is near the limit."""
    most, least = (
        _arcs(share, wall, offset_mm, replace(settings, arc_thickness_mm=limit))[0]
        for limit in ARC_LIMITS_MM
    )
    return np.where(most > 0.0, np.hypot(LEAST_SD_DEG, ARC_SD * (most - least) / 2.0), 0.0)


def _peaks(hu: Floats32, found: Bools) -> Floats:
    peak = np.where(found, hu, -np.inf).max(axis=(1, 2))
    return np.where(np.isfinite(peak), peak, np.nan)


def _free_zone(share: Floats32, beyond: Floats, pixel_mm: float) -> Floats:
    out = np.zeros(len(share))
    for n in range(len(share)):
        free = (beyond[n] <= 0.0) & (share[n] < 0.5)
        if free.any():
            out[n] = 2.0 * float(distance_transform_edt(free).max()) * pixel_mm
    return out


def peaks_by_piece(hu: Floats32, piece: Ints) -> Floats:
    """Highest HU (pieces + 1,) of every piece; index 0 is not a piece."""
    count = int(piece.max())
    out = np.full(count + 1, np.nan)
    if count:
        out[1:] = maximum_by(hu, piece, index=np.arange(1, count + 1))
    return out
