"""Arcs and thickness of calcium about the wall's centre, and how well they are known."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from ctocalc._arrays import Floats, Floats32
from ctocalc.kernels.polar import enclosing_arc_deg, largest_arc_deg, thickness_mm, union_arc_deg
from ctocalc.vessel.boundary import Boundary

RAYS = 120
RAY_STEP_MM = 0.05
# Between these limits of thickness an arc may be calcium or what the fit left of noise.
THICKNESS_LIMITS_MM = (0.05, 0.25)
# The wall's centre is known to about this in each direction.
CENTRE_SD_MM = 0.12
# What remains where neither matters, from phantoms: ends of arcs are blurred.
LEAST_SD_DEG = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arcs:
    """Degrees of the circle that calcium covers at each of N stations.

    ``union_deg``, ``largest_deg``, ``enclosing_deg`` (360 less the largest gap) and
    ``thickness_mm`` (largest, radially): (N,).  ``sd_deg`` (N,): standard deviation of the union;
    ``centre_sd_deg`` (N,): the part of it that comes from where the centre lies.
    """

    union_deg: Floats
    largest_deg: Floats
    enclosing_deg: Floats
    thickness_mm: Floats
    sd_deg: Floats
    centre_sd_deg: Floats


def measure_arcs(share: Floats32, wall: Boundary, offset_mm: Floats, least_mm: float) -> Arcs:
    """Measure the arcs whose calcium is at least ``least_mm`` thick.

    Parameters
    ----------
    share
        (N, P, P) share of calcium of every pixel, at offsets ``offset_mm`` (P,) from the axis.
    least_mm
        Thickness from which on a ray counts as calcium.

    Misleads where calcium reaches the centre of the wall: there a small shift of the centre turns
    a nodule into a ring, and ``centre_sd_deg`` is large.
    """
    centre = wall.centroid_mm
    thick = thickness_on_rays(share, wall, centre, offset_mm)
    present = thick >= least_mm
    union = union_arc_deg(present)
    thin, full = (union_arc_deg(thick >= limit) for limit in THICKNESS_LIMITS_MM)
    shifts = CENTRE_SD_MM * np.array([(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0)])
    moved = [
        union_arc_deg(thickness_on_rays(share, wall, centre + shift, offset_mm) >= least_mm) - union
        for shift in shifts
    ]
    # Two axes, each seen from both sides.
    by_centre = np.sqrt(np.square(moved).sum(axis=0) / 2.0)
    spread = np.sqrt(LEAST_SD_DEG**2 + ((thin - full) / 2.0) ** 2 + by_centre**2)
    return Arcs(
        union_deg=union,
        largest_deg=largest_arc_deg(present),
        enclosing_deg=enclosing_arc_deg(present),
        thickness_mm=thick.max(axis=1),
        sd_deg=np.where(thin > 0.0, spread, 0.0),
        centre_sd_deg=by_centre,
    )


def share_on_rays(
    share: Floats32, centre_mm: Floats, offset_mm: Floats, angle_rad: Floats, radius_mm: Floats
) -> Floats32:
    """Return the share (N, A, R) of calcium on rays from a centre (N, 2).

    ``share`` (N, P, P) at ``offset_mm`` (P,); ``angle_rad`` (A,); ``radius_mm`` (R,).
    """
    pixel = float(offset_mm[1] - offset_mm[0])
    across, up = np.cos(angle_rad)[:, None] * radius_mm, np.sin(angle_rad)[:, None] * radius_mm
    out = np.zeros((len(share), *across.shape), np.float32)
    for n in np.flatnonzero(share.any(axis=(1, 2))):
        at = np.stack(
            [centre_mm[n, 1] + up - offset_mm[0], centre_mm[n, 0] + across - offset_mm[0]]
        )
        out[n] = map_coordinates(share[n], at / pixel, order=1)
    return out


def thickness_on_rays(
    share: Floats32, wall: Boundary, centre_mm: Floats, offset_mm: Floats
) -> Floats:
    """Radial thickness (N, RAYS) in mm of calcium about a centre (N, 2), from ``normal`` on.

    Shares are summed, not counted from a half on: a thin layer fills no pixel.
    """
    angle = np.linspace(0.0, 2 * np.pi, RAYS, endpoint=False)
    radius = np.arange(RAY_STEP_MM / 2, float(np.nanmax(wall.radius_mm)) + 0.1, RAY_STEP_MM)
    found = share_on_rays(share, centre_mm, offset_mm, angle, radius)
    return np.asarray(thickness_mm(found, RAY_STEP_MM))
