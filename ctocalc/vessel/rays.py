"""Rays from the axis outwards: where lumen and outer wall end on each of them."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ctocalc._arrays import Bools, Floats, Floats32, frozen
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.physics import FAT_HU, ScanPhysics
from ctocalc.image.sections import PolarSections
from ctocalc.kernels.edges import fit_two_edges, guess_edges
from ctocalc.kernels.rays import half_maximum_mm
from ctocalc.vessel.brightness import lumen_hu
from ctocalc.vessel.lumen import LumenSignal
from ctocalc.vessel.tissue import Tissue

SMOOTH_ALONG_MM = 0.6
SMOOTH_ANGLE_DEG = 8.0
REACH_MM = 0.9
CALCIUM_HALO_MM = 0.4
# Faint calcium hides the wall, too.  What is left of a lumen beside a cap may exceed this: its rays
# then count as little as calcium's.
CALCIUM_ALONE_HU = 80.0
CALCIUM_ALONE_SD = 3.0
LUMEN_TURNS = 2
# A lumen that shows so much of its contrast, smoothed along the vessel by this SD, is no tip.
OPEN_SHARE, OPEN_MM = 0.5, 1.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RayFits:
    """Edges found on every ray (N, A), in mm from the axis, before any shape is assumed.

    ``lumen_mm`` is 0 where there is no lumen on the ray; ``wall_sd_mm`` is the wall's own
    uncertainty from noise (infinite where the wall does not show); on ``calcified`` rays
    calcium reaches the wall: they tell its outer edge, from which the wall is not far.
    """

    lumen_mm: Floats
    wall_mm: Floats
    wall_sd_mm: Floats
    calcified: Bools

    def __post_init__(self) -> None:
        shape = self.lumen_mm.shape
        for name in ("lumen_mm", "wall_mm", "wall_sd_mm"):
            object.__setattr__(self, name, frozen(getattr(self, name), shape))
        object.__setattr__(self, "calcified", frozen(self.calcified, shape, np.bool_))

    def since(self, first: int) -> "RayFits":
        """Return the rays from one station on."""
        return RayFits(
            lumen_mm=self.lumen_mm[first:], wall_mm=self.wall_mm[first:],
            wall_sd_mm=self.wall_sd_mm[first:], calcified=self.calcified[first:],
        )  # fmt: skip

    def without(self, rays: Bools) -> "RayFits":
        """Return the fits with nothing told on some rays (N, A)."""
        return RayFits(
            lumen_mm=np.where(rays, np.nan, self.lumen_mm),
            wall_mm=np.where(rays, np.nan, self.wall_mm),
            wall_sd_mm=np.where(rays, np.inf, self.wall_sd_mm),
            calcified=self.calcified & ~rays,
        )

    @property
    def lumen_diameter_mm(self) -> Floats:
        """Equivalent diameter (N,) of the lumen; NaN where under half of the rays show it."""
        seen = np.isfinite(self.lumen_mm) & ~self.calcified
        enough = seen.mean(axis=1) >= 0.5
        squares = np.where(seen, self.lumen_mm**2, 0.0).sum(axis=1) / np.maximum(
            seen.sum(axis=1), 1
        )
        return np.where(enough, 2.0 * np.sqrt(squares), np.nan)


def fit_rays(
    sections: PolarSections,
    signal: LumenSignal,
    physics: ScanPhysics,
    *,
    grid: VoxelGrid,
    farthest_mm: float,
    layer_mm: float,
) -> RayFits:
    """Fit the blurred two-layer model (lumen, wall, outside) to every ray.

    Samples are first averaged along the vessel and over neighbouring angles, never along the ray.
    Each ray has the blur of its own direction on the scan's ``grid``.  Edges and the lumen's own
    HU (`lumen_hu`) tell each other.  ``layer_mm`` is how thick a wall around a lumen is taken to
    be where it does not show.
    """
    step = float(np.median(np.diff(sections.frames.arclength_mm)))
    turn = 360.0 / len(sections.angle_rad)
    outside_scan = np.isnan(sections.samples)
    # Fat stands in for what lies outside the scan while samples are averaged, no longer.
    hu = np.where(outside_scan, FAT_HU, sections.samples)
    hu = gaussian_filter1d(hu, SMOOTH_ALONG_MM / step, axis=0, mode="nearest")
    hu = gaussian_filter1d(hu, SMOOTH_ANGLE_DEG / turn, axis=1, mode="wrap").astype(np.float32)
    hu[outside_scan] = np.nan
    lumen = np.where(_open(signal, step), signal.reference_hu, np.nan)
    above = _calcium_above(signal, physics)
    starts, outside, layer, calcified = guess_edges(
        hu, sections.radius_mm, lumen, signal.plaque_hu, above, 0.5, farthest_mm, layer_mm
    )
    directions = sections.frames.directions(sections.angle_rad)
    sigma = physics.resolution(grid).sampled(directions)
    profiles = _behind_calcium(hu, sections.radius_mm, above)
    whole = lumen
    for turn in range(1 + LUMEN_TURNS):
        fitted = fit_two_edges(
            profiles,
            sections.radius_mm,
            np.broadcast_to(np.nan_to_num(whole)[:, None], outside.shape),
            signal.plaque_hu,
            outside,
            starts,
            layer,
            REACH_MM,
            sigma,
        )
        if turn < LUMEN_TURNS:
            edges = np.where(calcified, np.nan, fitted[..., 0])
            told = lumen_hu(profiles, sections.radius_mm, edges, sigma, signal.plaque_hu, step)
            whole = np.where(np.isnan(lumen) | np.isnan(told), lumen, told)
    edge = _calcium_edge(hu, sections.radius_mm, outside, starts[..., 1])
    spacing = float(sections.radius_mm[1] - sections.radius_mm[0])
    height = np.abs(outside - signal.plaque_hu[:, None])
    sd = edge_sd_mm(physics.noise_sd_hu, height, sigma, spacing)
    shows = np.isfinite(fitted[..., 1]) & np.isfinite(sd) & np.isnan(layer)
    return RayFits(
        lumen_mm=np.where(starts[..., 0] < 0, 0.0, fitted[..., 0]),
        wall_mm=np.where(calcified, edge, fitted[..., 1]),
        wall_sd_mm=np.where(shows, sd, np.inf),
        calcified=calcified,
    )


def edge_sd_mm(noise_hu: float, height_hu: Floats, sigma_mm: Floats, spacing_mm: float) -> Floats:
    """How far (...) noise moves a blurred edge of this height; infinite where it has none.

    Of an edge that stands alone: near another one the fit knows less, but to count it the less the
    nearer it came to the other would draw every mean away from it.
    """
    with np.errstate(divide="ignore"):
        per_sample = noise_hu / height_hu
    return np.asarray(per_sample * np.sqrt(2.0 * np.sqrt(np.pi) * sigma_mm * spacing_mm))


def _open(signal: LumenSignal, step_mm: float) -> Bools:
    """Stations (N,) where a lumen is wide enough for edges: by itself, or as those beside it.

    Noise darkens single stations of a dim lumen.
    """
    share = signal.share
    known = np.isfinite(share)
    sums = [
        gaussian_filter1d(values, OPEN_MM / step_mm, mode="nearest")
        for values in (np.where(known, share, 0.0), known.astype(float))
    ]
    even = sums[0] / np.maximum(sums[1], 1e-6)
    lumen = known & (signal.tissue == Tissue.LUMEN)
    return np.asarray((share > OPEN_SHARE) | (lumen & (even > OPEN_SHARE)))


def _calcium_above(signal: LumenSignal, physics: ScanPhysics) -> Floats:
    """HU (N,) above which something is calcium: where there is no lumen, all that is no plaque."""
    noise = physics.noise_sd_hu
    beside_lumen = signal.reference_hu + np.maximum(0.25 * signal.reference_hu, 3 * noise)
    alone = signal.plaque_hu + max(CALCIUM_ALONE_SD * noise, CALCIUM_ALONE_HU)
    holds_lumen = (signal.tissue == Tissue.LUMEN) | (signal.share > OPEN_SHARE)
    return np.where(holds_lumen, beside_lumen, np.minimum(beside_lumen, alone))


def _behind_calcium(hu: Floats32, radius: Floats, above: Floats) -> Floats:
    """Rays with everything up to the halo of their outermost calcium left out."""
    bright = hu > above[:, None, None]
    outermost = np.where(bright, radius, -np.inf).max(axis=2, keepdims=True)
    return np.where(radius <= outermost + CALCIUM_HALO_MM, np.nan, hu)


def _calcium_edge(hu: Floats32, radius: Floats, outside: Floats, near: Floats) -> Floats:
    """Outer edge of calcium on each ray: half-way from its peak down to the outside."""
    within = (np.abs(radius - near[..., None] + 0.3) <= 0.6) & np.isfinite(hu)
    peak = np.where(within, hu, -np.inf).argmax(axis=2)
    return np.asarray(half_maximum_mm(hu, peak, outside, radius))
