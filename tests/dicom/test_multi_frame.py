"""Multi-frame objects: each frame is a slice, with what its functional groups say."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Series, hu_at, oblique, put_hu, write
from tests.multi_frame import ENHANCED, LEGACY, multi_frame

ROW, COLUMN = oblique()
OBLIQUE = Series(shape=(9, 8, 11), row=ROW, column=COLUMN, step_mm=0.6)


def assert_true(folder: Path, phase: str | None = None, series: Series = OBLIQUE) -> None:
    opened = open_series(folder, phase=phase)
    volume, _, _ = read(opened, series.centre()[None], margin_mm=100)
    assert volume.grid.shape_kji == series.shape
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).astype(float)
    assert np.abs(volume.hu() - hu_at(volume.grid.points(kji))).max() <= 1.001


def shuffled(series: Series) -> list[Dataset]:
    return series.datasets(np.random.default_rng(2).permutation(series.shape[0]).astype(float))


@pytest.mark.parametrize("sop_class", [ENHANCED, LEGACY])
@pytest.mark.parametrize(
    "syntax",
    [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian, RLELossless,
     JPEGLSLossless],
)  # fmt: skip
def test_frames_are_slices_in_every_syntax(tmp_path: Path, sop_class: str, syntax: str) -> None:
    write(multi_frame(shuffled(OBLIQUE), sop_class=sop_class), tmp_path / "x", syntax)
    assert_true(tmp_path)
    facts = open_series(tmp_path).facts
    assert (facts.kvp, facts.kernel, facts.slice_thickness_mm) == (120, "Bv40d", 0.6)
    assert facts.slices == 9


def test_frames_with_their_own_rescale(tmp_path: Path) -> None:
    slices = OBLIQUE.datasets()
    for n, ds in enumerate(slices):
        ds.RescaleSlope, ds.RescaleIntercept = 1 + n % 2, -1024 + n
        put_hu(ds, hu_at(OBLIQUE.points(np.array(ds.ImagePositionPatient, dtype=float))))
    write(multi_frame(slices), tmp_path / "x")
    assert_true(tmp_path)


def test_phases_of_one_object_are_chosen(tmp_path: Path) -> None:
    slices = OBLIQUE.datasets([*range(9), *range(9)])
    for n, ds in enumerate(slices):
        ds.NominalPercentageOfCardiacPhase = 40.0 if n < 9 else 75.0
        if n < 9:
            ds.PixelData = bytes(len(ds.PixelData))
    write(multi_frame(slices), tmp_path / "x")
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_PHASES
    assert_true(tmp_path, "75%")
    with pytest.raises(AssertionError):
        assert_true(tmp_path, "40%")


def test_delays_and_temporal_positions_of_frames_are_phases_too(tmp_path: Path) -> None:
    for name, values in (("NominalCardiacTriggerDelayTime", (300.5, 650.5)),
                         ("TemporalPositionIndex", (1, 2))):  # fmt: skip
        slices = OBLIQUE.datasets([*range(9), *range(9)])
        for ds in slices[:9]:
            ds.PixelData = bytes(len(ds.PixelData))
        ds = multi_frame(slices)
        for n, group in enumerate(ds.PerFrameFunctionalGroupsSequence):
            item = Dataset()
            setattr(item, name, values[n // 9])
            group.FrameContentSequence = Sequence([item])
        (tmp_path / name).mkdir()
        write(ds, tmp_path / name / "x")
        assert_true(tmp_path / name, "2")
    assert_true(tmp_path / "NominalCardiacTriggerDelayTime", "650.5ms")


def test_a_series_may_lie_in_several_objects(tmp_path: Path) -> None:
    slices = OBLIQUE.datasets()
    write(multi_frame(slices[:4]), tmp_path / "a")
    write(multi_frame(slices[4:]), tmp_path / "b")
    assert_true(tmp_path)


def test_what_an_object_says_for_all_frames_is_no_position(tmp_path: Path) -> None:
    ds = multi_frame(OBLIQUE.datasets())
    del ds.PerFrameFunctionalGroupsSequence, ds.SharedFunctionalGroupsSequence
    first = OBLIQUE.datasets()[0]
    ds.ImagePositionPatient = first.ImagePositionPatient
    ds.ImageOrientationPatient, ds.PixelSpacing = first.ImageOrientationPatient, [1, 1]
    write(ds, tmp_path / "x")
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.GEOMETRY_MISSING


def test_a_frame_without_a_place_has_not_that_of_the_object(tmp_path: Path) -> None:
    ds = multi_frame(OBLIQUE.datasets())
    ds.ImagePositionPatient = OBLIQUE.datasets()[4].ImagePositionPatient
    del ds.PerFrameFunctionalGroupsSequence[4].PlanePositionSequence
    write(ds, tmp_path / "x")
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.GEOMETRY_MISSING


@pytest.mark.parametrize("frames", [8, 10, 100_000])
def test_a_wrong_number_of_frames_is_refused(tmp_path: Path, frames: int) -> None:
    ds = multi_frame(OBLIQUE.datasets())
    ds.NumberOfFrames = frames
    write(ds, tmp_path / "x")
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.NO_IMAGES


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
def test_a_missing_frame_is_refused_where_it_is_needed(tmp_path: Path, syntax: str) -> None:
    write(multi_frame(OBLIQUE.datasets()), tmp_path / "x", syntax)
    data = (tmp_path / "x").read_bytes()
    (tmp_path / "x").write_bytes(data[:-200])
    opened = open_series(tmp_path)
    last, first = OBLIQUE.position(8), OBLIQUE.position(0)
    with pytest.raises(ImageRefused) as refused:
        read(opened, last[None], margin_mm=0.2)
    assert refused.value.code is Code.TRUNCATED
    read(opened, first[None], margin_mm=0.2)


def test_deflated_frames_are_refused_rather_than_inflated_for_each(tmp_path: Path) -> None:
    write(multi_frame(OBLIQUE.datasets()), tmp_path / "x", DeflatedExplicitVRLittleEndian)
    with pytest.raises(ImageRefused) as refused:
        read(open_series(tmp_path), OBLIQUE.centre()[None], margin_mm=1)
    assert refused.value.code is Code.PIXELS_UNDECODABLE


def test_converted_objects_equal_the_slices_they_were_made_of(shared_data: Path) -> None:
    for name in ("23x38x3", "24x38x3"):
        one, many = (
            read(opened, opened.grid.points(np.zeros(3))[None], margin_mm=100)[0]
            for opened in (
                open_series(shared_data / "dcmqi" / name / kind)
                for kind in ("single_frame", "multi_frame")
            )
        )
        np.testing.assert_array_equal(one.stored, many.stored)
        np.testing.assert_allclose(one.grid.lps_from_kji, many.grid.lps_from_kji)


def test_a_true_enhanced_ct(shared_data: Path) -> None:
    opened = open_series(shared_data / "pydicom" / "eCT_Supplemental.dcm")
    volume, _, _ = read(opened, opened.grid.points(np.zeros(3))[None], margin_mm=500)
    assert (volume.stored.min(), volume.stored.max(), volume.intercept) == (0, 1196, -1024)
    np.testing.assert_allclose(volume.grid.spacing_kji_mm, (10, 0.388672, 0.388672))
    points = volume.grid.points(np.array([[0, 0, 0], [1, 0, 0], [0, 0, 1.0]]))
    assert points[1, 2] - points[0, 2] == pytest.approx(-10)  # its normal points down
    assert points[2, 0] - points[0, 0] == pytest.approx(-0.388672)
