"""Where a line runs in the aorta or in a chamber instead of a vessel, as the image shows it."""

import numpy as np

from ctocalc._arrays import Bools, Floats
from ctocalc.errors import CenterlineRefused, Code, Notice
from ctocalc.vessel.centerline import Centerline
from ctocalc.vessel.placement import RING_MM, Sampler, directions, resampled

CONTRAST_ABOVE_HU = 150.0
BRIGHT_SHARE = 0.7
LEAST_AROUND = 0.9
LEAST_MM = 3.0
SHORTEST_MM = 10.0


def within_vessel(line: Centerline, sample: Sampler) -> Centerline:
    """Return the line without a first stretch in the aorta; a notice tells what was left out.

    A station lies in a pool of blood when it is bright and a ring of 4.5 mm radius around it is
    bright too, in nearly all directions: no coronary artery is so wide.  Stretches under 3 mm
    are the ostium's own funnel and stay.

    Raises
    ------
    CenterlineRefused
        CENTERLINE_UNREADABLE when the line ends in such a pool: it runs the other way round, or
        on into a chamber.  CENTERLINE_TOO_SHORT when less than 10 mm are left.

    Notes
    -----
    Without contrast blood and muscle look alike, and nothing is found.  A line along the middle
    of a giant aneurysm is misread.
    """
    points = resampled(line.points_lps_mm)
    pool = _pool(points, sample)
    if not pool.any():
        return line
    steps = np.linalg.norm(np.diff(line.points_lps_mm, axis=0), axis=1)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    step = along[-1] / (len(points) - 1)
    first = step * float(np.argmin(pool) if not pool.all() else len(pool) - 1)
    last = step * float(np.argmin(pool[::-1]) if not pool.all() else len(pool) - 1)
    if last >= LEAST_MM:
        raise CenterlineRefused(
            Code.CENTERLINE_UNREADABLE,
            f"The line's last {last:.1f} mm run in the aorta or a chamber, where contrast is wider "
            f"than {2 * RING_MM:g} mm; a vessel was expected, from its ostium on. Give the other "
            "direction, or end the line in the vessel.",
        )
    if first < LEAST_MM:
        return line
    if along[-1] - first < SHORTEST_MM:
        raise CenterlineRefused(
            Code.CENTERLINE_TOO_SHORT,
            f"After {first:.1f} mm in the aorta, {along[-1] - first:.1f} mm of the line are left; "
            f"at least {SHORTEST_MM:g} mm of vessel were expected.",
        )
    notice = Notice(
        code=Code.CENTERLINE_IN_AORTA,
        message=f"The line's first {first:.1f} mm run where contrast is wider than "
        f"{2 * RING_MM:g} mm, as in the aorta; it was expected to start at the ostium. They were "
        "left out, and arc length starts there; check the ostium, or trim the line.",
        vessel=line.vessel,
    )
    own = line.starting_at(int(np.searchsorted(along, first)))
    return own.noting(notice)


def _pool(points: Floats, sample: Sampler) -> Bools:
    """Whether each station (N,) lies in a wide pool of contrast."""
    ring = points[:, None] + RING_MM * directions(points)
    hu = sample(np.concatenate([points[:, None], ring], axis=1))
    centre, around = hu[:, :1], hu[:, 1:]
    bright = around > np.maximum(BRIGHT_SHARE * centre, CONTRAST_ABOVE_HU)
    return np.asarray((centre[:, 0] > CONTRAST_ABOVE_HU) & (bright.mean(axis=1) >= LEAST_AROUND))
