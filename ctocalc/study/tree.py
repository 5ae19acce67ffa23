"""The lines of one case as tubes: which leaves which."""

from dataclasses import replace

import numpy as np

from ctocalc.image.physics import ScanPhysics
from ctocalc.image.volume import Volume
from ctocalc.study.trace import Trace
from ctocalc.vessel.aorta import begins_at_aorta
from ctocalc.vessel.branching import Branching, Stem, Tube, branching
from ctocalc.vessel.tree import trunk_rank


def tube_of(vessel: str, seen: Trace) -> Tube:
    """Return a traced line with its radii; no lumen where none is read."""
    lumen = np.where(seen.without_lumen, 0.0, np.nan_to_num(seen.rays.lumen_diameter_mm) / 2.0)
    return Tube(
        vessel=vessel,
        curve=seen.curve,
        arclength_mm=seen.frames.arclength_mm,
        wall_radius_mm=np.sqrt(seen.wall.boundary.area_mm2 / np.pi),
        lumen_radius_mm=lumen,
    )


def tree_of(tubes: tuple[Tube, ...], *, whole_tree: bool) -> tuple[Branching, ...]:
    """Return for every line where the others leave it; a shared trunk is the elder line's."""
    names = [tube.vessel for tube in sorted(tubes, key=lambda tube: trunk_rank(tube.vessel))]
    return tuple(
        branching(
            own,
            [other for other in tubes if other is not own],
            elders=names[: names.index(own.vessel)],
            whole_tree=whole_tree,
        )
        for own in tubes
    )


def at_aorta(beside: Branching, volume: Volume, seen: Trace, physics: ScanPhysics) -> Branching:
    """Return a line's surroundings with the aorta, where the image shows it at the first point."""
    if beside.parent or not physics.contrast:
        return beside
    first = seen.frames.origin_lps_mm[0]
    pool = physics.blood_pool_hu.value
    return replace(beside, at_aorta=begins_at_aorta(volume, first, pool))


def stems_of(tubes: tuple[Tube, ...]) -> tuple[Stem | None, ...]:
    """Return for every line the one that it begins in, if any."""
    named = {tube.vessel: tube for tube in tubes}
    return tuple(
        Stem(tube=named[beside.parent], ostium_mm=beside.ostium_mm) if beside.parent else None
        for beside in tree_of(tubes, whole_tree=False)
    )
