"""The line and radius that a user would give: the axis with a reader's error."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ctocalc._arrays import Floats, frozen
from ctocalc.phantom.anatomy import lumen_centre, lumen_radius, mean_wall_radius
from ctocalc.phantom.path import Axis
from ctocalc.phantom.spec import GivenLine, Vessel

_CORRELATED_SHARE = 0.64


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """One given line: points (M, 3) LPS mm from the proximal end, radii (M,) or None."""

    vessel: str
    points_lps_mm: Floats
    radius_mm: Floats | None


def given_line(vessel: Vessel, axis: Axis, spec: GivenLine, rng: np.random.Generator) -> Line:
    """Return the axis with jitter of ``jitter_mm`` SD per coordinate, 64 % of it correlated."""
    count = max(2, round(vessel.path.length_mm / spec.spacing_mm) + 1)
    s = np.linspace(0, vessel.path.length_mm, count)
    fine = np.arange(-40.0, vessel.path.length_mm + 40.0, 0.1)
    slow = gaussian_filter1d(rng.standard_normal((len(fine), 3)), spec.correlation_mm / 0.1, axis=0)
    # The SD of white noise after a Gaussian of that width.
    slow *= np.sqrt(2 * np.sqrt(np.pi) * spec.correlation_mm / 0.1)
    wander = np.stack([np.interp(s, fine, slow[:, c]) for c in range(3)], axis=1)
    white = rng.standard_normal((count, 3))
    share = _CORRELATED_SHARE
    jitter = spec.jitter_mm * (np.sqrt(share) * wander + np.sqrt(1 - share) * white)
    u, v = lumen_centre(vessel, s)
    frame = axis.at(s, axis.frame)
    shift = spec.lumen_centred * (u[:, None] * frame[:, 1] + v[:, None] * frame[:, 2])
    radius = None
    if spec.with_radius:
        true = np.where(
            lumen_radius(vessel, s) > 0.3, lumen_radius(vessel, s), mean_wall_radius(vessel, s)
        )
        radius = frozen(true * (1 + 0.12 * np.clip(rng.standard_normal(count), -3, 3)), (None,))
    points = axis.at(s, axis.points) + shift + jitter
    return Line(vessel=vessel.name, points_lps_mm=frozen(points, (None, 3)), radius_mm=radius)
