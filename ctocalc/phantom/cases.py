"""Named phantoms and random ones."""

from ctocalc.phantom.random_case import random_case
from ctocalc.phantom.spec import (
    Bend,
    Cap,
    CaseSpec,
    Interruption,
    Path,
    Sector,
    Surroundings,
    Vessel,
)  # fmt: skip

__all__ = ["NAMES", "named", "random_case"]


def _first() -> CaseSpec:
    gap = Interruption(
        start_mm=24, end_mm=40, proximal=Cap(tapered=False, length_mm=0.6),
        distal=Cap(tapered=True, length_mm=4), lumen_hu_after=290,
    )  # fmt: skip
    ring = Sector(
        start_mm=27, end_mm=34, angle_deg=20, arc_deg=250, thickness_mm=0.8, density_mgcc=700
    )
    vessel = Vessel(
        name="LAD", diameter_start_mm=3.6, diameter_end_mm=2.6, interruptions=(gap,),
        calcium=(ring,),
        path=Path(length_mm=60, wander_per_mm=0.015, wander_deg_per_mm=4,
                  bends=(Bend(at_mm=30, angle_deg=30, length_mm=12, towards_deg=60),)),
    )  # fmt: skip
    return CaseSpec(
        name="blunt-calcified",
        summary="",
        vessels=(vessel,),
        surroundings=Surroundings(aorta_mm=13),
    )


NAMES = {"blunt-calcified": _first}


def named(name: str) -> CaseSpec:
    """Return the recipe of a named case; KeyError when there is none."""
    return NAMES[name]()
