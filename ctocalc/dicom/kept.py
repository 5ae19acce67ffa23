"""Pixels that were read once, kept for the next case of the same scan."""

from collections.abc import Callable

from ctocalc._arrays import Array
from ctocalc.dicom.headers import SliceHeader

Fill = Callable[[SliceHeader, slice, memoryview], None]
Decode = Callable[[SliceHeader], tuple[Array, bytes]]


class KeptPixels:
    """Rows of plain slices and decoded frames of the others, as far as anybody asked for them.

    Holds the bytes of the files, so that digests and values are those of a fresh read.
    """

    def __init__(self) -> None:
        self._rows: dict[tuple[str, int], tuple[slice, bytearray]] = {}
        self._frames: dict[tuple[str, int], tuple[Array, bytes]] = {}

    def rows(self, header: SliceHeader, rows: slice, fill: Fill) -> memoryview:
        """Return the bytes of rows; ``fill`` reads them, with those read before, when new."""
        name, width = (header.path, header.frame), header.shared.columns * 2
        held, data = self._rows.get(name, (rows, None))
        first, last = min(rows.start, held.start), max(rows.stop, held.stop)
        if data is None or slice(first, last) != held:
            held, data = slice(first, last), bytearray((last - first) * width)
            fill(header, held, memoryview(data))
            self._rows[name] = held, data
        begin = (rows.start - held.start) * width
        return memoryview(data)[begin : begin + (rows.stop - rows.start) * width]

    def frame(self, header: SliceHeader, decode: Decode) -> tuple[Array, bytes]:
        """Return the values of a whole frame and their digest."""
        name = header.path, header.frame
        if name not in self._frames:
            self._frames[name] = decode(header)
        return self._frames[name]
