"""Calcium along one vessel, with its spread, ready to be asked for any interval of it."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.lesion.spread import Series
from ctocalc.quantity import Unit
from ctocalc.vessel.calcium import Calcium
from ctocalc.vessel.protocols import PROTOCOLS
from ctocalc.vessel.spread import ALONG_MM

# Calcium that is not seen: half of what noise may look like.
NO_CALCIUM_SD = 0.005
# Along a deposit areas are off by what density and blur are off by; blur keeps the sum of HU, so a
# mass is off by less than the area it is spread over.  Both against truth on phantoms.
VOLUME_SHARE_OF_AREA, MASS_SHARE_OF_AREA = 1.1, 0.8
HIGHEST_DEG = 360.0
# What thickness is off by against truth on phantoms.
THICKNESS_SD_MM = 0.22


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Burden:
    """Calcium of every station: fractions of the outer wall's area, arcs, volume and mass.

    ``arc`` and ``arc_largest`` are as measured, ``centre_sd_deg`` (N,) how much of their spread
    comes from where the centre lies; ``thickness`` is the largest along a ray; ``protocols`` are
    areas by the thresholds of the literature, in the order of `PROTOCOLS`; ``mass`` is None
    without HU per mg/cc.
    """

    fraction: Series
    apparent: Series
    arc: Series
    arc_largest: Series
    centre_sd_deg: Floats
    thickness: Series
    volume: Series
    mass: Series | None
    wall_area: Series
    protocols: tuple[Series, ...]

    @property
    def arclength_mm(self) -> Floats:
        """Place (N,) of every station."""
        return self.fraction.arclength_mm

    def share_of_wall(self, area: Series) -> Series:
        """Return an area as a fraction of the outer wall's."""
        return _share(area, self.wall_area)


def burden(
    calcium: Calcium, wall_area: Series, slope_hu_per_mgcc: float | None, untold: Bools
) -> Burden:
    """Gather the calcium of every station; NaN where it is ``untold`` (N,)."""
    s = wall_area.arclength_mm

    def series(value: Floats, sd: Floats, unit: Unit, highest: float = np.inf) -> Series:
        told = np.where(untold, np.nan, value)
        return Series(arclength_mm=s, value=told, sd=sd, unit=unit, highest=highest)

    def area(value: Floats, sd: Floats) -> Series:
        return series(value, sd, Unit.MM2)

    def arc(value: Floats) -> Series:
        sd = np.where(value > 0.0, calcium.arc_sd_deg, 0.0)
        return series(value, sd, Unit.DEG, HIGHEST_DEG).along(ALONG_MM)

    thin = np.where(calcium.thickness_mm > 0.0, THICKNESS_SD_MM, 0.0)
    thickness = series(calcium.thickness_mm, thin, Unit.MM)
    volume = (calcium.share * calcium.weight_mm3).sum(axis=(1, 2), dtype=np.float64)
    step = float(np.median(np.diff(s)))
    mass = None
    if slope_hu_per_mgcc is not None:
        per_hu = 1.0 / slope_hu_per_mgcc / 1000.0
        value = calcium.burden_hu_mm3.sum(axis=(1, 2), dtype=np.float64) * per_hu
        contrast = np.nan_to_num(calcium.contrast_hu)
        sd = MASS_SHARE_OF_AREA * contrast * per_hu * calcium.area_sd_mm2 * step
        mass = series(value, sd, Unit.MG)
    return Burden(
        fraction=_share(area(calcium.area_mm2, calcium.area_sd_mm2), wall_area),
        apparent=_share(area(calcium.apparent_mm2, calcium.apparent_sd_mm2), wall_area),
        arc=arc(calcium.arc_deg),
        arc_largest=arc(calcium.arc_largest_deg),
        centre_sd_deg=calcium.arc_centre_sd_deg,
        thickness=thickness.along(ALONG_MM),
        volume=series(volume, VOLUME_SHARE_OF_AREA * calcium.area_sd_mm2 * step, Unit.MM3),
        mass=mass,
        wall_area=wall_area,
        protocols=tuple(
            area(calcium.protocols.area_mm2[n], calcium.protocols.sd_mm2[n])
            for n in range(len(PROTOCOLS))
        ),
    )  # fmt: skip


def _share(area: Series, wall: Series) -> Series:
    """Fraction of the wall's area.

    A wall too wide or too narrow moves the calcium that touches it along with it, the more of the
    section is calcium: about half of the wall's error is left for a section that is full.
    """
    value = np.clip(area.value / wall.value, 0.0, 1.0)
    by_wall = value * (1.0 - 0.5 * value) * wall.sd / wall.value
    sd = np.sqrt((area.sd / wall.value) ** 2 + by_wall**2 + NO_CALCIUM_SD**2)
    return Series(
        arclength_mm=area.arclength_mm, value=value, sd=sd, unit=Unit.FRACTION, highest=1.0
    )
