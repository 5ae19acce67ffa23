"""The map of a C-arm's views, where a vessel along the patient's axis has it in closed form."""

import base64
import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from ctocalc._arrays import Array
from ctocalc.report.palette import colours
from ctocalc.report.verdict import further_rows
from ctocalc.report.vessel_view import vessel_view
from ctocalc.report.view_map import MOST, view_map_picture, view_words
from tests.report.drawn_case import drawn_case

LIMITS = {
    "view_lao_deg": 60.0, "view_rao_deg": 45.0, "view_cranial_deg": 45.0, "view_caudal_deg": 40.0,
}  # fmt: skip


def view(lao_rao_deg: float | None, cran_caud_deg: float | None) -> dict[str, Any]:
    return {
        "lao_rao_deg": lao_rao_deg, "cran_caud_deg": cran_caud_deg,
        "foreshortening": {"value": None if lao_rao_deg is None else 0.004},
    }  # fmt: skip


def upright() -> tuple[dict[str, Array], dict[str, Any]]:
    """Return the stations of a vessel from head to feet, and a lesion of it."""
    along = np.arange(0.0, 40.5, 0.5)
    stations = {
        "arclength_mm": along, "x_lps_mm": 0 * along, "y_lps_mm": 0 * along, "z_lps_mm": -along,
    }  # fmt: skip
    return stations, {
        "start_mm": 10.0, "end_mm": 30.0, "start_lps_mm": [0.0, 0.0, -10.0],
        "end_lps_mm": [0.0, 0.0, -30.0],
        "optimal_view": {
            "single": view(-27.0, 12.0), "biplane_first": view(0.0, 0.0),
            "biplane_second": view(None, None),
        },
    }  # fmt: skip


def test_the_colours_are_those_of_one_minus_the_cosine_of_the_tilt() -> None:
    found = view_map_picture(*upright(), LIMITS)
    assert found is not None
    data = base64.b64decode(found.picture.split(",")[1])
    pixels = np.asarray(Image.open(io.BytesIO(data)))
    assert pixels.shape == (86, 106, 3)
    assert (found.x, found.y, found.width, found.height) == (-45.5, -45.5, 106.0, 86.0)
    tilt = np.radians(np.arange(45.0, -41.0, -1.0))  # cranial on top
    expected = colours((1 - (1 - np.cos(tilt)) / MOST)[:, None])
    assert np.abs(pixels.astype(int) - expected).max() <= 1


def test_marks_lie_at_the_views_of_the_result() -> None:
    found = view_map_picture(*upright(), LIMITS)
    assert found is not None
    assert [(best.sign, best.x, best.y) for best in found.best] == [("★", -27.0, -12.0),
                                                                    ("●", 0.0, 0.0)]  # fmt: skip
    assert found.best[0].words == "RAO 27°, cranial 12°"
    assert found.best[0].share == "0.4 % foreshortened"


def test_without_a_view_there_is_no_map() -> None:
    stations, lesion = upright()
    for views in ({"single": view(None, None)}, {}, None):
        assert view_map_picture(stations, lesion | {"optimal_view": views}, LIMITS) is None


@pytest.mark.parametrize(("angles", "words"), [
    ((0.0, 0.0), "AP, 0°"), ((30.0, -20.0), "LAO 30°, caudal 20°"), ((-5.0, 0.0), "RAO 5°, 0°"),
])  # fmt: skip
def test_words_of_a_view(angles: tuple[float, float], words: str) -> None:
    assert view_words(*angles) == words


def test_the_extent_tells_the_islands(tmp_path: Any) -> None:
    case = drawn_case(tmp_path)
    seen, _ = vessel_view(case, 0)
    lesion = case.result["vessels"][0]["lesions"][0]
    assert lesion["occlusions"][0]["islands"]
    assert seen.lesions[0].extent.endswith("an island of contrast from 15.0 to 17.0 mm")
    assert all("view" not in row.label for row in further_rows(lesion))
