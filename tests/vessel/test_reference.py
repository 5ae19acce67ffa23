"""The lumen's HU along a vessel: what is narrow is not dim, and what is dim is a lumen still."""

import numpy as np
import pytest

from ctocalc._arrays import Floats, Ints
from ctocalc.vessel.reference import reference_hu, with_dim_ends
from ctocalc.vessel.tissue import Tissue

STEP = 0.5
N = 120
LUMEN, PLAQUE = 400.0, 60.0


def blocked(start: int, stop: int) -> Ints:
    tissue = np.full(N, Tissue.LUMEN, dtype=np.int64)
    tissue[start:stop] = Tissue.PLAQUE
    return tissue


def seen(tissue: Ints, hu: Floats, diameter_mm: Floats, blur_mm: float = 0.4) -> Floats:
    """Return HU (N,) at the centre of blurred discs."""
    shown = 1.0 - np.exp(-(diameter_mm**2) / (8 * blur_mm**2))
    return np.where(tissue == Tissue.LUMEN, PLAQUE + (hu - PLAQUE) * shown, PLAQUE)


def dim_ends(reference: Floats, contrast: Floats, tissue: Ints) -> Floats:
    return with_dim_ends(reference, contrast, tissue, floor_hu=PLAQUE, above_hu=70.0, step_mm=STEP)


def test_a_taper_is_narrow_and_not_dim() -> None:
    tissue = blocked(50, 70)
    diameter = np.full(N, 2.4)
    diameter[34:50] = np.linspace(2.4, 0.3, 16)
    found, _ = reference_hu(
        seen(tissue, np.full(N, LUMEN), diameter), np.zeros(N), tissue, 1.2 * LUMEN, STEP
    )
    assert np.abs(found[:60] - LUMEN).max() < 0.05 * (LUMEN - PLAQUE)


def test_each_side_of_an_occlusion_keeps_its_own_contrast() -> None:
    tissue, hu = blocked(50, 70), np.where(np.arange(N) < 60, LUMEN, 240.0)
    contrast = seen(tissue, hu, np.full(N, 3.0))
    found, _ = reference_hu(contrast, np.zeros(N), tissue, LUMEN, STEP)
    assert found[:55] == pytest.approx(contrast[0], abs=1.0)
    assert found[65:] == pytest.approx(contrast[-1], abs=1.0)


def test_one_bright_station_at_a_cap_is_not_the_whole_stretch() -> None:
    tissue, hu = blocked(50, 70), np.where(np.arange(N) < 60, LUMEN, 240.0)
    contrast = seen(tissue, hu, np.full(N, 3.0))
    contrast[70:73] = 455.0
    found, _ = reference_hu(contrast, np.zeros(N), tissue, LUMEN, STEP)
    assert found[80:] == pytest.approx(contrast[-1], abs=1.0)


def test_calcium_read_as_lumen_is_no_reference() -> None:
    """1000 HU beyond an occlusion: no lumen is 2.5 times as bright as the pool."""
    tissue, hu = blocked(50, 70), np.full(N, LUMEN)
    hu[70:90] = 1000.0
    hu[90:] = 0.7 * LUMEN
    contrast = seen(tissue, hu, np.full(N, 3.0))
    found, _ = reference_hu(contrast, np.zeros(N), tissue, 1.1 * LUMEN, STEP)
    assert found[:60] == pytest.approx(contrast[0], abs=1.0)
    assert found[75:] == pytest.approx(contrast[-1], abs=1.0)


def test_a_short_lumen_between_two_occlusions_keeps_its_own_hu() -> None:
    tissue = blocked(30, 90)
    tissue[58:65] = Tissue.LUMEN
    n = np.arange(N)
    hu = np.select([n < 45, n < 75], [LUMEN, 300.0], 200.0)
    contrast = seen(tissue, hu, np.full(N, 3.0))
    found, _ = reference_hu(contrast, np.zeros(N), tissue, LUMEN, STEP)
    assert found[58:65] == pytest.approx(contrast[60], abs=2.0)


def test_nothing_told_is_the_pool() -> None:
    tissue = np.full(N, Tissue.PLAQUE, dtype=np.int64)
    found, upstream = reference_hu(np.full(N, PLAQUE), np.zeros(N), tissue, 380.0, STEP)
    assert upstream == 380.0
    assert (found == 380.0).all()


@pytest.mark.parametrize("first", [True, False])
def test_a_faint_end_of_a_line_is_looked_at_by_its_own_contrast(first: bool) -> None:
    contrast = np.full(N, LUMEN)
    contrast[60:80], contrast[80:] = PLAQUE, 170.0
    tissue = blocked(60, N)
    if first:
        contrast, tissue = contrast[::-1].copy(), tissue[::-1].copy()
    found = dim_ends(np.full(N, LUMEN), contrast, tissue)
    dim = found == 170.0
    assert (dim[:25] if first else dim[-25:]).all()
    assert (found[dim if first else ~dim] <= LUMEN).all()
    assert (found[60:] == LUMEN).all() if first else (found[:60] == LUMEN).all()


def test_plaque_or_a_short_end_changes_nothing() -> None:
    contrast = np.full(N, LUMEN)
    contrast[60:] = 110.0
    reference = np.full(N, LUMEN)
    assert (dim_ends(reference, contrast, blocked(60, N)) == reference).all()
    contrast[-6:] = 170.0
    assert (dim_ends(reference, contrast, blocked(N - 6, N)) == reference).all()


def test_a_dim_lumen_that_narrows_to_the_lines_end_is_still_one() -> None:
    contrast = np.full(N, LUMEN)
    contrast[60:] = np.linspace(185.0, 116.0, N - 60)
    found = dim_ends(np.full(N, LUMEN), contrast, blocked(60, N))
    assert (found[70:] < 190.0).all()
    assert (found[:55] == LUMEN).all()


def test_one_station_of_lumen_at_the_lines_end_hides_no_dim_lumen() -> None:
    contrast, tissue = np.full(N, LUMEN), blocked(60, N)
    contrast[60:], tissue[-1] = 170.0, Tissue.LUMEN
    assert (dim_ends(np.full(N, LUMEN), contrast, tissue)[70:] == 170.0).all()
