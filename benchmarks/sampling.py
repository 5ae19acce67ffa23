"""Sections of one vessel: ours against scipy.ndimage and SimpleITK, side by side in one run.

``python benchmarks/sampling.py [--tiny]`` prints CPU seconds (user + system, all threads; the best
of interleaved rounds), their ratio and the greatest difference of the outputs.  ``--tiny`` is the
same on a small scan: it checks outputs, its ratios say nothing.
"""

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray
from scipy import ndimage

from ctocalc._arrays import Array, Floats
from ctocalc.geometry.frames import Frames, rotation_minimising
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.sections import cartesian_sections, cubic, linear, polar_sections
from ctocalc.image.volume import Volume

SPACING_MM = (0.5, 0.35, 0.35)
TOLERANCE_HU = 0.05


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    volume: Volume
    frames: Frames
    angles: int
    radius_mm: Floats
    half_width_mm: float
    pixel_mm: float


def scene(*, tiny: bool) -> Scene:
    """A noisy int16 scan and a helix through it (368 planes, as a right coronary artery)."""
    shape = (40, 48, 48) if tiny else (180, 340, 340)
    rng = np.random.default_rng(0)
    noise = ndimage.gaussian_filter(rng.normal(0, 300, shape).astype(np.float32), 0.8)
    grid = VoxelGrid.axis_aligned(shape, SPACING_MM)
    volume = Volume(stored=noise.astype(np.int16), slope=1.0, intercept=0.0, grid=grid)
    middle = grid.points((np.array(shape) - 1) / 2)
    turn = np.linspace(0, 2 * np.pi, 12 if tiny else 368)
    bend_mm, climb_mm = (2.0, 1.0) if tiny else (30.0, 8.0)
    origin = middle + np.stack(
        [bend_mm * np.cos(turn), bend_mm * np.sin(turn), climb_mm * (turn / np.pi - 1)], axis=-1
    )
    tangent = np.stack(
        [-bend_mm * np.sin(turn), bend_mm * np.cos(turn), np.full_like(turn, climb_mm / np.pi)],
        axis=-1,
    )
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    step = np.linalg.norm(np.diff(origin, axis=0), axis=1)
    frames = rotation_minimising(origin, tangent, np.concatenate([[0.0], np.cumsum(step)]))
    return Scene(
        volume=volume,
        frames=frames,
        angles=24 if tiny else 360,
        radius_mm=(np.arange(16 if tiny else 64, dtype=np.float64) + 0.5) * 0.125,
        half_width_mm=2.0 if tiny else 8.0,
        pixel_mm=0.25,
    )


def by_scipy(s: Scene, order: int) -> Array:
    angle: Floats = np.arange(s.angles, dtype=np.float64) * (2 * np.pi / s.angles)
    directions = s.frames.directions(angle)[:, :, None, :]
    points = s.frames.origin_lps_mm[:, None, None, :] + directions * s.radius_mm[:, None]
    kji = np.moveaxis(s.volume.grid.indices(points), -1, 0)
    stored: NDArray[np.int16] = s.volume.stored
    if order == 3:
        return ndimage.map_coordinates(stored, kji, np.float32, order=3, mode="mirror")
    return ndimage.map_coordinates(stored, kji, np.float32, order=1, mode="mirror")


def by_simpleitk(s: Scene, order: int) -> Array:
    image = sitk.GetImageFromArray(s.volume.stored)
    image.SetSpacing(s.volume.grid.spacing_kji_mm[::-1])
    interpolator = sitk.sitkLinear
    if order == 3:
        image = sitk.BSplineDecomposition(sitk.Cast(image, sitk.sitkFloat32), 3)
        interpolator = sitk.sitkBSplineResamplerOrder3
    half = round(s.half_width_mm / s.pixel_mm)
    resampler = sitk.ResampleImageFilter()
    resampler.SetInterpolator(interpolator)
    resampler.SetOutputPixelType(sitk.sitkFloat32)
    resampler.SetSize((2 * half + 1, 2 * half + 1, 1))
    resampler.SetOutputSpacing((s.pixel_mm, s.pixel_mm, 1.0))
    planes = []
    for n in range(len(s.frames)):
        axes = np.stack([s.frames.normal[n], s.frames.binormal[n], s.frames.tangent[n]], axis=1)
        corner = s.frames.origin_lps_mm[n] - half * s.pixel_mm * (axes[:, 0] + axes[:, 1])
        resampler.SetOutputDirection(axes.ravel().tolist())
        resampler.SetOutputOrigin(corner.tolist())
        planes.append(sitk.GetArrayFromImage(resampler.Execute(image))[0])
    return np.stack(planes)


def ours_polar(s: Scene, order: int) -> Array:
    sampler = cubic(s.volume) if order == 3 else linear(s.volume)
    return polar_sections(sampler, s.frames, angles=s.angles, radius_mm=s.radius_mm).samples


def ours_cartesian(s: Scene, order: int) -> Array:
    sampler = cubic(s.volume) if order == 3 else linear(s.volume)
    sections = cartesian_sections(
        sampler, s.frames, half_width_mm=s.half_width_mm, pixel_mm=s.pixel_mm
    )
    return sections.samples


def cpu_seconds(work: Callable[[], Array]) -> tuple[float, Array]:
    start = time.process_time()
    out = work()
    return time.process_time() - start, out


def race(ours: Callable[[], Array], peer: Callable[[], Array], rounds: int) -> list[float]:
    """Return our and the peer's best CPU seconds and the greatest difference of the outputs."""
    ours()
    best, difference = [np.inf, np.inf], 0.0
    for _ in range(rounds):
        (mine, a), (theirs, b) = cpu_seconds(ours), cpu_seconds(peer)
        best = [min(best[0], mine), min(best[1], theirs)]
        difference = float(np.nanmax(np.abs(a - b)))
    return [*best, difference]


def main(arguments: Sequence[str]) -> int:
    tiny = "--tiny" in arguments
    s = scene(tiny=tiny)
    rounds = 1 if tiny else 5
    print(f"{'sections':<30}{'peer':<12}{'ours s':>9}{'peer s':>9}{'ratio':>8}{'max diff HU':>13}")
    worst = 0.0
    for order, name in ((1, "trilinear"), (3, "cubic, prefilter included")):
        peers = (("scipy", ours_polar, by_scipy), ("SimpleITK", ours_cartesian, by_simpleitk))
        for peer, ours, theirs in peers:
            mine, other, difference = race(
                partial(ours, s, order), partial(theirs, s, order), rounds
            )
            ratio = f"{other / max(mine, 1e-9):.1f}"
            print(f"{name:<30}{peer:<12}{mine:>9.4f}{other:>9.4f}{ratio:>8}{difference:>13.4f}")
            worst = max(worst, difference)
    return int(worst > TOLERANCE_HU)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
