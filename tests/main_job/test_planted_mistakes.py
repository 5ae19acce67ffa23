"""Mistakes planted on purpose: in our code the comparison with truth finds them, in the input the
reader refuses them.

Each mistake of ours is a patch of one function; without it the same case has no fault.
"""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from benchmarks.truth import pair, read_truth
from ctocalc._arrays import Array
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.dicom import read as dicom_read
from ctocalc.dicom.geometry import Stack
from ctocalc.dicom.pixels import Block, read_block
from ctocalc.errors import Code, InputRefused
from ctocalc.files import centerlines
from ctocalc.geometry.grid import VoxelGrid
from tests.main_job.verdict import faults

Patch = pytest.MonkeyPatch

PLAIN = "blunt-calcified"
# Its grid is turned, its pixels are oblong (0.36 by 0.44 mm).
OBLIQUE = "oblique-branch"


def found_out(case: Path, vessel: str = "LAD", frame: str | None = None) -> list[str]:
    """Return the faults of one vessel's result, or the code of its refusal."""
    line = LineOption(path=case / "centerlines" / f"{vessel}.csv")
    try:
        result = analyze_case(CaseOptions(series=case / "dicom", lines=(line,), frame=frame))
    except InputRefused as error:
        return [error.code.value]
    truth, stations = read_truth(case)
    own = [record for record in truth["vessels"] if record["vessel"] == vessel]
    return faults(pair(result, {**truth, "vessels": own}, stations))


def with_pixels(monkeypatch: Patch, change: Callable[[Array], Array]) -> None:
    """Let the reader put the voxels elsewhere than the affine says."""
    right = read_block

    def wrong(*arguments: object) -> Block:
        block = right(*arguments)  # type: ignore[arg-type]
        return replace(block, stored=np.ascontiguousarray(change(block.stored)))

    monkeypatch.setattr(dicom_read, "read_block", wrong)


def with_affine(monkeypatch: Patch, change: Callable[[VoxelGrid], Array]) -> None:
    """Let the reader make another affine of the same headers."""
    right = Stack.grid

    def wrong(self: Stack, *arguments: object) -> VoxelGrid:
        grid = right(self, *arguments)  # type: ignore[arg-type]
        return replace(grid, lps_from_kji=change(grid))

    monkeypatch.setattr(Stack, "grid", wrong)


def spacing_swapped(grid: VoxelGrid) -> Array:
    affine = grid.lps_from_kji.copy()
    _, rows, columns = grid.spacing_kji_mm
    affine[:3, 1] *= columns / rows
    affine[:3, 2] *= rows / columns
    return affine


def corner_instead_of_centre(grid: VoxelGrid) -> Array:
    affine = grid.lps_from_kji.copy()
    affine[:3, 3] = grid.points(np.array([0.5, 0.5, 0.5]))
    return affine


def rows_and_columns_exchanged(grid: VoxelGrid) -> Array:
    return np.asarray(grid.lps_from_kji[:, [0, 2, 1, 3]])


def step_from_the_thickness(grid: VoxelGrid) -> Array:
    """The slice step taken from a thickness of 0.55 mm where slices lie 0.5 mm apart."""
    affine = grid.lps_from_kji.copy()
    affine[:3, 0] *= 1.1
    return affine


@pytest.mark.parametrize("name", [PLAIN, OBLIQUE])
def test_without_a_mistake_there_is_no_fault(name: str, synthetic: Path) -> None:
    assert found_out(synthetic / name) == []


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda v: v[::-1], id="slices reversed"),
        pytest.param(lambda v: v[:, :, ::-1], id="x mirrored"),
        pytest.param(lambda v: v[:, ::-1], id="y mirrored"),
        pytest.param(lambda v: np.roll(v, 2, axis=0), id="two slices off"),
    ],
)
def test_voxels_in_the_wrong_place_are_found_out(
    change: Callable[[Array], Array], synthetic: Path, monkeypatch: Patch
) -> None:
    with_pixels(monkeypatch, change)
    assert found_out(synthetic / PLAIN)


@pytest.mark.parametrize(
    "change",
    [
        spacing_swapped,
        corner_instead_of_centre,
        rows_and_columns_exchanged,
        step_from_the_thickness,
    ],
)
def test_a_wrong_affine_is_found_out(
    change: Callable[[VoxelGrid], Array], synthetic: Path, monkeypatch: Patch
) -> None:
    with_affine(monkeypatch, change)
    assert found_out(synthetic / OBLIQUE)


def test_a_sign_lost_in_reading_the_line_is_found_out(synthetic: Path, monkeypatch: Patch) -> None:
    right = centerlines.read_tree
    monkeypatch.setattr(
        "ctocalc.batch.job.read_tree",
        lambda *a, **k: centerlines.Tree(main=right(*a, **k).main.mirrored()),
    )
    assert found_out(synthetic / PLAIN)


@pytest.fixture
def case(synthetic: Path, tmp_path: Path) -> Path:
    """A copy of a case that may be damaged."""
    folder = tmp_path / "case"
    shutil.copytree(synthetic / PLAIN, folder)
    return folder


def by_height(case: Path) -> list[Path]:
    headers = {path: dcmread(path, stop_before_pixels=True) for path in (case / "dicom").iterdir()}
    return sorted(headers, key=lambda path: float(headers[path].ImagePositionPatient[2]))


def test_a_missing_slice_is_refused(case: Path) -> None:
    files = by_height(case)
    files[len(files) // 2].unlink()
    assert found_out(case) == [Code.SLICE_MISSING.value]


def test_a_slice_given_twice_is_refused(case: Path) -> None:
    files = by_height(case)
    twin = dcmread(files[len(files) // 2])
    twin.SOPInstanceUID = generate_uid()
    twin.file_meta.MediaStorageSOPInstanceUID = twin.SOPInstanceUID
    twin.save_as(case / "dicom" / "twin.dcm")
    assert found_out(case) == [Code.SLICE_DUPLICATE.value]


def test_a_slice_out_of_step_is_refused(case: Path) -> None:
    files = by_height(case)
    moved = dcmread(files[len(files) // 2])
    moved.ImagePositionPatient[2] += 0.1
    moved.save_as(files[len(files) // 2])
    assert found_out(case) == [Code.SPACING_IRREGULAR.value]


def as_ras(case: Path) -> None:
    path = case / "centerlines" / "LAD.csv"
    header, *rows = path.read_text("utf-8").splitlines()
    points = np.array([row.split(",") for row in rows], dtype=float)
    points[:, :2] *= -1
    lines = [header, *(",".join(f"{x:.3f}" for x in point) for point in points)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def test_a_line_in_ras_is_refused_until_it_is_declared(case: Path) -> None:
    as_ras(case)
    assert found_out(case) == [Code.CENTERLINE_OUTSIDE_IMAGE.value]
    assert found_out(case, frame="ras") == []


@pytest.mark.parametrize(
    ("name", "vessel"),
    [("blunt-calcified", "LAD"), ("tapered-long", "LCX"), ("two-lesions", "RCA")],
)
def test_a_line_given_from_its_distal_end_is_noticed_and_not_turned(
    name: str, vessel: str, synthetic: Path, tmp_path: Path
) -> None:
    header, *rows = (synthetic / name / "centerlines" / f"{vessel}.csv").read_text().splitlines()
    path = tmp_path / f"{vessel}.csv"

    def codes(rows: list[str]) -> list[Code]:
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        options = CaseOptions(series=synthetic / name / "dicom", lines=(LineOption(path=path),))
        return [notice.code for notice in analyze_case(options).quality]

    assert Code.CENTERLINE_DIRECTION not in codes(rows)
    assert Code.CENTERLINE_DIRECTION in codes(rows[::-1])
