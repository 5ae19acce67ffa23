"""Two images in one series, half a step apart, numbered by position: no header tells them apart."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ctocalc.batch.scan import open_scan, read_scan
from ctocalc.dicom.listing import listing
from ctocalc.dicom.read import open_series, read
from ctocalc.dicom.series import find_series
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Series, hu_at, put_hu, write

FINE = Series(shape=(48, 60, 72), step_mm=0.25)


def interleaved(folder: Path, *, apart_mm: float, thickness: float | None = 0.5) -> Path:
    """Every second slice shows a patient who moved to the left."""
    folder.mkdir()
    for n, ds in enumerate(FINE.datasets()):
        at = np.array(ds.ImagePositionPatient, dtype=float)
        put_hu(ds, hu_at(FINE.points(at) - [apart_mm * (n % 2), 0, 0]))
        ds.SliceThickness = thickness
        write(ds, folder / f"{n:03d}")
    return folder


@pytest.mark.parametrize("apart_mm", [1.0, 2.5])
def test_slices_that_take_turns_are_refused(tmp_path: Path, apart_mm: float) -> None:
    opened = open_series(interleaved(tmp_path / "two", apart_mm=apart_mm))
    with pytest.raises(ImageRefused, match="between 2 images") as refused:
        read(opened, FINE.centre()[None], margin_mm=8)
    assert refused.value.code is Code.SEVERAL_PHASES


def test_inspect_tells_where_thickness_raises_the_question(tmp_path: Path) -> None:
    (image,) = listing(find_series(interleaved(tmp_path / "two", apart_mm=1.0)))
    assert image.code is Code.SEVERAL_PHASES
    (image,) = listing(find_series(interleaved(tmp_path / "one", apart_mm=0.0)))
    assert image.usable


def test_thickness_is_not_needed_to_read_rightly(tmp_path: Path) -> None:
    opened = open_series(interleaved(tmp_path / "two", apart_mm=1.0, thickness=None))
    with pytest.raises(ImageRefused, match="between 2 images"):
        read(opened, FINE.centre()[None], margin_mm=8)


def test_a_volume_made_of_two_images_is_refused_too(tmp_path: Path) -> None:
    sitk = pytest.importorskip("SimpleITK")
    for name, apart_mm in (("one", 0.0), ("two", 1.5)):
        voxels = [
            hu_at(FINE.points(FINE.position(k)) - [apart_mm * (k % 2), 0, 0]) for k in range(48)
        ]
        image = sitk.GetImageFromArray(np.array(voxels).astype(np.int16))
        image.SetSpacing((0.3, 0.4, 0.25))
        image.SetOrigin([float(x) for x in FINE.first])
        sitk.WriteImage(image, str(tmp_path / f"{name}.nii.gz"))
    read_scan(open_scan(tmp_path / "one.nii.gz"), FINE.centre()[None], margin_mm=8)
    with pytest.raises(ImageRefused, match="between 2 images"):
        read_scan(open_scan(tmp_path / "two.nii.gz"), FINE.centre()[None], margin_mm=8)


def _moved(ds: Dataset, pixels: int) -> None:
    stored = np.frombuffer(ds.PixelData, "<i2").reshape(ds.Rows, ds.Columns)
    ds.PixelData = np.roll(stored, pixels, axis=1).tobytes()


@pytest.mark.parametrize("pixels", [0, 2])
def test_a_real_scan_is_one_image_until_half_of_it_moves(tmp_path: Path, pixels: int) -> None:
    import pydicom

    real = Path(__file__).parents[1] / "data" / "nlst_lad" / "dicom"
    files = sorted(real.iterdir())
    datasets = sorted(map(pydicom.dcmread, files), key=lambda ds: ds.ImagePositionPatient[2])
    for n, ds in enumerate(datasets):
        ds.decompress()
        _moved(ds, pixels * (n % 2))
        ds.save_as(tmp_path / f"{n}")
    opened = open_series(tmp_path)
    middle = opened.grid.points((np.array(opened.grid.shape_kji) - 1) / 2)
    if not pixels:
        assert read(opened, middle[None], margin_mm=40)[0].stored.shape[0] > 30
        return
    with pytest.raises(ImageRefused, match="between 2 images"):
        read(opened, middle[None], margin_mm=40)
