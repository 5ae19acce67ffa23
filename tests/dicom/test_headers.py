"""Headers: the struct walk says what pydicom says, and nothing trips or leaks."""

import logging
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ctocalc.dicom import tags
from ctocalc.dicom.elements import HEAD_BYTES, by_pydicom, walk
from ctocalc.dicom.folder import LINK, UNREADABLE, scan
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import CANARY, Series, files, header_of, write


def _same(file: Path) -> bool:
    """Check one file both ways; return whether the walk understood it."""
    walked = walk(file.read_bytes(), file.stat().st_size)
    if walked is None:
        return False
    data = file.read_bytes()
    slow = by_pydicom(data, len(data))
    (raw,), (slow_raw,) = walked.frames, slow.frames
    for tag in tags.WANTED - {tags.TRANSFER_SYNTAX}:
        # pydicom hands out some elements already converted, without their padding
        assert raw.get(tag, b"").rstrip(b"\0 ") == slow_raw.get(tag, b"").rstrip(b"\0 "), hex(tag)
    found = (walked.pixel_offset, walked.pixel_length, walked.size)
    assert found == (slow.pixel_offset, slow.pixel_length, slow.size)
    return True


def test_walk_equals_pydicom_on_every_shared_file(shared_data: Path) -> None:
    walked = total = 0
    for file in files(shared_data):
        with file.open("rb") as stream:
            if stream.read(132)[128:] != b"DICM":
                continue
        total += 1
        walked += _same(file)
    assert total > 240
    assert walked > 160  # the rest is implicit, big endian, deflated or without pixels


def test_parsed_values_are_those_of_pydicom(shared_data: Path) -> None:
    checked = 0
    for file in files(shared_data):
        try:
            header = header_of(file)
        except Exception:
            continue
        if header is None or not header.shared.rows:
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ds = pydicom.dcmread(file, force=True)
            shared = header.shared
            if shared.frames > 1:  # these speak by their functional groups
                continue
            assert list(header.position) == list(ds.get("ImagePositionPatient") or [])
            assert list(shared.orientation) == list(ds.get("ImageOrientationPatient") or [])
            assert list(shared.pixel_spacing) == list(ds.get("PixelSpacing") or [])
            assert (header.slope, header.intercept) == (
                float(ds.get("RescaleSlope", 1)), float(ds.get("RescaleIntercept", 0)),
            )  # fmt: skip
            assert (shared.rows, shared.columns) == (ds.Rows, ds.Columns)
            assert (shared.bits_allocated, shared.bits_stored, shared.high_bit) == (
                ds.BitsAllocated, ds.BitsStored, ds.HighBit,
            )  # fmt: skip
            assert shared.signed == bool(ds.PixelRepresentation)
            assert shared.modality == ds.Modality
            assert shared.frames == int(ds.get("NumberOfFrames") or 1)
            assert shared.kvp == (float(ds.KVP) if ds.get("KVP") else None)
            assert shared.series_uid == ds.SeriesInstanceUID
        checked += 1
    assert checked > 240


def test_tags_inside_sequences_are_not_taken_for_the_slices_own(tmp_path: Path) -> None:
    ds = Series().datasets([0])[0]
    inner = Dataset()
    inner.ImagePositionPatient, inner.PixelSpacing, inner.Rows = [9, 9, 9], [9, 9], 9
    outer = Dataset()
    outer.ReferencedImageSequence = Sequence([inner, inner])
    outer["ReferencedImageSequence"].is_undefined_length = True
    outer.PixelSpacing = [8, 8]
    ds.SourceImageSequence = Sequence([outer])
    ds.AnatomicRegionSequence = Sequence([inner])
    for undefined in (True, False):
        ds["SourceImageSequence"].is_undefined_length = undefined
        for item in (inner, outer):
            item.is_undefined_length_sequence_item = undefined
        file = tmp_path / f"x{undefined}"
        write(ds, file)
        assert _same(file)
        header = header_of(file)
        assert header is not None
        assert header.position == (-7, 11, 100)
        assert header.shared.pixel_spacing == (0.4, 0.3)


def test_a_head_longer_than_one_read_is_still_read(tmp_path: Path) -> None:
    ds = Series().datasets([0])[0]
    block = ds.private_block(0x0019, "VENDOR", create=True)
    block.add_new(1, "OB", bytes(3 * HEAD_BYTES))
    write(ds, tmp_path / "long")
    header = header_of(tmp_path / "long")
    assert header is not None
    assert header.position == (-7, 11, 100)
    assert header.pixel_offset == (tmp_path / "long").stat().st_size - header.pixel_length


def test_a_file_without_preamble_is_read(tmp_path: Path) -> None:
    ds = Series().datasets([0])[0]
    for implicit in (True, False):
        bare = tmp_path / f"bare{implicit}"
        pydicom.dcmwrite(bare, ds, implicit_vr=implicit, little_endian=True)
        assert bare.read_bytes()[:2] == b"\x08\x00"
        header = header_of(bare)
        assert header is not None
        assert header.shared.syntax == (tags.IMPLICIT_LE if implicit else tags.EXPLICIT_LE)
        assert header.pixel_length == 20 * 30 * 2


def test_scan_sets_junk_aside_and_survives_loops(tmp_path: Path) -> None:
    Series(shape=(4, 5, 6)).write(tmp_path / "a" / "b")
    (tmp_path / ".DS_Store").write_bytes(b"\0\0\0\1Bud1" * 40)
    (tmp_path / "notes.txt").write_text("x" * 500)
    (tmp_path / "empty").touch()
    (tmp_path / "cut").write_bytes(b"\0" * 128 + b"DICM" + b"\x02\0\0\0UL\4")
    (tmp_path / "a" / "loop").symlink_to(tmp_path)
    found = scan(tmp_path)
    assert (len(found.headers), found.aside) == (4, ((LINK, 1), (UNREADABLE, 1)))


def test_a_path_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImageRefused) as refused:
        scan(tmp_path / "DOE^JANE")
    assert refused.value.code is Code.NO_IMAGES
    assert "DOE" not in str(refused.value)


def test_invalid_values_are_neither_logged_nor_warned_about(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for n, syntax in enumerate((tags.EXPLICIT_LE, tags.IMPLICIT_LE, tags.EXPLICIT_BE)):
        ds = Series().datasets([0])[0]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ds.PatientAge, ds.StudyDate, ds.KVP = CANARY, CANARY, "1"
            ds.SpecificCharacterSet = "ISO_CANARY"
            write(ds, tmp_path / str(n), syntax)
    caplog.clear()
    with warnings.catch_warnings(record=True) as said, caplog.at_level(logging.DEBUG):
        warnings.simplefilter("always")
        assert len(scan(tmp_path).headers) == 3
    assert not said
    assert "CANARY" not in caplog.text


@pytest.mark.parametrize("cut", [140, 300, 700, 1000])
def test_a_cut_head_is_no_slice_and_no_crash(tmp_path: Path, cut: int) -> None:
    write(Series().datasets([0])[0], tmp_path / "x")
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:cut])
    found = scan(tmp_path)
    assert all(h.pixel_offset is None for h in found.headers)


def test_random_damage_never_raises_anything_else(tmp_path: Path) -> None:
    write(Series(shape=(1, 4, 5)).datasets([0])[0], tmp_path / "x")
    good = (tmp_path / "x").read_bytes()
    rng = np.random.default_rng(5)
    for _ in range(150):
        bad = bytearray(good)
        for at in rng.integers(132, len(good), size=rng.integers(1, 6)):
            bad[at] = rng.integers(256)
        (tmp_path / "x").write_bytes(bad)
        scan(tmp_path)
