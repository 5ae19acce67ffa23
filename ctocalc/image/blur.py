"""The scan's blur as cross sections show it: an operator on stacks of sections."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ive

from ctocalc._arrays import Floats, Floats32, frozen
from ctocalc.geometry.frames import Frames
from ctocalc.kernels import blur as kernels

# Taps below this share of the whole are left out.
NEGLIGIBLE = 3e-4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SectionBlur:
    """Gaussian blur of a stack (N, P, P) laid out as `CartesianSections`; make one with `of_scan`.

    Taps (N, 2R + 1), float32, centred: ``column`` along the normal, ``row`` along the binormal,
    ``rising`` and ``falling`` along the two diagonals of the pixels (one of them is idle at each
    station), ``station`` along the vessel.  Beyond the stack its outermost values go on.
    """

    column: Floats32
    row: Floats32
    rising: Floats32
    falling: Floats32
    station: Floats32

    def __post_init__(self) -> None:
        for name in ("column", "row", "rising", "falling", "station"):
            taps = frozen(getattr(self, name), (len(self.column), None), np.float32)
            object.__setattr__(self, name, taps)

    @classmethod
    def of_scan(
        cls,
        frames: Frames,
        slice_normal_lps: Floats,
        *,
        sigma_mm: tuple[float, float],
        pixel_mm: float,
    ) -> "SectionBlur":
        """Return the blur of a scan with SDs (in the slices, along their normal) on these frames.

        Values of the stack count as means over a pixel and a step: what these blur by themselves
        is taken off.  Right for what does not change along the vessel, and for what does not
        change across it; where both change, the slant of the blur is left out.  Misleads beside
        planes that cross in a bend.
        """
        across_mm, through_mm = sigma_mm
        axis = np.asarray(slice_normal_lps) / np.linalg.norm(slice_normal_lps)
        more = through_mm**2 - across_mm**2
        u, v, t = frames.normal @ axis, frames.binormal @ axis, frames.tangent @ axis
        slant = more * u * v
        step = float(np.median(np.diff(frames.arclength_mm)))
        cell = pixel_mm**2 / 12.0
        plain = across_mm**2 - cell - np.abs(slant)
        return cls(
            column=_taps(plain + more * u * u, pixel_mm),
            row=_taps(plain + more * v * v, pixel_mm),
            rising=_taps(np.maximum(slant, 0.0), pixel_mm),
            falling=_taps(np.maximum(-slant, 0.0), pixel_mm),
            station=_taps(across_mm**2 + more * t * t - step**2 / 12.0, step),
        )

    def part(self, stations: slice) -> "SectionBlur":
        """Return the blur of some of the stations."""
        return SectionBlur(
            column=self.column[stations],
            row=self.row[stations],
            rising=self.rising[stations],
            falling=self.falling[stations],
            station=self.station[stations],
        )

    def apply(self, stack: Floats32) -> Floats32:
        """Return the stack (N, P, P) as the scan shows it; what is constant stays as it is."""
        out = np.asarray(stack, dtype=np.float32)
        for taps, row, column in self._directions():
            out = kernels.across(out, taps, row, column, False)
        return np.asarray(kernels.along(out, self.station, False))

    def adjoint(self, stack: Floats32) -> Floats32:
        """Return the transpose of `apply` applied to a stack (N, P, P)."""
        out = kernels.along(np.asarray(stack, dtype=np.float32), self.station, True)
        for taps, row, column in reversed(self._directions()):
            out = kernels.across(out, taps, row, column, True)
        return np.asarray(out)

    def _directions(self) -> list[tuple[Floats32, int, int]]:
        """Return taps with the (row, column) of their direction, those that blur at all."""
        every = [
            (self.column, 0, 1),
            (self.row, 1, 0),
            (self.rising, 1, 1),
            (self.falling, 1, -1),
        ]
        return [one for one in every if one[0].shape[1] > 1]


def _taps(variance_mm2: Floats, step_mm: float) -> Floats32:
    """Return discrete Gaussians (N, 2R + 1) of exactly these variances (Lindeberg, 1990)."""
    scale = np.clip(variance_mm2, 0.0, None)[:, None] / step_mm**2
    lags = np.abs(np.arange(-12, 13))
    taps = np.where(ive(lags, scale) >= NEGLIGIBLE, ive(lags, scale), 0.0)
    taps /= taps.sum(axis=1, keepdims=True)
    reach = int(lags[(taps > 0.0).any(axis=0)].max())
    return np.asarray(taps[:, 12 - reach : 13 + reach], dtype=np.float32)
