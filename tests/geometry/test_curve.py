"""Curve against circles and helices; smoothing against jitter, density and duplicates."""

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.bends import largest_bend
from ctocalc.geometry.curve import Curve, smooth
from ctocalc.study.settings import AxisSettings
from tests.curves import bent_line, circle, jitter

STIFFNESS = AxisSettings().stiffness_mm6
HELIX_RADIUS, HELIX_PITCH = 8.0, 30.0


def helix(t: Floats) -> Floats:
    rise = HELIX_PITCH * t / (2 * np.pi)
    return np.stack([HELIX_RADIUS * np.cos(t), HELIX_RADIUS * np.sin(t), rise], axis=1)


def test_length_tangent_and_curvature_of_a_circle() -> None:
    curve = Curve(points_lps_mm=circle(10.0, 200.0))
    assert curve.length_mm == pytest.approx(10 * np.radians(200), rel=1e-3)
    s = curve.stations(0.5)
    assert s[0] == 0.0
    assert curve.length_mm - 0.5 < s[-1] <= curve.length_mm
    at, tangent = curve.at(s), curve.tangent(s)
    np.testing.assert_allclose(np.linalg.norm(at, axis=1), 10.0, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(tangent, axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose((tangent * at).sum(axis=1), 0.0, atol=5e-3)
    inner = (s > 1) & (s < curve.length_mm - 1)
    np.testing.assert_allclose(curve.curvature(s)[inner], -at[inner] / 100.0, atol=1e-3)


def test_length_and_tangent_of_a_helix() -> None:
    t = np.linspace(0, 4 * np.pi, 600)
    curve = Curve(points_lps_mm=helix(t))
    per_turn = np.hypot(2 * np.pi * HELIX_RADIUS, HELIX_PITCH)
    assert curve.length_mm == pytest.approx(2 * per_turn, rel=1e-4)
    rise = curve.tangent(curve.stations(0.5))[:, 2]
    np.testing.assert_allclose(rise, HELIX_PITCH / per_turn, atol=1e-3)


@pytest.mark.parametrize("count", [1, 3])
def test_a_curve_of_too_few_points_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="at least 4"):
        Curve(points_lps_mm=np.arange(3.0 * count).reshape(count, 3))


def test_a_curve_with_duplicates_is_refused() -> None:
    points = circle(10.0, 90.0)
    with pytest.raises(ValueError, match="duplicates"):
        Curve(points_lps_mm=np.insert(points, 5, points[5], axis=0))


@pytest.mark.parametrize(
    ("sd_mm", "length_share", "bend_deg"), [(0.2, 0.01, 4.0), (0.5, 0.02, 9.0)]
)
def test_smoothing_is_unbiased_under_jitter(
    sd_mm: float, length_share: float, bend_deg: float
) -> None:
    points, length = bent_line(0.5)
    raw = np.linalg.norm(np.diff(points + jitter(len(points), sd_mm, 0.5, 0), axis=0), axis=1).sum()
    assert raw > 1.05 * length  # what happens without smoothing
    lengths, bends = [], []
    for seed in range(12):
        line = points + jitter(len(points), sd_mm, 0.5, seed)
        curve = smooth(line, stiffness_mm6=STIFFNESS)
        lengths.append(curve.length_mm)
        bends.append(largest_bend(curve, 18.0, 44.0)[0])
    assert np.mean(lengths) == pytest.approx(length, rel=length_share)
    assert np.mean(bends) == pytest.approx(60.0, abs=bend_deg)
    assert np.std(bends) < 1.5 * bend_deg


def test_smoothing_keeps_a_bend_that_is_not_jittered() -> None:
    points, length = bent_line(0.5)
    curve = smooth(points, stiffness_mm6=STIFFNESS)
    assert curve.length_mm == pytest.approx(length, rel=2e-3)
    assert largest_bend(curve, 15.0, 47.0)[0] == pytest.approx(60.0, abs=2.0)
    feet = np.linalg.norm(curve.at(curve.stations(0.1))[:, None] - points[None], axis=2).min(axis=0)
    assert feet.max() < 0.15


def test_the_third_derivative_leaves_a_parabola_alone() -> None:
    x = np.linspace(-6.0, 6.0, 49)
    # Nearly evenly run through, so that arc length and parameter agree.
    points = np.stack([x, 0.01 * x**2, 0 * x], axis=1)
    soft, stiff = (smooth(points, stiffness_mm6=each) for each in (1.0, 1e5))
    for curve in (soft, stiff):
        at = curve.at(np.linspace(0.5, curve.length_mm - 0.5, 40))
        np.testing.assert_allclose(at[:, 1], 0.01 * at[:, 0] ** 2, atol=2e-3)


@pytest.mark.parametrize("step_mm", [0.03, 0.1, 1.0, 3.0, 5.0])
def test_smoothing_does_not_depend_on_the_spacing(step_mm: float) -> None:
    curve = smooth(circle(20.0, 150.0, step_mm), stiffness_mm6=STIFFNESS)
    assert curve.length_mm == pytest.approx(20 * np.radians(150), rel=0.01)
    middle = np.linspace(0.2, 0.8, 40) * curve.length_mm
    radii = np.linalg.norm(curve.at(middle), axis=1)
    np.testing.assert_allclose(radii, 20.0, atol=0.1 if step_mm < 4 else 0.2)


def test_repeated_points_change_nothing() -> None:
    points = circle(15.0, 100.0, 1.0)
    plain = smooth(points, stiffness_mm6=STIFFNESS)
    doubled = smooth(np.repeat(points, [1, 3] * (len(points) // 2) + [2] * (len(points) % 2), 0),
                     stiffness_mm6=STIFFNESS)  # fmt: skip
    s = plain.stations(1.0)
    np.testing.assert_allclose(doubled.at(s), plain.at(s), atol=1e-9)


def test_a_dense_stretch_weighs_no_more_than_a_sparse_one() -> None:
    sparse = circle(20.0, 120.0, 2.0)
    dense = circle(20.0, 120.0, 0.2)
    half = len(sparse) // 2
    mixed = np.concatenate([sparse[:half], dense[np.searchsorted(dense[:, 2], sparse[half, 2]) :]])
    curve = smooth(mixed, stiffness_mm6=STIFFNESS)
    assert curve.length_mm == pytest.approx(20 * np.radians(120), rel=0.01)


def test_a_weightless_outlier_has_no_say() -> None:
    points = circle(20.0, 100.0, 0.5)
    wrong = points.copy()
    wrong[30:33] += [2.0, 0.0, 1.0]
    weight = np.ones(len(points))
    weight[30:33] = 1e-6
    curve = smooth(wrong, stiffness_mm6=STIFFNESS, weight=weight)
    off = np.linalg.norm(curve.at(curve.stations(0.05)) - points[31], axis=1).min()
    assert off < 0.2
    full = smooth(wrong, stiffness_mm6=STIFFNESS)
    assert np.linalg.norm(full.at(full.stations(0.05)) - points[31], axis=1).min() > 0.4


def test_from_nearest_starts_where_the_point_is() -> None:
    curve = Curve(points_lps_mm=circle(20.0, 120.0))
    aside = 0.8 * (curve.at(np.array(2.5)) / 20.0)
    again = curve.from_nearest(curve.at(np.array(2.5)) + aside)
    np.testing.assert_allclose(again.at(np.array(0.0)), curve.at(np.array(2.5)), atol=0.02)
    assert again.length_mm == pytest.approx(curve.length_mm - 2.5, abs=0.02)
    np.testing.assert_allclose(again.points_lps_mm[-1], curve.points_lps_mm[-1], atol=1e-9)


def test_from_nearest_looks_at_the_proximal_end_only() -> None:
    curve = Curve(points_lps_mm=circle(20.0, 120.0))
    again = curve.from_nearest(curve.at(np.array(30.0)), within_mm=5.0)
    assert again.length_mm > curve.length_mm - 5.1
