"""The lumen's own HU: what it was before blur and noise."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, map_coordinates

from ctocalc._arrays import Floats
from ctocalc.vessel.brightness import lumen_hu

PLAQUE, LUMEN, SIGMA = 50.0, 400.0, 0.3
PIXEL, STATIONS, ANGLES = 0.05, 12, 48
RADII = np.arange(0.0, 4.01, 0.1)


def rays(radius_mm: float, off_mm: float, noise_hu: float) -> tuple[Floats, Floats]:
    """Return profiles of a blurred disc that lies off the axis, and its true edges."""
    offset = np.arange(-100, 101) * PIXEL
    inside = np.hypot(offset[:, None], offset[None, :] - off_mm) <= radius_mm
    image = gaussian_filter(np.where(inside, LUMEN, PLAQUE), SIGMA / PIXEL)
    angle = np.arange(ANGLES) * 2 * np.pi / ANGLES
    at = np.stack([np.sin(angle)[:, None] * RADII, np.cos(angle)[:, None] * RADII]) / PIXEL + 100
    profile = map_coordinates(image, at, order=1)
    edge = off_mm * np.cos(angle) + np.sqrt(radius_mm**2 - (off_mm * np.sin(angle)) ** 2)
    noise = np.random.default_rng(0).normal(0.0, noise_hu, (STATIONS, ANGLES, len(RADII)))
    return (profile[None] + noise), np.tile(edge, (STATIONS, 1))


def told(profiles: Floats, edges: Floats) -> Floats:
    plaque = np.full(len(edges), PLAQUE)
    return lumen_hu(profiles, RADII, edges, np.full(edges.shape, SIGMA), plaque, 0.5)


@pytest.mark.parametrize(
    ("radius_mm", "off_mm"), [(0.4, 0.0), (0.4, 0.3), (0.8, 0.3), (1.5, 0.0), (1.5, 0.3)]
)
def test_it_is_the_lumen_before_the_blur(radius_mm: float, off_mm: float) -> None:
    assert told(*rays(radius_mm, off_mm, 0.0)) == pytest.approx(LUMEN, rel=0.03)


def test_noise_does_not_brighten_it() -> None:
    profiles, edges = rays(1.5, 0.0, 40.0)

    assert told(profiles, edges) == pytest.approx(LUMEN, rel=0.02)
    assert profiles[:, :, RADII < 1.0].max(axis=(1, 2)).min() > 1.2 * LUMEN


def test_what_calcium_covers_does_not_count() -> None:
    profiles, edges = rays(1.5, 0.0, 0.0)
    profiles[:, :6] = 1000.0
    edges[:, :6] = np.nan

    assert told(profiles, edges) == pytest.approx(LUMEN, rel=0.02)


def test_a_station_without_edges_takes_its_neighbours_and_a_vessel_without_any_has_none() -> None:
    profiles, edges = rays(1.5, 0.0, 0.0)
    profiles[5], edges[5] = PLAQUE, np.nan

    assert told(profiles, edges) == pytest.approx(LUMEN, rel=0.02)
    assert np.isnan(told(profiles, np.full(edges.shape, np.nan))).all()
