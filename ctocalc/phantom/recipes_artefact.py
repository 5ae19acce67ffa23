"""Named phantoms of what is no disease: metal, motion, a step; and of calcium that deceives."""

from dataclasses import replace

from ctocalc.phantom.recipe_parts import BLUNT, CONE, HEART, interrupted, winding
from ctocalc.phantom.spec import (
    CaseSpec,
    Interruption,
    Motion,
    Piece,
    Rod,
    Scan,
    Sector,
    Stent,
    Step,
    Vessel,
)

_OPEN: tuple[Interruption, ...] = ()
_BLOCKED = (interrupted(16, 28, BLUNT, CONE, 290),)
_ARC = Sector(start_mm=18, end_mm=24, angle_deg=30, arc_deg=150, thickness_mm=0.8, density_mgcc=650)


def _case(
    name: str,
    summary: str,
    gaps: tuple[Interruption, ...],
    calcium: tuple[Piece, ...] = (),
    scan: Scan = Scan(margin_mm=10.0),  # noqa: B008 - frozen
) -> CaseSpec:
    main = Vessel(
        name="LAD", path=winding(44), diameter_start_mm=3.8, diameter_end_mm=3.0, lumen_hu=400,
        plaque_hu=55, interruptions=gaps, calcium=calcium,
    )  # fmt: skip
    return CaseSpec(name=name, summary=summary, vessels=(main,), surroundings=HEART, scan=scan)


def stent() -> CaseSpec:
    """Block a steel stent."""
    case = _case("stent", "An occlusion within a steel stent of 18 mm.", _BLOCKED)
    mesh = Stent(start_mm=13, end_mm=31)
    return replace(case, vessels=(replace(case.vessels[0], stents=(mesh,)),))


def clip() -> CaseSpec:
    """Put a surgical clip beside a calcified occlusion."""
    case = _case("clip", "A surgical clip beside a calcified occlusion.", _BLOCKED, (_ARC,))
    leg = Rod(start_mm=19, end_mm=24, angle_deg=250, distance_mm=2.9, diameter_mm=1.0)
    return replace(case, surroundings=replace(HEART, rods=(leg,)))


def pacing_lead() -> CaseSpec:
    """Lay a pacing lead along the open vessel beyond a calcified occlusion."""
    case = _case("pacing-lead", "A pacing lead beside the vessel behind the occlusion.",
                 (interrupted(8, 20, BLUNT, CONE, 290),),
                 (replace(_ARC, start_mm=10, end_mm=17),))  # fmt: skip
    lead = Rod(start_mm=28, end_mm=50, angle_deg=290, distance_mm=3.4, diameter_mm=2.0)
    return replace(case, surroundings=replace(HEART, rods=(lead,)))


def dense_calcium() -> CaseSpec:
    """Show the densest calcium at the lowest voltage: no metal."""
    piece = replace(_ARC, arc_deg=240, thickness_mm=1.4, density_mgcc=1400)
    return _case("dense-calcium", "Calcium of 1400 mg/cc at 80 kVp: no metal.", _BLOCKED, (piece,),
                 Scan(kvp=80, margin_mm=10.0))  # fmt: skip


def two_arcs() -> CaseSpec:
    """Place two arcs of calcium in the same sections."""
    pieces = (
        replace(_ARC, angle_deg=40, arc_deg=90),
        replace(_ARC, angle_deg=170, arc_deg=80, density_mgcc=900),
    )
    return _case("two-arcs", "Two arcs of calcium 45 degrees apart in the same sections.",
                 _BLOCKED, pieces)  # fmt: skip


def lumen_like_cap() -> CaseSpec:
    """Place calcium at the entry that is as bright as the lumen."""
    piece = Sector(start_mm=15.5, end_mm=21, angle_deg=60, arc_deg=170, thickness_mm=1.1,
                   density_mgcc=262)  # fmt: skip
    return _case("lumen-like-cap", "Calcium as bright as the lumen at the entry.", _BLOCKED,
                 (piece,))  # fmt: skip


def moved() -> CaseSpec:
    """Smear an open vessel over a slab."""
    motion = Motion(at_mm=22, slab_mm=8, way_mm=4.5, towards_deg=30)
    return _case("motion", "An open vessel smeared by 4.5 mm over a slab of 8 mm.", _OPEN,
                 scan=Scan(slab_motion=motion, margin_mm=10.0))  # fmt: skip


def ghost() -> CaseSpec:
    """Show an open vessel twice over a slab."""
    motion = Motion(at_mm=22, slab_mm=8, way_mm=4.5, towards_deg=120, doubled=True)
    return _case("ghost", "An open vessel seen twice, 4.5 mm apart, over a slab of 8 mm.", _OPEN,
                 scan=Scan(slab_motion=motion, margin_mm=10.0))  # fmt: skip


def step() -> CaseSpec:
    """Part two table positions that differ by 2 mm behind an occlusion."""
    case = _case("step", "Two table positions 2 mm apart, beyond the occlusion.",
                 (interrupted(8, 20, BLUNT, CONE, 290),),
                 (replace(_ARC, start_mm=10, end_mm=17),))  # fmt: skip
    return replace(case, scan=Scan(step=Step(at_mm=33, shift_mm=2.0, towards_deg=50),
                                   margin_mm=10.0))  # fmt: skip


def step_at_cap() -> CaseSpec:
    """Part two table positions that differ, right at the entry."""
    cut = Step(at_mm=16.5, shift_mm=2.0, towards_deg=50)
    return _case("step-at-cap", "Two table positions 2 mm apart, at the entry of an occlusion.",
                 _BLOCKED, (_ARC,), Scan(step=cut, margin_mm=10.0))  # fmt: skip
