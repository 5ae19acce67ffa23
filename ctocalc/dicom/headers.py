"""Headers of DICOM files: one pass over a folder, nothing decoded, nothing printed.

Explicit little-endian heads (also of every encapsulated syntax) are walked with ``struct`` in one
read of 16 KB; whatever the walk does not understand goes to pydicom.  Both give the raw bytes of
the same few elements to the same parsers, so they cannot differ in meaning.
"""

import logging
import os
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pydicom
from pydicom import config as pydicom_config

from ctocalc.dicom import tags
from ctocalc.dicom.tags import Shared
from ctocalc.errors import Code, ImageRefused

HEAD_BYTES = 1 << 14
LONGEST_HEAD_BYTES = 1 << 20
MOST_FILES = 100_000
UNDEFINED = 0xFFFFFFFF

_LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_element = struct.Struct("<I2sH").unpack_from  # group and element as one little-endian number
_uint32 = struct.Struct("<I").unpack_from
_WANTED_KEYS = {tag >> 16 | (tag & 0xFFFF) << 16: tag for tag in tags.WANTED}
_PIXELS, _ITEM = 0x00107FE0, 0xE000FFFE


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceHeader:
    """One file: where its pixels are, where it lies, and what it shares with its series.

    ``pixel_offset`` is the first byte of the pixel data's value, -1 where it cannot be known
    (deflated files) and None where there is no pixel data; ``pixel_length`` is UNDEFINED for
    encapsulated pixels.
    """

    path: str
    size: int
    pixel_offset: int | None
    pixel_length: int
    shared: Shared
    position: tuple[float, ...]
    slope: float
    intercept: float
    stamp: tuple[str, ...]
    raw: bytes

    @property
    def truncated(self) -> bool:
        """Whether the file ends before its pixel data does."""
        if self.pixel_offset is None or self.pixel_offset < 0:
            return False
        length = 0 if self.pixel_length == UNDEFINED else self.pixel_length
        return self.pixel_offset + length > self.size


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a folder holds: headers of images, and how many DICOM files were unreadable."""

    headers: tuple[SliceHeader, ...]
    unreadable: int


def scan(path: Path) -> Scan:
    """Read the heads of all files below ``path`` (or of that one file).

    Links to folders are not followed, so loops cannot occur.

    Raises
    ------
    ImageRefused
        NO_IMAGES when the path does not exist or holds too many files.
    """
    headers, unreadable = [], 0
    with quiet_pydicom():
        for count, file in enumerate(_files(path)):
            if count >= MOST_FILES:
                raise ImageRefused(
                    Code.NO_IMAGES,
                    f"The folder holds more than {MOST_FILES} files; give the folder of the "
                    "series itself.",
                )
            try:
                header = read_header(file)
            except Exception:  # pydicom raises almost anything on damaged files
                unreadable += 1
                continue
            headers.extend([header] if header else [])
    return Scan(headers=tuple(headers), unreadable=unreadable)


def read_header(file: str) -> SliceHeader | None:
    """Return the header of one file, or None when it is no DICOM file (or a DICOMDIR)."""
    descriptor = os.open(file, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        head = os.read(descriptor, HEAD_BYTES)
        start = _start(head)
        if start is None:
            return None
        found = walk(head)
        if found is None and size > HEAD_BYTES and _walkable(head):
            found = walk(os.pread(descriptor, LONGEST_HEAD_BYTES, 0))
    finally:
        os.close(descriptor)
    raw, offset, length = found or by_pydicom(file)
    return _header(file, size, raw, offset, length)


Found = tuple[dict[int, bytes], int | None, int]


def walk(head: bytes) -> Found | None:
    """Return the raw wanted elements, pixel offset and length; None when pydicom must look."""
    if not _walkable(head):
        return None
    found: dict[int, bytes] = {}
    position = 132
    try:
        while True:
            key, vr, length = _element(head, position)
            value = position + 8
            if vr in _LONG_VRS:
                (length,) = _uint32(head, value)
                value += 4
                if key == _PIXELS:
                    return found, value, length
                if length == UNDEFINED:
                    if vr != b"SQ":
                        return None
                    position = _after_sequence(head, value)
                    continue
            elif vr not in _SHORT_VRS:
                return None
            position = value + length
            if key in _WANTED_KEYS:
                tag = _WANTED_KEYS[key]
                found[tag] = head[value:position]
                if tag == tags.TRANSFER_SYNTAX and _text(found[tag]) in tags.NOT_WALKED:
                    return None
    except struct.error:  # the head ends before the pixels begin
        return None


def _after_sequence(head: bytes, position: int) -> int:
    """Return where a sequence of undefined length ends; nested ones are walked through."""
    depth = 1
    while depth:
        key, vr, length = _element(head, position)
        position += 8
        if key & 0xFFFF == 0xFFFE:
            (length,) = _uint32(head, position - 4)
            opens = key == _ITEM
            depth += (length == UNDEFINED) if opens else -1
            position += length if opens and length != UNDEFINED else 0
        elif vr in _LONG_VRS:
            (length,) = _uint32(head, position)
            depth += length == UNDEFINED
            position += 4 + (0 if length == UNDEFINED else length)
        else:
            position += length
    return position


def by_pydicom(file: str) -> Found:
    """Return the same as ``walk`` by pydicom, for any syntax, also without preamble."""
    with Path(file).open("rb") as stream:
        dataset = pydicom.dcmread(stream, stop_before_pixels=True, force=True)
        after, rest = stream.tell(), stream.read(12)
    implicit, little = dataset.original_encoding
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "")) or tags.guessed_syntax(
        implicit is not False, little is not False
    )
    raw = {tags.TRANSFER_SYNTAX: syntax.encode()}
    for tag in tags.WANTED:
        if tag in dataset:
            raw[tag] = _bytes_of(dataset, tag, little is not False)
    if syntax == tags.DEFLATED:
        return raw, (-1 if "Rows" in dataset else None), 0
    order: str = "<" if little is not False else ">"
    if len(rest) < 12 or struct.unpack(order + "HH", rest[:4]) != (0x7FE0, 0x0010):
        return raw, None, 0
    if implicit:
        return raw, after + 8, int(struct.unpack(order + "I", rest[4:8])[0])
    return raw, after + 12, int(struct.unpack(order + "I", rest[8:12])[0])


def _bytes_of(dataset: pydicom.Dataset, tag: int, little: bool) -> bytes:
    element = dataset.get_item(tag)
    value = getattr(element, "value", None)
    if not isinstance(value, bytes):  # already converted by pydicom
        many = value if isinstance(value, pydicom.multival.MultiValue) else [value]
        return "\\".join(str(v) for v in many if v is not None).encode("latin-1", "replace")
    return value if little or tag not in tags.BINARY else value[::-1]


def _start(head: bytes) -> int | None:
    """Return where the data set starts, or None when this is no DICOM file."""
    if head[128:132] == b"DICM":
        return 132
    return 0 if head[:2] in (b"\x02\x00", b"\x08\x00") and len(head) > 132 else None


def _walkable(head: bytes) -> bool:
    return head[128:132] == b"DICM" and head[132:134] == b"\x02\x00"


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0 ").decode("latin-1")


def _header(
    file: str, size: int, raw: dict[int, bytes], offset: int | None, length: int
) -> SliceHeader | None:
    shared = _shared(tuple(raw.get(tag, b"") for tag in tags.SHARED))
    if shared.sop_class == tags.DICOMDIR:
        return None
    if not shared.sop_class and not shared.rows:
        raise ValueError("neither an object class nor an image")
    slope = tags.numbers(raw.get(tags.SLOPE, b""))
    intercept = tags.numbers(raw.get(tags.INTERCEPT, b""))
    return SliceHeader(
        path=file,
        size=size,
        pixel_offset=offset,
        pixel_length=length,
        shared=shared,
        position=tags.numbers(raw.get(tags.POSITION, b"")),
        slope=slope[0] if slope else 1.0,
        intercept=intercept[0] if intercept else 0.0,
        stamp=tuple(tags.stamp(tag, raw.get(tag, b"")) for tag in tags.STAMPS),
        raw=b"\0".join(raw.get(tag, b"") for tag in tags.DIGESTED),
    )


_shared = lru_cache(maxsize=4096)(tags.shared)


def _files(path: Path) -> Iterator[str]:
    if path.name == "DICOMDIR" and path.is_file():
        path = path.parent
    if path.is_file():
        yield os.fspath(path)
        return
    if not path.is_dir():
        raise ImageRefused(
            Code.NO_IMAGES, "The path of the series does not exist; give an existing folder."
        )
    folders = [os.fspath(path)]
    while folders:
        try:
            with os.scandir(folders.pop()) as entries:
                found = sorted(entries, key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.path)
            elif entry.is_file():
                yield entry.path


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Keep pydicom from checking values and from saying anything: its messages quote them."""
    logger = logging.getLogger("pydicom")
    disabled, mode = logger.disabled, pydicom_config.settings.reading_validation_mode
    logger.disabled = True
    pydicom_config.settings.reading_validation_mode = pydicom_config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled = disabled
        pydicom_config.settings.reading_validation_mode = mode
