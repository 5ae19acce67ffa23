"""Truth against closed forms."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.phantom.anatomy import lumen_radius
from ctocalc.phantom.cases import NAMES, named, random_case, recipe
from ctocalc.phantom.lesion_truth import running_mean
from ctocalc.phantom.lesions import lesions, occlusions
from ctocalc.phantom.path import build_axes, build_axis
from ctocalc.phantom.render import case_grid
from ctocalc.phantom.sections import arcs, burden, longest_run, station_table
from ctocalc.phantom.spec import (
    Bend,
    Cap,
    CaseSpec,
    Interruption,
    Moon,
    Nodule,
    Path,
    Piece,
    Sector,
    Vessel,
)
from ctocalc.phantom.truth import describe

STRAIGHT = Path(length_mm=60.0)
BLUNT = Cap(tapered=False, length_mm=0.0)


def tube(
    *calcium: Piece, gaps: tuple[tuple[float, float], ...] = ((20, 40),), **more: object
) -> Vessel:
    interruptions = tuple(
        Interruption(start_mm=a, end_mm=b, proximal=BLUNT, distal=BLUNT, lumen_hu_after=300.0)
        for a, b in gaps
    )
    plain = Vessel(
        name="LAD", path=STRAIGHT, diameter_start_mm=4.0, diameter_end_mm=4.0,
        interruptions=interruptions, calcium=calcium,
    )  # fmt: skip
    return replace(plain, **more)  # type: ignore[arg-type]


def lesion(vessel: Vessel) -> dict[str, object]:
    spec = CaseSpec(name="t", summary="", vessels=(vessel,))
    axes = build_axes((vessel,))
    truth, _ = describe(spec, axes, case_grid(spec, axes), seed=1)
    found: dict[str, object] = truth["vessels"][0]["lesions"][0]
    return found


RING = Sector(
    start_mm=22, end_mm=38, angle_deg=0, arc_deg=360, thickness_mm=0.6, density_mgcc=500, rim_mm=0.1
)


def test_a_ring_has_the_area_of_an_annulus() -> None:
    vessel = tube(RING)
    table = station_table(vessel, build_axis(STRAIGHT))
    middle = int(np.flatnonzero(table["arclength_mm"] == 30.0)[0])
    expected = math.pi * (1.9**2 - 1.3**2)
    assert table["wall_area_mm2"][middle] == pytest.approx(math.pi * 4, rel=1e-12)
    assert table["calcium_area_mm2"][middle] == pytest.approx(expected, rel=0.01)
    assert table["calcium_fraction"][middle] == pytest.approx(expected / (4 * math.pi), rel=0.01)
    assert table["calcium_arc_deg"][middle] == 360
    assert table["calcium_thickness_mm"][middle] == pytest.approx(0.6, abs=0.02)
    assert table["calcium_density_mgcc"][middle] == pytest.approx(500)


@pytest.mark.parametrize("angle_deg", [0.0, 100.0, 179.0])
def test_an_arc_is_as_long_as_prescribed(angle_deg: float) -> None:
    piece = replace(RING, arc_deg=210.0, angle_deg=angle_deg)
    assert arcs(tube(piece), np.array([30.0]))[0] == pytest.approx([210, 210, 210], abs=1.1)


def test_two_arcs_have_a_union_a_largest_and_an_enclosing_arc() -> None:
    one = replace(RING, arc_deg=100.0, angle_deg=0.0)
    two = replace(RING, arc_deg=60.0, angle_deg=120.0)
    # 0 +- 50 and 120 +- 30: a gap of 40 degrees between them, 160 on the other side.
    assert arcs(tube(one, two), np.array([30.0]))[0] == pytest.approx([160, 100, 200], abs=1.5)


def test_runs_are_circular() -> None:
    assert longest_run(np.array([1, 1, 0, 0, 0, 1, 0, 1], dtype=bool)) == (3, 3)
    assert longest_run(np.array([0, 1, 0, 0, 1, 0, 0], dtype=bool)) == (1, 3)
    assert longest_run(np.ones(5, dtype=bool)) == (5, 0)
    assert longest_run(np.zeros(5, dtype=bool)) == (0, 5)


def test_an_ellipsoid_has_its_volume_and_mass() -> None:
    nodule = Nodule(
        at_mm=30, angle_deg=70, depth=0.3, along_mm=2.0, radial_mm=0.7, across_mm=0.9,
        density_mgcc=800,
    )  # fmt: skip
    volume, mass = burden(tube(nodule), build_axis(STRAIGHT)).between(0, 60)
    expected = 4 / 3 * math.pi * 2.0 * 0.7 * 0.9
    assert volume == pytest.approx(expected, rel=0.01)
    assert mass == pytest.approx(expected * 0.8, rel=0.01)


def test_volume_in_a_bend_counts_the_longer_way_outside() -> None:
    """Pappus: a body off the axis is longer on the outside of a bend, shorter inside."""
    curved = Path(length_mm=60, wander_per_mm=0.05, wander_deg=0.0)
    inside = Nodule(at_mm=30, angle_deg=0, depth=0.6, along_mm=3, radial_mm=0.5, across_mm=0.5,
                    density_mgcc=800)  # fmt: skip
    outside = replace(inside, angle_deg=180)
    axis = build_axis(curved)
    volumes = [burden(tube(n, path=curved), axis).between(0, 60)[0] for n in (inside, outside)]
    body = 4 / 3 * math.pi * 3 * 0.25
    assert volumes[0] == pytest.approx(body * (1 - 0.05 * 1.2), rel=0.01)
    assert volumes[1] == pytest.approx(body * (1 + 0.05 * 1.2), rel=0.01)


@pytest.mark.parametrize("towards_deg", [0.0, 130.0])
def test_a_bend_turns_the_tangent_by_its_angle(towards_deg: float) -> None:
    path = Path(
        length_mm=60, bends=(Bend(at_mm=30, angle_deg=57, length_mm=12, towards_deg=towards_deg),)
    )
    found = lesion(tube(path=path))
    assert found["bend_deg"]["value"] == pytest.approx(57, abs=0.1)  # type: ignore[index]
    assert found["bend_deg"]["at_mm"] == pytest.approx(30, abs=1.6)  # type: ignore[index]


def test_a_bend_wider_than_the_window_counts_only_in_part() -> None:
    path = Path(length_mm=60, wander_per_mm=math.radians(2.0), wander_deg=0.0)
    found = lesion(tube(path=path))
    assert found["bend_deg"]["value"] == pytest.approx(30, abs=0.2)  # type: ignore[index]


def test_axes_are_arc_length_parametrised_and_twist_free() -> None:
    axis = build_axis(named("long-bent-calcified").vessels[0].path)
    steps = np.linalg.norm(np.diff(axis.points, axis=0), axis=1)
    assert steps == pytest.approx(0.05, rel=1e-3)
    assert np.einsum("nij,nkj->nik", axis.frame, axis.frame) == pytest.approx(
        np.broadcast_to(np.eye(3), axis.frame.shape), abs=1e-9
    )
    # No rotation of the normal about the tangent: dN/ds has no binormal part.
    drift = np.einsum("ni,ni->n", np.diff(axis.frame[:, 1], axis=0), axis.frame[:-1, 2])
    assert np.abs(drift).max() < 1e-3


def test_points_find_their_way_back_to_the_axis() -> None:
    axis = build_axis(named("long-bent-calcified").vessels[0].path)
    s = np.linspace(1, 70, 50)
    frame = axis.at(s, axis.frame)
    points = axis.at(s, axis.points) + 0.9 * frame[:, 1] - 1.1 * frame[:, 2]
    back = axis.locate(points, 4.0)
    assert back[0] == pytest.approx(s, abs=2e-3)
    assert back[1] == pytest.approx(np.full(50, 0.9), abs=2e-3)
    assert back[2] == pytest.approx(np.full(50, -1.1), abs=2e-3)


def test_entry_and_exit_of_a_cone_lie_where_the_lumen_is_half_a_millimetre() -> None:
    cone = Cap(tapered=True, length_mm=6.0)
    gap = Interruption(start_mm=20, end_mm=40, proximal=cone, distal=cone, lumen_hu_after=300)
    vessel = replace(tube(), interruptions=(gap,))
    full = 2 * float(lumen_radius(vessel, np.array([5.0]))[0])
    one = occlusions(vessel)[0]
    assert one.start_mm == pytest.approx(20 - 6 * 0.5 / full, abs=0.01)
    assert one.marks[0.16][0] == pytest.approx(20 - 6 * 0.16 / full, abs=0.01)
    assert one.marks[1.0][1] == pytest.approx(40 + 6 * 1.0 / full, abs=0.01)
    found = lesion(vessel)
    assert found["proximal_stump"]["call"] == "tapered"  # type: ignore[index]
    taper = found["proximal_stump"]["taper_mm"]["value"]  # type: ignore[index]
    assert taper == pytest.approx(6 * (1 - 0.16 / full), abs=0.01)


@pytest.mark.parametrize(
    ("gap_mm", "count", "islands", "groups"), [(4.9, 1, 1, 1), (5.1, 2, 0, 1), (20.1, 2, 0, 2)]
)
def test_islands_occlusions_and_lesions(
    gap_mm: float, count: int, islands: int, groups: int
) -> None:
    vessel = tube(gaps=((10, 18), (18 + gap_mm, 26 + gap_mm)))
    found = occlusions(vessel)
    assert len(found) == count
    assert sum(len(o.islands) for o in found) == islands
    assert len(lesions(found)) == groups


def test_a_channel_is_no_total_occlusion() -> None:
    gap = replace(tube().interruptions[0], channel_mm=0.3)
    found = lesion(replace(tube(), interruptions=(gap,)))
    assert found["occluded"] is False
    assert found["items"] is None


def test_the_running_mean_is_a_trapezoid_wholly_inside() -> None:
    s: Floats = np.arange(10, dtype=np.float64) * 0.5
    values = np.where(s == 2.0, 1.0, 0.0)
    mean, at = running_mean(values, s, 0.9, 3.1)
    assert at.tolist() == [1.5, 2.0, 2.5]
    assert mean.tolist() == [0.25, 0.5, 0.25]


def test_a_full_moon_fills_and_an_almost_full_one_does_not() -> None:
    moon = Moon(start_mm=24, end_mm=36, density_mgcc=700, fill=0.995)
    full = lesion(tube(moon))
    assert full["full_moon"] == {"present": True, "value": pytest.approx(0.995**2, abs=2e-3)}
    less = lesion(tube(replace(moon, fill=0.85, offset=0.1)))
    assert less["full_moon"] == {"present": False, "value": pytest.approx(0.85**2, abs=5e-3)}


def test_the_lumen_takes_precedence_over_calcium() -> None:
    table = station_table(tube(RING, gaps=(), wall_mm=0.3), build_axis(STRAIGHT))
    assert table["calcium_area_mm2"][60] == pytest.approx(math.pi * (1.9**2 - 1.7**2), rel=0.03)


def test_regions_add_up_to_the_lesion() -> None:
    found = lesion(tube(RING))
    parts = found["calcium_by_region"]
    thirds = ("proximal_third", "middle_third", "distal_third")
    total = sum(parts[t]["calcium_mass_mg"]["value"] for t in thirds)  # type: ignore[index]
    assert total == pytest.approx(found["calcium_mass_mg"]["value"])  # type: ignore[index]


@pytest.mark.parametrize("name", ["random:3", "random-hard:4", "oblique-branch", "open-vessel"])
def test_truth_is_json_with_the_names_of_a_result(name: str) -> None:
    spec = recipe(name)
    axes = build_axes(spec.vessels)
    truth, stations = describe(spec, axes, case_grid(spec, axes), seed=1)
    assert json.loads(json.dumps(truth, allow_nan=False)) == truth
    lengths = {len(column) for column in stations.values()}
    assert len(lengths) == 1
    assert {
        "arclength_mm",
        "lumen_area_mm2",
        "wall_area_mm2",
        "calcium_fraction",
    } <= stations.keys()
    for one in truth["vessels"]:
        for found in one["lesions"]:
            assert {"start_mm", "end_lps_mm", "length_mm", "bend_deg", "full_moon"} <= found.keys()


def test_every_name_has_a_recipe_and_an_unknown_one_has_none() -> None:
    assert [named(name).name for name in NAMES] == list(NAMES)
    with pytest.raises(KeyError):
        recipe("random:x")


def test_a_random_case_may_end_blocked() -> None:
    main = random_case(21277, quality="hard").vessels[0]
    assert main.interruptions[-1].end_mm > main.path.length_mm


def test_random_cases_differ_by_seed_and_repeat_by_seed() -> None:
    assert random_case(5, quality="standard") == random_case(5, quality="standard")
    assert random_case(5, quality="standard") != random_case(6, quality="standard")
