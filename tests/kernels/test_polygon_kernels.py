"""Contour measures against slow twins and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctocalc._arrays import Array, Floats
from ctocalc.kernels import polygons
from tests.kernels import naive
from tests.kernels.examples import quick

contours = hnp.arrays(
    np.float64, st.tuples(st.integers(1, 2), st.integers(3, 16)), elements=st.floats(0.1, 5.0)
)


def ellipse(a: float, b: float, angles: int) -> Floats:
    angle = 2 * np.pi * np.arange(angles) / angles
    radius: Floats = a * b / np.hypot(b * np.cos(angle), a * np.sin(angle))
    return radius[None]


@quick
@given(contours)
def test_measures_match_slow_twins(radius: Array) -> None:
    for n, row in enumerate(radius):
        area, centroid = naive.polygon(row)
        assert polygons.areas_mm2(radius)[n] == pytest.approx(area)
        np.testing.assert_allclose(polygons.centroids_mm(radius)[n], centroid, atol=1e-9)


@quick
@given(contours, st.floats(0.5, 3.0))
def test_measures_scale_with_the_contour(radius: Array, scale: float) -> None:
    np.testing.assert_allclose(
        polygons.areas_mm2(scale * radius), scale**2 * polygons.areas_mm2(radius)
    )
    np.testing.assert_allclose(
        polygons.centroids_mm(scale * radius), scale * polygons.centroids_mm(radius), atol=1e-9
    )


def test_ellipse_has_its_area_and_centre() -> None:
    radius = ellipse(2.0, 1.0, 360)
    assert polygons.areas_mm2(radius)[0] == pytest.approx(2 * np.pi, rel=1e-3)
    np.testing.assert_allclose(polygons.centroids_mm(radius)[0], 0.0, atol=1e-12)


def test_shifted_circle_has_its_centroid() -> None:
    angle = 2 * np.pi * np.arange(360) / 360
    shift, size = 0.6, 2.0
    radius = shift * np.cos(angle) + np.sqrt(size**2 - (shift * np.sin(angle)) ** 2)
    np.testing.assert_allclose(polygons.centroids_mm(radius[None])[0], [shift, 0.0], atol=1e-3)
    assert polygons.areas_mm2(radius[None])[0] == pytest.approx(np.pi * size**2, rel=1e-3)


def test_nan_radius_and_empty_contour() -> None:
    radius = np.ones((2, 12))
    radius[0, 3] = np.nan
    assert np.isnan(polygons.areas_mm2(radius)).tolist() == [True, False]
    assert np.isnan(polygons.centroids_mm(radius)).tolist() == [[True, True], [False, False]]
    assert np.isnan(polygons.centroids_mm(np.zeros((1, 8)))).all()
    assert polygons.areas_mm2(np.zeros((1, 8))).tolist() == [0.0]
