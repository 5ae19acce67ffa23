"""Frames: orthonormal, without twist, anchored to the patient."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctocalc._arrays import Floats
from ctocalc.geometry.frames import Frames, first_normal, rotation_minimising


def along(points: Floats, tangent: Floats) -> Frames:
    tangent = tangent / np.linalg.norm(tangent, axis=1, keepdims=True)
    step = np.linalg.norm(np.diff(points, axis=0), axis=1)
    return rotation_minimising(points, tangent, np.concatenate([[0.0], np.cumsum(step)]))


def helix(stations: int, pitch: float = 6.0, turns: float = 1.0, radius: float = 10.0) -> Frames:
    t = np.linspace(0, 2 * np.pi * turns, stations)
    climb = pitch / (2 * np.pi)
    points = np.stack([radius * np.cos(t), radius * np.sin(t), climb * t], axis=-1)
    tangent = np.stack([-radius * np.sin(t), radius * np.cos(t), np.full_like(t, climb)], axis=-1)
    return along(points, tangent)


@given(st.integers(3, 60), st.floats(0.0, 40.0), st.floats(0.1, 1.5))
def test_axes_are_orthonormal_and_right_handed(stations: int, pitch: float, turns: float) -> None:
    frames = helix(stations, pitch, turns)
    axes = np.stack([frames.normal, frames.binormal, frames.tangent], axis=1)
    np.testing.assert_allclose(axes @ axes.transpose(0, 2, 1) - np.eye(3), 0, atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(axes), 1.0)


def test_plane_curve_keeps_its_binormal() -> None:
    t = np.linspace(0, 1.5 * np.pi, 50)
    points = 10 * np.stack([np.cos(t), np.sin(t), np.zeros_like(t)], axis=-1)
    tangent = np.stack([-np.sin(t), np.cos(t), np.zeros_like(t)], axis=-1)
    frames = along(points, tangent)
    height = np.stack([frames.normal[:, 2], frames.binormal[:, 2]], axis=-1)
    np.testing.assert_allclose(height - height[0], 0, atol=1e-9)


def test_straight_vessel_does_not_turn() -> None:
    points = np.arange(10.0)[:, None] * np.array([0.2, 0.1, 0.8])
    frames = along(points, np.broadcast_to(np.array([0.2, 0.1, 0.8]), (10, 3)))
    np.testing.assert_allclose(frames.normal - frames.normal[0], 0, atol=1e-12)


def test_helix_untwists_by_its_torsion() -> None:
    # Relative to the Frenet normal a rotation-minimising frame turns by minus the integral of the
    # torsion: 2 pi * pitch / length of one turn.
    stations, pitch, radius = 400, 6.0, 10.0
    frames = helix(stations, pitch)
    t = np.linspace(0, 2 * np.pi, stations)
    frenet = np.stack([-np.cos(t), -np.sin(t), np.zeros_like(t)], axis=-1)
    side = np.cross(frames.tangent, frenet)
    angle = np.unwrap(
        np.arctan2((frames.normal * side).sum(axis=1), (frames.normal * frenet).sum(axis=1))
    )
    climb = pitch / (2 * np.pi)
    torsion = climb / (radius**2 + climb**2)
    length = 2 * np.pi * np.hypot(radius, climb)
    assert angle[-1] - angle[0] == pytest.approx(-torsion * length, abs=1e-4)


def test_double_reflection_converges_by_the_fourth_power() -> None:
    ends = [helix(n).normal[-1] for n in (21, 41, 641)]
    coarse, fine = (float(np.linalg.norm(end - ends[2])) for end in ends[:2])
    assert coarse / fine == pytest.approx(16.0, rel=0.15)


def test_rigid_motion_about_the_anchor_carries_the_frames_along() -> None:
    here = helix(30)
    shift = np.array([3.0, -2.0, 50.0])
    there = rotation_minimising(here.origin_lps_mm + shift, here.tangent, here.arclength_mm)
    np.testing.assert_allclose(there.normal, here.normal, atol=1e-9)


def test_clock_zero_is_anterior_or_superior_where_that_is_ahead() -> None:
    np.testing.assert_allclose(first_normal(np.array([0.0, 0.0, -1.0])), [0, -1, 0])
    np.testing.assert_allclose(first_normal(np.array([0.0, 1.0, 0.0])), [0, 0, 1])
    slanted = first_normal(np.array([0.0, 0.6, -0.8]))
    np.testing.assert_allclose(slanted, [0, -0.8, -0.6])


def test_directions_run_from_normal_to_binormal() -> None:
    frames = helix(5)
    directions = frames.directions(np.array([0.0, np.pi / 2, np.pi]))
    assert directions.shape == (5, 3, 3)
    np.testing.assert_allclose(directions[:, 0], frames.normal, atol=1e-12)
    np.testing.assert_allclose(directions[:, 1], frames.binormal, atol=1e-12)
    np.testing.assert_allclose(directions[:, 2], -frames.normal, atol=1e-12)


def test_lengths_must_match() -> None:
    frames = helix(5)
    with pytest.raises(ValueError, match="shape"):
        Frames(
            origin_lps_mm=frames.origin_lps_mm[:4],
            tangent=frames.tangent,
            normal=frames.normal,
            binormal=frames.binormal,
            arclength_mm=frames.arclength_mm,
        )
