"""Which reader a SERIES needs: the only place where DICOM and volume files meet."""

import os
from pathlib import Path

from ctocalc._arrays import Floats
from ctocalc.dicom import read as dicom
from ctocalc.dicom.kept import KeptPixels
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.files import images
from ctocalc.image.volume import Volume

Scan = dicom.DicomScan | images.ImageScan


def open_scan(series: Path, *, wanted: str | None = None, phase: str | None = None) -> Scan:
    """Return the scan of a folder, a DICOM file or a volume file, without reading a voxel.

    ``wanted`` picks one of several DICOM series: a number or a UID; ``phase`` one of several
    phases: a number, ``75%`` or ``650ms``.  A volume file holds one image, number 1.

    Raises
    ------
    ImageRefused
        When there is no such path, or it holds no scan that can be read.
    """
    require_path(series)
    if series.is_file() and images.is_image_file(series):
        if {wanted, phase} - {None, "1"}:
            raise ImageRefused(
                Code.NO_IMAGES,
                "A volume file holds one image and does not say its phase; leave out --series and "
                "--phase.",
            )
        return images.open_image(series)
    return dicom.open_series(series, wanted=wanted, phase=phase)


def require_path(series: Path) -> None:
    """Refuse a path that does not exist.

    Raises
    ------
    ImageRefused
        NO_IMAGES.
    """
    if not os.path.exists(series):  # noqa: PTH110 - Path raises for names that are too long
        raise ImageRefused(
            Code.NO_IMAGES,
            "The path given as SERIES does not exist; give a folder of DICOM files, or a NIfTI, "
            "NRRD or MHA file.",
        )


class KeptScans:
    """One scan at a time, kept for the next case of it: headers parsed once, voxels read once.

    Results do not depend on it: what is kept are the bytes of the files.
    """

    def __init__(self) -> None:
        self._mark = ""
        self._forget()

    def _forget(self) -> None:
        self._scans: dict[tuple[Path, str | None, str | None], Scan] = {}
        self._pixels, self._voxels = KeptPixels(), images.KeptVoxels()

    def turn_to(self, mark: str) -> None:
        """Forget what is kept unless it is of this scan; ``mark`` is a digest of its files."""
        if mark != self._mark:
            self._mark = mark
            self._forget()

    def open(self, series: Path, *, wanted: str | None, phase: str | None) -> Scan:
        """Return what ``open_scan`` does."""
        name = series, wanted, phase
        if name not in self._scans:
            self._scans[name] = open_scan(series, wanted=wanted, phase=phase)
        return self._scans[name]

    def read(
        self, scan: Scan, points_lps_mm: Floats, *, margin_mm: float
    ) -> tuple[Volume, tuple[Notice, ...], str]:
        """Return what ``read_scan`` does."""
        if isinstance(scan, dicom.DicomScan):
            return dicom.read(scan, points_lps_mm, margin_mm=margin_mm, kept=self._pixels)
        return images.read(scan, points_lps_mm, margin_mm=margin_mm, kept=self._voxels)


def read_scan(
    scan: Scan, points_lps_mm: Floats, *, margin_mm: float
) -> tuple[Volume, tuple[Notice, ...], str]:
    """Read the part of a scan around the points (M, 3); also its warnings and its digest.

    Raises
    ------
    ImageRefused
        When that part cannot be read, is not regular, or is not of one image.
    """
    if isinstance(scan, dicom.DicomScan):
        return dicom.read(scan, points_lps_mm, margin_mm=margin_mm)
    return images.read(scan, points_lps_mm, margin_mm=margin_mm)
