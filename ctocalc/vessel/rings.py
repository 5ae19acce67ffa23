"""Rings about the lumen: what CT shows of it where neither calcium nor the wall spoils it."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter, gaussian_filter1d

from ctocalc._arrays import Bools, Floats, Floats32, frozen
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import CartesianSections
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.tissue import Tissue

RING_MM, RINGS = 0.25, 12
# The wall is known to about so much, and blur brings fat or muscle as far inside it.
RIM_MM = 0.5
# What has so much of a lumen's contrast is calcium, with a halo; noise is smoothed away first, over
# so much along and across.
OUTSHINES, HALO_MM, SOFT_MM = 1.2, 0.5, (0.2, 0.12)
# Less of a ring tells nothing.
LEAST_MM2 = 0.04
# The lumen's centre: of what has this share of its contrast, within this share of the wall's
# radius, where most of its contrast shows and hardly anything is brighter; at most so far off the
# axis, even over this length.
CENTRE_SHARE, WITHIN_SHARE, CENTRE_OUTSHINES, CENTRE_COVERED = 0.3, 0.85, 1.25, 0.05
CENTRE_SHOWS = 0.5
FARTHEST_MM, EVEN_MM = 0.8, 1.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rings:
    """Mean HU (N, R) of rings about the lumen's centre, ``area_mm2`` (N, R) of what they are of.

    The area is 0, and the HU NaN, where too little of a ring is left.  ``noise_hu`` is the SD of a
    voxel, ``sigma_mm`` the scan's blur.
    """

    hu: Floats
    area_mm2: Floats
    noise_hu: float
    sigma_mm: float

    def __post_init__(self) -> None:
        n = len(self.hu)
        object.__setattr__(self, "hu", frozen(self.hu, (n, RINGS)))
        object.__setattr__(self, "area_mm2", frozen(self.area_mm2, (n, RINGS)))

    def since(self, first: int) -> "Rings":
        """Return the rings from one station on."""
        return Rings(
            hu=self.hu[first:], area_mm2=self.area_mm2[first:],
            noise_hu=self.noise_hu, sigma_mm=self.sigma_mm,
        )  # fmt: skip


def rings_about_lumen(
    sections: CartesianSections, signal: LumenSignal, wall_radius_mm: Floats, physics: ScanPhysics
) -> Rings:
    """Return the rings of every station of a vessel whose wall has a mean radius (N,).

    Through an occlusion they lie about where the lumens beside it have their centres.  Misleads
    beside calcium that is fainter than ``OUTSHINES``: it reads as a wider lumen; and where noise
    is as strong as a faint lumen's contrast, of which the brightest is then left out as calcium.
    """
    offset = sections.offset_mm
    pixel = float(offset[1] - offset[0])
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    hu = np.nan_to_num(sections.samples, nan=-1000.0)
    across = SOFT_MM[1] / pixel
    soft = gaussian_filter(hu, (SOFT_MM[0] / step, across, across), mode="nearest")
    room = signal.room_hu.astype(np.float32)[:, None, None]
    share = (soft - signal.plaque_hu.astype(np.float32)[:, None, None]) / room
    x, y = np.meshgrid(offset, offset)
    free = np.hypot(x, y) < (wall_radius_mm - RIM_MM)[:, None, None]
    free &= np.isfinite(sections.samples)
    free &= ~_near(share > OUTSHINES, pixel, step)
    centre = _centres(share, signal, wall_radius_mm, x, y, step)
    means, area = np.full((2, len(hu), RINGS), np.nan)
    for n in range(len(hu)):
        ring = (np.hypot(x - centre[n, 0], y - centre[n, 1]) / RING_MM).astype(np.int64)
        told = free[n] & (ring < RINGS)
        count = np.bincount(ring[told], minlength=RINGS)
        total = np.bincount(ring[told], hu[n][told], minlength=RINGS)
        enough = count * pixel**2 > LEAST_MM2
        means[n] = np.where(enough, total / np.maximum(count, 1), np.nan)
        area[n] = np.where(enough, count * pixel**2, 0.0)
    return Rings(hu=means, area_mm2=area, noise_hu=physics.noise_sd_hu, sigma_mm=physics.sigma_mm)


def _near(bright: Bools, pixel_mm: float, step_mm: float) -> Bools:
    """Return what lies within the halo of something bright (N, P, P), across and along."""
    reach = round(HALO_MM / pixel_mm)
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    disc = np.hypot(x, y) <= reach + 0.2
    return np.asarray(
        binary_dilation(bright, np.stack([disc] * (2 * round(HALO_MM / step_mm) + 1)))
    )


def _centres(
    share: Floats32,
    signal: LumenSignal,
    wall_radius_mm: Floats,
    x: Floats,
    y: Floats,
    step_mm: float,
) -> Floats:
    """Return where (N, 2) the lumen lies, in mm along normal and binormal; 0 where none is known.

    Between lumens it lies between their centres.
    """
    inside = np.hypot(x, y) < WITHIN_SHARE * wall_radius_mm[:, None, None]
    weight = np.where(inside, np.maximum(share - CENTRE_SHARE, 0.0), 0.0)
    total = weight.sum(axis=(1, 2))
    covered = (inside & (share > CENTRE_OUTSHINES)).sum(axis=(1, 2))
    known = (covered <= CENTRE_COVERED * inside.sum(axis=(1, 2))) & (total > 0.0)
    known &= (signal.tissue == Tissue.LUMEN) & (np.nan_to_num(signal.share) > CENTRE_SHOWS)
    out = np.zeros((len(share), 2))
    at = np.flatnonzero(known)
    if len(at):
        for axis, place in enumerate((x, y)):
            found = (weight[at] * place).sum(axis=(1, 2)) / total[at]
            out[:, axis] = np.interp(np.arange(len(share)), at, found)
    out = gaussian_filter1d(out, EVEN_MM / step_mm, axis=0, mode="nearest")
    away = np.hypot(out[:, 0], out[:, 1])
    return np.asarray(out * np.minimum(FARTHEST_MM / np.maximum(away, FARTHEST_MM), 1.0)[:, None])
