"""Volume files: the same voxels at the same points as SimpleITK, refusals by name."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from ctocalc.errors import Code, ImageRefused
from ctocalc.files.images import is_image_file, open_image, read
from ctocalc.image.scan import require_measurable

SUFFIXES = ("nii", "nii.gz", "nrrd", "mha", "mhd", "nhdr")


def image(dtype: str = "int16") -> sitk.Image:
    """Return an anisotropic, oblique image of 5 x 6 x 7 voxels."""
    values = np.random.default_rng(0).integers(0, 250, (5, 6, 7)).astype(dtype)
    made = sitk.GetImageFromArray(values)
    turn = sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5)
    made.SetSpacing((0.4, 0.5, 0.75))
    made.SetOrigin((-11.0, 22.0, -33.0))
    made.SetDirection(turn.GetMatrix())
    return made


def saved(made: sitk.Image, file: Path) -> Path:
    sitk.WriteImage(made, str(file))
    return file


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_points_and_voxels_are_those_of_simpleitk(tmp_path: Path, suffix: str) -> None:
    made = image()
    opened = open_image(saved(made, tmp_path / f"x.{suffix}"))
    assert is_image_file(tmp_path / f"X.{suffix.upper()}")
    assert opened.grid.shape_kji == (5, 6, 7)
    for kji in ((0, 0, 0), (4, 5, 6), (1, 2, 3)):
        point = made.TransformIndexToPhysicalPoint(kji[::-1])
        np.testing.assert_allclose(opened.grid.points(np.array(kji, dtype=float)), point, atol=1e-5)
    box = opened.grid.points(np.array([[1.0, 1, 2], [2, 3, 4]]))
    volume, notices, digest = read(opened, box, margin_mm=0.0)
    start = np.rint(opened.grid.indices(volume.grid.points(np.zeros(3)))).astype(int)
    k, j, i = (slice(a, a + n) for a, n in zip(start, volume.grid.shape_kji, strict=True))
    np.testing.assert_array_equal(volume.stored, sitk.GetArrayFromImage(made)[k, j, i])
    assert volume.grid.inside(box).all()
    assert volume.stored.size < 5 * 6 * 7
    assert (notices, len(digest)) == ((), 64)


@pytest.mark.parametrize(
    ("dtype", "kept"),
    [("int16", "int16"), ("uint16", "uint16"), ("uint8", "int16"), ("int32", "float32"),
     ("float32", "float32"), ("float64", "float32")],
)  # fmt: skip
def test_values_stay_small(tmp_path: Path, dtype: str, kept: str) -> None:
    made = image(dtype)
    opened = open_image(saved(made, tmp_path / "x.nrrd"))
    volume, _, _ = read(opened, opened.grid.points(np.array([[0.0, 0, 0], [4, 5, 6]])), margin_mm=0)
    assert volume.stored.dtype.name == kept
    np.testing.assert_array_equal(volume.hu(), sitk.GetArrayFromImage(made))


def test_filling_is_never_air(tmp_path: Path) -> None:
    made = image()
    made[0, 0, 0] = -2048
    opened = open_image(saved(made, tmp_path / "x.nii"))
    volume, _, _ = read(opened, opened.grid.points(np.array([[0.0, 0, 0], [4, 5, 6]])), margin_mm=0)
    assert np.isnan(volume.hu()[0, 0, 0])
    assert np.isnan(volume.hu()).sum() == 1


def test_what_the_format_does_not_say_is_unknown(tmp_path: Path) -> None:
    opened = open_image(saved(image(), tmp_path / "x.nii"))
    assert opened.facts.modality is None
    assert {n.code for n in opened.notices} == {Code.KVP_UNKNOWN}
    require_measurable(opened.facts)


@pytest.mark.parametrize("suffix", ["nii", "nii.gz", "nrrd", "mha"])
@pytest.mark.parametrize("part", [0.02, 0.3, 0.75, 0.95])
def test_a_file_that_was_cut_off_is_refused(
    tmp_path: Path, suffix: str, part: float, capfd: pytest.CaptureFixture[str]
) -> None:
    file = saved(image(), tmp_path / f"DOE_JOHN.{suffix}")
    data = file.read_bytes()
    file.write_bytes(data[: int(part * len(data))])
    with pytest.raises(ImageRefused) as refused:
        opened = open_image(file)
        read(opened, opened.grid.points(np.array([[0.0, 0, 0], [4, 5, 6]])), margin_mm=0)
    assert refused.value.code in (Code.TRUNCATED, Code.PIXELS_UNDECODABLE)
    said = capfd.readouterr()
    assert "DOE" not in str(refused.value) + said.out + said.err


def _refused(file: Path) -> Code:
    with pytest.raises(ImageRefused) as refused:
        open_image(file)
    assert str(file.parent) not in str(refused.value)
    return refused.value.code


def test_what_is_no_measurable_volume_is_refused(tmp_path: Path) -> None:
    zeros = np.zeros((5, 6, 7), dtype=np.int16)
    slice_ = sitk.GetImageFromArray(zeros[0])
    phases = sitk.JoinSeries([image(), image()])
    vector = sitk.GetImageFromArray(np.stack([zeros, zeros], axis=-1), isVector=True)
    assert _refused(saved(slice_, tmp_path / "slice.nrrd")) is Code.TOO_FEW_SLICES
    assert _refused(saved(phases, tmp_path / "phases.nrrd")) is Code.SEVERAL_PHASES
    assert _refused(saved(vector, tmp_path / "vector.nrrd")) is Code.NOT_CT
    assert _refused(tmp_path / "absent.nii") is Code.NO_IMAGES


def test_a_file_without_a_place_is_refused(tmp_path: Path) -> None:
    nifti = bytearray(saved(image(), tmp_path / "x.nii").read_bytes())
    nifti[252:256] = bytes(4)  # qform_code and sform_code
    (tmp_path / "x.nii").write_bytes(nifti)
    assert _refused(tmp_path / "x.nii") is Code.GEOMETRY_MISSING
    bare = b"NRRD0004\ntype: short\ndimension: 3\nsizes: 2 2 2\nencoding: raw\nendian: little\n\n"
    (tmp_path / "x.nrrd").write_bytes(bare + bytes(16))
    assert _refused(tmp_path / "x.nrrd") is Code.GEOMETRY_MISSING
