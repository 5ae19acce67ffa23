"""Warnings that only the measurement itself can give."""

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats
from ctocalc.errors import Code, Notice
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.scan import ScanFacts
from ctocalc.lesion.lesion import Lesion
from ctocalc.study.settings import ImageSettings
from ctocalc.study.stations import lumen_area_mm2
from ctocalc.study.trace import Trace
from ctocalc.vessel.centerline import Centerline

NO_CONTRAST_REASON = "the scan shows no contrast in the vessels (NO_CONTRAST)"
SPARSE_MM = 3.0
OFF_CENTRE_MM = 1.0
LESS_AT_START = 0.85


def image_notices(
    facts: ScanFacts, physics: ScanPhysics, settings: ImageSettings
) -> tuple[Notice, ...]:
    """Return what the scan's voxels and its own physics warn of."""
    return (*_voxel_notices(facts, settings), *_physics_notices(physics, settings))


def _voxel_notices(facts: ScanFacts, settings: ImageSettings) -> tuple[Notice, ...]:
    step, row, column = facts.spacing_kji_mm
    thickest = max(step, facts.slice_thickness_mm or 0.0)
    coarsest = max(row, column)
    out = []
    if thickest > settings.thick_above_mm:
        out.append(Notice(
            code=Code.SLICES_THICK,
            message=f"Slice step or thickness is {thickest:.2f} mm; at most "
            f"{settings.thick_above_mm:g} mm was expected. Use the thinnest reconstruction: "
            "short caps and thin calcium are lost.",
        ))  # fmt: skip
    if coarsest > settings.coarse_above_mm:
        out.append(Notice(
            code=Code.VOXELS_COARSE,
            message=f"Pixels are {coarsest:.2f} mm; at most {settings.coarse_above_mm:g} mm was "
            "expected. Use a smaller field of view: areas and arcs are uncertain.",
        ))  # fmt: skip
    return tuple(out)


def _physics_notices(physics: ScanPhysics, settings: ImageSettings) -> tuple[Notice, ...]:
    pool, noise = physics.blood_pool_hu.value, physics.noise_hu.value
    out = []
    if not physics.contrast:
        seen = "unknown" if pool is None else f"{pool:.0f} HU"
        out.append(Notice(
            code=Code.NO_CONTRAST,
            message=f"The vessels hold no contrast (lumen {seen}, at least "
            f"{settings.no_contrast_below_hu:.0f} HU was expected): lumen and occlusion are not "
            "measurable, calcium is. Use the angiographic series for scores.",
        ))  # fmt: skip
    elif pool is not None and pool < settings.low_contrast_below_hu:
        out.append(Notice(
            code=Code.CONTRAST_LOW,
            message=f"The proximal lumen has {pool:.0f} HU; at least "
            f"{settings.low_contrast_below_hu:.0f} HU was expected. Caps and stumps are uncertain.",
        ))  # fmt: skip
    if noise is not None and noise > settings.noise_high_above_hu:
        out.append(Notice(
            code=Code.NOISE_HIGH,
            message=f"The noise is {noise:.0f} HU; at most {settings.noise_high_above_hu:.0f} HU "
            "was expected. Use a smoother reconstruction; faint calcium and caps are uncertain.",
        ))  # fmt: skip
    return tuple(out)


def vessel_notices(
    line: Centerline, seen: Trace, lesions: tuple[Lesion, ...], *, contrast: bool
) -> tuple[Notice, ...]:
    """Return what one vessel's line and lesions warn of."""
    points = line.points_lps_mm
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = seen.curve.at(np.arange(0.0, seen.curve.length_mm, 0.2))
    off = float(np.median(cKDTree(along).query(points)[0]))
    out: list[tuple[Code, bool, str]] = [
        (Code.CENTERLINE_SPARSE, float(np.median(steps)) > SPARSE_MM,
         f"The line's points are {float(np.median(steps)):.2f} mm apart; at most {SPARSE_MM:.0f} "
         "mm was expected. Bends between points were bridged smoothly; give a denser line."),
        (Code.CENTERLINE_OFF_CENTRE, off > OFF_CENTRE_MM,
         f"The line lies {off:.2f} mm off the vessel's centre in the median; at most "
         f"{OFF_CENTRE_MM:.0f} mm was expected. It was recentred; look at the sections."),
        (Code.CENTERLINE_DIRECTION, contrast and _seems_reversed(seen),
         "The vessel is wider at the line's last point than at its first, which should be the "
         "ostium. The line was not turned; check it, entry and exit may be swapped."),
        (Code.OCCLUSION_AT_END_OF_LINE, any(lesion.truncated for lesion in lesions),
         "An occlusion reaches an end of the line; its length is only what is visible. Extend the "
         "line beyond the occlusion."),
        (Code.END_OF_LINE_TOO_THIN, contrast and seen.faded_mm is not None,
         f"From {seen.faded_mm or 0.0:.1f} mm to its end at {seen.curve.length_mm:.1f} mm the line "
         "shows no contrast in a thin vessel; a lumen was expected. Whether it is occluded there "
         "or too thin for CT is not told, and none reported. End the line before, or look."),
    ]  # fmt: skip
    out += [
        (Code.LUMEN_IN_CALCIUM, True,
         f"Calcium hides the lumen from {hidden.start_mm:.1f} to {hidden.end_mm:.1f} mm; an open "
         f"lumen or an occlusion was expected to show. One of about {hidden.diameter_mm:.1f} mm "
         "through it explains the voxels better than calcium and plaque do: no occlusion is "
         "reported there, which is no proof. Look at the sections.")
        for hidden in seen.passages
    ]  # fmt: skip
    found = (
        Notice(code=code, message=message, vessel=line.vessel)
        for code, present, message in out
        if present
    )
    return (*line.notices, *found)


def caps_notices(
    vessel: str,
    found: Trace,
    seen: Trace,
    caps_mm: tuple[tuple[float, float], ...] | None,
    *,
    contrast: bool,
) -> tuple[Notice, ...]:
    """Say that a reader set the occlusions of a vessel, and what the image itself showed.

    ``found``: the trace before, ``seen``: with the reader's caps.
    """
    if caps_mm is None:
        return ()
    count = f"{len(caps_mm)} occlusions" if len(caps_mm) > 1 else "the occlusion"
    told = (
        f"Entry and exit of {count} are a reader's"
        if caps_mm
        else "A reader sees no total occlusion"
    )
    shown, hidden = (
        ", ".join(f"{part.start_mm:.1f} to {part.end_mm:.1f} mm" for part in parts)
        for parts in ([gap for gap in found.gaps if gap.total], found.passages)
    )
    by_image = f"the image itself showed {shown or 'none'}"
    by_image += f" (a lumen hidden by calcium: {hidden})" * bool(hidden)
    if not contrast:
        by_image = "without contrast the image itself shows none"
    step = float(seen.frames.arclength_mm[1] - seen.frames.arclength_mm[0])
    bright, dark = (float(n.sum()) * step for n in (seen.untold, seen.unseen_lumen))
    doubts = [
        f" Contrast shows along {bright:.1f} mm of what the reader calls occluded: calcium is not "
        "told there." * (bright > 0.0),
        f" No lumen shows along {dark:.1f} mm of what the reader calls open: its area is not told "
        "there." * (dark > 0.0),
    ]
    return (
        Notice(
            code=Code.READER_CAPS,
            severity="info",
            message=f"{told}; {by_image}.{''.join(doubts)}",
            vessel=vessel,
        ),
    )


def _seems_reversed(seen: Trace) -> bool:
    """Whether the first 8 mm are narrower than the last 8 mm: vessels taper.

    Wall and lumen are asked together, since either alone may be misread at an end.
    """
    count = round(8.0 / float(seen.frames.arclength_mm[1] - seen.frames.arclength_mm[0]))
    if len(seen.frames.arclength_mm) < 4 * count:
        return False
    areas = (seen.wall.boundary.area_mm2, lumen_area_mm2(seen))
    ratios = [
        float(np.nanmedian(a[:count]) / np.nanmedian(a[-count:])) for a in areas if _wide(a, count)
    ]
    return bool(ratios) and float(np.exp(np.mean(np.log(ratios)))) < LESS_AT_START**2


def _wide(area: Floats, count: int) -> bool:
    """Whether both ends have an area: a lumen may be occluded there."""
    ends = area[:count], area[-count:]
    return all(np.isfinite(end).any() and np.nanmedian(end) > 0.0 for end in ends)
