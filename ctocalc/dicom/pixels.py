"""Decode the wanted rows of the wanted slices into one block of stored values.

Uncompressed 16-bit pixels are read straight into the block by two threads; the rest is decoded
slice by slice: RLE, deflated and odd bit depths by pydicom, all JPEG families by SimpleITK.
"""

import hashlib
import os
import struct
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

from ctocalc._arrays import Array
from ctocalc.dicom import tags
from ctocalc.dicom.headers import UNDEFINED, SliceHeader, quiet_pydicom
from ctocalc.errors import Code, ImageRefused

THREADS = 2
# JPEG baseline and extended, lossless, JPEG-LS, JPEG 2000, HTJ2K.  Not the JPEG processes that the
# standard has retired: no second decoder is at hand to check what GDCM makes of them.
_JPEG_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91, 201, 202, 203)
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Stored values (K, J, I) with one slope and intercept, and the digest of what was used."""

    stored: Array
    slope: float
    intercept: float
    digest: str


def read_block(slices: tuple[SliceHeader, ...], rows: slice) -> Block:
    """Return these rows of these slices.

    Where all slices share slope, intercept and pixel format, values stay as stored (int16, uint16);
    otherwise each slice is converted with its own to HU in float32.

    Raises
    ------
    ImageRefused
        TRUNCATED or PIXELS_UNDECODABLE.
    """
    formats = {(h.slope, h.intercept, h.shared.signed, h.shared.bits_stored) for h in slices}
    first = slices[0]
    uniform = len(formats) == 1
    dtype = _stored_dtype(first) if uniform else np.dtype(np.float32)
    shape = (len(slices), rows.stop - rows.start, first.shared.columns)
    block = np.empty(shape, dtype=dtype)

    def fill(n: int) -> bytes:
        header = slices[n]
        if uniform and _plain(header):
            return _read_rows(header, rows, block[n])
        values, digest = decode(header)
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


def decode(header: SliceHeader) -> tuple[Array, bytes]:
    """Return all stored values (rows, columns) of a slice, as int16 or uint16, and their digest."""
    _check(header)
    shared = header.shared
    if _plain(header):
        values = np.empty((shared.rows, shared.columns), dtype=_stored_dtype(header))
        return values, _read_rows(header, slice(0, shared.rows), values)
    try:
        digest = _digest_of_frame(header)
        by_pydicom = shared.syntax in tags.NATIVE | {tags.DEFLATED, tags.RLE}
        decoded = _by_pydicom(header) if by_pydicom else _by_simpleitk(header)
    except ImageRefused:
        raise
    except Exception as error:  # decoders raise almost anything; their texts hold paths
        raise _undecodable(header) from error
    if decoded.shape != (shared.rows, shared.columns):
        raise _undecodable(header)
    dtype = _stored_dtype(header)
    limits = np.iinfo(dtype)
    if decoded.min() < limits.min or decoded.max() > limits.max:
        raise _undecodable(header)
    return decoded.astype(dtype), digest


def _stored_dtype(header: SliceHeader) -> np.dtype[np.int16] | np.dtype[np.uint16]:
    """Return int16 wherever it can hold the values: fewer kinds for the kernels."""
    wide = not header.shared.signed and header.shared.bits_stored > 15
    return np.dtype(np.uint16) if wide else np.dtype(np.int16)


def _plain(header: SliceHeader) -> bool:
    return header.shared.syntax in tags.NATIVE and header.shared.bits_allocated == 16


def _check(header: SliceHeader) -> None:
    shared = header.shared
    if header.pixel_offset is None:
        raise _undecodable(header)
    if shared.bits_allocated not in (8, 16, 32) or not 1 <= shared.bits_stored <= 16:
        raise _undecodable(header)
    if shared.high_bit != shared.bits_stored - 1 or not np.isfinite(header.slope):
        raise _undecodable(header)
    if header.slope == 0:
        raise ImageRefused(
            Code.PIXELS_UNDECODABLE,
            "A slice has a rescale slope of 0, so its values mean nothing; export it again.",
        )
    needed = shared.rows * shared.columns * shared.bits_allocated // 8
    native = shared.syntax in tags.NATIVE
    if header.truncated or (native and header.pixel_length < needed):
        raise _truncated()


def _read_rows(header: SliceHeader, rows: slice, out: Array) -> bytes:
    """Read rows straight into ``out`` and return the digest of header and bytes."""
    _check(header)
    assert header.pixel_offset is not None
    width = header.shared.columns * 2
    view, done = out.data.cast("B"), 0
    start = header.pixel_offset + rows.start * width
    try:
        descriptor = os.open(header.path, os.O_RDONLY)
    except OSError as error:
        raise _undecodable(header) from error
    try:
        while done < len(view):
            count = os.preadv(descriptor, [view[done:]], start + done)
            if not count:
                raise _truncated()
            done += count
    finally:
        os.close(descriptor)
    digest = hashlib.sha256(header.raw)
    digest.update(view)
    if header.shared.syntax == tags.EXPLICIT_BE:
        out.byteswap(inplace=True)
    _drop_unused_bits(out, header)
    return digest.digest()


def _drop_unused_bits(out: Array, header: SliceHeader) -> None:
    """Clear or sign-extend the bits above BitsStored, which may hold anything (overlays)."""
    unused = 16 - header.shared.bits_stored
    if unused and header.shared.signed:
        np.left_shift(out, unused, out=out)
        np.right_shift(out, unused, out=out)
    elif unused:
        np.bitwise_and(out, (1 << header.shared.bits_stored) - 1, out=out)


def _by_pydicom(header: SliceHeader) -> Array:
    with quiet_pydicom():
        dataset = pydicom.dcmread(header.path, force=True)
        if "TransferSyntaxUID" not in dataset.file_meta:
            dataset.file_meta.TransferSyntaxUID = pydicom.uid.UID(header.shared.syntax)
        if "PixelData" in dataset and header.shared.syntax == tags.DEFLATED:
            shared = header.shared
            if len(dataset.PixelData) < shared.rows * shared.columns * shared.bits_allocated // 8:
                raise _truncated()
        pixels: Array = dataset.pixel_array
        return pixels


def _by_simpleitk(header: SliceHeader) -> Array:
    """Decode with SimpleITK and take back the rescale, which it applies for every modality."""
    if header.shared.syntax not in _JPEG_SYNTAXES:
        raise _undecodable(header)
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetImageIO("GDCMImageIO")
    reader.LoadPrivateTagsOff()
    reader.SetFileName(header.path)
    image = reader.Execute()
    if image.GetNumberOfComponentsPerPixel() != 1:
        raise _undecodable(header)
    values: Array = sitk.GetArrayFromImage(image).reshape(header.shared.rows, header.shared.columns)
    if header.slope == 1 and header.intercept.is_integer() and values.dtype.kind in "iu":
        return values.astype(np.int32) - int(header.intercept)  # nearly every CT; exact
    if (header.slope, header.intercept) != (1, 0):
        values = (values.astype(np.float64) - header.intercept) / header.slope
        whole = np.rint(values)
        if np.abs(values - whole).max() > 0.01:
            raise _undecodable(header)
        values = whole
    return values


def _digest_of_frame(header: SliceHeader) -> bytes:
    """Return the digest of header and compressed bytes; refuse a frame that was cut off."""
    data = Path(header.path).read_bytes()
    digest = hashlib.sha256(header.raw)
    offset = header.pixel_offset or 0
    digest.update(memoryview(data)[max(offset, 0) :])
    if header.pixel_length == UNDEFINED:
        position = offset
        while position + 8 <= len(data):
            group, element, length = struct.unpack_from("<HHI", data, position)
            if (group, element) == (0xFFFE, 0xE0DD):
                break
            position += 8 + length
        if position > len(data):
            raise _truncated()
    return digest.digest()


def _truncated() -> ImageRefused:
    return ImageRefused(
        Code.TRUNCATED,
        "A file of the series ends before its pixel data does; copy the series again.",
    )


def _undecodable(header: SliceHeader) -> ImageRefused:
    shared = header.shared
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"The pixels of a slice cannot be decoded (transfer syntax {shared.syntax[:32]}, "
        f"{shared.bits_stored} of {shared.bits_allocated} bits). Export the series uncompressed or "
        "with lossless compression, 16 bits.",
    )
