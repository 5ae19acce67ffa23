"""Every image file of ``shared/data`` in one table: what its README says must come of it.

``test_shared_scans`` looks at values and geometry; this table is whole.  Centerlines have their
own.  A row is what ``inspect`` lists: what it is, slices, why it cannot be measured (None: usable).
"""

from pathlib import Path

import pytest

from ctocalc.dicom.headers import SliceHeader, read_headers
from ctocalc.dicom.listing import listing
from ctocalc.dicom.pixels import decode
from ctocalc.dicom.series import find_series
from ctocalc.errors import ImageRefused
from ctocalc.files import images
from tests.dicom_builder import files

Row = tuple[str, int, str | None]
ONE, FEW = "TOO_FEW_SLICES", "TOO_FEW_SLICES"
TREE: list[Row] = [
    ("CR", 1, "GEOMETRY_MISSING"), ("CR", 1, "GEOMETRY_MISSING"), ("CR", 1, "GEOMETRY_MISSING"),
    ("CT", 4, "SLICE_MISSING"), ("CT", 5, None), ("MR", 1, ONE), ("MR", 1, ONE), ("MR", 1, ONE),
    ("MR", 1, ONE), ("MR", 3, "ORIENTATION_MIXED"), ("MR", 3, "ORIENTATION_MIXED"),
    ("MR", 7, "ORIENTATION_MIXED"), ("scout", 0, "NO_IMAGES"),
]  # fmt: skip
FOLDERS: dict[str, list[Row]] = {
    "cornerstone_ct_transfer_syntaxes": [("CT", 16, "SLICE_DUPLICATE")],
    "dcmqi/23x38x3/multi_frame": [("CT", 3, FEW)],
    "dcmqi/23x38x3/single_frame": [("CT", 3, FEW)],
    "dcmqi/24x38x3/multi_frame": [("CT", 3, FEW)],
    "dcmqi/24x38x3/single_frame": [("CT", 3, FEW)],
    "dcmqi/ct-3slice": [("CT", 3, FEW)],
    "dicom2nifti/failing/gantrytilting/001": [("CT", 4, None)],
    "dicom2nifti/failing/notavolume/001": [("CT", 4, "SLICE_DUPLICATE")],
    "dicom2nifti/failing/slicecount/001": [("MR", 2, "NOT_CT")],
    "dicom2nifti/failing/sliceincrement/001": [("CT", 4, "SLICE_MISSING")],
    "dicom2nifti/failing/sliceincrement/002": [("CT", 4, "SLICE_MISSING")],
    "dicom2nifti/failing/sliceorientation/001": [("MR", 2, "NOT_CT"), ("MR", 2, "NOT_CT")],
    "dicom2nifti/generic/compressed_j2k": [("MR", 4, "NOT_CT")],
    "dicom2nifti/generic/compressed_jpeg": [("MR", 4, "NOT_CT")],
    "dicom2nifti/generic/compressed_jpegls": [("MR", 4, "NOT_CT")],
    "dicom2nifti/generic/compressed_rle": [("MR", 4, "NOT_CT")],
    "dicom2nifti/generic/non_isotropic": [("MR", 4, "NOT_CT")],
    "dicom_numpy_dupe_positions": [("CT", 11, "SLICE_DUPLICATE")],
    "fo_dicom/CT-MONO2-16-ankle": [("CT", 1, "GEOMETRY_MISSING")],
    "fo_dicom/GH1308.dcm": [("CT", 1, ONE)],
    "fo_dicom/GH178.dcm": [("CT without slices", 0, "NO_IMAGES")],
    "fo_dicom/GH179A.dcm": [("CT without slices", 0, "NO_IMAGES")],
    "fo_dicom/GH179B.dcm": [("CT without slices", 0, "NO_IMAGES")],
    "fo_dicom/IM-0001-0001-0001.dcm": [("CT", 1, ONE)],
    "nlst_chest_toshiba/dicom": [("CT", 143, None)],
    "pydicom/CT_small.dcm": [("CT", 1, ONE)],
    "pydicom/dicomdirtests": TREE,
    "pydicom/eCT_Supplemental.dcm": [("CT", 2, FEW)],
    "rt_utils_oriented": [("CT", 3, FEW)],
}
VOLUMES: dict[str, Row] = {
    "dicom2nifti/failing/slicecount/001_ground_truth.nii.gz": ("volume file", 0, FEW),
    "dicom2nifti/failing/sliceincrement/002_ground_truth.nii.gz": ("volume file", 5, None),
    "dicom2nifti/generic/compressed_ground_truth.nii.gz": ("volume file", 4, None),
    "dicom2nifti/generic/non_isotropic_ground_truth.nii.gz": ("volume file", 4, None),
}
NOT_PARSED = "pydicom/no_meta.dcm"


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_is_what_its_readme_says(shared_data: Path, name: str) -> None:
    found = listing(find_series(shared_data / name))
    rows = [(one.kind, one.slices, one.code and one.code.value) for one in found]
    assert sorted(rows, key=repr) == sorted(FOLDERS[name], key=repr)


@pytest.mark.parametrize("name", VOLUMES)
def test_a_volume_file_is_what_its_readme_says(shared_data: Path, name: str) -> None:
    one = images.listed(shared_data / name)
    assert (one.kind, one.slices, one.code and one.code.value) == VOLUMES[name]


def test_a_stray_byte_in_front_is_no_image_and_no_crash(shared_data: Path) -> None:
    with pytest.raises(ImageRefused) as refused:
        find_series(shared_data / NOT_PARSED)
    assert refused.value.code == "NO_IMAGES"


def _headers(file: Path) -> tuple[SliceHeader, ...]:
    try:
        return read_headers(str(file))
    except Exception:
        return ()


def test_every_image_file_is_in_the_table(shared_data: Path) -> None:
    rows = [shared_data / name for name in (*FOLDERS, *VOLUMES, NOT_PARSED)]
    seen = [f for f in files(shared_data) if images.is_image_file(f) or _headers(f)]
    assert len(seen) > 265
    assert [f.name for f in seen if not any(f.is_relative_to(row) for row in rows)] == []


def test_every_slice_decodes_but_those_that_nobody_decodes(shared_data: Path) -> None:
    refused = set()
    for file in files(shared_data):
        if file.is_relative_to(shared_data / "nlst_chest_toshiba"):
            continue
        for header in _headers(file):
            try:
                decode(header)
            except ImageRefused:
                refused.add(file.name.split("TransferSyntax")[0])
    assert refused == {
        "CTImage.dcm_JPEGProcess6_8", "CTImage.dcm_JPEGProcess10_12",
        "GH178.dcm", "GH179A.dcm", "GH179B.dcm",
    }  # fmt: skip
