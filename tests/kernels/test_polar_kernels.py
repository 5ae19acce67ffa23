"""Arcs, runs and sums against slow twins and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ctocalc._arrays import Array
from ctocalc.kernels import polar
from tests.kernels import naive
from tests.kernels.examples import quick

maps = hnp.arrays(np.bool_, st.tuples(st.integers(1, 3), st.integers(1, 20)))


@quick
@given(maps)
def test_arcs_match_slow_twins(present: Array) -> None:
    np.testing.assert_allclose(polar.union_arc_deg(present), 360 * present.mean(axis=1))
    largest = [naive.largest_arc_deg(row) for row in present]
    np.testing.assert_allclose(polar.largest_arc_deg(present), largest)
    enclosing = [naive.enclosing_arc_deg(row) for row in present]
    np.testing.assert_allclose(polar.enclosing_arc_deg(present), enclosing)


@quick
@given(maps, st.integers(0, 19))
def test_arcs_do_not_depend_on_the_clock(present: Array, turn: int) -> None:
    turned = np.roll(present, turn, axis=1)[:, ::-1]
    for arc in (polar.union_arc_deg, polar.largest_arc_deg, polar.enclosing_arc_deg):
        np.testing.assert_allclose(arc(present), arc(turned))


@quick
@given(maps)
def test_largest_arc_within_union_within_enclosing(present: Array) -> None:
    largest, union = polar.largest_arc_deg(present), polar.union_arc_deg(present)
    assert (largest <= union + 1e-9).all()
    assert (union <= polar.enclosing_arc_deg(present) + 1e-9).all()


def test_full_moon_and_empty_ring() -> None:
    present = np.array([[True] * 8, [False] * 8])
    for arc in (polar.union_arc_deg, polar.largest_arc_deg, polar.enclosing_arc_deg):
        assert arc(present).tolist() == [360.0, 0.0]


def test_fractional_map_sums_and_keeps_nan() -> None:
    fraction = np.array([[0.5, 0.25, 0.0, 0.25], [1.0, np.nan, 0.0, 0.0]])
    assert polar.union_arc_deg(fraction)[0] == pytest.approx(90.0)
    assert np.isnan(polar.union_arc_deg(fraction)[1])


@quick
@given(hnp.arrays(np.float32, (2, 5, 4), elements=st.floats(0, 1, width=32)))
def test_thickness_matches_numpy(fraction: Array) -> None:
    thickness = fraction.astype(float).sum(axis=2) * 0.25
    np.testing.assert_allclose(polar.thickness_mm(fraction, 0.25), thickness, atol=1e-12)


def test_ring_sector_has_its_thickness() -> None:
    radius = (np.arange(64) + 0.5) * 0.125
    mask = np.zeros((1, 36, 64), bool)
    mask[0, :9, (radius > 1.0) & (radius < 2.0)] = True
    thickness = polar.thickness_mm(mask, 0.125)[0]
    assert thickness.tolist() == [1.0] * 9 + [0.0] * 27
