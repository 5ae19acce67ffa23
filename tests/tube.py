"""A scan of one vessel made by formulas of its own, so that every truth is a closed form.

Not the phantoms: a material function of the vessel's own coordinates is sampled finely, blurred by
a Gaussian and read at the voxel centres.  The vessel follows a straight line or a circle.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from ctocalc._arrays import Floats
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume

FINE = 3
MARGIN_MM = 6.8
LUMEN_HU, PLAQUE_HU, FAT_HU, MUSCLE_HU = 400.0, 55.0, -90.0, 110.0
SPACING = (0.5, 0.4, 0.4)

Material = Callable[[Floats, Floats, Floats], Floats]
"""HU at arc length s, and at u (towards the inside of the bend) and v across, all in mm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """A line of ``length_mm`` from the origin along -z, bent towards +x; infinite is straight."""

    length_mm: float
    bend_radius_mm: float = np.inf

    def points(self, s: Floats) -> Floats:
        if np.isinf(self.bend_radius_mm):
            return np.stack([0 * s, 0 * s, -s], axis=-1)
        turn = s / self.bend_radius_mm
        x = self.bend_radius_mm * (1 - np.cos(turn))
        return np.stack([x, 0 * s, -self.bend_radius_mm * np.sin(turn)], axis=-1)

    def coordinates(self, points: Floats) -> tuple[Floats, Floats, Floats]:
        x, y, z = points[..., 0], points[..., 1], points[..., 2]
        if np.isinf(self.bend_radius_mm):
            return -z, x, y
        aside = self.bend_radius_mm - x
        turn = np.arctan2(-z, aside)
        return turn * self.bend_radius_mm, self.bend_radius_mm - np.hypot(aside, z), y


def vessel(
    *,
    diameter: Callable[[Floats], Floats] | float = 2.8,
    wall_mm: float = 1.8,
    lumen_hu: Callable[[Floats], Floats] | float = LUMEN_HU,
    calcium: Callable[[Floats, Floats, Floats], Floats] | None = None,
    muscle_beyond_mm: float | None = None,
    ellipse: tuple[float, float] | None = None,
) -> Material:
    """Lumen (of a diameter along s) in plaque in fat; ``calcium`` returns HU to add, 0 elsewhere.

    ``muscle_beyond_mm``: muscle instead of fat where u is smaller than minus this.
    """

    def hu(s: Floats, u: Floats, v: Floats) -> Floats:
        r = np.hypot(u, v)
        out = np.full(r.shape, FAT_HU, dtype=r.dtype)
        if muscle_beyond_mm is not None:
            out[u < -muscle_beyond_mm] = MUSCLE_HU
        a, b = ellipse or (wall_mm, wall_mm)
        wall = (u / a) ** 2 + (v / b) ** 2 < 1
        out[wall] = PLAQUE_HU
        wide = diameter(s) if callable(diameter) else np.full(r.shape, diameter, dtype=r.dtype)
        bright = lumen_hu(s) if callable(lumen_hu) else np.full(r.shape, lumen_hu, dtype=r.dtype)
        inside = 2 * r < wide
        out[inside] = bright[inside]
        if calcium is not None:
            extra = calcium(s, u, v)
            out = np.where(wall & (extra > 0), PLAQUE_HU + extra, out)
        return out

    return hu


def gap(
    entry: float, exit_: float, *, wide: float = 2.8, taper: tuple[float, float] = (0.0, 0.0)
) -> Callable[[Floats], Floats]:
    """Diameter along s: closed between entry and exit, cones of these lengths lead to the tips."""

    def diameter(s: Floats) -> Floats:
        before, after = entry - s, s - exit_
        outside = np.maximum(before, after)
        slope = np.where(before > after, max(taper[0], 1e-9), max(taper[1], 1e-9))
        return np.asarray(wide * np.clip(outside / slope, 0.0, 1.0))

    return diameter


def scan(
    path: Path,
    material: Material,
    *,
    sigma_mm: float = 0.29,
    noise_hu: float = 0.0,
    spacing_kji_mm: tuple[float, float, float] = SPACING,
    rotation: Floats | None = None,
    seed: int = 1,
    flip_slices: bool = False,
) -> Volume:
    """Scan the vessel on a grid around it, whose axes are turned by ``rotation`` (3, 3)."""
    turn = np.eye(3) if rotation is None else rotation
    single = turn.astype(np.float32)
    seen = path.points(np.linspace(0, path.length_mm, 200)) @ turn
    low, high = seen.min(axis=0) - MARGIN_MM, seen.max(axis=0) + MARGIN_MM
    step = np.array(spacing_kji_mm[::-1])
    count = np.ceil((high - low) / step).astype(int)
    fine = [low[n] + step[n] * (np.arange(count[n] * FINE) - FINE // 2) / FINE for n in range(3)]
    # Single precision: a micrometre here, half the time.
    x, y, z = np.meshgrid(*(f.astype(np.float32) for f in fine), indexing="ij", sparse=True)
    x, y, z = (single[n, 0] * x + single[n, 1] * y + single[n, 2] * z for n in range(3))
    hu = material(*path.coordinates(np.stack([x, y, z], axis=-1)))
    hu = gaussian_filter(
        hu.astype(np.float32), sigma_mm / step * FINE, mode="nearest", truncate=3.5
    )
    hu = hu[FINE // 2 :: FINE, FINE // 2 :: FINE, FINE // 2 :: FINE].transpose(2, 1, 0)
    if noise_hu:
        hu += correlated_noise(hu.shape, noise_hu, spacing_kji_mm, seed)
    affine = np.eye(4)
    affine[:3, :3] = (turn * step)[:, ::-1]
    affine[:3, 3] = turn @ low
    if flip_slices:
        hu = hu[::-1]
        affine[:3, 3] += affine[:3, 0] * (len(hu) - 1)
        affine[:3, 0] *= -1
    shape = (hu.shape[0], hu.shape[1], hu.shape[2])
    grid = VoxelGrid(shape_kji=shape, lps_from_kji=affine)
    stored = np.ascontiguousarray(np.rint(hu)).astype(np.int16)
    return Volume(stored=stored, slope=1.0, intercept=0.0, grid=grid)


def correlated_noise(
    shape: tuple[int, ...], sd_hu: float, spacing_kji_mm: tuple[float, float, float], seed: int
) -> Floats:
    """Noise as filtered back-projection leaves it: ramp times blur in the plane, soft along k."""
    white = np.fft.rfftn(np.random.default_rng(seed).standard_normal(shape))
    k, j, i = (np.fft.fftfreq(n, h) for n, h in zip(shape, spacing_kji_mm, strict=True))
    i = np.abs(i[: shape[2] // 2 + 1])
    plane = np.hypot(j[:, None], i[None, :])
    power = plane * np.exp(-4 * np.pi**2 * 0.29**2 * plane**2)
    along = np.exp(-2 * np.pi**2 * 0.3**2 * k**2)
    noise = np.fft.irfftn(white * np.sqrt(power) * along[:, None, None], s=shape, axes=(0, 1, 2))
    return np.asarray(sd_hu * noise / noise.std())


def rotated(degrees: float, about: tuple[float, float, float] = (1.0, 2.0, 0.5)) -> Floats:
    """Return the rotation (3, 3) by an angle about an axis."""
    axis = np.array(about) / np.linalg.norm(about)
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    turn = np.radians(degrees)
    return np.asarray(np.eye(3) + np.sin(turn) * cross + (1 - np.cos(turn)) * cross @ cross)
