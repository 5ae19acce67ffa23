"""Cross sections: a volume resampled on the frames of a vessel."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from ctocalc._arrays import Bools, Floats, Floats32, frozen
from ctocalc.geometry.frames import Frames
from ctocalc.image.volume import Volume
from ctocalc.kernels import sampling, spline

Method = Literal["cubic", "linear"]
THREADS = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampler:
    """A volume ready for interpolation; make one with `cubic` or `linear`.

    ``coefficients``: float32 B-spline coefficients in HU with a mirrored rim, for the cubic method.
    """

    volume: Volume
    method: Method
    coefficients: Floats32 | None = None

    def __post_init__(self) -> None:
        if (self.method == "cubic") != (self.coefficients is not None):
            raise ValueError("cubic needs coefficients, linear has none: use cubic() or linear()")
        if self.coefficients is not None:
            k, j, i = self.volume.grid.shape_kji
            locked = frozen(self.coefficients, (k + 3, j + 3, i + 3), np.float32)
            object.__setattr__(self, "coefficients", locked)

    def at(self, points_lps_mm: Floats) -> Floats32:
        """Return HU at points (..., 3) as (...); NaN outside the voxel centres or in padding.

        Cubic: also NaN where the 4 x 4 x 4 support touches padding.
        """
        points = np.asarray(points_lps_mm, dtype=np.float64)
        starts = np.ascontiguousarray(self.volume.grid.indices(points).reshape(-1, 3))
        return self._along(starts, np.zeros_like(starts), np.zeros(1)).reshape(points.shape[:-1])

    def along(self, start_lps_mm: Floats, direction: Floats, reach_mm: Floats) -> Floats32:
        """Return HU (..., R) at ``start + reach_mm[r] * direction``; both (..., 3), reach (R,).

        Raises
        ------
        ValueError
            When ``reach_mm`` does not ascend.
        """
        reach = frozen(reach_mm, (None,))
        if not (np.diff(reach) > 0).all():
            raise ValueError("positions along a line must ascend")
        grid = self.volume.grid
        direction = np.asarray(direction, dtype=np.float64)
        steps = direction @ grid.kji_from_lps[:3, :3].T
        starts = np.broadcast_to(grid.indices(np.asarray(start_lps_mm)), steps.shape)
        flat = self._along(
            np.ascontiguousarray(starts.reshape(-1, 3)),
            np.ascontiguousarray(steps.reshape(-1, 3)),
            reach,
        )
        return flat.reshape(*direction.shape[:-1], reach.size)

    def _along(self, starts: Floats, steps: Floats, reach: Floats) -> Floats32:
        out = np.empty((len(starts), reach.size), np.float32)
        # Locked like every frozen value: one compiled form of each kernel, whoever calls.
        reach = frozen(reach, (None,))
        scale, stored = _scale(self.volume), self.volume.stored.reshape(-1)
        shape = self.volume.grid.shape_kji

        def work(first: int, stop: int) -> None:
            start, step, rows = (
                _locked(starts[first:stop]),
                _locked(steps[first:stop]),
                out[first:stop],
            )
            if self.coefficients is not None:
                sampling.cubic_lines(self.coefficients, start, step, reach, rows)
            else:
                sampling.linear_lines(stored, shape, start, step, reach, scale, rows)

        _in_threads(work, len(starts))
        return out


def linear(volume: Volume) -> Sampler:
    """Return a trilinear sampler: no preparation, but it blurs and lowers small calcifications."""
    return Sampler(volume=_contiguous(volume), method="linear")


def cubic(volume: Volume) -> Sampler:
    """Return a cubic B-spline sampler (Unser, IEEE Signal Process. Mag. 16, 1999).

    Filters the whole volume once (mirror boundaries, float32: 4 bytes per voxel), so give it a
    crop.  Next to dense calcium it may overshoot by some per cent of the step.
    """
    volume = _contiguous(volume)
    stored, scale = volume.stored, _scale(volume)
    depth, rows, width = stored.shape
    coefficients = np.empty((depth + 3, rows + 3, width + 3), np.float32)
    padding = float(scale[2])
    _in_threads(lambda a, b: spline.spline_slices(stored, scale, coefficients, a, b), depth)
    _in_threads(lambda a, b: spline.spline_columns(coefficients, a, b), rows)
    _in_threads(lambda a, b: spline.finish_slices(stored, padding, coefficients, a, b), depth)
    spline.finish_ends(coefficients)
    coefficients.flags.writeable = False
    return Sampler(volume=volume, method="cubic", coefficients=coefficients)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PolarSections:
    """HU around the frames: ``samples[n, a, r]`` at ``radius_mm[r]`` towards ``angle_rad[a]``.

    ``samples`` (N, A, R) float32, NaN outside the scan; ``inside`` (N,) is False where a station
    has any NaN.  Neighbouring sections overlap inside a bend: their areas are not a volume.
    """

    samples: Floats32
    frames: Frames
    inside: Bools
    radius_mm: Floats
    angle_rad: Floats

    def __post_init__(self) -> None:
        n, a, r = len(self.frames), len(self.angle_rad), len(self.radius_mm)
        object.__setattr__(self, "samples", frozen(self.samples, (n, a, r), np.float32))
        object.__setattr__(self, "inside", frozen(self.inside, (n,), np.bool_))
        object.__setattr__(self, "radius_mm", frozen(self.radius_mm, (r,)))
        object.__setattr__(self, "angle_rad", frozen(self.angle_rad, (a,)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CartesianSections:
    """HU in the frames' planes: row p at ``offset_mm[p]`` along binormal, column q along normal.

    ``samples`` (N, P, P) float32, NaN outside the scan; ``inside`` (N,) is False where a station
    has any NaN; ``offset_mm`` (P,) is symmetric about 0, which is its middle element.
    """

    samples: Floats32
    frames: Frames
    inside: Bools
    offset_mm: Floats

    def __post_init__(self) -> None:
        n, p = len(self.frames), len(self.offset_mm)
        object.__setattr__(self, "samples", frozen(self.samples, (n, p, p), np.float32))
        object.__setattr__(self, "inside", frozen(self.inside, (n,), np.bool_))
        object.__setattr__(self, "offset_mm", frozen(self.offset_mm, (p,)))

    def since(self, first: int) -> "CartesianSections":
        """Return the sections from one station on."""
        return CartesianSections(
            samples=self.samples[first:], frames=self.frames.since(first),
            inside=self.inside[first:], offset_mm=self.offset_mm,
        )  # fmt: skip


def polar_sections(
    sampler: Sampler, frames: Frames, *, angles: int, radius_mm: Floats
) -> PolarSections:
    """Resample on rays: angle ``a`` is ``2 pi a / angles`` from normal towards binormal.

    ``radius_mm`` (R,) ascends and is sampled exactly there; ring areas are the caller's affair.
    """
    angle: Floats = np.arange(angles, dtype=np.float64) * (2 * np.pi / angles)
    origin = frames.origin_lps_mm[:, None, :]
    samples = sampler.along(origin, frames.directions(angle), radius_mm)
    return PolarSections(
        samples=_lock(samples),
        frames=frames,
        inside=_whole(samples),
        radius_mm=radius_mm,
        angle_rad=angle,
    )


def cartesian_sections(
    sampler: Sampler, frames: Frames, *, half_width_mm: float, pixel_mm: float
) -> CartesianSections:
    """Resample on squares of ``2 * half_width_mm`` with ``pixel_mm`` between pixel centres."""
    half = round(half_width_mm / pixel_mm)
    offset: Floats = np.arange(-half, half + 1, dtype=np.float64) * pixel_mm
    rows = frames.origin_lps_mm[:, None, :] + offset[:, None] * frames.binormal[:, None, :]
    direction = np.broadcast_to(frames.normal[:, None, :], rows.shape)
    samples = sampler.along(rows, direction, offset)
    return CartesianSections(
        samples=_lock(samples),
        frames=frames,
        inside=_whole(samples),
        offset_mm=offset,
    )


def _in_threads(work: Callable[[int, int], None], count: int) -> None:
    """Run ``work(first, stop)`` over ``count`` items, one part per thread; parts never overlap."""
    if count < 2 * THREADS:
        work(0, count)
        return
    ends = [count * n // THREADS for n in range(THREADS + 1)]
    with ThreadPoolExecutor(THREADS) as pool:
        for part in [pool.submit(work, a, b) for a, b in pairwise(ends)]:
            part.result()


def _scale(volume: Volume) -> Floats:
    padding = -np.inf if volume.padding_stored is None else volume.padding_stored
    return frozen([volume.slope, volume.intercept, padding], (3,))


def _contiguous(volume: Volume) -> Volume:
    if volume.stored.flags.c_contiguous:
        return volume
    whole = (slice(0, n) for n in volume.stored.shape)
    return volume.crop(tuple(whole))  # type: ignore[arg-type]


def _lock(array: Floats32) -> Floats32:
    array.flags.writeable = False
    return array


def _locked(array: Floats) -> Floats:
    view = array.view()
    view.flags.writeable = False
    return view


def _whole(samples: Floats32) -> Bools:
    out: Bools = np.logical_not(np.isnan(samples).any(axis=(1, 2)))
    return out
