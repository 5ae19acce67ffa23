"""The outer wall behind calcium: where the fitted calcium ends, and a rim of plaque."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.vessel.arcs import share_on_rays
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.wall import WallSettings

STEP_MM = 0.05
# Of rays, rays and area; calcium with a hole or on one side lines the wall.
NEAR_SHARE, CLOSED_SHARE, FILLED_SHARE = 0.5, 0.95, 0.9
# Noise parts no stretch.
JOINED_STATIONS = 2


def calcium_edge_mm(share: Floats32, offset_mm: Floats, angle_rad: Floats) -> Floats:
    """Return how far out (N, A) calcium reaches on rays from the axis; NaN where there is none.

    ``share`` (N, P, P) at ``offset_mm`` (P,).  Blur is undone in a share, so that its edge is
    calcium's own; a fit that may not reach beyond the wall would only give the wall back.
    """
    radius = np.arange(STEP_MM / 2, float(offset_mm[-1]), STEP_MM)
    here = share_on_rays(share, np.zeros((len(share), 2)), offset_mm, angle_rad, radius)
    full = here >= 0.5
    last = len(radius) - 2 - full[..., -2::-1].argmax(axis=2)
    inner, outer = (
        np.take_along_axis(here, at[..., None], axis=2)[..., 0] for at in (last, last + 1)
    )
    part = np.clip((inner - 0.5) / np.maximum(inner - outer, 1e-6), 0.0, 1.0)
    return np.where(full.any(axis=2), radius[last] + STEP_MM * part, np.nan)


def solid(
    share: Floats32, offset_mm: Floats, edge_mm: Floats, wall: Boundary, settings: WallSettings
) -> Bools:
    """Return where (N,) calcium (N, P, P) fills the vessel to its middle.

    It ends near the wall (``rim_reach_mm``) on half of the rays, beyond half of the wall's radius
    on all, and fills what its edge (N, A) encloses: a hole of a third of its diameter still passes.
    """
    near = (wall.radius_mm - edge_mm < settings.rim_reach_mm).mean(axis=1) >= NEAR_SHARE
    closed = (edge_mm > 0.5 * wall.radius_mm).mean(axis=1) >= CLOSED_SHARE
    inside_mm2 = np.pi * (np.nan_to_num(edge_mm) ** 2).mean(axis=1)
    pixel_mm2 = float(offset_mm[1] - offset_mm[0]) ** 2
    area_mm2 = share.sum(axis=(1, 2), dtype=np.float64) * pixel_mm2
    filled = near & closed & (area_mm2 >= FILLED_SHARE * inside_mm2)
    wide = binary_dilation(filled, iterations=JOINED_STATIONS)
    return np.asarray(binary_erosion(wide, iterations=JOINED_STATIONS, border_value=1))


def rays_behind_calcium(
    rays: RayFits, edge_mm: Floats, wall: Boundary, settings: WallSettings
) -> RayFits:
    """Return the rays with calcium's own edge (N, A) in place of the half height of its bloom.

    Calcium that ends deeper than ``rim_reach_mm`` inside the wall known so far tells nothing about
    it, and the bloom of such calcium still less: those rays have no say.
    """
    reaches = np.isfinite(edge_mm) & (wall.radius_mm - edge_mm < settings.rim_reach_mm)
    behind = np.where(rays.calcified, np.nan, rays.wall_mm)
    return replace(
        rays,
        wall_mm=np.where(reaches, edge_mm, behind),
        calcified=rays.calcified | reaches,
    )
