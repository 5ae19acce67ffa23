"""NumPy ``.npy`` and ``.npz``: rows of x, y, z and maybe a radius; nothing is unpickled.

Archives name their arrays as the JSON files do; several other arrays are several lines.
"""

import io
import tokenize
import zipfile
import zlib

import numpy as np

from ctocalc._arrays import Array
from ctocalc.files.lines.json_points import POINT_NAMES, RADIUS_NAMES, agreed
from ctocalc.files.lines.line import LARGEST_BYTES, MOST_LINES, Line, frame_word, refused

_ERRORS = (
    ValueError, EOFError, SyntaxError, RecursionError, MemoryError, OverflowError, TypeError,
    tokenize.TokenError,
)  # fmt: skip
_LONGEST_HEADER = 10_000


def read_npy(data: bytes) -> tuple[Line, ...]:
    """Return the one line of a ``.npy`` file."""
    return (_line(_array(data)),)


def read_npz(data: bytes) -> tuple[Line, ...]:
    """Return the lines of a ``.npz`` archive."""
    arrays = _members(data)
    said = arrays.pop("frame", None)
    frame = None if said is None else frame_word(str(said.item() if said.size == 1 else said))
    radius = next((arrays.pop(name) for name in RADIUS_NAMES if name in arrays), None)
    if not arrays:
        raise refused("The archive holds no points")
    if radius is not None and len(arrays) > 1:
        raise refused("The archive holds one list of radii and several lines")
    return tuple(
        _line(array, radius, label=name, frame=agreed(POINT_NAMES.get(name), frame))
        for name, array in arrays.items()
    )


def _line(
    table: Array, radius: Array | None = None, *, label: str | None = None, frame: str | None = None
) -> Line:
    if table.ndim != 2 or table.shape[1] not in (3, 4) or table.dtype.kind not in "fiu":
        raise refused("The array is no table of x, y, z and maybe a radius, one row per point")
    if radius is None and table.shape[1] == 4:
        radius = table[:, 3]
    if radius is not None and radius.dtype.kind not in "fiu":
        raise refused("The radii are no numbers")
    return Line(
        points_mm=table[:, :3].astype(float),
        radius_mm=None if radius is None else radius.astype(float),
        label=label,
        frame=frame,
    )


def _members(data: bytes) -> dict[str, Array]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [one for one in archive.infolist() if one.filename.endswith(".npy")]
            if len(members) > MOST_LINES or sum(one.file_size for one in members) > LARGEST_BYTES:
                raise refused("The archive unpacks to more than a centerline needs")
            out = {}
            for one in members:
                with archive.open(one) as file:
                    # What the directory says of the size is not to be trusted.
                    out[one.filename.removesuffix(".npy")] = _array(file.read(LARGEST_BYTES))
            return out
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError, *_ERRORS):
        raise refused("The archive is damaged, or no archive of NumPy arrays") from None


def _array(data: bytes) -> Array:
    """Return the array; its size is checked before anything is allocated."""
    file = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(file)
        header = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = header(file, max_header_size=_LONGEST_HEADER)
        count = 1
        for length in shape:
            count *= length
        if dtype.hasobject or count < 0 or count * dtype.itemsize > len(data):
            raise ValueError
        file.seek(0)
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))
    except _ERRORS:
        raise refused("The NumPy array is damaged, cut off, or holds objects") from None
