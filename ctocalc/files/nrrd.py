"""NRRD, read strictly by ourselves: the library that others use crashes on damaged headers.

Format: teem.sourceforge.net/nrrd/format.html.  Raw and gzip, three dimensions, a named space in
millimetres; voxels in the file or in a plain file beside it.
"""

import gzip
import math
import re
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.files.image_claims import beside
from ctocalc.files.volume_refusals import (
    elsewhere,
    no_geometry,
    not_a_volume,
    too_large,
    truncated,
    unreadable,
)
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.scan import MOST_BYTES

LONGEST_HEADER = 1 << 20
_TYPES = {
    "i1": "signed char, int8, int8_t", "u1": "uchar, unsigned char, uint8, uint8_t",
    "i2": "short, short int, signed short, signed short int, int16, int16_t",
    "u2": "ushort, unsigned short, unsigned short int, uint16, uint16_t",
    "i4": "int, signed int, int32, int32_t", "u4": "uint, unsigned int, uint32, uint32_t",
    "f4": "float", "f8": "double",
}  # fmt: skip
_KIND_OF = {name: kind for kind, names in _TYPES.items() for name in names.split(", ")}
_FLIPS = {
    "left-posterior-superior": (1, 1), "lps": (1, 1),
    "right-anterior-superior": (-1, -1), "ras": (-1, -1),
    "left-anterior-superior": (1, -1), "las": (1, -1),
}  # fmt: skip
_MEASURING = frozenset({"domain", "space", "none", "???"})
_VECTOR = re.compile(r"\(([^()]*)\)|none")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NrrdHeader:
    """What a header says: the grid, the type of a voxel, and where the voxels are."""

    grid: VoxelGrid
    dtype: str
    packed: bool
    data: Path
    offset: int


def grid_of(path: Path) -> VoxelGrid:
    """Return where the voxels lie, without reading one.

    Raises
    ------
    ImageRefused
        PIXELS_UNDECODABLE, NOT_CT, SEVERAL_PHASES, TOO_FEW_SLICES or GEOMETRY_MISSING.
    """
    return read_header(path).grid


def voxels_of(path: Path, box: tuple[slice, slice, slice]) -> Array:
    """Return the voxels (K, J, I) of an index box, as the file holds them.

    Raises
    ------
    ImageRefused
        TRUNCATED.
    """
    header = read_header(path)
    dtype, shape = np.dtype(header.dtype), header.grid.shape_kji
    wanted = math.prod(shape) * dtype.itemsize
    try:
        with header.data.open("rb") as stream:
            stream.seek(header.offset)
            data = _unpacked(stream, wanted) if header.packed else stream.read(wanted)
    except (OSError, EOFError, zlib.error) as error:
        raise truncated() from error
    if len(data) < wanted:
        raise truncated()
    values = np.frombuffer(data, dtype).reshape(shape)[box]
    return values.astype(dtype.newbyteorder("="))


def _unpacked(stream: BinaryIO, wanted: int) -> bytes:
    with gzip.GzipFile(fileobj=stream) as packed:
        return packed.read(wanted)


def read_header(path: Path) -> NrrdHeader:
    """Return what the header says.

    Raises
    ------
    ImageRefused
        PIXELS_UNDECODABLE, NOT_CT, SEVERAL_PHASES, TOO_FEW_SLICES or GEOMETRY_MISSING.
    """
    fields, end = _fields(path)
    sizes = [int(size) for size in fields.get("sizes", "").split() if size.isdecimal()]
    dtype = _dtype(fields)
    if str(len(sizes)) != fields.get("dimension") or not sizes or min(sizes) < 1 or dtype is None:
        raise unreadable("NRRD")
    _check_axes(fields, sizes)
    if math.prod(sizes) * np.dtype(dtype).itemsize > MOST_BYTES:
        raise too_large()
    named = fields.get("data file", fields.get("datafile"))
    if named is not None and not beside(path, named):
        raise elsewhere()
    return NrrdHeader(
        grid=_grid(fields, sizes),
        dtype=dtype,
        packed=fields["encoding"] in ("gzip", "gz"),
        data=path if named is None else path.parent / named,
        offset=end if named is None else 0,
    )


def _fields(path: Path) -> tuple[dict[str, str], int]:
    """Return the fields of the header in small letters, and where it ends."""
    with path.open("rb") as stream:
        head = stream.read(LONGEST_HEADER)
    end = re.search(rb"\r?\n\r?\n", head)
    text = head[: end.start() if end else len(head)].decode("latin-1")
    first, *lines = text.splitlines()[:1000] or [""]
    if not re.fullmatch(r"NRRD000[1-5]", first) or (end is None and len(head) == LONGEST_HEADER):
        raise unreadable("NRRD")
    fields: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.strip().lower()
        if line.startswith("#") or value.startswith("="):
            continue
        if not colon or name in fields:
            raise unreadable("NRRD")
        fields[name] = value.strip() if "file" in name else value.strip().lower()
    return fields, end.end() if end else len(head)


def _dtype(fields: dict[str, str]) -> str | None:
    """Return the NumPy type of a voxel, None where it is not known or not how it is packed."""
    kind, endian = _KIND_OF.get(fields.get("type", "")), fields.get("endian")
    skips = any(fields.get(name, "0") != "0" for name in
                ("byte skip", "byteskip", "line skip", "lineskip"))  # fmt: skip
    packings = ("raw", "gzip", "gz")
    if kind is None or skips or fields.get("encoding") not in packings:
        return None
    if endian is None:
        return f"|{kind}" if kind.endswith("1") else None
    return {"little": f"<{kind}", "big": f">{kind}"}.get(endian)


def _check_axes(fields: dict[str, str], sizes: list[int]) -> None:
    kinds = fields.get("kinds", "").split()
    if kinds and len(kinds) != len(sizes):
        raise unreadable("NRRD")
    values = math.prod(n for n, kind in zip(sizes, kinds, strict=False) if kind not in _MEASURING)
    time = any(kind in ("time", "list") for kind in kinds)
    refused = not_a_volume(len(sizes), sizes[-1], 1 if time else values)
    if refused:
        raise refused


def _grid(fields: dict[str, str], sizes: list[int]) -> VoxelGrid:
    flips = _FLIPS.get(fields.get("space", ""))
    units = set(re.findall(r'"([^"]*)"', fields.get("space units", ""))) - {"mm"}
    axes = [_vector(v.group(1)) for v in _VECTOR.finditer(fields.get("space directions", ""))]
    origin = [_vector(v.group(1)) for v in _VECTOR.finditer(fields.get("space origin", ""))]
    if flips is None or units or len(axes) != 3 or len(origin) != 1:
        raise no_geometry()
    flip = np.array([*flips, 1.0])
    affine = np.eye(4)
    affine[:3, :3] = np.stack(axes[::-1], axis=1) * flip[:, None]
    affine[:3, 3] = origin[0] * flip
    if not np.isfinite(affine).all():
        raise no_geometry()
    try:
        shape = (sizes[2], sizes[1], sizes[0])
        return VoxelGrid(shape_kji=shape, lps_from_kji=affine)
    except ValueError as error:
        raise no_geometry() from error


def _vector(text: str | None) -> Floats:
    """Return the three numbers of a vector; NaN where it is none."""
    try:
        found = [float(number) for number in (text or "").split(",")]
    except ValueError:
        found = []
    return np.array(found if len(found) == 3 else [np.nan] * 3)
