"""NRRD as others write it; what a strict reader does not know is refused."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from ctocalc.errors import Code, ImageRefused
from ctocalc.files.images import open_image, read

FIELDS = {
    "type": "short", "dimension": "3", "space": "left-posterior-superior", "sizes": "4 3 2",
    "space directions": "(0.5,0,0) (0,0.6,0) (0,0,0.7)", "kinds": "domain domain domain",
    "endian": "little", "encoding": "raw", "space origin": "(1,2,3)",
}  # fmt: skip
VOXELS = np.arange(24, dtype="<i2").reshape(2, 3, 4)


def written(
    folder: Path, changed: dict[str, str | None] | None = None, data: bytes = VOXELS.tobytes()
) -> Path:
    fields = FIELDS | (changed or {})
    lines = [f"{name}: {value}" for name, value in fields.items() if value is not None]
    file = folder / "x.nrrd"
    head = "\n".join(["NRRD0005", "# a comment", *lines, "key:=value: with a colon", "", ""])
    file.write_bytes(head.encode() + data)
    return file


def refused(file: Path) -> Code:
    with pytest.raises(ImageRefused) as caught:
        opened = open_image(file)
        read(opened, opened.grid.points(np.ones((1, 3))), margin_mm=9)
    return caught.value.code


@pytest.mark.parametrize(
    ("space", "signs"),
    [("left-posterior-superior", (1, 1)), ("RAS", (-1, -1)), ("left-anterior-superior", (1, -1))],
)
def test_every_named_space_becomes_lps(tmp_path: Path, space: str, signs: tuple[int, int]) -> None:
    opened = open_image(written(tmp_path, {"space": space}))
    x, y = signs
    point = opened.grid.points(np.array([1.0, 2, 3]))
    np.testing.assert_allclose(point, (x * (1 + 3 * 0.5), y * (2 + 2 * 0.6), 3.7))
    volume, _, _ = read(opened, point[None], margin_mm=50)
    np.testing.assert_array_equal(volume.stored, VOXELS)


def test_big_endian_voxels_are_turned(tmp_path: Path) -> None:
    opened = open_image(written(tmp_path, {"endian": "big"}, VOXELS.astype(">i2").tobytes()))
    volume, _, _ = read(opened, opened.grid.points(np.ones((1, 3))), margin_mm=50)
    np.testing.assert_array_equal(volume.stored, VOXELS)


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("suffix", ["nrrd", "nhdr"])
def test_it_reads_what_simpleitk_writes(tmp_path: Path, compressed: bool, suffix: str) -> None:
    made = sitk.GetImageFromArray(np.random.default_rng(1).normal(0, 300, (6, 5, 4)))
    made.SetOrigin((1.0, -2.0, 3.0))
    made.SetSpacing((0.3, 0.4, 0.5))
    made.SetDirection(sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5).GetMatrix())
    file = tmp_path / f"x.{suffix}"
    sitk.WriteImage(made, str(file), useCompression=compressed)
    opened = open_image(file)
    for kji in ((0, 0, 0), (5, 4, 3)):
        point = made.TransformIndexToPhysicalPoint(kji[::-1])
        np.testing.assert_allclose(opened.grid.points(np.array(kji, dtype=float)), point)
    volume, _, _ = read(opened, opened.grid.points(np.ones((1, 3))), margin_mm=50)
    np.testing.assert_allclose(volume.stored, sitk.GetArrayFromImage(made), rtol=1e-6)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"space": None}, Code.GEOMETRY_MISSING),
        ({"space": "scanner-xyz"}, Code.GEOMETRY_MISSING),
        ({"space units": '"m" "m" "m"'}, Code.GEOMETRY_MISSING),
        ({"space origin": None}, Code.GEOMETRY_MISSING),
        ({"space directions": "none (0,1,0) (0,0,1)"}, Code.GEOMETRY_MISSING),
        ({"space directions": "(nan,0,0) (0,1,0) (0,0,1)"}, Code.GEOMETRY_MISSING),
        ({"space directions": "(1,0,0) (1,0,0) (0,0,1)"}, Code.GEOMETRY_MISSING),
        ({"type": "block"}, Code.PIXELS_UNDECODABLE),
        ({"encoding": "bzip2"}, Code.PIXELS_UNDECODABLE),
        ({"endian": None}, Code.PIXELS_UNDECODABLE),
        ({"byte skip": "10"}, Code.PIXELS_UNDECODABLE),
        ({"sizes": "4 3"}, Code.PIXELS_UNDECODABLE),
        ({"sizes": "4 3 0"}, Code.PIXELS_UNDECODABLE),
        ({"sizes": "99999 99999 99999"}, Code.PIXELS_UNDECODABLE),
        ({"sizes": "4 3 3"}, Code.TRUNCATED),
        ({"encoding": "gzip"}, Code.TRUNCATED),
        ({"kinds": "vector domain domain"}, Code.NOT_CT),
        ({"dimension": "4", "sizes": "2 4 3 1", "kinds": None}, Code.SEVERAL_PHASES),
        ({"dimension": "2", "sizes": "4 6", "kinds": None}, Code.TOO_FEW_SLICES),
    ],
)
def test_what_is_not_known_for_certain_is_refused(
    tmp_path: Path, changed: dict[str, str | None], code: Code
) -> None:
    assert refused(written(tmp_path, changed)) is code


def test_a_field_that_is_there_twice_is_damage(tmp_path: Path) -> None:
    """The usual library crashes on it, and takes the interpreter with it."""
    file = written(tmp_path)
    file.write_bytes(file.read_bytes().replace(b"endian: ", b"sizes: 4 3 2\nendian: "))
    assert refused(file) is Code.PIXELS_UNDECODABLE
