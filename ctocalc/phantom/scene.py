"""What surrounds the vessels: myocardium, fat, lung, chambers, aorta.

Large smooth bodies only, so that blurring a boundary is the normal distribution function of the
signed distance (radius of curvature >= 8 mm against a blur of 0.3 mm: under 1 HU of error).
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates
from scipy.special import ndtr

from ctocalc._arrays import Floats
from ctocalc.phantom.path import Axis
from ctocalc.phantom.spec import CaseSpec

_LATTICE_MM = 2.5
_DOME_MM = 90.0
_PERICARDIUM_HU = 25.0
_LUNG_HU = -840.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Ellipsoid:
    centre: Floats
    axes: Floats  # (3, 3): rows are unit axes divided by their semi-axis
    hu: float
    shell_mm: float

    def depth(self, points: Floats) -> tuple[Floats, Floats]:
        """Return the signed distance (positive inside) and the outward unit normal."""
        scaled = (points - self.centre) @ self.axes.T
        q = np.linalg.norm(scaled, axis=-1)
        gradient = scaled @ self.axes
        steep = np.maximum(np.linalg.norm(gradient, axis=-1), 1e-9)
        return q * (1 - q) / steep, gradient / steep[..., None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """The background of one case, evaluated at any LPS points."""

    spec: CaseSpec
    origin: Floats
    ahead: Floats
    aside: Floats
    outward: Floats
    height_a: Floats
    height_mm: Floats
    bodies: tuple[_Ellipsoid, ...]
    lattice: Floats

    def texture(self, points: Floats) -> Floats:
        """Return a smooth random field of SD about 1, fixed in patient space."""
        # Turned against the axes, so that no lattice plane coincides with an image plane.
        turned = points @ _TURN / _LATTICE_MM
        return np.asarray(map_coordinates(self.lattice, turned.T, order=1, mode="grid-wrap"))

    def in_aorta(self, points: Floats) -> Floats:
        """Return the depth inside the aorta, mm; negative outside, or everywhere without one."""
        if self.spec.surroundings.aorta_mm is None:
            return np.full(len(points), -1e3)
        return self.bodies[-1].depth(points)[0]

    def above(self, points: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """Return height over the heart's surface (mm), its normal, and position along and aside."""
        local = points - self.origin
        a, b, h = local @ self.ahead, local @ self.aside, local @ self.outward
        rise = np.interp(a, self.height_a, np.gradient(self.height_mm, self.height_a))
        level = np.interp(a, self.height_a, self.height_mm) - b**2 / _DOME_MM
        steep = np.sqrt(1 + rise**2 + (2 * b / _DOME_MM) ** 2)
        normal = self.outward - rise[:, None] * self.ahead
        normal = (normal + (2 * b / _DOME_MM)[:, None] * self.aside) / steep[:, None]
        return (h - level) / steep - self.spec.surroundings.embedding_mm, normal, a, b

    def hu(self, points: Floats, covariance: Floats | None) -> Floats:
        """Return HU at points (n, 3); ``covariance`` (3, 3) of the blur, None for hard edges."""
        around = self.spec.surroundings
        above, normal, a, b = self.above(points)
        blur = _blur(normal, covariance)
        grain = self.texture(points)
        wall = around.myocardium_mm + 1.5 * np.sin(a / 7.0) * np.cos(b / 9.0)
        fat = around.fat_mm + 1.5 * np.sin(a / 9.0 + 1.0) + 1.0 * np.cos(b / 6.0)
        muscle_hu = around.myocardium_hu + 0.5 * around.texture_hu * grain
        lung_hu = _LUNG_HU + 60.0 * grain + 250.0 * np.clip(grain - 1.6, 0, 2)
        # Layers from the blood pool outwards; each starts at a height.
        out = np.full_like(above, around.blood_hu)
        layers = (
            (-wall, muscle_hu),
            (0.0, around.fat_hu + around.texture_hu * grain),
            (fat, np.full_like(above, _PERICARDIUM_HU)),
            (fat + 1.2, lung_hu),
        )
        below = out
        for height, layer in layers:
            out = out + (layer - below) * _share(above - height, blur)
            below = layer
        for body in self.bodies:
            depth, out_normal = body.depth(points)
            blur = _blur(out_normal, covariance)
            shell, pool = _share(depth + body.shell_mm, blur), _share(depth, blur)
            out = out * (1 - shell) + around.myocardium_hu * (shell - pool) + body.hu * pool
        return np.asarray(out)


_TURN = np.linalg.qr(np.array([[0.9, 0.3, -0.2], [-0.25, 0.92, 0.31], [0.28, -0.22, 0.93]]))[0]


def _blur(normal: Floats, covariance: Floats | None) -> Floats | None:
    """Return the SD of the blur (mm) across surfaces of these normals."""
    if covariance is None:
        return None
    return np.asarray(np.sqrt(np.einsum("...i,ij,...j->...", normal, covariance, normal)))


def _share(depth: Floats, blur_mm: Floats | None) -> Floats:
    return np.asarray((depth > 0).astype(np.float64) if blur_mm is None else ndtr(depth / blur_mm))


def build_scene(spec: CaseSpec, axis: Axis) -> Scene:
    """Lay the heart's surface under the first vessel's axis and place the other bodies."""
    length = spec.vessels[0].path.length_mm
    at = np.array([0.0, length / 2, length])
    chord = axis.at(at, axis.points)[2] - axis.at(at, axis.points)[0]
    ahead = chord / np.linalg.norm(chord)
    inward = _clock(axis, length / 2, spec.surroundings.myocardium_deg)
    outward = -inward + (inward @ ahead) * ahead
    outward /= np.linalg.norm(outward)
    origin = axis.at(at, axis.points)[0]
    local = axis.points[::10] - origin
    a, h = local @ ahead, local @ outward
    grid = np.arange(a.min() - 30, a.max() + 30, 0.5)
    weight = np.exp(-((grid[:, None] - a) ** 2) / (2 * 5.0**2)) + 1e-12
    aside = np.cross(outward, ahead)
    rng = np.random.Generator(np.random.PCG64(spec.texture_seed))
    lattice = rng.standard_normal((24, 24, 24))
    return Scene(
        spec=spec, origin=origin, ahead=ahead, aside=aside, outward=outward,
        height_a=grid, height_mm=weight @ h / weight.sum(axis=1),
        bodies=_bodies(spec, axis), lattice=lattice,
    )  # fmt: skip


def _clock(axis: Axis, s_mm: float, angle_deg: float) -> Floats:
    _, normal, binormal = axis.at(np.array([s_mm]), axis.frame)[0]
    angle = np.radians(angle_deg)
    return np.asarray(np.cos(angle) * normal + np.sin(angle) * binormal)


def _bodies(spec: CaseSpec, axis: Axis) -> tuple[_Ellipsoid, ...]:
    bodies = []
    for chamber in spec.surroundings.chambers:
        side = _clock(axis, chamber.at_mm, chamber.angle_deg)
        where = np.array([chamber.at_mm])
        tangent = axis.at(where, axis.frame)[0, 0]
        rows = np.stack([tangent, side, np.cross(tangent, side)])
        rows /= np.array(chamber.semi_axes_mm)[:, None]
        centre = axis.at(where, axis.points)[0]
        centre = centre + side * (chamber.gap_mm + chamber.semi_axes_mm[1])
        bodies.append(_Ellipsoid(centre=centre, axes=rows, hu=chamber.hu, shell_mm=1.0))
    radius = spec.surroundings.aorta_mm
    if radius is not None:
        rows = np.diag([1 / radius, 1 / radius, 1 / (1.8 * radius)])
        tangent = axis.at(np.zeros(1), axis.frame)[0, 0]
        back = tangent / np.linalg.norm(rows @ tangent)
        centre = axis.at(np.zeros(1), axis.points)[0] - back
        hu = spec.vessels[0].lumen_hu if spec.scan.contrast else spec.surroundings.blood_hu
        bodies.append(_Ellipsoid(centre=centre, axes=rows, hu=hu, shell_mm=1.5))
    return tuple(bodies)


def rod_points(spec: CaseSpec, axis: Axis) -> list[tuple[Floats, float, float]]:
    """Return every metal rod's axis points (n, 3), radius (mm) and HU."""
    return [
        (_beside(axis, r.start_mm, r.end_mm, r.angle_deg, r.distance_mm), r.diameter_mm / 2, r.hu)
        for r in spec.surroundings.rods
    ]


def _beside(axis: Axis, start: float, end: float, angle_deg: float, distance: float) -> Floats:
    keep = (axis.s >= start) & (axis.s <= end)
    angle = np.radians(angle_deg)
    side = np.cos(angle) * axis.frame[keep, 1] + np.sin(angle) * axis.frame[keep, 2]
    return np.asarray(axis.points[keep] + distance * side)


def vein_points(spec: CaseSpec, axis: Axis) -> tuple[Floats, float, float] | None:
    """Return the vein's axis points (n, 3), radius (mm) and HU, or None."""
    vein = spec.surroundings.vein
    if vein is None:
        return None
    points = _beside(axis, vein.start_mm, vein.end_mm, vein.angle_deg, vein.distance_mm)
    return points, vein.diameter_mm / 2, vein.hu
