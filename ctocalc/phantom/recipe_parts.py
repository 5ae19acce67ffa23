"""Parts that the named phantoms share."""

from ctocalc.phantom.spec import (
    Bend,
    Cap,
    Interruption,
    Path,
    Surroundings,
    Vein,
)

BLUNT = Cap(tapered=False, length_mm=0.6)
CONE = Cap(tapered=True, length_mm=5.0)
SHORT_CONE = Cap(tapered=True, length_mm=3.0)
# The usual surroundings; a recipe replaces what is different.
HEART = Surroundings(
    myocardium_hu=108.0,
    fat_hu=-92.0,
    blood_hu=395.0,
    embedding_mm=-1.4,
    vein=Vein(start_mm=-6, end_mm=45, angle_deg=80, distance_mm=4.6, diameter_mm=2.2, hu=180.0),
)


def winding(length_mm: float, *bends: Bend) -> Path:
    """Return a path that curves gently towards the heart (clock angle 180)."""
    return Path(
        length_mm=length_mm,
        start_lps_mm=(20.0, -60.0, 40.0),
        direction_lps=(0.25, -0.45, -0.86),
        bends=bends,
        wander_per_mm=0.012,
        wander_deg=160.0,
        wander_deg_per_mm=0.8,
    )


def interrupted(
    start_mm: float, end_mm: float, proximal: Cap, distal: Cap, hu: float
) -> Interruption:
    """Return an interruption between two apices, with the HU of the lumen beyond it."""
    return Interruption(
        start_mm=start_mm, end_mm=end_mm, proximal=proximal, distal=distal, lumen_hu_after=hu
    )
