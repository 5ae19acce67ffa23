"""The scan's blur from the edges of its own contrast-filled vessels.

Lumen, a thin wall, and what lies around it, blurred: on every ray of a patch of 5 mm of vessel.
The lumen's edge is a smooth surface; the wall's thickness, which would pass for blur, is shared by
the patch and expected to be much like that of the others; outside is each ray's own.  The blur, in
the slices and through them, is common to all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from ctocalc._arrays import Array, Bools, Floats
from ctocalc.image.edge_patches import INNER_MM, WALL_MM, Patch, find_surface, fourier, patches_of
from ctocalc.image.resolution import FWHM_PER_SIGMA, wider_by
from ctocalc.image.sections import PolarSections

ROUNDS = 15
# Samples along a ray, rays and stations share their noise: they count as so many fewer.
SHARED_NOISE = 27.0
SURFACE_SD_MM = 0.03
# How much the walls of vessels differ, and those of the patches of one scan.
USUAL_WALL_SD_MM, OWN_WALL_SD_MM = 0.4, 0.08
WALL_SD_MM = (OWN_WALL_SD_MM, 0.15, 0.15, 0.05, 0.05)
OUTSIDE_SD_HU = 400.0
# Cardiac CT: kernel and focus in the slices, thickness and helical pitch through them.
USUAL_MM, USUAL_SD_MM = (0.70, 0.78), (0.10, 0.15)
PLAQUE_EFFECT_PER_HU = 0.0022
_OUTER_MM = 0.75
_DENSITY = 0.3989422804014327


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeBlur:
    """FWHM of the blur in the slices and through them, each with its standard deviation, mm."""

    in_plane: tuple[float, float]
    through: tuple[float, float]


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
        for patch in patches_of(tube, centre, pool_hu, plaque_hu, noise_hu)
    ]
    normal = np.cross(steps_lps_mm[:, 1], steps_lps_mm[:, 2])
    normal /= np.linalg.norm(normal)
    variance = (np.array(USUAL_MM) / FWHM_PER_SIGMA) ** 2
    covariance = None
    for turn in range(ROUNDS):
        for patch in patches:
            find_surface(patch, normal, steps_lps_mm)
        patches = [patch for patch in patches if patch.use.mean() > 0.3]
        if not patches:
            return None
        if turn >= 5:
            _judge(patches)
        variance, covariance = _improve(patches, variance, plaque_hu, noise_hu)
        _share_walls(patches)
    if covariance is None or sum(patch.weight for patch in patches) < 0.5:
        return None
    fwhm = FWHM_PER_SIGMA * np.sqrt(variance)
    share = np.sqrt(np.diag(covariance)) / (2 * variance)
    sd = fwhm * np.sqrt(share**2 + (PLAQUE_EFFECT_PER_HU * plaque_sd_hu) ** 2)
    return EdgeBlur(in_plane=(float(fwhm[0]), float(sd[0])), through=(float(fwhm[1]), float(sd[1])))


def _share_walls(patches: Sequence[Patch]) -> None:
    """Expect of every patch the wall that all of them have: one vessel's differ little."""
    told = sum(patch.weight for patch in patches) / OWN_WALL_SD_MM**2
    mean = sum(patch.weight * float(patch.wall[0]) for patch in patches) / OWN_WALL_SD_MM**2
    usual = (mean + WALL_MM / USUAL_WALL_SD_MM**2) / (told + USUAL_WALL_SD_MM**-2.0)
    for patch in patches:
        patch.usual_mm = usual


def _judge(patches: Sequence[Patch]) -> None:
    """Leave out patches that the model does not fit: a plaque like lumen, a branch."""
    usual = np.median([patch.quality for patch in patches])
    for patch in patches:
        fits = 0.12 < patch.wall[0] < 1.2 and patch.quality < 1.35 * usual
        patch.weight = 1.0 if fits else 1e-3


def _improve(
    patches: Sequence[Patch], variance: Floats, plaque: float, noise: float
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
    patch: Patch, variance: Floats, plaque: float, noise: float
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
    right[2:7] += prior * (np.array([patch.usual_mm, 0.0, 0.0, 0.0, 0.0]) - patch.wall)
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
    patch: Patch, variance: Floats, plaque: float
) -> tuple[Floats, Bools, Floats, Floats]:
    """Return data less model, which samples count, and the model's derivatives.

    By (surface, outside) of each ray, and by (in-plane and through variance, the wall's five terms,
    the lumen's HU and its slope).
    """
    terms, _ = fourier(patch.angle, 2)
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
    seen = patch.use[..., None] & (patch.radius >= patch.surface[..., None] - INNER_MM)
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
