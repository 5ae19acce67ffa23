"""Compressed frames: found in their file, and decoded under a header of our own.

RLE is decoded by pydicom, all JPEG families by SimpleITK.  Neither sees the file itself: the frame
is wrapped as a small object that says only what its decoder needs, so that the rescale, other
frames and whatever else a header holds cannot matter.
"""

import os
import struct
import tempfile
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.uid import CTImageStorage

from ctocalc._arrays import Array
from ctocalc.dicom import tags
from ctocalc.dicom.elements import UNDEFINED, quiet_pydicom
from ctocalc.dicom.headers import SliceHeader

MOST_FRAGMENTS = 200_000
MOST_FRAME_BYTES = 1 << 28
_ITEM = (0xFFFE, 0xE000)
_FRAME_MARKERS = frozenset({*range(0xC0, 0xD0), 0xF7}) - {0xC4, 0xC8, 0xCC}
_END_OF_IMAGE = b"\xff\xd9"
Fragments = tuple[tuple[int, int], ...]
"""First byte and length of each."""
_ANONYMOUS_UID = "1.2.826.0.1.3680043.8.498.1"


class CutOff(ValueError):
    """The file, or the compressed frame in it, ends within the frame."""


def frame_bytes(header: SliceHeader) -> bytes:
    """Return the compressed bytes of a frame.

    Raises
    ------
    CutOff
        When the file ends before the frame does.
    ValueError
        When the frames cannot be told apart, or the frame is too large.
    """
    changed = Path(header.path).stat().st_mtime_ns
    offset, count = header.pixel_offset or 0, max(1, header.shared.frames)
    wanted = _frames(header.path, offset, count, changed)[header.frame]
    if not wanted:
        raise CutOff
    if sum(length for _, length in wanted) > MOST_FRAME_BYTES:
        raise ValueError("the frame is too large")
    with Path(header.path).open("rb") as stream:
        return b"".join(_read(stream, start, length) for start, length in wanted)


def decoded_frame(header: SliceHeader, data: bytes) -> Array:
    """Return the values of a compressed frame, as its decoder gives them.

    Raises almost anything when the frame is damaged; CutOff when it ends early.
    """
    shared = header.shared
    if shared.syntax == tags.RLE:
        wrapped = _wrapped(header, data, shared.bits_allocated)
        with quiet_pydicom():
            values: Array = pydicom.dcmread(BytesIO(wrapped)).pixel_array
        return values
    rows, columns, bits = frame_claims(data)
    if (rows, columns) != (shared.rows, shared.columns):
        raise ValueError("the compressed frame is of another size")
    if not data.rstrip(b"\0").endswith(_END_OF_IMAGE):
        raise CutOff  # decoders make up what is missing, in silence
    wrapped = _wrapped(header, data, max(shared.bits_stored, bits))
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        file.write(wrapped)
        file.flush()
        return _by_simpleitk(file.name)


def frame_claims(data: bytes) -> tuple[int, int, int]:
    """Return rows, columns and bits of a JPEG, JPEG-LS or JPEG 2000 frame, as it says itself.

    Decoders believe it and allocate accordingly.

    Raises
    ------
    ValueError
        When there is no such frame.
    """
    try:
        if data[:4] == b"\xff\x4f\xff\x51":
            columns, rows, left, top = struct.unpack_from(">4I", data, 8)
            return rows - top, columns - left, 1 + (data[42] & 0x7F)
        position = 2
        while data[position] == 0xFF:
            marker = data[position + 1]
            if marker in _FRAME_MARKERS:
                rows, columns = struct.unpack_from(">HH", data, position + 5)
                return rows, columns, data[position + 4]
            length = 0 if marker == 0xFF else 1 + struct.unpack_from(">H", data, position + 2)[0]
            position += 1 + length
    except (struct.error, IndexError):
        pass
    raise ValueError("no frame header")


def _wrapped(header: SliceHeader, data: bytes, bits: int) -> bytes:
    """Return a DICOM file, explicit little endian, that holds this frame and nothing else.

    ``bits`` are those that the frame itself holds: decoders cut off those beyond, in silence.
    """
    shared, uid = header.shared, _ANONYMOUS_UID.encode()
    meta = b"".join((
        _element(0x0002, 0x0002, b"UI", CTImageStorage.encode()),
        _element(0x0002, 0x0003, b"UI", uid),
        _element(0x0002, 0x0010, b"UI", shared.syntax.encode()),
    ))  # fmt: skip
    shorts = {
        0x0010: shared.rows, 0x0011: shared.columns, 0x0100: shared.bits_allocated,
        0x0101: bits, 0x0102: bits - 1, 0x0103: int(shared.signed),
    }  # fmt: skip
    even = data + b"\0" * (len(data) % 2)
    return b"".join((
        bytes(128), b"DICM", _element(0x0002, 0x0000, b"UL", struct.pack("<I", len(meta))), meta,
        _element(0x0008, 0x0016, b"UI", CTImageStorage.encode()),
        _element(0x0008, 0x0018, b"UI", uid),
        _element(0x0028, 0x0002, b"US", b"\1\0"),
        _element(0x0028, 0x0004, b"CS", b"MONOCHROME2"),
        *(_element(0x0028, n, b"US", struct.pack("<H", value)) for n, value in shorts.items()),
        struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, UNDEFINED),
        struct.pack("<HHI", *_ITEM, 0), struct.pack("<HHI", *_ITEM, len(even)), even,
        struct.pack("<HHI", 0xFFFE, 0xE0DD, 0),
    ))  # fmt: skip


def _element(group: int, number: int, vr: bytes, value: bytes) -> bytes:
    value += (b"\0" if vr == b"UI" else b" ") * (len(value) % 2)
    return struct.pack("<HH2sH", group, number, vr, len(value)) + value


def _by_simpleitk(path: str) -> Array:
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.LoadPrivateTagsOff()
    reader.SetFileName(path)
    image = reader.Execute()
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise ValueError("several values per pixel")
    values: Array = sitk.GetArrayFromImage(image)
    return np.squeeze(values, axis=0) if values.ndim == 3 else values


@lru_cache(maxsize=8)
def _frames(path: str, offset: int, count: int, _changed: int) -> tuple[Fragments, ...]:
    """Return the fragments of each frame."""
    with Path(path).open("rb") as stream:
        table, fragments = _fragments(stream, offset)
    if count == 1:
        return (fragments,)
    if len(fragments) == count:
        return tuple((fragment,) for fragment in fragments)
    if len(fragments) < count and len(table) != count:
        raise CutOff
    if len(table) != count or not fragments:
        raise ValueError("the fragments do not say which frame they belong to")
    starts = np.array([start for start, _ in fragments], dtype=np.int64) - fragments[0][0]
    of_frame = np.searchsorted(np.array(table, dtype=np.int64), starts, "right") - 1
    return tuple(
        tuple(fragments[n] for n in np.flatnonzero(of_frame == frame)) for frame in range(count)
    )


def _fragments(stream: BinaryIO, offset: int) -> tuple[tuple[int, ...], Fragments]:
    """Return the basic offset table, and all fragments of encapsulated pixel data."""
    found: list[tuple[int, int]] = []
    stream.seek(offset)
    while len(head := stream.read(8)) == 8:
        group, element, length = struct.unpack("<HHI", head)
        if (group, element) != _ITEM:
            break
        if len(found) > MOST_FRAGMENTS:
            raise ValueError("too many fragments")
        found.append((stream.tell(), length))
        stream.seek(length, os.SEEK_CUR)
    if not found:
        raise CutOff
    (start, length), *fragments = found
    if length % 4 or length > 4 * MOST_FRAGMENTS:
        raise ValueError("the offset table has an odd length")
    table = np.frombuffer(_read(stream, start, length), "<u4")
    return tuple(table.tolist()), tuple(fragments)


def _read(stream: BinaryIO, start: int, length: int) -> bytes:
    stream.seek(start)
    data = stream.read(length)
    if len(data) < length:
        raise CutOff
    return data
