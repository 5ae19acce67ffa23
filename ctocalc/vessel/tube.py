"""A smooth tube through the edges of rays: weighed robustly, and expected where they are silent."""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solveh_banded

from ctocalc._arrays import Floats

HARMONICS = 3
# Rays of one station share their errors: they count as one ray per 30 degrees.
RAYS_OF_ITS_OWN = 12.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TubeSettings:
    """What a vessel's tube is like; `WallSettings` explains it with its own."""

    bend_sd_mm: float = 0.02
    centre_bend_sd_mm: float = 0.06
    ellipse_share: float = 0.07
    triangle_share: float = 0.03
    usual_radius_mm: float = 1.6
    mistaken: float = 3.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Edges:
    """Where rays (N, A) say that the wall is, and where it is expected without them.

    ``seen_mm`` with ``weight``, ``expected_mm`` with ``prior`` (both 1/mm2).
    """

    seen_mm: Floats
    weight: Floats
    expected_mm: Floats
    prior: Floats


def fit_tube(
    edges: Edges, rounds: int, step_mm: float, settings: TubeSettings
) -> tuple[Floats, Floats]:
    """Return the tube's coefficients (N, 7), and the weight (N, A) that each edge has in it."""
    basis, weight = fourier(edges.weight.shape[1]), edges.weight
    for _ in range(rounds):
        both = weight + edges.prior
        pull = weight * edges.seen_mm + edges.prior * edges.expected_mm
        coefficients = _solve(both, pull / np.maximum(both, 1e-12), basis, step_mm, settings)
        miss = (edges.seen_mm - coefficients @ basis.T) * np.sqrt(edges.weight) / settings.mistaken
        weight = edges.weight * np.clip(1.0 - miss**2, 0.0, 1.0) ** 2
    return coefficients, weight


def fourier(angles: int) -> Floats:
    """Return the Fourier series' terms (A, 7)."""
    angle = np.linspace(0.0, 2 * np.pi, angles, endpoint=False)
    waves = [f(m * angle) for m in range(1, HARMONICS + 1) for f in (np.cos, np.sin)]
    return np.stack([np.ones(angles), *waves], axis=1)


def _solve(
    weight: Floats, target: Floats, basis: Floats, step_mm: float, settings: TubeSettings
) -> Floats:
    """Return Fourier coefficients (N, 7) of the weighted, smooth least-squares tube."""
    count, terms = len(weight), basis.shape[1]
    share = RAYS_OF_ITS_OWN / weight.shape[1]
    normal = np.einsum("na,ai,aj->nij", weight * share, basis, basis)
    rhs = (weight * share * target) @ basis
    prior = np.array(
        [1.0, 0.5]
        + [0.5]
        + [settings.ellipse_share * settings.usual_radius_mm] * 2
        + [settings.triangle_share * settings.usual_radius_mm] * 2
    )
    normal += np.diag(1.0 / prior**2)
    rhs[:, 0] += settings.usual_radius_mm / prior[0] ** 2
    bend = np.full(terms, settings.bend_sd_mm)
    # The centre follows the vessel's bends, which the given line may have cut.
    bend[1:3] = settings.centre_bend_sd_mm
    stiffness = 1.0 / (bend**2 * step_mm**3)
    width = 2 * terms
    band = np.zeros((width + 1, count * terms))
    for i in range(terms):
        for j in range(i + 1):
            band[i - j, j::terms] += normal[:, i, j]
    second = np.array([1.0, -2.0, 1.0])
    for lag in range(3):
        for n in range(3 - lag):
            for t in range(terms):
                rows = (np.arange(count - 2) + n) * terms + t
                band[lag * terms, rows] += stiffness[t] * second[n] * second[n + lag]
    solved = solveh_banded(band, rhs.reshape(-1), lower=True)
    return np.asarray(solved).reshape(count, terms)
