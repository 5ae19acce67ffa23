"""Random occlusions and calcium."""

import numpy as np

from ctocalc.phantom.anatomy import mean_wall_radius
from ctocalc.phantom.spec import Cap, Interruption, Moon, Nodule, Piece, Sector, Vessel


def interruptions(
    rng: np.random.Generator, length_mm: float, collateral_hu: float
) -> tuple[Interruption, ...]:
    """Draw none, one, two with an island, two apart, two far apart, or a subtotal one."""
    kind = rng.choice(
        ["none", "one", "island", "apart", "far", "subtotal"],
        p=[0.08, 0.55, 0.12, 0.12, 0.05, 0.08],
    )
    first, room = rng.uniform(12, 20), length_mm - 14.0
    island = rng.uniform(collateral_hu, 330.0)
    if kind == "none":
        return ()
    if kind == "subtotal":
        end = first + rng.uniform(4, 18)
        channel = rng.uniform(0.2, 0.45)
        return (_gap(rng, (first, end), 8, 8, collateral_hu + 40, channel),)
    if kind == "one":
        end = first + rng.uniform(5, min(40, room - first))
        return (_gap(rng, (first, end), 8, 8, collateral_hu),)
    between = {"island": (2.4, 4.6), "apart": (6.5, 15.0), "far": (22.0, 26.0)}[str(kind)]
    clear = rng.uniform(*between)
    one = first + rng.uniform(5, max(6, min(14, room - first - clear - 8)))
    # Caps towards the island are short, so that the 0.5 mm points stay about ``clear`` apart.
    inner = min(0.3 * clear, 4.0)
    two = one + clear + 0.1
    end = two + rng.uniform(5, max(5.5, min(14, room - two)))
    return (
        _gap(rng, (first, one), 8, inner, island),
        _gap(rng, (two, end), inner, 8, collateral_hu),
    )


def _gap(
    rng: np.random.Generator,
    span: tuple[float, float],
    longest_in: float,
    longest_out: float,
    hu_after: float,
    channel_mm: float = 0.0,
) -> Interruption:
    return Interruption(
        start_mm=span[0],
        end_mm=span[1],
        proximal=_cap(rng, longest_in, 0.5),
        distal=_cap(rng, longest_out, 0.7),
        lumen_hu_after=hu_after,
        channel_mm=channel_mm,
    )


def _cap(rng: np.random.Generator, longest_mm: float, tapered: float) -> Cap:
    if rng.random() < tapered and longest_mm > 2.6:
        length = rng.uniform(2.5, longest_mm)
        return Cap(tapered=True, length_mm=length, exponent=rng.uniform(0.8, 1.2))
    return Cap(tapered=False, length_mm=rng.uniform(0.0, min(1.1, longest_mm)))


def calcium(rng: np.random.Generator, vessel: Vessel) -> tuple[Piece, ...]:
    """Draw calcium for the occluded stretch, its caps, and as a trap in the patent vessel."""
    pieces: list[Piece] = []
    length = vessel.path.length_mm
    for gap in vessel.interruptions:
        span = (gap.start_mm, gap.end_mm)
        for _ in range(int(rng.choice([0, 1, 2, 3], p=[0.18, 0.42, 0.27, 0.13]))):
            pieces.append(_piece(rng, vessel, span))
        if rng.random() < 0.2:
            at = gap.start_mm if rng.random() < 0.5 else gap.end_mm
            pieces.append(_cap_piece(rng, vessel, at))
    if rng.random() < 0.5:
        first = vessel.interruptions[0].start_mm if vessel.interruptions else length
        at = rng.uniform(3, max(4, first - 6))
        span = (at, at + rng.uniform(2, 6))
        pieces.append(_sector(rng, vessel, span, thickest=vessel.wall_mm + 0.15))
    return tuple(pieces)


def _density(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(220), np.log(1400))))


def _piece(rng: np.random.Generator, vessel: Vessel, gap: tuple[float, float]) -> Piece:
    length = min(rng.uniform(2, 14), gap[1] - gap[0])
    start = rng.uniform(gap[0], gap[1] - length)
    span = (start, start + length)
    kind = rng.choice(
        ["thin", "thick", "ring", "nodule", "spot", "moon", "near moon"],
        p=[0.18, 0.24, 0.12, 0.18, 0.1, 0.09, 0.09],
    )
    if kind == "thin":
        return _sector(rng, vessel, span, thickest=0.6)
    if kind == "thick":
        return _sector(rng, vessel, span, thickest=1.6)
    if kind == "ring":
        return Sector(
            start_mm=span[0],
            end_mm=span[1],
            angle_deg=0,
            arc_deg=360,
            thickness_mm=rng.uniform(0.35, 1.1),
            density_mgcc=_density(rng),
            rim_mm=rng.uniform(0.02, 0.2),
        )
    if kind == "moon":
        return Moon(
            start_mm=span[0],
            end_mm=span[1],
            density_mgcc=_density(rng),
            fill=rng.uniform(0.985, 0.998),
        )
    if kind == "near moon":
        fill = rng.uniform(0.78, 0.91)
        return Moon(
            start_mm=span[0],
            end_mm=span[1],
            density_mgcc=_density(rng),
            fill=fill,
            offset=(0.97 - fill) * rng.uniform(0, 1),
            angle_deg=rng.uniform(0, 360),
        )
    return _nodule(rng, vessel, (span[0] + span[1]) / 2, small=kind == "spot")


def _sector(
    rng: np.random.Generator, vessel: Vessel, span: tuple[float, float], *, thickest: float
) -> Sector:
    radius = float(mean_wall_radius(vessel, np.array([sum(span) / 2]))[0])
    thickness = rng.uniform(0.5 * thickest, thickest)
    return Sector(
        start_mm=span[0],
        end_mm=span[1],
        angle_deg=rng.uniform(0, 360),
        arc_deg=rng.uniform(50, 330),
        thickness_mm=min(max(thickness, 0.3), 0.9 * radius),
        density_mgcc=_density(rng),
        rim_mm=rng.uniform(0.02, 0.2),
        twist_deg_per_mm=rng.uniform(-6, 6),
    )


def _nodule(rng: np.random.Generator, vessel: Vessel, at_mm: float, *, small: bool) -> Nodule:
    radius = float(mean_wall_radius(vessel, np.array([at_mm]))[0])
    size = rng.uniform(0.25, 0.4) if small else rng.uniform(0.4, 0.75)
    return Nodule(
        at_mm=at_mm,
        angle_deg=rng.uniform(0, 360),
        depth=rng.uniform(0.2, 0.8),
        along_mm=rng.uniform(0.5, 1.2) if small else rng.uniform(1.2, 4.0),
        radial_mm=size * radius * rng.uniform(0.7, 1.0),
        across_mm=size * radius,
        density_mgcc=_density(rng),
    )


def _cap_piece(rng: np.random.Generator, vessel: Vessel, at_mm: float) -> Piece:
    if rng.random() < 0.5:
        return _nodule(rng, vessel, at_mm, small=False)
    half = rng.uniform(0.8, 2.5)
    return _sector(rng, vessel, (at_mm - half, at_mm + half), thickest=1.2)
