"""The lumen's edge where calcium lies on it: from the rays beside it and the stations around."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import binary_dilation

from ctocalc._arrays import Bools, Floats
from ctocalc.vessel.rays import RayFits
from ctocalc.vessel.tube import RAYS_OF_ITS_OWN

# Blur carries calcium this far around and along; what it covers more of than this is not told.
HALO_DEG = 25.0
HALO_MM = 0.75
LEAST_CLEAR = 0.25
# How far rays lie off a smooth lumen, and that lumen off what its neighbours have: mean radius,
# centre, ellipse.
RAY_SD_MM = 0.1
CHANGE_SD_MM = np.array([0.15, 0.1, 0.1, 0.06, 0.06])


def lumen_past_calcium(rays: RayFits, calcium_mm: Floats, step_mm: float) -> RayFits:
    """Return the rays with the lumen's edge drawn past calcium.

    ``calcium_mm`` (N, A): where calcium lies on rays, NaN where there is none.  It is as bright as
    the lumen or brighter, and a ray's edge is then calcium's own.  An ellipse through the clear
    rays, like those of the nearest clear stations on both sides, takes its place; where under a
    quarter of the rays is clear, nothing is told.  Misleads where the lumen is narrow behind
    calcium alone.
    """
    angles = rays.lumen_mm.shape[1]
    hidden = _hidden(np.isfinite(calcium_mm) | rays.calcified, step_mm)
    shows = np.isfinite(rays.lumen_mm) & (rays.lumen_mm > 0.0) & ~hidden
    touched = hidden.any(axis=1) & (rays.lumen_mm > 0.0).any(axis=1)
    basis = _basis(angles)
    share = RAYS_OF_ITS_OWN / angles
    fitted = np.zeros((len(shows), basis.shape[1]))
    clear = np.flatnonzero(~hidden.any(axis=1) & (shows.mean(axis=1) > 0.9))
    if len(clear) < 2:
        return rays
    fitted[clear] = rays.lumen_mm[clear] @ np.linalg.pinv(basis).T
    n = np.arange(len(shows))
    around = np.stack([np.interp(n, clear, column) for column in fitted[clear].T], axis=1)
    lumen, told = rays.lumen_mm.copy(), rays.calcified.copy()
    for station in np.flatnonzero(touched):
        use = shows[station]
        if use.mean() < LEAST_CLEAR:
            lumen[station, hidden[station]] = np.nan
            continue
        off = lumen[station, use] - basis[use] @ around[station]
        seen = basis[use].T @ basis[use] * share / RAY_SD_MM**2
        pull = basis[use].T @ off * share / RAY_SD_MM**2
        own = around[station] + np.linalg.solve(seen + np.diag(CHANGE_SD_MM**-2.0), pull)
        lumen[station] = np.where(use, lumen[station], np.maximum(basis @ own, 0.0))
        told[station] = False
    return replace(rays, lumen_mm=lumen, calcified=told)


def _hidden(calcium: Bools, step_mm: float) -> Bools:
    """Rays (N, A) within the halo of calcium."""
    around, along = round(HALO_DEG / 360 * calcium.shape[1]), round(HALO_MM / step_mm)
    wrapped = np.pad(calcium, ((0, 0), (around, around)), mode="wrap")
    wide = binary_dilation(wrapped, np.ones((2 * along + 1, 2 * around + 1)))
    return np.asarray(wide[:, around : wide.shape[1] - around])


def _basis(angles: int) -> Floats:
    """Return mean, centre and ellipse of a contour as functions (A, 5) of the angle."""
    angle = np.arange(angles) * 2 * np.pi / angles
    waves = [f(m * angle) for m in (1, 2) for f in (np.cos, np.sin)]
    return np.stack([np.ones(angles), *waves], axis=1)
