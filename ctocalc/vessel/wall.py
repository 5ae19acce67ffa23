"""The outer wall of the vessel, also through an occlusion."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter1d, maximum_filter1d

from ctocalc._arrays import Array, Bools, Floats, frozen
from ctocalc.vessel.boundary import Boundary, BoundaryKind
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.tube import RAYS_OF_ITS_OWN, Edges, TubeSettings, fit_tube, fourier

OSTIUM_MM = 8.0
# What is read as narrower is no lumen.
LEAST_LUMEN_MM = 0.3
# Neighbouring stations and all rays of one side share their errors, which leaves so much more than
# their count tells.
ERRORS_SHARED = 2.0
# The vessel's own layer: from so many rays or more, among them the sharpest.
LEAST_TOLD, LEAST_TOLD_SHARE, SHARP, OWN_LAYER_PERCENTILE = 200, 0.2, 1.15, 40
# A vessel keeps its width over about this length, or is misread.
COURSE_MM = 10.0
# Rounds of weighing edges: for the vessel's course, and for the wall.
FIRST_ROUNDS, ROUNDS = 3, 6
# A station is open where so many rays show lumen; so many, so far from a body, tell the course.
OPEN_SHARE, LEAST_OPEN, CLEAR_MM = 0.5, 8, 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WallSettings(TubeSettings):
    """Shape prior of the outer wall.

    Standard deviations of the prior: of one ray beyond its noise (``ray_sd_mm``), of the change of
    the radius' slope over a millimetre (``bend_sd_mm``; ``centre_bend_sd_mm`` of its centre), of
    the second and third harmonic as a share of the radius.  ``faint``: how much worse a faint edge
    is than its noise.  Around an open lumen the wall is ``layer_mm`` thick, give or take
    ``layer_sd_mm`` (normal intima, media and adventitia, and plaque); an edge ``layer_limit_mm``
    away from that is another organ's.  What the vessel's own rays in fat tell of it counts by
    ``own_layer``.  Where rays show that there is no lumen the wall is ``body_share`` as far out
    as, on a straight line, where lumen shows before and after (blocked vessels shrink a little),
    give or take ``body_sd_mm`` a ray; an edge ``body_free_mm`` outside that counts less, and none
    ``body_limit_mm`` further out.  Where a lumen is more than ``widening`` times as wide as farther
    on, the line still runs in the vessel that it leaves.

    A ray that ends in calcium has ``rim_weight`` of a clear ray's weight: the rim of plaque behind
    calcium hardly shows, and all rays of a deposit are wrong by the same.  The half height of
    calcium lies ``bloom_rim_mm`` inside the wall, its own edge (blur undone) ``rim_mm``, where it
    reaches within ``rim_reach_mm`` of the wall at all.  Rays within ``halo_deg`` of calcium are
    drawn outwards by its bloom and count by ``halo_weight``.  Calcium that fills the vessel may
    leave a rim of any width: its wall is moved by ``filled_course`` of the way to where the
    stations beyond its ends put it, less near those ends, and its neighbours a little.

    Edges more than ``mistaken`` standard deviations off the rest do not count.
    ``radius_sd_mm``: what no number of rays mends, ``rim_sd_mm`` where all rays end in calcium, and
    ``thin_sd_mm`` about lumens thinner than ``thin_mm`` by as much as ``thin_over_mm``, whose blur
    hides their width.
    """

    farthest_mm: float = 3.4
    ray_sd_mm: float = 0.12
    rim_weight: float = 0.2
    bloom_rim_mm: float = 0.09
    rim_mm: float = 0.15
    rim_reach_mm: float = 0.45
    filled_course: float = 0.5
    halo_deg: float = 30.0
    halo_weight: float = 0.1
    layer_mm: float = 0.45
    layer_sd_mm: float = 0.4
    own_layer: float = 0.5
    layer_limit_mm: float = 2.5
    body_share: float = 0.92
    body_sd_mm: float = 0.6
    body_free_mm: float = 0.3
    body_limit_mm: float = 1.0
    widening: float = 1.35
    radius_sd_mm: float = 0.04
    rim_sd_mm: float = 0.075
    thin_mm: float = 1.35
    thin_over_mm: float = 0.35
    thin_sd_mm: float = 0.2
    faint: float = 1.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wall:
    """Outer wall and where it was seen: ``source`` (N,) "seen" or "bridged".

    ``radius_sd_mm`` (N,): standard deviation of the mean radius, from how many rays show the wall
    how far around, and what remains where all do.
    """

    boundary: Boundary
    source: Array
    radius_sd_mm: Floats

    def __post_init__(self) -> None:
        object.__setattr__(self, "radius_sd_mm", frozen(self.radius_sd_mm, self.source.shape))

    def since(self, first: int) -> "Wall":
        """Return the wall from one station on."""
        return Wall(
            boundary=self.boundary.since(first), source=self.source[first:],
            radius_sd_mm=self.radius_sd_mm[first:],
        )  # fmt: skip

    def towards(self, other: "Wall", share: Floats, least_mm: Floats) -> "Wall":
        """Return the wall moved by a share (N,) of the way to another, and as much less certain.

        It is not moved inside ``least_mm`` (N, A), mm from the axis; NaN is no limit.  What was
        seen of it stays as it is.
        """
        radius = self.boundary.radius_mm
        way = share[:, None] * (other.boundary.radius_mm - radius)
        moved = np.fmax(radius + way, np.minimum(least_mm, radius))
        return replace(
            self,
            boundary=replace(self.boundary, radius_mm=np.where(way == 0.0, radius, moved)),
            radius_sd_mm=np.hypot(self.radius_sd_mm, way.mean(axis=1)),
        )

    @property
    def area_sd_mm2(self) -> Floats:
        """Standard deviation (N,) of the area."""
        radius = np.sqrt(self.boundary.area_mm2 / np.pi)
        return np.asarray(2 * np.pi * radius * self.radius_sd_mm)


def find_wall(rays: RayFits, *, step_mm: float, rim_mm: float, settings: WallSettings) -> Wall:
    """Fit one smooth tube to the wall edges of all rays at once.

    Radius = Fourier series up to order 3 in the angle, each coefficient smooth along the vessel;
    rays without a visible wall have no say there and the neighbours decide; outliers are
    weighed down (Tukey).  On calcified rays the wall lies ``rim_mm`` beyond the edge.  A first tube
    shows the course of the open vessel, to which a second one is held where there is no lumen.
    Misleads where a long stretch is embedded in myocardium.
    """
    tube = _tube_edges(rays, rim_mm, settings)
    lumen = _own_lumen(rays, step_mm, settings)
    tube = _around_lumen(tube, rays, lumen, settings)
    coefficients, weight = fit_tube(tube, FIRST_ROUNDS, step_mm, settings)
    open_ = np.isfinite(lumen).mean(axis=1) >= OPEN_SHARE
    # The first tube may widen where the body begins.
    near = max(1, round(CLEAR_MM / step_mm))
    clear = binary_erosion(open_, iterations=near, border_value=1)
    if clear.sum() >= LEAST_OPEN:
        # What shows nothing, beside calcium or at a mouth, is not blocked for that.
        blocked = (rays.lumen_mm <= LEAST_LUMEN_MM).mean(axis=1) >= OPEN_SHARE
        body = np.isnan(lumen) & blocked[:, None]
        held = _along_course(tube, coefficients[:, 0], clear, body, settings)
        coefficients, weight = fit_tube(held, ROUNDS, step_mm, settings)
        # What is expected of the body is one guess, not one per station.
        told = weight + np.where(body, 0.0, held.prior)
    else:
        coefficients, weight = fit_tube(tube, ROUNDS, step_mm, settings)
        told = weight + tube.prior
    radius = np.maximum(coefficients @ fourier(rays.wall_mm.shape[1]).T, 0.3)
    seen = ((weight > 0.25 / settings.ray_sd_mm**2) & ~rays.calcified).mean(axis=1)
    boundary = Boundary(radius_mm=radius, kind=BoundaryKind.WALL, confidence=seen)
    return Wall(
        boundary=boundary,
        source=np.where(seen >= 0.25, "seen", "bridged"),
        radius_sd_mm=np.hypot(
            np.hypot(
                _radius_sd(told, rays.calcified, step_mm, settings),
                _thin_sd(rays.lumen_diameter_mm, settings),
            ),
            departure_mm(boundary, step_mm),
        ),
    )


def _tube_edges(rays: RayFits, rim_mm: float, settings: WallSettings) -> Edges:
    """Weigh the edges by what they are: clear, calcium's own, or drawn by its bloom."""
    usable = np.isfinite(rays.wall_mm) & (np.isfinite(rays.wall_sd_mm) | rays.calcified)
    seen = np.where(usable, rays.wall_mm + rim_mm * rays.calcified, 0.0)
    noise = np.where(usable & ~rays.calcified, settings.faint * rays.wall_sd_mm, 0.0)
    weight = np.where(usable, 1.0 / (settings.ray_sd_mm**2 + noise**2), 0.0)
    weight = np.where(rays.calcified, weight * settings.rim_weight, weight)
    reach = round(settings.halo_deg / 360 * rays.wall_mm.shape[1])
    halo = maximum_filter1d(rays.calcified, 2 * reach + 1, axis=1, mode="wrap")
    weight = np.where(halo & ~rays.calcified, weight * settings.halo_weight, weight)
    return Edges(
        seen_mm=seen, weight=weight, expected_mm=np.zeros_like(seen), prior=np.zeros_like(seen)
    )


def _around_lumen(edges: Edges, rays: RayFits, lumen: Floats, settings: WallSettings) -> Edges:
    """Return the edges with a wall of the usual thickness expected around the lumen (N, A)."""
    layer = lumen + _usual_layer_mm(rays, lumen, settings)
    known = np.isfinite(layer)
    elsewhere = np.clip(np.abs(edges.seen_mm - layer) / settings.layer_limit_mm, 0.0, 1.0)
    weight = np.where(known, edges.weight * (1.0 - elsewhere**2) ** 2, edges.weight)
    weight = np.where(np.isinf(lumen), 0.0, weight)
    return _expecting(edges, weight, known & ~rays.calcified, layer, settings.layer_sd_mm, settings)


def _along_course(
    edges: Edges, radius_mm: Floats, open_: Bools, body: Bools, settings: WallSettings
) -> Edges:
    """Return the edges with the body (N, A) expected as wide as the open vessel (N,) beside it."""
    n = np.arange(len(open_))
    course = settings.body_share * np.interp(n, n[open_], radius_mm[open_])[:, None]
    away = (edges.seen_mm - course - settings.body_free_mm) / settings.body_limit_mm
    elsewhere = np.clip(away, 0.0, 1.0)
    weight = np.where(body, edges.weight * (1.0 - elsewhere**2) ** 2, edges.weight)
    return _expecting(edges, weight, body, course, settings.body_sd_mm, settings)


def _expecting(
    edges: Edges, weight: Floats, where: Bools, expected_mm: Floats, sd_mm: float,
    settings: WallSettings,
) -> Edges:  # fmt: skip
    """Return the edges with these weights, and what is expected where they show little."""
    # A wall that shows needs no prior.
    unseen = 1.0 - np.minimum(weight * settings.ray_sd_mm**2, 1.0)
    return Edges(
        seen_mm=edges.seen_mm,
        weight=weight,
        expected_mm=np.where(where, expected_mm, edges.expected_mm),
        prior=np.where(where, sd_mm**-2.0 * unseen, edges.prior),
    )


def _radius_sd(weight: Floats, calcified: Bools, step_mm: float, settings: WallSettings) -> Floats:
    """Return the SD (N,) of the mean radius.

    A tube stiff by ``bend_sd_mm`` averages over about ``reach`` stations (the equivalent kernel of
    a cubic smoothing spline, of squared integral 0.265 / reach).
    """
    told = weight.sum(axis=1) * RAYS_OF_ITS_OWN / weight.shape[1]
    told = gaussian_filter1d(told, 2.0 / step_mm, mode="nearest") + 1.0
    reach = (1.0 / (settings.bend_sd_mm**2 * step_mm**3) / told) ** 0.25
    left = settings.radius_sd_mm + settings.rim_sd_mm * calcified.mean(axis=1)
    return np.asarray(np.hypot(left, ERRORS_SHARED * np.sqrt(0.265 / reach / told)))


def _thin_sd(lumen_diameter_mm: Floats, settings: WallSettings) -> Floats:
    """Return the SD (N,) that a thin lumen (NaN or 0: none) adds to its wall's radius."""
    missing = (settings.thin_mm - lumen_diameter_mm) / settings.thin_over_mm
    none = ~(lumen_diameter_mm > 0.0)
    return np.where(none, 0.0, settings.thin_sd_mm * np.clip(missing, 0.0, 1.0))


def departure_mm(boundary: Boundary, step_mm: float) -> Floats:
    """How far (N,) the mean radius leaves its own course: a local bulge may be another's edge."""
    radius = np.sqrt(boundary.area_mm2 / np.pi)
    course = gaussian_filter1d(radius, COURSE_MM / step_mm, mode="nearest")
    return np.asarray(np.abs(radius - course))


def _own_lumen(rays: RayFits, step_mm: float, settings: WallSettings) -> Floats:
    """Return the lumen radius (N, A): NaN where none shows, inf where it is another vessel's."""
    lumen = np.where(rays.lumen_mm > LEAST_LUMEN_MM, rays.lumen_mm, np.nan)
    wide = 0.5 * rays.lumen_diameter_mm
    out = lumen.copy()
    for n in range(min(len(lumen), round(OSTIUM_MM / step_mm))):
        farther = wide[n + round(2.0 / step_mm) : n + round(8.0 / step_mm)]
        farther = farther[np.isfinite(farther) & (farther > 0.3)]
        if len(farther) >= 6:
            out[n, lumen[n] > settings.widening * np.median(farther)] = np.inf
    return out


def _usual_layer_mm(rays: RayFits, lumen: Floats, settings: WallSettings) -> float:
    """Return how thick this vessel's wall is likely to be: between the usual and its own.

    Its own is what rays tell that end in fat, whose edges are the sharpest; more of them end too
    far out, beyond muscle or a branch, than too far in.
    """
    layer = rays.wall_mm - rays.lumen_mm
    open_ = np.isfinite(layer) & np.isfinite(lumen) & ~rays.calcified
    told = open_ & np.isfinite(rays.wall_sd_mm)
    if told.sum() < max(LEAST_TOLD, LEAST_TOLD_SHARE * open_.sum()):
        return settings.layer_mm
    sharp = told & (rays.wall_sd_mm <= SHARP * np.percentile(rays.wall_sd_mm[told], 30))
    own = float(np.percentile(layer[sharp], OWN_LAYER_PERCENTILE))
    return settings.layer_mm + settings.own_layer * (own - settings.layer_mm)
