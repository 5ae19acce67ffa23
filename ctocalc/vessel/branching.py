"""Where other lines leave a vessel, and where the vessel itself leaves its parent."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from ctocalc._arrays import Bools, Floats
from ctocalc.geometry.curve import Curve

STEP_MM = 0.1
# A line may begin this far outside the wall of the vessel it leaves, and has left it here.
BEYOND_MM = 1.5
# A line that begins within this of another's begin shares its ostium: neither is the parent, but
# where they run together this far, and then the elder one is.
SAME_START_MM = 3.0
SHORTEST_TRUNK_MM = 5.0
# What of the branch tells its direction and its width, from where it leaves.
DIRECTION_MM = 3.0
WIDTH_MM = (1.0, 6.0)
LEAST_TAKE_OFF_DEG = 20.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tube:
    """One traced line: axis, and mean radii (N,) of wall and lumen at ``arclength_mm`` (N,).

    ``lumen_radius_mm`` is NaN or 0 where no lumen is seen.
    """

    vessel: str
    curve: Curve
    arclength_mm: Floats
    wall_radius_mm: Floats
    lumen_radius_mm: Floats

    def radius(self, s_mm: Floats) -> Floats:
        """Return the wall's radius at arc lengths."""
        return np.asarray(np.interp(s_mm, self.arclength_mm, self.wall_radius_mm))

    def holds(self, points_lps_mm: Floats) -> Bools:
        """Whether points (..., 3) lie inside the wall, as (...)."""
        away, at = _beside(points_lps_mm, self)
        return np.asarray(away < self.radius(at))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stem:
    """The vessel that a line leaves, and where along the line's own axis it has left it."""

    tube: Tube
    ostium_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Mouth:
    """Where another line leaves a vessel, along the vessel's axis.

    ``at_mm``: the middle, where the branch's axis passes the vessel's wall; ``half_mm``: half its
    extent along the axis, the radius of the branch's lumen over the sine of the take-off angle.
    """

    vessel: str
    at_mm: float
    half_mm: float
    diameter_mm: float
    take_off_deg: float

    @property
    def start_mm(self) -> float:
        """Proximal edge."""
        return self.at_mm - self.half_mm

    @property
    def end_mm(self) -> float:
        """Distal edge."""
        return self.at_mm + self.half_mm

    def distance_mm(self, s_mm: float) -> float:
        """Return the way from a place on the axis to the nearest edge; 0 within the mouth."""
        return max(0.0, abs(s_mm - self.at_mm) - self.half_mm)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branching:
    """A vessel among the other lines of its case.

    ``mouths``, proximal first; ``parent`` is the line it leaves, at ``ostium_mm`` along its own
    axis (0 where no line given is its parent: then its first point stands for the ostium);
    ``at_aorta``: the image shows the aorta there.  ``whole_tree``: the caller says that there are
    no other branches.
    """

    mouths: tuple[Mouth, ...] = field(default_factory=tuple)
    parent: str | None = None
    ostium_mm: float = 0.0
    at_aorta: bool = False
    whole_tree: bool = False

    @property
    def origin(self) -> str | None:
        """What the vessel is known to leave: its parent or the aorta."""
        return self.parent or ("the aorta" if self.at_aorta else None)


def branching(
    own: Tube, others: Sequence[Tube], *, elders: Collection[str] = (), whole_tree: bool
) -> Branching:
    """Return where the other lines leave a vessel.

    A line leaves the vessel where it passes its wall for good; lines that begin inside it, at its
    wall, or at the same ostium as it are told alike.  A line that the vessel itself begins in is
    its parent, not a branch; of lines that share a trunk of 5 mm or more, the one of the
    ``elders`` (names) is.  Misleads where a line takes a short cut through a bifurcation.
    """
    parents = [
        other
        for other in others
        if _begins_in(own, other) or (other.vessel in elders and _shares_trunk(own, other))
    ]
    leaving = {other.vessel: _leaves(other, own) for other in others if other not in parents}
    mouths = [_mouth(own, o, leaving[o.vessel]) for o in others if leaving.get(o.vessel)]
    parent = parents[0] if parents else None
    left = _leaves(own, parent) if parent else None
    return Branching(
        mouths=tuple(sorted(mouths, key=lambda mouth: mouth.at_mm)),
        parent=parent.vessel if parent else None,
        ostium_mm=left[0] if left else 0.0,
        whole_tree=whole_tree,
    )


def _begins_in(line: Tube, other: Tube) -> bool:
    """Whether a line begins in the course of another one, not at its begin."""
    away, at = _beside(line.curve.at(np.zeros(1)), other)
    near = away[0] <= other.radius(at)[0] + BEYOND_MM
    return bool(near and at[0] > SAME_START_MM and _leaves(line, other))


def _shares_trunk(line: Tube, other: Tube) -> bool:
    """Whether two lines begin together and run together for 5 mm or more."""
    away, at = _beside(line.curve.at(np.zeros(1)), other)
    if away[0] > other.radius(at)[0] + BEYOND_MM or at[0] > SAME_START_MM:
        return False
    left = _leaves(line, other)
    return left is not None and left[0] >= SHORTEST_TRUNK_MM


def _leaves(line: Tube, stem: Tube) -> tuple[float, float] | None:
    """Return where a line passes the stem's wall for good: on itself, and on the stem, mm."""
    u = np.arange(0.0, line.curve.length_mm, STEP_MM)
    away, at = _beside(line.curve.at(u), stem)
    beyond = away - stem.radius(at)
    outside = np.flatnonzero(beyond > BEYOND_MM)
    if beyond[0] > BEYOND_MM or not len(outside):
        return None
    inside = np.flatnonzero(beyond[: outside[0]] <= 0.0)
    n = int(inside[-1]) if len(inside) else 0
    # What runs on where the stem's line ends does not leave it sideways.
    if at[n] >= stem.curve.length_mm - STEP_MM:
        return None
    return float(u[n]), float(at[n])


def _beside(points: Floats, stem: Tube) -> tuple[Floats, Floats]:
    """Return distances (M,) of points from the stem's axis, and where along it (M,)."""
    s = np.arange(0.0, stem.curve.length_mm + STEP_MM / 2, STEP_MM)
    away, nearest = cKDTree(stem.curve.at(s)).query(points)
    return np.asarray(away), s[nearest]


def _mouth(stem: Tube, branch: Tube, left: tuple[float, float] | None) -> Mouth:
    assert left is not None
    u, s = left
    way = branch.curve.at(np.array([u, min(u + DIRECTION_MM, branch.curve.length_mm)]))
    chord = way[1] - way[0]
    cosine = float(chord @ stem.curve.tangent(np.array(s)) / np.linalg.norm(chord))
    take_off = float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
    steep = np.sin(np.radians(np.clip(take_off, LEAST_TAKE_OFF_DEG, 180.0 - LEAST_TAKE_OFF_DEG)))
    low, high = (u + d for d in WIDTH_MM)
    here = (branch.arclength_mm >= low) & (branch.arclength_mm <= high)
    open_ = here & (np.nan_to_num(branch.lumen_radius_mm) > 0.0)
    radius = branch.lumen_radius_mm[open_] if open_.any() else branch.wall_radius_mm[here]
    wide = float(np.median(radius)) if len(radius) else float(branch.wall_radius_mm[-1])
    return Mouth(
        vessel=branch.vessel,
        at_mm=s,
        half_mm=wide / float(steep),
        diameter_mm=2.0 * wide,
        take_off_deg=take_off,
    )
