"""Calcium per station: area, fraction of the vessel's cross-section, arcs, thickness."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import (
    binary_dilation,
    binary_erosion,
    binary_propagation,
    distance_transform_edt,
    gaussian_filter,
    maximum_filter,
)
from scipy.ndimage import maximum as maximum_by
from skimage.measure import label

from ctocalc._arrays import Bools, Floats, Floats32, Ints
from ctocalc.image.physics import ScanPhysics
from ctocalc.vessel.arcs import measure_arcs
from ctocalc.vessel.block import Scenery
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.deposits import Deposits
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.protocols import ThresholdAreas, areas_above, protocol_areas
from ctocalc.vessel.spread import area_sd_mm2
from ctocalc.vessel.tissue import reaching

SOFT_MM = 0.1
JOINED_MM = 0.6
PIECE_REACH_MM = 0.8
# What is smaller weighs less than 0.1 mg, however dense, and may be noise; less than this share
# of calcium is no bridge to it.
SPECK_MM3, SPECK_SHARE = 0.07, 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumSettings:
    """How calcium is found and sized.

    ``peak_above_noise`` noise SDs above plaque make a place worth a fit, with what joins it and
    stands out by ``faint_above_noise`` of them and ``faint_above_hu``; in the lumen, and within
    ``cap_zone_mm`` of it unless by its shape calcium reaches deeper, it is ``lumen_above_share`` of
    the lumen above the lumen.
    ``apparent_hu`` and ``apparent_sd``: threshold of the apparent fraction.
    """

    peak_above_noise: float = 4.5
    faint_above_noise: float = 3.0
    faint_above_hu: float = 100.0
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
        (N, P, P) number of the connected piece a pixel belongs to, 0 for none and for specks.
    weight_mm3
        (N, P, P) volume a pixel stands for: pixel area x station step x (1 - curvature . offset).
    burden_hu_mm3
        (N, P, P) HU x volume that calcium adds to plaque, blur undone; by HU per mg/cc it is
        mg/1000.
    burden_piece
        (N, P, P) the piece that the burden of a pixel belongs to, 0 for none.
    area_mm2, apparent_mm2, arc_deg, arc_largest_deg, arc_enclosing_deg, thickness_mm, peak_hu
        (N,) per station; specks count in the area only; ``peak_hu`` is NaN where there is no
        calcium.
    free_zone_mm
        (N,) diameter of the widest circle inside the wall without calcium.
    contrast_hu
        (N,) mean HU of the fitted calcium above plaque, NaN where there is none.
    area_sd_mm2, arc_sd_deg
        (N,) standard deviation of area and union arc when the wall is right; ``arc_centre_sd_deg``
        is the part of the arc's that comes from where the centre lies.
    apparent_sd_mm2
        (N,) standard deviation of the apparent area from noise.
    protocols
        Areas by the thresholds of the literature, as `PROTOCOLS` names them.
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
    contrast_hu: Floats
    area_sd_mm2: Floats
    arc_sd_deg: Floats
    arc_centre_sd_deg: Floats
    apparent_sd_mm2: Floats
    protocols: ThresholdAreas


def candidates(
    scene: Scenery,
    signal: LumenSignal,
    occluded: Bools,
    physics: ScanPhysics,
    *,
    settings: CalciumSettings,
) -> Bools:
    """Pixels (N, P, P) where something in the vessel is too bright for plaque or for lumen.

    ``occluded`` (N,): stations surely without lumen; there a peak need not outshine one.
    """
    hu, offset = np.nan_to_num(scene.sections.samples, nan=-1000.0), scene.sections.offset_mm
    step = float(np.median(np.diff(scene.frames.arclength_mm)))
    soft = SOFT_MM / float(offset[1] - offset[0])
    without_lumen = away_from_lumen(occluded, signal.tissue, step, settings)
    near = beyond_wall_mm(scene.wall, offset) < settings.beyond_wall_mm
    seen, noise = gaussian_filter(hu, (0.0, soft, soft)), physics.noise_sd_hu
    least = settings.peak_above_noise * noise
    faint = max(settings.faint_above_noise * noise, settings.faint_above_hu)
    peaks, joined = (
        near & (seen >= _least(signal, without_lumen, above, noise, settings)[:, None, None])
        for above in (least, min(faint, least))
    )
    return np.asarray(binary_propagation(peaks, np.ones((3, 3, 3), dtype=bool), mask=joined))


def measure_calcium(
    scene: Scenery,
    fitted: Deposits,
    signal: LumenSignal,
    curvature: Floats,
    physics: ScanPhysics,
    *,
    settings: CalciumSettings,
) -> Calcium:
    """Measure the calcium inside the wall on every section.

    Parameters
    ----------
    scene
        The scan, its sections, and what the vessel holds beside calcium.
    fitted
        Calcium fitted to the `candidates`; what lies beyond the wall of ``scene`` does not count.
    curvature
        (N, 2) curvature in 1/mm along (normal, binormal): planes overlap inside a bend.
    """
    sections, wall = scene.sections, scene.wall
    hu = np.nan_to_num(sections.samples, nan=-1000.0)
    offset = sections.offset_mm
    pixel = float(offset[1] - offset[0])
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    beyond = beyond_wall_mm(wall, offset)
    share = fitted.within(np.clip(0.5 - beyond / pixel, 0.0, 1.0), pixel)
    bend = curvature[:, 0, None, None] * offset + curvature[:, 1, None, None] * offset[:, None]
    weight = (pixel**2 * step * np.clip(1.0 - bend, 0.05, 2.0)).astype(np.float32)
    # Noise adds nothing to the volume in the mean, but as specks it widens arcs and joins pieces.
    solid = without_specks(share, weight)
    found = solid >= 0.5
    # Parts of one piece may be apart by less than blur lets the fit tell.
    wide = _grow(found, JOINED_MM / 2 / pixel)
    piece = label(wide, connectivity=3) * found
    reach = 2 * round(PIECE_REACH_MM / pixel) + 1
    added = np.maximum(fitted.hu - scene.plaque_hu[:, None, None], 0.0) * weight
    # Blur moves HU about but keeps their sum: all that was fitted at the wall is calcium's.
    burden = np.where(beyond < settings.beyond_wall_mm, fitted.share * added, 0.0)
    arcs = measure_arcs(solid, wall, offset, settings.arc_thickness_mm)
    contrast = _contrast(share * added, share * weight)
    apparent = _apparent(hu, beyond, physics, pixel, settings)
    return Calcium(
        share=share,
        piece=piece,
        weight_mm3=weight,
        burden_hu_mm3=burden.astype(np.float32),
        burden_piece=maximum_filter(piece, size=(1, reach, reach)) * (burden > 0.0),
        area_mm2=share.sum(axis=(1, 2), dtype=np.float64) * pixel**2,
        apparent_mm2=apparent.area_mm2[0],
        arc_deg=arcs.union_deg,
        arc_largest_deg=arcs.largest_deg,
        arc_enclosing_deg=arcs.enclosing_deg,
        thickness_mm=arcs.thickness_mm,
        peak_hu=_peaks(hu, found),
        free_zone_mm=_free_zone(solid, beyond, pixel),
        contrast_hu=contrast,
        area_sd_mm2=area_sd_mm2(
            share,
            beyond,
            contrast,
            noise_hu=physics.noise_sd_hu,
            pixel_mm=pixel,
            step_mm=step,
        ),
        arc_sd_deg=arcs.sd_deg,
        arc_centre_sd_deg=arcs.centre_sd_deg,
        apparent_sd_mm2=apparent.sd_mm2[0],
        protocols=protocol_areas(
            hu,
            beyond <= 0.0,
            fitted.candidate,
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


def away_from_lumen(
    occluded: Bools, tissue: Ints, step_mm: float, settings: CalciumSettings
) -> Bools:
    """Occluded stations (N,) where a peak need not outshine a lumen.

    They lie more than ``cap_zone_mm`` from one, or in a run of calcium that reaches so far: but
    for its first and last station, which may be half lumen.
    """
    size = round(settings.cap_zone_mm / step_mm)
    away = ~binary_dilation(~occluded, iterations=size) if size else occluded
    deep = binary_erosion(reaching(tissue, away))
    return np.asarray(away | (occluded & deep))


def _least(
    signal: LumenSignal,
    without_lumen: Bools,
    above_plaque_hu: float,
    noise_hu: float,
    settings: CalciumSettings,
) -> Floats:
    """HU (N,) from which on a place may be calcium."""
    above_lumen = signal.reference_hu + np.maximum(
        settings.lumen_above_share * signal.reference_hu, 3.0 * noise_hu
    )
    return np.where(without_lumen, signal.plaque_hu + above_plaque_hu, above_lumen)


def without_specks(share: Floats32, weight_mm3: Floats32) -> Floats32:
    """Return shares (N, P, P) without what is too small, and apart from what is not.

    A speck of 0.05 mm3 across the vessel makes a section's arc 50 degrees wider.
    """
    number = label(share >= SPECK_SHARE, connectivity=3)
    volume = np.bincount(number.ravel(), (share * weight_mm3).ravel())
    return np.where((volume >= SPECK_MM3)[number] & (number > 0), share, np.float32(0.0))


def _grow(mask: Bools, pixels: float) -> Bools:
    size = 2 * round(pixels) + 1
    return np.asarray(maximum_filter(mask, size=(3, size, size)))


def _apparent(
    hu: Floats32, beyond: Floats, physics: ScanPhysics, pixel_mm: float, settings: CalciumSettings
) -> ThresholdAreas:
    pool, noise = physics.blood_pool_hu.value or 0.0, physics.noise_sd_hu
    least = np.full((1, 1, 1), max(settings.apparent_hu, pool + settings.apparent_sd * noise))
    return areas_above(hu, beyond <= 0.0, [least], noise_hu=noise, pixel_mm=pixel_mm)


def _contrast(burden_hu_mm3: Floats32, volume_mm3: Floats32) -> Floats:
    burden = burden_hu_mm3.sum(axis=(1, 2), dtype=np.float64)
    volume = volume_mm3.sum(axis=(1, 2), dtype=np.float64)
    return np.where(volume > 0.0, burden / np.where(volume > 0.0, volume, 1.0), np.nan)


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
    """Highest known HU (pieces + 1,) of every piece; index 0 is not a piece."""
    count = int(piece.max())
    out = np.full(count + 1, np.nan)
    if count:
        known = np.nan_to_num(hu, nan=-np.inf)
        out[1:] = maximum_by(known, piece, index=np.arange(1, count + 1))
    return out
