"""Open a DICOM series, and read the part of it that lies around the vessels."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.dicom.circle import mark_outside
from ctocalc.dicom.facts import facts
from ctocalc.dicom.folder import Scan
from ctocalc.dicom.geometry import Stack
from ctocalc.dicom.kept import KeptPixels
from ctocalc.dicom.phases import Slices
from ctocalc.dicom.pixels import Block, read_block
from ctocalc.dicom.regularity import Defect, Part, refusal
from ctocalc.dicom.series import PhaseInfo, SeriesInfo, choose, find_series
from ctocalc.errors import Code, Notice
from ctocalc.image.lost import refuse_lost
from ctocalc.image.plausible import refuse_implausible
from ctocalc.image.scan import ScanHeader, padding_threshold, quality_notices
from ctocalc.image.turns import refuse_turns
from ctocalc.image.volume import Volume

_EDGE_MM = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DicomScan(ScanHeader):
    """A series whose headers are known and whose slices are in order."""

    stack: Stack


def open_series(
    path: Path | str, *, wanted: str | None = None, phase: str | None = None
) -> DicomScan:
    """Return the series of a folder, without reading a pixel.

    Parameters
    ----------
    path
        A folder (searched recursively), a DICOMDIR or a single file.
    wanted
        Number or UID of the series; None takes the usable one when there is exactly one.
    phase
        Number of the phase, ``75%`` or ``650ms``; None takes the only one.

    Raises
    ------
    ImageRefused
        NO_IMAGES, SEVERAL_SERIES, SEVERAL_PHASES, GEOMETRY_MISSING, ORIENTATION_MIXED,
        TOO_FEW_SLICES (one), or, when no regular part is left, SLICE_DUPLICATE, SLICE_MISSING,
        SPACING_IRREGULAR.
    """
    folder = find_series(Path(path))
    return opened(folder.scan, *choose(folder.series, wanted, phase))


def opened(found: Scan, info: SeriesInfo, phase: PhaseInfo) -> DicomScan:
    """Return a phase of a series that can be read as a scan."""
    stack = phase.stack
    assert stack is not None
    known = facts(stack, longest(stack))
    return DicomScan(
        grid=stack.extent(),
        facts=known,
        notices=quality_notices(known) + _set_aside(info, found),
        regular=stack.regular,
        stack=stack,
    )


def read(
    scan: DicomScan, points_lps_mm: Floats, *, margin_mm: float, kept: KeptPixels | None = None
) -> tuple[Volume, tuple[Notice, ...], str]:
    """Read the slices and rows around the points; also return warnings and the input's digest.

    Parameters
    ----------
    points_lps_mm
        (M, 3) points of all vessels.
    margin_mm
        How far around them the image must be regular, and is read.
    kept
        Keeps what is read for the next call.

    Raises
    ------
    ImageRefused
        SLICE_DUPLICATE, SLICE_MISSING or SPACING_IRREGULAR when a defect lies within the points
        and their margin, SLICE_DUPLICATE also when two slices of a CT hold the same pixels;
        SEVERAL_PHASES when its slices take turns between images; TRUNCATED, also when rows of
        pixels were lost; PIXELS_UNDECODABLE, also when values can be no HU.
    """
    stack = scan.stack
    part = _part_around(stack, points_lps_mm, margin_mm)
    grid = stack.grid(part)
    k, j, _ = grid.box(points_lps_mm, margin_mm)
    box = (k, j, slice(0, grid.shape_kji[2]))
    slices = stack.slices[part.first + k.start : part.first + k.stop]
    block = read_block(slices, j, kept)
    is_ct = scan.facts.modality in ("CT", None)
    if is_ct:
        refuse_lost(block.stored)
        mark_outside(block, slices[0], j)
    volume = Volume(
        stored=block.stored,
        slope=block.slope,
        intercept=block.intercept,
        grid=grid.crop(box),
        padding_stored=_padding(slices, block) if is_ct else None,
    )
    if is_ct:
        refuse_implausible(volume)
        refuse_turns(volume)
    return volume, _elsewhere(stack.defects) + _cut_off(stack.slices), block.digest


def _padding(slices: Slices, block: Block) -> float | None:
    """Return the highest threshold that any slice's declared padding gives."""
    kept = block.stored.dtype.kind in "iu"  # else values are HU already
    declared = {header.shared.padding if kept else None for header in slices}
    found = [padding_threshold(block.stored, block.slope, block.intercept, d) for d in declared]
    return max((threshold for threshold in found if threshold is not None), default=None)


def longest(stack: Stack) -> Part:
    """Return the longest regular part, whose spacing stands for the whole."""
    return max(stack.parts, key=lambda part: part.last - part.first)


def _part_around(stack: Stack, points_lps_mm: Floats, margin_mm: float) -> Part:
    along = np.asarray(points_lps_mm).reshape(-1, 3) @ stack.normal
    first, last = float(stack.depth_mm[0]), float(stack.depth_mm[-1])
    low = float(np.clip(along.min() - margin_mm, first, last))
    high = float(np.clip(along.max() + margin_mm, first, last))
    for part in stack.parts:
        begins, ends = stack.depth_mm[part.first], stack.depth_mm[part.last]
        if begins - _EDGE_MM <= low and high <= ends + _EDGE_MM:
            return part
    touching = (d for d in stack.defects if d.low_mm <= high and d.high_mm >= low)
    raise refusal(tuple(touching))


def _elsewhere(defects: tuple[Defect, ...]) -> tuple[Notice, ...]:
    notices = []
    for code in (Code.SLICE_DUPLICATE, Code.SLICE_MISSING, Code.SPACING_IRREGULAR):
        found = [d.found for d in defects if d.code is code and not d.stranded]
        if found:
            more = f"; and {len(found) - 3} more places" if len(found) > 3 else ""
            message = (
                f"Away from the vessels the slices are not regular: {'; '.join(found[:3])}{more}. "
                "That part was not read; nothing measured here depends on it."
            )
            notices.append(Notice(code=code, message=message))
    return tuple(notices)


def _cut_off(slices: Slices) -> tuple[Notice, ...]:
    """Return the warning of files that end too early; those that are read were refused before."""
    count = sum(header.truncated for header in slices)
    message = (
        f"Away from the vessels {count} slice(s) end before their pixel data do. They were not "
        "read; nothing measured here depends on them. Copy the series again before other use."
    )
    return (Notice(code=Code.TRUNCATED, message=message),) if count else ()


def _set_aside(info: SeriesInfo, found: Scan) -> tuple[Notice, ...]:
    counts = [f"{count} {reason}" for reason, count in (*info.aside, *found.aside)]
    if not counts:
        return ()
    message = (
        f"Files were set aside: {', '.join(counts)}. If slices are among them, export the series "
        "again."
    )
    return (Notice(code=Code.FILES_SET_ASIDE, message=message),)
