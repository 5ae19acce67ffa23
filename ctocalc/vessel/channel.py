"""A channel too thin to show on single sections, looked for along a whole occlusion."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter
from scipy.special import ndtr

from ctocalc._arrays import Array, Bools, Floats, Ints
from ctocalc.image.physics import FAT_HU
from ctocalc.image.sections import CartesianSections
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.caps import TIP_MM
from ctocalc.vessel.lumen import LumenSignal

# Noise of a spot averaged over 1 mm of vessel less its ring's, as a share of a voxel's noise (what
# phantoms show), and how many SDs the brightest of a handful of places is too bright by.
NOISE_KEPT, CHOSEN_SD = 0.65, 1.0
# The darkest place of a handful is so many SDs below the rest.
DARKEST_SD = 2.0
Z95 = 1.96
# Where a spot's surroundings are read, and how much of them must be clear of calcium.
RING_MM, RING_SHARE = 0.8, 0.6
STRETCH_MM = 2.0
# Nearer to the wall than this, what lies outside it decides.
RIM_MM = 0.2
_RING = np.exp(2j * np.pi * np.arange(16) / 16)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """When contrast runs through an occlusion.

    A spot within ``middle_share`` of the wall's radius is a channel where it stands out of its
    surroundings by ``sure_sd`` standard deviations, in ``seen_share`` of the body or more and in
    each ``part_mm`` of it.  There is none where ``seen_share`` of the places show, over
    ``clear_mm`` or more, and none may be as bright as a lumen of ``diameter_mm`` (the definition's
    0.16 mm is beyond what CT resolves).  Within ``halo_mm`` of calcium nothing can be told.
    """

    filter_mm: float = 0.2
    middle_share: float = 0.5
    part_mm: float = 5.0
    clear_mm: float = 4.0
    seen_share: float = 0.6
    diameter_mm: float = 0.3
    sure_sd: float = 3.5
    halo_mm: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """Whether contrast runs through an occlusion; None where the image cannot tell (``reason``).

    ``diameter_mm`` is that of a round lumen of the same contrast at the place that is most like
    one.
    """

    present: bool | None
    diameter_mm: Measured
    reason: str | None = None

    @classmethod
    def untold(cls, reason: str) -> "Channel":
        """Return the answer where nothing was seen."""
        return cls(present=None, diameter_mm=Measured.unknown(Unit.MM, reason), reason=reason)


HIDDEN = "calcium hides so much of the occlusion that a channel cannot be told"
FAINT = "noise hides a channel of this width, or looks like one"


def find_channel(
    sections: CartesianSections,
    wall: Boundary,
    signal: LumenSignal,
    body: Bools,
    *,
    noise_hu: float,
    settings: ChannelSettings,
) -> Channel:
    """Look for a channel through the body (N,) of an occlusion.

    A channel is a spot that stands out of its ring, at the same place of all sections.  Sections
    are averaged, and what the brightest of all places shows is held against what noise and the
    other places show.  Misses a channel that winds by more than its blur.
    """
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    stations = np.flatnonzero(body)
    clear = round(settings.clear_mm / step)
    if len(stations) < clear:
        return Channel.untold("the occlusion is too short to look for a channel")
    spots = _spots(sections, wall, signal, stations, settings)
    known = np.isfinite(spots).sum(axis=1)
    seen = known >= clear
    if not seen.any():
        return Channel.untold(HIDDEN)
    height = float(np.median(signal.room_hu[stations]))
    return _answer(
        spots[seen] / height,
        noise_mm=max(NOISE_KEPT * noise_hu, _noise_along(spots[seen], step)) / height,
        unseen=float(1.0 - seen.mean()),
        step_mm=step,
        blur_mm=signal.blur_mm,
        settings=settings,
    )


def _answer(
    spots: Floats,
    *,
    noise_mm: float,
    unseen: float,
    step_mm: float,
    blur_mm: float,
    settings: ChannelSettings,
) -> Channel:
    """Decide by the contrast shares of all places (P, S), with this noise over 1 mm."""
    mean = np.nanmean(spots, axis=1)
    best = int(mean.argmax())
    share, told = float(mean[best]), spots[best][np.isfinite(spots[best])]
    sd = noise_mm / float(np.sqrt(len(told) * step_mm))
    # Where others are as dark as this one is bright, it is no channel either, but bloom or fat.
    odd = max(sd, -float(mean.min()) / DARKEST_SD)
    low, high = share - (CHOSEN_SD + Z95) * odd, share + Z95 * sd
    diameter = Measured(
        value=_diameter_mm(max(share - CHOSEN_SD * sd, low), blur_mm),
        low=_diameter_mm(low, blur_mm), high=_diameter_mm(high, blur_mm), unit=Unit.MM,
    )  # fmt: skip
    stands_out = low > _share(TIP_MM, blur_mm) and share > settings.sure_sd * odd
    if stands_out and _through(told, step_mm, spots.shape[1], settings):
        return Channel(present=True, diameter_mm=diameter)
    if high < _share(settings.diameter_mm, blur_mm) and 1.0 - unseen >= settings.seen_share:
        return Channel(present=False, diameter_mm=diameter)
    return Channel(present=None, diameter_mm=diameter, reason=FAINT)


def _noise_along(spots: Floats, step_mm: float) -> float:
    """Return the SD over 1 mm of vessel by which stretches of all places (P, S) differ; 0: untold.

    Stretches are longer than noise is correlated.
    """
    size = round(STRETCH_MM / step_mm)
    whole = spots[:, : spots.shape[1] // size * size].reshape(len(spots), -1, size)
    mean = np.where(np.isfinite(whole).all(axis=2), whole.sum(axis=2), np.nan) / size
    count = np.isfinite(mean).sum(axis=1)
    off = (
        mean - (np.where(np.isfinite(mean), mean, 0.0).sum(axis=1) / np.maximum(count, 1))[:, None]
    )
    free = int(np.maximum(count - 1, 0).sum())
    return float(np.sqrt(np.nansum(off**2) / free * size * step_mm)) if free else 0.0


def _through(told: Floats, step_mm: float, stations: int, settings: ChannelSettings) -> bool:
    """Whether what shows at the stations where it can (M,) shows in all parts of the body."""
    part = min(round(settings.part_mm / step_mm), len(told))
    weakest = np.convolve(told, np.ones(part) / part, mode="valid").min()
    return bool(len(told) >= settings.seen_share * stations and weakest > 0.5 * told.mean())


def _spots(
    sections: CartesianSections,
    wall: Boundary,
    signal: LumenSignal,
    stations: Ints,
    settings: ChannelSettings,
) -> Floats:
    """Return how far the spots of the middle stand out of their rings, (P, S) HU.

    NaN where calcium is near the spot or covers its ring.
    """
    offset = sections.offset_mm
    pixel = float(offset[1] - offset[0])
    place = offset[:, None] + 1j * offset[None, :]
    depth = _wall_mm(wall, place)[stations] - np.abs(place)
    blur = settings.filter_mm / pixel
    hu = gaussian_filter(np.nan_to_num(sections.samples[stations], nan=-1000.0), (0, blur, blur))
    # A narrow vessel in fat is brightest in its middle without any channel.
    rim = 1.0 - ndtr(depth / signal.blur_mm)
    hu += ((signal.plaque_hu[stations] - FAT_HU)[:, None, None] * rim).astype(hu.dtype)
    hu[depth < RIM_MM] = np.nan
    hu[_near_calcium(sections, wall, signal, stations, settings.halo_mm)] = np.nan
    radius = np.sqrt(np.median(wall.area_mm2[stations]) / np.pi)
    row, column = np.nonzero(np.abs(place) <= settings.middle_share * radius)
    ring = np.rint(RING_MM / pixel * _RING)
    y, x = (np.asarray(part, dtype=np.int64) for part in (ring.real, ring.imag))
    around = hu[:, row[:, None] + y, column[:, None] + x]
    # Both ends of a diameter together: the slope of something bright beside it cancels.
    across = around.reshape(*around.shape[:2], 2, -1).mean(axis=2)
    known = np.isfinite(across)
    count = known.sum(axis=2)
    level = np.where(known, across, 0.0).sum(axis=2) / np.maximum(count, 1)
    enough = count >= RING_SHARE * across.shape[2]
    spot = np.where(enough, hu[:, row, column] - level, np.nan)
    return np.asarray(spot.T)


def _near_calcium(
    sections: CartesianSections,
    wall: Boundary,
    signal: LumenSignal,
    stations: Ints,
    halo_mm: float,
) -> Bools:
    """Mark pixels (S, P, P) whose brightness may be calcium's bloom: nothing else is so bright."""
    offset, s = sections.offset_mm, sections.frames.arclength_mm
    pixel, step = float(offset[1] - offset[0]), float(np.median(np.diff(s)))
    first = max(int(stations[0]) - round(halo_mm / step), 0)
    near = slice(first, int(stations[-1]) + round(halo_mm / step) + 1)
    place = offset[:, None] + 1j * offset[None, :]
    half = 0.5 * (signal.reference_hu + signal.plaque_hu)[near, None, None]
    bright = (sections.samples[near] > half) & (np.abs(place) <= _wall_mm(wall, place)[near])
    if not bright.any():
        return np.zeros((len(stations), *place.shape), dtype=np.bool_)
    away = distance_transform_edt(~bright, sampling=(step, pixel, pixel))
    return np.asarray(away[stations - first] <= halo_mm)


def _wall_mm(wall: Boundary, place: Array) -> Floats:
    """Return the wall's radius (N, P, P) on the rays to places (P, P), complex."""
    count = wall.radius_mm.shape[1]
    ray = np.rint(np.angle(place) / (2 * np.pi) * count).astype(np.int64) % count
    return np.asarray(wall.radius_mm[:, ray])


def _share(diameter_mm: float, blur_mm: float) -> float:
    """Share of its contrast that a lumen keeps at its centre, over that at the ring about it."""
    whole = 1.0 - np.exp(-(diameter_mm**2) / (8.0 * blur_mm**2))
    return float(whole * (1.0 - np.exp(-(RING_MM**2) / (2.0 * blur_mm**2))))


def _diameter_mm(share: float, blur_mm: float) -> float:
    """Return the diameter of the lumen that keeps this share; 0 below none."""
    whole = share / (1.0 - np.exp(-(RING_MM**2) / (2.0 * blur_mm**2)))
    return float(np.sqrt(-8.0 * blur_mm**2 * np.log1p(-np.clip(whole, 0.0, 0.98))))
