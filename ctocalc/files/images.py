"""Open NIfTI, NRRD and MetaImage volumes, and read the part of them around the vessels."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.files import itk_volumes, nrrd
from ctocalc.image.listed import Listed
from ctocalc.image.plausible import refuse_implausible
from ctocalc.image.scan import (
    ScanFacts,
    ScanHeader,
    padding_threshold,
    quality_notices,
    require_measurable,
)
from ctocalc.image.turns import refuse_turns
from ctocalc.image.volume import Volume

_NRRD = (".nrrd", ".nhdr")
_SUFFIXES = (".nii", ".nii.gz", ".mha", ".mhd", *_NRRD)
_KIND = "volume file"

Box = tuple[slice, slice, slice]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageScan(ScanHeader):
    """A volume file whose header is known; its path is never printed."""

    path: str


class KeptVoxels:
    """The part of one volume file that was asked for so far: packed files are slow to read."""

    def __init__(self) -> None:
        self._held: tuple[Box, Array] | None = None

    def voxels(self, path: str, box: Box) -> Array:
        """Return the voxels of a box, read together with those before when new."""
        before = self._held[0] if self._held else box
        wide = tuple(
            slice(min(a.start, b.start), max(a.stop, b.stop))
            for a, b in zip(box, before, strict=True)
        )
        if self._held is None or wide != before:
            self._held = (wide[0], wide[1], wide[2]), _voxels(path, (wide[0], wide[1], wide[2]))
        held, values = self._held
        inner = (slice(a.start - b.start, a.stop - b.start) for a, b in zip(box, held, strict=True))
        return values[tuple(inner)]


def is_image_file(path: Path | str) -> bool:
    """Whether the name says that this is a volume file (else it is DICOM)."""
    return str(path).lower().endswith(_SUFFIXES)


def open_image(path: Path | str) -> ImageScan:
    """Return the header of a volume file, without reading a voxel.

    Raises
    ------
    ImageRefused
        NO_IMAGES, PIXELS_UNDECODABLE, NOT_CT, SEVERAL_PHASES (four dimensions), TOO_FEW_SLICES (two
        dimensions) or GEOMETRY_MISSING.
    """
    if not Path(path).is_file():
        raise ImageRefused(Code.NO_IMAGES, "The image file does not exist; give an existing one.")
    grid = _library(path).grid_of(Path(path))
    facts = ScanFacts(spacing_kji_mm=grid.spacing_kji_mm, slices=grid.shape_kji[0])
    return ImageScan(
        grid=grid,
        facts=facts,
        notices=quality_notices(facts),
        path=str(path),
    )


def listed(path: Path | str) -> Listed:
    """Return the line of ``inspect`` for a volume file, also for one that is refused."""
    try:
        opened = open_image(path)
        require_measurable(opened.facts)
    except ImageRefused as error:
        return Listed(
            series=1, phase=1, kind=_KIND, images=1, rows=0, columns=0, slices=0, facts=None,
            code=error.code, reason=str(error),
        )  # fmt: skip
    slices, rows, columns = opened.grid.shape_kji
    return Listed(
        series=1, phase=1, kind=_KIND, images=1, rows=rows, columns=columns, slices=slices,
        facts=opened.facts, notices=opened.notices,
    )  # fmt: skip


def read(
    scan: ImageScan, points_lps_mm: Floats, *, margin_mm: float, kept: KeptVoxels | None = None
) -> tuple[Volume, tuple[Notice, ...], str]:
    """Read the voxels around the points; also return warnings and the input's digest.

    Values are HU as the file gives them.  Integers that fit stay 16 bit, all else becomes float32.
    ``kept`` keeps what is read for the next call.

    Raises
    ------
    ImageRefused
        TRUNCATED when the voxels cannot be read; PIXELS_UNDECODABLE when they can be no HU;
        SEVERAL_PHASES when slices take turns between images.
    """
    box = scan.grid.box(points_lps_mm, margin_mm)
    stored = _stored(kept.voxels(scan.path, box) if kept else _voxels(scan.path, box))
    grid = scan.grid.crop(box)
    digest = hashlib.sha256(repr(grid.shape_kji).encode())
    digest.update(grid.lps_from_kji.tobytes())
    digest.update(stored.data.cast("B"))
    padding = padding_threshold(stored, 1.0, 0.0)
    volume = Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid, padding_stored=padding)
    refuse_implausible(volume)
    refuse_turns(volume)
    return volume, (), digest.hexdigest()


def _voxels(path: str, box: Box) -> Array:
    values: Array = _library(path).voxels_of(Path(path), box)
    return values


def _library(path: Path | str) -> ModuleType:
    return nrrd if str(path).lower().endswith(_NRRD) else itk_volumes


def _stored(values: Array) -> Array:
    kept = {"i1": np.int16, "u1": np.int16, "i2": np.int16, "u2": np.uint16}
    dtype = kept.get(values.dtype.str[1:], np.float32)
    return np.ascontiguousarray(values, dtype=dtype)
