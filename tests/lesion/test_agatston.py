"""Agatston's sum against other programs' test values and against its own rules.

Reference values: kcenon/dicom_viewer, tests/unit/calcium_scorer_test.cpp at 7fa535a6e90f
(BSD-3-Clause), and MolloiLab/CalciumScoring.jl, test/agatston.jl at 36a631630abc (MIT).
"""

import numpy as np
import pytest

from ctocalc._arrays import Array, Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from ctocalc.lesion.agatston import Islands, islands, thresholds

AT_120 = (130.0, 200.0, 300.0, 400.0)
SPACING = (3.0, 0.5, 0.5)


def volume(hu: Array, spacing: tuple[float, float, float] = SPACING) -> Volume:
    k, j, i = hu.shape
    grid = VoxelGrid.axis_aligned((k, j, i), spacing)
    return Volume(stored=hu.astype(np.int16), slope=1.0, intercept=0.0, grid=grid)


Part = tuple[int, int, int, int, int, int, float]


def blocks(*parts: Part, shape: tuple[int, int, int] = (9, 40, 40)) -> Array:
    """Background 0 HU; each part is k, j, i, depth, height, width, HU."""
    hu = np.zeros(shape)
    for k, j, i, depth, height, width, value in parts:
        hu[k : k + depth, j : j + height, i : i + width] = value
    return hu


def found(
    hu: Array,
    *,
    spacing: tuple[float, float, float] = SPACING,
    levels: tuple[float, float, float, float] = AT_120,
    radius_mm: float = 50.0,
) -> Islands:
    """Islands about an axis through the middle of every slice."""
    return of_volume(volume(hu, spacing), levels, radius_mm)


def of_volume(
    scan: Volume, levels: tuple[float, float, float, float] = AT_120, radius_mm: float = 50.0
) -> Islands:
    count, rows, columns = scan.grid.shape_kji
    k = np.linspace(0, count - 1, 8 * count)
    kji = np.stack([k, 0 * k + (rows - 1) / 2, 0 * k + (columns - 1) / 2], axis=1)
    axis: Floats = scan.grid.points(kji)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(axis, axis=0), axis=1))])
    return islands(scan, axis, along, np.full(len(k), radius_mm), levels_hu=levels)


def score(hu: Array, **kwargs: object) -> float:
    return float(found(hu, **kwargs).score.sum())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("hu", "weight"),
    [
        (0, 0), (100, 0), (129, 0), (130, 1), (150, 1), (199, 1), (200, 2), (250, 2), (299, 2),
        (300, 3), (350, 3), (399, 3), (400, 4), (500, 4), (1000, 4),
    ],
)  # fmt: skip
def test_weights_of_dicom_viewer(hu: float, weight: float) -> None:
    assert score(blocks((4, 18, 18, 1, 4, 4, hu))) == pytest.approx(4.0 * weight)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([(4, 18, 18, 1, 4, 4, 150)], 4.0),
        ([(4, 18, 18, 1, 4, 4, 500)], 16.0),
        ([(3, 18, 18, 3, 4, 4, 250)], 24.0),
        ([(2, 10, 10, 1, 4, 4, 180), (4, 25, 25, 1, 4, 4, 350)], 16.0),
        ([(3, 18, 18, 1, 4, 4, 150), (4, 18, 18, 1, 4, 4, 350)], 16.0),
        ([(4, 18, 18, 1, 6, 6, 200)], 18.0),
        ([(3, 10, 10, 3, 20, 20, 400)], 1200.0),
        ([], 0.0),
    ],
)
def test_scores_of_dicom_viewer(parts: list[Part], expected: float) -> None:
    assert score(blocks(*parts)) == pytest.approx(expected)


@pytest.mark.parametrize(("hu", "expected"), [(130, 16.0 / 3.0), (129, 0.0)])
def test_voxels_of_one_millimetre_of_dicom_viewer(hu: float, expected: float) -> None:
    """16 mm2 on a slice of 1 mm: a third of what a slice of 3 mm counts."""
    got = score(blocks((4, 18, 18, 1, 4, 4, hu)), spacing=(1.0, 1.0, 1.0))
    assert got == pytest.approx(expected)


def test_a_single_small_voxel_of_dicom_viewer_is_dropped() -> None:
    assert score(blocks((4, 18, 18, 1, 1, 1, 200)), spacing=(3.0, 0.3, 0.3)) == 0.0


@pytest.mark.parametrize("hu", [50.0, -100.0])
def test_even_tissue_of_dicom_viewer_scores_nothing(hu: float) -> None:
    assert score(np.full((5, 20, 20), hu)) == 0.0


def test_block_of_calcium_scoring_jl() -> None:
    """It counts every slice in full: 16 there is 16 x 0.5 / 3 by slices of 3 mm."""
    hu = blocks((4, 18, 18, 2, 4, 2, 400), shape=(9, 40, 40))
    assert score(hu, spacing=(0.5, 0.5, 0.5)) == pytest.approx(16.0 * 0.5 / 3.0)


@pytest.mark.parametrize(("kvp", "hu"), [(135, 260), (120, 280), (100, 310), (80, 400)])
def test_voltages_of_calcium_scoring_jl(kvp: float, hu: float) -> None:
    block = blocks((4, 18, 18, 2, 4, 3, hu), shape=(9, 40, 40))
    got = score(block, spacing=(0.5, 0.5, 0.5), levels=thresholds(kvp))
    assert got == pytest.approx(12.0 * 0.5 / 3.0)


@pytest.mark.parametrize(
    ("kvp", "levels"),
    [
        (70, (207, 318, 477, 636)), (80, (177, 271, 408, 544)), (100, (145, 222, 334, 446)),
        (120, (130, 200, 300, 400)), (135, (119, 183, 274, 364)), (140, (119, 183, 274, 364)),
        (None, (130, 200, 300, 400)), (110, (137.5, 211, 317, 423)), (90, (161, 246.5, 371, 495)),
    ],
)  # fmt: skip
def test_thresholds_by_voltage(kvp: float | None, levels: tuple[float, ...]) -> None:
    assert thresholds(kvp) == pytest.approx(levels)


def test_one_square_millimetre_is_enough_and_less_is_not() -> None:
    assert score(blocks((4, 18, 18, 1, 2, 2, 250))) == pytest.approx(2.0)
    assert score(blocks((4, 18, 18, 1, 1, 3, 250))) == 0.0


def test_the_least_area_holds_per_island_not_per_slice() -> None:
    two_small = blocks((4, 10, 10, 1, 1, 3, 250), (4, 20, 20, 1, 1, 3, 250))
    assert score(two_small) == 0.0


def test_islands_touch_over_corners() -> None:
    """Two blocks of 0.5 mm2 that meet at a corner are one island of 1 mm2, weighed by its peak."""
    hu = blocks((4, 18, 18, 1, 1, 2, 150), (4, 19, 20, 1, 1, 2, 450))
    one = found(hu)
    assert len(one.score) == 1
    assert one.score.sum() == pytest.approx(1.0 * 4)


def test_each_island_has_the_weight_of_its_own_peak() -> None:
    hu = blocks((4, 10, 10, 1, 4, 4, 150), (4, 25, 25, 1, 4, 4, 450))
    assert sorted(found(hu).score) == pytest.approx([4.0, 16.0])


def test_a_neighbour_outside_the_artery_is_left_out() -> None:
    own = (4, 18, 18, 1, 4, 4, 450)
    neighbour = (4, 2, 2, 1, 8, 8, 450)
    assert score(blocks(own, neighbour), radius_mm=3.0) == pytest.approx(16.0)
    assert score(blocks(own, neighbour)) == pytest.approx(16.0 + 64.0)


def test_a_large_neighbour_that_reaches_into_the_artery_is_left_out_whole() -> None:
    reaching = blocks((3, 1, 1, 3, 20, 20, 450))
    assert score(reaching, radius_mm=3.0) == 0.0


def test_a_piece_of_the_artery_that_leans_out_counts_inside_only() -> None:
    """Centred 1.5 mm off the axis: the voxels within 3 mm of the axis count."""
    leaning = blocks((4, 18, 21, 1, 4, 6, 450), shape=(9, 40, 40))
    j, i = np.meshgrid(np.arange(18, 22), np.arange(21, 27), indexing="ij")
    inside = np.hypot(0.5 * (j - 19.5), 0.5 * (i - 19.5)) <= 3.0
    assert 0 < inside.sum() < inside.size
    assert score(leaning, radius_mm=3.0) == pytest.approx(inside.sum() * 0.25 * 4)


def test_between_takes_the_islands_of_an_interval() -> None:
    hu = blocks((1, 18, 18, 1, 4, 4, 150), (5, 18, 18, 1, 4, 4, 450), (7, 18, 18, 1, 4, 4, 250))
    seen = found(hu)
    assert seen.between(0.0, 100.0) == pytest.approx(4.0 + 16.0 + 8.0)
    assert seen.between(13.0, 17.0) == pytest.approx(16.0)
    assert seen.between(0.0, 1.0) == 0.0
    np.testing.assert_allclose(np.sort(seen.arclength_mm), [3.0, 15.0, 21.0], atol=0.4)


def test_the_order_of_the_slices_does_not_matter() -> None:
    hu = blocks((1, 18, 18, 2, 4, 4, 150), (5, 15, 18, 1, 6, 4, 450))
    plain = volume(hu)
    affine = plain.grid.lps_from_kji.copy()
    affine[:3, 3] += affine[:3, 0] * (len(hu) - 1)
    affine[:3, 0] *= -1
    turned = Volume(
        stored=np.ascontiguousarray(hu[::-1]).astype(np.int16), slope=1.0, intercept=0.0,
        grid=VoxelGrid(shape_kji=plain.grid.shape_kji, lps_from_kji=affine),
    )  # fmt: skip
    assert of_volume(turned).score.sum() == pytest.approx(of_volume(plain).score.sum())
