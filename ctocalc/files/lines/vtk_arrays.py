"""Binary arrays of VTK's XML files: a header of sizes, then the values, maybe in packed blocks."""

import binascii
import lzma
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Array
from ctocalc.files.lines.line import LARGEST_BYTES, refused
from ctocalc.files.lines.lz4 import unpack_block

LZMA_MEMORY = 100_000_000
_GROUP = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """How a file writes its arrays: byte order ("<", ">"), header word, name of the compressor."""

    order: str
    word: str
    compressor: str

    @property
    def header(self) -> np.dtype[np.unsignedinteger]:
        """Type of the header's words."""
        return np.dtype(self.order + self.word)


def unpack(data: bytes, kind: str, encoding: Encoding, *, base64: bool) -> Array:
    """Return the values of an array that starts ``data``; what follows it is not looked at.

    Parameters
    ----------
    kind
        NumPy type without byte order, such as "f4".
    base64
        Whether the bytes are written so; header and values may then be padded each.
    """
    source = _from_base64(data) if base64 else data
    try:
        content = _packed(source, encoding) if encoding.compressor else _plain(source, encoding)
        return np.frombuffer(content, dtype=encoding.order + kind)
    except (ValueError, zlib.error, lzma.LZMAError, EOFError, MemoryError) as error:
        raise refused("An array of the VTK file is damaged or cut off") from error


def _from_base64(text: bytes) -> bytes:
    """Decode groups that are padded each, as far as they go: other arrays may follow."""
    out = []
    try:
        for group in _GROUP.finditer(b"".join(text.split())):
            out.append(binascii.a2b_base64(group[0]))
    except binascii.Error as error:
        if not out:
            raise refused("An array of the VTK file is not base64") from error
    return b"".join(out)


def _plain(data: bytes, encoding: Encoding) -> bytes:
    width = encoding.header.itemsize
    (size,) = np.frombuffer(data, encoding.header, count=1).tolist()
    if size > len(data) - width:
        raise ValueError("cut off")
    return data[width : width + size]


def _packed(data: bytes, encoding: Encoding) -> bytes:
    """Unpack blocks: their number, the size of each and of the last, the packed size of each."""
    unpack_one = _COMPRESSORS.get(encoding.compressor)
    if unpack_one is None:
        raise refused("The VTK file is packed in a way that is not known here")
    width = encoding.header.itemsize
    count, each, last = np.frombuffer(data, encoding.header, count=3).tolist()
    if count * width > len(data) or count * each > LARGEST_BYTES + each:
        raise ValueError("more than a centerline needs")
    packed = np.frombuffer(data, encoding.header, count=count, offset=3 * width).tolist()
    at = (3 + count) * width
    sizes = [each] * count
    if count and last:
        sizes[-1] = last
    if sum(packed) > len(data) - at or sum(sizes) > LARGEST_BYTES:
        raise ValueError("cut off, or more than a centerline needs")
    out = []
    for there, size in zip(packed, sizes, strict=True):
        out.append(unpack_one(data[at : at + there], size))
        at += there
    if [len(block) for block in out] != sizes:
        raise ValueError("a block does not have its length")
    return b"".join(out)


def _zlib(data: bytes, size: int) -> bytes:
    return zlib.decompressobj().decompress(data, max(size, 1))


def _lzma(data: bytes, size: int) -> bytes:
    return lzma.LZMADecompressor(memlimit=LZMA_MEMORY).decompress(data, max(size, 1))


_COMPRESSORS: dict[str, Callable[[bytes, int], bytes]] = {
    "vtkZLibDataCompressor": _zlib,
    "vtkLZMADataCompressor": _lzma,
    "vtkLZ4DataCompressor": unpack_block,
}
