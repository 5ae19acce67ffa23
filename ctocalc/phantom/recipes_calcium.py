"""Named phantoms about calcium, and the hardest and the contrast-free case."""

from dataclasses import replace

from ctocalc.phantom.recipe_parts import BLUNT, CONE, HEART, interrupted, winding
from ctocalc.phantom.spec import (
    Bend,
    Cap,
    CaseSpec,
    GivenLine,
    Moon,
    Narrowing,
    Nodule,
    Path,
    Remodelling,
    Scan,
    Sector,
    Vessel,
)


def blunt_calcified() -> CaseSpec:
    """Blunt, half calcified, 17 mm."""
    main = Vessel(
        name="LAD",
        path=winding(60, Bend(at_mm=33, angle_deg=24, length_mm=12, towards_deg=60)),
        diameter_start_mm=3.8,
        diameter_end_mm=2.7,
        lumen_hu=395,
        plaque_hu=55,
        ellipse=0.04,
        interruptions=(interrupted(22, 39, BLUNT, CONE, 290),),
        remodelling=(Remodelling(start_mm=20, end_mm=41, factor=0.9),),
        calcium=(
            Sector(
                start_mm=25,
                end_mm=33,
                angle_deg=20,
                arc_deg=270,
                thickness_mm=1.0,
                density_mgcc=750,
                rim_mm=0.1,
                twist_deg_per_mm=4,
            ),
        ),
    )
    return CaseSpec(
        name="blunt-calcified",
        summary="Blunt stump, thick calcium of 270 degrees, 17 mm long.",
        vessels=(main,),
        surroundings=replace(HEART, aorta_mm=14.0),
        scan=Scan(kvp=120),
    )


def long_bent_calcified() -> CaseSpec:
    """Meet every item that an image decides."""
    main = Vessel(
        name="RCA",
        path=winding(74, Bend(at_mm=34, angle_deg=62, length_mm=13, towards_deg=170)),
        diameter_start_mm=4.2,
        diameter_end_mm=2.8,
        lumen_hu=385,
        plaque_hu=65,
        ellipse=0.05,
        eccentricity=0.3,
        interruptions=(interrupted(20, 50, Cap(tapered=False, length_mm=0.2), BLUNT, 280),),
        remodelling=(Remodelling(start_mm=17, end_mm=53, factor=0.85),),
        calcium=(
            Sector(
                start_mm=21,
                end_mm=30,
                angle_deg=100,
                arc_deg=220,
                thickness_mm=0.9,
                density_mgcc=600,
            ),
            Sector(
                start_mm=36,
                end_mm=44,
                angle_deg=250,
                arc_deg=300,
                thickness_mm=1.1,
                density_mgcc=1000,
                twist_deg_per_mm=-5,
            ),
            Nodule(
                at_mm=32,
                angle_deg=0,
                depth=0.4,
                along_mm=2.0,
                radial_mm=0.7,
                across_mm=0.8,
                density_mgcc=450,
            ),
        ),
    )
    return CaseSpec(
        name="long-bent-calcified",
        summary="Blunt, 30 mm, bent over 45 degrees, heavy calcium.",
        vessels=(main,),
        surroundings=replace(HEART, embedding_mm=-0.6),
        scan=Scan(kvp=100, noise_hu=26.0),
        line=GivenLine(spacing_mm=0.6, jitter_mm=0.18),
    )


def _moon(name: str, summary: str, moon: Moon) -> CaseSpec:
    main = Vessel(
        name="LAD",
        path=winding(58, Bend(at_mm=30, angle_deg=20, length_mm=12, towards_deg=120)),
        diameter_start_mm=3.9,
        diameter_end_mm=2.9,
        lumen_hu=400,
        plaque_hu=60,
        interruptions=(interrupted(20, 38, BLUNT, BLUNT, 300),),
        calcium=(moon,),
        remodelling=(Remodelling(start_mm=18, end_mm=40, factor=0.92),),
    )
    return CaseSpec(
        name=name, summary=summary, vessels=(main,), surroundings=HEART, scan=Scan(kvp=120)
    )


def full_moon() -> CaseSpec:
    """Calcium that closes the lumen."""
    moon = Moon(start_mm=24, end_mm=33, density_mgcc=800, fill=0.995)
    return _moon("full-moon", "Calcium that fills the vessel.", moon)


def almost_full_moon() -> CaseSpec:
    """Come near a full moon, as a trap."""
    moon = Moon(start_mm=24, end_mm=33, density_mgcc=800, fill=0.83, offset=0.14, angle_deg=40)
    return _moon("almost-full-moon", "An eccentric disc of calcium: no full moon.", moon)


def non_contrast() -> CaseSpec:
    """Show calcium only."""
    main = Vessel(
        name="LAD",
        path=winding(60, Bend(at_mm=30, angle_deg=30, length_mm=12, towards_deg=80)),
        diameter_start_mm=4.0,
        diameter_end_mm=2.8,
        wall_mm=0.6,
        lumen_hu=46,
        lumen_hu_per_mm=0.0,
        plaque_hu=46,
        narrowings=(
            Narrowing(at_mm=18, length_mm=10, factor=0.6),
            Narrowing(at_mm=37, length_mm=7, factor=0.6),
        ),
        calcium=(
            Sector(
                start_mm=15,
                end_mm=21,
                angle_deg=60,
                arc_deg=160,
                thickness_mm=1.0,
                density_mgcc=700,
            ),
            Nodule(
                at_mm=37,
                angle_deg=200,
                depth=0.8,
                along_mm=2.2,
                radial_mm=0.6,
                across_mm=0.8,
                density_mgcc=500,
            ),
        ),
    )
    around = replace(HEART, blood_hu=44.0, myocardium_hu=48.0, vein=None, aorta_mm=14.0)
    return CaseSpec(
        name="non-contrast",
        summary="No contrast agent: calcium can be told, the lumen cannot.",
        vessels=(main,),
        surroundings=around,
        scan=Scan(kvp=120, contrast=False, noise_hu=20.0),
    )


def oblique_branch() -> CaseSpec:
    """Hard quality, oblique grid, branch at the cap."""
    main = Vessel(
        name="LAD",
        path=winding(64, Bend(at_mm=30, angle_deg=46, length_mm=12, towards_deg=200)),
        diameter_start_mm=3.7,
        diameter_end_mm=2.6,
        lumen_hu=375,
        plaque_hu=70,
        ellipse=0.05,
        interruptions=(interrupted(20, 43, BLUNT, CONE, 240),),
        remodelling=(Remodelling(start_mm=18, end_mm=45, factor=1.06),),
        calcium=(
            Sector(
                start_mm=19.5,
                end_mm=23.5,
                angle_deg=150,
                arc_deg=120,
                thickness_mm=0.8,
                density_mgcc=420,
            ),
            Sector(
                start_mm=28,
                end_mm=36,
                angle_deg=0,
                arc_deg=360,
                thickness_mm=0.8,
                density_mgcc=1100,
            ),
        ),
    )
    branch = Vessel(
        name="D1",
        path=Path(length_mm=22, wander_per_mm=0.025, wander_deg=180),
        diameter_start_mm=2.2,
        diameter_end_mm=1.8,
        wall_mm=0.25,
        lumen_hu=370,
        plaque_hu=70,
        parent="LAD",
        parent_at_mm=17.4,
        parent_angle_deg=262,
        take_off_deg=55,
    )
    scan = Scan(
        kvp=80,
        spacing_kji_mm=(0.6, 0.42, 0.36),
        rotation_deg=(22.0, -17.0, 12.0),
        psf_fwhm_mm=0.74,
        psf_fwhm_z_mm=0.85,
        noise_hu=32.0,
        motion_mm=0.2,
    )
    return CaseSpec(
        name="oblique-branch",
        summary="Oblique grid, oblong pixels, a branch at the entry, 80 kVp.",
        vessels=(main, branch),
        surroundings=replace(HEART, vein=None),
        scan=scan,
        line=GivenLine(jitter_mm=0.28, spacing_mm=0.8, lumen_centred=0.7, with_radius=True),
    )
