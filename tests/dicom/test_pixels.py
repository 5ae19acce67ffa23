"""Pixels: every syntax gives pydicom's values; damage and loss are named."""

import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    MRImageStorage,
    RLELossless,
)

from ctocalc.dicom.pixels import decode, read_block
from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Series, files, header_of, hu_at, save, write
from tests.hostile import originals

SYNTAXES = (
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    RLELossless,
    JPEGLSLossless,
)
SMALL = Series(shape=(6, 8, 9))


def _hu(file: Path) -> np.ndarray:
    header = header_of(file)
    assert header is not None
    stored, _ = decode(header)
    return np.asarray(stored * np.float64(header.slope) + header.intercept)


def _pydicom_hu(file: Path) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ds = pydicom.dcmread(file, force=True)
        values = ds.pixel_array.astype(np.float64)
    return np.asarray(
        values * float(ds.get("RescaleSlope", 1)) + float(ds.get("RescaleIntercept", 0))
    )


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(("bits", "signed"), [(16, True), (16, False), (12, False), (12, True)])
def test_every_syntax_gives_the_values_that_were_written(
    tmp_path: Path, syntax: str, bits: int, signed: bool
) -> None:
    series = Series(shape=(5, 8, 9), bits=bits, signed=signed, intercept=-1000.0)
    save(series.datasets(), tmp_path, syntax=syntax)
    opened = open_series(tmp_path)
    volume, _, digest = read(opened, series.centre()[None], margin_mm=50)
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).astype(float)
    np.testing.assert_allclose(volume.hu(), hu_at(volume.grid.points(kji)), atol=1.001)
    assert volume.stored.dtype == (np.uint16 if bits == 16 and not signed else np.int16)
    assert len(digest) == 64
    for file in files(tmp_path):
        np.testing.assert_array_equal(_hu(file), _pydicom_hu(file))


def test_wanted_rows_are_those_of_the_whole_slice(tmp_path: Path) -> None:
    for syntax in (ExplicitVRLittleEndian, RLELossless):
        folder = save(SMALL.datasets(), tmp_path / syntax, syntax=syntax)
        headers = tuple(filter(None, (header_of(file) for file in files(folder))))
        whole = read_block(headers, slice(0, 8))
        part = read_block(headers, slice(2, 5))
        np.testing.assert_array_equal(part.stored, whole.stored[:, 2:5])
        assert part.digest != whole.digest


def test_the_slope_of_a_compressed_slice_is_applied_once(tmp_path: Path) -> None:
    """SimpleITK hands out rescaled values, of CT and of MR."""
    for name, sop_class in (("ct", None), ("mr", MRImageStorage)):
        ds = Series(shape=(1, 8, 9), slope=0.5, intercept=3.0).datasets()[0]
        if sop_class:
            ds.SOPClassUID, ds.Modality = sop_class, "MR"
        write(ds, tmp_path / name, JPEGLSLossless)
        expected = hu_at(SMALL.points(SMALL.first))
        np.testing.assert_allclose(_hu(tmp_path / name), expected, atol=0.26)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("lost", [1, 40])
def test_a_file_that_was_cut_off_is_refused_where_it_is_needed(
    tmp_path: Path, syntax: str, lost: int
) -> None:
    series = Series(shape=(12, 8, 9), step_mm=1.0)
    datasets = series.datasets()
    save(datasets, tmp_path, syntax=syntax)
    target = tmp_path / f"im{datasets[9].InstanceNumber - 1:04d}"
    if syntax == DeflatedExplicitVRLittleEndian:
        lost = 40  # the last byte of a deflated stream is no pixel
    end = 8 if syntax in (RLELossless, JPEGLSLossless) else 0  # the closing delimiter
    target.write_bytes(target.read_bytes()[: -lost - end])
    opened = open_series(tmp_path)
    near, far = series.points(series.position(9))[4, 4], series.points(series.position(2))[4, 4]
    with pytest.raises(ImageRefused) as refused:
        read(opened, near[None], margin_mm=1)
    assert refused.value.code is Code.TRUNCATED
    assert str(tmp_path) not in str(refused.value)
    read(opened, far[None], margin_mm=1)


def _slope_zero(ds: Dataset) -> None:
    ds.RescaleSlope = 0


def _shifted(ds: Dataset) -> None:
    ds.BitsStored, ds.HighBit = 12, 15


def _short(ds: Dataset) -> None:
    ds.Rows = 9


@pytest.mark.parametrize("edit", [_slope_zero, _shifted, _short])
def test_pixels_that_mean_nothing_are_refused(tmp_path: Path, edit: object) -> None:
    ds = Series(shape=(1, 8, 9)).datasets()[0]
    assert callable(edit)
    edit(ds)
    write(ds, tmp_path / "x")
    header = header_of(tmp_path / "x")
    assert header is not None
    with pytest.raises(ImageRefused):
        decode(header)


def test_damaged_compressed_pixels_are_refused_in_silence(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "DOE^JANE"
    save(SMALL.datasets(), folder, syntax=JPEGLSLossless)
    for file in files(folder):
        data = bytearray(file.read_bytes())
        header = header_of(file)
        assert header is not None
        assert header.pixel_offset is not None
        data[header.pixel_offset + 24 : -8] = b"\x5a" * len(data[header.pixel_offset + 24 : -8])
        file.write_bytes(data)
    with pytest.raises(ImageRefused) as refused:
        read(open_series(folder), SMALL.centre()[None], margin_mm=50)
    assert refused.value.code is Code.PIXELS_UNDECODABLE
    said = capfd.readouterr()
    for text in (said.out, said.err, str(refused.value)):
        assert "DOE" not in text
        assert str(tmp_path) not in text


@pytest.mark.parametrize("kind", ["JPEG", "JPEG2000", "jpegls"])
def test_a_codestream_that_ends_early_is_refused(tmp_path: Path, kind: str) -> None:
    """The file is whole and its items fit, but decoders would make up the rest."""
    folder = originals(tmp_path) / kind
    for file in files(folder):
        ds = pydicom.dcmread(file)
        (frame,) = generate_frames(ds.PixelData, number_of_frames=1)
        ds.PixelData = encapsulate([frame.rstrip(b"\0")[: len(frame) // 2]])
        ds["PixelData"].is_undefined_length = True
        ds.save_as(file)
    with pytest.raises(ImageRefused) as refused:
        read(open_series(folder), SMALL.centre()[None], margin_mm=50)
    assert refused.value.code is Code.TRUNCATED


@pytest.mark.parametrize(("declared", "present"), [(63536, -2000), (None, -2000), (-32768, -2000)])
def test_filling_outside_the_reconstruction_is_never_air(
    tmp_path: Path, declared: int | None, present: int
) -> None:
    """GE writes -2000 and declares it as unsigned 63536, or declares something else."""

    def fill(_: int, ds: Dataset) -> None:
        pixels = np.frombuffer(ds.PixelData, "<i2").copy()
        pixels[:5] = present
        ds.PixelData = pixels.tobytes()
        if declared is not None:
            vr = "US" if declared > 0 else "SS"
            ds.add_new(0x00280120, vr, declared)

    SMALL.write(tmp_path, edit=fill)
    volume, _, _ = read(open_series(tmp_path), SMALL.centre()[None], margin_mm=50)
    hu = volume.hu()
    assert np.isnan(hu[:, 0, :5]).all()
    assert np.isnan(hu).sum() == 5 * 6


def test_a_declared_padding_that_is_a_ct_value_is_not_believed(tmp_path: Path) -> None:
    def declare(_: int, ds: Dataset) -> None:
        ds.add_new(0x00280120, "US", 1024)

    SMALL.write(tmp_path, edit=declare)
    volume, _, _ = read(open_series(tmp_path), SMALL.centre()[None], margin_mm=50)
    assert not np.isnan(volume.hu()).any()
