"""Damaged series: either the same HU at the same points of the patient, or refused by name."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset

from ctocalc.dicom.folder import scan
from ctocalc.dicom.geometry import arrange
from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused, Notice
from ctocalc.image.volume import Volume
from tests.dicom_builder import CANARY, Edit, Series, hu_at, oblique, put_hu, save

FLAT = Series()
ROW, COLUMN = oblique()
OBLIQUE = Series(row=ROW, column=COLUMN)


def around(series: Series, *, spread_mm: float = 1.0) -> np.ndarray:
    """Return points in the middle of the scan."""
    return np.array([series.centre() + d * spread_mm * series.normal for d in (-1, 0, 1)])


def codes(notices: tuple[Notice, ...]) -> set[Code]:
    return {notice.code for notice in notices}


def assert_true(volume: Volume) -> None:
    """Every voxel has the HU that belongs to its own point in the patient."""
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).astype(float)
    expected = hu_at(volume.grid.points(kji))
    assert np.abs(volume.hu() - expected).max() <= 1.001  # two roundings of a steep pattern


def read_around(folder: Path, series: Series, margin_mm: float = 3.0) -> tuple[Volume, set[Code]]:
    opened = open_series(folder)
    volume, notices, _ = read(opened, around(series), margin_mm=margin_mm)
    return volume, codes(opened.notices + notices)


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


def phases(series: Series, shift: float, edit: Edit) -> list[Dataset]:
    both = [float(k) for k in range(series.shape[0])]
    datasets = series.datasets(both + [k + shift for k in both])
    for n, ds in enumerate(datasets):
        edit(n >= len(both), ds)
    return datasets


def _percent(second: int, ds: Dataset) -> None:
    ds.NominalPercentageOfCardiacPhase = 75.0 if second else 40.0


def _trigger(second: int, ds: Dataset) -> None:
    ds.TriggerTime = 650 if second else 300


def _acquisition(second: int, ds: Dataset) -> None:
    ds.AcquisitionNumber = 1 + int(second)


@pytest.mark.parametrize("edit", [_percent, _trigger, _acquisition])
def test_two_phases_in_one_series_are_told_apart(tmp_path: Path, edit: Edit) -> None:
    save(phases(FLAT, 0.0, edit), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_PHASES
    assert "2 images" in str(refused.value)


def test_phases_between_each_other_are_not_stacked(tmp_path: Path) -> None:
    """Shifted by half a step they would pass for one series with half the step."""
    save(phases(FLAT, 0.5, _percent), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_PHASES


def test_slabs_with_their_own_trigger_times_are_one_image(tmp_path: Path) -> None:
    def slabs(n: int, ds: Dataset) -> None:
        ds.TriggerTime, ds.AcquisitionNumber = 300 + 10 * (n // 10), n // 10

    FLAT.write(tmp_path, edit=slabs)
    volume, _ = read_around(tmp_path, FLAT)
    assert_true(volume)


def test_phases_that_nothing_tells_apart_are_duplicates(tmp_path: Path) -> None:
    save(phases(FLAT, 0.0, lambda _n, _ds: None), tmp_path)
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SLICE_DUPLICATE


def test_each_slice_has_its_own_rescale(tmp_path: Path) -> None:
    def own(n: int, ds: Dataset) -> None:
        ds.RescaleIntercept, ds.RescaleSlope = -1024 + 3 * n, 1 if n % 2 else 2
        put_hu(ds, hu_at(FLAT.points(np.array(ds.ImagePositionPatient, dtype=float))))

    FLAT.write(tmp_path, edit=own)
    volume, _ = read_around(tmp_path, FLAT)
    assert (volume.stored.dtype.name, volume.slope, volume.intercept) == ("float32", 1.0, 0.0)
    assert_true(volume)


def test_a_slope_below_one_keeps_its_decimals(tmp_path: Path) -> None:
    series = Series(slope=0.1, intercept=0.0)
    series.write(tmp_path)
    volume, _ = read_around(tmp_path, series)
    assert (volume.stored.dtype.name, volume.slope) == ("int16", 0.1)
    assert_true(volume)


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


def test_one_slice_is_no_volume_and_two_are(tmp_path: Path) -> None:
    one, two = Series(shape=(1, 4, 5)), Series(shape=(2, 4, 5))
    with pytest.raises(ImageRefused) as refused:
        open_series(one.write(tmp_path / "1"))
    assert refused.value.code is Code.TOO_FEW_SLICES
    assert open_series(two.write(tmp_path / "2")).grid.shape_kji == (2, 4, 5)


def test_crops_equal_the_same_region_of_the_whole(tmp_path: Path) -> None:
    OBLIQUE.write(tmp_path)
    opened = open_series(tmp_path)
    whole, _, _ = read(opened, around(OBLIQUE), margin_mm=100)
    rng = np.random.default_rng(3)
    for _ in range(20):
        points = whole.grid.points(rng.uniform(0, np.array(whole.grid.shape_kji) - 1, (3, 3)))
        crop, _, _ = read(opened, points, margin_mm=float(rng.uniform(0, 3)))
        start = np.rint(whole.grid.indices(crop.grid.points(np.zeros(3)))).astype(int)
        box = tuple(slice(a, a + n) for a, n in zip(start, crop.grid.shape_kji, strict=True))
        np.testing.assert_array_equal(crop.stored, whole.stored[box])
        assert crop.grid.inside(points).all()


def test_the_digest_follows_what_was_used_and_nothing_else(tmp_path: Path) -> None:
    def digest(name: str, edit: Edit | None = None, seed: int = 0) -> str:
        opened = open_series(FLAT.write(tmp_path / name, edit=edit, seed=seed))
        return read(opened, around(FLAT), margin_mm=2)[2]

    def rename(_: int, ds: Dataset) -> None:
        ds.PatientName, ds.StudyDate = "OTHER", "20210101"

    def pixel(k: int) -> Edit:
        def edit(n: int, ds: Dataset) -> None:
            if n == k:
                data = bytearray(ds.PixelData)
                data[600] ^= 1
                ds.PixelData = bytes(data)

        return edit

    def voltage(_: int, ds: Dataset) -> None:
        ds.KVP = 100

    same = digest("a")
    assert len(same) == 64
    assert digest("b", seed=4) == same
    assert digest("c", rename) == same
    assert digest("d", pixel(0)) == same  # far from the points: not used
    assert digest("e", pixel(20)) != same
    assert digest("f", voltage) != same


def test_no_message_carries_the_patient(tmp_path: Path) -> None:
    folder = tmp_path / "DOE^JANE"
    save(FLAT.datasets([*doubled(5), 45.0]), folder)
    (folder / "cut").write_bytes(b"\0" * 128 + b"DICM" + CANARY.encode())
    opened = open_series(folder)
    notices = opened.notices + read(opened, around(FLAT), margin_mm=2)[1]
    assert codes(notices) >= {Code.SLICE_DUPLICATE, Code.SLICE_MISSING, Code.FILES_SET_ASIDE}
    with pytest.raises(ImageRefused) as refused:
        read(opened, around(FLAT), margin_mm=50)
    said = " ".join(n.message for n in notices) + str(refused.value)
    for secret in ("CANARY", "DOE", "2020", str(tmp_path)):
        assert secret not in said


def test_slices_stay_in_the_order_of_their_normal(tmp_path: Path) -> None:
    OBLIQUE.write(tmp_path)
    stack = arrange(scan(tmp_path).headers)
    assert (np.diff(stack.depth_mm) > 0).all()
    np.testing.assert_allclose(np.diff(stack.depth_mm), 0.5, atol=1e-6)
