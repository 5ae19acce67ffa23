"""What may not matter does not: order of files, ways of storing HU, format, spacing of the line."""

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from pydicom import dcmread
from pydicom.dataset import Dataset

from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.lesion.lesion import Lesion
from ctocalc.scores.system import Basis
from ctocalc.study.result import CaseResult
from tests import dicom_builder

CASE = "two-occlusions"
EXACT = 1e-6


def analyse(series: Path, line: Path, settings: Path | None = None) -> CaseResult:
    return analyze_case(
        CaseOptions(series=series, lines=(LineOption(path=line),), frame="lps", settings=settings)
    )


def lesion_of(result: CaseResult) -> Lesion:
    (vessel,) = result.vessels
    (lesion,) = vessel.lesions
    return lesion


def numbers(result: CaseResult) -> list[float]:
    """Return every number a reader would compare, in mm, degrees, fractions, mm3, mg."""
    one = lesion_of(result)
    ends = [end for part in one.occlusions for end in (part.start_mm, part.end_mm)]
    measures = (
        one.length_mm, one.length_tip_mm, one.bend_deg, one.max_calcium_fraction,
        one.max_calcium_fraction_apparent, one.max_calcium_arc_deg, one.calcium_volume_mm3,
        one.calcium_mass_mg, one.proximal_stump.taper_mm, one.distal_stump.taper_mm,
    )  # fmt: skip
    values = [measure.value for measure in measures]
    assert None not in values
    return [*ends, *one.start_lps_mm, *one.end_lps_mm, *(value or 0.0 for value in values)]


def answers(result: CaseResult) -> dict[str, bool | None]:
    return {
        f"{row.score.title}: {finding.item}": finding.present
        for vessel in result.vessels
        for row in vessel.scores
        if row.score.basis is Basis.CORRECTED
        for finding in row.score.findings
    }


def table(result: CaseResult) -> np.ndarray:
    profile = result.vessels[0].profile
    assert profile is not None
    return np.nan_to_num(profile.values, nan=-1.0)


def assert_same(one: CaseResult, other: CaseResult, tolerance: float) -> None:
    assert numbers(one) == pytest.approx(numbers(other), abs=tolerance)
    assert answers(one) == answers(other)
    # What is large (HU, mg/cc) may differ by what single precision in a header does: 2e-4 seen.
    assert table(one) == pytest.approx(table(other), abs=tolerance, rel=min(0.5 * tolerance, 5e-4))


@pytest.fixture(scope="module")
def line(synthetic: Path) -> Path:
    return next((synthetic / CASE / "centerlines").iterdir())


@pytest.fixture(scope="module")
def base(analysed: Callable[[str], CaseResult]) -> CaseResult:
    return analysed(CASE)


@pytest.fixture(scope="module")
def slices(synthetic: Path) -> list[Dataset]:
    """Return the slices decoded by pydicom, lowest first."""
    found = [dcmread(path) for path in (synthetic / CASE / "dicom").iterdir()]
    for one in found:
        one.decompress()
    return sorted(found, key=lambda one: float(one.SliceLocation))


def put(one: Dataset, stored: np.ndarray) -> None:
    one.PixelData = np.ascontiguousarray(stored).tobytes()
    one["PixelData"].VR = "OW"


def half_slope(n: int, one: Dataset) -> None:
    put(one, (one.pixel_array * 2).astype("<i2"))
    one.RescaleSlope = "0.5"


def unsigned(n: int, one: Dataset) -> None:
    stored = one.pixel_array.astype("<u2") + np.uint16(1000)
    one.PixelRepresentation = 0
    one.RescaleIntercept = str(float(one.RescaleIntercept) - 1000)
    put(one, stored)


def rescale_of_its_own(n: int, one: Dataset) -> None:
    put(one, (one.pixel_array - n).astype("<i2"))
    one.RescaleIntercept = str(float(one.RescaleIntercept) + n)


def rows_the_other_way(n: int, one: Dataset) -> None:
    """Same voxels at the same places, stored from the right end of each row to the left."""
    stored = one.pixel_array
    row = np.array(one.ImageOrientationPatient[:3], dtype=float)
    last = float(one.PixelSpacing[1]) * (one.Columns - 1) * row
    place = np.array(one.ImagePositionPatient, dtype=float) + last
    one.ImagePositionPatient = [f"{x:.9g}" for x in place]
    one.ImageOrientationPatient = [
        *(f"{-x:.9g}" for x in row), *(str(x) for x in one.ImageOrientationPatient[3:])
    ]  # fmt: skip
    put(one, stored[:, ::-1].astype("<i2"))


def as_it_is(n: int, one: Dataset) -> None:
    """Uncompressed, under other names and instance numbers in no order: all that ``save`` does."""


@pytest.mark.parametrize(
    ("edit", "tolerance"),
    [
        (as_it_is, EXACT),
        (half_slope, EXACT),
        (unsigned, EXACT),
        pytest.param(rescale_of_its_own, 0.01, marks=pytest.mark.slow),
        (rows_the_other_way, 0.01),
    ],
)
def test_the_way_of_storing_does_not_matter(
    edit: dicom_builder.Edit, tolerance: float, slices: list[Dataset], line: Path,
    base: CaseResult, tmp_path: Path,
) -> None:  # fmt: skip
    folder = dicom_builder.save(copy.deepcopy(slices), tmp_path / "series", edit=edit)
    assert_same(analyse(folder, line), base, tolerance)


def test_slices_listed_downwards_are_the_same_volume(
    slices: list[Dataset], line: Path, base: CaseResult, tmp_path: Path
) -> None:
    for n, one in enumerate(reversed(slices)):
        turned = copy.deepcopy(one)
        turned.InstanceNumber, turned.SliceLocation = n + 1, float(n)
        dicom_builder.write(turned, tmp_path / f"im{n:04d}.dcm")
    assert_same(analyse(tmp_path, line), base, EXACT)


def test_a_nifti_copy_gives_the_same(
    slices: list[Dataset], synthetic: Path, line: Path, tmp_path: Path
) -> None:
    """Both with the same calibration, because NIfTI does not tell the tube voltage."""
    stored = np.stack([one.pixel_array for one in slices])
    hu = stored * float(slices[0].RescaleSlope) + float(slices[0].RescaleIntercept)
    first, second = (np.array(s.ImagePositionPatient, dtype=float) for s in slices[:2])
    row, column = np.array(slices[0].ImageOrientationPatient, dtype=float).reshape(2, 3)
    step = float(np.linalg.norm(second - first))
    image = sitk.GetImageFromArray(hu.astype(np.int16))
    image.SetOrigin(first.tolist())
    image.SetSpacing([float(slices[0].PixelSpacing[1]), float(slices[0].PixelSpacing[0]), step])
    image.SetDirection(np.stack([row, column, (second - first) / step], axis=1).ravel().tolist())
    sitk.WriteImage(image, str(tmp_path / "scan.nii.gz"))
    settings = tmp_path / "settings.toml"
    settings.write_text("[image]\nhu_per_mgcc = 1.4\n")
    nifti = analyse(tmp_path / "scan.nii.gz", line, settings)
    assert_same(nifti, analyse(synthetic / CASE / "dicom", line, settings), 1e-3)


def write_line(path: Path, points: np.ndarray) -> Path:
    rows = ["x_mm,y_mm,z_mm", *(",".join(f"{x:.6f}" for x in point) for point in points)]
    path.write_text("\n".join(rows) + "\n")
    return path


def points_of(line: Path) -> np.ndarray:
    return np.loadtxt(line, delimiter=",", skiprows=1, usecols=(0, 1, 2))


@pytest.mark.parametrize("step_mm", [0.3, 1.0, pytest.param(0.5, marks=pytest.mark.slow)])
def test_the_spacing_of_the_line_does_not_matter(
    step_mm: float, synthetic: Path, line: Path, base: CaseResult, tmp_path: Path
) -> None:
    points = points_of(line)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    s = np.append(np.arange(0, along[-1], step_mm), along[-1])
    resampled = np.stack([np.interp(s, along, axis) for axis in points.T], axis=1)
    found = analyse(
        synthetic / CASE / "dicom", write_line(tmp_path / f"{line.stem}.csv", resampled)
    )
    assert answers(found) == answers(base)
    one, other = lesion_of(found), lesion_of(base)
    assert one.length_mm.value == pytest.approx(other.length_mm.value, abs=0.2)
    assert one.start_lps_mm == pytest.approx(other.start_lps_mm, abs=0.2)
    assert one.end_lps_mm == pytest.approx(other.end_lps_mm, abs=0.2)
    assert one.max_calcium_fraction.value == pytest.approx(
        other.max_calcium_fraction.value, abs=0.03
    )


def test_a_reversed_line_swaps_entry_and_exit_and_nothing_else(
    synthetic: Path, line: Path, base: CaseResult, tmp_path: Path
) -> None:
    turned = write_line(tmp_path / f"{line.stem}.csv", points_of(line)[::-1])
    found, there = lesion_of(analyse(synthetic / CASE / "dicom", turned)), lesion_of(base)
    assert found.start_lps_mm == pytest.approx(there.end_lps_mm, abs=0.35)
    assert found.end_lps_mm == pytest.approx(there.start_lps_mm, abs=0.35)
    for one, other in (
        (found.proximal_stump, there.distal_stump),
        (found.distal_stump, there.proximal_stump),
    ):
        # The scan is sampled at other places: what is borderline may fall to either side.
        assert one.call == other.call or (one.borderline and other.borderline)
    assert len(found.occlusions) == len(there.occlusions)
    for mine, true, tolerance in (
        (found.length_mm, there.length_mm, 0.35),
        (found.bend_deg, there.bend_deg, 2.0),
        (found.max_calcium_fraction, there.max_calcium_fraction, 0.03),
        # One station's: the widest may be another.
        (found.max_calcium_arc_deg, there.max_calcium_arc_deg, 15.0),
    ):
        assert mine.value == pytest.approx(true.value, abs=tolerance)
    assert found.calcium_volume_mm3.value == pytest.approx(there.calcium_volume_mm3.value, rel=0.05)


def test_an_open_branch_given_alone_is_as_open_as_beside_its_parent(synthetic: Path) -> None:
    case = synthetic / "oblique-branch"
    (branch,) = analyse(case / "dicom", case / "centerlines" / "D1.csv").vessels
    assert branch.lesions == ()
