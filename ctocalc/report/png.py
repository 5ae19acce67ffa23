"""PNG from arrays, by the format itself: small stills without a drawing library."""

import base64
import struct
import zlib

import numpy as np

from ctocalc._arrays import Array

_HEAD = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2


def png(pixels: Array) -> bytes:
    """Return a PNG of 8-bit pixels: (H, W) grey or (H, W, 3) RGB, first row on top."""
    pixels = np.ascontiguousarray(pixels, np.uint8)
    height, width = pixels.shape[:2]
    kind = _RGB if pixels.ndim == 3 else _GREY
    unfiltered = np.zeros((height, 1), np.uint8)
    rows = np.concatenate([unfiltered, pixels.reshape(height, -1)], axis=1)
    return (
        _HEAD
        + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0))
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def data_uri(pixels: Array) -> str:
    """Return the pixels as an image that stands in a page itself."""
    return "data:image/png;base64," + base64.b64encode(png(pixels)).decode()


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
