"""Metal against calcium: what blur can do to a bounded object, and what it cannot."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ctocalc._arrays import Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.volume import Volume
from ctocalc.quantity import Measured, Unit
from ctocalc.vessel.metal import densest_calcium_hu, metal_stations

FINE_MM, STEP = 0.1, 4
SIGMA_MM = 0.7 / 2.3548
SHAPE = (60, 60, 60)
AXIS = np.stack([np.full(45, 12.0), np.full(45, 12.0), np.linspace(1.0, 23.0, 45)], axis=1)
S = np.linspace(0.0, 22.0, 45)


def physics(slope: float | None) -> ScanPhysics:
    return ScanPhysics(
        noise_hu=Measured(value=25.0, unit=Unit.HU), psf_fwhm_mm=Measured(value=0.7, unit=Unit.MM),
        psf_through_fwhm_mm=Measured(value=0.7, unit=Unit.MM),
        blood_pool_hu=Measured(value=400.0, unit=Unit.HU), contrast=True, hu_per_mgcc=slope,
    )  # fmt: skip


def scan(radius_mm: float, length_mm: float, hu: float, *, off_mm: float = 0.0) -> Volume:
    """Return a rod along the axis, blurred at 0.1 mm and read every 0.4 mm."""
    x = (np.arange(240) + 0.5) * FINE_MM
    z, y, x = np.meshgrid(x, x, x, indexing="ij", sparse=True)
    rod = (np.hypot(y - 12, x - 12 - off_mm) < radius_mm) & (np.abs(z - 12) < length_mm / 2)
    fine = gaussian_filter(np.where(rod, hu, 50.0).astype(np.float32), SIGMA_MM / FINE_MM)
    stored = fine[::STEP, ::STEP, ::STEP].clip(-1024, 3071).astype(np.int16)
    grid = VoxelGrid.axis_aligned(SHAPE, (0.4, 0.4, 0.4), (0.05, 0.05, 0.05))
    return Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid)


def found(volume: Volume, slope: float | None) -> Floats:
    stations = metal_stations(volume, AXIS, S, np.full(len(S), 1.8), physics(slope))
    return S[stations]


@pytest.mark.parametrize("slope", [1.17, 1.32, 1.58, 1.95])
@pytest.mark.parametrize("radius_mm", [0.3, 0.8, 1.6])
def test_calcium_of_1400_is_no_metal_at_any_size(slope: float, radius_mm: float) -> None:
    volume = scan(radius_mm, 8.0, 55 + 1400 * slope)
    assert len(found(volume, slope)) == 0


@pytest.mark.parametrize("slope", [1.17, 1.32, 1.58, None])
def test_a_steel_wire_is_metal_where_it_lies(slope: float | None) -> None:
    stations = found(scan(0.25, 8.0, 30000.0), slope)
    assert stations.min() == pytest.approx(7.0, abs=2.0)
    assert stations.max() == pytest.approx(15.0, abs=2.0)


def test_a_wire_whose_blurred_peak_calcium_could_have_is_told_by_its_thinness() -> None:
    """Its brightest voxel lies below the densest calcium, yet nothing so thin could reach it."""
    volume = scan(0.1, 8.0, 28000.0)
    assert volume.hu().max() < densest_calcium_hu(physics(1.32))
    assert len(found(volume, 1.32)) > 10
    same_peak = scan(0.8, 8.0, float(volume.hu().max()))
    assert len(found(same_peak, 1.32)) == 0


def test_metal_far_from_the_vessel_is_none_of_its_business() -> None:
    assert len(found(scan(0.5, 8.0, 30000.0, off_mm=6.0), 1.32)) == 0
    assert len(found(scan(0.5, 8.0, 30000.0, off_mm=3.0), 1.32)) > 10
