"""Real files: what their READMEs and an independent converter say of them."""

import json
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk

from ctocalc.dicom.pixels import decode
from ctocalc.dicom.read import DicomScan, open_series, read
from ctocalc.dicom.series import find_series
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.scan import require_measurable
from ctocalc.image.volume import Volume
from tests.dicom_builder import files, header_of

LOSSLESS = (
    "LittleEndianImplicit", "LittleEndianExplicit", "BigEndianExplicit", "RLELossless",
    "DeflatedExplicitVRLittleEndian", "JPEGProcess14", "JPEGProcess14SV1", "JPEGLSLossless",
    "JPEG2000LosslessOnly",
)  # fmt: skip
LOSSY = {"JPEGLSLossy": 1, "JPEG2000": 5, "JPEGProcess2_4": 40, "JPEGProcess1": 65}


def whole(opened: DicomScan) -> Volume:
    kji = np.array([[0.0, 0, 0], np.array(opened.grid.shape_kji) - 1])
    return read(opened, opened.grid.points(kji), margin_mm=0)[0]


def refused(path: Path) -> ImageRefused:
    with pytest.raises(ImageRefused) as caught:
        open_series(path)
    return caught.value


def hu(file: Path) -> np.ndarray:
    header = header_of(file)
    assert header is not None
    return np.asarray(decode(header)[0] * np.float64(header.slope) + header.intercept)


@pytest.fixture(scope="module")
def nlst(shared_data: Path) -> tuple[DicomScan, Volume]:
    opened = open_series(shared_data / "nlst_chest_toshiba")
    return opened, whole(opened)


def test_nlst_geometry_and_facts(nlst: tuple[DicomScan, Volume]) -> None:
    opened, volume = nlst
    assert volume.grid.shape_kji == (143, 512, 512)
    np.testing.assert_allclose(volume.grid.spacing_kji_mm, (2, 0.54, 0.54))
    first, last = volume.grid.points(np.array([[0, 0, 0], [142, 0, 0]]))
    np.testing.assert_allclose(first, (-150.7812, -160.9375, 928))
    np.testing.assert_allclose(last, (-150.7812, -160.9375, 1212))
    facts = opened.facts
    assert (facts.kvp, facts.kernel, facts.slice_thickness_mm) == (120, "FC51", 2)
    assert (facts.modality, facts.slices, facts.lossy, facts.spectral) == ("CT", 143, False, False)
    require_measurable(facts)
    assert {n.code for n in opened.notices} == {Code.KERNEL_SHARP}


def test_nlst_values(nlst: tuple[DicomScan, Volume]) -> None:
    stored = nlst[1].stored
    assert (stored.min(), stored.max(), int((stored >= 130).sum())) == (-2048, 2695, 1_902_646)
    assert stored.mean(dtype=np.float64) == pytest.approx(-765.05893, abs=1e-5)
    assert np.isnan(nlst[1].hu()[stored == -2048]).all()


def test_nlst_lies_where_dcm2niix_puts_it(
    nlst: tuple[DicomScan, Volume], shared_data: Path
) -> None:
    grid = nlst[1].grid
    reference = json.loads((shared_data / "reference_dcm2niix.json").read_text())
    affine = np.array(reference["series"]["nlst_chest_toshiba/dicom"]["volumes"][0]["affine"])
    kji = np.array([[0, 0, 0], [142, 0, 511], [3, 200, 100]], dtype=float)
    flipped = np.stack([kji[:, 2], 511 - kji[:, 1], kji[:, 0], np.ones(3)])
    ras = (affine @ flipped)[:3].T
    np.testing.assert_allclose(grid.points(kji), ras * (-1, -1, 1), atol=2e-3)


def test_a_vessels_crop_of_nlst_is_that_part_of_it(nlst: tuple[DicomScan, Volume]) -> None:
    opened, volume = nlst
    points = np.array([[-10.7, -40.4, 1077.1], [11.0, -27.2, 1037.8]])
    crop, _, _ = read(opened, points, margin_mm=8)
    start = np.rint(volume.grid.indices(crop.grid.points(np.zeros(3)))).astype(int)
    box = tuple(slice(a, a + n) for a, n in zip(start, crop.grid.shape_kji, strict=True))
    np.testing.assert_array_equal(crop.stored, volume.stored[box])
    assert crop.stored.size < volume.stored.size / 10


@pytest.mark.parametrize("name", LOSSLESS)
def test_lossless_syntaxes_give_one_image(shared_data: Path, name: str) -> None:
    folder = shared_data / "cornerstone_ct_transfer_syntaxes"
    reference = pydicom.dcmread(folder / "CTImage.dcm").pixel_array - 1024
    (file,) = folder.glob(f"CTImage.dcm_{name}TransferSyntax*")
    np.testing.assert_array_equal(hu(file), reference)
    assert (reference == -3024).sum() == 55_772


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_syntaxes_are_near_and_known(shared_data: Path, name: str) -> None:
    folder = shared_data / "cornerstone_ct_transfer_syntaxes"
    reference = pydicom.dcmread(folder / "CTImage.dcm").pixel_array - 1024
    (file,) = folder.glob(f"CTImage.dcm_{name}TransferSyntax*")
    header = header_of(file)
    assert header is not None
    assert header.shared.lossy
    inside = reference > -1024
    assert np.abs(hu(file) - reference)[inside].max() <= LOSSY[name]


@pytest.mark.parametrize("name", ["JPEGProcess6_8", "JPEGProcess10_12"])
def test_what_nobody_decodes_is_refused(shared_data: Path, name: str) -> None:
    (file,) = (shared_data / "cornerstone_ct_transfer_syntaxes").glob(f"*{name}*")
    header = header_of(file)
    assert header is not None
    with pytest.raises(ImageRefused) as caught:
        decode(header)
    assert caught.value.code is Code.PIXELS_UNDECODABLE


def test_stored_values_are_pydicoms_wherever_pydicom_can(shared_data: Path) -> None:
    compared = 0
    for folder in ("dcmqi", "pydicom", "fo_dicom", "dicom2nifti", "rt_utils_oriented"):
        for file in files(shared_data / folder):
            try:
                ds = pydicom.dcmread(file)
                header = header_of(file)
                if header is None or header.pixel_offset is None or header.shared.frames > 1:
                    continue
                expected = ds.pixel_array
            except Exception:
                continue
            np.testing.assert_array_equal(decode(header)[0], expected)
            compared += 1
    assert compared > 60


@pytest.mark.parametrize("name", ["j2k", "jpeg", "jpegls", "rle"])
def test_compressed_mr_equals_its_ground_truth(shared_data: Path, name: str) -> None:
    folder = shared_data / "dicom2nifti" / "generic"
    opened = open_series(folder / f"compressed_{name}")
    volume = whole(opened)
    truth = sitk.ReadImage(str(folder / "compressed_ground_truth.nii.gz"))
    assert opened.facts.modality == "MR"
    _same_as(volume, truth)


def test_per_slice_rescale_equals_its_ground_truth(shared_data: Path) -> None:
    folder = shared_data / "dicom2nifti" / "generic"
    volume = whole(open_series(folder / "non_isotropic"))
    truth = sitk.ReadImage(str(folder / "non_isotropic_ground_truth.nii.gz"))
    _same_as(volume, truth)
    assert volume.hu().min() == pytest.approx(33.443825, rel=1e-6)
    assert volume.hu().max() == pytest.approx(96.4679839528, rel=1e-6)


def _same_as(volume: Volume, truth: sitk.Image) -> None:
    """Compare voxel by voxel at the same LPS points."""
    values = sitk.GetArrayFromImage(truth)
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).reshape(-1, 3)
    points = volume.grid.points(kji.astype(float))
    turned = np.array(truth.GetDirection()).reshape(3, 3)
    ijk = (points - truth.GetOrigin()) @ turned / np.array(truth.GetSpacing())
    i, j, k = np.rint(ijk).astype(int).T
    assert np.abs(ijk - np.rint(ijk)).max() < 0.01
    np.testing.assert_allclose(volume.hu().ravel(), values[k, j, i], rtol=1e-6)


def test_gantry_tilt_without_its_tag(shared_data: Path) -> None:
    opened = open_series(shared_data / "dicom2nifti/failing/gantrytilting/001")
    assert opened.facts.tilt_deg == pytest.approx(14.0, abs=0.01)
    assert opened.facts.spacing_kji_mm[0] == pytest.approx(4.85148, abs=1e-4)
    np.testing.assert_allclose(opened.grid.lps_from_kji[:3, 0], (0, 0, 5), atol=1e-6)
    assert Code.GANTRY_TILT in {n.code for n in opened.notices}


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("dicom2nifti/failing/sliceincrement/001", Code.SLICE_MISSING),
        ("dicom2nifti/failing/sliceincrement/002", Code.SLICE_MISSING),
        ("dicom2nifti/failing/notavolume/001", Code.SLICE_DUPLICATE),
        ("dicom2nifti/failing/sliceorientation/001", Code.SEVERAL_SERIES),
        ("dicom_numpy_dupe_positions", Code.SLICE_DUPLICATE),
        ("cornerstone_ct_transfer_syntaxes", Code.SLICE_DUPLICATE),
        ("fo_dicom/CT-MONO2-16-ankle", Code.GEOMETRY_MISSING),
        ("fo_dicom/GH178.dcm", Code.NO_IMAGES),
        ("fo_dicom/GH179A.dcm", Code.NO_IMAGES),
        ("fo_dicom/GH1308.dcm", Code.TOO_FEW_SLICES),
        ("pydicom/CT_small.dcm", Code.TOO_FEW_SLICES),
        ("pydicom/no_meta.dcm", Code.NO_IMAGES),
        ("slicer_markups", Code.NO_IMAGES),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(shared_data: Path, folder: str, code: Code) -> None:
    error = refused(shared_data / folder)
    assert error.code is code
    assert len(str(error)) > 40


def test_duplicates_and_gaps_are_all_named(shared_data: Path) -> None:
    text = str(refused(shared_data / "dicom_numpy_dupe_positions"))
    assert "same place (-90.00 mm" in text
    assert "missing between" in text


def test_two_slices_are_a_volume_but_not_measurable(shared_data: Path) -> None:
    opened = open_series(shared_data / "dicom2nifti/failing/slicecount/001")
    truth = shared_data / "dicom2nifti/failing/slicecount/001_ground_truth.nii.gz"
    _same_as(whole(opened), sitk.ReadImage(str(truth)))
    with pytest.raises(ImageRefused) as caught:
        require_measurable(opened.facts)
    assert caught.value.code is Code.NOT_CT


def test_overlapping_slices_have_their_true_step(shared_data: Path) -> None:
    opened = open_series(shared_data / "dcmqi/ct-3slice")
    assert opened.facts.spacing_kji_mm[0] == pytest.approx(1.0)
    assert opened.facts.slice_thickness_mm == 1.25
    assert np.isnan(whole(opened).hu()).any()  # stored -2000 outside the circle
    with pytest.raises(ImageRefused) as caught:
        require_measurable(opened.facts)
    assert caught.value.code is Code.TOO_FEW_SLICES


def test_doubly_oblique_slices(shared_data: Path) -> None:
    opened = open_series(shared_data / "rt_utils_oriented")
    np.testing.assert_allclose(opened.grid.spacing_kji_mm, (4.5, 3.5, 2.5), atol=1e-5)
    assert opened.facts.tilt_deg == 0
    points = opened.grid.points(np.array([[0, 0, 0], [2, 0, 0], [0, 1, 0], [0, 0, 1.0]]))
    np.testing.assert_allclose(points[0], (123, -432, 30))
    np.testing.assert_allclose(points[1], (122.01597, -428.15963, 38.07981), atol=1e-4)
    np.testing.assert_allclose(points[2] - points[0], 3.5 * np.array([0.2785886, 0.880128, -0.3843997]), atol=1e-5)  # fmt: skip  # noqa: E501
    volume = whole(opened)
    assert (volume.stored.min(), volume.stored.max(), volume.slope) == (-10000, 9999, 0.001)


def test_a_tree_with_one_usable_series(shared_data: Path) -> None:
    tree = shared_data / "pydicom" / "dicomdirtests"
    for path in (tree, tree / "DICOMDIR"):
        opened = open_series(path)
        assert opened.grid.shape_kji == (5, 16, 16)
        assert opened.grid.points(np.zeros(3))[2] == pytest.approx(-1.2375)
        assert opened.facts.spacing_kji_mm[0] == pytest.approx(2.5)
    series = find_series(tree).series
    assert (len(series), sum(info.images for info in series)) == (13, 31)
    assert sum(info.phases[0].stack is not None for info in series) == 1
    assert [info.number for info in series] == list(range(1, 14))


def test_a_series_is_chosen_by_number_or_uid(shared_data: Path) -> None:
    tree = shared_data / "pydicom" / "dicomdirtests"
    chosen = next(info for info in find_series(tree).series if info.phases[0].stack)
    for wanted in (str(chosen.number), chosen.uid):
        assert open_series(tree, wanted=wanted).grid.shape_kji == (5, 16, 16)
    for wanted in ("0", "14", "1.2.3", "x"):
        with pytest.raises(ImageRefused):
            open_series(tree, wanted=wanted)
