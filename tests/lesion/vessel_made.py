"""A vessel's measures made by hand: straight, open, without calcium, where nothing else is said."""

from types import SimpleNamespace
from typing import cast

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve
from ctocalc.lesion.measures import VesselMeasures
from ctocalc.lesion.spread import Series
from ctocalc.quantity import Unit
from ctocalc.vessel.branching import Branching

LENGTH_MM = 60.0
S = np.arange(0.0, LENGTH_MM + 0.01, 0.5)


def series(value: Floats, unit: Unit, sd: float = 0.0, highest: float = np.inf) -> Series:
    return Series(
        arclength_mm=S[: len(value)], value=value, sd=np.full(len(value), sd), unit=unit,
        highest=highest,
    )  # fmt: skip


def vessel(
    *,
    curve: Curve | None = None,
    diameter_mm: Floats | None = None,
    sd_mm: float = 0.05,
    fraction: Floats | None = None,
    clock: Bools | None = None,
) -> VesselMeasures:
    """Return what the functions under test read of a vessel's measures, and nothing more."""
    wide = np.full(len(S), 2.6) if diameter_mm is None else diameter_mm
    spread = np.nan_to_num(np.pi / 2 * wide * sd_mm)
    area = Series(arclength_mm=S[: len(wide)], value=np.pi / 4 * wide**2, sd=spread, unit=Unit.MM2)
    share = np.zeros(len(wide)) if fraction is None else fraction
    made = SimpleNamespace(
        curve=curve or Curve(points_lps_mm=np.stack([0 * S, 0 * S, S], axis=1)),
        arclength_mm=area.arclength_mm,
        wall_radius_sd_mm=np.full(len(wide), sd_mm),
        lumen_area=area,
        burden=SimpleNamespace(
            fraction=series(share, Unit.FRACTION, 0.01, 1.0),
            arclength_mm=area.arclength_mm,
        ),
        branching=Branching(),
        clock=np.zeros((len(wide), 12), dtype=bool) if clock is None else clock,
    )
    return cast(VesselMeasures, made)
