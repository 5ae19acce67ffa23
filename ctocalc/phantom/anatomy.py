"""The vessel as analytic functions of (s, u, v): outer wall, lumen, calcium.

One definition serves the picture and the truth: each ``*_depth`` returns the (first-order) signed
distance in mm, positive inside.  The renderer turns it into the share of a small cell, the truth
counts where it is positive.  The lumen takes precedence over calcium, calcium over plaque, and
nothing reaches beyond the wall.
"""

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.phantom.spec import Cap, Interruption, Moon, Nodule, Piece, Sector, Stent, Vessel

_FAR = -1.0e3
_NO_CAP = Cap(tapered=False, length_mm=0.05)


def wrapped(angle_rad: Floats) -> Floats:
    """Return angles in [-pi, pi)."""
    return np.asarray((angle_rad + np.pi) % (2 * np.pi) - np.pi)


def _ramp(x: Floats) -> Floats:
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * np.clip(x, 0, 1)))


def mean_wall_radius(vessel: Vessel, s: Floats) -> Floats:
    """Return the wall's radius without its ellipticity, in mm."""
    share = np.clip(s / vessel.path.length_mm, -0.1, 1.1)
    diameter = vessel.diameter_start_mm * (1 - share) + vessel.diameter_end_mm * share
    for change in vessel.remodelling:
        inside = np.minimum(s - change.start_mm, change.end_mm - s) / change.ramp_mm
        diameter = diameter * (1 + (change.factor - 1) * _ramp(inside))
    return np.asarray(diameter / 2)


def wall_radius(vessel: Vessel, s: Floats, angle: Floats) -> Floats:
    """Return the wall's radius in the direction ``angle`` (radians); its centroid is the axis."""
    lobe = np.cos(2 * (angle - np.radians(vessel.ellipse_deg)))
    return np.asarray(mean_wall_radius(vessel, s) * (1 + vessel.ellipse * lobe))


def wall_area(vessel: Vessel, s: Floats) -> Floats:
    """Return the area inside the wall, mm2, in closed form."""
    return np.asarray(np.pi * mean_wall_radius(vessel, s) ** 2 * (1 + vessel.ellipse**2 / 2))


def wall_depth(vessel: Vessel, s: Floats, u: Floats, v: Floats) -> Floats:
    """Return the depth inside the outer wall, mm."""
    return np.asarray(wall_radius(vessel, s, np.arctan2(v, u)) - np.hypot(u, v))


def _cap_share(cap: Cap, before_apex: Floats) -> Floats:
    x = np.clip(before_apex / max(cap.length_mm, _NO_CAP.length_mm), 0, 1)
    return np.asarray(x**cap.exponent if cap.tapered else np.sqrt(1 - (1 - x) ** 2))


def _share_left(gap: Interruption, s: Floats) -> Floats:
    proximal = _cap_share(gap.proximal, gap.start_mm - s)
    return np.asarray(np.where(s < gap.start_mm, proximal, _cap_share(gap.distal, s - gap.end_mm)))


def lumen_radius(vessel: Vessel, s: Floats) -> Floats:
    """Return the radius of the round lumen, mm; 0 where it is interrupted."""
    full = mean_wall_radius(vessel, s) * (1 - vessel.ellipse) - vessel.wall_mm
    for narrow in vessel.narrowings:
        x = np.clip((s - narrow.at_mm) / narrow.length_mm, -0.5, 0.5)
        full = full * (1 - (1 - narrow.factor) * (0.5 + 0.5 * np.cos(2 * np.pi * x)))
    radius, floor = full, np.zeros_like(full)
    for gap in vessel.interruptions:
        share = _share_left(gap, s)
        radius = radius * share
        floor = np.where(share < 1, np.maximum(floor, gap.channel_mm / 2), floor)
    return np.asarray(np.maximum(radius, np.minimum(floor, full)))


def lumen_centre(vessel: Vessel, s: Floats) -> tuple[Floats, Floats]:
    """Return the lumen's centre (u, v), mm: eccentric within the wall."""
    room = mean_wall_radius(vessel, s) * (1 - vessel.ellipse) - lumen_radius(vessel, s) - 0.1
    size = vessel.eccentricity * np.maximum(room, 0)
    angle = np.radians(vessel.eccentricity_deg)
    return np.asarray(size * np.cos(angle)), np.asarray(size * np.sin(angle))


def lumen_depth(vessel: Vessel, s: Floats, u: Floats, v: Floats) -> Floats:
    """Return the depth inside the lumen, mm."""
    radius = lumen_radius(vessel, s)
    step = 0.02
    slope = (lumen_radius(vessel, s + step) - lumen_radius(vessel, s - step)) / (2 * step)
    cu, cv = lumen_centre(vessel, s)
    depth = (radius - np.hypot(u - cu, v - cv)) / np.sqrt(1 + slope**2)
    return np.asarray(np.where(radius > 0, depth, _FAR))


def lumen_hu(vessel: Vessel, s: Floats) -> Floats:
    """Return the contrast's HU: falling distally, with a new level after an interruption."""
    hu = vessel.lumen_hu + vessel.lumen_hu_per_mm * s
    for gap in sorted(vessel.interruptions, key=lambda g: g.start_mm):
        middle = (gap.start_mm + gap.end_mm) / 2
        hu = np.where(
            s > middle, gap.lumen_hu_after + vessel.lumen_hu_per_mm * (s - gap.end_mm), hu
        )
    return np.asarray(hu)


def _ends(start_mm: float, end_mm: float, s: Floats, power: float) -> tuple[Floats, Floats]:
    """Return the superelliptic profile (1 inside, 0 at and beyond the ends) and its slope."""
    half = (end_mm - start_mm) / 2
    x = np.clip((s - start_mm - half) / half, -1, 1)
    left = 1 - np.abs(x) ** power
    profile = left ** (1 / power)
    slope = np.abs(x) ** (power - 1) / np.maximum(left, 1e-3) ** (1 - 1 / power) / half
    return np.asarray(profile), np.asarray(slope)


def _sector_depth(vessel: Vessel, piece: Sector, s: Floats, u: Floats, v: Floats) -> Floats:
    ends, slope = _ends(piece.start_mm, piece.end_mm, s, 4)
    rho, angle = np.hypot(u, v), np.arctan2(v, u)
    outer = wall_radius(vessel, s, angle) - piece.rim_mm
    if piece.arc_deg >= 360:
        inner = rho - (outer - piece.thickness_mm * ends)
        depth = np.minimum(inner / np.sqrt(1 + (piece.thickness_mm * slope) ** 2), outer - rho)
    else:
        middle = np.radians(piece.angle_deg + piece.twist_deg_per_mm * (s - piece.start_mm))
        half = np.radians(piece.arc_deg / 2)
        side = (half * ends - np.abs(wrapped(angle - middle))) * rho
        side = side / np.sqrt(1 + (half * slope * rho) ** 2)
        radial = np.minimum(rho - (outer - piece.thickness_mm), outer - rho)
        depth = np.minimum(radial, side)
    return np.asarray(np.where(ends > 0, depth, _FAR))


def _nodule_depth(vessel: Vessel, piece: Nodule, s: Floats, u: Floats, v: Floats) -> Floats:
    angle = np.radians(piece.angle_deg)
    reach = piece.depth * wall_radius(vessel, np.full(1, piece.at_mm), np.full(1, angle))[0]
    ds = s - piece.at_mm
    radial = u * np.cos(angle) + v * np.sin(angle) - reach
    across = -u * np.sin(angle) + v * np.cos(angle)
    a, b, c = piece.along_mm, piece.radial_mm, piece.across_mm
    q = np.sqrt((ds / a) ** 2 + (radial / b) ** 2 + (across / c) ** 2)
    steep = np.sqrt((ds / a**2) ** 2 + (radial / b**2) ** 2 + (across / c**2) ** 2)
    return np.asarray(q * (1 - q) / np.maximum(steep, 1e-9) + (q < 1e-6) * min(a, b, c))


def _moon_depth(vessel: Vessel, piece: Moon, s: Floats, u: Floats, v: Floats) -> Floats:
    ends, slope = _ends(piece.start_mm, piece.end_mm, s, 4)
    angle, mean = np.radians(piece.angle_deg), mean_wall_radius(vessel, s)
    du = u - piece.offset * mean * np.cos(angle)
    dv = v - piece.offset * mean * np.sin(angle)
    radius = piece.fill * wall_radius(vessel, s, np.arctan2(dv, du))
    depth = (radius * ends - np.hypot(du, dv)) / np.sqrt(1 + (radius * slope) ** 2)
    return np.asarray(np.where(ends > 0, depth, _FAR))


def piece_depth(vessel: Vessel, piece: Piece, s: Floats, u: Floats, v: Floats) -> Floats:
    """Return the depth inside one piece of calcium, mm; neither wall nor lumen is considered."""
    if isinstance(piece, Sector):
        return _sector_depth(vessel, piece, s, u, v)
    if isinstance(piece, Nodule):
        return _nodule_depth(vessel, piece, s, u, v)
    return _moon_depth(vessel, piece, s, u, v)


def stent_depth(vessel: Vessel, stent: Stent, s: Floats, u: Floats, v: Floats) -> Floats:
    """Return the depth inside a stent's struts, mm."""
    radius = stent.share * mean_wall_radius(vessel, s)
    half, gap = stent.strut_mm / 2, 2 * np.pi / stent.struts
    lean = np.arctan2(2 * np.pi * radius, stent.pitch_mm)
    turn = 2 * np.pi * (s - stent.start_mm) / stent.pitch_mm
    across = []
    for way in (-1, 1):
        angle = (np.arctan2(v, u) + way * turn + gap / 2) % gap - gap / 2
        across.append(half - np.abs(angle) * radius * np.cos(lean))
    wall = half - np.abs(np.hypot(u, v) - radius)
    ends = np.minimum(s - stent.start_mm, stent.end_mm - s)
    return np.asarray(np.minimum(np.minimum(wall, np.maximum(*across)), ends))


def piece_span(piece: Piece) -> tuple[float, float]:
    """Return where along the vessel a piece starts and ends, mm."""
    if isinstance(piece, Nodule):
        return piece.at_mm - piece.along_mm, piece.at_mm + piece.along_mm
    return piece.start_mm, piece.end_mm
