"""Lines in space with a known course: arcs, a bend between straight legs, a hand's jitter."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ctocalc._arrays import Floats
from ctocalc.geometry.frames import Frames


def circle(radius_mm: float, turn_deg: float, step_mm: float = 0.25) -> Floats:
    """Return points on an arc in a slanted plane."""
    turn = np.linspace(0, np.radians(turn_deg), round(np.radians(turn_deg) * radius_mm / step_mm))
    a, b = np.array([0.6, 0.8, 0.0]), np.array([0.0, 0.0, 1.0])
    return np.asarray(radius_mm * (np.cos(turn)[:, None] * a + np.sin(turn)[:, None] * b))


def bent_line(step_mm: float) -> tuple[Floats, float]:
    """Return a 25 mm leg, an arc of 60 degrees over 12 mm, and a 25 mm leg; and its length."""
    length, arc, turn = 62.0, 12.0, np.radians(60)
    s = np.linspace(0, length, round(length / step_mm) + 1)
    fine = np.linspace(0, length, 20001)
    angle = np.clip((fine - 25) / arc, 0, 1) * turn
    x, z = (np.concatenate([[0], np.cumsum(f(angle)[:-1])]) * fine[1] for f in (np.sin, np.cos))
    return np.stack([np.interp(s, fine, x), 0 * s, np.interp(s, fine, z)], axis=1), length


def straight_frames(along_mm: Floats) -> Frames:
    """Return frames along z, whose normals are x and binormals y."""
    unit = np.tile(np.eye(3)[:, None, :], (1, len(along_mm), 1))
    return Frames(
        origin_lps_mm=along_mm[:, None] * np.eye(3)[2], tangent=unit[2], normal=unit[0],
        binormal=unit[1], arclength_mm=along_mm,
    )  # fmt: skip


def jitter(count: int, sd_mm: float, step_mm: float, seed: int) -> Floats:
    """Hand jitter: two thirds of its variance correlated over 2 mm, one third white."""
    rng = np.random.default_rng(seed)
    slow = gaussian_filter1d(rng.standard_normal((count, 3)), 2.0 / step_mm, axis=0)
    slow /= slow.std()
    return np.asarray(sd_mm * (0.8 * slow + 0.6 * rng.standard_normal((count, 3))))
