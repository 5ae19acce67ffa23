"""Series and phases of a folder: which there are, which can be read, and the one that is wanted."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ctocalc.dicom.folder import Progress, Scan, scan
from ctocalc.dicom.geometry import Stack, arrange
from ctocalc.dicom.headers import SliceHeader
from ctocalc.dicom.phases import Slices, label_of, phases, reconstructions
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.listed import PhaseLabel, parse_wanted
from ctocalc.image.scan import FEWEST_SLICES

NO_PIXELS = "without pixel data"
SCOUT = "scout or localizer"
PROJECTED = "projection, curved or rendered image"
COLOUR = "colour or captured screen"
PALETTE = frozenset({"PALETTE COLOR", "ARGB", "RGB"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhaseInfo:
    """One image of a series: its slices in order, or why they cannot be read.

    ``number`` is what ``--phase`` takes.  Exactly one of ``stack`` and ``refused`` is given.
    """

    number: int
    label: PhaseLabel
    slices: Slices
    stack: Stack | None
    refused: ImageRefused | None

    @property
    def competes(self) -> bool:
        """Whether it could be read, now or after it was exported on its own."""
        return self.refused is None or self.refused.code is Code.SEVERAL_PHASES


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesInfo:
    """One series: its phases, at least one; its UID is never printed unless asked for.

    ``number`` is what ``--series`` takes.  ``aside`` counts its images that are no slices, by
    reason.
    """

    number: int
    uid: str
    modality: str
    images: int
    aside: tuple[tuple[str, int], ...]
    phases: tuple[PhaseInfo, ...]

    @property
    def most_slices(self) -> int:
        """Slices of its longest phase."""
        return max(len(phase.slices) for phase in self.phases)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Folder:
    """All series of a folder, in a stable order, and what else was there."""

    series: tuple[SeriesInfo, ...]
    scan: Scan


def find_series(path: Path, *, progress: Progress | None = None) -> Folder:
    """Scan a folder (or one file) and return its series, numbered from 1.

    Numbers follow SeriesNumber, then UID, then reconstruction, so they do not depend on file names.

    Raises
    ------
    ImageRefused
        NO_IMAGES when there is no DICOM image at all.
    """
    return group(scan(path, progress=progress))


def group(found: Scan) -> Folder:
    """Group scanned headers by series; reconstructions that share one become several."""
    same: dict[tuple[int, str, str], list[SliceHeader]] = defaultdict(list)
    for header in found.headers:
        one = header.shared
        same[one.series_number, one.series_uid, one.modality].append(header)
    parts = [part for key in sorted(same) for part in _parts(tuple(same[key]))]
    series = tuple(_info(n, headers) for n, headers in enumerate(parts, 1))
    if not series:
        rest = ", ".join(f"{count} {reason}" for reason, count in found.aside)
        more = f" Set aside: {rest}." if rest else ""
        raise ImageRefused(
            Code.NO_IMAGES, f"No DICOM image was found.{more} Give the folder of a CT series."
        )
    return Folder(series=series, scan=found)


def choose(
    series: Iterable[SeriesInfo], wanted: str | None = None, phase: str | None = None
) -> tuple[SeriesInfo, PhaseInfo]:
    """Return the wanted series and phase, or the usable ones when there is exactly one of each.

    CT goes before other modalities, and what can be followed before a few slices.  ``wanted`` is a
    number as listed, or a series UID; ``phase`` a number as listed, or ``75%``, or ``650ms``.

    Raises
    ------
    ImageRefused
        SEVERAL_SERIES, SEVERAL_PHASES, NO_IMAGES, or the reason why the only one cannot be read.
    """
    known = tuple(series)
    among = known if wanted is None else _wanted(known, wanted.strip())
    usable = [s for s in among if any(p.competes for p in _fitting(s, phase))]
    if wanted is None:
        usable = [s for s in usable if s.modality == "CT"] or usable
        usable = [s for s in usable if s.most_slices >= FEWEST_SLICES] or usable
    if len(usable) > 1:
        numbers = ", ".join(str(s.number) for s in usable[:12]) + ("..." if usable[12:] else "")
        raise ImageRefused(
            Code.SEVERAL_SERIES,
            f"Found {len(usable)} series that could be measured (numbers {numbers} of "
            f"{len(known)}); one was expected. Choose one with --series N; `ctocalc inspect` "
            "lists them.",
        )
    info = usable[0] if usable else max(among, key=_promise)
    return info, _one_phase(info, phase)


def _one_phase(info: SeriesInfo, phase: str | None) -> PhaseInfo:
    fitting = _fitting(info, phase)
    listed = ", ".join(f"{p.number} ({str(p.label) or 'not labelled'})" for p in info.phases[:20])
    if not fitting:
        raise ImageRefused(
            Code.NO_IMAGES,
            f"There is no such phase; the series holds {listed}. Choose one with --phase: a number "
            "as listed, 75% or 650ms.",
        )
    if len(fitting) > 1:
        raise ImageRefused(
            Code.SEVERAL_PHASES,
            f"The series holds {len(info.phases)} images at the same places: {listed}; one was "
            "expected. Choose one with --phase: a number as listed, 75% or 650ms.",
        )
    (one,) = fitting
    if one.refused is not None:
        raise ImageRefused(one.refused.code, str(one.refused))
    return one


def _fitting(info: SeriesInfo, phase: str | None) -> list[PhaseInfo]:
    if phase is None:
        return list(info.phases)
    number, unit = parse_wanted(phase) or (-1.0, "")
    if not unit:
        return [p for p in info.phases if p.number == number]
    return [p for p in info.phases if p.label.fits(number, unit)]


def _promise(info: SeriesInfo) -> tuple[bool, bool, int]:
    no_images = all(p.refused and p.refused.code is Code.NO_IMAGES for p in info.phases)
    return not no_images, info.modality == "CT", info.images


def _wanted(known: tuple[SeriesInfo, ...], wanted: str) -> tuple[SeriesInfo, ...]:
    found = tuple(info for info in known if wanted in (str(info.number), info.uid))
    if not found:
        raise ImageRefused(
            Code.NO_IMAGES,
            f"There is no such series; the folder holds {len(known)}. Choose 1 to {len(known)}, or "
            "a series UID, with --series.",
        )
    return found


def _parts(headers: Slices) -> tuple[Slices, ...]:
    slices = tuple(header for header in headers if _aside(header) is None)
    rest = tuple(header for header in headers if _aside(header) is not None)
    first, *others = reconstructions(slices)
    return (first + rest, *others)


def _info(number: int, headers: Slices) -> SeriesInfo:
    reasons = [_aside(header) for header in headers]
    slices = tuple(h for h, reason in zip(headers, reasons, strict=True) if reason is None)
    aside = Counter(reason for reason in reasons if reason is not None)
    return SeriesInfo(
        number=number,
        uid=headers[0].shared.series_uid,
        modality=headers[0].shared.modality,
        images=len(headers),
        aside=tuple(sorted(aside.items())),
        phases=_phases(slices, aside),
    )


def _aside(header: SliceHeader) -> str | None:
    shared = header.shared
    if header.pixel_offset is None or not shared.rows:
        return NO_PIXELS
    if shared.localizer:
        return SCOUT
    if shared.projected:
        return PROJECTED
    return COLOUR if shared.samples != 1 or shared.photometric in PALETTE else None


def _phases(slices: Slices, aside: Counter[str]) -> tuple[PhaseInfo, ...]:
    if not slices:
        what = ", ".join(f"{count} {reason}" for reason, count in sorted(aside.items()))
        return (_refused(slices, ImageRefused(
            Code.NO_IMAGES,
            f"The series has no slices that can be read: {what}. Give CT slices.",
        )),)  # fmt: skip
    told = phases(slices)
    if told is None:
        return (_refused(slices, ImageRefused(
            Code.SEVERAL_PHASES,
            "The series holds several images at the same places, which cannot be told apart with "
            "certainty; one was expected. Export the phase to be measured as its own series.",
        )),)  # fmt: skip
    return tuple(_phase(n, part) for n, part in enumerate(told, 1))


def _phase(number: int, slices: Slices) -> PhaseInfo:
    try:
        stack = arrange(slices)
    except ImageRefused as error:
        return _refused(slices, error, number)
    label = label_of(slices)
    return PhaseInfo(number=number, label=label, slices=slices, stack=stack, refused=None)


def _refused(slices: Slices, error: ImageRefused, number: int = 1) -> PhaseInfo:
    label = label_of(slices)
    return PhaseInfo(number=number, label=label, slices=slices, stack=None, refused=error)
