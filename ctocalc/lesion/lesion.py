"""Lesion: everything a score may ask of an occlusion, as measured values; no arrays."""

from dataclasses import dataclass
from enum import StrEnum

from ctocalc.quantity import Measured

Point = tuple[float, float, float]


class StumpCall(StrEnum):
    """Shape of a cap; ``NONE`` is flush at a branch or at the ostium."""

    BLUNT = "blunt"
    TAPERED = "tapered"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stump:
    """Shape of one cap.

    ``taper_mm`` runs from the last full lumen to the tip; ``p_blunt`` is the probability of a
    blunt cap, called blunt from 0.5 on; ``call`` None (with ``reason``) where the cap is not seen.
    """

    call: StumpCall | None
    taper_mm: Measured
    p_blunt: float | None
    borderline: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """A yes/no finding with the value it was decided on; None cannot be told (``reason``)."""

    present: bool | None
    value: Measured | None = None
    borderline: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Island:
    """Contrast inside an occlusion, between its 0.5 mm points, along the axis."""

    start_mm: float
    end_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OcclusionPart:
    """One interruption of contrast, from entry to exit (0.5 mm lumen), islands included."""

    start_mm: float
    end_mm: float
    start_lps_mm: Point
    end_lps_mm: Point
    length_mm: Measured
    proximal_stump: Stump
    distal_stump: Stump
    islands: tuple[Island, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionCalcium:
    """Calcium of one region of a lesion (cap or third)."""

    start_mm: float
    end_mm: float
    max_calcium_fraction: Measured
    max_calcium_arc_deg: Measured
    calcium_volume_mm3: Measured
    calcium_mass_mg: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumByRegion:
    """Caps are the first and last 2.5 mm inside; thirds are of the whole length."""

    proximal_cap: RegionCalcium
    proximal_third: RegionCalcium
    middle_third: RegionCalcium
    distal_third: RegionCalcium
    distal_cap: RegionCalcium


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolCalcium:
    """Calcium of a lesion by one threshold, blur left in; maxima over occluded stations."""

    max_calcium_fraction: Measured
    max_calcium_area_mm2: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class CalciumByProtocol:
    """The thresholds of the literature side by side.

    HU at or above 130, 350, 600; above the local lumen by 2 or 3 noise SDs; half of the local
    peak above plaque.
    """

    hu_130: ProtocolCalcium
    hu_350: ProtocolCalcium
    hu_600: ProtocolCalcium
    lumen_2sd: ProtocolCalcium
    lumen_3sd: ProtocolCalcium
    half_maximum: ProtocolCalcium


class BranchPlace(StrEnum):
    """Where a side branch leaves the vessel, seen from a lesion."""

    PROXIMAL = "proximal"
    AT_CAP = "at the cap"
    INSIDE = "inside"
    DISTAL = "distal"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideBranch:
    """One other line that leaves this vessel; ``start_mm`` to ``end_mm`` is its mouth.

    Both distances run from the mouth's nearest edge, 0 where entry or exit lie within the mouth.
    """

    vessel: str
    place: BranchPlace
    start_mm: float
    end_mm: float
    distance_to_entry_mm: Measured
    distance_to_exit_mm: Measured
    diameter_mm: Measured
    take_off_deg: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Bend:
    """One bend of the vessel: the tangent turns by ``angle_deg`` from start to end."""

    at_mm: float
    start_mm: float
    end_mm: float
    angle_deg: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """An interval along the axis."""

    start_mm: float
    end_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """An interval of the clock, degrees from angle zero; ``end_deg`` passes 360 across zero."""

    start_deg: float
    end_deg: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DistalLanding:
    """The first 10 mm after the exit: where a wire would re-enter the open lumen.

    Diameters and stenosis are those beyond the exit's own taper.  ``calcium_free`` are stretches
    without calcium all around, ``calcium_free_sectors`` the hours without calcium all along.
    """

    start_mm: float
    end_mm: float
    mean_diameter_mm: Measured
    min_diameter_mm: Measured
    reference_diameter_mm: Measured
    largest_stenosis_percent: Measured
    diseased: Presence
    calcium_free_mm: Measured
    calcium_free: tuple[Stretch, ...]
    calcium_free_sectors: tuple[Sector, ...]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One view of a C-arm: LAO and cranial are positive, RAO and caudal negative."""

    lao_rao_deg: float | None
    cran_caud_deg: float | None
    foreshortening: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimalView:
    """The least foreshortened view of a lesion, and the best pair of views for biplane.

    ``biplane_apart_deg`` is the angle between the beams of the pair.
    """

    single: View
    biplane_first: View
    biplane_second: View
    biplane_apart_deg: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesion:
    """One lesion of a vessel: its occlusions with less than 20 mm between them, or a subtotal.

    Lengths are arc lengths along the measured axis.  Volume, mass and scores count all of
    ``[start_mm, end_mm]``; maxima of calcium count occluded stations only.  ``gap_mm`` are the
    lengths of contrast between one occlusion and the next.  ``channel``: contrast that runs through
    it; None where any of its occlusions may hold one, which counts as total until one is seen.
    """

    lesion: int
    target: bool
    occluded: bool
    segment: str | None
    segment_reason: str | None
    ostial: Presence
    truncated: bool
    start_mm: float
    end_mm: float
    start_lps_mm: Point
    end_lps_mm: Point
    occlusions: tuple[OcclusionPart, ...]
    gap_mm: tuple[Measured, ...]
    length_mm: Measured
    length_tip_mm: Measured
    length_1mm_mm: Measured
    bend_deg: Measured
    bend_chord_deg: Measured
    largest_bend_proximal_deg: Measured
    second_bend_proximal_deg: Measured
    bends_proximal: tuple[Bend, ...]
    largest_bend_vessel_deg: Measured
    second_bend_vessel_deg: Measured
    bends_vessel: tuple[Bend, ...]
    max_calcium_fraction: Measured
    max_calcium_fraction_station: Measured
    max_calcium_fraction_apparent: Measured
    max_calcium_arc_deg: Measured
    max_calcium_arc_largest_deg: Measured
    max_arc_where_half_calcified_deg: Measured
    full_moon: Presence
    calcification: Presence
    multiple_occlusions: Presence
    channel: Presence
    calcium_volume_mm3: Measured
    calcium_mass_mg: Measured
    agatston: Measured
    cta_calcium_score: Measured
    calcium_length_mm: Measured
    calcium_longest_mm: Measured
    calcium_share_of_length: Measured
    max_calcium_thickness_mm: Measured
    longest_arc_over_270_mm: Measured
    wall_diameter_at_calcium_mm: Measured
    calcium_by_region: CalciumByRegion
    calcium_by_protocol: CalciumByProtocol
    proximal_stump: Stump
    distal_stump: Stump
    proximal_side_branch: Presence
    remodelling_largest: Measured
    remodelling_smallest: Measured
    side_branches: tuple[SideBranch, ...] | None
    distal_landing: DistalLanding
    optimal_view: OptimalView


@dataclass(frozen=True, slots=True, kw_only=True)
class Plaque:
    """One connected piece of calcium of the measured artery."""

    start_mm: float
    end_mm: float
    volume_mm3: Measured
    mass_mg: Measured
    peak_hu: Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselCalcium:
    """Calcium of the whole measured artery, neighbours and the aortic root excluded.

    ``agatston`` is told on non-contrast CT only; with contrast ``cta_calcium_score`` gives the
    same sum, and which threshold it used stands in ``score_threshold_hu``.
    """

    volume_mm3: Measured
    mass_mg: Measured
    agatston: Measured
    cta_calcium_score: Measured
    score_threshold_hu: float | None
    plaques: tuple[Plaque, ...]
