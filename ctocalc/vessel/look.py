"""One look at the sections of a vessel: what may be lumen, and what speaks for it."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.ndimage import (
    binary_erosion,
    binary_opening,
    gaussian_filter,
    gaussian_filter1d,
    maximum_filter,
)

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.image.physics import PLAQUE_BETWEEN_HU, ScanPhysics
from ctocalc.image.sections import CartesianSections
from ctocalc.image.sharpen import sharpen
from ctocalc.vessel.spots import Spot, areas, spots
from ctocalc.vessel.tissue import Evidence

# Radius of a section's middle, of the least lumen that tells the pool's HU, and the SD of the HU
# (a share of the pool's) that the vanishing disc would have.
MIDDLE_MM, FEEDING_RADIUS_MM, LEVEL_SD = 0.3, 0.7, 0.6
# Plaque is told so far from rim and caps, and from what is brighter than this; seen in so much of
# it, it is told as surely as it is known beforehand.
OFF_RIM_MM, OFF_CAP_MM, CALCIUM_HU, TELLING_MM3 = 0.8, 1.0, 150.0, 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LumenSettings:
    """How contrast is looked for.

    ``filter_mm`` is the SD of the filter that gathers a small lumen's contrast;
    ``search_share`` of the wall's radius is how far from the centre a lumen is looked for, as the
    brightest place of ``peak_window_mm``; calcium is what stands above the local lumen by
    ``calcium_above_share``, with a halo of ``calcium_halo_mm``; where it leaves less than
    ``least_free_mm2``, the lumen cannot be seen.
    The shape of the brightest place is measured within ``spot_share`` of the wall's radius, after
    averaging along ``level_mm``, above ``background_hu``; ``noise_kept`` and ``sharp_noise`` are
    the noise of the averaged and of the sharpened sections as a share of a voxel's.  What lies
    between ``lumen_from`` and ``lumen_to`` of the lumen's contrast and is at least
    ``narrowest_mm`` wide may be lumen; smaller areas than ``small_mm2`` have no shape.  The lumen
    that feeds the line is looked for in ``feeding_mm`` at both its ends: it has ``feeding_from`` to
    ``feeding_to`` of the blood pool's HU and ``feeding_round`` of a circle's roundness, and its
    quartiles differ by less than ``feeding_even``.  A lumen has at least ``dimmest_share`` of the
    contrast expected; one of less than ``known_mm`` radius has an uncertain HU.  The
    lumen upstream has ``pool_share`` of what feeds the line, or more.  HU are compared along the
    vessel from ``comparable_mm`` of radius on, where nothing exceeds ``lone_share`` of them.
    """

    filter_mm: float = 0.2
    search_share: float = 0.55
    peak_window_mm: float = 0.75
    calcium_above_share: float = 0.2
    calcium_halo_mm: float = 0.5
    least_free_mm2: float = 0.2
    spot_share: float = 0.9
    level_mm: float = 0.5
    background_hu: float = 40.0
    noise_kept: float = 0.4
    sharp_noise: float = 1.5
    lumen_from: float = 0.55
    lumen_to: float = 1.3
    narrowest_mm: float = 0.6
    small_mm2: float = 0.8
    feeding_mm: float = 8.0
    feeding_from: float = 0.9
    feeding_to: float = 1.6
    feeding_round: float = 0.75
    feeding_even: float = 1.15
    dimmest_share: float = 0.3
    known_mm: float = 0.9
    pool_share: float = 0.97
    comparable_mm: float = 0.8
    lone_share: float = 1.12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """The sections, smoothed, and what in them does not depend on the lumen's own HU.

    ``known`` (N, P, P): what lies in the scan, and so far that smoothing mixes in nothing else.
    """

    known: Bools
    smooth: Floats32
    sharp: Floats32
    inside: Bools
    level: Floats
    disc: Bools
    summit: Bools
    radius_mm: Floats
    wall_radius_mm: Floats
    offset_mm: Floats
    spot: Spot
    clear: Spot
    brightest_hu: Floats
    step_mm: float
    pool_hu: float
    noise_hu: float
    settings: LumenSettings

    @classmethod
    def at(
        cls,
        sections: CartesianSections,
        wall_radius_mm: Floats,
        physics: ScanPhysics,
        settings: LumenSettings,
    ) -> "Look":
        """Look at sections whose wall has these mean radii (N,)."""
        step = float(np.median(np.diff(sections.frames.arclength_mm)))
        offset = sections.offset_mm
        pixel = float(offset[1] - offset[0])
        across = settings.filter_mm / pixel
        hu = np.nan_to_num(sections.samples, nan=-1000.0)
        known = np.isfinite(sections.samples)
        if not known.all():
            known = ~_halo(~known, settings.calcium_halo_mm, pixel, step)
        smooth = gaussian_filter(hu, (settings.filter_mm / step, across, across), mode="nearest")
        along = gaussian_filter1d(hu, settings.level_mm / step, axis=0, mode="nearest")
        sharp = sharpen(along, physics.sigma_mm / pixel)
        radius = np.hypot(offset[:, None], offset[None, :])
        disc = radius <= (settings.search_share * wall_radius_mm)[:, None, None]
        inside = radius <= (settings.spot_share * wall_radius_mm)[:, None, None]
        window = 2 * round(settings.peak_window_mm / 2 / pixel) + 1
        summit = (smooth >= maximum_filter(smooth, size=(1, window, window))) & inside
        wide = gaussian_filter(along, (0.0, across, across))
        peak = np.where(summit, wide, -np.inf).reshape(len(hu), -1)
        at = peak.argmax(axis=1)
        row, column = np.divmod(at, len(offset))
        highest = peak[np.arange(len(hu)), at]
        alone = np.isfinite(highest)
        noise = settings.noise_kept * physics.noise_sd_hu
        left = float(np.hypot(physics.sigma_mm, settings.filter_mm))
        spot = spots(
            wide, row, column, background_hu=settings.background_hu, sigma_mm=left,
            noise_hu=noise, offset_mm=offset,
        )  # fmt: skip
        clear = spots(
            sharp, row, column, background_hu=settings.background_hu, sigma_mm=left,
            noise_hu=settings.sharp_noise * physics.noise_sd_hu, offset_mm=offset,
        )  # fmt: skip
        spot, clear = (
            Spot(**{f.name: np.where(alone, getattr(x, f.name), np.nan) for f in fields(Spot)})
            for x in (spot, clear)
        )
        middle = wide[:, radius <= MIDDLE_MM].mean(axis=1)
        top = np.where(inside, wide, -np.inf).max(axis=(1, 2))
        return cls(
            known=known, smooth=smooth, sharp=sharp, inside=inside,
            level=np.where(np.isfinite(spot.level_hu), spot.level_hu, middle), disc=disc,
            summit=summit & disc, radius_mm=radius, wall_radius_mm=wall_radius_mm,
            offset_mm=offset, spot=spot, clear=clear,
            brightest_hu=np.where(alone, highest, np.minimum(top, middle)), step_mm=step,
            pool_hu=float(physics.blood_pool_hu.value or 0.0), noise_hu=physics.noise_sd_hu,
            settings=settings,
        )  # fmt: skip

    def feeding_hu(self) -> float:
        """Return the lumen's HU where the line begins, if that is even and round; else the pool's.

        A narrow vessel shows less than its lumen's own HU in its middle; the disc that explains
        what is seen has it.  Either end of the line may be the one nearer to the aorta.
        """
        level, count = self.spot.level_hu, round(self.settings.feeding_mm / self.step_mm)
        least, most = self.settings.feeding_from, self.settings.feeding_to
        like = (level > least * self.pool_hu) & (level < most * self.pool_hu)
        like &= self.clear.roundness > self.settings.feeding_round
        like &= self.spot.radius_mm > FEEDING_RADIUS_MM
        found = [self.pool_hu]
        for end in (slice(None, count), slice(-count, None)):
            near = level[end][like[end]]
            if len(near) >= 6:
                low, high = np.percentile(near, (25, 75))
                found.append(float(high) if high < self.settings.feeding_even * low else 0.0)
        return max(found)

    def plaque_hu(self, without_lumen: Bools, usual: float) -> float:
        """Return one vessel's plaque HU: the median where it shows at stations (N,) without lumen.

        It shows off rim and caps, within the scan, and out of calcium's halo.  The less of it is
        seen, the nearer to the ``usual``: plaque far from that, in noise, reads up to 10 HU nearer.
        """
        pixel = float(self.offset_mm[1] - self.offset_mm[0])
        deep = binary_erosion(without_lumen, iterations=max(1, round(OFF_CAP_MM / self.step_mm)))
        inner = self.radius_mm < (self.wall_radius_mm - OFF_RIM_MM)[:, None, None]
        inner &= self.known
        bright = _halo(self.smooth > CALCIUM_HU, self.settings.calcium_halo_mm, pixel, self.step_mm)
        hu = self.smooth[inner & ~bright & deep[:, None, None]]
        if not hu.size:
            return usual
        seen_mm3 = hu.size * pixel**2 * self.step_mm
        told = seen_mm3 / (seen_mm3 + TELLING_MM3)
        return float(np.clip(usual + told * (np.median(hu) - usual), *PLAQUE_BETWEEN_HU))

    def contrast(self, calcium: Bools) -> Floats:
        """Return HU (N,) of the brightest place that can be lumen; NaN where there is no room."""
        pixel = float(self.offset_mm[1] - self.offset_mm[0])
        free = self.disc & ~_halo(calcium, self.settings.calcium_halo_mm, pixel, self.step_mm)
        out = _brightest(self.smooth, self.summit & free, free)
        # Beside calcium what is no summit is the slope of its bloom.
        bloom = (calcium & self.disc).any(axis=(1, 2)) & ~(self.summit & free).any(axis=(1, 2))
        out[bloom] = np.nan
        out[free.sum(axis=(1, 2)) * pixel**2 < self.settings.least_free_mm2] = np.nan
        return out

    def like_lumen(self, room: Floats, floor: float) -> Bools:
        """Pixels (N, P, P) of what is as bright as the lumen and wide enough for one.

        The rims of calcium pass through the lumen's HU, too, but are narrow.
        """
        pixel = float(self.offset_mm[1] - self.offset_mm[0])
        # A lumen dimmer than expected is still one.
        own = np.clip(self.brightest_hu - floor, self.settings.dimmest_share * room, room)
        share = (self.sharp - np.float32(floor)) / own[:, None, None].astype(np.float32)
        high = (self.settings.lumen_to * room / own)[:, None, None].astype(np.float32)
        reach = round(self.settings.narrowest_mm / 2 / pixel)
        y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
        disc = (np.hypot(x, y) <= reach + 0.2)[None]
        like = (share > self.settings.lumen_from) & (share < high)
        return np.asarray(binary_opening(like & self.inside, disc))

    def evidence(
        self,
        contrast: Floats,
        reference: Floats,
        upstream: float,
        floor: float,
        plugged: Bools | None = None,
    ) -> Evidence:
        """Gather what speaks for lumen, plaque or calcium, given the lumen's HU and plugs (N,)."""
        room = np.maximum(reference - floor, 40.0)
        area, offset, roundness = areas(self.like_lumen(room, floor), self.offset_mm)
        small, known = area < self.settings.small_mm2, self.settings.known_mm
        spread = self.clear.edge_sd_mm / np.maximum(self.clear.radius_mm, 0.3)
        return Evidence(
            share=(contrast - floor) / room,
            brightest=(self.brightest_hu - floor) / room,
            level=self.level / upstream,
            level_noise=self.noise_hu / np.maximum(self.level, floor),
            alone=(self.level > 0.0)
            & (self.clear.radius_mm >= self.settings.comparable_mm)
            & (self.brightest_hu < self.settings.lone_share * self.level),
            level_sd=LEVEL_SD * np.clip(1.0 - self.spot.radius_mm / known, 0.0, 1.0),
            lumen_mm2=area,
            offset=np.stack([self.clear.offset_mm, np.where(small, np.nan, offset)])
            / self.wall_radius_mm,
            roundness=np.stack([self.clear.roundness, np.where(small, np.nan, roundness)]),
            spread=np.stack([spread, np.zeros(len(area))]),
            hollow=np.stack([self.spot.hollow, np.zeros(len(area))]),
            plugged=np.zeros(len(area), dtype=bool) if plugged is None else plugged,
        )


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
