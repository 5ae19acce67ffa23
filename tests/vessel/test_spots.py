"""Shape of spots whose shape is a formula."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from ctocalc._arrays import Bools, Floats
from ctocalc.vessel.spots import Spot, areas, spots

PIXEL = 0.05
OFFSET: Floats = np.arange(-60, 61, dtype=np.float64) * PIXEL
X, Y = np.meshgrid(OFFSET, OFFSET)
SIGMA = 0.3
PLAQUE, HIGH = 40.0, 440.0


def ellipse(a: float, b: float, x: float = 0.0, y: float = 0.0) -> Bools:
    return np.asarray(((X - x) / a) ** 2 + ((Y - y) / b) ** 2 <= 1.0)


def seen(mask: Bools) -> Spot:
    hu = PLAQUE + (HIGH - PLAQUE) * mask
    smooth = gaussian_filter(hu, SIGMA / PIXEL)[None].astype(np.float32)
    row, column = np.unravel_index([int(smooth[0].argmax())], smooth[0].shape)
    return spots(
        smooth, row, column, background_hu=PLAQUE, noise_hu=10.0, sigma_mm=SIGMA, offset_mm=OFFSET
    )


@pytest.mark.parametrize("radius", [0.6, 0.8, 1.2, 1.6])
def test_a_blurred_disc_gives_its_own_hu_and_radius(radius: float) -> None:
    spot = seen(ellipse(radius, radius, 0.2, -0.1))
    assert spot.level_hu[0] == pytest.approx(HIGH, abs=0.04 * HIGH)
    assert spot.radius_mm[0] == pytest.approx(radius, abs=0.06)
    assert spot.roundness[0] > 0.97
    assert spot.offset_mm[0] == pytest.approx(np.hypot(0.2, 0.1), abs=0.02)


def test_an_ellipse_has_the_ratio_of_its_axes() -> None:
    assert seen(ellipse(1.6, 0.8)).roundness[0] == pytest.approx(0.5, abs=0.06)


def test_a_ring_is_round_but_hollow() -> None:
    ring = seen(ellipse(1.4, 1.4) & ~ellipse(0.9, 0.9))
    assert ring.hollow[0] > 0.5
    assert abs(seen(ellipse(1.4, 1.4)).hollow[0]) < 0.02


def test_what_reaches_the_edge_of_sight_has_no_shape() -> None:
    assert np.isnan(seen(X > -2.0).roundness[0])


def test_moments_of_masks_are_those_of_the_ellipse() -> None:
    masks = np.stack([ellipse(1.5, 0.75, 0.3, 0.4), np.zeros_like(X, dtype=bool)])
    area, offset, ratio = areas(masks, OFFSET)
    assert area == pytest.approx([np.pi * 1.5 * 0.75, 0.0], rel=0.01)
    assert offset[0] == pytest.approx(0.5, abs=0.01)
    assert ratio[0] == pytest.approx(0.5, abs=0.01)
