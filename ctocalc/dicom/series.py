"""Series of a folder: which there are, which can be read, and the one that is wanted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ctocalc.dicom import tags
from ctocalc.dicom.geometry import Stack, arrange
from ctocalc.dicom.headers import Scan, SliceHeader, scan
from ctocalc.errors import Code, ImageRefused

NO_PIXELS = "without pixel data"
SCOUT = "scout or localizer"
MULTI_FRAME = "multi-frame (not read by this version)"
COLOUR = "colour or captured screen"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesInfo:
    """One series: its slices in order, or why it cannot be read; its UID is never printed.

    ``number`` is what ``--series`` takes.  ``aside`` counts its files that are no slices, by
    reason; exactly one of ``stack`` and ``refused`` is given.
    """

    number: int
    uid: str
    modality: str
    files: int
    aside: tuple[tuple[str, int], ...]
    stack: Stack | None
    refused: ImageRefused | None

    @property
    def usable(self) -> bool:
        """Whether it could be read, now or after a choice by the user."""
        return self.refused is None or self.refused.code is Code.SEVERAL_PHASES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folder:
    """All series of a folder, in a stable order, and the count of unreadable files."""

    series: tuple[SeriesInfo, ...]
    unreadable: int


def find_series(path: Path) -> Folder:
    """Scan a folder (or one file) and return its series, numbered from 1.

    Numbers follow SeriesNumber, then UID, so they do not depend on file names.

    Raises
    ------
    ImageRefused
        NO_IMAGES when there is no DICOM image at all.
    """
    return group(scan(path))


def group(found: Scan) -> Folder:
    """Group scanned headers by series."""
    by_uid: dict[str, list[SliceHeader]] = defaultdict(list)
    for header in found.headers:
        by_uid[header.shared.series_uid].append(header)
    ordered = sorted(by_uid.items(), key=lambda item: (item[1][0].shared.series_number, item[0]))
    series = tuple(_info(n, uid, headers) for n, (uid, headers) in enumerate(ordered, 1))
    if not series:
        unreadable = f" {found.unreadable} files could not be parsed." if found.unreadable else ""
        raise ImageRefused(
            Code.NO_IMAGES, f"No DICOM image was found.{unreadable} Give the folder of a CT series."
        )
    return Folder(series=series, unreadable=found.unreadable)


def choose(series: Iterable[SeriesInfo], wanted: str | None = None) -> SeriesInfo:
    """Return the wanted series, or the usable one when there is exactly one.

    CT goes before other modalities.  ``wanted`` is a number as listed, or a series UID.

    Raises
    ------
    ImageRefused
        SEVERAL_SERIES, NO_IMAGES, or the reason why the only series cannot be read.
    """
    known = tuple(series)
    if wanted is not None:
        return _readable(_wanted(known, wanted.strip()))
    usable = [s for s in known if s.usable]
    usable = [s for s in usable if s.modality == "CT"] or usable
    if len(usable) > 1:
        numbers = ", ".join(str(s.number) for s in usable[:12]) + ("..." if usable[12:] else "")
        raise ImageRefused(
            Code.SEVERAL_SERIES,
            f"Found {len(usable)} series that could be measured (numbers {numbers} of "
            f"{len(known)}); one was expected. Choose one with --series N.",
        )
    return _readable(usable[0] if usable else max(known, key=_promise))


def _promise(info: SeriesInfo) -> tuple[bool, bool, int]:
    no_images = info.refused is not None and info.refused.code is Code.NO_IMAGES
    return not no_images, info.modality == "CT", info.files


def _wanted(known: tuple[SeriesInfo, ...], wanted: str) -> SeriesInfo:
    for info in known:
        if wanted in (str(info.number), info.uid):
            return info
    raise ImageRefused(
        Code.NO_IMAGES,
        f"There is no such series; the folder holds {len(known)}. Choose 1 to {len(known)}, or a "
        "series UID, with --series.",
    )


def _readable(info: SeriesInfo) -> SeriesInfo:
    if info.refused is not None:
        raise ImageRefused(info.refused.code, str(info.refused))
    return info


def _info(number: int, uid: str, headers: list[SliceHeader]) -> SeriesInfo:
    reasons = [_aside(header) for header in headers]
    slices = tuple(h for h, reason in zip(headers, reasons, strict=True) if reason is None)
    aside = Counter(reason for reason in reasons if reason is not None)
    stack, refused = None, None
    try:
        stack = _stacked(slices, aside)
    except ImageRefused as error:
        refused = error
    return SeriesInfo(
        number=number,
        uid=uid,
        modality=headers[0].shared.modality,
        files=len(headers),
        aside=tuple(sorted(aside.items())),
        stack=stack,
        refused=refused,
    )


def _aside(header: SliceHeader) -> str | None:
    shared = header.shared
    if header.pixel_offset is None or not shared.rows:
        return NO_PIXELS
    if shared.localizer:
        return SCOUT
    if shared.samples != 1:
        return COLOUR
    return MULTI_FRAME if shared.frames > 1 else None


def _stacked(slices: tuple[SliceHeader, ...], aside: Counter[str]) -> Stack:
    if not slices:
        what = ", ".join(f"{count} {reason}" for reason, count in sorted(aside.items()))
        raise ImageRefused(
            Code.NO_IMAGES,
            f"The series has no slices that can be read: {what}. Give single-frame CT slices.",
        )
    phases = _phases(slices)
    if phases > 1:
        raise ImageRefused(
            Code.SEVERAL_PHASES,
            f"The series holds {phases} images at every place, told apart by their heart phase or "
            "acquisition; one was expected. Export the phase to be measured as its own series.",
        )
    return arrange(slices)


def _phases(slices: tuple[SliceHeader, ...]) -> int:
    """Return how many images cover the same range, if a phase element tells them apart.

    Slabs of a step-and-shoot scan differ in trigger time too, but lie one above the other.  An
    acquisition number alone counts only where places repeat: some scanners number every slice.
    """
    placed = [h for h in slices if len(h.position) == 3]
    whole = _extent([h.position for h in placed])
    repeated = len({h.position for h in placed}) <= 0.6 * len(placed)
    for tag, n in zip(tags.STAMPS, range(len(tags.STAMPS)), strict=True):
        if tag == tags.ACQUISITION and not repeated:
            continue
        ranges: dict[str, list[tuple[float, ...]]] = defaultdict(list)
        for header in placed:
            ranges[header.stamp[n]].append(header.position)
        over = [r for r in ranges.values() if _extent(r) >= 0.8 * whole]
        if whole > 0 and len(over) > 1:
            return len(over)
    return 1


def _extent(positions: list[tuple[float, ...]]) -> float:
    axes = zip(*positions, strict=True)
    return max((max(axis) - min(axis) for axis in axes), default=0.0)
