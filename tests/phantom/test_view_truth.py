"""The true optimal view against closed forms."""

import numpy as np
import pytest

from ctocalc.geometry.views import towards_detector
from ctocalc.phantom.path import build_axis
from ctocalc.phantom.spec import Path
from ctocalc.phantom.view_truth import _views, hidden_share, optimal_view


def straight(*direction: float) -> dict[str, float]:
    axis = build_axis(Path(length_mm=40.0, direction_lps=direction))  # type: ignore[arg-type]
    single = optimal_view(axis, 5.0, 30.0)["single"]
    return {
        "lao": single["lao_rao_deg"], "cran": single["cran_caud_deg"],
        "hidden": single["foreshortening"]["value"],
    }  # fmt: skip


@pytest.mark.parametrize("direction", [(0.0, 0.0, -1.0), (1.0, 0.0, 0.0), (0.6, 0.0, -0.8)])
def test_what_runs_across_the_chest_is_seen_whole_from_the_front(
    direction: tuple[float, float, float],
) -> None:
    assert straight(*direction) == pytest.approx({"lao": 0.0, "cran": 0.0, "hidden": 0.0})


def test_what_runs_from_front_to_back_is_seen_best_from_as_far_aside_as_the_arm_goes() -> None:
    cosine = np.cos(np.radians(60.0)) * np.cos(np.radians(45.0))
    wanted = {"lao": 60.0, "cran": 45.0, "hidden": 1 - np.sqrt(1 - cosine**2)}
    assert straight(0.0, 1.0, 0.0) == pytest.approx(wanted)


def test_a_circle_seen_edge_on_hides_all_but_two_over_pi() -> None:
    turn = np.radians(np.arange(0.5, 360.0))
    circle = np.stack([np.cos(turn), np.sin(turn), 0 * turn], axis=1)
    hidden = hidden_share(circle, np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    assert hidden == pytest.approx([1 - 2 / np.pi, 0.0], abs=1e-4)


def test_views_look_from_where_a_c_arm_does() -> None:
    angles, beams = _views(5.0)
    np.testing.assert_allclose(beams, towards_detector(*angles.T), atol=1e-12)


def test_a_pair_is_far_enough_apart_and_hides_little_of_a_straight_course() -> None:
    view = optimal_view(build_axis(Path(length_mm=40.0)), 5.0, 30.0)
    pair = view["biplane_first"], view["biplane_second"]
    assert 80.0 <= view["biplane_apart_deg"] <= 90.0
    beams = [towards_detector(v["lao_rao_deg"], v["cran_caud_deg"]) for v in pair]
    apart = np.degrees(np.arccos(abs(float(beams[0] @ beams[1]))))
    assert apart == pytest.approx(view["biplane_apart_deg"])
    assert max(v["foreshortening"]["value"] for v in pair) < 0.05
