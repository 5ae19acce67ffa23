"""What is drawn equals the values: read back from the figures' own artists."""

from collections.abc import Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ctocalc._arrays import Array, Floats
from ctocalc.files.case_folder import record_of
from ctocalc.files.results import case_files
from ctocalc.report.figures.along import along
from ctocalc.report.figures.case import _figures, case_figures
from ctocalc.report.figures.crossed import calcified_sections, sections
from ctocalc.report.figures.straight import edges, longitudinal
from ctocalc.report.figures.vessel import Drawn, measured_vessels
from ctocalc.report.figures.view import on_monitor, views
from ctocalc.study.record import CaseRecord
from tests.case_results import case_result

ANGLES, PIXELS, N = 48, 41, 81
S = np.arange(N) * 0.5
OFFSET = np.linspace(-4, 4, PIXELS)


@pytest.fixture(scope="module")
def case() -> CaseRecord:
    return record_of(case_files(case_result()))


def images(calcium: Floats) -> dict[str, Array]:
    """A vessel of 2 mm radius, brighter towards 12 o'clock, with ``calcium`` (P, P) everywhere."""
    binormal, normal = np.meshgrid(OFFSET, OFFSET, indexing="ij")
    hu = np.tile(100.0 * normal + binormal, (N, 1, 1))
    unit = np.tile(np.eye(3)[:, None, :], (1, N, 1))
    return {
        "hu": hu.astype(np.int16), "offset_mm": OFFSET.astype(np.float32),
        "calcium": np.tile(np.rint(255 * calcium).astype(np.uint8), (N, 1, 1)),
        "lumen_radius_mm": np.full((N, ANGLES), np.nan), "lumen_confidence": np.zeros(N),
        "wall_radius_mm": np.tile(2.0 + np.arange(ANGLES) / 100, (N, 1)),
        "wall_confidence": np.ones(N), "arclength_mm": S,
        "origin_lps_mm": np.stack([0 * S, 0 * S, S], axis=1),
        "tangent": unit[2], "normal": unit[0], "binormal": unit[1],
    }  # fmt: skip


def drawn(case: CaseRecord, calcium: Floats, **columns: Floats) -> Drawn:
    one = measured_vessels(case)["LAD"]
    table: dict[str, Array] = {name: np.full(N, np.nan) for name in one.stations}
    table |= {"arclength_mm": S, "x_lps_mm": 0 * S, "y_lps_mm": 0 * S, "z_lps_mm": S, **columns}
    return replace(one, stations=table, images=images(calcium))


def wedge(towards: str) -> Floats:
    """A quarter of a ring between 1 and 1.5 mm about one direction, as pixels (P, P)."""
    binormal, normal = np.meshgrid(OFFSET, OFFSET, indexing="ij")
    radius = np.hypot(binormal, normal)
    turn = np.degrees(np.arctan2(binormal, normal)) - {"12": 0, "3": 90}[towards]
    return np.asarray((radius > 1.0) & (radius < 1.5) & (np.abs(turn) < 45), dtype=np.float64)


def lines(ax: Axes) -> dict[str, tuple[Array, Array]]:
    return {
        str(line.get_label()): (np.asarray(line.get_xdata()), np.asarray(line.get_ydata()))
        for line in ax.lines
    }


def panel(figure: Figure, label: str) -> Axes:
    (ax,) = (ax for ax in figure.axes if ax.get_ylabel().startswith(label))
    return ax


def words(figure: Figure) -> str:
    texts = [t.get_text() for ax in figure.axes for t in ax.texts]
    titles = [ax.get_title() for ax in figure.axes]
    return "\n".join([*texts, *titles])


def test_curves_are_the_columns_of_the_table(case: CaseRecord) -> None:
    figure = along(measured_vessels(case)["LAD"])
    table = case.stations["LAD"]
    for label, names in {
        "calcium\nfraction": {"corrected": "calcium_fraction",
                              "apparent": "calcium_fraction_apparent"},
        "calcium arc": {"all arcs": "calcium_arc_deg", "largest one": "calcium_arc_largest_deg"},
        "area": {"wall": "wall_area_mm2", "lumen": "lumen_area_mm2",
                 "calcium": "calcium_area_mm2"},
        "contrast": {"lumen": "lumen_hu"},
    }.items():  # fmt: skip
        found = lines(panel(figure, label))
        for name, column in names.items():
            assert found[name][0] == pytest.approx(table["arclength_mm"])
            assert found[name][1] == pytest.approx(table[column], nan_ok=True)


def test_thresholds_band_and_ends_stand_where_the_result_says(case: CaseRecord) -> None:
    figure = along(measured_vessels(case)["LAD"])
    levels = {
        label: [y[0] for x, y in lines(panel(figure, label)).values() if list(x) == [0, 1]]
        for label in ("calcium\nfraction", "calcium arc", "contrast")
    }
    assert levels == {"calcium\nfraction": [0.5], "calcium arc": [180.0], "contrast": [400.0]}
    (lesion,) = case.result["vessels"][0]["lesions"]
    for label in ("area", "contrast"):
        spans = [p.get_extents() for patch in panel(figure, label).patches
                 for p in [patch.get_path().transformed(patch.get_patch_transform())]]  # fmt: skip
        assert [(box.x0, box.x1) for box in spans] == [(lesion["start_mm"], lesion["end_mm"])]
    marks = [x[0] for x, y in lines(panel(figure, "12 to 6")).values() if list(y) == [0, 1]]
    assert lesion["end_mm"] in marks and "lesion 1" in words(figure)


def test_cuts_lie_along_their_hours(case: CaseRecord) -> None:
    one = drawn(case, wedge("12"))
    assert one.hu[0, -1, 20] == 400  # upwards: normal
    assert one.hu[0, 20, -1] == 4  # to the right: binormal
    assert longitudinal(one.hu, 0)[5] == pytest.approx(np.rint(100 * OFFSET), abs=1)
    assert longitudinal(one.hu, 3)[5] == pytest.approx(np.trunc(OFFSET), abs=1e-9)
    assert longitudinal(one.hu, 6)[5] == pytest.approx(longitudinal(one.hu, 0)[5][::-1])
    at_3, at_9 = edges(one.radius_mm("wall"), 3)
    assert (at_3[0], at_9[0]) == pytest.approx((2.12, 2.36))
    image = panel(along(one), "12 to 6").images[0]
    assert np.asarray(image.get_array())[:, 7] == pytest.approx(one.hu[7, :, 20])
    assert tuple(image.get_extent()) == pytest.approx((-0.25, 40.25, -4.1, 4.1))


@pytest.mark.parametrize(("towards", "ray"), [("12", 0), ("3", 30)])
def test_calcium_has_the_same_hour_in_section_map_and_dial(
    case: CaseRecord, towards: str, ray: int
) -> None:
    one = drawn(case, wedge(towards), calcium_fraction=np.full(N, 0.2),
                calcium_arc_deg=np.full(N, 90.0))  # fmt: skip
    thick = one.calcium_on_rays[10]
    assert thick[ray] == pytest.approx(0.5, abs=0.1)
    counted = np.flatnonzero(thick >= 0.1)
    assert len(counted) * 3.0 == pytest.approx(90.0, abs=20.0)
    away = (counted - ray + 60) % 120 - 60
    assert abs(away.mean()) < 2
    (image,) = panel(along(one), "calcium\no'clock").images
    shown = np.asarray(image.get_array())
    assert shown[ray, 10] == pytest.approx(thick[ray]) and shown[(ray + 60) % 120, 10] == 0
    row, column = np.argwhere(one.calcium[10] > 0.5).mean(axis=0) - 20
    assert (row > 5, column > 5) == (towards == "12", towards == "3")
    figure = calcified_sections(one)
    assert figure is not None
    (dial,) = (ax for ax in figure.axes if ax.name == "polar")
    bars = [patch for patch in dial.patches if hasattr(patch, "get_height")]
    assert len(bars) == len(counted)
    assert max(bar.get_height() for bar in bars) == pytest.approx(thick.max())
    assert "90°" in words(figure) and "0.0 mm" in words(figure)


def test_the_sections_of_a_lesion_are_the_telling_ones(case: CaseRecord) -> None:
    one = drawn(case, wedge("12"))
    figure = sections(one, one.lesions[0])
    titles = [ax.get_title() for ax in figure.axes if ax.get_title()]
    assert titles == [
        "entry, 10.0 mm", "largest fraction,\nlargest arc, 12.5 mm", "exit, 30.1 mm"
    ]  # fmt: skip
    arc_first = one.lesions[0] | {"max_calcium_arc_deg": {"value": 90.0, "at_mm": 11.0}}
    titles = [ax.get_title() for ax in sections(one, arc_first).axes if ax.get_title()]
    assert titles[1:3] == ["largest arc, 11.0 mm", "largest fraction, 12.5 mm"]
    assert figure.get_suptitle() == "case-1  LAD  lesion 1"


def test_views_show_their_angles_and_the_whole_map(case: CaseRecord) -> None:
    one = measured_vessels(case)["LAD"]
    figure = views(one, one.lesions[0])
    assert "RAO 30°, cranial 25°\n2.0 % foreshortened" in words(figure)
    assert "LAO 50°, cranial 20°\n8.0 % foreshortened" in words(figure)
    (image,) = panel(figure, "caudal").images
    assert np.asarray(image.get_array()).shape == (86, 106)
    found = (line.get_xydata() for line in panel(figure, "caudal").lines)
    marks = {tuple(np.asarray(points)[0]) for points in found if len(np.asarray(points)) == 1}
    assert marks == {(-30.0, 25.0), (-30.0, 0.0), (50.0, 20.0)}


@pytest.mark.parametrize(
    ("angles", "right", "up"),
    [
        ((0, 0), (1, 0, 0), (0, 0, 1)),  # AP: the patient's left on the right, his head above
        ((90, 0), (0, 1, 0), (0, 0, 1)),  # from his left: the back on the right
        ((-90, 0), (0, -1, 0), (0, 0, 1)),
        ((0, 90), (1, 0, 0), (0, 1, 0)),  # from the head: the back above
    ],
)
def test_the_monitor_shows_the_patient_as_seen_from_the_detector(
    angles: tuple[float, float], right: tuple[float, ...], up: tuple[float, ...]
) -> None:
    shown = on_monitor(np.array([right, up], dtype=float), *angles)
    assert shown == pytest.approx(np.eye(2), abs=1e-12)


def without(table: Mapping[str, Array], *columns: str) -> dict[str, Array]:
    return {n: np.full(len(c), np.nan) if n in columns else c for n, c in table.items()}


def test_what_cannot_be_told_is_said_and_a_refused_vessel_is_not_drawn(case: CaseRecord) -> None:
    names = sorted(case_figures(case))
    assert [n for n in names if "LCX" in n] == []
    assert [n for n in names if "RCA" in n and "view" in n] == []
    assert "figures/LAD_lesion1_views.png" in names
    lad = measured_vessels(case)["LAD"]
    dark = replace(lad, stations=without(lad.stations, "lumen_area_mm2", "lumen_hu"), lesions=())
    said = words(along(dark))
    assert "no contrast: lumen and occlusions cannot be told" in said and "cannot be told" in said
    bare = drawn(case, np.zeros((PIXELS, PIXELS)), calcium_fraction=np.zeros(N))
    assert "no calcium found" in words(along(bare))
    assert calcified_sections(replace(bare, lesions=())) is None
    lost = {**bare.images, "wall_radius_mm": np.full((N, ANGLES), np.nan)}
    blind = along(replace(bare, images=lost))
    assert "no calcium found" not in words(blind) and "cannot be told" in words(blind)
    lost["wall_radius_mm"] = np.where(S[:, None] < 20, 2.0, lost["wall_radius_mm"])
    (half,) = panel(along(replace(bare, images=lost)), "calcium\no'clock").images
    assert np.isnan(np.asarray(half.get_array(), float)[0]).tolist() == (S >= 20).tolist()


def test_no_two_figures_share_a_name() -> None:
    vessels = {"LAD": 2, "LAD_lesion1": 0, "LAD_lesion1_lesion2": 1, "LAD_lesion2_sections": 0}
    made = {
        name: SimpleNamespace(lesions=tuple({"lesion": n + 1} for n in range(count)))
        for name, count in vessels.items()
    }
    drawn = [name for vessel, one in made.items() for name, _ in _figures(vessel, cast(Drawn, one))]
    assert len(set(drawn)) == len(drawn) == sum(1 + (2 * n or 1) for n in vessels.values())
    assert drawn[:3] == ["LAD_along", "LAD_lesion1_sections", "LAD_lesion1_views"]


def test_a_lesion_without_a_view_says_so(case: CaseRecord) -> None:
    lad = measured_vessels(case)["LAD"]
    blind: dict[str, Any] = {"lao_rao_deg": None, "cran_caud_deg": None}
    lesion = dict(lad.lesions[0])
    lesion["optimal_view"] = dict.fromkeys(("single", "biplane_first", "biplane_second"), blind)
    assert words(views(lad, lesion)).count("cannot be told") == 3
