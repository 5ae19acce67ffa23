"""What this scan can show: its noise, its blur, its blood pool, estimated from itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d, median_filter

from ctocalc._arrays import Floats, Ints
from ctocalc.geometry.frames import Frames
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.edge_blur import USUAL_MM, EdgeBlur, edge_blur
from ctocalc.image.noise import block_scatter_hu, noise_hu
from ctocalc.image.resolution import FWHM_PER_SIGMA, Resolution
from ctocalc.image.sections import PolarSections, Sampler, polar_sections
from ctocalc.quantity import Measured, Unit

USUAL_NOISE_HU = 25.0
LEAST_NOISE_HU = 5.0
# Soft, non-calcified plaque and vessel wall on CT.
PLAQUE_HU = 55.0
PLAQUE_SD_HU = 15.0
PLAQUE_SEEN_SD_HU = 8.0
PLAQUE_BETWEEN_HU = (20.0, 110.0)
# Around a middle that tells of plaque there is neither contrast nor calcium within this.
PLAQUE_ALONE_MM = 0.7
FAT_HU = -90.0
# Published slopes of hydroxyapatite by tube voltage; good to about 10 % by scanner and body.
HU_PER_MGCC = ((70.0, 2.20), (80.0, 1.95), (100.0, 1.58), (120.0, 1.32), (140.0, 1.17))

NO_THROUGH = Measured.unknown(Unit.MM, "no contrast-filled stretch shows its edges")
EVEN_WITHIN = 2.5
# A branch's line may begin amid its parent's calcium: it is brighter than this, and the lumen right
# behind it, with nothing dark between, has less than this share of it.
AMID_CALCIUM_HU, FALLS_TO = 500.0, 0.6
# Half widths of 95 % intervals, as shares: what the pool was off by on phantoms, and what noise so
# read is off by in patients (on phantoms 3 %).
NOISE_SHARE, POOL_SHARE = 0.1, 0.09
_RADII = np.arange(0.0, 4.01, 0.1)
_ANGLES = 48


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tube:
    """What `estimate` looks at: a vessel's surroundings, and the grid they were sampled from.

    ``scatter_hu`` (B,): how much voxels scatter in blocks of the tissue about the vessel.
    """

    sections: PolarSections
    grid: VoxelGrid
    scatter_hu: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPhysics:
    """Noise SD of a voxel, blur, blood pool of one scan.

    ``psf_fwhm_mm`` is the blur in the slices, ``psf_through_fwhm_mm`` along their normal;
    ``blood_pool_hu`` is the proximal vessels' own lumen; ``contrast`` is False where it is below
    the limit, or where no stretch of a line looks like contrast at all.  ``hu_per_mgcc`` is None
    where the tube voltage is unknown or misleads.
    """

    noise_hu: Measured
    psf_fwhm_mm: Measured
    blood_pool_hu: Measured
    contrast: bool
    hu_per_mgcc: float | None
    plaque_hu: float = PLAQUE_HU
    psf_through_fwhm_mm: Measured = NO_THROUGH

    @property
    def sigma_in_plane_mm(self) -> float:
        """Standard deviation of the blur within the slices."""
        return (self.psf_fwhm_mm.value or USUAL_MM[0]) / FWHM_PER_SIGMA

    @property
    def sigma_through_mm(self) -> float:
        """Standard deviation of the blur along the slices' normal."""
        return (self.psf_through_fwhm_mm.value or USUAL_MM[1]) / FWHM_PER_SIGMA

    @property
    def sigma_mm(self) -> float:
        """Standard deviation of the blur where its direction does not matter: mean variance."""
        return float(np.sqrt((2 * self.sigma_in_plane_mm**2 + self.sigma_through_mm**2) / 3))

    def resolution(self, grid: VoxelGrid) -> Resolution:
        """Return the blur with its directions, in a scan with this grid."""
        return Resolution.of_grid(
            grid, in_plane_mm=self.sigma_in_plane_mm, through_mm=self.sigma_through_mm
        )

    @property
    def noise_sd_hu(self) -> float:
        """Noise of one voxel, the usual one where it could not be estimated.

        Never below a floor: thresholds in noise SDs must stay above what interpolation adds.
        """
        return max(self.noise_hu.value or USUAL_NOISE_HU, LEAST_NOISE_HU)


def hu_per_mgcc(kvp: float | None) -> float | None:
    """Return HU per mg/cc of hydroxyapatite at a tube voltage, interpolated; None when unknown."""
    if kvp is None or not 60.0 <= kvp <= 150.0:
        return None
    volts, slopes = zip(*HU_PER_MGCC, strict=True)
    return float(np.interp(kvp, volts, slopes))


def tube(sampler: Sampler, frames: Frames) -> Tube:
    """Resample the tube around a vessel's axis that `estimate` looks at."""
    sections = polar_sections(sampler, frames, angles=_ANGLES, radius_mm=_RADII)
    return Tube(
        sections=sections, grid=sampler.volume.grid, scatter_hu=block_scatter_hu(sampler.volume)
    )


def estimate(
    tubes: Sequence[Tube],
    *,
    slope_hu_per_mgcc: float | None,
    no_contrast_below_hu: float,
) -> ScanPhysics:
    """Estimate a scan's physics from the tubes around its vessels' axes.

    Works from what is patent and free of calcium on any of the lines, but for the noise; where
    nothing is, the blur falls back on a usual value with a ``reason``.
    """
    centres = [_centre_hu(each.sections) for each in tubes]
    pool = _blood_pool(centres, no_contrast_below_hu)
    contrast = bool(pool is not None and pool >= no_contrast_below_hu)
    noise = noise_hu([each.scatter_hu for each in tubes])
    seen_plaque = _plaque(tubes)
    plaque, plaque_sd = seen_plaque or PLAQUE_HU, PLAQUE_SEEN_SD_HU if seen_plaque else PLAQUE_SD_HU
    blur: EdgeBlur | None = None
    if contrast and pool is not None:
        blur = edge_blur(
            [each.sections for each in tubes],
            centres,
            tubes[0].grid.lps_from_kji[:3, :3],
            pool_hu=pool,
            plaque_hu=plaque,
            plaque_sd_hu=plaque_sd,
            noise_hu=max(noise or USUAL_NOISE_HU, LEAST_NOISE_HU),
        )
    return ScanPhysics(
        noise_hu=_measured(noise, Unit.HU, NOISE_SHARE, "too little soft tissue about the lines"),
        psf_fwhm_mm=_width(*(blur.in_plane if blur else (None, 0.0))),
        psf_through_fwhm_mm=_width(*(blur.through if blur else (None, 0.0))),
        blood_pool_hu=_measured(pool, Unit.HU, POOL_SHARE, "no line lies in soft tissue"),
        contrast=contrast,
        hu_per_mgcc=slope_hu_per_mgcc,
        plaque_hu=plaque,
    )


def _width(value: float | None, sd: float) -> Measured:
    if value is None:
        return NO_THROUGH
    return Measured(value=value, unit=Unit.MM, low=value - 1.96 * sd, high=value + 1.96 * sd)


def _plaque(tubes: Sequence[Tube]) -> float | None:
    """HU of the vessel's middle where it holds neither contrast nor calcium; None if nowhere."""
    seen: list[Floats] = []
    for each in tubes:
        radius, samples = each.sections.radius_mm, each.sections.samples
        smooth = gaussian_filter1d(samples[:, :, radius <= PLAQUE_ALONE_MM], 1.0, axis=0)
        smooth = gaussian_filter1d(smooth, 1.0, axis=1, mode="wrap")
        body = binary_erosion(np.asarray(smooth.max(axis=(1, 2)) < 130.0), iterations=1)
        seen.append(samples[body][:, ::6, :4].mean(axis=(1, 2)))
    middle = np.concatenate(seen)
    if len(middle) < 6:
        return None
    return float(np.clip(np.median(middle), *PLAQUE_BETWEEN_HU))


def _measured(value: float | None, unit: Unit, share: float, reason: str) -> Measured:
    if value is None:
        return Measured.unknown(unit, reason)
    reach = abs(value) * share
    return Measured(value=value, unit=unit, low=value - reach, high=value + reach)


def _centre_hu(seen: PolarSections) -> Floats:
    """Mean HU (N,) of the disc of 0.4 mm about the axis; NaN outside the scan."""
    near = seen.radius_mm <= 0.4
    weight = np.maximum(seen.radius_mm[near], 0.05)
    return np.asarray((seen.samples[:, :, near].mean(axis=1) @ weight) / weight.sum())


def _blood_pool(centres: Sequence[Floats], least_hu: float) -> float | None:
    """Return the lumen HU nearest to the aorta.

    A contrast lumen is long and even; calcium is short and uneven.
    """
    seen: list[float] = []
    for centre in centres:
        even = median_filter(centre, size=9, mode="nearest")
        filled = (even > least_hu) & (np.abs(centre - even) < 0.15 * even)
        places = np.flatnonzero(filled)
        if filled.mean() >= 0.2 and len(places) >= 12:
            # Both ends of a line lie in lumen; the brighter one is nearer to the aorta.  Where a
            # vessel narrows, or the line leaves its middle, less than the lumen shows.
            for inwards in (places, places[::-1]):
                end = centre[inwards[:10]]
                if _is_even(end) and not _in_calcium(even, inwards, least_hu):
                    seen.append(float(np.percentile(end, 70)))
    if not seen:
        known = np.concatenate([c[np.isfinite(c)] for c in centres])
        return float(np.median(known)) if len(known) else None
    # A side branch or a thin vessel shows less than the pool that feeds it.
    return max(seen)


def _in_calcium(even: Floats, inwards: Ints, least_hu: float) -> bool:
    """Whether the end of a line, its filled stations ``inwards`` from there, lies in calcium.

    A lumen loses its HU beyond an interruption, or with its width; calcium ends within lumen.
    """
    first, behind = inwards[:10], inwards[10:30]
    between = slice(int(inwards[:30].min()), int(inwards[:30].max()) + 1)
    if len(behind) < 10 or (even[between] <= least_hu).any():
        return False
    end, lumen = np.percentile(even[first], 70), np.median(even[behind])
    return bool(end > AMID_CALCIUM_HU and lumen < FALLS_TO * end)


def _is_even(end: Floats) -> bool:
    """Whether an end of a line lies in lumen alone: calcium beside it is far brighter."""
    low, high = np.percentile(end, (10, 90))
    return bool(high < EVEN_WITHIN * low)
