"""The scan's blur from the edges of its own contrast-filled vessels.

Lumen, a thin wall, and what lies around it, blurred: on every ray of a patch of 5 mm of vessel.
The lumen's edge is a smooth surface; the wall's thickness, which would pass for blur, is shared by
the patch; outside is each ray's own.  The blur, in the slices and through them, is common to all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter
from scipy.special import ndtr

from ctocalc._arrays import Array, Bools, Floats
from ctocalc.image.resolution import FWHM_PER_SIGMA, wider_by
from ctocalc.image.sections import PolarSections
from ctocalc.kernels.edges import guess_edges
from ctocalc.kernels.runs import runs

ROUNDS = 9
PATCH = 10
# Samples along a ray, rays and stations share their noise: they count as so many fewer.
SHARED_NOISE = 27.0
SURFACE_SD_MM = 0.03
WALL_MM, WALL_SD_MM = 0.45, (0.2, 0.15, 0.15, 0.05, 0.05)
OUTSIDE_SD_HU = 400.0
# Cardiac CT: kernel and focus in the slices, thickness and helical pitch through them.
USUAL_MM, USUAL_SD_MM = (0.70, 0.78), (0.10, 0.15)
PLAQUE_EFFECT_PER_HU = 0.0015
_INNER_MM, _OUTER_MM = 1.1, 0.75
_DENSITY = 0.3989422804014327


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeBlur:
    """FWHM of the blur in the slices and through them, each with its standard deviation, mm."""

    in_plane: tuple[float, float]
    through: tuple[float, float]


@dataclass(slots=True, kw_only=True, eq=False)
class _Patch:
    """A short piece of patent vessel and its present fit: n stations, a rays, r samples."""

    hu: Floats
    radius: Floats
    limit: Floats
    use: Bools
    surface: Floats
    outside: Floats
    directions: Floats
    around: Floats
    tangent: Floats
    angle: Floats
    along_mm: Floats
    lumen: Floats
    wall: Floats = field(default_factory=lambda: np.array([WALL_MM, 0.0, 0.0, 0.0, 0.0]))
    weight: float = 1.0
    # The surface each ray tells by itself, and its smooth form with the geometry of its normals.
    told: Floats = field(init=False)
    smooth: Floats = field(init=False)
    oblique: Floats = field(init=False)
    through: Floats = field(init=False)
    turned: Floats = field(init=False)
    layers_mm: Floats = field(init=False)
    quality: float = 1.0


def edge_blur(
    tubes: Sequence[PolarSections],
    centres_hu: Sequence[Floats],
    steps_lps_mm: Floats,
    *,
    pool_hu: float,
    plaque_hu: float,
    plaque_sd_hu: float,
    noise_hu: float,
) -> EdgeBlur | None:
    """Estimate the blur from every even, calcium-free stretch of lumen; None where there is none.

    ``centres_hu``: the axis' own HU (N,) of each tube; ``steps_lps_mm`` (3, 3) as `Resolution`.
    The standard deviations come from the noise, or the scatter of the patches where that is more.
    Misleads where motion or an edge-enhancing kernel makes the blur other than Gaussian.
    """
    patches = [
        patch
        for tube, centre in zip(tubes, centres_hu, strict=True)
        for patch in _patches(tube, centre, pool_hu, plaque_hu, noise_hu)
    ]
    normal = np.cross(steps_lps_mm[:, 1], steps_lps_mm[:, 2])
    normal /= np.linalg.norm(normal)
    variance = (np.array(USUAL_MM) / FWHM_PER_SIGMA) ** 2
    covariance = None
    for turn in range(ROUNDS):
        for patch in patches:
            _shape(patch, normal, steps_lps_mm)
        patches = [patch for patch in patches if patch.use.mean() > 0.3]
        if not patches:
            return None
        if turn >= 5:
            _judge(patches)
        variance, covariance = _improve(patches, variance, plaque_hu, noise_hu)
    if covariance is None or sum(patch.weight for patch in patches) < 0.5:
        return None
    fwhm = FWHM_PER_SIGMA * np.sqrt(variance)
    share = np.sqrt(np.diag(covariance)) / (2 * variance)
    sd = fwhm * np.sqrt(share**2 + (PLAQUE_EFFECT_PER_HU * plaque_sd_hu) ** 2)
    return EdgeBlur(in_plane=(float(fwhm[0]), float(sd[0])), through=(float(fwhm[1]), float(sd[1])))


def _patches(
    tube: PolarSections, centre: Floats, pool: float, plaque: float, noise: float
) -> list[_Patch]:
    even = median_filter(centre, size=9, mode="nearest")
    good = (even > plaque + 100.0) & (even < 1.15 * pool) & (np.abs(centre - even) < 0.1 * even)
    out = []
    for first, stop in runs(good):
        parts = max((stop - first) // PATCH, int(stop - first >= 8))
        ends = [first + (stop - first) * n // max(parts, 1) for n in range(parts + 1)]
        for low, high in pairwise(ends):
            line = np.polynomial.Polynomial.fit(np.arange(high - low), centre[low:high], 1)
            if np.std(centre[low:high] - line(np.arange(high - low))) < 1.2 * noise:
                out.append(_patch(tube, centre, slice(low, high), plaque, noise))
    return [patch for patch in out if patch.use.mean() > 0.3]


def _patch(tube: PolarSections, centre: Floats, at: slice, plaque: float, noise: float) -> _Patch:
    """First guesses, from smooth profiles; rays that show calcium are left out."""
    low = max(at.start - 3, 0)
    near = gaussian_filter1d(tube.samples[low : at.stop + 3], 1.0, axis=0)
    near = gaussian_filter1d(near, 1.0, axis=1, mode="wrap")[at.start - low :][: at.stop - at.start]
    near = near[:, ::2]
    count, radius = len(near), tube.radius_mm
    lumen = np.full(count, np.median(centre[at]))
    starts, outside, calcified = guess_edges(
        near, radius, lumen, np.full(count, plaque), lumen + 4 * noise, 0.6, 3.5
    )
    inner = np.nan_to_num(starts[..., 0], nan=1.0)[..., None]
    outer = np.nan_to_num(starts[..., 1], nan=1.0)[..., None]
    bright = (near > lumen[0] + 3.5 * noise) & (radius <= outer + 0.3)
    beyond = np.where((radius >= inner + 0.3) & (radius <= outer + 1.2), near, np.inf)
    inner = inner[..., 0]
    use = (starts[..., 0] > 0.45) & (inner < 3.0) & ~calcified & np.isfinite(near).all(axis=2)
    reach = slice(
        int(np.searchsorted(radius, inner[use].min(initial=3.0) - _INNER_MM - 0.2)),
        int(np.searchsorted(radius, inner[use].max(initial=0.5) + 1.7)),
    )
    angle = tube.angle_rad[::2]
    frames = tube.frames
    normal, binormal = frames.normal[at, None], frames.binormal[at, None]
    s = frames.arclength_mm[at]
    return _Patch(
        hu=np.nan_to_num(tube.samples[at, ::2, reach].astype(np.float64)),
        radius=radius[reach],
        # Behind the darkest place a neighbour begins.
        limit=radius[beyond.argmin(axis=2)] + 0.15,
        use=use & ~bright.any(axis=2),
        surface=np.where(use, inner, 1.0),
        outside=np.nan_to_num(outside),
        directions=frames.directions(angle)[at],
        around=np.cos(angle)[:, None] * binormal - np.sin(angle)[:, None] * normal,
        tangent=frames.tangent[at],
        angle=angle,
        along_mm=(s - s.mean()) / 3.0,
        lumen=np.array([lumen[0], 0.0]),
    )


def _fourier(angle: Floats, order: int) -> tuple[Floats, Floats]:
    """Return the series' terms (A, 2 order + 1) and their derivatives."""
    m = np.arange(1, order + 1)
    wave = angle[:, None] * m
    one = np.ones((len(angle), 1))
    terms = np.stack([np.cos(wave), np.sin(wave)], axis=2).reshape(len(angle), -1)
    slopes = np.stack([-m * np.sin(wave), m * np.cos(wave)], axis=2).reshape(len(angle), -1)
    return np.concatenate([one, terms], axis=1), np.concatenate([0 * one, slopes], axis=1)


def _shape(patch: _Patch, slice_normal: Floats, steps: Floats) -> None:
    """Fit a smooth surface to the rays, and find its normals: an oblique edge looks wider."""
    told = getattr(patch, "told", patch.surface)
    terms, slopes = _fourier(patch.angle, 3)
    u = patch.along_mm
    rows = np.stack([np.ones_like(u), u, u * u], axis=1)
    design = np.einsum("ni,aj->naij", rows, terms).reshape(told.size, -1)
    ridge = np.diag(np.tile([1e-3] + [1.0] * 6, 3))
    weight = patch.use.ravel().astype(np.float64)
    for _ in range(3):
        weighted = design * weight[:, None]
        found = np.linalg.solve(weighted.T @ design + ridge, weighted.T @ told.ravel())
        miss = told.ravel() - design @ found
        weight = patch.use.ravel() * np.clip(1.0 - (miss / 0.35) ** 2, 0.0, 1.0) ** 2
    found = found.reshape(3, -1)
    patch.smooth = np.maximum(rows @ found @ terms.T, 0.3)
    patch.use = patch.use & (np.abs(told - patch.smooth) < 0.35)
    turn = (rows @ found @ slopes.T / patch.smooth)[..., None]
    climb = np.stack([0 * u, 0 * u + 1 / 3.0, 2 * u / 3.0], axis=1) @ found @ terms.T
    out = patch.directions - turn * patch.around - climb[..., None] * patch.tangent[:, None]
    length = np.linalg.norm(out, axis=2)
    out /= length[..., None]
    patch.oblique = length
    patch.through = (out @ slice_normal) ** 2
    patch.turned = (patch.around @ slice_normal) ** 2
    patch.layers_mm = np.abs(out @ steps)


def _judge(patches: Sequence[_Patch]) -> None:
    """Leave out patches that the model does not fit: a plaque like lumen, a branch."""
    usual = np.median([patch.quality for patch in patches])
    for patch in patches:
        fits = 0.12 < patch.wall[0] < 1.2 and patch.quality < 1.35 * usual
        patch.weight = 1.0 if fits else 1e-3


def _improve(
    patches: Sequence[_Patch], variance: Floats, plaque: float, noise: float
) -> tuple[Floats, Array]:
    """One Gauss-Newton step of the blur's two variances, all else following."""
    usual = (np.array(USUAL_MM) / FWHM_PER_SIGMA) ** 2
    prior = np.diag((2 * usual * np.array(USUAL_SD_MM) / np.array(USUAL_MM)) ** -2.0)
    matrix, right = prior, prior @ (usual - variance)
    scatter = np.zeros((2, 2))
    follow = []
    for patch in patches:
        normal, pull, then = _equations(patch, variance, plaque, noise)
        matrix = matrix + patch.weight * normal
        right = right + patch.weight * pull
        scatter += patch.weight * np.outer(pull, pull)
        follow.append(then)
    step = np.clip(np.linalg.solve(matrix, right), -0.03, 0.03)
    for then in follow:
        then(step)
    inverse = np.linalg.inv(matrix)
    among = inverse @ scatter @ inverse
    covariance = inverse * max(1.0, float(np.sqrt(np.trace(among) / np.trace(inverse))))
    return np.clip(variance + step, 0.02, 0.3), covariance


def _equations(
    patch: _Patch, variance: Floats, plaque: float, noise: float
) -> tuple[Array, Floats, Callable[[Floats], None]]:
    """Return equations (2, 2), (2,) of the blur alone, and what to do once its step is known.

    The rays' own unknowns (surface, outside) and then the patch's (wall, lumen) are eliminated.
    """
    miss, seen, of_ray, of_scan = _derivatives(patch, variance, plaque)
    count = np.maximum(seen.sum(axis=2), 1)
    squares = (miss**2).sum(axis=2) / count
    usual = np.median(squares[patch.use])
    patch.quality = float(np.sqrt(usual))
    trust = np.clip(1.0 - (np.maximum(squares / usual - 1.0, 0.0) / 3.0) ** 2, 0.0, 1.0) ** 2
    weight = (seen * trust[..., None]) / (noise**2 * SHARED_NOISE)
    weighted = weight[..., None] * of_ray
    own = weighted.swapaxes(-1, -2) @ of_ray
    cross = weighted.swapaxes(-1, -2) @ of_scan
    pull = np.einsum("nark,nar->nak", weighted, miss)
    rows = of_scan.reshape(-1, of_scan.shape[-1])
    flat = rows * weight.reshape(-1, 1)
    whole, right = flat.T @ rows, flat.T @ miss.ravel()
    alone = own + np.diag([1e-3, OUTSIDE_SD_HU**-2])
    bound = own + np.diag([SURFACE_SD_MM**-2, OUTSIDE_SD_HU**-2])
    held = pull.copy()
    held[..., 0] += (patch.smooth - patch.surface) / SURFACE_SD_MM**2
    free = np.linalg.inv(bound)
    solved = free @ cross
    whole -= np.einsum("naki,nakj->ij", cross, solved)
    right -= np.einsum("naki,nak->i", solved, held)
    prior = np.array(WALL_SD_MM) ** -2.0
    whole[2:7, 2:7] += np.diag(prior)
    right[2:7] += prior * (np.array([WALL_MM, 0.0, 0.0, 0.0, 0.0]) - patch.wall)
    within = np.linalg.inv(whole[2:, 2:] + 1e-9 * np.eye(len(whole) - 2))
    link = whole[:2, 2:] @ within

    def follow(step: Floats) -> None:
        rest = within @ (right[2:] - whole[2:, :2] @ step)
        every = np.concatenate([step, rest])
        patch.wall = patch.wall + np.clip(rest[:5], -0.2, 0.2)
        patch.lumen = patch.lumen + rest[5:]
        told = np.linalg.solve(alone, (pull - cross @ every)[..., None])[..., 0]
        moved = (free @ (held - cross @ every)[..., None])[..., 0]
        patch.told = patch.surface + np.clip(told[..., 0], -0.3, 0.3)
        patch.surface = patch.surface + np.clip(moved[..., 0], -0.25, 0.25)
        patch.outside = patch.outside + np.clip(moved[..., 1], -60.0, 60.0)

    return whole[:2, :2] - link @ whole[2:, :2], right[:2] - link @ right[2:], follow


def _derivatives(
    patch: _Patch, variance: Floats, plaque: float
) -> tuple[Floats, Bools, Floats, Floats]:
    """Return data less model, which samples count, and the model's derivatives.

    By (surface, outside) of each ray, and by (in-plane and through variance, the wall's five terms,
    the lumen's HU and its slope).
    """
    terms, _ = _fourier(patch.angle, 2)
    wall = np.clip(terms @ patch.wall, 0.05, None)
    rows = np.stack([np.ones_like(patch.along_mm), patch.along_mm], axis=1)
    lumen = (rows @ patch.lumen)[:, None, None]
    # A curved edge: its far sides lie further in, by a spread that adds to the blur.
    across = variance[0] + (variance[1] - variance[0]) * patch.turned
    bend = across**2 / 2 / np.maximum(patch.surface, 0.6) ** 2
    sigma = np.sqrt(variance[0] + (variance[1] - variance[0]) * patch.through + bend)
    wider = wider_by(sigma, patch.layers_mm)
    seen_sigma = (sigma * (1.0 + wider) * patch.oblique)[..., None]
    per_variance = (1.0 - 2.8 * wider) * patch.oblique / (2 * sigma)
    outer = (patch.surface + wall)[..., None]
    from_lumen = (patch.surface[..., None] - patch.radius) / seen_sigma
    from_wall = (outer - patch.radius) / seen_sigma
    in_lumen, in_wall = ndtr(from_lumen), ndtr(from_wall)
    outside = patch.outside[..., None]
    model = outside + (plaque - outside) * in_wall + (lumen - plaque) * in_lumen
    seen = patch.use[..., None] & (patch.radius >= patch.surface[..., None] - _INNER_MM)
    seen &= patch.radius <= np.minimum(outer[..., 0] + _OUTER_MM, patch.limit)[..., None]
    inner = (lumen - plaque) * _DENSITY * np.exp(-0.5 * from_lumen**2) / seen_sigma
    rim = (plaque - outside) * _DENSITY * np.exp(-0.5 * from_wall**2) / seen_sigma
    by_sigma = -(inner * from_lumen + rim * from_wall)
    by_blur = [
        by_sigma * (per_variance * share)[..., None]
        for share in (1.0 - patch.through, patch.through)
    ]
    by_wall = [rim * term[:, None] for term in terms.T]
    by_lumen = [in_lumen * row[:, None, None] for row in rows.T]
    of_ray = np.stack([inner + rim, 1.0 - in_wall], axis=-1)
    return (
        np.where(seen, patch.hu - model, 0.0),
        seen,
        of_ray,
        np.stack([*by_blur, *by_wall, *by_lumen], axis=-1),
    )
