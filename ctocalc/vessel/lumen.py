"""Where contrast is: its brightness along the vessel, told apart from calcium."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Bools, Floats, Ints, frozen
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import CartesianSections
from ctocalc.vessel.look import Look, LumenSettings
from ctocalc.vessel.reference import reference_hu, with_dim_ends
from ctocalc.vessel.tissue import Tissue, TissueSettings, lumen_odds, tell_tissue

# At the brightest place of a section plaque stays below its own HU and the larger of the two: noise
# lifts it by 0.7 of its SD on phantoms.
DIM_HU, DIM_NOISE = 65.0, 1.6


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
    level_hu
        (N,) HU of the disc that explains the brightest place, be it lumen or not; NaN where it is
        too narrow, or something brighter too near, to compare it along the vessel.
    tissue
        (N,) what fills the station, a `Tissue`.
    odds
        (N,) log odds that it is lumen, by the station alone unless it is plugged.
    blur_mm
        SD of scan blur and filter together.
    """

    contrast_hu: Floats
    reference_hu: Floats
    plaque_hu: Floats
    floor_hu: Floats
    level_hu: Floats
    tissue: Ints
    odds: Floats
    blur_mm: float

    def __post_init__(self) -> None:
        n = len(self.contrast_hu)
        for name in ("contrast_hu", "reference_hu", "plaque_hu", "floor_hu", "level_hu", "odds"):
            object.__setattr__(self, name, frozen(getattr(self, name), (n,)))
        object.__setattr__(self, "tissue", frozen(self.tissue, (n,), np.int64))

    def since(self, first: int) -> "LumenSignal":
        """Return the signal from one station on."""
        return LumenSignal(
            contrast_hu=self.contrast_hu[first:], reference_hu=self.reference_hu[first:],
            plaque_hu=self.plaque_hu[first:], floor_hu=self.floor_hu[first:],
            level_hu=self.level_hu[first:], tissue=self.tissue[first:], odds=self.odds[first:],
            blur_mm=self.blur_mm,
        )  # fmt: skip

    @property
    def room_hu(self) -> Floats:
        """HU (N,) by which a wide lumen outshines plaque."""
        return self.reference_hu - self.plaque_hu

    @property
    def share(self) -> Floats:
        """Contrast (N,) as a share of a wide lumen's; NaN where calcium takes the lumen's place."""
        share = (self.contrast_hu - self.floor_hu) / (self.reference_hu - self.floor_hu)
        return np.where(self.tissue == Tissue.CALCIUM, np.nan, share)


def find_lumen(
    sections: CartesianSections,
    wall_radius_mm: Floats,
    physics: ScanPhysics,
    *,
    settings: LumenSettings,
    tissue: TissueSettings,
    plugged: Bools | None = None,
) -> LumenSignal:
    """Measure contrast along the vessel, in the middle of a wall of mean radius (N,).

    A lumen is a local maximum of the section that is no brighter than the lumen around it and
    lies off calcium's halo; the slope of something brighter beside it is no maximum.  Which
    stations hold lumen at all is told from brightness, shape and place together; ``plugged`` (N,)
    are known to hold none.
    """
    look = Look.at(sections, wall_radius_mm, physics, settings)
    pool = look.feeding_hu()
    floor = physics.plaque_hu
    reference, upstream = np.full(len(look.smooth), pool), pool
    # The local lumen decides what is calcium, and calcium is left out of the local lumen.
    for _ in range(3):
        limit = reference + np.maximum(
            settings.calcium_above_share * reference, 3.0 * physics.noise_sd_hu
        )
        calcium = look.smooth > limit[:, None, None]
        contrast = look.contrast(calcium)
        evidence = look.evidence(
            contrast, reference, max(upstream, settings.pool_share * pool), floor, plugged
        )
        told = tell_tissue(evidence, look.step_mm, tissue)
        reference, upstream = reference_hu(contrast, look.level, told, pool, look.step_mm)
        reference = with_dim_ends(
            reference, contrast, told, floor_hu=floor,
            above_hu=max(DIM_HU, DIM_NOISE * physics.noise_sd_hu), step_mm=look.step_mm,
        )  # fmt: skip
    body = (told != Tissue.LUMEN) & (
        (contrast - floor) < settings.dimmest_share * (reference - floor)
    )
    floor = _brightest_without(contrast[body], physics.plaque_hu)
    plaque = look.plaque_hu(told != Tissue.LUMEN, physics.plaque_hu)
    reference = np.maximum(reference, floor + 40.0)
    return LumenSignal(
        contrast_hu=contrast,
        reference_hu=reference,
        plaque_hu=np.full(len(contrast), plaque),
        floor_hu=np.full(len(contrast), floor),
        level_hu=np.where(evidence.alone, look.level, np.nan),
        tissue=told,
        odds=lumen_odds(evidence, look.step_mm, tissue),
        blur_mm=float(np.hypot(physics.sigma_mm, settings.filter_mm)),
    )


def _brightest_without(contrast_hu: Floats, usual: float) -> float:
    """Return the HU that stations without lumen show at their brightest place."""
    return float(np.clip(np.median(contrast_hu), 20.0, 130.0)) if len(contrast_hu) >= 4 else usual


def without_contrast(count: int, physics: ScanPhysics) -> LumenSignal:
    """Return the signal of a scan without contrast: no lumen can be told from its wall."""
    plaque = np.full(count, physics.plaque_hu)
    return LumenSignal(
        contrast_hu=np.full(count, np.nan),
        reference_hu=plaque + 40.0,
        plaque_hu=plaque,
        floor_hu=plaque,
        level_hu=np.full(count, np.nan),
        tissue=np.full(count, Tissue.PLAQUE),
        odds=np.zeros(count),
        blur_mm=physics.sigma_mm,
    )
