"""A real chest CT without contrast: calcium as an independent plain rule counts it, nothing more.

The crop travels with every clone; the whole scan lies in ``shared_data``.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from scipy.interpolate import CubicSpline
from scipy.ndimage import label
from scipy.spatial import cKDTree

from ctocalc._arrays import Floats
from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.batch.scan import open_scan, read_scan
from ctocalc.errors import CenterlineRefused, Code
from ctocalc.files.centerlines import read_centerlines
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.lesion import agatston
from ctocalc.study.result import CaseResult, VesselResult

CROP = Path(__file__).resolve().parents[1] / "data" / "nlst_lad"
LEVELS_HU = (130.0, 200.0, 300.0, 400.0)
SLICE_SUM = 106.142
SCORE = 70.762


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """What the plain rule counts along a line."""

    slice_sum: float
    volume_mm3: float
    peaks_hu: tuple[float, ...]


def dense(points: Floats) -> tuple[Floats, Floats]:
    """Return a spline through the points every 0.05 mm, and its arc length."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    chord = np.concatenate([[0.0], np.cumsum(steps)])
    line = CubicSpline(chord, points)(np.arange(0.0, chord[-1], 0.05))
    along = np.linalg.norm(np.diff(line, axis=0), axis=1)
    return line, np.concatenate([[0.0], np.cumsum(along)])


def plain_rule(volume: Volume, points: Floats, *, from_mm: float = 8.0) -> Plain:
    """Count voxels of at least 130 HU within 3 mm of the line, islands per slice; no exclusion."""
    line, along = dense(points)
    line = line[along >= from_mm]
    volume = volume.crop(volume.grid.box(line, 4.0))
    hu = np.nan_to_num(volume.hu(), nan=-3000.0)
    bright = np.argwhere(hu >= LEVELS_HU[0])
    centres = volume.grid.points(bright.astype(float))
    distance, _ = cKDTree(line).query(centres, distance_upper_bound=3.0)
    own = np.zeros(hu.shape, dtype=bool)
    own[tuple(bright[np.isfinite(distance)].T)] = True
    _, row, column = volume.grid.spacing_kji_mm
    total = 0.0
    for k in np.flatnonzero(own.any(axis=(1, 2))):
        islands, count = label(own[k], structure=np.ones((3, 3)))
        for n in range(1, count + 1):
            inside = hu[k][islands == n]
            area = inside.size * row * column
            if area < 1.0:
                own[k][islands == n] = False
                continue
            total += area * int((inside.max() >= np.array(LEVELS_HU)).sum())
    pieces, count = label(own, structure=np.ones((3, 3, 3)))
    peaks = sorted((float(hu[pieces == n].max()) for n in range(1, count + 1)), reverse=True)
    volume_mm3 = float(own.sum()) * volume.grid.voxel_volume_mm3
    return Plain(slice_sum=total, volume_mm3=volume_mm3, peaks_hu=tuple(peaks))


def islands_of(volume: Volume, points: Floats, *, from_mm: float) -> float:
    """Return the package's own sum along the raw line, radius 3 mm."""
    line, along = dense(points)
    keep = along >= from_mm
    found = agatston.islands(
        volume, line[keep], along[keep], np.full(int(keep.sum()), 3.0), levels_hu=LEVELS_HU
    )
    return float(found.score.sum())


def whole(series: Path) -> Volume:
    scan = open_scan(series)
    corners = np.array(np.meshgrid(*([0, n - 1] for n in scan.grid.shape_kji))).reshape(3, -1).T
    return read_scan(scan, scan.grid.points(corners), margin_mm=0.0)[0]


def analyse(series: Path, *lines: Path, frame: str | None = None) -> CaseResult:
    options = tuple(LineOption(path=path) for path in lines)
    return analyze_case(CaseOptions(series=series, lines=options, frame=frame))


def score_of(vessel: VesselResult) -> float:
    assert vessel.calcium is not None
    assert vessel.calcium.agatston.value is not None
    return vessel.calcium.agatston.value


@pytest.fixture(scope="module")
def crop() -> Volume:
    return whole(CROP / "dicom")


@pytest.fixture(scope="module")
def lad() -> Floats:
    return read_centerlines(CROP / "lad.csv").points_lps_mm


@pytest.fixture(scope="module")
def found() -> CaseResult:
    return analyse(CROP / "dicom", CROP / "lad.csv")


@pytest.fixture(scope="module")
def scan(shared_data: Path) -> Path:
    return shared_data / "nlst_chest_toshiba"


@pytest.fixture(scope="module")
def entire(scan: Path) -> Volume:
    return whole(scan / "dicom")


def test_the_score_is_that_of_the_plain_rule(found: CaseResult) -> None:
    assert score_of(found.vessels[0]) == pytest.approx(SCORE, rel=0.05)


def test_there_are_two_plaques_where_the_plain_rule_sees_them(found: CaseResult) -> None:
    calcium = found.vessels[0].calcium
    assert calcium is not None
    places = [(plaque.start_mm, plaque.end_mm) for plaque in calcium.plaques]
    assert places == [
        pytest.approx((20.7, 26.4), abs=1.5), pytest.approx((30.7, 34.9), abs=1.5)
    ]  # fmt: skip
    peaks = [plaque.peak_hu.value for plaque in calcium.plaques]
    assert peaks == [pytest.approx(915, rel=0.15), pytest.approx(395, rel=0.15)]


def test_without_contrast_no_occlusion_is_invented_and_none_is_scored(found: CaseResult) -> None:
    codes = {notice.code for notice in found.quality}
    assert codes >= {Code.NO_CONTRAST, Code.SLICES_THICK, Code.KERNEL_SHARP}
    (vessel,) = found.vessels
    assert vessel.lesions == ()
    assert vessel.profile is not None
    assert not vessel.profile.occluded.any()
    assert vessel.scores
    assert all(row.score.points_high is None and row.score.reason for row in vessel.scores)


def test_the_plain_rule_gives_the_published_numbers(crop: Volume, lad: Floats) -> None:
    counted = plain_rule(crop, lad)
    assert counted.slice_sum == pytest.approx(SLICE_SUM, abs=0.01)
    assert counted.volume_mm3 == pytest.approx(60.65, abs=0.01)
    assert counted.peaks_hu == (915, 395)
    assert islands_of(crop, lad, from_mm=8.0) == pytest.approx(SCORE, abs=0.01)


def test_the_aortic_root_is_not_counted_though_it_touches_the_tube(
    crop: Volume, lad: Floats, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plain_rule(crop, lad, from_mm=0.0).slice_sum == pytest.approx(109.6, abs=0.05)
    assert islands_of(crop, lad, from_mm=0.0) == pytest.approx(SCORE, abs=0.01)
    monkeypatch.setattr(agatston, "OWN_SHARE", 0.0)
    assert islands_of(crop, lad, from_mm=0.0) == pytest.approx(109.6 * 2 / 3, abs=0.05)


def test_the_line_declared_in_the_other_frame_lies_outside_the_crop() -> None:
    with pytest.raises(CenterlineRefused) as refused:
        analyse(CROP / "dicom", CROP / "lad.csv", frame="ras")
    assert refused.value.code is Code.CENTERLINE_OUTSIDE_IMAGE


def test_the_whole_scan_and_the_crop_agree(scan: Path, found: CaseResult) -> None:
    lines = (scan / "centerlines" / f"{name}.csv" for name in ("lad", "rca", "lcx"))
    result = analyse(scan / "dicom", *lines)
    scores = {vessel.vessel: score_of(vessel) for vessel in result.vessels}
    # Three lines tell noise and blur otherwise than one: a voxel or two at the wall come or go.
    assert scores["LAD"] == pytest.approx(score_of(found.vessels[0]), rel=0.02)
    assert scores["RCA"] == scores["LCX"] == 0
    assert all(vessel.lesions == () for vessel in result.vessels)


def reversed_slices(volume: Volume) -> Volume:
    """Return the mistake of stacking slices downwards on an affine that runs upwards."""
    stored = np.ascontiguousarray(volume.stored[::-1])
    return Volume(stored=stored, slope=volume.slope, intercept=volume.intercept, grid=volume.grid)


def mirrored(volume: Volume) -> Volume:
    stored = np.ascontiguousarray(volume.stored[:, :, ::-1])
    return Volume(stored=stored, slope=volume.slope, intercept=volume.intercept, grid=volume.grid)


def shifted(volume: Volume, kji: tuple[float, float, float]) -> Volume:
    affine = volume.grid.lps_from_kji.copy()
    affine[:3, 3] = volume.grid.points(np.array(kji))
    grid = VoxelGrid(shape_kji=volume.grid.shape_kji, lps_from_kji=affine)
    return Volume(stored=volume.stored, slope=volume.slope, intercept=volume.intercept, grid=grid)


def test_every_mistake_of_frame_changes_the_sum_as_it_is_known_to(
    entire: Volume, lad: Floats
) -> None:
    """So that the sum of the right frame is no accident."""
    sums = {
        "none": plain_rule(entire, lad).slice_sum,
        "x and y flipped": plain_rule(entire, lad * [-1, -1, 1]).slice_sum,
        "x flipped": plain_rule(entire, lad * [-1, 1, 1]).slice_sum,
        "x and y swapped": plain_rule(entire, lad[:, [1, 0, 2]]).slice_sum,
        "image mirrored": plain_rule(mirrored(entire), lad).slice_sum,
        "slices reversed": plain_rule(reversed_slices(entire), lad).slice_sum,
        "half a pixel off": plain_rule(shifted(entire, (0, 0.5, 0.5)), lad).slice_sum,
        "one slice off": plain_rule(shifted(entire, (-1, 0, 0)), lad).slice_sum,
    }
    known = {
        "none": 106.14, "x and y flipped": 2182, "x flipped": 264, "x and y swapped": 0,
        "image mirrored": 0, "slices reversed": 28.9, "half a pixel off": 106.14,
        "one slice off": 90.7,
    }  # fmt: skip
    # The sum over bone depends on how the line is drawn between its points.
    loose = {"x and y flipped": 0.06}
    assert sums == {
        name: pytest.approx(value, rel=loose.get(name, 0.003)) for name, value in known.items()
    }


def test_a_line_in_the_other_frame_is_found_out_by_the_image(scan: Path, tmp_path: Path) -> None:
    """Both readings lie inside this scan; only the voxels can tell them apart."""
    header, *rows = (scan / "centerlines" / "lad.csv").read_text("utf-8").splitlines()
    points = np.array([row.split(",") for row in rows], dtype=float) * [-1, -1, 1]
    line = tmp_path / "lad.csv"
    line.write_text("\n".join([header, *(",".join(f"{x:.3f}" for x in p) for p in points)]))
    with pytest.raises(CenterlineRefused) as refused:
        analyse(scan / "dicom", line)
    assert refused.value.code is Code.CENTERLINE_FRAME_IMPLAUSIBLE
    right = analyse(scan / "dicom", line, frame="ras")
    assert score_of(right.vessels[0]) == pytest.approx(SCORE, rel=0.05)


def test_a_frame_declared_wrongly_never_gives_the_number(scan: Path) -> None:
    (vessel,) = analyse(scan / "dicom", scan / "centerlines" / "lad.csv", frame="ras").vessels
    assert vessel.calcium is not None
    assert vessel.calcium.agatston.value != pytest.approx(SCORE, rel=0.2)


def test_the_files_of_the_crop_carry_their_licence_and_no_identity() -> None:
    text = (CROP / "README.md").read_text("utf-8") + (CROP / "LICENSE.txt").read_text("utf-8")
    for needed in ("CC BY 4.0", "10.7937/TCIA.HMQ8-J677", "National Lung Screening Trial"):
        assert needed in text
    for path in (CROP / "dicom").iterdir():
        header = dcmread(path, stop_before_pixels=True)
        assert not header.PatientName
        assert header.PatientID == "NLST"
        assert not header.StudyDate
