"""The optimal view of every committed phantom, seen along its true course."""

import csv
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.geometry.views import foreshortening, towards_detector
from ctocalc.lesion.lesion import View
from ctocalc.lesion.measures import LesionSettings
from ctocalc.lesion.view import GRID_DEG, view_map
from ctocalc.phantom.cases import NAMES
from ctocalc.study.result import CaseResult

ROOT = Path(__file__).resolve().parents[2] / "data" / "synthetic"


def true_courses(name: str) -> Iterator[tuple[str, int, Floats]]:
    """Yield vessel, number and true course (M, 3) of every true lesion of a case."""
    truth = json.loads((ROOT / name / "truth.json").read_text(encoding="utf-8"))
    with (ROOT / name / "stations.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for vessel in truth["vessels"]:
        for lesion in vessel["lesions"]:
            inside = [
                [float(row[f"{axis}_lps_mm"]) for axis in "xyz"]
                for row in rows
                if row["vessel"] == vessel["vessel"]
                and lesion["start_mm"] < float(row["arclength_mm"]) < lesion["end_mm"]
            ]
            ends = lesion["start_lps_mm"], lesion["end_lps_mm"]
            yield vessel["vessel"], lesion["lesion"], np.array([ends[0], *inside, ends[1]])


def told(view: View) -> dict[str, Any]:
    share = view.foreshortening
    assert None not in (view.lao_rao_deg, view.cran_caud_deg, share.low, share.high)
    beam = towards_detector(view.lao_rao_deg or 0.0, view.cran_caud_deg or 0.0)
    return {"beam": beam, "low": share.low, "value": share.value, "high": share.high}


@pytest.mark.slow
def test_views_foreshorten_the_true_course_as_told_and_hardly_more_than_the_best(
    analysed: Callable[[str], CaseResult],
) -> None:
    held, count = 0, 0
    for name in NAMES:
        found = {v.vessel: v.lesions for v in analysed(name).vessels}
        for vessel, number, course in true_courses(name):
            if not found[vessel]:
                continue  # without contrast no lesion is seen
            views = found[vessel][number - 1].optimal_view
            least = view_map(course, LesionSettings(), GRID_DEG).foreshortening.min()
            assert foreshortening(course, told(views.single)["beam"]) < least + 0.005, name
            for view in (views.single, views.biplane_first, views.biplane_second):
                t = told(view)
                true = foreshortening(course, t["beam"])
                held += bool(t["low"] - 0.002 <= true <= t["high"] + 0.002)
                count += 1
    assert count >= 36
    assert held >= 0.95 * count
