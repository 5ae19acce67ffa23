"""A fresh case per seed: every knob is drawn within the ranges of cardiac CT."""

from dataclasses import replace
from typing import Literal

import numpy as np

from ctocalc._arrays import Floats
from ctocalc.phantom.anatomy import mean_wall_radius
from ctocalc.phantom.path import Axis, build_axes
from ctocalc.phantom.random_lesion import calcium, interruptions
from ctocalc.phantom.scene import build_scene, vein_points
from ctocalc.phantom.spec import (
    Bend,
    CaseSpec,
    Chamber,
    GivenLine,
    Interruption,
    Narrowing,
    Path,
    Remodelling,
    Scan,
    Surroundings,
    Vein,
    Vessel,
)

Quality = Literal["standard", "hard"]
_TRIES = 200


def random_case(seed: int, *, quality: Quality) -> CaseSpec:
    """Return a recipe drawn from ``seed``.

    ``standard``: blur 0.60-0.72 mm, noise 20-28 HU, line jitter 0.08-0.2 mm, collateral lumen
    230-330 HU; ``hard``: 0.68-0.85 mm, 28-42 HU, 0.25-0.5 mm, 170-300 HU, motion to 0.5 mm.
    Paths that come near themselves or run into a neighbour are drawn again.
    """
    if quality not in {"standard", "hard"}:
        raise ValueError(f"quality is standard or hard, not {quality}")
    rng = np.random.Generator(np.random.PCG64([seed, int(quality == "hard")]))
    for _ in range(_TRIES):
        spec = _draw(rng, seed, hard=quality == "hard")
        if _fits(spec):
            return spec
    raise RuntimeError("no path that fits was found")


def _draw(rng: np.random.Generator, seed: int, *, hard: bool) -> CaseSpec:
    kvp = int(rng.choice([80, 100, 120, 140], p=[0.15, 0.35, 0.4, 0.1]))
    low = {80: 390, 100: 375, 120: 355, 140: 350}[kvp]
    lumen_hu = rng.uniform(low, low + 60)
    collateral = rng.uniform(170, 300) if hard else rng.uniform(230, 330)
    length = rng.uniform(55, 80)
    start = rng.uniform(3.0, 4.6)
    end = max(2.1, start * rng.uniform(0.58, 0.85))
    gaps = interruptions(rng, length, collateral)
    stretch = (gaps[0].start_mm, gaps[-1].end_mm) if gaps else (length * 0.35, length * 0.6)
    main = Vessel(
        name=str(rng.choice(["RCA", "LAD", "LCX"])), path=_path(rng, length, stretch),
        diameter_start_mm=start, diameter_end_mm=end, wall_mm=rng.uniform(0.2, 0.6),
        ellipse=rng.uniform(0, 0.07), ellipse_deg=rng.uniform(0, 180),
        eccentricity=rng.uniform(0, 0.8), eccentricity_deg=rng.uniform(0, 360),
        lumen_hu=lumen_hu, lumen_hu_per_mm=-rng.uniform(0, 0.8), plaque_hu=rng.uniform(30, 85),
        interruptions=gaps, narrowings=_narrowings(rng, stretch, length),
        remodelling=_remodelling(rng, gaps),
    )  # fmt: skip
    main = replace(main, calcium=calcium(rng, main))
    inside = _inside(rng, main.path)
    vessels = (main, *_branch(rng, main, stretch, inside))
    around = replace(_surroundings(rng, main, lumen_hu), myocardium_deg=inside)
    return CaseSpec(
        name=f"random{'-hard' if hard else ''}-{seed}", summary="Drawn at random.",
        vessels=vessels, surroundings=around,
        scan=_scan(rng, kvp, hard=hard), line=_line(rng, hard=hard), texture_seed=seed,
    )  # fmt: skip


def _inside(rng: np.random.Generator, path: Path) -> float:
    """Return the clock angle of the heart at mid-vessel: about where the path bends to."""
    middle = path.wander_deg + path.wander_deg_per_mm * path.length_mm / 2
    return float(middle + rng.normal(0, 50))


def _path(rng: np.random.Generator, length: float, stretch: tuple[float, float]) -> Path:
    bends = []
    if rng.random() < 0.75:
        bends.append(_bend(rng, rng.uniform(*stretch), rng.uniform(12, 85)))
    bends.append(_bend(rng, rng.uniform(4, max(stretch[0] - 4, 5)), rng.uniform(0, 45)))
    bends.append(_bend(rng, rng.uniform(min(stretch[1], length), length), rng.uniform(0, 40)))
    x, y, z = (float(c) for c in rng.uniform(-60, 60, 3))
    polar, clock = np.radians(rng.uniform(15, 85)), rng.uniform(0, 2 * np.pi)
    return Path(
        length_mm=length,
        direction_lps=(
            float(np.sin(polar) * np.cos(clock)),
            float(np.sin(polar) * np.sin(clock)),
            float(-np.cos(polar)),
        ),
        start_lps_mm=(x, y, z),
        bends=tuple(bends), wander_per_mm=rng.uniform(0.004, 0.025),
        wander_deg=rng.uniform(0, 360), wander_deg_per_mm=rng.uniform(-4, 4),
    )  # fmt: skip


def _bend(rng: np.random.Generator, at_mm: float, angle_deg: float) -> Bend:
    # Radius of curvature >= 4.9 mm at the bend's peak.
    shortest = 2 * 4.9 * np.radians(angle_deg)
    length = max(shortest, rng.uniform(6, 15))
    return Bend(at_mm=at_mm, angle_deg=angle_deg, length_mm=length, towards_deg=rng.uniform(0, 360))


def _narrowings(
    rng: np.random.Generator, stretch: tuple[float, float], length: float
) -> tuple[Narrowing, ...]:
    out = []
    if rng.random() < 0.4:
        at = rng.uniform(5, max(6, stretch[0] - 8))
        out.append(Narrowing(at_mm=at, length_mm=rng.uniform(4, 9), factor=rng.uniform(0.55, 0.9)))
    if rng.random() < 0.3 and stretch[1] + 10 < length - 3:
        at = rng.uniform(stretch[1] + 10, length - 3)
        out.append(Narrowing(at_mm=at, length_mm=rng.uniform(4, 9), factor=rng.uniform(0.6, 0.9)))
    return tuple(out)


def _remodelling(
    rng: np.random.Generator, gaps: tuple[Interruption, ...]
) -> tuple[Remodelling, ...]:
    if not gaps or rng.random() < 0.25:
        return ()
    factor = rng.uniform(0.75, 1.0) if rng.random() < 0.75 else rng.uniform(1.0, 1.12)
    return (
        Remodelling(
            start_mm=gaps[0].start_mm - 2, end_mm=gaps[-1].end_mm + 2, factor=factor,
            ramp_mm=rng.uniform(2, 6),
        ),
    )  # fmt: skip


def _branch(
    rng: np.random.Generator, main: Vessel, stretch: tuple[float, float], inside_deg: float
) -> tuple[Vessel, ...]:
    if rng.random() < 0.45:
        return ()
    at_cap = rng.random() < 0.5
    at = stretch[0] - (rng.uniform(1, 3.5) if at_cap else rng.uniform(6, 12))
    if rng.random() < 0.1:
        at = rng.uniform(*stretch)
    at = max(at, 2.0)
    diameter = rng.uniform(1.5, min(2.6, main.diameter_end_mm))
    name = {"LAD": "D1", "LCX": "OM1", "RCA": "AM"}[main.name]
    length = rng.uniform(12, 22)
    branch = Vessel(
        name=name, path=Path(length_mm=length, wander_per_mm=rng.uniform(0, 0.02),
                             wander_deg=rng.uniform(0, 360)),
        diameter_start_mm=diameter, diameter_end_mm=diameter * rng.uniform(0.7, 1.0),
        wall_mm=rng.uniform(0.2, 0.3), lumen_hu=main.lumen_hu + main.lumen_hu_per_mm * at,
        lumen_hu_per_mm=-0.5, plaque_hu=main.plaque_hu, parent=main.name, parent_at_mm=at,
        parent_angle_deg=inside_deg + rng.choice([-1.0, 1.0]) * rng.uniform(60, 120),
        take_off_deg=rng.uniform(40, 80),
        given=bool(rng.random() < 0.5),
    )  # fmt: skip
    return (branch,)


def _surroundings(rng: np.random.Generator, main: Vessel, lumen_hu: float) -> Surroundings:
    length, radius = main.path.length_mm, main.diameter_start_mm / 2
    vein = None
    if rng.random() < 0.6:
        first, thick = rng.uniform(-5, length - 20), rng.uniform(1.4, 3.0)
        vein = Vein(
            start_mm=first, end_mm=first + rng.uniform(15, 50), angle_deg=rng.uniform(0, 360),
            distance_mm=radius + thick / 2 + rng.uniform(0.9, 3), diameter_mm=thick,
            hu=rng.uniform(70, 300),
        )  # fmt: skip
    chambers = tuple(
        Chamber(
            at_mm=rng.uniform(0, length), angle_deg=rng.uniform(0, 360),
            gap_mm=radius + rng.uniform(1.2, 5),
            semi_axes_mm=(rng.uniform(9, 15), rng.uniform(8, 14), rng.uniform(8, 14)),
            hu=lumen_hu + rng.uniform(-40, 40),
        )
        for _ in range(int(rng.integers(0, 3)))
    )  # fmt: skip
    return Surroundings(
        myocardium_hu=rng.uniform(98, 122), fat_hu=rng.uniform(-100, -80),
        blood_hu=lumen_hu + rng.uniform(-20, 30),
        embedding_mm=rng.uniform(-3.5, 1.0), myocardium_mm=rng.uniform(7, 12),
        fat_mm=rng.uniform(6, 13), texture_hu=rng.uniform(3, 9), vein=vein, chambers=chambers,
        aorta_mm=rng.uniform(11, 16) if rng.random() < 0.4 else None,
    )  # fmt: skip


def _scan(rng: np.random.Generator, kvp: int, *, hard: bool) -> Scan:
    step = float(rng.choice([0.5, 0.6, 0.625]))
    row = round(rng.uniform(0.35, 0.48), 4)
    column = round(rng.uniform(0.35, 0.48), 4) if rng.random() < 0.15 else row
    turned = rng.random() < 0.5
    angles = rng.uniform(-35, 35, 3) if turned else np.zeros(3)
    return Scan(
        kvp=kvp, spacing_kji_mm=(step, row, column),
        rotation_deg=(float(angles[0]), float(angles[1]), float(angles[2])),
        psf_fwhm_mm=rng.uniform(0.68, 0.85) if hard else rng.uniform(0.60, 0.72),
        psf_fwhm_z_mm=rng.uniform(max(0.6, 1.12 * step), 0.95),
        margin_mm=rng.uniform(9, 12),
        noise_hu=rng.uniform(28, 42) if hard else rng.uniform(20, 28),
        motion_mm=rng.uniform(0, 0.5) if hard else rng.uniform(0, 0.1),
    )  # fmt: skip


def _line(rng: np.random.Generator, *, hard: bool) -> GivenLine:
    return GivenLine(
        jitter_mm=rng.uniform(0.25, 0.5) if hard else rng.uniform(0.08, 0.2),
        correlation_mm=rng.uniform(1, 4), spacing_mm=rng.uniform(0.3, 2.0),
        lumen_centred=rng.uniform(0, 1) if rng.random() < 0.5 else 0.0,
        with_radius=bool(rng.random() < 0.5),
    )  # fmt: skip


def _fits(spec: CaseSpec) -> bool:
    """Return whether the path keeps clear of itself, of its branch and of its neighbours."""
    axes = build_axes(spec.vessels)
    main = spec.vessels[0]
    axis = axes[main.name]
    keep = (axis.s >= -3) & (axis.s <= main.path.length_mm + 3)
    points, s = axis.points[keep][::10], axis.s[keep][::10]
    apart = np.linalg.norm(points[:, None] - points, axis=2)
    if (apart[np.abs(s[:, None] - s) > 14] < 8).any():
        return False
    wall = float(mean_wall_radius(main, s).max()) * (1 + main.ellipse)
    clear = all(_branch_clear(axes[b.name], points, wall) for b in spec.vessels[1:])
    return clear and _neighbours_clear(spec, axis, points, wall)


def _branch_clear(branch: Axis, points: Floats, wall: float) -> bool:
    far = branch.points[branch.s > 5][::10]
    return bool(np.linalg.norm(far[:, None] - points, axis=2).min() > wall + 1.8)


def _neighbours_clear(spec: CaseSpec, axis: Axis, points: Floats, wall: float) -> bool:
    scene = build_scene(spec, axis)
    around = spec.surroundings
    above = scene.above(points)[0]
    if (above > around.fat_mm - wall - 1).any() or (above < wall + 1 - around.myocardium_mm).any():
        return False
    aorta = spec.surroundings.aorta_mm is not None
    for n, body in enumerate(scene.bodies):
        last = aorta and n == len(scene.bodies) - 1
        if (body.depth(points[24:] if last else points)[0] > -(wall + 0.8)).any():
            return False
    vein = vein_points(spec, axis)
    if vein is None:
        return True
    apart = np.linalg.norm(vein[0][::10, None] - points, axis=2)
    return bool(apart.min() > wall + vein[1] + 0.6)
