"""Named phantoms about where an occlusion lies: ostium, branches, bends, the vessel beyond."""

from dataclasses import replace

from ctocalc.phantom.recipe_parts import BLUNT, CONE, HEART, interrupted, winding
from ctocalc.phantom.spec import (
    Bend,
    CaseSpec,
    Narrowing,
    Path,
    Scan,
    Sector,
    Vessel,
)

_SCAN = Scan(margin_mm=10.0)
_ARC = Sector(start_mm=18, end_mm=24, angle_deg=30, arc_deg=150, thickness_mm=0.8, density_mgcc=650)
_MAIN = Vessel(
    name="LAD", path=winding(46), diameter_start_mm=3.9, diameter_end_mm=3.0, lumen_hu=400,
    plaque_hu=55, calcium=(_ARC,),
)  # fmt: skip
_BRANCH = Vessel(
    name="D1", path=Path(length_mm=20, wander_per_mm=0.015, wander_deg=180),
    diameter_start_mm=2.4, diameter_end_mm=2.0, wall_mm=0.25, lumen_hu=395, plaque_hu=55,
    parent="LAD", parent_at_mm=13, parent_angle_deg=262, take_off_deg=60,
)  # fmt: skip


def ostial() -> CaseSpec:
    """Occlude a vessel just behind the aorta."""
    main = replace(
        _MAIN, name="RCA", interruptions=(interrupted(2.6, 16, BLUNT, CONE, 300),),
        calcium=(replace(_ARC, start_mm=5, end_mm=11),),
    )  # fmt: skip
    return CaseSpec(
        name="ostial", summary="An occlusion 2.6 mm behind the aorta.", vessels=(main,),
        surroundings=replace(HEART, aorta_mm=13.0), scan=_SCAN,
    )  # fmt: skip


def aorto_ostial() -> CaseSpec:
    """Occlude a vessel from the aorta on."""
    near = ostial()
    main = replace(near.vessels[0], interruptions=(interrupted(-1.0, 16, BLUNT, CONE, 300),))
    return replace(
        near, name="aorto-ostial", summary="An occlusion from the aorta on.", vessels=(main,)
    )


def ostial_branch() -> CaseSpec:
    """Occlude a diagonal branch where it leaves an open LAD."""
    branch = replace(
        _BRANCH, path=Path(length_mm=34, wander_per_mm=0.015, wander_deg=180),
        diameter_start_mm=2.9, diameter_end_mm=2.4,
        interruptions=(interrupted(3.4, 14, BLUNT, CONE, 300),),
    )  # fmt: skip
    return CaseSpec(
        name="ostial-branch", summary="A diagonal branch occluded at its mouth in an open LAD.",
        vessels=(replace(_MAIN, calcium=()), branch), surroundings=HEART, scan=_SCAN,
    )  # fmt: skip


def flush_branch() -> CaseSpec:
    """Occlude the LAD right behind its first diagonal branch, and before its second."""
    main = replace(_MAIN, interruptions=(interrupted(15.0, 27, BLUNT, CONE, 300),))
    second = replace(
        _BRANCH, name="D2", diameter_start_mm=2.0, diameter_end_mm=1.8, parent_at_mm=35,
        parent_angle_deg=80, lumen_hu=290,
    )  # fmt: skip
    return CaseSpec(
        name="flush-branch", summary="No stump behind the first diagonal branch; a second beyond.",
        vessels=(main, _BRANCH, second), surroundings=replace(HEART, vein=None), scan=_SCAN,
    )  # fmt: skip


def diseased_landing() -> CaseSpec:
    """Narrow and calcify the vessel behind the exit; calcium in most of the occlusion's length."""
    main = replace(
        _MAIN,
        interruptions=(interrupted(12, 24, CONE, BLUNT, 300),),
        narrowings=(Narrowing(at_mm=30.5, length_mm=7, factor=0.35),),
        calcium=(
            replace(_ARC, start_mm=12.5, end_mm=22.5, thickness_mm=1.0),
            replace(_ARC, start_mm=24.5, end_mm=27, angle_deg=90, arc_deg=110, thickness_mm=0.5),
        ),
    )
    return CaseSpec(
        name="diseased-landing", summary="A stenosis with calcium 6 mm behind the exit.",
        vessels=(main,), surroundings=HEART, scan=_SCAN,
    )  # fmt: skip


def two_bends() -> CaseSpec:
    """Bend the vessel twice before the occlusion."""
    bends = (
        Bend(at_mm=9, angle_deg=80, length_mm=14, towards_deg=80),
        Bend(at_mm=27, angle_deg=82, length_mm=14, towards_deg=255),
    )
    main = replace(
        _MAIN, name="LCX", path=replace(winding(62), bends=bends, wander_per_mm=0.004),
        interruptions=(interrupted(39, 51, CONE, CONE, 300),), calcium=(),
    )  # fmt: skip
    return CaseSpec(
        name="two-bends", summary="Two bends of 80 degrees before a short, soft occlusion.",
        vessels=(main,), surroundings=replace(HEART, vein=None), scan=_SCAN,
    )  # fmt: skip
