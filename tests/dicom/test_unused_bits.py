"""Bits above BitsStored: overlays and either way of the sign are read, lies refused."""

from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from ctocalc.dicom.pixels import decode
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Series, header_of, write
from tests.hostile import save_compressed

NATIVE = (
    ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian, RLELossless,
)  # fmt: skip
LIED = 4095
"""A calcification of 3071 HU, beyond what 11 or 12 signed bits hold."""


def _slice(words: np.ndarray, *, signed: bool, bits: int, intercept: float = -1024.0) -> Dataset:
    series = Series(shape=(1, 8, 9), signed=signed, bits=bits, intercept=intercept)
    (ds,) = series.datasets()
    ds.PixelData = words.astype("<u2").tobytes()
    return ds


def _decoded(ds: Dataset, file: Path, syntax: str) -> np.ndarray:
    write(ds, file, syntax)
    header = header_of(file)
    assert header is not None
    return decode(header)[0]


def _overlay(ds: Dataset, group: int, bit: int) -> None:
    ds.add_new(group << 16 | 0x0100, "US", 16)
    ds.add_new(group << 16 | 0x0102, "US", bit)


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("signed", [True, False])
def test_declared_overlays_are_masked_and_no_other_bit(
    tmp_path: Path, syntax: str, signed: bool
) -> None:
    values = np.arange(72).reshape(8, 9) * 20 - (700 if signed else 0)
    planes = np.arange(72).reshape(8, 9) % 4 << 13  # bits 13 and 14
    ds = _slice(values & 0x0FFF | planes, signed=signed, bits=12)
    for group, bit in ((0x6000, 13), (0x6002, 14), (0x6004, 0)):
        _overlay(ds, group, bit)
    np.testing.assert_array_equal(_decoded(ds, tmp_path / "x", syntax), values)
    ds = _slice(values & 0x0FFF | planes, signed=signed, bits=12)
    _overlay(ds, 0x6000, 13)
    with pytest.raises(ImageRefused, match="declares no overlay") as refused:
        _decoded(ds, tmp_path / "y", syntax)
    assert refused.value.code is Code.PIXELS_UNDECODABLE


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("extended", [True, False])
def test_a_sign_is_read_whether_or_not_the_unused_bits_repeat_it(
    tmp_path: Path, syntax: str, extended: bool
) -> None:
    values = np.arange(72).reshape(8, 9) * 20 - 1000
    ds = _slice(values & (0xFFFF if extended else 0x0FFF), signed=True, bits=12, intercept=0.0)
    np.testing.assert_array_equal(_decoded(ds, tmp_path / "x", syntax), values)


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize(("signed", "bits"), [(True, 12), (True, 11), (False, 11), (False, 9)])
def test_values_beyond_bits_stored_are_refused_and_never_wrap(
    tmp_path: Path, syntax: str, signed: bool, bits: int
) -> None:
    words = np.arange(72).reshape(8, 9) * 7
    words[4, 4] = LIED
    with pytest.raises(ImageRefused, match="BitsStored") as refused:
        _decoded(_slice(words, signed=signed, bits=bits), tmp_path / "x", syntax)
    assert refused.value.code is Code.PIXELS_UNDECODABLE


def test_signs_that_are_extended_here_and_not_there_are_refused(tmp_path: Path) -> None:
    words = np.arange(72).reshape(8, 9) * 7
    words[2, 2], words[3, 3] = 0xFFF0, 0x0FF0
    with pytest.raises(ImageRefused, match="BitsStored"):
        _decoded(_slice(words, signed=True, bits=12), tmp_path / "x", ExplicitVRLittleEndian)


@pytest.mark.parametrize("compressor", ["JPEG", "JPEG2000"])
@pytest.mark.parametrize("signed", [True, False])
def test_a_codestream_of_more_bits_than_its_header_says_is_not_cut(
    tmp_path: Path, compressor: str, signed: bool
) -> None:
    words = np.arange(72).reshape(8, 9) * 7
    words[4, 4] = LIED
    save_compressed(_slice(words, signed=signed, bits=16), tmp_path / "x", compressor)
    ds = pydicom.dcmread(tmp_path / "x")
    for bits, lies in ((14, False), (13, False), (11, True)):
        ds.BitsStored, ds.HighBit = bits, bits - 1
        ds.save_as(tmp_path / "y")
        header = header_of(tmp_path / "y")
        assert header is not None
        if lies:
            with pytest.raises(ImageRefused, match="BitsStored"):
                decode(header)
        else:
            np.testing.assert_array_equal(decode(header)[0], words)
