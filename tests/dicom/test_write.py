"""A written series read back: by pydicom, and by the package's own reader."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread

from ctocalc.dicom.read import open_series, read
from ctocalc.dicom.write import Acquisition, write_series
from ctocalc.errors import OutputFailed
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume


def volume() -> Volume:
    turn = np.linalg.qr(np.array([[0.9, 0.2, -0.1], [-0.2, 0.95, 0.1], [0.15, -0.1, 0.9]]))[0]
    affine = np.eye(4)
    affine[:3, :3] = turn * np.array([0.6, 0.42, 0.36])
    affine[:3, 3] = [-31.25, 12.5, 99.875]
    grid = VoxelGrid(shape_kji=(5, 7, 9), lps_from_kji=affine)
    rng = np.random.default_rng(2)
    stored = rng.integers(0, 2000, (5, 7, 9)).astype(np.int16)
    return Volume(stored=stored, slope=1.0, intercept=-1024.0, grid=grid)


FACTS = Acquisition(label="case-1", kvp=100)


@pytest.mark.parametrize("compressed", [False, True])
def test_position_spacing_and_hu_come_back(tmp_path: Path, compressed: bool) -> None:
    if compressed:
        pytest.importorskip("jpeg_ls", reason="JPEG-LS needs pyjpegls")
    given = volume()
    facts = Acquisition(label="case-1", kvp=100, compressed=compressed)
    slices = [dcmread(path) for path in write_series(given, tmp_path / "out", facts)]
    slices.sort(key=lambda one: int(one.InstanceNumber))
    for k, one in enumerate(slices):
        hu = one.pixel_array * float(one.RescaleSlope) + float(one.RescaleIntercept)
        assert np.array_equal(hu, given.hu()[k])
        position = [float(x) for x in one.ImagePositionPatient]
        assert position == pytest.approx(given.grid.points(np.array([k, 0.0, 0.0])), abs=1e-6)
        # Rows are 0.42 mm apart, columns 0.36 mm: rows come first.
        assert [float(x) for x in one.PixelSpacing] == pytest.approx([0.42, 0.36])
        row, column = np.array(one.ImageOrientationPatient, dtype=float).reshape(2, 3)
        corner = position + row * 0.36 * 8 + column * 0.42 * 6
        assert corner == pytest.approx(given.grid.points(np.array([k, 6.0, 8.0])), abs=1e-5)
    assert {one.KVP for one in slices} == {100}
    assert {one.PatientIdentityRemoved for one in slices} == {"YES"}


def test_the_files_are_in_no_order_and_share_one_series(tmp_path: Path) -> None:
    write_series(volume(), tmp_path / "out", FACTS)
    found = [dcmread(path) for path in sorted((tmp_path / "out").iterdir())]
    numbers = [int(one.InstanceNumber) for one in found]
    assert sorted(numbers) == [1, 2, 3, 4, 5]
    assert numbers not in ([1, 2, 3, 4, 5], [5, 4, 3, 2, 1])
    assert len({one.SOPInstanceUID for one in found}) == 5
    for role in ("SeriesInstanceUID", "StudyInstanceUID", "FrameOfReferenceUID"):
        assert len({one[role].value for one in found}) == 1


def test_the_same_volume_gives_the_same_bytes(tmp_path: Path) -> None:
    one = write_series(volume(), tmp_path / "one", FACTS)
    two = write_series(volume(), tmp_path / "two", FACTS)
    assert [p.name for p in one] == [p.name for p in two]
    assert [p.read_bytes() for p in one] == [p.read_bytes() for p in two]


def test_a_folder_with_files_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    with pytest.raises(OutputFailed, match="not empty"):
        write_series(volume(), tmp_path / "out", FACTS)
    assert [p.name for p in tmp_path.iterdir()] == ["out"]
    assert (tmp_path / "out" / "mine.txt").read_text() == "kept"


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFailed, match="could not be written"):
        write_series(volume(), tmp_path / "file" / "out", FACTS)


def test_the_own_reader_sees_the_same_grid_and_voxels(tmp_path: Path) -> None:
    given = volume()
    write_series(given, tmp_path / "out", FACTS)
    scan = open_series(tmp_path / "out")
    corners = given.grid.points(np.array([[0.0, 0, 0], [4, 6, 8]]))
    found, notices, _ = read(scan, corners, margin_mm=0.0)
    assert not [n for n in notices if n.code in {"SPACING_IRREGULAR", "IDENTITY_PRESENT"}]
    kji = np.stack(np.meshgrid(*(np.arange(n) for n in (5, 7, 9)), indexing="ij"), axis=-1)
    back = np.rint(found.grid.indices(given.grid.points(kji.astype(float)))).astype(int)
    assert np.array_equal(found.hu()[tuple(np.moveaxis(back, -1, 0))], given.hu())
    assert found.grid.indices(corners) == pytest.approx(back[[0, 4], [0, 6], [0, 8]], abs=1e-4)
