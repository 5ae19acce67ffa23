"""Where contrast is: its brightness along the vessel, told apart from calcium."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import (
    binary_dilation,
    gaussian_filter,
    gaussian_filter1d,
    generate_binary_structure,
    median_filter,
)

from ctocalc._arrays import Bools, Floats, frozen
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import CartesianSections


@dataclass(frozen=True, slots=True, kw_only=True)
class LumenSettings:
    """How contrast is looked for.

    ``filter_mm`` is the SD of the filter that gathers a small lumen's contrast;
    ``search_radius_mm`` how far from the axis a lumen is looked for; calcium is what stands above
    the local lumen by ``calcium_above_share`` of it, with ``calcium_halo_mm`` around.
    """

    filter_mm: float = 0.2
    search_radius_mm: float = 1.1
    calcium_above_share: float = 0.2
    calcium_halo_mm: float = 0.6
    patent_share: float = 0.3


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
        (N,) HU the section has where there is no lumen.
    calcified
        (N,) whether calcium stands in the searched disc.
    blur_mm
        SD of scan blur and filter together.
    """

    contrast_hu: Floats
    reference_hu: Floats
    plaque_hu: Floats
    calcified: Bools
    blur_mm: float

    def __post_init__(self) -> None:
        n = len(self.contrast_hu)
        for name in ("contrast_hu", "reference_hu", "plaque_hu"):
            object.__setattr__(self, name, frozen(getattr(self, name), (n,)))
        object.__setattr__(self, "calcified", frozen(self.calcified, (n,), np.bool_))

    @property
    def share(self) -> Floats:
        """Contrast (N,) as a share of a wide lumen's."""
        return np.asarray(
            (self.contrast_hu - self.plaque_hu) / (self.reference_hu - self.plaque_hu)
        )

    def share_of(self, diameter_mm: Floats) -> Floats:
        """Share of contrast that a lumen of this diameter keeps at its centre after blurring."""
        return np.asarray(1.0 - np.exp(-(diameter_mm**2) / (8.0 * self.blur_mm**2)))


def find_lumen(
    sections: CartesianSections, physics: ScanPhysics, *, settings: LumenSettings
) -> LumenSignal:
    """Measure contrast along the vessel within ``search_radius_mm`` of the axis.

    Misleads where calcium has the HU of the lumen: HU alone cannot tell them apart.
    """
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    pixel = float(sections.offset_mm[1] - sections.offset_mm[0])
    sigma = (settings.filter_mm / step, settings.filter_mm / pixel, settings.filter_mm / pixel)
    hu = np.nan_to_num(sections.samples, nan=-1000.0)
    smooth = gaussian_filter(hu, sigma, mode="nearest")
    radius = np.hypot(sections.offset_mm[:, None], sections.offset_mm[None, :])
    disc = radius <= settings.search_radius_mm
    pool = float(physics.blood_pool_hu.value or 0.0)
    plaque = np.full(len(hu), physics.plaque_hu)
    reference = np.full(len(hu), pool)
    blur = float(np.hypot(physics.sigma_mm, settings.filter_mm))
    # Twice: the local lumen decides what is calcium, and calcium is left out of the local lumen.
    for _ in range(2):
        calcium = _calcium(smooth, hu, reference, physics, settings)
        halo = _halo(calcium, settings.calcium_halo_mm, pixel, step)
        free = disc & ~halo
        contrast = np.where(free, smooth, -np.inf).max(axis=(1, 2))
        contrast[free.sum(axis=(1, 2)) * pixel**2 < 0.3] = np.nan
        reference = _reference(contrast, pool, physics.plaque_hu, step, settings)
    body = (contrast - plaque) < 0.25 * (reference - plaque)
    if body.sum() >= 4:
        plaque = np.full(len(hu), float(np.clip(np.median(contrast[body]), 20.0, 130.0)))
    return LumenSignal(
        contrast_hu=contrast,
        reference_hu=np.maximum(reference, plaque + 40.0),
        plaque_hu=plaque,
        calcified=(calcium & disc).any(axis=(1, 2)),
        blur_mm=blur,
    )


def _calcium(
    smooth: Floats, hu: Floats, reference: Floats, physics: ScanPhysics, settings: LumenSettings
) -> Bools:
    margin = np.maximum(settings.calcium_above_share * reference, 3.0 * physics.noise_sd_hu)
    limit = (reference + margin)[:, None, None]
    return np.asarray((smooth > limit) | (hu > limit + 2.0 * physics.noise_sd_hu))


def _halo(calcium: Bools, halo_mm: float, pixel_mm: float, step_mm: float) -> Bools:
    in_plane = generate_binary_structure(3, 1)
    in_plane[0] = in_plane[2] = False
    out = binary_dilation(calcium, in_plane, iterations=max(1, round(halo_mm / pixel_mm)))
    along = np.zeros((3, 3, 3), dtype=bool)
    along[:, 1, 1] = True
    return np.asarray(binary_dilation(out, along, iterations=max(1, round(halo_mm / step_mm / 2))))


def _reference(
    contrast: Floats, pool: float, plaque: float, step_mm: float, settings: LumenSettings
) -> Floats:
    """Lumen HU along the vessel: a running median of what is patent, carried across the rest."""
    patent = contrast > plaque + settings.patent_share * (pool - plaque)
    n = np.arange(len(contrast))
    if patent.sum() < 4:
        return np.full(len(contrast), pool)
    filled = np.interp(n, n[patent], contrast[patent])
    size = 2 * round(3.0 / step_mm) + 1
    # Only patent stations vote, so a dark distal lumen keeps its own level up to its cap.
    level = median_filter(
        filled[patent], size=min(size, 2 * (patent.sum() // 2) - 1), mode="nearest"
    )
    return np.asarray(
        gaussian_filter1d(np.interp(n, n[patent], level), 1.0 / step_mm, mode="nearest")
    )


def without_contrast(count: int, physics: ScanPhysics) -> LumenSignal:
    """Return the signal of a scan without contrast: no lumen can be told from its wall."""
    plaque = np.full(count, physics.plaque_hu)
    return LumenSignal(
        contrast_hu=np.full(count, np.nan),
        reference_hu=plaque + 40.0,
        plaque_hu=plaque,
        calcified=np.zeros(count, dtype=bool),
        blur_mm=physics.sigma_mm,
    )
