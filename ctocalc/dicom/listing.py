"""What a folder holds, for ``inspect``: heads of all files, pixels of a few slices per image."""

import numpy as np
from scipy.ndimage import uniform_filter

from ctocalc._arrays import Floats
from ctocalc.dicom import tags
from ctocalc.dicom.facts import facts
from ctocalc.dicom.geometry import Stack
from ctocalc.dicom.headers import SliceHeader
from ctocalc.dicom.phases import Slices
from ctocalc.dicom.pixels import check, decode, read_block
from ctocalc.dicom.read import longest
from ctocalc.dicom.series import SCOUT, Folder, PhaseInfo, SeriesInfo
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.image.listed import Listed
from ctocalc.image.scan import quality_notices, require_measurable
from ctocalc.image.turns import MOST_IMAGES, WINDOW, refuse_turns
from ctocalc.image.volume import Volume

POOL_MM = 20.0
POOL_HU = (250.0, 700.0)
POOL_SD_HU = 60.0
"""A square of this side, this bright and this even lies in a contrast-filled chamber or aorta; bone
is uneven on this scale, and soft tissue and plain blood are below 100 HU.  Ours, a hint only."""
OVERLAPPING = 1.5
"""Slices this many times as thick as their step may be those of two images."""


def listing(folder: Folder) -> tuple[Listed, ...]:
    """Return one line per series and phase."""
    return tuple(_listed(info, phase) for info in folder.series for phase in info.phases)


def _listed(info: SeriesInfo, phase: PhaseInfo) -> Listed:
    refused, known, seen = phase.refused, None, None
    notices: tuple[Notice, ...] = ()
    if phase.stack is not None:
        known = facts(phase.stack, longest(phase.stack))
        refused = _refusal(phase)
        seen = None if refused else pool_seen(phase.slices)
        refused = refused if refused or seen is not None else _undecodable(phase.slices)
        notices = () if refused else _doubts(phase) + quality_notices(known)
    one = phase.slices[0].shared if phase.slices else None
    return Listed(
        series=info.number,
        phase=phase.number,
        kind=_kind(info, phase),
        images=info.images,
        rows=one.rows if one else 0,
        columns=one.columns if one else 0,
        slices=len(phase.slices),
        facts=known,
        label=phase.label,
        pool_seen=seen,
        syntax=tags.syntax_name(one.syntax) if one else None,
        multi_frame=bool(one and one.frames > 1),
        code=refused.code if refused else None,
        reason=str(refused) if refused else None,
        notices=notices,
        aside=info.aside,
        uid=info.uid,
    )


def _kind(info: SeriesInfo, phase: PhaseInfo) -> str:
    reasons = dict(info.aside)
    if phase.slices:
        return info.modality or "not said"
    return "scout" if SCOUT in reasons else f"{info.modality} without slices"


def _refusal(phase: PhaseInfo) -> ImageRefused | None:
    """Return why an image whose geometry is right cannot be measured, as far as can be told."""
    assert phase.stack is not None
    known = facts(phase.stack, longest(phase.stack))
    try:
        require_measurable(known)
    except ImageRefused as error:
        return error
    damaged = [error for error in map(_damage, phase.slices) if error]
    if damaged:
        return damaged[0] if len(damaged) == len(phase.slices) else None
    thick = (known.slice_thickness_mm or 0.0) > OVERLAPPING * known.spacing_kji_mm[0]
    return _turns(phase.stack) if thick else None


def _turns(stack: Stack) -> ImageRefused | None:
    """Look at slices in the middle: phases that take turns pass for one image of half the step."""
    part = longest(stack)
    count = min(WINDOW + MOST_IMAGES, part.last - part.first + 1)
    first = (part.last - part.first + 1 - count) // 2
    slices = stack.slices[part.first + first : part.first + first + count]
    shared = slices[0].shared
    try:
        block = read_block(slices, slice(0, shared.rows))
        grid = stack.grid(part).crop(
            (slice(first, first + count), slice(0, shared.rows), slice(0, shared.columns))
        )
        refuse_turns(
            Volume(stored=block.stored, slope=block.slope, intercept=block.intercept, grid=grid)
        )
    except ImageRefused as error:
        return error if error.code is Code.SEVERAL_PHASES else None
    return None


def _damage(header: SliceHeader) -> ImageRefused | None:
    try:
        check(header)
    except ImageRefused as error:
        return error
    return None


def _doubts(phase: PhaseInfo) -> tuple[Notice, ...]:
    """Return what refuses the image if it lies at the vessels, and is a warning elsewhere."""
    assert phase.stack is not None
    damaged = [error for error in map(_damage, phase.slices) if error]
    found = [(damaged[0].code, f"Slices that cannot be read: {len(damaged)}.")] if damaged else []
    for code in (Code.SLICE_DUPLICATE, Code.SLICE_MISSING, Code.SPACING_IRREGULAR):
        places = [d.found for d in phase.stack.defects if d.code is code and not d.stranded]
        if places:
            more = f"; and {len(places) - 3} more places" if len(places) > 3 else ""
            found.append((code, f"The slices are not regular: {'; '.join(places[:3])}{more}."))
    rest = " Vessels that come near are refused; elsewhere it does not matter."
    return tuple(Notice(code=code, message=text + rest) for code, text in found)


def pool_seen(slices: Slices) -> bool | None:
    """Return whether a contrast-filled pool lies in one of three slices; None: not decodable."""
    for header in _looked_at(slices):
        try:
            stored, _ = decode(header)
        except ImageRefused:
            return None
        if _has_pool(stored * np.float64(header.slope) + header.intercept, header):
            return True
    return False


def _looked_at(slices: Slices) -> Slices:
    return tuple(slices[part * len(slices) // 4] for part in (2, 1, 3))


def _undecodable(slices: Slices) -> ImageRefused | None:
    """Return why none of the slices that are looked at can be decoded; None when one can be."""
    found = None
    for header in _looked_at(slices):
        try:
            decode(header)
        except ImageRefused as error:
            found = error
        else:
            return None
    return found if found and found.code is Code.PIXELS_UNDECODABLE else None


def _has_pool(hu: Floats, header: SliceHeader) -> bool:
    size = [max(3, round(POOL_MM / mm)) for mm in header.shared.pixel_spacing]
    clipped = np.clip(hu, -1100.0, 3100.0)
    mean = uniform_filter(clipped, size, mode="nearest")
    spread = uniform_filter(clipped**2, size, mode="nearest") - mean**2
    even = (mean >= POOL_HU[0]) & (mean <= POOL_HU[1]) & (spread <= POOL_SD_HU**2)
    return bool(even.any())
