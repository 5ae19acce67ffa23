"""The wanted rows of the wanted slices as one block of stored values.

Uncompressed 16-bit pixels are read straight into the block by two threads; the rest is decoded
slice by slice.  What a header claims is checked before anything is allocated.
"""

import hashlib
import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import DTypeLike

from ctocalc._arrays import Array
from ctocalc.dicom import tags
from ctocalc.dicom.compressed import CutOff, decoded_frame, frame_bytes
from ctocalc.dicom.elements import inflated
from ctocalc.dicom.headers import SliceHeader
from ctocalc.dicom.kept import KeptPixels
from ctocalc.dicom.unused_bits import drop_unused_bits
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.scan import MOST_BYTES

THREADS = 2
MOST_PIXELS = 1 << 24
"""Of one slice: 4096 x 4096; larger claims are refused."""
MOST_VALUE = 1e9
"""No image, of any modality, has values beyond this after rescale."""
_GREY = frozenset({"", "MONOCHROME1", "MONOCHROME2"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Stored values (K, J, I) with one slope and intercept, and the digest of what was used."""

    stored: Array
    slope: float
    intercept: float
    digest: str


def read_block(
    slices: tuple[SliceHeader, ...], rows: slice, kept: KeptPixels | None = None
) -> Block:
    """Return these rows of these slices.

    Where all slices share slope, intercept and pixel format, values stay as stored (int16, uint16);
    otherwise each slice is converted with its own to HU in float32.  ``kept`` keeps what was read
    for the next call.

    Raises
    ------
    ImageRefused
        TRUNCATED or PIXELS_UNDECODABLE.
    """
    for header in slices:
        check(header)
    formats = {(h.slope, h.intercept, h.shared.signed, h.shared.bits_stored) for h in slices}
    first = slices[0]
    uniform = len(formats) == 1
    dtype = _stored_dtype(first) if uniform else np.dtype(np.float32)
    block = _allocated((len(slices), rows.stop - rows.start, first.shared.columns), dtype)

    def fill(n: int) -> bytes:
        header = slices[n]
        if uniform and _plain(header):
            return _read_rows(header, rows, block[n], kept)
        values, digest = kept.frame(header, decode) if kept else decode(header)
        wanted = values[rows]
        if not uniform:
            wanted = wanted * np.float64(header.slope) + header.intercept
        block[n] = wanted
        return digest

    digest = hashlib.sha256(f"{rows.start}:{rows.stop}".encode())
    # SimpleITK and pydicom hold the interpreter's lock: a second thread only helps plain reads.
    with ThreadPoolExecutor(THREADS if all(map(_plain, slices)) else 1) as pool:
        for part in pool.map(fill, range(len(slices))):
            digest.update(part)
    return Block(
        stored=block,
        slope=first.slope if uniform else 1.0,
        intercept=first.intercept if uniform else 0.0,
        digest=digest.hexdigest(),
    )


def _allocated(shape: tuple[int, ...], dtype: DTypeLike) -> Array:
    if math.prod(shape) * np.dtype(dtype).itemsize > MOST_BYTES:
        raise ImageRefused(
            Code.PIXELS_UNDECODABLE,
            f"The part of the series around the vessels is larger than {MOST_BYTES >> 30} GiB; "
            "export a smaller field of view.",
        )
    return np.empty(shape, dtype=dtype)


def decode(header: SliceHeader) -> tuple[Array, bytes]:
    """Return all stored values (rows, columns) of a slice, as int16 or uint16, and their digest.

    Raises
    ------
    ImageRefused
        TRUNCATED or PIXELS_UNDECODABLE.
    """
    check(header)
    shared = header.shared
    dtype = _stored_dtype(header)
    if _plain(header):
        values = np.empty((shared.rows, shared.columns), dtype=dtype)
        return values, _read_rows(header, slice(0, shared.rows), values)
    try:
        data = _native_frame(header) if header.native else frame_bytes(header)
        decoded = _unpacked(header, data) if header.native else decoded_frame(header, data)
    except CutOff as error:
        raise truncated() from error
    except ImageRefused:
        raise
    except Exception as error:  # decoders raise almost anything; their texts hold paths
        raise undecodable(header) from error
    if decoded.shape != (shared.rows, shared.columns):
        raise undecodable(header)
    values = decoded.astype(decoded.dtype.newbyteorder("="))
    drop_unused_bits(values, header)
    return _narrow(values, dtype, header), hashlib.sha256(header.raw + data).digest()


def check(header: SliceHeader) -> None:
    """Refuse pixels that cannot be decoded, or of which it is not known what they mean.

    Raises
    ------
    ImageRefused
        TRUNCATED or PIXELS_UNDECODABLE.
    """
    shared = header.shared
    strange = (
        header.pixel_offset is None
        or shared.bits_allocated not in (8, 16, 32)
        or not 1 <= shared.bits_stored <= min(16, shared.bits_allocated)
        or shared.high_bit != shared.bits_stored - 1
        or not 1 <= shared.rows * shared.columns <= MOST_PIXELS
        or shared.photometric not in _GREY
        or not (header.native or shared.syntax in tags.JPEG_SYNTAXES | {tags.RLE})
        or (shared.syntax == tags.DEFLATED and shared.frames > 1)
        or (shared.syntax == tags.EXPLICIT_BE and shared.bits_allocated == 8)
    )
    if strange:
        raise undecodable(header)
    reason = _meaningless(header)
    if reason:
        raise ImageRefused(Code.PIXELS_UNDECODABLE, f"A slice {reason} Export it again.")
    if header.truncated:
        raise truncated()


def _meaningless(header: SliceHeader) -> str:
    """Return why the values of a slice are not known to be HU, or ""."""
    shared = header.shared
    largest = abs(header.slope) * (1 << shared.bits_stored) + abs(header.intercept)
    if header.slope == 0 or largest > MOST_VALUE:
        return "has a rescale slope of 0 or without bounds, so its values mean nothing."
    if shared.lookup_table:
        return "turns its values into HU by a lookup table; slope and intercept were expected."
    if shared.modality in ("CT", ""):
        if not header.rescaled:
            return "does not say how its values become HU: slope or intercept is missing."
        if shared.photometric == "MONOCHROME1":
            return "is stored inverted (MONOCHROME1); whether its values still are HU is not known."
    return ""


def undecodable(header: SliceHeader) -> ImageRefused:
    """Return the refusal of pixels that nobody here can decode."""
    shared = header.shared
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"The pixels of a slice cannot be decoded (syntax: {tags.syntax_name(shared.syntax)}; "
        f"{shared.rows} x {shared.columns}, {shared.bits_stored} of {shared.bits_allocated} bits). "
        "Export the series uncompressed or with lossless compression, grey, 16 bits.",
    )


def truncated() -> ImageRefused:
    """Return the refusal of a file that was cut off."""
    return ImageRefused(
        Code.TRUNCATED,
        "A file of the series ends before its pixel data does; copy the series again.",
    )


def _stored_dtype(header: SliceHeader) -> np.dtype[np.int16] | np.dtype[np.uint16]:
    """Return int16 wherever it can hold the values: fewer kinds for the kernels."""
    wide = not header.shared.signed and header.shared.bits_stored > 15
    return np.dtype(np.uint16) if wide else np.dtype(np.int16)


def _plain(header: SliceHeader) -> bool:
    in_file = header.native and header.shared.syntax != tags.DEFLATED
    return in_file and header.shared.bits_allocated == 16


def _read_rows(
    header: SliceHeader, rows: slice, out: Array, kept: KeptPixels | None = None
) -> bytes:
    """Read rows straight into ``out`` and return the digest of header and bytes."""
    view = out.data.cast("B")
    if kept:
        view[:] = kept.rows(header, rows, _fill)
    else:
        _fill(header, rows, view)
    digest = hashlib.sha256(header.raw)
    digest.update(view)
    if header.shared.syntax == tags.EXPLICIT_BE:
        out.byteswap(inplace=True)
    drop_unused_bits(out, header)
    return digest.digest()


def _fill(header: SliceHeader, rows: slice, view: memoryview) -> None:
    """Read the bytes of rows."""
    assert header.pixel_offset is not None
    width, done = header.shared.columns * 2, 0
    start = header.pixel_offset + header.frame * header.shared.frame_bytes + rows.start * width
    try:
        descriptor = os.open(header.path, os.O_RDONLY)
    except OSError as error:
        raise undecodable(header) from error
    try:
        while done < len(view):
            count = os.preadv(descriptor, [view[done:]], start + done)
            if not count:
                raise truncated()
            done += count
    finally:
        os.close(descriptor)


def _native_frame(header: SliceHeader) -> bytes:
    assert header.pixel_offset is not None
    count = header.shared.frame_bytes
    start = header.pixel_offset + header.frame * count
    if header.shared.syntax == tags.DEFLATED:
        data = inflated(header.path)[start : start + count]
    else:
        with open(header.path, "rb") as stream:  # noqa: PTH123 - a path as text is enough
            stream.seek(start)
            data = stream.read(count)
    if len(data) < count:
        raise truncated()
    return data


def _unpacked(header: SliceHeader, data: bytes) -> Array:
    shared = header.shared
    order = ">" if shared.syntax == tags.EXPLICIT_BE else "<"
    kind = f"{order}{'i' if shared.signed else 'u'}{shared.bits_allocated // 8}"
    return np.frombuffer(data, kind).reshape(shared.rows, shared.columns)


def _narrow(decoded: Array, dtype: np.dtype[np.int16] | np.dtype[np.uint16],
            header: SliceHeader) -> Array:  # fmt: skip
    limits = np.iinfo(dtype)
    if decoded.min() < limits.min or decoded.max() > limits.max:
        raise undecodable(header)
    return decoded.astype(dtype)
