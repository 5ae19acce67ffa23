"""The raw bytes of the wanted elements of one file; no pixel is decoded, nothing is printed.

Explicit little-endian heads (also of every encapsulated syntax, and of inflated files) are walked
with ``struct`` in one read of 16 KB; what the walk does not understand goes to pydicom.  Both give
the raw bytes of the same few elements to the same parsers, so they cannot differ in meaning.
Whatever a file claims, no more of it is read than ``LONGEST_HEADS`` and ``MOST_INFLATED``.
"""

import itertools
import logging
import os
import struct
import warnings
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from io import BytesIO

from pydicom import config as pydicom_config
from pydicom.filereader import read_partial

from ctocalc.dicom import tags
from ctocalc.dicom.frames import Raw, binary_or_text, frames_of

HEAD_BYTES = 1 << 14
LONGEST_HEADS = (1 << 20, 1 << 26)  # the second for frames by the thousand
MOST_INFLATED = 1 << 28
MOST_ELEMENTS = 100_000
PIXELS = (0x7FE00008, 0x7FE00009, 0x7FE00010)
UNDEFINED = 0xFFFFFFFF

_LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
_SHORT_VRS = frozenset(b"AE AS AT CS DA DS DT FD FL IS LO LT PN SH SL SS ST TM UI UL US".split())
_element = struct.Struct("<I2sH").unpack_from  # group and element as one little-endian number
_uint32 = struct.Struct("<I").unpack_from


def _key(tag: int) -> int:
    return tag >> 16 | (tag & 0xFFFF) << 16


_WANTED_KEYS = {_key(tag): tag for tag in tags.WANTED}
_GROUP_KEYS = frozenset({_key(tags.SHARED_GROUPS), _key(tags.FRAME_GROUPS)})
_FRAMES = tags.NAMED["frames"]
_PIXELS, _ITEM = _key(tags.PIXEL_DATA), 0xE000FFFE


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The raw elements of every frame, and where the pixel data's value lies.

    ``pixel_offset`` counts from the file's first byte, or of what it inflates to; it is None where
    there is no pixel data.  ``pixel_length`` is UNDEFINED for encapsulated pixels.  ``size`` is
    that of the file, or of what it inflates to.
    """

    frames: tuple[Raw, ...]
    pixel_offset: int | None
    pixel_length: int
    size: int


def find_elements(file: str) -> Found | None:
    """Return what one file holds, or None when it is no DICOM file.

    Raises almost anything when the file is damaged: pydicom does.
    """
    descriptor = os.open(file, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        head = os.read(descriptor, HEAD_BYTES)
        if not _is_dicom(head):
            return None
        if syntax_of(head) == tags.DEFLATED:
            return _of_inflated(inflated(file))
        found = walk(head, size) or _whole(head, size)
        for limit in LONGEST_HEADS:
            if found is not None:
                break
            head = os.pread(descriptor, limit, 0)
            found = walk(head, size) or _whole(head, size)
    finally:
        os.close(descriptor)
    if found is None:
        raise ValueError("the head is too long or cut off")
    return found


def _of_inflated(data: bytes) -> Found:
    """Return what an inflated file holds; pydicom sees a head alone, as of any other file."""
    size = len(data)
    heads = (data[:limit] for limit in LONGEST_HEADS)
    found = walk(data, size) or next(filter(None, (_whole(head, size) for head in heads)), None)
    if found is None:
        raise ValueError("the head is too long or cut off")
    deflated = {tags.TRANSFER_SYNTAX: tags.DEFLATED.encode()}
    return replace(found, frames=tuple(raw | deflated for raw in found.frames))


def _whole(head: bytes, size: int) -> Found | None:
    """Ask pydicom; None when the pixels begin behind the head that was read."""
    if len(head) >= size:
        return by_pydicom(head, size)
    try:
        found = by_pydicom(head, size)
    except Exception:  # pydicom raises almost anything where a head was cut
        return None
    return found if found.pixel_offset is not None else None


def walk(head: bytes, size: int) -> Found | None:
    """Return what a head holds; None when pydicom must look, or more must be read."""
    if head[128:132] != b"DICM" or head[132:134] != b"\x02\x00":
        return None
    try:
        raw, offset, length = _walk(head)
    except (struct.error, _NotWalked):  # the former: the head ends before the pixels begin
        return None
    if _text(raw.get(_FRAMES, b"1")).strip() not in ("", "1"):
        return None
    return Found(frames=(raw,), pixel_offset=offset, pixel_length=length, size=size)


class _NotWalked(Exception):
    pass


def _walk(head: bytes) -> tuple[Raw, int, int]:
    found: Raw = {}
    position = 132
    while True:
        key, vr, length = _element(head, position)
        value = position + 8
        if vr in _LONG_VRS:
            (length,) = _uint32(head, value)
            value += 4
            if key == _PIXELS:
                return found, value, length
            if key in _GROUP_KEYS or (length == UNDEFINED and vr != b"SQ"):
                raise _NotWalked
        elif vr not in _SHORT_VRS:
            raise _NotWalked
        position = _after_sequence(head, value) if length == UNDEFINED else value + length
        if key in _WANTED_KEYS:
            tag = _WANTED_KEYS[key]
            present = b"1" if length else b""
            found[tag] = present if tag in tags.SEQUENCES else head[value:position]
            if tag == tags.TRANSFER_SYNTAX and _text(found[tag]) in tags.NOT_WALKED:
                raise _NotWalked


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


def by_pydicom(data: bytes, size: int) -> Found:
    """Return the same as ``walk`` by pydicom: any syntax, functional groups, no preamble."""
    start = _meta(data)[1]
    if data[start : start + 2] == b"\0\0":
        raise ValueError("command elements, which no file holds and pydicom reads without end")
    stream = BytesIO(data)
    with quiet_pydicom():
        dataset = read_partial(stream, _before_pixels(), force=True)
        rest = data[stream.tell() : stream.tell() + 12]
        implicit, little = (known is not False for known in dataset.original_encoding)
        said = str(dataset.file_meta.get("TransferSyntaxUID", ""))
        media_class = str(dataset.file_meta.get("MediaStorageSOPClassUID", ""))
        raw = {
            tags.TRANSFER_SYNTAX: (said or tags.guessed_syntax(implicit, little)).encode(),
            tags.NAMED["media_class"]: media_class.encode("latin-1", "replace"),
        }
        for tag in tags.WANTED:
            if tag in dataset:
                raw[tag] = binary_or_text(dataset, tag, little=little)
        frames = frames_of(dataset, raw, little=little)
    offset, length = _pixels_at(rest, stream.tell(), implicit=implicit, little=little)
    return Found(frames=frames, pixel_offset=offset, pixel_length=length, size=size)


def _before_pixels() -> Callable[[int, str | None, int], bool]:
    """Return what tells pydicom to stop at the pixels, and raises at too many elements."""
    count = itertools.count(1)

    def stop(tag: int, _vr: str | None, _length: int) -> bool:
        if next(count) > MOST_ELEMENTS:
            raise ValueError("more elements than any image has")
        return tag in PIXELS

    return stop


def _pixels_at(rest: bytes, at: int, *, implicit: bool, little: bool) -> tuple[int | None, int]:
    order = "<" if little else ">"
    if len(rest) < 12 or struct.unpack(order + "HH", rest[:4]) != (0x7FE0, 0x0010):
        return None, 0
    head, length = (8, rest[4:8]) if implicit else (12, rest[8:12])
    return at + head, int(struct.unpack(order + "I", length)[0])


def syntax_of(head: bytes) -> str:
    """Return the transfer syntax that the file meta information names, or ""."""
    return _meta(head)[0]


def _meta(head: bytes) -> tuple[str, int]:
    """Return the transfer syntax, and where the file meta information ends."""
    syntax, position = "", 132
    try:
        while head[position : position + 2] == b"\x02\x00":
            key, vr, length = _element(head, position)
            value = position + 8
            if vr in _LONG_VRS:
                (length,) = _uint32(head, value)
                value += 4
            position = value + length
            if key == _key(tags.TRANSFER_SYNTAX):
                syntax = _text(head[value:position])
    except struct.error:
        return "", 132
    return syntax, position


def inflated(file: str) -> bytes:
    """Return a deflated file as an explicit little-endian one, as far as it could be inflated.

    A file that was cut off, or claims more than ``MOST_INFLATED`` bytes, ends early.
    """
    with open(file, "rb") as stream:  # noqa: PTH123 - a path as text is enough
        data = stream.read(MOST_INFLATED)
    _, start = _meta(data)
    packed = zlib.decompressobj(-zlib.MAX_WBITS)
    meta = bytearray(data[:start])
    # The same length, padded: the body is explicit little endian once it is inflated.
    plain = tags.EXPLICIT_LE.encode().ljust(len(tags.DEFLATED), b"\0")
    at = meta.find(tags.DEFLATED.encode())
    meta[at : at + len(plain)] = plain
    try:
        body = packed.decompress(data[start:], MOST_INFLATED)
    except zlib.error:
        body = b""
    return bytes(meta) + body


def _is_dicom(head: bytes) -> bool:
    if head[128:132] == b"DICM":
        return True
    return head[:2] in (b"\x02\x00", b"\x08\x00") and len(head) > 132


def _text(raw: bytes) -> str:
    return raw.rstrip(b"\0 ").decode("latin-1")


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
