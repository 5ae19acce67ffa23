"""Arcs of drawn rings and nodules, and what a shift of the centre does to them."""

import numpy as np
import pytest

from ctocalc._arrays import Floats, Floats32
from ctocalc.vessel.arcs import CENTRE_SD_MM, LEAST_SD_DEG, Arcs, measure_arcs
from ctocalc.vessel.boundary import Boundary, BoundaryKind

OFFSET: Floats = np.linspace(-3.0, 3.0, 61)
U, V = np.meshgrid(OFFSET, OFFSET)
WALL = Boundary(radius_mm=np.full((1, 48), 2.0), kind=BoundaryKind.WALL, confidence=np.ones(1))


def ring(inner: float, outer: float, degrees: float) -> Floats32:
    """Part of a ring, from the u axis on."""
    radius, turn = np.hypot(U, V), np.degrees(np.arctan2(V, U)) % 360
    inside = (radius > inner) & (radius < outer) & (turn < degrees)
    return np.asarray(inside[None], dtype=np.float32)


def disc(u: float, radius: float) -> Floats32:
    return np.asarray((np.hypot(U - u, V) < radius)[None], dtype=np.float32)


def arcs(share: Floats32) -> Arcs:
    return measure_arcs(share, WALL, OFFSET, 0.1)


@pytest.mark.parametrize("degrees", [60.0, 150.0, 300.0])
def test_the_arc_of_a_ring_and_its_interval(degrees: float) -> None:
    found = arcs(ring(1.2, 1.7, degrees))
    assert found.union_deg[0] == pytest.approx(degrees, abs=9)
    assert found.largest_deg[0] == found.union_deg[0]
    assert found.thickness_mm[0] == pytest.approx(0.5, abs=0.12)
    assert LEAST_SD_DEG <= found.sd_deg[0] < 1.3 * LEAST_SD_DEG


def test_two_arcs_have_a_union_a_largest_and_an_enclosing_arc() -> None:
    both = ring(1.2, 1.7, 90.0) + ring(1.2, 1.7, 180.0) - ring(1.2, 1.7, 150.0)
    found = arcs(both)
    assert found.union_deg[0] == pytest.approx(120, abs=12)
    assert found.largest_deg[0] == pytest.approx(90, abs=9)
    assert found.enclosing_deg[0] == pytest.approx(180, abs=9)


def test_a_nodule_at_the_centre_is_no_safe_ring() -> None:
    """Calcium over the centre covers all rays; beside it they are few and stay so."""
    over, beside = arcs(disc(0.36, 0.5)), arcs(disc(1.4, 0.5))
    assert over.union_deg[0] == 360.0
    assert over.centre_sd_deg[0] > 60.0
    assert beside.centre_sd_deg[0] < 6.0
    assert over.sd_deg[0] > 3 * beside.sd_deg[0]


def test_the_spread_by_the_centre_is_that_of_random_shifts() -> None:
    share = disc(0.9, 0.6)
    rng = np.random.default_rng(1)

    def union(shift: Floats) -> float:
        # Calcium moved one way is the centre moved the other way.
        moved = (np.hypot(U - 0.9 - shift[0], V - shift[1]) < 0.6).astype(np.float32)[None]
        return float(arcs(moved).union_deg[0])

    drawn = np.std([union(s) for s in CENTRE_SD_MM * rng.standard_normal((150, 2))])
    assert arcs(share).centre_sd_deg[0] == pytest.approx(drawn, rel=0.4)


def test_without_calcium_there_is_no_arc_and_no_doubt() -> None:
    found = arcs(np.zeros((1, 61, 61), np.float32))
    assert (found.union_deg[0], found.sd_deg[0], found.thickness_mm[0]) == (0.0, 0.0, 0.0)
