"""Line: points as a file holds them, and the refusal that every reader shares."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Floats, frozen
from ctocalc.errors import CenterlineRefused, Code

LARGEST_BYTES = 20_000_000
MOST_POINTS = 200_000
MOST_LINES = 1_000
FARTHEST_MM = 1e5
_RADIUS = ("r", "radius", "rad", "maximuminscribedsphereradius", "lumenradius")
_DIAMETER = ("diameter", "diameters", "diam", "lumendiameter", "vesseldiameter")
_FRAMES = {"0": "ras", "1": "lps", "ras": "ras", "lps": "lps"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One line of a file: points (M, 3) in millimetres, in the order and frame of the file.

    ``frame`` is "lps" or "ras" when the file or its format's own rule declares it, else None.
    ``label`` may be anything, also a person's name: it is compared, never quoted.
    """

    points_mm: Floats
    radius_mm: Floats | None = None
    label: str | None = None
    frame: str | None = None

    def __post_init__(self) -> None:
        points = np.asarray(self.points_mm, dtype=float)
        if points.ndim != 2 or points.shape[1] != 3:
            raise refused("The points are not rows of x, y and z")
        if len(points) > MOST_POINTS:
            raise refused(f"A line has more than {MOST_POINTS} points; a vessel has not")
        if not (np.abs(points) < FARTHEST_MM).all():
            raise refused("A coordinate is not finite, or metres away from any patient")
        object.__setattr__(self, "points_mm", frozen(points, (None, 3)))
        object.__setattr__(self, "radius_mm", _radius(self.radius_mm, len(points)))


def _radius(values: Floats | None, count: int) -> Floats | None:
    """Return one radius per point, NaN where there is none; None when no point has one."""
    if values is None:
        return None
    radius = np.asarray(values, dtype=float)
    if radius.shape != (count,):
        raise refused("The radii are not one per point")
    known = np.isfinite(radius) & (radius > 0.0)
    return frozen(np.where(known, radius, np.nan), (count,)) if known.any() else None


def radius_share(name: str) -> float:
    """Return what share of the values of a column or array so named is the radius, 0 for none."""
    letters = "".join(letter for letter in name.lower() if letter.isalpha()).removesuffix("mm")
    return 1.0 if letters in _RADIUS else 0.5 if letters in _DIAMETER else 0.0


def frame_word(word: str) -> str | None:
    """Return the frame that a file's word stands for; 3D Slicer also wrote 0 (RAS) and 1 (LPS).

    Raises
    ------
    CenterlineRefused
        When the word names another frame, such as voxel indices.
    """
    if not word.strip():
        return None
    frame = _FRAMES.get(word.strip().lower())
    if frame is None:
        raise refused("The file declares a frame that is neither LPS nor RAS; save it in one")
    return frame


def refused(sentence: str) -> CenterlineRefused:
    """Return the refusal of a file that cannot be read; nothing of its content is quoted."""
    return CenterlineRefused(Code.CENTERLINE_UNREADABLE, f"{sentence}.")
