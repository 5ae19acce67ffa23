"""VesselProfile: one row per station, and what each column means."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Array, Floats, frozen
from ctocalc.geometry.frames import Frames
from ctocalc.quantity import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSpec:
    """Name, unit, meaning and valid range of a column; also drives tables and sidecars."""

    name: str
    unit: Unit | None
    doc: str
    low: float | None = None
    high: float | None = None


_WITH_INTERVAL = (
    ("lumen_area_mm2", Unit.MM2, None),
    ("wall_area_mm2", Unit.MM2, None),
    ("calcium_area_mm2", Unit.MM2, None),
    ("calcium_fraction_apparent", Unit.FRACTION, 1),
    ("calcium_arc_deg", Unit.DEG, 360),
    ("calcium_arc_largest_deg", Unit.DEG, 360),
    ("calcium_thickness_mm", Unit.MM, None),
    ("calcium_density_mgcc", Unit.MG_CC, None),
)

COLUMNS = (
    ColumnSpec(name="lumen_hu", unit=Unit.HU, doc="Brightest lumen-like contrast of the section."),
    ColumnSpec(
        name="lumen_area_mm2", unit=Unit.MM2, doc="Lumen area; 0 in an occlusion.", low=0
    ),
    ColumnSpec(name="wall_area_mm2", unit=Unit.MM2, doc="Area inside the outer wall.", low=0),
    ColumnSpec(
        name="calcium_area_mm2", unit=Unit.MM2, doc="Calcium area inside the outer wall.", low=0
    ),
    ColumnSpec(
        name="calcium_fraction", unit=Unit.FRACTION, low=0, high=1,
        doc="Calcium area / outer-wall area of the same section (corrected: blur undone).",
    ),
    ColumnSpec(
        name="calcium_fraction_low", unit=Unit.FRACTION, low=0, high=1,
        doc="Lower end of the fraction's 95 % interval.",
    ),
    ColumnSpec(
        name="calcium_fraction_high", unit=Unit.FRACTION, low=0, high=1,
        doc="Upper end of the fraction's 95 % interval.",
    ),
    ColumnSpec(
        name="calcium_fraction_apparent", unit=Unit.FRACTION, low=0, high=1,
        doc="Share inside the outer wall at or above the apparent threshold.",
    ),
    ColumnSpec(
        name="stenosis_percent", unit=Unit.PERCENT, high=100,
        doc="Loss of lumen diameter against the reference diameter at this place.",
    ),
    ColumnSpec(
        name="calcium_arc_deg", unit=Unit.DEG, low=0, high=360,
        doc="Degrees whose ray from the wall's centre crosses calcium: union.",
    ),
    ColumnSpec(
        name="calcium_arc_largest_deg", unit=Unit.DEG, low=0, high=360,
        doc="Longest single arc of calcium.",
    ),
    ColumnSpec(
        name="calcium_arc_enclosing_deg", unit=Unit.DEG, low=0, high=360,
        doc="360 degrees less the largest gap between calcium.",
    ),
    ColumnSpec(
        name="calcium_thickness_mm", unit=Unit.MM, low=0,
        doc="Largest radial thickness of calcium on a ray.",
    ),
    ColumnSpec(
        name="calcium_density_mgcc", unit=Unit.MG_CC, low=0,
        doc="Mean density of the fitted calcium of the section.",
    ),
    *(
        ColumnSpec(
            name=f"{name}_{end}", unit=unit, low=0, high=highest,
            doc=f"{word} end of the 95 % interval of {name}.",
        )
        for name, unit, highest in _WITH_INTERVAL
        for end, word in (("low", "Lower"), ("high", "Upper"))
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VesselProfile:
    """What was measured at each of N stations along one vessel.

    Parameters
    ----------
    frames
        The stations: centre, axes and arc length.
    values
        (N, C), one column per entry of ``COLUMNS``; NaN where it is not available.
    occluded
        (N,) whether the station lies between an entry and its exit.
    lesion
        (N,) number of the lesion (from 1) the station belongs to, 0 for none.
    wall_source
        (N,) "seen", "bridged" (taken from neighbouring stations), "none", or "shared" (the line
        still runs in another given vessel: nothing is told).
    """

    frames: Frames
    values: Floats
    occluded: Array
    lesion: Array
    wall_source: Array

    def __post_init__(self) -> None:
        n = len(self.frames)
        object.__setattr__(self, "values", frozen(self.values, (n, len(COLUMNS))))
        object.__setattr__(self, "occluded", frozen(self.occluded, (n,), np.bool_))
        object.__setattr__(self, "lesion", frozen(self.lesion, (n,), np.int64))
        object.__setattr__(self, "wall_source", frozen(self.wall_source, (n,), "U8"))

    def column(self, name: str) -> Floats:
        """Return one column (N,) by its name; KeyError for a name that is not in ``COLUMNS``."""
        for n, spec in enumerate(COLUMNS):
            if spec.name == name:
                return np.asarray(self.values[:, n])
        raise KeyError(name)
