"""Open NIfTI, NRRD and MetaImage volumes, and read the part of them around the vessels.

Geometry comes from SimpleITK, which speaks LPS whatever the file does.
"""

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ctocalc._arrays import Array, Floats
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.files.image_claims import fits_in_memory, keeps_to_its_folder
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.listed import Listed
from ctocalc.image.scan import (
    MOST_BYTES,
    ScanFacts,
    ScanHeader,
    padding_threshold,
    quality_notices,
    require_measurable,
)
from ctocalc.image.volume import Volume

_SUFFIXES = (".nii", ".nii.gz", ".nrrd", ".nhdr", ".mha", ".mhd")
_KIND = "volume file"
_KEPT = {sitk.sitkInt16: np.int16, sitk.sitkUInt16: np.uint16}
_SMALL = {sitk.sitkInt8: np.int16, sitk.sitkUInt8: np.int16}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImageScan(ScanHeader):
    """A volume file whose header is known; its path is never printed."""

    path: str


def is_image_file(path: Path | str) -> bool:
    """Whether the name says that this is a volume file (else it is DICOM)."""
    return str(path).lower().endswith(_SUFFIXES)


def open_image(path: Path | str) -> ImageScan:
    """Return the header of a volume file, without reading a voxel.

    Raises
    ------
    ImageRefused
        NO_IMAGES, PIXELS_UNDECODABLE, SEVERAL_PHASES (four dimensions), TOO_FEW_SLICES (two
        dimensions) or GEOMETRY_MISSING.
    """
    if not Path(path).is_file():
        raise ImageRefused(Code.NO_IMAGES, "The image file does not exist; give an existing one.")
    if not keeps_to_its_folder(Path(path)):
        raise _elsewhere()
    reader = _reader(path)
    try:
        reader.ReadImageInformation()
    except Exception as error:  # its text holds the path
        raise _unreadable(path) from error
    if not fits_in_memory(reader):
        raise _too_large()
    _check_dimensions(reader)
    _check_orientation(reader)
    grid = _grid(reader)
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
    scan: ImageScan, points_lps_mm: Floats, *, margin_mm: float
) -> tuple[Volume, tuple[Notice, ...], str]:
    """Read the voxels around the points; also return warnings and the input's digest.

    Values are HU as the file gives them.  Integers that fit stay 16 bit, all else becomes float32.

    Raises
    ------
    ImageRefused
        TRUNCATED when the voxels cannot be read.
    """
    box = scan.grid.box(points_lps_mm, margin_mm)
    if _cut_off(Path(scan.path)):
        raise _truncated()
    reader = _reader(scan.path)
    reader.SetExtractIndex([s.start for s in reversed(box)])
    reader.SetExtractSize([s.stop - s.start for s in reversed(box)])
    try:
        image = reader.Execute()
    except Exception as error:  # its text holds the path
        raise _truncated() from error
    stored = _stored(image)
    grid = scan.grid.crop(box)
    digest = hashlib.sha256(repr(grid.shape_kji).encode())
    digest.update(grid.lps_from_kji.tobytes())
    digest.update(stored.data.cast("B"))
    padding = padding_threshold(stored, 1.0, 0.0)
    volume = Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid, padding_stored=padding)
    return volume, (), digest.hexdigest()


def _reader(path: Path | str) -> sitk.ImageFileReader:
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    return reader


def _cut_off(path: Path) -> bool:
    """Whether a NIfTI file ends before its voxels do: ITK reads such a file as if it were whole."""
    name = path.name.lower()
    if not name.endswith((".nii", ".nii.gz")):
        return False
    reader = _reader(path)
    reader.ReadImageInformation()
    needed = int(float(reader.GetMetaData("vox_offset")))
    needed += int(np.prod(reader.GetSize())) * int(reader.GetMetaData("bitpix")) // 8
    if name.endswith(".nii"):
        return path.stat().st_size < needed
    data = path.read_bytes()
    if data[:2] != b"\x1f\x8b":
        return len(data) < needed
    if int.from_bytes(data[-4:], "little") == needed % (1 << 32):
        return False  # the length that gzip itself writes last
    try:
        with gzip.open(path) as stream:
            while needed > 0 and (chunk := stream.read(min(needed, 1 << 24))):
                needed -= len(chunk)
    except (OSError, EOFError):
        return True
    return needed > 0


def _elsewhere() -> ImageRefused:
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        "The voxels of the image file are said to lie in another file that is not a plain one "
        "beside it; only the file itself and its folder are read. Write the image as one file.",
    )


def _too_large() -> ImageRefused:
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"The image file claims to hold more than {MOST_BYTES >> 30} GiB of voxels; crop it around "
        "the heart.",
    )


def _truncated() -> ImageRefused:
    return ImageRefused(
        Code.TRUNCATED,
        "The voxels of the image file cannot be read: it is damaged or cut off. Copy it again.",
    )


def _stored(image: sitk.Image) -> Array:
    values: Array = sitk.GetArrayFromImage(image)
    dtype = (_KEPT | _SMALL).get(image.GetPixelID(), np.float32)
    return np.ascontiguousarray(values, dtype=dtype)


def _grid(reader: sitk.ImageFileReader) -> VoxelGrid:
    direction = np.array(reader.GetDirection()).reshape(3, 3)
    axes = direction * np.array(reader.GetSpacing())
    affine = np.eye(4)
    affine[:3, :3] = axes[:, ::-1]
    affine[:3, 3] = reader.GetOrigin()
    shape = reader.GetSize()[::-1]
    try:
        return VoxelGrid(shape_kji=(shape[0], shape[1], shape[2]), lps_from_kji=affine)
    except ValueError as error:
        raise _no_geometry() from error


def _check_dimensions(reader: sitk.ImageFileReader) -> None:
    size = reader.GetSize()
    if reader.GetNumberOfComponents() != 1:
        raise ImageRefused(
            Code.NOT_CT,
            f"The image has {reader.GetNumberOfComponents()} values per voxel; one (HU) was "
            "expected. Give the CT itself.",
        )
    if len(size) > 3:
        raise ImageRefused(
            Code.SEVERAL_PHASES,
            f"The image has {len(size)} dimensions; three were expected. Give one phase.",
        )
    if len(size) < 3 or size[2] < 2:
        raise ImageRefused(
            Code.TOO_FEW_SLICES, "The image has one slice; a volume needs two. Give all slices."
        )


def _check_orientation(reader: sitk.ImageFileReader) -> None:
    """Refuse where the file says nothing of its place: readers then make something up."""
    said = {key: reader.GetMetaData(key) for key in reader.GetMetaDataKeys()}
    io = reader.GetImageIO() or reader.GetImageIOFromFileName(reader.GetFileName())
    if io == "NiftiImageIO" and said.get("qform_code") == said.get("sform_code") == "0":
        raise _no_geometry()
    if io == "NrrdImageIO" and "NRRD_space" not in said:
        raise _no_geometry()


def _no_geometry() -> ImageRefused:
    return ImageRefused(
        Code.GEOMETRY_MISSING,
        "The image file does not say where it lies in the patient (or its axes are skewed); write "
        "it with orientation and origin, or give the DICOM series.",
    )


def _unreadable(path: Path | str) -> ImageRefused:
    suffix = next((s for s in _SUFFIXES if str(path).lower().endswith(s)), "")
    return ImageRefused(
        Code.PIXELS_UNDECODABLE,
        f"The image file cannot be read as {suffix or 'a volume'}: it is damaged, its axes are "
        "skewed, or it is of another format. Write it again as NIfTI, NRRD or MHA.",
    )
