"""A CaseResult made by hand: one measured vessel with a lesion, one without, one refused."""

import numpy as np

from ctocalc.errors import Code, Notice
from ctocalc.geometry.frames import Frames
from ctocalc.lesion.lesion import (
    Bend,
    BranchPlace,
    CalciumByProtocol,
    CalciumByRegion,
    DistalLanding,
    Island,
    Lesion,
    OcclusionPart,
    OptimalView,
    Plaque,
    Presence,
    ProtocolCalcium,
    RegionCalcium,
    Sector,
    SideBranch,
    Stretch,
    Stump,
    StumpCall,
    VesselCalcium,
    View,
)
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import Fact, Facts, Source
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.system import Basis, evaluate, not_scored
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.result import (
    CaseResult,
    ImageFacts,
    InputDigest,
    LesionScore,
    LineFacts,
    Provenance,
    VesselImages,
    VesselResult,
)
from ctocalc.study.scoring import lesion_facts
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.profile import COLUMNS, VesselProfile

STATIONS = 7
PIXELS = 5
ANGLES = 8
DIGEST = "0123456789abcdef" * 4
THIRD = 1 / 3


def mm(value: float) -> Measured:
    return Measured(value=value, unit=Unit.MM, low=value - 0.5, high=value + 0.5)


def found(value: float, unit: Unit) -> Measured:
    return Measured(value=value, unit=unit, low=value * 0.9, high=value * 1.1, at_mm=12.5)


def plain(value: float, unit: Unit) -> Measured:
    return Measured(value=value, unit=unit, low=value * 0.9, high=value * 1.1)


def stump(call: StumpCall | None) -> Stump:
    reason = None if call else "the cap lies beyond the end of the line"
    taper = mm(1.1) if call else Measured.unknown(Unit.MM, "not seen")
    return Stump(
        call=call, taper_mm=taper, p_blunt=0.75 if call else None, borderline=False, reason=reason
    )


def region() -> RegionCalcium:
    return RegionCalcium(
        start_mm=10.0,
        end_mm=12.5,
        max_calcium_fraction=found(0.25, Unit.FRACTION),
        max_calcium_arc_deg=found(THIRD * 100, Unit.DEG),
        calcium_volume_mm3=plain(2.0, Unit.MM3),
        calcium_mass_mg=plain(1.5, Unit.MG),
    )


def protocol(fraction: float) -> ProtocolCalcium:
    return ProtocolCalcium(
        max_calcium_fraction=found(fraction, Unit.FRACTION),
        max_calcium_area_mm2=found(7 * fraction, Unit.MM2),
    )


def branch() -> SideBranch:
    return SideBranch(
        vessel="D1", place=BranchPlace.PROXIMAL, start_mm=1.0, end_mm=3.0,
        distance_to_entry_mm=mm(7.0), distance_to_exit_mm=mm(27.1),
        diameter_mm=mm(1.8), take_off_deg=plain(60.0, Unit.DEG),
    )  # fmt: skip


def landing() -> DistalLanding:
    return DistalLanding(
        start_mm=30.1, end_mm=40.1, mean_diameter_mm=mm(2.4), min_diameter_mm=mm(2.2),
        reference_diameter_mm=mm(2.5), largest_stenosis_percent=found(12.0, Unit.PERCENT),
        diseased=Presence(present=False, value=mm(2.4)), calcium_free_mm=mm(8.0),
        calcium_free=(Stretch(start_mm=32.0, end_mm=40.0),),
        calcium_free_sectors=(Sector(start_deg=0.0, end_deg=270.0),),
    )  # fmt: skip


def views() -> OptimalView:
    def view(lao_rao_deg: float, cran_caud_deg: float, share: float) -> View:
        told = plain(share, Unit.FRACTION)
        return View(
            lao_rao_deg=lao_rao_deg, cran_caud_deg=cran_caud_deg, foreshortening=told
        )  # fmt: skip

    return OptimalView(
        single=view(-30.0, 25.0, 0.02), biplane_first=view(-30.0, 0.0, 0.04),
        biplane_second=view(50.0, 20.0, 0.08), biplane_apart_deg=80.5,
    )  # fmt: skip


def lesion() -> Lesion:
    bend = Bend(at_mm=18.0, start_mm=14.0, end_mm=22.0, angle_deg=found(50.0, Unit.DEG))
    part = OcclusionPart(
        start_mm=10.0, end_mm=30.1, start_lps_mm=(1.0, 2.0, 3.0), end_lps_mm=(4.0, 5.0, 6.0),
        length_mm=mm(20.1), proximal_stump=stump(StumpCall.BLUNT), distal_stump=stump(None),
        islands=(Island(start_mm=15.0, end_mm=17.0),),
    )  # fmt: skip
    return Lesion(
        lesion=1, target=True, occluded=True, segment=None,
        segment_reason="no branch was given", ostial=Presence(present=False, value=mm(10.0)),
        truncated=False,
        start_mm=10.0, end_mm=30.1, start_lps_mm=(1.0, 2.0, 3.0), end_lps_mm=(4.0, 5.0, 6.0),
        occlusions=(part,), gap_mm=(mm(6.0), mm(8.5)),
        length_mm=mm(20.1), length_tip_mm=mm(19.0), length_1mm_mm=mm(22.0),
        bend_deg=found(50.0, Unit.DEG), bend_chord_deg=found(38.0, Unit.DEG),
        largest_bend_proximal_deg=found(20.0, Unit.DEG),
        second_bend_proximal_deg=found(5.0, Unit.DEG), bends_proximal=(),
        largest_bend_vessel_deg=found(50.0, Unit.DEG),
        second_bend_vessel_deg=found(20.0, Unit.DEG), bends_vessel=(bend,),
        max_calcium_fraction=found(0.62, Unit.FRACTION),
        max_calcium_fraction_station=found(0.7, Unit.FRACTION),
        max_calcium_fraction_apparent=found(0.8, Unit.FRACTION),
        max_calcium_arc_deg=found(200.0, Unit.DEG),
        max_calcium_arc_largest_deg=found(180.0, Unit.DEG),
        max_arc_where_half_calcified_deg=found(180.0, Unit.DEG),
        full_moon=Presence(present=False, value=found(0.62, Unit.FRACTION)),
        calcification=Presence(present=True, value=plain(12.0, Unit.MG)),
        multiple_occlusions=Presence(present=False),
        channel=Presence(present=None, value=mm(0.2), reason="noise hides it"),
        calcium_volume_mm3=plain(20.0, Unit.MM3), calcium_mass_mg=plain(12.0, Unit.MG),
        agatston=Measured.unknown(Unit.SCORE, "contrast-enhanced"),
        cta_calcium_score=plain(80.0, Unit.SCORE),
        calcium_length_mm=mm(9.0), calcium_longest_mm=mm(7.0),
        calcium_share_of_length=plain(0.45, Unit.FRACTION),
        max_calcium_thickness_mm=found(0.9, Unit.MM), longest_arc_over_270_mm=mm(1.5),
        wall_diameter_at_calcium_mm=found(3.1, Unit.MM),
        calcium_by_region=CalciumByRegion(
            proximal_cap=region(), proximal_third=region(), middle_third=region(),
            distal_third=region(), distal_cap=region(),
        ),
        calcium_by_protocol=CalciumByProtocol(
            hu_130=protocol(0.9), hu_350=protocol(0.8), hu_600=protocol(0.5),
            lumen_2sd=protocol(0.7), lumen_3sd=protocol(0.65), half_maximum=protocol(0.6),
        ),
        proximal_stump=stump(StumpCall.BLUNT), distal_stump=stump(None),
        proximal_side_branch=Presence(present=None, reason="no other line was given"),
        side_branches=(branch(),),
        remodelling_largest=found(1.1, Unit.FRACTION),
        remodelling_smallest=found(0.6, Unit.FRACTION), distal_landing=landing(),
        optimal_view=views(),
    )  # fmt: skip


def calcium() -> VesselCalcium:
    plaque = Plaque(
        start_mm=11.0, end_mm=19.0, volume_mm3=plain(20.0, Unit.MM3),
        mass_mg=plain(12.0, Unit.MG), peak_hu=plain(900.0, Unit.HU),
    )  # fmt: skip
    return VesselCalcium(
        volume_mm3=plain(20.0, Unit.MM3), mass_mg=plain(12.0, Unit.MG),
        agatston=Measured.unknown(Unit.SCORE, "contrast-enhanced"),
        cta_calcium_score=plain(80.0, Unit.SCORE), score_threshold_hu=350.0, plaques=(plaque,),
    )  # fmt: skip


def frames() -> Frames:
    along = np.linspace(0.1, 0.1 + 0.5 * (STATIONS - 1), STATIONS)
    unit = np.tile(np.eye(3)[:, None, :], (1, STATIONS, 1))
    origin = np.stack([np.full(STATIONS, THIRD), -along, along], axis=1)
    return Frames(
        origin_lps_mm=origin, tangent=unit[2], normal=unit[0], binormal=unit[1], arclength_mm=along
    )


def profile() -> VesselProfile:
    values = np.arange(STATIONS * len(COLUMNS), dtype=float).reshape(STATIONS, -1) / 7
    values[2, 3] = np.nan
    inside = (np.arange(STATIONS) > 1) & (np.arange(STATIONS) < 5)
    return VesselProfile(
        frames=frames(), values=values, occluded=inside, lesion=inside.astype(int),
        wall_source=np.where(inside, "bridged", "seen"),
    )  # fmt: skip


def images() -> VesselImages:
    hu = np.linspace(-1000, 1400.4, STATIONS * PIXELS**2).reshape(STATIONS, PIXELS, PIXELS)
    hu[0, 0, 0] = np.nan
    radius = np.full((STATIONS, ANGLES), 1.5)
    wall = Boundary(radius_mm=radius, kind=BoundaryKind.WALL, confidence=np.ones(STATIONS))
    radius = np.where(np.arange(STATIONS)[:, None] == 3, np.nan, radius - 0.5)
    lumen = Boundary(radius_mm=radius, kind=BoundaryKind.LUMEN, confidence=np.ones(STATIONS))
    return VesselImages(
        frames=frames(), hu=hu.astype(np.float32),
        offset_mm=np.linspace(-1, 1, PIXELS, dtype=np.float32),
        calcium=np.linspace(0, 1, hu.size, dtype=np.float32).reshape(hu.shape),
        lumen=lumen, wall=wall,
    )  # fmt: skip


def scores() -> tuple[LesionScore, ...]:
    """Every system, partly filled: a borderline length from the image, a duration as given."""
    length = Measured(value=20.5, unit=Unit.MM, low=19.0, high=22.0)
    months = Measured(value=14.0, unit=Unit.MONTH)
    known = Facts(
        answers={
            "length_mm": Fact(measured=length, source=Source.IMAGE),
            "duration_months": Fact(measured=months, source=Source.GIVEN),
        }
    )
    return tuple(
        LesionScore(lesion=1, score=evaluate(system, known, basis=Basis.CORRECTED))
        for system in SYSTEMS
    )


def case_result() -> CaseResult:
    """Return the case; a new, equal one at every call."""
    line = LineFacts(digest=DIGEST, points=40, frame="lps")
    none = tuple(
        LesionScore(lesion=None, score=not_scored(s, "no total occlusion", basis=Basis.CORRECTED))
        for s in SYSTEMS
    )
    return CaseResult(
        case_id="case-1",
        status="ok",
        quality=(Notice(code=Code.SLICES_THICK, message="Slices are 1.5 mm thick."),),
        provenance=Provenance(
            version="0.1.0", settings={"axis": {"station_mm": 0.5}, "image": {"k": None}},
            settings_digest=DIGEST, inputs=(InputDigest(role="series", sha256=DIGEST),),
            packages={"numpy": "2.4.6"},
        ),
        image=ImageFacts(
            spacing_mm=(0.5, 0.4, 0.4), slice_thickness_mm=0.75, kvp=None, kernel=None, phase=None,
            psf_fwhm_mm=plain(0.75, Unit.MM), noise_hu=plain(25.0, Unit.HU),
            blood_pool_hu=plain(400.0, Unit.HU), hu_per_mgcc=1.32,
        ),
        vessels=(
            VesselResult(
                vessel="LAD", status="ok", length_mm=60.0 + THIRD, centerline=line,
                calcium=calcium(), lesions=(lesion(),), scores=scores(), profile=profile(),
                images=images(), clinical=ClinicalFacts(),
                facts=lesion_facts((lesion(),), ClinicalFacts(), vessel="LAD"),
            ),
            VesselResult(
                vessel="RCA", status="ok", length_mm=80.0, centerline=line, calcium=calcium(),
                scores=none, profile=profile(), images=images(),
            ),
            VesselResult(
                vessel="LCX", status="refused", code="CENTERLINE_OUTSIDE_IMAGE",
                reason="The line lies outside the image.",
            ),
        ),
    )  # fmt: skip
