"""Places of grid points along and about a straight vessel and a bent one."""

import numpy as np

from ctocalc._arrays import Array
from ctocalc.geometry.frames import rotation_minimising
from ctocalc.kernels.tube import tube_coordinates


def places(bend_mm: float) -> tuple[Array, Array, Array, Array, Array]:
    s = np.arange(0.0, 10.01, 0.5)
    turn = s / bend_mm
    points = np.stack([bend_mm * (1 - np.cos(turn)), 0 * s, bend_mm * np.sin(turn)], axis=1)
    tangent = np.stack([np.sin(turn), 0 * s, np.cos(turn)], axis=1)
    frames = rotation_minimising(points, tangent, s)
    axes = np.stack([frames.normal, frames.binormal, frames.tangent], axis=1)
    first, steps = np.array([-2.5, -2.5, -1.0]), np.eye(3)[::-1] * 0.25
    found = tube_coordinates(first, steps, np.array([40, 20, 28]), points, axes, 2.0, 0.5)
    k, j, i = np.meshgrid(*(np.arange(n) for n in (40, 20, 28)), indexing="ij")
    at = first + np.stack([i, j, k], axis=-1) * 0.25
    return (*found, at, axes)


def test_along_a_straight_line_they_are_cylinder_coordinates() -> None:
    station, radius, turn, at, axes = places(1e9)
    want = np.hypot(at[..., 0], at[..., 1])
    inside = (want < 1.99) & (at[..., 2] > -0.24) & (at[..., 2] < 10.0)
    assert (np.isfinite(station) == np.isfinite(radius)).all()
    assert np.isfinite(radius[inside]).all()
    assert np.isnan(radius[want > 2.01]).all()
    np.testing.assert_allclose(radius[inside], want[inside], atol=1e-4)
    np.testing.assert_allclose(station[inside], at[..., 2][inside] / 0.5, atol=1e-3)
    u = at @ axes[0, 0]
    np.testing.assert_allclose((radius * np.cos(turn))[inside], u[inside], atol=1e-3)


def test_round_a_bend_they_follow_it() -> None:
    bend = 8.0
    station, radius, _, at, _ = places(bend)
    x, y, z = at[..., 0], at[..., 1], at[..., 2]
    s = np.arctan2(z, bend - x) * bend
    away = np.hypot(bend - np.hypot(bend - x, z), y)
    inside = (away < 1.9) & (s > 0.3) & (s < 9.0)
    assert np.abs(radius[inside] - away[inside]).max() < 0.02
    assert np.abs(station[inside] * 0.5 - s[inside]).max() < 0.16
