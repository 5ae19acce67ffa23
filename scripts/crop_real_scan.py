#!/usr/bin/env python3
"""Cut the part of a public chest scan around its LAD into ``tests/data/nlst_lad``.

Needs the whole scan beside the checkout, ``../shared/data/nlst_chest_toshiba``, and pyjpegls.
Pixel values and places stay; dates and trial numbers go, and every file gets a new UID.
"""

import shutil
import sys
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, generate_uid

from ctocalc.files.centerlines import read_centerlines

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT.parent / "shared" / "data" / "nlst_chest_toshiba"
TARGET = ROOT / "tests" / "data" / "nlst_lad"
MARGIN_MM = 15.0
KEPT = (
    "Modality", "Manufacturer", "ManufacturerModelName", "BodyPartExamined",
    "PatientIdentityRemoved", "DeidentificationMethod", "SliceThickness", "KVP",
    "ConvolutionKernel", "GantryDetectorTilt", "XRayTubeCurrent", "ExposureTime",
    "FrameOfReferenceUID", "PositionReferenceIndicator", "ImageOrientationPatient",
    "PixelSpacing",
    "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "RescaleIntercept", "RescaleSlope", "WindowCenter", "WindowWidth",
)  # fmt: skip
EMPTY = (
    "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "StudyID", "AccessionNumber",
    "ReferringPhysicianName",
)  # fmt: skip


def main() -> int:
    """Write the crop, its line and its licence; README.md is written by hand and kept."""
    points = read_centerlines(SOURCE / "centerlines" / "lad.csv").points_lps_mm
    low, high = points.min(axis=0) - MARGIN_MM, points.max(axis=0) + MARGIN_MM
    shutil.rmtree(TARGET / "dicom", ignore_errors=True)
    (TARGET / "dicom").mkdir(parents=True)
    for path in sorted((SOURCE / "dicom").glob("*.dcm")):
        z = float(dcmread(path, stop_before_pixels=True).ImagePositionPatient[2])
        if low[2] <= z <= high[2]:
            write(crop(dcmread(path), low, high), TARGET / "dicom" / path.name)
    shutil.copyfile(SOURCE / "centerlines" / "lad.csv", TARGET / "lad.csv")
    shutil.copyfile(SOURCE / "LICENSE.txt", TARGET / "LICENSE.txt")
    return 0


def crop(whole: Dataset, low: np.ndarray, high: np.ndarray) -> Dataset:
    """Return the rows and columns between two corners of an axial slice (axes along LPS)."""
    assert list(whole.ImageOrientationPatient) == [1, 0, 0, 0, 1, 0]
    first = np.array(whole.ImagePositionPatient, dtype=float)
    row_mm, column_mm = (float(n) for n in whole.PixelSpacing)
    i, j = (int(np.floor((low[n] - first[n]) / mm)) for n, mm in ((0, column_mm), (1, row_mm)))
    last_i, last_j = (
        int(np.ceil((high[n] - first[n]) / mm)) for n, mm in ((0, column_mm), (1, row_mm))
    )
    pixels = np.ascontiguousarray(whole.pixel_array[j : last_j + 1, i : last_i + 1])
    part = Dataset()
    for name in KEPT:
        part[name] = whole[name]
    for name in EMPTY:
        setattr(part, name, "")
    part.PatientName, part.PatientID = "", "NLST"
    part.SOPClassUID = CTImageStorage
    part.SOPInstanceUID = uid("slice", whole.SOPInstanceUID)
    part.SeriesInstanceUID = uid("series", whole.SeriesInstanceUID)
    part.StudyInstanceUID = uid("study", whole.StudyInstanceUID)
    part.SeriesNumber, part.InstanceNumber = 1, int(whole.InstanceNumber)
    part.ImageType = ["DERIVED", "PRIMARY", "AXIAL"]
    part.DerivationDescription = "Cropped to the part around one artery; pixel values unchanged"
    part.ImagePositionPatient = [
        f"{first[0] + i * column_mm:.4f}", f"{first[1] + j * row_mm:.4f}", f"{first[2]:.4f}"
    ]  # fmt: skip
    part.Rows, part.Columns = pixels.shape
    part.PixelData = pixels.astype("<i2").tobytes()
    part["PixelData"].VR = "OW"
    return part


def uid(kind: str, source: str) -> str:
    """Return a UID that is the same on every run, and not the source's."""
    return generate_uid(entropy_srcs=["ctocalc crop", kind, str(source)])


def write(part: Dataset, path: Path) -> None:
    """Write one slice as JPEG-LS lossless, as the whole scan is."""
    part.file_meta = FileMetaDataset()
    part.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    part.compress(JPEGLSLossless, generate_instance_uid=False)
    part.save_as(path, enforce_file_format=True)


if __name__ == "__main__":
    sys.exit(main())
