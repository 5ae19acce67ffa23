"""Phases, rescale, crops and digests of a series that is read around some points."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ctocalc.dicom.folder import scan
from ctocalc.dicom.geometry import arrange
from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import CANARY, Edit, Series, hu_at, put_hu, save
from tests.known_series import FLAT, OBLIQUE, around, assert_true, codes, read_around


def phases(series: Series, shift: float, edit: Edit) -> list[Dataset]:
    both = [float(k) for k in range(series.shape[0])]
    datasets = series.datasets(both + [k + shift for k in both])
    for n, ds in enumerate(datasets):
        edit(n >= len(both), ds)
    return datasets


def _percent(second: int, ds: Dataset) -> None:
    ds.NominalPercentageOfCardiacPhase = 75.0 if second else 40.0


def _trigger(second: int, ds: Dataset) -> None:
    ds.TriggerTime = 650 if second else 300


def _acquisition(second: int, ds: Dataset) -> None:
    ds.AcquisitionNumber = 1 + int(second)


@pytest.mark.parametrize("edit", [_percent, _trigger, _acquisition])
def test_two_phases_in_one_series_are_told_apart(tmp_path: Path, edit: Edit) -> None:
    save(phases(FLAT, 0.0, edit), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_PHASES
    assert "2 images" in str(refused.value)


def test_phases_between_each_other_are_not_stacked(tmp_path: Path) -> None:
    """Shifted by half a step they would pass for one series with half the step."""
    save(phases(FLAT, 0.5, _percent), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_PHASES


def test_slabs_with_their_own_trigger_times_are_one_image(tmp_path: Path) -> None:
    def slabs(n: int, ds: Dataset) -> None:
        ds.TriggerTime, ds.AcquisitionNumber = 300 + 10 * (n // 10), n // 10

    FLAT.write(tmp_path, edit=slabs)
    volume, _ = read_around(tmp_path, FLAT)
    assert_true(volume)


def test_phases_that_nothing_tells_apart_are_duplicates(tmp_path: Path) -> None:
    save(phases(FLAT, 0.0, lambda _n, _ds: None), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SLICE_DUPLICATE


def test_each_slice_has_its_own_rescale(tmp_path: Path) -> None:
    def own(n: int, ds: Dataset) -> None:
        ds.RescaleIntercept, ds.RescaleSlope = -1024 + 3 * n, 1 if n % 2 else 2
        put_hu(ds, hu_at(FLAT.points(np.array(ds.ImagePositionPatient, dtype=float))))

    FLAT.write(tmp_path, edit=own)
    volume, _ = read_around(tmp_path, FLAT)
    assert (volume.stored.dtype.name, volume.slope, volume.intercept) == ("float32", 1.0, 0.0)
    assert_true(volume)


def test_a_slope_below_one_keeps_its_decimals(tmp_path: Path) -> None:
    series = Series(slope=0.1, intercept=0.0)
    series.write(tmp_path)
    volume, _ = read_around(tmp_path, series)
    assert (volume.stored.dtype.name, volume.slope) == ("int16", 0.1)
    assert_true(volume)


def test_one_slice_is_no_volume_and_two_are(tmp_path: Path) -> None:
    one, two = Series(shape=(1, 4, 5)), Series(shape=(2, 4, 5))
    with pytest.raises(ImageRefused) as refused:
        open_series(one.write(tmp_path / "1"))
    assert refused.value.code is Code.TOO_FEW_SLICES
    assert open_series(two.write(tmp_path / "2")).grid.shape_kji == (2, 4, 5)


def test_crops_equal_the_same_region_of_the_whole(tmp_path: Path) -> None:
    OBLIQUE.write(tmp_path)
    opened = open_series(tmp_path)
    whole, _, _ = read(opened, around(OBLIQUE), margin_mm=100)
    rng = np.random.default_rng(3)
    for _ in range(20):
        points = whole.grid.points(rng.uniform(0, np.array(whole.grid.shape_kji) - 1, (3, 3)))
        crop, _, _ = read(opened, points, margin_mm=float(rng.uniform(0, 3)))
        start = np.rint(whole.grid.indices(crop.grid.points(np.zeros(3)))).astype(int)
        box = tuple(slice(a, a + n) for a, n in zip(start, crop.grid.shape_kji, strict=True))
        np.testing.assert_array_equal(crop.stored, whole.stored[box])
        assert crop.grid.inside(points).all()


def test_the_digest_follows_what_was_used_and_nothing_else(tmp_path: Path) -> None:
    def digest(name: str, edit: Edit | None = None, seed: int = 0) -> str:
        opened = open_series(FLAT.write(tmp_path / name, edit=edit, seed=seed))
        return read(opened, around(FLAT), margin_mm=2)[2]

    def rename(_: int, ds: Dataset) -> None:
        ds.PatientName, ds.StudyDate = "OTHER", "20210101"

    def pixel(k: int) -> Edit:
        def edit(n: int, ds: Dataset) -> None:
            if n == k:
                data = bytearray(ds.PixelData)
                data[600] ^= 1
                ds.PixelData = bytes(data)

        return edit

    def voltage(_: int, ds: Dataset) -> None:
        ds.KVP = 100

    same = digest("a")
    assert len(same) == 64
    assert digest("b", seed=4) == same
    assert digest("c", rename) == same
    assert digest("d", pixel(0)) == same  # far from the points: not used
    assert digest("e", pixel(20)) != same
    assert digest("f", voltage) != same


def test_no_message_carries_the_patient(tmp_path: Path) -> None:
    folder = tmp_path / "DOE^JANE"
    save(FLAT.datasets([*range(6), *range(5, 40), 45.0]), folder)
    (folder / "cut").write_bytes(b"\0" * 128 + b"DICM" + CANARY.encode())
    opened = open_series(folder)
    notices = opened.notices + read(opened, around(FLAT), margin_mm=2)[1]
    assert codes(notices) >= {Code.SLICE_DUPLICATE, Code.SLICE_MISSING, Code.FILES_SET_ASIDE}
    with pytest.raises(ImageRefused) as refused:
        read(opened, around(FLAT), margin_mm=50)
    said = " ".join(n.message for n in notices) + str(refused.value)
    for secret in ("CANARY", "DOE", "2020", str(tmp_path)):
        assert secret not in said


def test_slices_stay_in_the_order_of_their_normal(tmp_path: Path) -> None:
    OBLIQUE.write(tmp_path)
    stack = arrange(scan(tmp_path).headers)
    assert (np.diff(stack.depth_mm) > 0).all()
    np.testing.assert_allclose(np.diff(stack.depth_mm), 0.5, atol=1e-6)
