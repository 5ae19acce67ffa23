"""Calcium by the clock: which hours of a section hold some."""

import numpy as np

from ctocalc._arrays import Bools, Floats, Floats32
from ctocalc.lesion.lesion import Sector

HOURS = 12
HOUR_DEG = 360.0 / HOURS
# Less than this in one hour of one section is what noise leaves.
LEAST_MM2 = 0.05


def hours_with_calcium(share: Floats32, centre_mm: Floats, offset_mm: Floats) -> Bools:
    """Return (N, 12) which hours of each station hold calcium.

    Parameters
    ----------
    share
        (N, P, P) share of calcium of every pixel, at offsets ``offset_mm`` (P,) from the axis.
    centre_mm
        (N, 2) the wall's centre along (normal, binormal); hour 0 begins at the normal and the
        hours run towards the binormal.
    """
    centre, pixel = np.nan_to_num(centre_mm), float(offset_mm[1] - offset_mm[0])
    out = np.zeros((len(share), HOURS), dtype=np.bool_)
    for n in np.flatnonzero(share.any(axis=(1, 2))):
        # A wall that was not found is centred where the axis is.
        x, y = offset_mm[None, :] - centre[n, 0], offset_mm[:, None] - centre[n, 1]
        hour = (np.degrees(np.arctan2(y, x)) % 360.0 / HOUR_DEG).astype(int) % HOURS
        area = np.bincount(hour.ravel(), share[n].ravel(), minlength=HOURS) * pixel**2
        out[n] = area >= LEAST_MM2
    return out


def free_sectors(hours: Bools) -> tuple[Sector, ...]:
    """Return the sectors that none of some stations' hours (N, 12) fills, neighbours joined."""
    free = np.asarray(~hours.any(axis=0))
    if free.all():
        return (Sector(start_deg=0.0, end_deg=360.0),)
    first = int(np.argmin(free))
    out: list[Sector] = []
    for n in range(first, first + HOURS):
        if not free[n % HOURS]:
            continue
        low, high = n * HOUR_DEG, (n + 1) * HOUR_DEG
        if out and out[-1].end_deg == low:
            out[-1] = Sector(start_deg=out[-1].start_deg, end_deg=high)
        else:
            out.append(Sector(start_deg=low, end_deg=high))
    turned = [
        Sector(start_deg=s.start_deg - 360.0, end_deg=s.end_deg - 360.0)
        if s.start_deg >= 360.0
        else s
        for s in out
    ]
    return tuple(sorted(turned, key=lambda sector: sector.start_deg))
