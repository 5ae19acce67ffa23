"""Where contrast is: its brightness along the vessel, told apart from calcium."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import (
    binary_dilation,
    binary_erosion,
    gaussian_filter,
    gaussian_filter1d,
    maximum_filter,
    median_filter,
)
from scipy.special import ndtr

from ctocalc._arrays import Bools, Floats, Floats32, frozen
from ctocalc.image.physics import FAT_HU, ScanPhysics
from ctocalc.image.sections import CartesianSections
from ctocalc.kernels.runs import runs


@dataclass(frozen=True, slots=True, kw_only=True)
class LumenSettings:
    """How contrast is looked for.

    ``filter_mm`` is the SD of the filter that gathers a small lumen's contrast;
    ``search_share`` of the wall's radius is how far from the centre a lumen is looked for, as the
    brightest place of ``peak_window_mm``; calcium is what stands above the local lumen by
    ``calcium_above_share``, with a halo of ``calcium_halo_mm``; where it leaves less than
    ``least_free_mm2``, the lumen cannot be seen.
    A stretch above ``patent_share`` of the pool's contrast is lumen when it reaches
    ``full_share`` of it, or is ``long_mm`` long and even within ``even_share``,
    and no more than ``rise_share`` of the first and last of them; one
    shorter than ``island_beside_calcium_mm`` must be free of calcium for the most part.
    A channel shows where every ``channel_part_mm`` of the body holds the contrast of a lumen of
    ``channel_diameter_mm`` (the definition's 0.16 mm is beyond what CT resolves).
    """

    filter_mm: float = 0.2
    search_share: float = 0.55
    peak_window_mm: float = 0.75
    calcium_above_share: float = 0.2
    calcium_halo_mm: float = 0.5
    least_free_mm2: float = 0.2
    patent_share: float = 0.2
    full_share: float = 0.65
    long_mm: float = 6.0
    even_share: float = 0.2
    rise_share: float = 1.05
    island_beside_calcium_mm: float = 8.0
    channel_part_mm: float = 5.0
    channel_seen_share: float = 0.6
    channel_diameter_mm: float = 0.28


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LumenSignal:
    """Contrast along a vessel, one value per station.

    Parameters
    ----------
    contrast_hu
        (N,) HU of the brightest place that can be lumen, blurred by ``blur_mm``; NaN where calcium
        covers the section.
    reference_hu
        (N,) HU that a wide lumen has, or would have, at this place.
    plaque_hu
        (N,) HU inside the wall where there is neither lumen nor calcium.
    floor_hu
        (N,) what ``contrast_hu`` reads without any lumen: the brightest place of plaque and noise.
    calcified, plugged, patent
        (N,) whether calcium stands in the searched disc; whether it fills its middle; whether the
        stretch is lumen.
    blur_mm
        SD of scan blur and filter together.
    """

    contrast_hu: Floats
    reference_hu: Floats
    plaque_hu: Floats
    floor_hu: Floats
    calcified: Bools
    plugged: Bools
    patent: Bools
    blur_mm: float

    def __post_init__(self) -> None:
        n = len(self.contrast_hu)
        for name in ("contrast_hu", "reference_hu", "plaque_hu", "floor_hu"):
            object.__setattr__(self, name, frozen(getattr(self, name), (n,)))
        for name in ("calcified", "plugged", "patent"):
            object.__setattr__(self, name, frozen(getattr(self, name), (n,), np.bool_))

    @property
    def share(self) -> Floats:
        """Contrast (N,) as a share of a wide lumen's."""
        return np.asarray((self.contrast_hu - self.floor_hu) / (self.reference_hu - self.floor_hu))

    def share_of(self, diameter_mm: Floats) -> Floats:
        """Share of contrast that a lumen of this diameter keeps at its centre after blurring."""
        return np.asarray(1.0 - np.exp(-(diameter_mm**2) / (8.0 * self.blur_mm**2)))


def find_lumen(
    sections: CartesianSections,
    wall_radius_mm: Floats,
    physics: ScanPhysics,
    *,
    settings: LumenSettings,
) -> LumenSignal:
    """Measure contrast along the vessel, in the middle of a wall of mean radius (N,).

    A lumen is a local maximum of the section that is no brighter than the lumen around it and
    lies off calcium's halo; the slope of something brighter beside it is no maximum.  Misleads
    where calcium has the HU of the lumen and lies in the middle: HU alone cannot tell them apart.
    """
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    pixel = float(sections.offset_mm[1] - sections.offset_mm[0])
    sigma = (settings.filter_mm / step, settings.filter_mm / pixel, settings.filter_mm / pixel)
    hu = np.nan_to_num(sections.samples, nan=-1000.0)
    smooth = gaussian_filter(hu, sigma, mode="nearest")
    radius = np.hypot(sections.offset_mm[:, None], sections.offset_mm[None, :])
    disc = radius <= (settings.search_share * wall_radius_mm)[:, None, None]
    inside = radius <= wall_radius_mm[:, None, None]
    window = 2 * round(settings.peak_window_mm / 2 / pixel) + 1
    summit = (smooth >= maximum_filter(smooth, size=(1, window, window))) & disc
    pool = float(physics.blood_pool_hu.value or 0.0)
    floor = physics.plaque_hu
    reference = np.full(len(hu), pool)
    # Twice: the local lumen decides what is calcium, and calcium is left out of the local lumen.
    for _ in range(2):
        limit = reference + np.maximum(
            settings.calcium_above_share * reference, 3.0 * physics.noise_sd_hu
        )
        calcium = smooth > limit[:, None, None]
        free = disc & ~_halo(calcium, settings.calcium_halo_mm, pixel, step)
        contrast = _brightest(smooth, summit & free, free)
        contrast[free.sum(axis=(1, 2)) * pixel**2 < settings.least_free_mm2] = np.nan
        beside = binary_dilation(np.asarray((calcium & inside).any(axis=(1, 2))))
        reference = _reference(contrast, beside, pool, floor, step, settings)
    calcified = np.asarray((calcium & disc).any(axis=(1, 2)))
    body = (contrast - floor) < 0.3 * (reference - floor)
    middle = smooth[:, radius <= 0.5].mean(axis=1)
    floor, plaque = _without_lumen(contrast[body], middle[body & ~calcified], physics.plaque_hu)
    return LumenSignal(
        contrast_hu=contrast,
        reference_hu=np.maximum(reference, floor + 40.0),
        plaque_hu=np.full(len(hu), plaque),
        floor_hu=np.full(len(hu), floor),
        calcified=calcified,
        plugged=smooth[:, radius <= 0.3].mean(axis=1) > limit,
        patent=patent_stations(contrast, beside, pool, floor, step, settings),
        blur_mm=float(np.hypot(physics.sigma_mm, settings.filter_mm)),
    )


def _without_lumen(brightest: Floats, middle: Floats, usual: float) -> tuple[float, float]:
    """Return what stations without lumen show: at their brightest place, in their middle."""
    if len(brightest) < 4:
        return usual, usual
    floor = float(np.clip(np.median(brightest), 20.0, 130.0))
    plaque = float(np.clip(np.median(middle), 20.0, 110.0)) if len(middle) else usual
    return floor, plaque


def _brightest(smooth: Floats32, summit: Bools, free: Bools) -> Floats:
    """HU (N,) of the highest summit; where the free part has none, of its middle."""
    top = np.where(summit, smooth, -np.inf).max(axis=(1, 2))
    count = np.maximum(free.sum(axis=(1, 2)), 1)
    mean = np.where(free, smooth, 0.0).sum(axis=(1, 2)) / count
    return np.asarray(np.where(np.isfinite(top), top, mean))


def _halo(calcium: Bools, halo_mm: float, pixel_mm: float, step_mm: float) -> Bools:
    across = 2 * round(halo_mm / pixel_mm) + 1
    along = 2 * round(halo_mm / step_mm / 2) + 1
    return np.asarray(maximum_filter(calcium, size=(along, across, across)))


def _reference(
    contrast: Floats,
    beside_calcium: Bools,
    pool: float,
    floor: float,
    step_mm: float,
    settings: LumenSettings,
) -> Floats:
    """Lumen HU along the vessel: a running median of what is patent, carried across the rest."""
    patent = patent_stations(contrast, beside_calcium, pool, floor, step_mm, settings)
    n = np.arange(len(contrast))
    # Caps are thinner than the filter is wide: they do not vote.
    inner = binary_erosion(patent, iterations=max(1, round(1.5 / step_mm)), border_value=1)
    votes = inner & np.isfinite(contrast)
    if votes.sum() < 4:
        return np.full(len(contrast), pool)
    size = min(2 * round(3.0 / step_mm) + 1, 2 * (int(votes.sum()) // 2) - 1)
    level = median_filter(contrast[votes], size=size, mode="nearest")
    whole = np.interp(n, n[votes], level)
    return np.asarray(gaussian_filter1d(whole, 1.0 / step_mm, mode="nearest"))


def patent_stations(
    contrast: Floats,
    beside_calcium: Bools,
    pool: float,
    floor: float,
    step_mm: float,
    settings: LumenSettings,
) -> Bools:
    """Stations (N,) of stretches that are lumen: bright as the pool somewhere, or long and even.

    Deposits of calcium too small to reach their own HU look like a thin lumen, but are uneven; and
    between its ends no lumen is brighter than at them, calcium of the lumen's HU often is; and a
    short stretch most of which has calcium beside it is calcium's bloom.
    """
    bright = contrast > floor + settings.patent_share * (pool - floor)
    n = np.arange(len(contrast))
    known = np.isfinite(contrast)
    if not known.any():
        return np.zeros(len(contrast), dtype=bool)
    even = gaussian_filter1d(np.interp(n, n[known], contrast[known]), 0.5 / step_mm)
    found: list[tuple[int, int, float]] = []
    for start, stop in runs(bright | ~known):
        inside = contrast[start:stop][np.isfinite(contrast[start:stop])]
        if not len(inside):
            continue
        level = float(np.median(inside))
        spread = 1.4826 * float(np.median(np.abs(inside - level))) / level
        long = (stop - start) * step_mm >= settings.long_mm and spread < settings.even_share
        full = even[start:stop].max() > floor + settings.full_share * (pool - floor)
        if long or full:
            found.append((start, stop, level))
    # Both ends of a line lie in lumen, the brighter one nearer to the aorta.
    out = np.zeros(len(contrast), dtype=bool)
    highest = settings.rise_share * max(found[0][2], found[-1][2]) if found else 0.0
    for start, stop, level in found:
        inner = start > found[0][0] and stop < found[-1][1]
        short = (stop - start) * step_mm < settings.island_beside_calcium_mm
        bloom = inner and short and beside_calcium[start:stop].mean() > 0.5
        out[start:stop] = level <= highest and not bloom
    return out


def without_contrast(count: int, physics: ScanPhysics) -> LumenSignal:
    """Return the signal of a scan without contrast: no lumen can be told from its wall."""
    plaque = np.full(count, physics.plaque_hu)
    return LumenSignal(
        contrast_hu=np.full(count, np.nan),
        reference_hu=plaque + 40.0,
        plaque_hu=plaque,
        floor_hu=plaque,
        calcified=np.zeros(count, dtype=bool),
        plugged=np.zeros(count, dtype=bool),
        patent=np.zeros(count, dtype=bool),
        blur_mm=physics.sigma_mm,
    )


def channel_share(
    sections: CartesianSections,
    wall_radius_mm: Floats,
    signal: LumenSignal,
    body: Bools,
    *,
    settings: LumenSettings,
) -> float | None:
    """Contrast share of a channel that runs through the body of an occlusion (N,).

    The sections of the body are averaged, which takes away their noise; a channel is then a spot
    that stands out of its surroundings, in every ``channel_part_mm`` of the body at the same
    place.  None where calcium leaves less than ``channel_seen_share`` of the body.  Misses a
    channel that winds.
    """
    offset = sections.offset_mm
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    part = round(settings.channel_part_mm / step)
    within = np.hypot(offset[:, None], offset[None, :]) <= wall_radius_mm[:, None, None]
    top = np.where(within, np.nan_to_num(sections.samples, nan=-1000.0), -np.inf).max(axis=(1, 2))
    # Nothing but calcium is that bright in a body; its bloom would look like a channel.
    bright = top > 0.5 * (signal.reference_hu + signal.plaque_hu)
    use = np.flatnonzero(body & ~binary_dilation(bright, iterations=round(1.5 / step)))
    if len(use) < max(part, settings.channel_seen_share * body.sum()):
        return None
    blur = settings.filter_mm / float(offset[1] - offset[0])
    smooth = gaussian_filter(np.nan_to_num(sections.samples[use], nan=-1000.0), (0, blur, blur))
    wall = float(np.median(wall_radius_mm[use]))
    radius = np.hypot(offset[:, None], offset[None, :])
    # A narrow vessel in fat is brightest in its middle without any channel.
    rim = 1.0 - ndtr((wall - radius) / signal.blur_mm)
    smooth += (signal.plaque_hu[use[0]] - FAT_HU) * rim.astype(np.float32)
    middle = radius <= settings.search_share * wall
    row, column = np.unravel_index(
        int(np.argmax(np.where(middle, smooth.mean(axis=0), -np.inf))), middle.shape
    )
    away = np.hypot(offset[:, None] - offset[row], offset[None, :] - offset[column])
    around = np.median(smooth[:, (away > 0.6) & (away < 1.0)], axis=1)
    spot = smooth[:, away <= 0.2].mean(axis=1) - around
    parts = np.convolve(spot, np.ones(part) / part, mode="valid")
    return float(parts.min() / np.median((signal.reference_hu - signal.plaque_hu)[use]))
