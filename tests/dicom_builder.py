"""Tiny DICOM series with a known HU at every point of the patient, written by pydicom alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from ctocalc.dicom.headers import SliceHeader, read_headers

CANARY = "CANARY^DOE"
Floats = NDArray[np.float64]
Edit = Callable[[int, Dataset], None]


def hu_at(points: Floats) -> Floats:
    """Return a smooth pattern without symmetry, in HU, -350 to 650."""
    x, y, z = np.moveaxis(np.asarray(points), -1, 0)
    wave = 200 * np.sin(x / 3.1) + 150 * np.cos(y / 4.3 + 1) + 150 * np.sin(z / 5.7 + 2)
    return np.asarray(np.rint(wave + 2 * x + 150))


def oblique() -> tuple[Floats, Floats]:
    """Return row and column directions turned about all three axes."""
    a, b, c = 0.3, -0.2, 0.15
    rz = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    ry = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    rx = np.array([[1, 0, 0], [0, np.cos(c), -np.sin(c)], [0, np.sin(c), np.cos(c)]])
    turned = rz @ ry @ rx
    return turned[:, 0], turned[:, 1]


@dataclass(frozen=True, kw_only=True)
class Series:
    """Geometry of a series; ``write`` makes the files."""

    shape: tuple[int, int, int] = (40, 20, 30)
    step_mm: float = 0.5
    spacing_mm: tuple[float, float] = (0.4, 0.3)
    row: Floats = field(default_factory=lambda: np.array([1.0, 0, 0]))
    column: Floats = field(default_factory=lambda: np.array([0, 1.0, 0]))
    first: Floats = field(default_factory=lambda: np.array([-7.0, 11.0, 100.0]))
    tilt_per_slice_mm: float = 0.0
    slope: float = 1.0
    intercept: float = -1024.0
    bits: int = 16
    signed: bool = True

    @property
    def normal(self) -> Floats:
        return np.asarray(np.cross(self.row, self.column))

    def position(self, k: float) -> Floats:
        step = self.step_mm * self.normal + self.tilt_per_slice_mm * self.column
        return np.asarray(self.first + k * step)

    def points(self, position: Floats) -> Floats:
        """Return the LPS point of every pixel of the slice at this position, (J, I, 3)."""
        j, i = np.mgrid[: self.shape[1], : self.shape[2]]
        along_column = j[..., None] * self.spacing_mm[0] * self.column
        along_row = i[..., None] * self.spacing_mm[1] * self.row
        return np.asarray(position + along_column + along_row)

    def centre(self) -> Floats:
        """Return a point in the middle of the scan."""
        middle = self.points(self.position((self.shape[0] - 1) / 2))
        return np.asarray(middle[self.shape[1] // 2, self.shape[2] // 2])

    def datasets(self, at: Iterable[float] | None = None) -> list[Dataset]:
        """Return one data set per slice index in ``at`` (default: all)."""
        uids = [str(generate_uid()) for _ in range(3)]
        places = range(self.shape[0]) if at is None else at
        return [self._dataset(n, k, uids) for n, k in enumerate(places)]

    def write(self, folder: Path, *, edit: Edit | None = None, seed: int = 0) -> Path:
        """Write the whole series under shuffled names and instance numbers."""
        return save(self.datasets(), folder, edit=edit, seed=seed)

    def _dataset(self, n: int, k: float, uids: list[str]) -> Dataset:
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
        ds.PatientName, ds.PatientID, ds.StudyDate = CANARY, "CANARY-ID", "20200202"
        ds.PatientIdentityRemoved = "YES"
        ds.Modality, ds.Manufacturer = "CT", "SIEMENS"
        ds.ImageType = ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = uids
        ds.SeriesDescription = "CANARY coronary"
        ds.SeriesNumber, ds.InstanceNumber = 4, n + 1
        ds.KVP, ds.ConvolutionKernel, ds.SliceThickness = 120, "Bv40d", self.step_mm
        position = self.position(k)
        ds.ImagePositionPatient = [f"{v:.9g}" for v in position]
        ds.ImageOrientationPatient = [f"{v:.9g}" for v in (*self.row, *self.column)]
        ds.PixelSpacing = list(self.spacing_mm)
        ds.SliceLocation = float(-n)
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows, ds.Columns = self.shape[1:]
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, self.bits, self.bits - 1
        ds.PixelRepresentation = int(self.signed)
        ds.RescaleSlope, ds.RescaleIntercept = self.slope, self.intercept
        put_hu(ds, hu_at(self.points(position)))
        return ds


def put_hu(ds: Dataset, hu: Floats) -> None:
    """Store HU under the data set's own slope and intercept."""
    stored = np.rint((hu - float(ds.RescaleIntercept)) / float(ds.RescaleSlope))
    ds.PixelData = stored.astype("<i2" if ds.PixelRepresentation else "<u2").tobytes()
    ds["PixelData"].VR = "OW"


def save(
    datasets: list[Dataset],
    folder: Path,
    *,
    edit: Edit | None = None,
    seed: int = 0,
    syntax: str = ExplicitVRLittleEndian,
) -> Path:
    """Write data sets under shuffled names; ``edit`` may damage each one before."""
    folder.mkdir(parents=True, exist_ok=True)
    names = np.random.default_rng(seed).permutation(len(datasets))
    for n, ds in enumerate(datasets):
        ds.InstanceNumber = int(names[n]) + 1
        if edit:
            edit(n, ds)
        write(ds, folder / f"im{names[n]:04d}", syntax)
    return folder


def write(ds: Dataset, path: Path, syntax: str = ExplicitVRLittleEndian) -> None:
    """Write one file in this transfer syntax; encapsulated ones are compressed by pydicom."""
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    uid = pydicom.uid.UID(syntax)
    if uid.is_compressed and not uid.is_deflated:
        ds.compress(uid, generate_instance_uid=False)
    ds.file_meta.TransferSyntaxUID = uid
    if not uid.is_little_endian:
        swapped = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
        ds.PixelData = swapped
    pydicom.dcmwrite(
        path, ds, enforce_file_format=True, implicit_vr=uid.is_implicit_VR,
        little_endian=uid.is_little_endian,
    )  # fmt: skip


def files(folder: Path) -> Iterator[Path]:
    """Return all regular files below a folder."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def header_of(file: Path | str) -> SliceHeader | None:
    """Return the header of a file's first slice, None where it has none."""
    return next(iter(read_headers(str(file))), None)
