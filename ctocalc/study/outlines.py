"""Measure on what a reader drew, where something was drawn, and say so."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.errors import Code, Notice
from ctocalc.study.trace import Trace
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.outlines import Outline, OutlineSettings, both

READER = "reader"


def with_outlines(seen: Trace, outlines: Sequence[Outline], settings: OutlineSettings) -> Trace:
    """Return the trace with the drawn wall and lumen in place of the found ones.

    The axis, its arc lengths and the occlusions stay as found.  Where only the lumen is drawn the
    found wall is kept, pushed outwards where the lumen reaches beyond it.
    """
    angles = seen.wall.boundary.radius_mm.shape[1]
    drawn_wall, drawn_lumen = both(outlines, seen.frames, angles)
    walled, open_ = _told(drawn_wall), _told(drawn_lumen)
    wall = np.where(walled[:, None], drawn_wall, seen.wall.boundary.radius_mm)
    wall = np.fmax(wall, drawn_lumen)
    return replace(
        seen,
        wall=replace(
            seen.wall,
            boundary=Boundary(
                radius_mm=wall,
                kind=seen.wall.boundary.kind,
                confidence=np.where(walled, 1.0, seen.wall.boundary.confidence),
            ),
            source=np.where(walled, READER, seen.wall.source),
            radius_sd_mm=np.where(walled, settings.wall_sd_mm, seen.wall.radius_sd_mm),
        ),
        rays=replace(
            seen.rays,
            lumen_mm=np.where(open_[:, None], drawn_lumen, seen.rays.lumen_mm),
            calcified=seen.rays.calcified & ~open_[:, None],
        ),
        drawn_lumen=open_,
    )


def _told(radius_mm: Floats) -> Bools:
    return np.asarray(np.isfinite(radius_mm).all(axis=1))


def outline_notices(
    vessel: str, outlines: Sequence[Outline], found: Trace, drawn: Trace
) -> tuple[Notice, ...]:
    """Tell how much is a reader's, and how far it is from what was found automatically."""
    if not outlines:
        return ()
    walled: Bools = np.asarray(drawn.wall.source == READER)
    open_ = np.zeros(len(walled), dtype=bool) if drawn.drawn_lumen is None else drawn.drawn_lumen
    if not (walled.any() or open_.any()):
        return (
            Notice(
                code=Code.READER_OUTLINES,
                message="No station takes the outlines that were given: they lie off the vessel, "
                "or too far apart to fill what is between. Nothing of them was used; draw them on "
                "this scan, denser along the vessel.",
                vessel=vessel,
            ),
        )
    automatic, by_hand = found.wall.boundary.area_mm2[walled], drawn.wall.boundary.area_mm2[walled]
    apart = 100.0 * float(np.mean(automatic / by_hand) - 1.0) if walled.any() else 0.0
    inside = int((open_ & found.without_lumen).sum())
    return (
        Notice(
            code=Code.READER_OUTLINES,
            severity="info",
            message=f"The wall of {walled.sum()} and the lumen of {open_.sum()} of {len(walled)} "
            f"stations are a reader's; there the automatic wall area was {apart:+.0f} % off it in "
            f"the mean, and {inside} drawn lumens lie where no contrast was found.",
            vessel=vessel,
        ),
    )
