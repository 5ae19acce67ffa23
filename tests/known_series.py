"""Two series whose HU is known at every point, one of them oblique, and their reading."""

from pathlib import Path

import numpy as np

from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, Notice
from ctocalc.image.volume import Volume
from tests.dicom_builder import Series, hu_at, oblique

FLAT = Series()
ROW, COLUMN = oblique()
OBLIQUE = Series(row=ROW, column=COLUMN)


def around(series: Series, *, spread_mm: float = 1.0) -> np.ndarray:
    """Return points in the middle of the scan."""
    return np.array([series.centre() + d * spread_mm * series.normal for d in (-1, 0, 1)])


def codes(notices: tuple[Notice, ...]) -> set[Code]:
    return {notice.code for notice in notices}


def assert_true(volume: Volume) -> None:
    """Every voxel has the HU that belongs to its own point in the patient."""
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).astype(float)
    expected = hu_at(volume.grid.points(kji))
    assert np.abs(volume.hu() - expected).max() <= 1.001  # two roundings of a steep pattern


def read_around(folder: Path, series: Series, margin_mm: float = 3.0) -> tuple[Volume, set[Code]]:
    opened = open_series(folder)
    volume, notices, _ = read(opened, around(series), margin_mm=margin_mm)
    return volume, codes(opened.notices + notices)
