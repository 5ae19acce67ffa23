"""Which reader a SERIES needs: the only place where DICOM and volume files meet."""

from pathlib import Path

from ctocalc._arrays import Floats
from ctocalc.dicom import read as dicom
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.files import images
from ctocalc.image.turns import refuse_turns
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
    if not series.exists():
        raise ImageRefused(
            Code.NO_IMAGES,
            "The path given as SERIES does not exist; give a folder of DICOM files, or a NIfTI, "
            "NRRD or MHA file.",
        )


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
    volume, notices, digest = images.read(scan, points_lps_mm, margin_mm=margin_mm)
    refuse_turns(volume)
    return volume, notices, digest
