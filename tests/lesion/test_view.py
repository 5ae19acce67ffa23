"""The least foreshortened view and pair of views, for vessels that run along the body's axes."""

from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.curve import Curve
from ctocalc.geometry.views import foreshortening, towards_detector
from ctocalc.lesion.lesion import OptimalView, View
from ctocalc.lesion.measures import LesionSettings
from ctocalc.lesion.view import CUT, NO_PAIR, best_pair, best_single, optimal_view, view_map
from tests.lesion.vessel_made import S, vessel

SETTINGS = LesionSettings()
X, Y, Z = np.eye(3)


def of(direction: Floats, *, truncated: bool = False, sd_mm: float = 0.05) -> OptimalView:
    made = vessel(curve=Curve(points_lps_mm=S[:, None] * direction), sd_mm=sd_mm)
    return optimal_view(made, 10.2, 30.7, SETTINGS, truncated=truncated)


def angles(view: View) -> tuple[float | None, float | None]:
    return view.lao_rao_deg, view.cran_caud_deg


@pytest.mark.parametrize(
    ("direction", "single", "share", "pair"),
    [
        # Along the body: every obliquity shows it whole; beams 80 degrees apart, tilted alike.
        (Z, (0, 0), 0.0, {(-40.0, 0.0), (40.0, 0.0)}),
        # Across the chest: every angulation without obliquity does.
        (X, (0, 0), 0.0, {(0.0, -40.0), (0.0, 40.0)}),
        # From back to front: as far from the front as the C-arm goes.
        (Y, (60, 45), 1 - np.sqrt(7 / 8), None),
    ],
)
def test_vessels_along_the_axes(
    direction: Floats,
    single: tuple[float, float],
    share: float,
    pair: set[tuple[float, float]] | None,
) -> None:
    found = of(direction)
    assert angles(found.single) == single
    assert found.single.foreshortening.value == pytest.approx(share, abs=1e-9)
    if pair is not None:
        assert {angles(found.biplane_first), angles(found.biplane_second)} == pair
        assert found.biplane_apart_deg == pytest.approx(80.0)


def test_nothing_on_the_grid_is_better_than_what_is_told() -> None:
    rng = np.random.default_rng(8)
    for _ in range(10):
        course = np.cumsum(rng.normal(size=(40, 3)) + rng.normal(size=3), axis=0)
        views = view_map(course, SETTINGS, 5.0)
        one, pair = best_single(views), best_pair(views, SETTINGS.biplane_apart_deg)
        assert pair is not None
        share = foreshortening(course, towards_detector(*one))
        assert share <= views.foreshortening.min() + 0.001
        # The slow twin of the pair: every two views by turns.
        grid = [(a, b) for a in views.lao_rao_deg for b in views.cran_caud_deg]
        beams = np.array([towards_detector(*view) for view in grid])
        each = [float(foreshortening(course, beam)) for beam in beams]
        apart = np.abs(beams @ beams.T) <= np.cos(np.radians(80.0)) + 1e-9
        least = min(
            max(each[m], each[n]) for m in range(len(grid)) for n in range(m) if apart[m, n]
        )
        worse = max(float(foreshortening(course, towards_detector(*view))) for view in pair)
        assert worse <= least + 0.001 + 1e-12


def test_the_map_covers_the_limits_and_no_more() -> None:
    narrow = replace(SETTINGS, view_lao_deg=20.0, view_rao_deg=10.0, view_cranial_deg=5.0)
    views = view_map(np.stack([0 * Z, Z]), narrow, 5.0)
    assert (views.lao_rao_deg[0], views.lao_rao_deg[-1]) == (-10.0, 20.0)
    assert (views.cran_caud_deg[0], views.cran_caud_deg[-1]) == (-40.0, 5.0)
    assert views.foreshortening.shape == (7, 10)


def test_the_interval_holds_the_course_turned_by_its_error() -> None:
    sharp, loose = of(Y, sd_mm=0.01).single, of(Y, sd_mm=0.3).single
    for view in (sharp, loose):
        told = view.foreshortening
        assert told.value is not None and told.low is not None and told.high is not None
        assert told.low < told.value < told.high
    width = [
        (view.foreshortening.high or 0) - (view.foreshortening.low or 0) for view in (sharp, loose)
    ]
    assert width[1] > 3 * width[0]


def test_a_cut_lesion_says_so_and_one_without_length_has_no_view() -> None:
    assert of(Z, truncated=True).single.foreshortening.reason == CUT
    point = optimal_view(vessel(), 10.0, 10.0, SETTINGS, truncated=False)
    assert angles(point.single) == (None, None) and point.biplane_apart_deg is None
    assert point.single.foreshortening.value is None


def test_limits_that_allow_no_pair_are_told() -> None:
    narrow = replace(SETTINGS, view_lao_deg=20.0, view_rao_deg=20.0, view_cranial_deg=20.0,
                     view_caudal_deg=20.0)  # fmt: skip
    found = optimal_view(vessel(), 10.0, 30.0, narrow, truncated=False)
    assert angles(found.single) == (0.0, 0.0)
    assert found.biplane_second.foreshortening.reason == NO_PAIR
    assert found.biplane_apart_deg is None
