"""Write a volume as a CT series: one anonymous file per slice."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import (
    UID,
    CTImageStorage,
    ExplicitVRLittleEndian,
    JPEGLSLossless,
    generate_uid,
)

from ctocalc._arrays import Array
from ctocalc.dicom.new_folder import new_folder
from ctocalc.errors import OutputFailed
from ctocalc.image.volume import Volume

_UID_PREFIX = "1.2.826.0.1.3680043.8.498."
_KERNEL = "PHANTOM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """What a CT header says beside the geometry.

    ``label`` becomes the anonymous PatientID and the root of every UID: the same voxels with the
    same label give the same files.  ``compressed``: JPEG-LS lossless, which needs pyjpegls.
    """

    label: str
    kvp: int
    contrast: bool = True
    compressed: bool = False


def write_series(volume: Volume, folder: Path, facts: Acquisition) -> list[Path]:
    """Write one CT Image Storage file per slice into a new ``folder`` and return the paths.

    Explicit VR little endian, or JPEG-LS lossless.  File names are in no spatial order, on purpose:
    a reader must sort by position.  The folder appears complete or not at all.

    Raises
    ------
    OutputFailed
        When the folder exists and is not empty, cannot be written, or the voxels are not int16
        values that CT Image Storage can hold.
    """
    if volume.stored.dtype == np.dtype(np.float32):
        raise OutputFailed("float voxels cannot be written as CT; convert to int16 first")
    digest = _digest(volume, facts)
    with new_folder(folder, content="series") as fresh:
        names = _write_all(volume, fresh, facts, digest)
    return [folder / name for name in names]


def _write_all(volume: Volume, folder: Path, facts: Acquisition, digest: str) -> list[str]:
    names = []
    for k in range(volume.grid.shape_kji[0]):
        name = hashlib.sha256(f"{digest}/{k}".encode()).hexdigest()[:12] + ".dcm"
        dataset = _slice(volume, k, facts, digest)
        dataset.save_as(folder / name, enforce_file_format=True)
        names.append(name)
    return names


def _digest(volume: Volume, facts: Acquisition) -> str:
    total = hashlib.sha256(np.ascontiguousarray(volume.stored).tobytes())
    total.update(np.round(volume.grid.lps_from_kji, 6).tobytes())
    total.update(repr((facts.label, facts.kvp, _KERNEL, facts.contrast)).encode())
    return total.hexdigest()


def _uid(digest: str, role: str) -> str:
    return generate_uid(prefix=_UID_PREFIX, entropy_srcs=[digest, role])


def _slice(volume: Volume, k: int, facts: Acquisition, digest: str) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = UID(_uid(digest, f"instance {k}"))
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    _identity(dataset, facts, digest)
    _acquisition(dataset, volume, k, facts)
    _geometry(dataset, volume, k, digest)
    _pixels(dataset, volume, volume.stored[k])
    if facts.compressed:
        dataset.compress(JPEGLSLossless, generate_instance_uid=False)
    return dataset


def _identity(dataset: FileDataset, facts: Acquisition, digest: str) -> None:
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.PatientName = "PHANTOM^CTOCALC"
    dataset.PatientID = facts.label
    dataset.PatientBirthDate = ""
    dataset.PatientSex = ""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = "Synthetic image, no patient"
    dataset.StudyInstanceUID = _uid(digest, "study")
    dataset.SeriesInstanceUID = _uid(digest, "series")
    dataset.StudyID = "1"
    dataset.SeriesNumber = 1
    dataset.AcquisitionNumber = 1
    dataset.StudyDate = ""
    dataset.StudyTime = ""
    dataset.AccessionNumber = ""
    dataset.ReferringPhysicianName = ""


def _acquisition(dataset: FileDataset, volume: Volume, k: int, facts: Acquisition) -> None:
    dataset.Modality = "CT"
    dataset.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    dataset.DerivationDescription = "Digital phantom rendered from formulas"
    dataset.Manufacturer = "ctocalc"
    dataset.ManufacturerModelName = "phantom"
    dataset.SeriesDescription = "Digital phantom"
    dataset.BodyPartExamined = "HEART"
    dataset.PatientPosition = "HFS"
    dataset.KVP = facts.kvp
    dataset.ConvolutionKernel = _KERNEL
    dataset.SliceThickness = f"{volume.grid.spacing_kji_mm[0]:.6g}"
    dataset.InstanceNumber = k + 1
    if facts.contrast:
        dataset.ContrastBolusAgent = "Iodinated contrast (simulated)"


def _decimal(value: float) -> str:
    """Return a decimal string of at most 16 characters."""
    return f"{round(value, 9) + 0.0:.10g}"


def _geometry(dataset: FileDataset, volume: Volume, k: int, digest: str) -> None:
    affine = volume.grid.lps_from_kji
    _, rows_mm, columns_mm = volume.grid.spacing_kji_mm
    along_row, along_column = affine[:3, 2] / columns_mm, affine[:3, 1] / rows_mm
    position = volume.grid.points(np.array([k, 0.0, 0.0]))
    normal = np.cross(along_row, along_column)
    dataset.FrameOfReferenceUID = volume.grid.frame_of_reference or _uid(digest, "frame")
    dataset.PositionReferenceIndicator = ""
    dataset.ImagePositionPatient = [_decimal(x) for x in position]
    dataset.ImageOrientationPatient = [_decimal(x) for x in (*along_row, *along_column)]
    # Spacing of rows first, then of columns.
    dataset.PixelSpacing = [_decimal(rows_mm), _decimal(columns_mm)]
    dataset.SliceLocation = _decimal(float(position @ normal))


def _pixels(dataset: FileDataset, volume: Volume, stored: Array) -> None:
    dataset.Rows, dataset.Columns = stored.shape
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 16
    dataset.BitsStored = 16
    dataset.HighBit = 15
    dataset.PixelRepresentation = int(stored.dtype == np.dtype(np.int16))
    dataset.RescaleSlope = _decimal(volume.slope)
    dataset.RescaleIntercept = _decimal(volume.intercept)
    dataset.RescaleType = "HU"
    dataset.WindowCenter = "250"
    dataset.WindowWidth = "1000"
    dataset.PixelData = np.ascontiguousarray(stored).tobytes()
