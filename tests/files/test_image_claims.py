"""Volume files that point elsewhere or claim too much are refused before they are believed."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from ctocalc.errors import Code, ImageRefused
from ctocalc.files.images import open_image
from tests.hostile import attempt_volume, limited, make_volume, volume_originals


def mhd(data_file: str, size: str = "4 4 4") -> str:
    return (
        f"ObjectType = Image\nNDims = 3\nDimSize = {size}\nElementType = MET_SHORT\n"
        f"ElementSpacing = 1 1 1\nOffset = 0 0 0\nElementDataFile = {data_file}\n"
    )


def nrrd(data_file: str, size: str = "4 4 4") -> str:
    named = f"data file: {data_file}\n" if data_file else ""
    return (
        f"NRRD0004\ntype: short\ndimension: 3\nspace: left-posterior-superior\nsizes: {size}\n"
        "space directions: (1,0,0) (0,1,0) (0,0,1)\nspace origin: (0,0,0)\nencoding: raw\n"
        f"endian: little\n{named}\n"
    )


def refused(file: Path) -> str:
    with pytest.raises(ImageRefused) as caught:
        open_image(file)
    assert caught.value.code is Code.PIXELS_UNDECODABLE
    assert "secret" not in str(caught.value)
    return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "secret.raw").write_bytes(bytes(128))
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "plain.raw").write_bytes(bytes(128))
    (tmp_path / "case" / "link.raw").symlink_to(tmp_path / "secret.raw")
    return tmp_path / "case"


@pytest.mark.parametrize("header", [mhd, nrrd])
@pytest.mark.parametrize(
    "elsewhere",
    ["../secret.raw", "{0}/secret.raw", "link.raw", "absent.raw", "LIST", "%03d.raw 1 4 1",
     "./plain.raw", "C:secret.raw"],
)  # fmt: skip
def test_voxels_elsewhere_are_not_read(folder: Path, header: object, elsewhere: str) -> None:
    assert callable(header)
    suffix = "mhd" if header is mhd else "nhdr"
    for name in (suffix, suffix[:1] + {"mhd": "ha", "nhdr": "rrd"}[suffix]):
        file = folder / f"x.{name}"
        file.write_text(header(elsewhere.format(folder.parent)))
        assert "one file" in refused(file)


@pytest.mark.parametrize(("header", "suffix"), [(mhd, "mhd"), (nrrd, "nhdr")])
def test_voxels_beside_the_header_are_read(folder: Path, header: object, suffix: str) -> None:
    assert callable(header)
    file = folder / f"x.{suffix}"
    file.write_text(header("plain.raw"))
    assert open_image(file).grid.shape_kji == (4, 4, 4)


@pytest.mark.parametrize(("header", "suffix"), [(mhd, "mha"), (nrrd, "nrrd")])
def test_a_claim_larger_than_memory_is_refused(folder: Path, header: object, suffix: str) -> None:
    assert callable(header)
    file = folder / f"x.{suffix}"
    file.write_text(header("LOCAL" if header is mhd else "", "60000 60000 60000"))
    assert "GiB" in refused(file)


def test_a_nifti_header_that_wants_a_second_file_is_refused(folder: Path) -> None:
    made = sitk.GetImageFromArray(np.zeros((4, 4, 4), dtype=np.int16))
    sitk.WriteImage(made, str(folder / "x.nii"))
    data = bytearray((folder / "x.nii").read_bytes())
    data[344:348] = b"ni1\0"
    (folder / "x.nii").write_bytes(data)
    refused(folder / "x.nii")


@pytest.mark.parametrize("part", range(3))
def test_fuzzed_volumes_are_read_or_refused_by_a_code(tmp_path: Path, part: int) -> None:
    base = volume_originals(tmp_path / "base")
    with limited():
        for number in range(100):
            kind = make_volume(base, tmp_path / "case", (part, number))
            answer = attempt_volume(tmp_path / "case")
            assert not answer.startswith("FAULT"), (part, number, kind, answer)
