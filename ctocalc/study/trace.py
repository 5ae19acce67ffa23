"""Follow one vessel: resample on frames, find the lumen, its interruptions and the wall."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.ndimage import binary_dilation, gaussian_filter1d

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve, smooth
from ctocalc.geometry.frames import Frames, rotation_minimising
from ctocalc.image.physics import ScanPhysics
from ctocalc.image.sections import (
    CartesianSections,
    Sampler,
    cartesian_sections,
    polar_sections,
)
from ctocalc.study.settings import AnalysisSettings
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.branching import Stem
from ctocalc.vessel.caps import Contrast
from ctocalc.vessel.channel import Channel, find_channel
from ctocalc.vessel.deposits import Deposits
from ctocalc.vessel.lumen import LumenSignal, find_lumen, without_contrast
from ctocalc.vessel.lumen_edge import lumen_past_calcium
from ctocalc.vessel.occlusion import (
    Interruption,
    fades,
    find_occlusions,
    given_occlusions,
    without_contrast_shown,
)
from ctocalc.vessel.passage import Passage
from ctocalc.vessel.plugs import plugged
from ctocalc.vessel.rays import RayFits, fit_rays
from ctocalc.vessel.rim import calcium_edge_mm, rays_behind_calcium, solid
from ctocalc.vessel.rings import Rings, rings_about_lumen
from ctocalc.vessel.tissue import reaching
from ctocalc.vessel.wall import Wall, find_wall

HALF_WIDTH_MM = 4.5
PIXEL_MM = 0.15
CAP_ZONE_MM = 1.0
RAYS = 48
# A wall found narrower than this is no guide to where the lumen may lie.
LEAST_RADIUS_MM = 1.0
# What a station without a visible wall counts when the axis is moved.
LEAST_SAY = 0.05
# A wall is moved by shares that change over about this length.
EVEN_MM = 1.0
RADII_MM = np.arange(0.0, 4.01, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trace:
    """One vessel as seen along one axis.

    Its first ``shared`` stations lie inside the vessel that it leaves; ``drawn_lumen`` (N,): where
    a reader drew the lumen; ``faded_mm``: from where on the line is dark and too thin to tell why;
    ``shown_dark`` (N,): where the image shows no lumen, if a reader set the occlusions;
    ``passages``: where calcium hides a lumen that runs through it.
    """

    curve: Curve
    frames: Frames
    sections: CartesianSections
    signal: LumenSignal
    rings: Rings
    rays: RayFits
    gaps: tuple[Interruption, ...]
    wall: Wall
    shared: int = 0
    drawn_lumen: Bools | None = None
    faded_mm: float | None = None
    shown_dark: Bools | None = None
    passages: tuple[Passage, ...] = ()

    @property
    def own(self) -> "Trace":
        """The stations of this vessel alone, arc length as before."""
        n = self.shared
        return Trace(
            curve=self.curve, frames=self.frames.since(n), sections=self.sections.since(n),
            signal=self.signal.since(n), rings=self.rings.since(n), rays=self.rays.since(n),
            gaps=self.gaps, wall=self.wall.since(n), faded_mm=self.faded_mm,
        )  # fmt: skip

    @property
    def occluded(self) -> Bools:
        """Stations (N,) inside a total interruption, islands included."""
        return self._inside(gap for gap in self.gaps if gap.total)

    @property
    def hidden_lumen(self) -> Bools:
        """Stations (N,) where calcium hides a lumen that no reader drew."""
        out = np.zeros(len(self.frames), dtype=bool)
        for passage in self.passages:
            out |= passage.here
        return self._undrawn(out)

    @property
    def in_channel(self) -> Bools:
        """Stations (N,) of a subtotal: contrast runs through, be it too thin to show."""
        return self._inside(gap for gap in self.gaps if not gap.total)

    def _inside(self, gaps: Iterable[Interruption]) -> Bools:
        s = self.frames.arclength_mm
        out = np.zeros(len(s), dtype=bool)
        for gap in gaps:
            out |= (s >= gap.start_mm) & (s <= gap.end_mm)
        return out

    @property
    def without_lumen(self) -> Bools:
        """Occluded stations (N,) that lie in no island, and where no reader drew a lumen."""
        return self._undrawn(self.occluded & ~self._in_islands)

    @property
    def dark(self) -> Bools:
        """Stations (N,) whose calcium need not outshine a lumen: the image shows none there.

        A reader's caps say where the occlusion is, not what shines in it.
        """
        return self.without_lumen if self.shown_dark is None else self._undrawn(self.shown_dark)

    @property
    def at_tips(self) -> Bools:
        """Stations (N,) from a cap to its tip, give or take its SD: a lumen too thin to tell.

        A cap of which only the place is known has no tip.  Calcium that reaches a millimetre deeper
        is calcium up to the cap.
        """
        s = self.frames.arclength_mm
        out = np.zeros(len(s), dtype=bool)
        for gap in self.gaps:
            if gap.entry and gap.entry.shown:
                out |= (s >= gap.start_mm) & (s <= gap.entry.tip_mm + gap.entry.half_sd_mm)
            if gap.exit and gap.exit.shown:
                out |= (s <= gap.end_mm) & (s >= gap.exit.tip_mm - gap.exit.half_sd_mm)
        step = float(np.median(np.diff(s)))
        deep = self.dark & ~binary_dilation(out, iterations=max(1, round(CAP_ZONE_MM / step)))
        return out & ~reaching(self.signal.tissue, deep)

    @property
    def untold(self) -> Bools:
        """Stations (N,) that a reader calls occluded and that show contrast: no calcium is told."""
        return self.without_lumen & ~self.dark

    @property
    def unseen_lumen(self) -> Bools:
        """Stations (N,) that a reader calls open and that show no lumen."""
        return self.dark & ~self.occluded

    @property
    def _in_islands(self) -> Bools:
        s = self.frames.arclength_mm
        out = np.zeros(len(s), dtype=bool)
        for gap in self.gaps:
            for low, high in gap.islands_mm:
                out |= (s >= low) & (s <= high)
        return out

    def _undrawn(self, stations: Bools) -> Bools:
        return stations if self.drawn_lumen is None else stations & ~self.drawn_lumen

    @property
    def curvature(self) -> Floats:
        """Curvature (N, 2) in 1/mm along normal and binormal of every station."""
        vector = self.curve.curvature(self.frames.arclength_mm)
        along_normal = (vector * self.frames.normal).sum(axis=1)
        return np.stack([along_normal, (vector * self.frames.binormal).sum(axis=1)], axis=1)


def frames_of(curve: Curve, settings: AnalysisSettings) -> Frames:
    """Stations along a curve with their axes."""
    s = curve.stations(settings.axis.station_mm)
    return rotation_minimising(curve.at(s), curve.tangent(s), s)


def trace(
    sampler: Sampler,
    curve: Curve,
    physics: ScanPhysics,
    settings: AnalysisSettings,
    before: Trace | None = None,
    stem: Stem | None = None,
) -> Trace:
    """Look at the vessel along one axis; an earlier look tells how wide it is.

    ``stem``: the vessel that this one leaves.
    """
    frames = frames_of(curve, settings)
    sections = cartesian_sections(sampler, frames, half_width_mm=HALF_WIDTH_MM, pixel_mm=PIXEL_MM)
    polar = polar_sections(sampler, frames, angles=RAYS, radius_mm=RADII_MM)
    radius = wall_radius_mm(frames, before, settings)
    shared, within = 0, np.zeros(polar.samples.shape[:2], dtype=bool)
    if stem is not None:
        shared = int(np.searchsorted(frames.arclength_mm, stem.ostium_mm))
        reach = float(np.median(radius))
        walls = frames.directions(polar.angle_rad) * reach + frames.origin_lps_mm[:, None]
        within = stem.tube.holds(walls)

    def rays_of(signal: LumenSignal) -> RayFits:
        fitted = fit_rays(
            polar, signal, physics, grid=sampler.volume.grid,
            farthest_mm=settings.wall.farthest_mm, layer_mm=settings.wall.layer_mm,
        )  # fmt: skip
        return fitted.without(within)

    if physics.contrast:
        signal, rays = _lumen_and_rays(sections, radius, physics, settings, rays_of, shared)
    else:
        signal = without_contrast(len(frames), physics)
        rays = rays_of(signal)
    rings = rings_about_lumen(sections, signal, radius, physics)
    gaps: tuple[Interruption, ...] = ()
    if physics.contrast:
        along = _along(frames, signal, rings, rays)
        gaps = find_occlusions(along.since(shared), settings=settings.occlusion)
    wall = find_wall(
        rays,
        step_mm=settings.axis.station_mm,
        rim_mm=settings.wall.bloom_rim_mm,
        settings=settings.wall,
    )
    radius = np.sqrt(wall.boundary.area_mm2 / np.pi)
    thinnest = settings.occlusion.thinnest_mm
    faded = [gap for gap in gaps if fades(gap, frames.arclength_mm, radius, thinnest)]
    gaps = tuple(
        gap.with_channel(
            _channel(gap, sections, wall.boundary, signal, physics.noise_sd_hu, settings)
        )
        for gap in gaps
        if gap not in faded
    )
    return Trace(
        curve=curve, frames=frames, sections=sections, signal=signal, rings=rings, rays=rays,
        gaps=gaps, wall=wall, shared=shared, faded_mm=faded[0].start_mm if faded else None,
    )  # fmt: skip


def _lumen_and_rays(
    sections: CartesianSections,
    radius_mm: Floats,
    physics: ScanPhysics,
    settings: AnalysisSettings,
    rays_of: Callable[[LumenSignal], RayFits],
    shared: int,
) -> tuple[LumenSignal, RayFits]:
    """Find lumen and edges, and again where the edges show that calcium plugs the vessel."""
    lumen_of = partial(
        find_lumen, sections, radius_mm, physics, settings=settings.lumen, tissue=settings.tissue
    )
    signal = lumen_of()
    rays = rays_of(signal)
    plugs = np.zeros(len(radius_mm), dtype=bool)
    plugs[shared:] = plugged(
        signal.since(shared), rays.since(shared), physics.noise_sd_hu, settings.axis.station_mm,
        tissue=settings.tissue, settings=settings.plug,
    )  # fmt: skip
    if not plugs.any():
        return signal, rays
    signal = lumen_of(plugged=plugs)
    return signal, rays_of(signal)


def _along(frames: Frames, signal: LumenSignal, rings: Rings, rays: RayFits) -> Contrast:
    return Contrast(
        arclength_mm=frames.arclength_mm, signal=signal, rings=rings,
        lumen_diameter_mm=rays.lumen_diameter_mm,
    )  # fmt: skip


def _channel(
    gap: Interruption,
    sections: CartesianSections,
    wall: Boundary,
    signal: LumenSignal,
    noise_hu: float,
    settings: AnalysisSettings,
) -> Channel:
    """Look for contrast between the tips of an interruption, where caps no longer show."""
    s = sections.frames.arclength_mm
    low = gap.entry.tip_mm if gap.entry else gap.start_mm
    high = gap.exit.tip_mm if gap.exit else gap.end_mm
    body = (s > low + CAP_ZONE_MM) & (s < high - CAP_ZONE_MM)
    return find_channel(sections, wall, signal, body, noise_hu=noise_hu, settings=settings.channel)


def wall_radius_mm(frames: Frames, before: Trace | None, settings: AnalysisSettings) -> Floats:
    """Mean wall radius (N,) that an earlier look found at the same arc length, or the usual."""
    if before is None:
        return np.full(len(frames), settings.wall.usual_radius_mm)
    radius = np.sqrt(before.wall.boundary.area_mm2 / np.pi).clip(min=LEAST_RADIUS_MM)
    return np.asarray(np.interp(frames.arclength_mm, before.frames.arclength_mm, radius))


def recentre(seen: Trace, start_lps_mm: Floats, settings: AnalysisSettings) -> Curve:
    """Move the axis onto the centre of the outer wall, and smooth it anew.

    Stations have a say as far around as they show the wall or calcium's edge at it; no station
    moves farther than the limit.
    Arc length starts again at the point nearest to the first given point.
    """
    offset = seen.wall.boundary.centroid_mm
    length = np.linalg.norm(offset, axis=1, keepdims=True)
    limit = settings.axis.recentre_limit_mm
    offset = offset * np.minimum(1.0, limit / np.maximum(length, 1e-9))
    frames = seen.frames
    points = frames.origin_lps_mm + offset[:, :1] * frames.normal + offset[:, 1:] * frames.binormal
    weight = LEAST_SAY + seen.wall.boundary.confidence + seen.rays.calcified.mean(axis=1)
    # The last station lies up to one step before the end: without the end the axis would shrink.
    end = seen.curve.at(np.array([seen.curve.length_mm])) + points[-1] - frames.origin_lps_mm[-1]
    curve = smooth(
        np.concatenate([points, end]),
        stiffness_mm6=settings.axis.stiffness_mm6,
        weight=np.append(weight, weight[-1]),
    )
    return curve.from_nearest(start_lps_mm)


def with_calcium_edge(seen: Trace, deposits: Deposits, settings: AnalysisSettings) -> Trace:
    """Return the trace with wall and lumen found anew, now that calcium's own edge is known."""
    wall = seen.wall.boundary
    step, offset = settings.axis.station_mm, seen.sections.offset_mm
    edge = calcium_edge_mm(deposits.share, offset, wall.angle_rad)
    behind = rays_behind_calcium(seen.rays, edge, wall, settings.wall)
    wall_of = partial(find_wall, step_mm=step, rim_mm=settings.wall.rim_mm, settings=settings.wall)
    found = wall_of(behind)
    filled = solid(deposits.share, offset, edge, wall, settings.wall)
    if filled.any():
        # What is expected of a body goes with the rays: its neighbours alone are asked.
        around = wall_of(behind.without(behind.calcified & filled[:, None]))
        even = gaussian_filter1d(filled.astype(float), EVEN_MM / step, mode="nearest")
        found = found.towards(around, settings.wall.filled_course * even, edge)
    return replace(seen, rays=lumen_past_calcium(seen.rays, edge, step), wall=found)


def with_caps(
    seen: Trace,
    caps_mm: tuple[tuple[float, float], ...],
    settings: AnalysisSettings,
    *,
    contrast: bool,
) -> Trace:
    """Return the trace with its occlusions replaced by those a user named (entry, exit).

    What the image itself shows stays known beside it, but no hidden lumen within what a reader
    calls occluded; without ``contrast`` it shows nothing of the lumen, and so nothing of the caps'
    shape.
    """
    along = _along(seen.frames, seen.signal, seen.rings, seen.rays)
    gaps = given_occlusions(along, caps_mm, shown=seen.gaps, settings=settings.occlusion)
    if not contrast:
        return replace(seen, gaps=tuple(gap.without_shape for gap in gaps))
    given = replace(seen, gaps=gaps)
    beyond = tuple(each.beyond(given.occluded) for each in seen.passages)
    given = replace(given, passages=tuple(each for each in beyond if each.here.any()))
    step = settings.axis.station_mm
    faint = without_contrast_shown(seen.signal, step, settings.occlusion)
    return replace(given, shown_dark=seen.without_lumen | (given.without_lumen & faint))
