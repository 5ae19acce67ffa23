"""Exact orthogonal sections by fine polar integration of the analytic vessel."""

from dataclasses import dataclass

import numpy as np

from ctocalc._arrays import Array, Bools, Floats
from ctocalc.phantom.anatomy import (
    lumen_depth,
    lumen_radius,
    piece_depth,
    piece_span,
    wall_area,
    wall_radius,
)
from ctocalc.phantom.path import Axis
from ctocalc.phantom.spec import Vessel

STATION_MM = 0.5
SLAB_MM = 0.1
RAY_CALCIUM_MM = 0.05
_CHUNK = 16


def density_map(
    vessel: Vessel, s: Floats, rays: Floats, shares: Floats, shift: tuple[float, float] = (0, 0)
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return calcium density (n, A, P) in mg/cc, and the radius (n, A, P), u and v of each sample.

    Rays start at the wall's centre moved by ``shift`` (u, v); ``shares`` (P,) are fractions of the
    wall's radius.
    """
    angle = rays[None, :, None]
    radius = wall_radius(vessel, s[:, None, None], angle) * shares
    u, v = radius * np.cos(angle) + shift[0], radius * np.sin(angle) + shift[1]
    where = s[:, None, None]
    density = np.zeros_like(u)
    for piece in vessel.calcium:
        start, end = piece_span(piece)
        some = (s > start) & (s < end)
        if some.any():
            hit = piece_depth(vessel, piece, where[some], u[some], v[some]) > 0
            density[some] = np.where(hit, piece.density_mgcc, density[some])
    if density.any():
        density[lumen_depth(vessel, where, u, v) > 0] = 0
    if shift != (0, 0):
        density[np.hypot(u, v) > wall_radius(vessel, where, np.arctan2(v, u))] = 0
    return density, np.broadcast_to(radius, u.shape), u, v


def longest_run(hit: Bools) -> tuple[int, int]:
    """Return the longest circular run of True and of False, in samples."""
    n = len(hit)
    if hit.all() or not hit.any():
        return (n, 0) if hit.all() else (0, n)
    # Begin where a run of False begins, so that no run is cut by the seam.
    turned = np.roll(hit, -int(np.argmax(~hit & np.roll(hit, 1))))
    edges = np.flatnonzero(np.diff(np.concatenate([[turned[0]], turned, [not turned[-1]]])))
    runs = np.diff(np.concatenate([[0], edges]))
    return int(runs[1::2].max()), int(runs[0::2].max())


def _calcified(vessel: Vessel, s: Floats) -> Bools:
    spans = np.array([piece_span(p) for p in vessel.calcium]).reshape(-1, 2)
    return np.asarray(((s[:, None] > spans[:, 0]) & (s[:, None] < spans[:, 1])).any(axis=1))


def arcs(vessel: Vessel, s: Floats, shift: tuple[float, float] = (0, 0)) -> Floats:
    """Return (n, 3) degrees: union, longest single, enclosing (360 less the largest gap)."""
    count, reach = (720, 1.0) if shift == (0, 0) else (360, 1.3)
    rays = (np.arange(count) + 0.5) * 2 * np.pi / count
    shares = (np.arange(count // 5 + 16) + 0.5) / (count // 5 + 16) * reach
    out = np.zeros((len(s), 3))
    todo = np.flatnonzero(_calcified(vessel, s))
    for part in np.array_split(todo, max(1, len(todo) // _CHUNK)):
        density, radius, _, _ = density_map(vessel, s[part], rays, shares, shift)
        step = radius[..., 1] - radius[..., 0]
        hits = (density > 0).sum(axis=2) * step >= RAY_CALCIUM_MM
        for n, hit in zip(part, hits, strict=True):
            on, off = longest_run(hit)
            out[n] = np.array([hit.sum(), on, count - off]) * (360 / count)
    return out


def station_table(vessel: Vessel, axis: Axis) -> dict[str, Array]:
    """Return the true values of every station (every 0.5 mm from the first given point).

    ``arc_shift_deg``: how much a shift of the centre by 0.2 mm changes the arc, at most; where it
    is 20 or more, nobody could tell the arc.
    """
    count = int(np.floor(vessel.path.length_mm / STATION_MM + 1e-9)) + 1
    s: Floats = np.arange(count, dtype=np.float64) * STATION_MM
    area, mass, thickness = np.zeros(count), np.zeros(count), np.zeros(count)
    rays, shares = (np.arange(720) + 0.5) * np.pi / 360, (np.arange(240) + 0.5) / 240
    todo = np.flatnonzero(_calcified(vessel, s))
    for part in np.array_split(todo, max(1, len(todo) // _CHUNK)):
        density, radius, _, _ = density_map(vessel, s[part], rays, shares)
        step = radius[..., 1] - radius[..., 0]
        cell = radius * step[..., None] * (np.pi / 360)
        area[part] = ((density > 0) * cell).sum(axis=(1, 2))
        mass[part] = (density * cell).sum(axis=(1, 2))
        thickness[part] = ((density > 0).sum(axis=2) * step).max(axis=1, initial=0)
    wall = wall_area(vessel, s)
    arc = arcs(vessel, s)
    moved = [arcs(vessel, s, (0.2 * np.cos(a), 0.2 * np.sin(a))) for a in np.arange(4) * np.pi / 2]
    unsure = np.max([np.abs(m[:, 0] - arc[:, 0]) for m in moved], axis=0)
    frame, points = axis.at(s, axis.frame), axis.at(s, axis.points)
    table: dict[str, Array] = {"vessel": np.full(count, vessel.name), "station": np.arange(count)}
    table["arclength_mm"] = s
    for c, letter in enumerate("xyz"):
        table[f"{letter}_lps_mm"] = points[:, c]
    for row, word in enumerate(("tangent", "normal")):
        for c, letter in enumerate("xyz"):
            table[f"{word}_{letter}"] = frame[:, row, c]
    return table | {
        "lumen_area_mm2": np.pi * lumen_radius(vessel, s) ** 2,
        "wall_area_mm2": wall,
        "calcium_area_mm2": area,
        "calcium_fraction": area / wall,
        "calcium_arc_deg": arc[:, 0],
        "calcium_arc_largest_deg": arc[:, 1],
        "calcium_arc_enclosing_deg": arc[:, 2],
        "calcium_thickness_mm": thickness,
        "calcium_density_mgcc": np.where(area > 0, mass / np.maximum(area, 1e-12), np.nan),
        "arc_shift_deg": unsure,
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Burden:
    """Cumulated calcium along a vessel: ``volume_mm3`` and ``mass_mg`` up to ``s_mm``."""

    s_mm: Floats
    volume_mm3: Floats
    mass_mg: Floats

    def between(self, start_mm: float, end_mm: float) -> tuple[float, float]:
        """Return volume (mm3) and mass (mg) between two arc lengths."""
        ends = np.array([start_mm, end_mm])
        volume = np.interp(ends, self.s_mm, self.volume_mm3)
        mass = np.interp(ends, self.s_mm, self.mass_mg)
        return float(volume[1] - volume[0]), float(mass[1] - mass[0])


def burden(vessel: Vessel, axis: Axis) -> Burden:
    """Integrate calcium over the curved vessel (with the Jacobian of its frame)."""
    edges = np.append(np.arange(0, vessel.path.length_mm, SLAB_MM), vessel.path.length_mm)
    s = (edges[1:] + edges[:-1]) / 2
    volume, mass = np.zeros(len(s)), np.zeros(len(s))
    rays, shares = (np.arange(180) + 0.5) * np.pi / 90, (np.arange(80) + 0.5) / 80
    todo = np.flatnonzero(_calcified(vessel, s))
    for part in np.array_split(todo, max(1, len(todo) // (4 * _CHUNK))):
        density, radius, u, v = density_map(vessel, s[part], rays, shares)
        bend = axis.at(s[part], axis.bending)[:, :, None, None]
        step = radius[..., 1] - radius[..., 0]
        cell = radius * step[..., None] * (np.pi / 90) * (1 - bend[:, 0] * u - bend[:, 1] * v)
        length = np.diff(edges)[part]
        volume[part] = ((density > 0) * cell).sum(axis=(1, 2)) * length
        mass[part] = (density * cell).sum(axis=(1, 2)) * length / 1000
    return Burden(
        s_mm=edges,
        volume_mm3=np.concatenate([[0], np.cumsum(volume)]),
        mass_mg=np.concatenate([[0], np.cumsum(mass)]),
    )
