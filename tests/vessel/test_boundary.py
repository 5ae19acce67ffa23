"""Boundary: area and centroid of circles and ellipses, also off the centre."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.vessel.boundary import Boundary, BoundaryKind

ANGLE = np.linspace(0, 2 * np.pi, 72, endpoint=False)


def boundary(radius: Floats) -> Boundary:
    return Boundary(radius_mm=radius[None], kind=BoundaryKind.WALL, confidence=np.ones(1))


def off_centre(radius: float, x: float, y: float) -> Floats:
    """Radius towards each angle of a circle about (x, y), seen from the origin."""
    along = x * np.cos(ANGLE) + y * np.sin(ANGLE)
    return np.asarray(along + np.sqrt(radius**2 - x**2 - y**2 + along**2))


def test_area_of_a_circle_is_that_of_its_polygon() -> None:
    count = len(ANGLE)
    polygon = count / 2 * 4.0 * np.sin(2 * np.pi / count)
    assert boundary(np.full(count, 2.0)).area_mm2[0] == pytest.approx(polygon)
    assert polygon == pytest.approx(np.pi * 4, rel=2e-3)


@pytest.mark.parametrize(("x", "y"), [(0.0, 0.0), (0.3, -0.2), (-0.8, 0.5)])
def test_area_and_centroid_do_not_depend_on_the_centre(x: float, y: float) -> None:
    seen = boundary(off_centre(1.7, x, y))
    assert seen.area_mm2[0] == pytest.approx(np.pi * 1.7**2, rel=3e-3)
    np.testing.assert_allclose(seen.centroid_mm[0], [x, y], atol=2e-3)


def test_area_of_an_ellipse() -> None:
    a, b = 2.2, 1.4
    radius = a * b / np.sqrt((b * np.cos(ANGLE)) ** 2 + (a * np.sin(ANGLE)) ** 2)
    assert boundary(radius).area_mm2[0] == pytest.approx(np.pi * a * b, rel=5e-3)


def test_what_was_not_found_has_no_area() -> None:
    radius = np.full(72, 1.5)
    radius[10] = np.nan
    assert np.isnan(boundary(radius).area_mm2[0])
    assert np.isnan(boundary(radius).centroid_mm[0]).all()


def test_a_boundary_is_locked_and_checked() -> None:
    seen = boundary(np.full(72, 1.0))
    with pytest.raises(ValueError, match="read-only"):
        seen.radius_mm[0, 0] = 2.0
    with pytest.raises(ValueError, match="shape"):
        Boundary(radius_mm=np.ones((2, 8)), kind=BoundaryKind.LUMEN, confidence=np.ones(3))
