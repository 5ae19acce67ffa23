"""Hostile input: a code or the image, in time, without memory, and nothing from outside."""

import os
import struct
from pathlib import Path

import pytest
from pydicom.dataset import Dataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGLSLossless

from ctocalc.dicom import compressed
from ctocalc.dicom.compressed import frame_claims
from ctocalc.dicom.folder import LINK, UNREADABLE, scan
from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Series, files, save, write
from tests.hostile import SECONDS, attempt, limited, make, originals

SMALL = Series(shape=(6, 9, 10))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return originals(tmp_path_factory.mktemp("base"))


@pytest.mark.parametrize("part", range(4))
@pytest.mark.timeout(40 * SECONDS)
def test_fuzzed_series_are_read_or_refused_by_a_code(base: Path, tmp_path: Path, part: int) -> None:
    """``python -m benchmarks.fuzz`` is the same for any number of cases."""
    with limited():
        for number in range(60):
            kind = make(base, tmp_path / "case", (part, number))
            answer = attempt(tmp_path / "case")
            assert not answer.startswith("FAULT"), (part, number, kind)


def test_originals_are_read(base: Path) -> None:
    for folder in base.iterdir():
        assert attempt(folder) == "read, as it was"


def _read_all(folder: Path) -> None:
    read(open_series(folder), SMALL.centre()[None], margin_mm=50)


def _claim(folder: Path, syntax: str, **elements: object) -> Path:
    datasets = SMALL.datasets()
    save(datasets, folder, syntax=syntax)
    for n, ds in enumerate(datasets):
        for name, value in elements.items():
            setattr(ds, name, value)
        ds.save_as(folder / f"im{n:04d}")
    return folder


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, JPEGLSLossless, ImplicitVRLittleEndian])
def test_a_claimed_size_is_not_allocated(tmp_path: Path, syntax: str) -> None:
    _claim(tmp_path, syntax, Rows=65535, Columns=65535)
    with limited(), pytest.raises(ImageRefused) as refused:
        _read_all(tmp_path)
    assert refused.value.code is Code.PIXELS_UNDECODABLE


def test_a_codestream_of_another_size_is_not_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decoders allocate what the codestream claims: they are not asked."""
    asked: list[str] = []
    monkeypatch.setattr(compressed, "_by_simpleitk", asked.append)
    save(SMALL.datasets(), tmp_path, syntax=JPEGLSLossless)
    for file in files(tmp_path):
        data = bytearray(file.read_bytes())
        at = data.find(b"\xff\xf7")
        assert frame_claims(bytes(data[data.find(b"\xff\xd8") :]))[:2] == (9, 10)
        struct.pack_into(">HH", data, at + 5, 65535, 65535)
        file.write_bytes(data)
    with limited(), pytest.raises(ImageRefused) as refused:
        _read_all(tmp_path)
    assert refused.value.code is Code.PIXELS_UNDECODABLE
    assert asked == []


def test_a_deflated_bomb_is_not_inflated_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import zlib

    from ctocalc.dicom import elements

    monkeypatch.setattr(elements, "MOST_INFLATED", 1 << 20)
    SMALL.write(tmp_path / "a")
    head = next(files(tmp_path / "a")).read_bytes()
    start = head.find(b"\x08\x00\x08\x00")
    syntax = b"1.2.840.10008.1.2.1\0"
    deflated = head[:start].replace(
        b"UI" + struct.pack("<H", len(syntax)) + syntax, b"UI\x16\x001.2.840.10008.1.2.1.99"
    )
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = packer.compress(head[start:] + bytes(1 << 26)) + packer.flush()
    (tmp_path / "a" / "bomb").write_bytes(deflated + bomb)
    assert len(elements.inflated(str(tmp_path / "a" / "bomb"))) < 2 << 20


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("element", [bytes(8), b"\x08\0\x05\0CS\0\0"])
def test_empty_elements_without_end_are_not_all_read(
    tmp_path: Path, deflated: bool, element: bytes
) -> None:
    """Each costs pydicom time; a file of a few kilobytes can inflate to millions of them."""
    import time
    import zlib

    uid = b"1.2.840.10008.1.2.1.99" if deflated else b"1.2.840.10008.1.2.1\0"
    meta = bytes(128) + b"DICM\x02\x00\x10\x00UI" + struct.pack("<H", len(uid)) + uid
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = element * (1 << 22)
    (tmp_path / "bomb").write_bytes(
        meta + (packer.compress(body) + packer.flush() if deflated else body)
    )
    began = time.process_time()
    assert scan(tmp_path).aside == ((UNREADABLE, 1),)
    assert time.process_time() - began < 3.0


def test_nothing_outside_the_folder_is_read(tmp_path: Path) -> None:
    outside = SMALL.write(tmp_path / "outside")
    inside = tmp_path / "inside"
    inside.mkdir()
    for n, file in enumerate(files(outside)):
        (inside / f"link{n}").symlink_to(file)
    (inside / "folder").symlink_to(outside)
    (inside / "DICOMDIR").write_bytes(_dicomdir("..\\outside\\im0000"))
    for path in (inside, inside / "DICOMDIR"):
        found = scan(path)
        assert (found.headers, dict(found.aside)) == ((), {LINK: 7})
        with pytest.raises(ImageRefused) as refused:
            open_series(path)
        assert refused.value.code is Code.NO_IMAGES
        assert "links" in str(refused.value)


def _dicomdir(referenced: str) -> bytes:
    import io

    import pydicom
    from pydicom.dataset import FileMetaDataset
    from pydicom.sequence import Sequence

    record = Dataset()
    record.DirectoryRecordType, record.ReferencedFileID = "IMAGE", referenced.split("\\")
    ds = Dataset()
    ds.DirectoryRecordSequence = Sequence([record])
    ds.file_meta = FileMetaDataset()
    ds.file_meta.MediaStorageSOPClassUID = UID("1.2.840.10008.1.3.10")
    ds.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3")
    ds.file_meta.TransferSyntaxUID = UID(ExplicitVRLittleEndian)
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, ds, enforce_file_format=True)
    return stream.getvalue()


def test_a_pipe_does_not_stop_the_reader(tmp_path: Path) -> None:
    SMALL.write(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    _read_all(tmp_path)


def test_a_file_full_of_fragments_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of empty items would be walked for minutes; the image itself is whole."""
    save(SMALL.datasets(), tmp_path, syntax=JPEGLSLossless)
    for file in files(tmp_path):
        data = file.read_bytes()
        at = data.rfind(b"\xfe\xff\xdd\xe0")
        file.write_bytes(data[:at] + b"\xfe\xff\x00\xe0\0\0\0\0" * 300 + data[at:])
    _read_all(tmp_path)
    compressed._frames.cache_clear()
    monkeypatch.setattr(compressed, "MOST_FRAGMENTS", 200)
    with pytest.raises(ImageRefused) as refused:
        _read_all(tmp_path)
    assert refused.value.code is Code.PIXELS_UNDECODABLE


def test_many_frames_in_a_small_file_are_refused(tmp_path: Path) -> None:
    ds = SMALL.datasets()[0]
    ds.NumberOfFrames = 2_000_000_000
    write(ds, tmp_path / "x")
    with limited(), pytest.raises(ImageRefused) as refused:
        _read_all(tmp_path)
    assert refused.value.code is Code.GEOMETRY_MISSING
