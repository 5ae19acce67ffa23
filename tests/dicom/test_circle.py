"""Outside the reconstruction circle there is nothing: never air."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ctocalc.dicom.read import open_series, read
from ctocalc.image.volume import Volume
from tests.dicom_builder import Edit, Series, hu_at, put_hu

SHAPE = (6, 40, 40)
SQUARE = Series(shape=SHAPE, spacing_mm=(0.4, 0.4))


def beyond(radius_pixels: float) -> np.ndarray:
    j, i = np.mgrid[: SHAPE[1], : SHAPE[2]] - (SHAPE[1] - 1) / 2
    return np.asarray(j**2 + i**2 > radius_pixels**2)


def filled(mask: np.ndarray, hu: float, *, spare: bool = False) -> Edit:
    def edit(n: int, ds: Dataset) -> None:
        values = hu_at(SQUARE.points(np.array(ds.ImagePositionPatient, dtype=float)))
        values[mask] = hu
        if spare and n == 2:
            values[0, 0] = hu + 1
        put_hu(ds, values)

    return edit


def whole(folder: Path) -> Volume:
    return read(open_series(folder), SQUARE.centre()[None], margin_mm=50)[0]


@pytest.mark.parametrize("radius", [20, 17.5])
@pytest.mark.parametrize("hu", [-1024, -1000])
def test_the_filling_of_the_corners_is_not_measured(
    tmp_path: Path, radius: float, hu: float
) -> None:
    mask = beyond(radius)
    volume = whole(SQUARE.write(tmp_path, edit=filled(mask, hu)))
    np.testing.assert_array_equal(np.isnan(volume.hu()), np.broadcast_to(mask, SHAPE))


def test_air_in_the_patient_stays_air(tmp_path: Path) -> None:
    mask = beyond(20)
    air = np.zeros_like(mask)
    air[18:22, 18:22] = True

    def edit(n: int, ds: Dataset) -> None:
        filled(mask | (air if n % 2 else mask), -1024)(n, ds)

    hu = whole(SQUARE.write(tmp_path, edit=edit)).hu()
    assert (hu[:, air] == -1024).sum() == 3 * 16
    assert np.isnan(hu[:, mask]).all()


@pytest.mark.parametrize(("hu", "spare"), [(-90, False), (-1024, True)])
def test_corners_that_are_no_filling_are_kept(tmp_path: Path, hu: float, spare: bool) -> None:
    """Fat, or air with a value of its own: the slice is not round."""
    volume = whole(SQUARE.write(tmp_path, edit=filled(beyond(20), hu, spare=spare)))
    assert not np.isnan(volume.hu()).any()


def test_rows_that_were_read_alone_have_the_same_circle(tmp_path: Path) -> None:
    SQUARE.write(tmp_path, edit=filled(beyond(20), -1024))
    opened = open_series(tmp_path)
    point = SQUARE.points(SQUARE.position(3))[3, 20]
    crop, _, _ = read(opened, point[None], margin_mm=1)
    start = np.rint(opened.grid.indices(crop.grid.points(np.zeros(3)))).astype(int)
    rows = slice(start[1], start[1] + crop.grid.shape_kji[1])
    np.testing.assert_array_equal(np.isnan(crop.hu()[0]), beyond(20)[rows])
