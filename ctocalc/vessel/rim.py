"""The outer wall behind calcium: where the fitted calcium ends, and a rim of plaque."""

from dataclasses import replace

import numpy as np

from ctocalc._arrays import Floats, Floats32
from ctocalc.vessel.arcs import share_on_rays
from ctocalc.vessel.boundary import Boundary
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.wall import WallSettings

STEP_MM = 0.05


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
