"""A channel too thin to show on single sections, looked for along a whole occlusion."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter
from scipy.special import ndtr

from ctocalc._arrays import Bools, Floats
from ctocalc.image.physics import FAT_HU
from ctocalc.image.sections import CartesianSections
from ctocalc.vessel.lumen import LumenSignal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelSettings:
    """When contrast runs through an occlusion.

    A channel shows where every ``part_mm`` of the body holds the contrast of a lumen of
    ``diameter_mm`` (the definition's 0.16 mm is beyond what CT resolves), within ``middle_share``
    of the wall's radius; ``filter_mm`` gathers its contrast; calcium must leave ``seen_share`` of
    the body.
    """

    filter_mm: float = 0.2
    middle_share: float = 0.55
    part_mm: float = 5.0
    seen_share: float = 0.6
    diameter_mm: float = 0.28


def channel_share(
    sections: CartesianSections,
    wall_radius_mm: Floats,
    signal: LumenSignal,
    body: Bools,
    *,
    settings: ChannelSettings,
) -> float | None:
    """Contrast share of a channel that runs through the body of an occlusion (N,).

    The sections of the body are averaged, which takes away their noise; a channel is then a spot
    that stands out of its surroundings, in every ``part_mm`` of the body at the same
    place.  None where calcium leaves less than ``seen_share`` of the body.  Misses a
    channel that winds.
    """
    offset = sections.offset_mm
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    part = round(settings.part_mm / step)
    within = np.hypot(offset[:, None], offset[None, :]) <= wall_radius_mm[:, None, None]
    top = np.where(within, np.nan_to_num(sections.samples, nan=-1000.0), -np.inf).max(axis=(1, 2))
    # Nothing but calcium is that bright in a body; its bloom would look like a channel.
    bright = top > 0.5 * (signal.reference_hu + signal.plaque_hu)
    use = np.flatnonzero(body & ~binary_dilation(bright, iterations=round(1.5 / step)))
    if len(use) < max(part, settings.seen_share * body.sum()):
        return None
    blur = settings.filter_mm / float(offset[1] - offset[0])
    smooth = gaussian_filter(np.nan_to_num(sections.samples[use], nan=-1000.0), (0, blur, blur))
    wall = float(np.median(wall_radius_mm[use]))
    radius = np.hypot(offset[:, None], offset[None, :])
    # A narrow vessel in fat is brightest in its middle without any channel.
    rim = 1.0 - ndtr((wall - radius) / signal.blur_mm)
    smooth += (signal.plaque_hu[use[0]] - FAT_HU) * rim.astype(np.float32)
    middle = radius <= settings.middle_share * wall
    row, column = np.unravel_index(
        int(np.argmax(np.where(middle, smooth.mean(axis=0), -np.inf))), middle.shape
    )
    away = np.hypot(offset[:, None] - offset[row], offset[None, :] - offset[column])
    around = np.median(smooth[:, (away > 0.6) & (away < 1.0)], axis=1)
    spot = smooth[:, away <= 0.2].mean(axis=1) - around
    parts = np.convolve(spot, np.ones(part) / part, mode="valid")
    return float(parts.min() / np.median((signal.reference_hu - signal.plaque_hu)[use]))
