"""What lesions are described from: the measures of one vessel, and the settings."""

from dataclasses import dataclass, field

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve
from ctocalc.lesion.agatston import Islands
from ctocalc.lesion.burden import Burden
from ctocalc.lesion.spread import Series
from ctocalc.vessel.branching import Branching
from ctocalc.vessel.calcium import Calcium


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionSettings:
    """How occlusions are described.

    Occlusions closer than ``same_cto_gap_mm`` are one CTO; bends are looked for between points at
    most ``bend_window_mm`` apart, and the vessel's listed from ``least_bend_deg`` on (U);
    ``full_moon_fraction`` and ``full_moon_free_mm`` are the cut on an estimate (0.1 mm of unseen
    rim is 12 % of the area).  A branch whose mouth is within ``side_branch_mm`` of the entry is at
    the cap (KCCT states no distance, 5 mm is in use too: U); a blunt end less than ``flush_mm``
    from a mouth or the ostium leaves no stump (U); an entry within ``ostial_mm`` of the ostium is
    ostial (U).  The distal landing zone is ``landing_mm`` long, diseased below
    ``landing_diameter_mm`` or beyond ``landing_stenosis_percent``, against the width of the
    ``landing_reference_mm`` behind the exit (U).  ``view_*_deg`` are how far a C-arm goes to either
    side (U), ``biplane_apart_deg`` how far apart the beams of a pair of views are at least.
    """

    same_cto_gap_mm: float = 20.0
    bend_window_mm: float = 15.0
    least_bend_deg: float = 30.0
    full_moon_fraction: float = 0.85
    full_moon_free_mm: float = 0.6
    side_branch_mm: float = 3.0
    flush_mm: float = 0.5
    ostial_mm: float = 3.0
    landing_mm: float = 10.0
    landing_diameter_mm: float = 2.0
    landing_stenosis_percent: float = 50.0
    landing_reference_mm: float = 20.0
    view_lao_deg: float = 60.0
    view_rao_deg: float = 45.0
    view_cranial_deg: float = 45.0
    view_caudal_deg: float = 40.0
    biplane_apart_deg: float = 80.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VesselMeasures:
    """Everything measured along one vessel that a lesion is described from.

    ``lumen_area`` is 0 in an occlusion and NaN where calcium hides the lumen; ``clock`` (N, 12)
    tells which hours of each station hold calcium.
    """

    vessel: str
    curve: Curve
    arclength_mm: Floats
    wall_radius_sd_mm: Floats
    occluded: Bools
    lumen_area: Series
    calcium: Calcium
    burden: Burden
    clock: Bools
    islands: Islands
    contrast: bool
    hu_per_mgcc: float | None
    island_mm: float
    branching: Branching = field(default_factory=Branching)
