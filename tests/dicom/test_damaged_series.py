"""Damaged series: either the same HU at the same points of the patient, or refused by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ctocalc.dicom.headers import read_headers
from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Edit, Series, files, save
from tests.known_series import FLAT, OBLIQUE, around, assert_true, codes, read_around


@pytest.mark.parametrize("series", [FLAT, OBLIQUE], ids=["flat", "oblique"])
@pytest.mark.parametrize("seed", range(3))
def test_names_and_instance_numbers_do_not_matter(
    tmp_path: Path, series: Series, seed: int
) -> None:
    series.write(tmp_path, seed=seed)
    opened = open_series(tmp_path)
    volume, notices, _ = read(opened, around(series), margin_mm=100)
    assert not notices
    assert volume.grid.shape_kji == series.shape == opened.grid.shape_kji
    np.testing.assert_allclose(volume.grid.points(np.zeros(3)), series.first, atol=1e-6)
    np.testing.assert_allclose(volume.grid.spacing_kji_mm, (0.5, 0.4, 0.3), rtol=1e-6)
    assert_true(volume)


@pytest.mark.parametrize("series", [FLAT, OBLIQUE], ids=["flat", "oblique"])
def test_a_reversed_series_gives_the_same_volume(tmp_path: Path, series: Series) -> None:
    series.write(tmp_path / "a")
    save(series.datasets(reversed(range(series.shape[0]))), tmp_path / "b")
    a, _ = read_around(tmp_path / "a", series)
    b, _ = read_around(tmp_path / "b", series)
    np.testing.assert_array_equal(a.stored, b.stored)
    np.testing.assert_array_equal(a.grid.lps_from_kji, b.grid.lps_from_kji)


def test_a_normal_that_points_down_is_followed(tmp_path: Path) -> None:
    series = Series(row=np.array([-1.0, 0, 0]))
    series.write(tmp_path)
    volume, _ = read_around(tmp_path, series, 100)
    assert volume.grid.lps_from_kji[2, 0] < 0
    assert_true(volume)


def test_swapped_pixel_spacing_would_be_noticed(tmp_path: Path) -> None:
    """Guard of the other tests: with row and column spacing exchanged the pattern is elsewhere."""

    def swap(_: int, ds: Dataset) -> None:
        ds.PixelSpacing = ds.PixelSpacing[::-1]

    FLAT.write(tmp_path, edit=swap)
    volume, _ = read_around(tmp_path, FLAT)
    with pytest.raises(AssertionError):
        assert_true(volume)


def without(*dropped: int) -> list[float]:
    return [float(k) for k in range(FLAT.shape[0]) if k not in dropped]


def doubled(k: int) -> list[float]:
    return [float(n) for n in sorted([*range(FLAT.shape[0]), k])]


def stepped(at: int) -> list[float]:
    return [float(n if n <= at else at + 2 * (n - at)) for n in range(FLAT.shape[0])]


DAMAGES: list[tuple[str, Callable[[int], list[float]], Code]] = [
    ("one missing", without, Code.SLICE_MISSING),
    ("five missing", lambda k: without(*range(k, k + 5)), Code.SLICE_MISSING),
    ("one double", doubled, Code.SLICE_DUPLICATE),
    ("one off by 3 %", lambda k: [n + 0.03 * (n == k) for n in without()], Code.SPACING_IRREGULAR),
    ("half a step more", lambda k: [n + 0.4 * (n >= k) for n in without()], Code.SPACING_IRREGULAR),
    ("half a step less", lambda k: [n - 0.4 * (n >= k) for n in without()], Code.SPACING_IRREGULAR),
    ("twice the step", stepped, Code.SPACING_IRREGULAR),
]


@pytest.mark.parametrize("series", [FLAT, OBLIQUE], ids=["flat", "oblique"])
@pytest.mark.parametrize(("name", "at", "code"), DAMAGES, ids=[d[0] for d in DAMAGES])
def test_a_defect_within_the_margin_is_refused(
    tmp_path: Path, series: Series, name: str, at: Callable[[int], list[float]], code: Code
) -> None:
    save(series.datasets(at(19)), tmp_path)
    opened = open_series(tmp_path)
    assert not opened.regular
    with pytest.raises(ImageRefused) as refused:
        read(opened, around(series), margin_mm=3)
    assert refused.value.code is code
    assert "mm along the normal" in str(refused.value) or "at slice" in str(refused.value)


@pytest.mark.parametrize("series", [FLAT, OBLIQUE], ids=["flat", "oblique"])
@pytest.mark.parametrize(("name", "at", "code"), DAMAGES, ids=[d[0] for d in DAMAGES])
@pytest.mark.parametrize("k", [6, 33])
def test_a_defect_elsewhere_is_a_warning_and_the_crop_is_right(
    tmp_path: Path, series: Series, name: str, at: Callable[[int], list[float]], code: Code, k: int
) -> None:
    save(series.datasets(at(k)), tmp_path)
    points = around(series) if k > 20 else around(series) + 1.5 * series.normal
    opened = open_series(tmp_path)
    volume, notices, _ = read(opened, points, margin_mm=2.4)
    assert codes(notices) == {code}
    assert opened.grid.inside(points).all()
    assert_true(volume)


def test_the_answer_to_what_lies_inside_survives_a_gap(tmp_path: Path) -> None:
    save(FLAT.datasets(without(*range(10, 20))), tmp_path)
    grid = open_series(tmp_path).grid
    for k, within in ((0, True), (39, True), (-1.5, False), (40.5, False)):
        point = FLAT.points(FLAT.position(k))[10, 15]
        assert bool(grid.inside(point)) is within


def test_gantry_tilt_is_read_by_its_true_affine(tmp_path: Path) -> None:
    series = Series(tilt_per_slice_mm=0.5 * np.tan(np.radians(15)))
    series.write(tmp_path)
    opened = open_series(tmp_path)
    assert opened.facts.tilt_deg == pytest.approx(15, abs=1e-3)
    assert Code.GANTRY_TILT in codes(opened.notices)
    volume, _, _ = read(opened, around(series), margin_mm=100)
    assert volume.grid.voxel_volume_mm3 == pytest.approx(0.5 * 0.4 * 0.3, rel=1e-4)
    assert_true(volume)


def test_a_slice_far_aside_does_not_bend_what_lies_inside(tmp_path: Path) -> None:
    """Found by the fuzzer: the way from the first slice to the last is not that of the stack."""

    def aside(n: int, ds: Dataset) -> None:
        if n == 39:
            ds.ImagePositionPatient = [9e4, *ds.ImagePositionPatient[1:]]

    FLAT.write(tmp_path, edit=aside)
    opened = open_series(tmp_path)
    assert opened.grid.inside(around(FLAT)).all()
    volume, notices, _ = read(opened, around(FLAT), margin_mm=3)
    assert codes(notices) == {Code.SPACING_IRREGULAR}
    assert_true(volume)


@pytest.mark.parametrize(("degrees", "right"), [(44, True), (46, False), (89.99, False)])
def test_no_gantry_tilts_by_more_than_45_degrees(
    tmp_path: Path, degrees: float, right: bool
) -> None:
    series = Series(shape=(8, 9, 10), tilt_per_slice_mm=0.5 * np.tan(np.radians(degrees)))
    series.write(tmp_path)
    if right:
        assert_true(read_around(tmp_path, series, 50)[0])
        return
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SPACING_IRREGULAR


def test_slices_that_wander_sideways_are_refused(tmp_path: Path) -> None:
    def wander(n: int, ds: Dataset) -> None:
        x, y, z = (float(v) for v in ds.ImagePositionPatient)
        ds.ImagePositionPatient = [x + 0.4 * np.sin(n), y, z]

    def jump(n: int, ds: Dataset) -> None:
        x, y, z = (float(v) for v in ds.ImagePositionPatient)
        ds.ImagePositionPatient = [x + 3 * (n > 19), y, z]

    for name, edit in (("wander", wander), ("jump", jump)):
        FLAT.write(tmp_path / name, edit=edit)
        with pytest.raises(ImageRefused) as refused:
            read_around(tmp_path / name, FLAT)
        assert refused.value.code is Code.SPACING_IRREGULAR


def test_a_step_that_creeps_within_the_tolerance_does_not_bend_the_affine(tmp_path: Path) -> None:
    creeping = np.cumsum(np.r_[0, np.linspace(0.992, 1.008, 399)])
    series = Series(shape=(400, 4, 5))
    save(series.datasets(creeping), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        read_around(tmp_path, series)
    assert refused.value.code is Code.SPACING_IRREGULAR


@pytest.mark.parametrize("decimals", [2, 3])
@pytest.mark.parametrize("step", [0.3, 0.3125, 1 / 3, 0.625])
def test_rounded_position_text_is_no_defect(tmp_path: Path, decimals: int, step: float) -> None:
    def rounded(_: int, ds: Dataset) -> None:
        ds.ImagePositionPatient = [f"{float(v):.{decimals}f}" for v in ds.ImagePositionPatient]

    series = Series(shape=(40, 6, 7), step_mm=step, first=np.array([-7.03, 11.08, -103.11]))
    series.write(tmp_path, edit=rounded)
    opened = open_series(tmp_path)
    assert opened.regular
    assert opened.facts.tilt_deg == 0
    assert opened.facts.spacing_kji_mm[0] == pytest.approx(step, abs=0.01 / 30)


def _turned(n: int, ds: Dataset) -> None:
    if n > 30:
        ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]


def _resized(n: int, ds: Dataset) -> None:
    if n > 30:
        ds.PixelSpacing = [0.5, 0.5]


def _no_position(n: int, ds: Dataset) -> None:
    if n == 20:
        del ds.ImagePositionPatient


def _bad_position(n: int, ds: Dataset) -> None:
    if n == 20:
        ds.ImagePositionPatient = ["1", "nan", "3"]


def _bad_spacing(_: int, ds: Dataset) -> None:
    ds.PixelSpacing = [0, 0.3]


def _skewed(_: int, ds: Dataset) -> None:
    ds.ImageOrientationPatient = [1, 0, 0, 0.5, 0.866025, 0]


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (_turned, Code.ORIENTATION_MIXED),
        (_resized, Code.ORIENTATION_MIXED),
        (_no_position, Code.GEOMETRY_MISSING),
        (_bad_position, Code.GEOMETRY_MISSING),
        (_bad_spacing, Code.GEOMETRY_MISSING),
        (_skewed, Code.GEOMETRY_MISSING),
    ],
)
def test_geometry_that_cannot_be_trusted_is_refused(tmp_path: Path, edit: Edit, code: Code) -> None:
    FLAT.write(tmp_path, edit=edit)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is code
    assert "CANARY" not in str(refused.value)


def test_a_file_cut_off_away_from_the_vessels_is_a_warning(tmp_path: Path) -> None:
    FLAT.write(tmp_path)
    file = next(f for f in files(tmp_path) if read_headers(str(f))[0].position[2] > 119)
    file.write_bytes(file.read_bytes()[:-40])
    assert Code.TRUNCATED in read_around(tmp_path, FLAT)[1]
    with pytest.raises(ImageRefused) as refused:
        read_around(tmp_path, FLAT, margin_mm=40)
    assert refused.value.code is Code.TRUNCATED


def test_slices_in_pairs_are_not_called_missing(tmp_path: Path) -> None:
    save(FLAT.datasets([n + 0.2 * m for n in range(20) for m in (0, 1)]), tmp_path)
    with pytest.raises(ImageRefused, match="one of many long steps between") as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SPACING_IRREGULAR
    assert "missing" not in str(refused.value)
