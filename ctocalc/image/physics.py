"""What this scan can show: its noise, its blur, its blood pool, estimated from itself."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import median_filter

from ctocalc._arrays import Array, Floats
from ctocalc.geometry.frames import Frames
from ctocalc.image.sections import PolarSections, Sampler, polar_sections
from ctocalc.kernels.edges import fit_two_edges, guess_edges
from ctocalc.quantity import Measured, Unit

FWHM_PER_SIGMA = 2.3548200450309493
USUAL_PSF_FWHM_MM = 0.7
USUAL_NOISE_HU = 25.0
LEAST_NOISE_HU = 5.0
# Soft, non-calcified plaque and vessel wall on CT.
PLAQUE_HU = 55.0
FAT_HU = -90.0
# Published slopes of hydroxyapatite by tube voltage; good to about 10 % by scanner and body.
HU_PER_MGCC = ((70.0, 2.20), (80.0, 1.95), (100.0, 1.58), (120.0, 1.32), (140.0, 1.17))

NOISE_LAG_MM = 2.0
_RADII = np.arange(0.0, 4.01, 0.1)
_ANGLES = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanPhysics:
    """Noise SD of a voxel, effective in-plane blur, blood pool of one scan.

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

    @property
    def sigma_mm(self) -> float:
        """Standard deviation of the blur."""
        return (self.psf_fwhm_mm.value or USUAL_PSF_FWHM_MM) / FWHM_PER_SIGMA

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


def tube(sampler: Sampler, frames: Frames) -> PolarSections:
    """Resample the tube around a vessel's axis that `estimate` looks at."""
    return polar_sections(sampler, frames, angles=_ANGLES, radius_mm=_RADII)


def estimate(
    tubes: Sequence[PolarSections],
    *,
    slope_hu_per_mgcc: float | None,
    no_contrast_below_hu: float,
) -> ScanPhysics:
    """Estimate a scan's physics from the tubes around its vessels' axes.

    Works from what is patent and free of calcium on any of the lines; where nothing is, noise and
    blur fall back on usual values with a ``reason``.
    """
    centres = [_centre_hu(each) for each in tubes]
    pool, patent = _blood_pool(centres, no_contrast_below_hu)
    contrast = bool(pool is not None and pool >= no_contrast_below_hu)
    if not contrast:
        patent = [c < 130.0 for c in centres]
    noise = _noise(tubes, patent)
    psf = _psf(tubes, centres, patent, noise or USUAL_NOISE_HU) if contrast else None
    return ScanPhysics(
        noise_hu=_measured(noise, Unit.HU, 0.15, "no homogeneous stretch of vessel"),
        psf_fwhm_mm=_measured(psf, Unit.MM, 0.08, "no contrast-filled stretch shows its edges"),
        blood_pool_hu=_measured(pool, Unit.HU, 0.03, "no line lies in soft tissue"),
        contrast=contrast,
        hu_per_mgcc=slope_hu_per_mgcc,
    )


def _measured(value: float | None, unit: Unit, share: float, reason: str) -> Measured:
    if value is None:
        return Measured.unknown(unit, reason)
    reach = abs(value) * share
    return Measured(value=value, unit=unit, low=value - reach, high=value + reach)


def _centre_hu(seen: PolarSections) -> Floats:
    """Mean HU (N,) of the disc of 0.6 mm about the axis; NaN outside the scan."""
    near = seen.radius_mm <= 0.6
    weight = np.maximum(seen.radius_mm[near], 0.05)
    return np.asarray((seen.samples[:, :, near].mean(axis=1) @ weight) / weight.sum())


def _blood_pool(centres: Sequence[Floats], least_hu: float) -> tuple[float | None, list[Array]]:
    """Return the lumen HU nearest to the aorta, and which stations are like it.

    A contrast lumen is long and even; calcium is short and uneven.
    """
    seen: list[float] = []
    for centre in centres:
        even = median_filter(centre, size=9, mode="nearest")
        filled = (even > least_hu) & (np.abs(centre - even) < 0.15 * even)
        places = np.flatnonzero(filled)
        if filled.mean() >= 0.2 and len(places) >= 12:
            # Both ends of a line lie in lumen; the brighter one is nearer to the aorta.
            seen += [float(np.median(centre[end])) for end in (places[:30], places[-30:])]
    if not seen:
        known = np.concatenate([c[np.isfinite(c)] for c in centres])
        pool = float(np.median(known)) if len(known) else None
        return pool, [np.zeros(len(c), dtype=bool) for c in centres]
    # A side branch or a thin vessel shows less than the pool that feeds it.
    pool = max(seen)
    return pool, [(c > 0.75 * pool) & (c < 1.15 * pool) for c in centres]


def _noise(tubes: Sequence[PolarSections], patent: Sequence[Array]) -> float | None:
    """Robust SD of differences of the lumen's middle, so far apart that they share no noise."""
    rest = []
    for seen, good in zip(tubes, patent, strict=True):
        lag = max(1, round(NOISE_LAG_MM / float(np.median(np.diff(seen.frames.arclength_mm)))))
        both = good[lag:] & good[:-lag]
        if both.sum() >= 10:
            around = seen.samples[:, ::6, np.searchsorted(seen.radius_mm, 0.4)]
            points = np.concatenate([seen.samples[:, :1, 0], around], axis=1)
            rest.append((points[lag:] - points[:-lag])[both].ravel() / np.sqrt(2.0))
    if not rest:
        return None
    residual = np.concatenate(rest)
    residual = residual[np.isfinite(residual)]
    if len(residual) < 140:
        return None
    return float(1.4826 * np.median(np.abs(residual - np.median(residual))))


def _psf(
    tubes: Sequence[PolarSections], centres: Sequence[Floats], patent: Sequence[Array], noise: float
) -> float | None:
    """Blur at which lumen, wall and fat fit the patent vessels' profiles best."""
    sigmas = np.linspace(0.18, 0.5, 9)
    cost = np.zeros(len(sigmas))
    for seen, centre, good in zip(tubes, centres, patent, strict=True):
        stations = np.flatnonzero(good)
        if len(stations) < 10:
            continue
        samples, lumen = seen.samples[stations], centre[stations]
        plaque = np.full(len(stations), PLAQUE_HU)
        limit = lumen + 5 * noise
        starts, outside, calcified = guess_edges(
            samples, seen.radius_mm, lumen, plaque, limit, 0.6, 3.5
        )
        inside = np.broadcast_to(lumen[:, None], outside.shape)
        starts[calcified | (starts[..., 0] < 0.5) | ~(outside < -40.0), 1] = np.nan
        for n, sigma in enumerate(sigmas):
            fitted = fit_two_edges(
                samples, seen.radius_mm, inside, plaque, outside, starts, 0.7, sigma
            )
            good_rays = np.isfinite(fitted[..., 2])
            cost[n] += np.minimum(fitted[..., 2][good_rays], 9 * noise**2).sum()
    best = int(np.argmin(cost))
    if not cost.any() or best in (0, len(sigmas) - 1):
        return None
    a, b, _ = np.polyfit(sigmas[best - 1 : best + 2], cost[best - 1 : best + 2], 2)
    return float(-b / (2 * a)) * FWHM_PER_SIGMA
