"""Views of a C-arm: its angles as a direction in the patient, and what a view foreshortens."""

import numpy as np
from numpy.typing import ArrayLike

from ctocalc._arrays import Floats

BEAMS_AT_ONCE = 4096


def towards_detector(lao_rao_deg: ArrayLike, cran_caud_deg: ArrayLike) -> Floats:
    """Return the unit vectors (..., 3), LPS, from the patient to the detector of a C-arm.

    As at the console and in DICOM (Positioner Primary and Secondary Angle): 0, 0 is a detector in
    front of the chest; LAO (+) brings it to the patient's left, RAO (-) to the right; cranial (+)
    towards the head, caudal (-) towards the feet, within the plane that LAO/RAO has turned.  LPS
    moves with the patient, so that the position on the CT table does not matter; where he lies
    rotated on the table of the C-arm, its angles differ by that.
    """
    a, b = np.broadcast_arrays(np.radians(lao_rao_deg), np.radians(cran_caud_deg))
    parts = np.sin(a) * np.cos(b), -np.cos(a) * np.cos(b), np.sin(b)
    return np.stack(parts, axis=-1)


def foreshortening(course_lps_mm: Floats, beams: Floats) -> Floats:
    """Return the share (...) of a course's length that views along ``beams`` (..., 3) do not show.

    ``1 - projected / true length`` of the polyline through ``course_lps_mm`` (M, 3), all of its
    windings: not that of its chord.  0: seen in full length; 1: end on.  Parallel rays: what is
    nearer to the source is magnified by a few per cent more, which is not counted.

    Raises
    ------
    ValueError
        When the course has no length.
    """
    steps = np.diff(course_lps_mm, axis=0)
    length = np.linalg.norm(steps, axis=1)
    if not length.sum() > 0.0:
        raise ValueError("a course needs two points apart")
    flat = np.reshape(beams, (-1, 3))
    seen = np.empty(len(flat))
    for first in range(0, len(flat), BEAMS_AT_ONCE):
        along = flat[first : first + BEAMS_AT_ONCE] @ steps.T
        across = np.sqrt(np.maximum(length**2 - along**2, 0.0))
        seen[first : first + BEAMS_AT_ONCE] = across.sum(axis=1)
    return np.reshape(np.clip(1.0 - seen / length.sum(), 0.0, 1.0), np.shape(beams)[:-1])
