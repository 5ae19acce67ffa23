"""Named phantoms about the lumen: open, interrupted once, twice, or not quite."""

from dataclasses import replace

from ctocalc.phantom.recipe_parts import BLUNT, CONE, HEART, SHORT_CONE, interrupted, winding
from ctocalc.phantom.spec import (
    Bend,
    Cap,
    CaseSpec,
    Chamber,
    GivenLine,
    Narrowing,
    Nodule,
    Path,
    Remodelling,
    Scan,
    Sector,
    Vessel,
)


def open_vessel() -> CaseSpec:
    """No occlusion: stenoses, calcium and a branch with its own line."""
    main = Vessel(
        name="LAD",
        path=winding(64, Bend(at_mm=36, angle_deg=28, length_mm=12, towards_deg=80)),
        diameter_start_mm=4.0,
        diameter_end_mm=2.5,
        ellipse=0.03,
        eccentricity=0.5,
        eccentricity_deg=200,
        lumen_hu=410,
        plaque_hu=60,
        narrowings=(
            Narrowing(at_mm=24, length_mm=9, factor=0.55),
            Narrowing(at_mm=45, length_mm=6, factor=0.75),
        ),
        calcium=(
            Sector(
                start_mm=20,
                end_mm=26,
                angle_deg=30,
                arc_deg=130,
                thickness_mm=0.7,
                density_mgcc=650,
            ),
            Nodule(
                at_mm=45,
                angle_deg=350,
                depth=0.75,
                along_mm=1.6,
                radial_mm=0.45,
                across_mm=0.7,
                density_mgcc=900,
            ),
        ),
    )
    branch = Vessel(
        name="D1",
        path=Path(length_mm=24, wander_per_mm=0.02, wander_deg=180),
        diameter_start_mm=2.3,
        diameter_end_mm=1.9,
        wall_mm=0.25,
        lumen_hu=405,
        plaque_hu=60,
        parent="LAD",
        parent_at_mm=13,
        parent_angle_deg=262,
        take_off_deg=50,
    )
    return CaseSpec(
        name="open-vessel",
        summary="No occlusion; stenoses, calcium and a branch with its own line.",
        vessels=(main, branch),
        surroundings=replace(HEART, aorta_mm=13.0),
        scan=Scan(kvp=120),
    )


def soft_tapered_short() -> CaseSpec:
    """Meet no item of a score: the easiest."""
    main = Vessel(
        name="RCA",
        path=winding(56),
        diameter_start_mm=3.8,
        diameter_end_mm=3.0,
        lumen_hu=400,
        plaque_hu=50,
        interruptions=(interrupted(22, 30, CONE, SHORT_CONE, 310),),
        remodelling=(Remodelling(start_mm=18, end_mm=34, factor=0.92),),
    )
    return CaseSpec(
        name="soft-tapered-short",
        summary="A short, straight, soft occlusion with tapered caps.",
        vessels=(main,),
        surroundings=HEART,
        scan=Scan(kvp=100),
        line=GivenLine(spacing_mm=1.0, with_radius=True),
    )


def tapered_long() -> CaseSpec:
    """Length and a little calcium only."""
    main = Vessel(
        name="LCX",
        path=winding(70, Bend(at_mm=50, angle_deg=35, length_mm=12, towards_deg=250)),
        diameter_start_mm=3.5,
        diameter_end_mm=2.5,
        lumen_hu=420,
        plaque_hu=45,
        interruptions=(
            interrupted(21, 47, Cap(tapered=True, length_mm=6.5, exponent=0.9), CONE, 260),
        ),
        calcium=(
            Nodule(
                at_mm=30,
                angle_deg=140,
                depth=0.7,
                along_mm=0.8,
                radial_mm=0.4,
                across_mm=0.5,
                density_mgcc=800,
            ),
            Nodule(
                at_mm=39,
                angle_deg=20,
                depth=0.6,
                along_mm=0.7,
                radial_mm=0.35,
                across_mm=0.4,
                density_mgcc=600,
            ),
        ),
    )
    chamber = Chamber(at_mm=12, angle_deg=90, gap_mm=4.2, semi_axes_mm=(12, 9, 11), hu=430.0)
    return CaseSpec(
        name="tapered-long",
        summary="Long, tapered at both ends, two spots of calcium.",
        vessels=(main,),
        surroundings=replace(HEART, vein=None, chambers=(chamber,)),
        scan=Scan(kvp=100),
    )


def island() -> CaseSpec:
    """Two interruptions that are one occlusion."""
    main = Vessel(
        name="LAD",
        path=winding(62),
        diameter_start_mm=3.7,
        diameter_end_mm=2.8,
        lumen_hu=400,
        plaque_hu=58,
        interruptions=(
            interrupted(20, 27, BLUNT, BLUNT, 330),
            interrupted(30.4, 37.5, BLUNT, CONE, 280),
        ),
    )
    return CaseSpec(
        name="island",
        summary="Two interruptions 3.4 mm apart: one occlusion with an island.",
        vessels=(main,),
        surroundings=HEART,
        scan=Scan(kvp=120),
    )


def two_occlusions() -> CaseSpec:
    """Several occlusions in one lesion."""
    main = Vessel(
        name="RCA",
        path=winding(68, Bend(at_mm=30, angle_deg=22, length_mm=12, towards_deg=30)),
        diameter_start_mm=4.0,
        diameter_end_mm=3.0,
        lumen_hu=390,
        plaque_hu=60,
        interruptions=(
            interrupted(18, 26, CONE, BLUNT, 320),
            interrupted(35.5, 45, BLUNT, SHORT_CONE, 285),
        ),
        calcium=(
            Sector(
                start_mm=37,
                end_mm=42,
                angle_deg=90,
                arc_deg=150,
                thickness_mm=0.8,
                density_mgcc=700,
            ),
        ),
    )
    return CaseSpec(
        name="two-occlusions",
        summary="Two occlusions 9.5 mm apart: several, in one lesion.",
        vessels=(main,),
        surroundings=HEART,
        scan=Scan(kvp=120),
    )


def two_lesions() -> CaseSpec:
    """Two occlusions that are lesions of their own."""
    main = Vessel(
        name="RCA",
        path=winding(80, Bend(at_mm=40, angle_deg=30, length_mm=12, towards_deg=175)),
        diameter_start_mm=4.2,
        diameter_end_mm=3.0,
        lumen_hu=400,
        plaque_hu=60,
        interruptions=(
            interrupted(16, 24, BLUNT, CONE, 330),
            interrupted(52, 64, SHORT_CONE, BLUNT, 270),
        ),
        calcium=(
            Sector(
                start_mm=55, end_mm=61, angle_deg=0, arc_deg=250, thickness_mm=1.3, density_mgcc=550
            ),
        ),
    )
    return CaseSpec(
        name="two-lesions",
        summary="Two occlusions over 20 mm apart: two lesions.",
        vessels=(main,),
        surroundings=HEART,
        scan=Scan(kvp=140, noise_hu=22.0),
    )


def subtotal() -> CaseSpec:
    """Keep a channel open: nothing to score."""
    gap = replace(interrupted(22, 34, SHORT_CONE, SHORT_CONE, 370), channel_mm=0.44)
    main = Vessel(
        name="LCX",
        path=winding(56),
        diameter_start_mm=3.6,
        diameter_end_mm=2.8,
        lumen_hu=430,
        plaque_hu=45,
        interruptions=(gap,),
    )
    return CaseSpec(
        name="subtotal",
        summary="A channel of 0.44 mm all the way: no total occlusion.",
        vessels=(main,),
        surroundings=HEART,
        scan=Scan(kvp=100, noise_hu=20.0),
    )
