"""Reading a series: heads, whole, one vessel's crop; ratios against SimpleITK and pydicom.

``python -m benchmarks.reading [--tiny]`` writes synthetic series to a temporary folder and
prints a table.  Rounds are interleaved, so a busy machine hits all alike; ratios are of the minima
and of the medians over the rounds.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, JPEGLSLossless, generate_uid

from ctocalc._arrays import Floats
from ctocalc.dicom.folder import scan
from ctocalc.dicom.read import open_series, read

MARGIN_MM = 8.0
FIELD_MM, HEIGHT_MM = 180.0, 160.0
ELEMENTS = 150  # private elements per head, about as many as a scanner writes


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds of every round."""

    name: str
    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def least(self) -> float:
        return min(self.seconds)


def write_series(folder: Path, slices: int, size: int, syntax: str) -> Path:
    """Write a smooth noisy cylinder as CT slices with heads of a scanner's length."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    study, series, frame = (generate_uid() for _ in range(3))
    spacing_mm, step_mm = FIELD_MM / size, HEIGHT_MM / slices
    y, x = np.mgrid[:size, :size] / size - 0.5
    body = np.where(x**2 + y**2 < 0.2, 40, -1000)
    order = rng.permutation(slices)
    for k in range(slices):
        noise = rng.normal(0, 25, (size, size))
        noise = (noise + np.roll(noise, 1, 0) + np.roll(noise, 1, 1)) / 1.7
        ds = Dataset()
        ds.SOPClassUID, ds.SOPInstanceUID = CTImageStorage, generate_uid()
        ds.Modality, ds.ImageType = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"]
        ds.KVP, ds.SliceThickness, ds.PatientIdentityRemoved = 120, 0.5, "YES"
        ds.StudyInstanceUID, ds.SeriesInstanceUID, ds.FrameOfReferenceUID = study, series, frame
        ds.ImagePositionPatient = [-90.0, -90.0, 1000 + step_mm * k]
        ds.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
        ds.PixelSpacing = [spacing_mm, spacing_mm]
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
        ds.Rows, ds.Columns = size, size
        ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 1
        ds.RescaleSlope, ds.RescaleIntercept = 1, -1024
        block = ds.private_block(0x0019, "BENCHMARK", create=True)
        for n in range(ELEMENTS):
            block.add_new(n, "LO", f"value {n} of a private element")
        ds.PixelData = (body + noise + 1024).astype("<i2").tobytes()
        ds["PixelData"].VR = "OW"
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        if syntax != ExplicitVRLittleEndian:
            ds.compress(syntax, generate_instance_uid=False)
        ds.save_as(folder / f"{order[k]:05d}", enforce_file_format=True)
    return folder


def vessel(folder: Path) -> Floats:
    """Return points of a line as long as a right coronary artery, through the middle."""
    grid = open_series(folder).grid
    low, high = 0.2, 0.8
    t = np.linspace(0, 1, 200)[:, None]
    k, j, i = np.array(grid.shape_kji) - 1
    start = np.array([high * k, 0.35 * j, 0.3 * i])
    bend = np.concatenate([-(high - low) * k * t, 0.22 * j * np.sin(3 * t), 0.2 * i * t], axis=1)
    return grid.points(start + bend)


def read_whole(folder: Path) -> int:
    """Read all slices."""
    opened = open_series(folder)
    corners = opened.grid.points(np.array([[0.0, 0, 0], np.array(opened.grid.shape_kji) - 1]))
    return read(opened, corners, margin_mm=0)[0].stored.size


def read_crop(folder: Path, points: Floats) -> int:
    """Open the series and read what one vessel needs."""
    return read(open_series(folder), points, margin_mm=MARGIN_MM)[0].stored.size


def by_simpleitk(folder: Path) -> int:
    """Read the series as SimpleITK's documentation says."""
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
    return int(reader.Execute().GetNumberOfPixels())


def heads_by_pydicom(folder: Path) -> int:
    """Read all heads with pydicom."""
    return len([pydicom.dcmread(file, stop_before_pixels=True) for file in folder.iterdir()])


def interleaved(rounds: int, tasks: dict[str, Callable[[], int]]) -> dict[str, Timing]:
    """Time each task once per round, after one untimed round."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for n in range(rounds + 1):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            if n:
                seconds[name].append(time.perf_counter() - start)
    return {name: Timing(name, tuple(found)) for name, found in seconds.items()}


def run(folder: Path, *, slices: int, size: int, jpegls_slices: int, rounds: int) -> list[str]:
    """Return the lines of the table."""
    plain = write_series(folder / "plain", slices, size, ExplicitVRLittleEndian)
    packed = write_series(folder / "jpegls", jpegls_slices, size, JPEGLSLossless)
    points, packed_points = vessel(plain), vessel(packed)
    times = interleaved(
        rounds,
        {
            "heads, pydicom": lambda: heads_by_pydicom(plain),
            "heads, ours": lambda: len(scan(plain).headers),
            "whole, SimpleITK": lambda: by_simpleitk(plain),
            "whole, ours": lambda: read_whole(plain),
            "crop, ours": lambda: read_crop(plain, points),
        },
    )
    times |= interleaved(
        max(1, rounds // 2),
        {
            "JPEG-LS whole, SimpleITK": lambda: by_simpleitk(packed),
            "JPEG-LS crop, ours": lambda: read_crop(packed, packed_points),
        },
    )
    pairs = (
        ("heads, ours", "heads, pydicom", 10),
        ("whole, ours", "whole, SimpleITK", 3),
        ("crop, ours", "whole, SimpleITK", 12),
        ("JPEG-LS crop, ours", "JPEG-LS whole, SimpleITK", 1.4),
    )
    lines = [
        f"{slices} slices of {size} x {size}, {rounds} rounds",
        f"{'ours':22}{'against':28}{'median s':>10}{'minimum s':>11}"
        f"{'ratio med.':>12}{'ratio min.':>12}{'goal':>7}",
    ]
    for ours, other, goal in pairs:
        a, b = times[ours], times[other]
        lines.append(
            f"{ours:22}{other:28}{a.median:10.4f}{a.least:11.4f}"
            f"{b.median / a.median:12.1f}{b.least / a.least:12.1f}{goal:>7}"
        )
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="a few small slices, one round")
    parser.add_argument("--slices", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=7)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        if given.tiny:
            lines = run(Path(folder), slices=12, size=64, jpegls_slices=6, rounds=1)
        else:
            lines = run(
                Path(folder), slices=given.slices, size=512,
                jpegls_slices=given.slices // 4, rounds=given.rounds,
            )  # fmt: skip
    print("\n".join(lines))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
