"""Whether a line begins at the aorta: a pool of contrast far wider than a coronary artery."""

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.image.volume import Volume

# A ball about the first point: an artery of 4 mm fills a twentieth of it, a chamber that passes
# beside the artery a quarter at most, the aorta two fifths where the line begins at its wall.
REACH_MM = 7.0
LEAST_SHARE = 0.33
POOL_SHARE = 0.75


def share_of_pool(volume: Volume, point_lps_mm: Floats, pool_hu: float) -> float:
    """Return which share (0-1) of a ball of 7 mm about a point is as bright as the blood pool.

    Of what the image holds of the ball; 0 where it holds none.
    """
    box = volume.grid.box(point_lps_mm, REACH_MM)
    around = volume.crop(box)
    kji = np.moveaxis(np.indices(around.grid.shape_kji, dtype=np.float64), 0, -1)
    away = np.linalg.norm(around.grid.points(kji) - point_lps_mm, axis=-1)
    ball = around.hu()[away <= REACH_MM]
    known = ball[np.isfinite(ball)]
    return float((known >= POOL_SHARE * pool_hu).mean()) if len(known) else 0.0


def begins_at_aorta(volume: Volume, point_lps_mm: Floats, pool_hu: float | None) -> bool:
    """Whether a point lies in or at the aorta.

    Misleads where the line begins beside a chamber or an atrial appendage as bright as the aorta,
    within 2 mm of it.
    """
    if pool_hu is None:
        return False
    return share_of_pool(volume, point_lps_mm, pool_hu) >= LEAST_SHARE
