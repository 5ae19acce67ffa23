"""Headers of slices: where each lies, what it shares with its series, where its pixels are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ctocalc.dicom import tags
from ctocalc.dicom.elements import UNDEFINED, Found, find_elements
from ctocalc.dicom.shared import Shared, numbers, place, shared, stamp


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceHeader:
    """One slice: a file, or one frame (from 0) of a file.

    ``pixel_offset`` is the first byte of the pixel data's value in the file, or in what a deflated
    file inflates to, as is ``size``; None where there is no pixel data.  ``pixel_length`` is
    UNDEFINED for encapsulated pixels.  ``rescaled``: slope and intercept are given.  ``identity``
    tells copies of one image apart from other images and is never printed.
    """

    path: str
    frame: int
    size: int
    pixel_offset: int | None
    pixel_length: int
    shared: Shared
    position: tuple[float, ...]
    slope: float
    intercept: float
    rescaled: bool
    stamp: tuple[str, ...]
    instance: int
    identity: bytes
    raw: bytes

    @property
    def native(self) -> bool:
        """Whether the pixels are not compressed (beyond deflating the whole file)."""
        return self.shared.syntax in tags.NATIVE

    @property
    def truncated(self) -> bool:
        """Whether the file ends before the pixels of this slice do."""
        if self.pixel_offset is None:
            return False
        if not self.native:
            length = 0 if self.pixel_length == UNDEFINED else self.pixel_length
            return self.pixel_offset + length > self.size
        end = (self.frame + 1) * self.shared.frame_bytes
        whole = self.pixel_length if self.shared.frames <= 1 else end
        return end > self.pixel_length or self.pixel_offset + max(end, whole) > self.size


def read_headers(file: str) -> tuple[SliceHeader, ...]:
    """Return the headers of one file's slices; none when it is no DICOM file, or a DICOMDIR.

    Raises almost anything when the file is damaged: pydicom does.
    """
    found = find_elements(file)
    if found is None:
        return ()
    headers = tuple(_header(file, n, raw, found) for n, raw in enumerate(found.frames))
    first = headers[0].shared
    if first.sop_class == tags.DICOMDIR:
        return ()
    if not first.sop_class and not first.rows:
        raise ValueError("neither an object class nor an image")
    return headers


def _header(file: str, frame: int, raw: Mapping[int, bytes], found: Found) -> SliceHeader:
    slope = numbers(raw.get(tags.SLOPE, b""))
    intercept = numbers(raw.get(tags.INTERCEPT, b""))
    instance = numbers(raw.get(tags.INSTANCE_NUMBER, b""))
    return SliceHeader(
        path=file,
        frame=frame,
        size=found.size,
        pixel_offset=found.pixel_offset,
        pixel_length=found.pixel_length,
        shared=_shared(tuple(raw.get(tag, b"") for tag in tags.SHARED)),
        position=place(raw.get(tags.POSITION, b"")),
        slope=slope[0] if slope else 1.0,
        intercept=intercept[0] if intercept else 0.0,
        rescaled=bool(slope and intercept),
        stamp=tuple(stamp(tag, raw.get(tag, b"")) for tag in tags.STAMPS),
        instance=int(instance[0]) if instance else 0,
        identity=raw.get(tags.INSTANCE_UID, b""),
        raw=b"\0".join(raw.get(tag, b"") for tag in tags.DIGESTED),
    )


_shared = lru_cache(maxsize=4096)(shared)
