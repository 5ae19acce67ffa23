"""NIfTI and MetaImage by SimpleITK, which speaks LPS whatever the file does."""

import gzip
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ctocalc._arrays import Array
from ctocalc.files.image_claims import fits_in_memory, keeps_to_its_folder
from ctocalc.files.volume_refusals import (
    elsewhere,
    no_geometry,
    not_a_volume,
    too_large,
    truncated,
    unreadable,
)
from ctocalc.geometry.grid import VoxelGrid

Box = tuple[slice, slice, slice]


def grid_of(path: Path) -> VoxelGrid:
    """Return where the voxels lie, without reading one.

    Raises
    ------
    ImageRefused
        PIXELS_UNDECODABLE, NOT_CT, SEVERAL_PHASES, TOO_FEW_SLICES or GEOMETRY_MISSING.
    """
    if not keeps_to_its_folder(path):
        raise elsewhere()
    reader = _reader(path)
    try:
        reader.ReadImageInformation()
    except Exception as error:  # its text holds the path
        raise unreadable("NIfTI or MetaImage") from error
    if not fits_in_memory(reader):
        raise too_large()
    size = reader.GetSize()
    refused = not_a_volume(len(size), size[-1] if size else 0, reader.GetNumberOfComponents())
    if refused:
        raise refused
    _check_orientation(reader)
    return _grid(reader)


def voxels_of(path: Path, box: Box) -> Array:
    """Return the voxels (K, J, I) of an index box, as the file holds them.

    Raises
    ------
    ImageRefused
        TRUNCATED.
    """
    if _cut_off(path):
        raise truncated()
    reader = _reader(path)
    reader.SetExtractIndex([s.start for s in reversed(box)])
    reader.SetExtractSize([s.stop - s.start for s in reversed(box)])
    try:
        values: Array = sitk.GetArrayFromImage(reader.Execute())
    except Exception as error:  # its text holds the path
        raise truncated() from error
    return values


def _reader(path: Path) -> sitk.ImageFileReader:
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
        raise no_geometry() from error


def _check_orientation(reader: sitk.ImageFileReader) -> None:
    """Refuse NIfTI that says nothing of its place: readers then make something up."""
    codes = ("qform_code", "sform_code")
    told = [reader.GetMetaData(code) for code in codes if reader.HasMetaDataKey(code)]
    if told and set(told) == {"0"}:
        raise no_geometry()
