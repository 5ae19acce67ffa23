#!/usr/bin/env python3
"""Draw .readme/result.png from a fresh analysis of data/synthetic: draw_readme_picture.py [PNG].

Only what the analysis wrote is drawn: result.json, stations.tsv and sections.npz.
"""

import sys
from functools import partial
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.files.case_folder import record_of
from ctocalc.files.clinical import Given
from ctocalc.files.results import case_files
from ctocalc.report.figures import curves
from ctocalc.report.figures.along import mark_ends, shade
from ctocalc.report.figures.crossed import section
from ctocalc.report.figures.straight import straightened
from ctocalc.report.figures.style import ON_DARK, contour_key, sheet, styled
from ctocalc.report.figures.vessel import Drawn, measured_vessels
from ctocalc.scores.words import span

ROOT = Path(__file__).resolve().parents[1]
CASE, VESSEL = "blunt-calcified", "LAD"
SYSTEMS = ("jcto", "jcto_ct", "ct_rector", "kcct", "recharge_ct")  # the others stand in the files
ANSWERS = {"prior_attempt": "no", "duration_months": "6"}
SIDE_MM = 6.0  # of the sections before entry and after exit


def analysed() -> tuple[Drawn, list[dict[str, Any]]]:
    """Run the main job; return what its files tell of the vessel, and its scores."""
    source = ROOT / "data" / "synthetic" / CASE
    options = CaseOptions(
        series=source / "dicom",
        lines=(LineOption(path=source / "centerlines" / f"{VESSEL}.csv"),),
        case_id=CASE,
        answers=tuple(Given(name=name, text=text, vessel=None) for name, text in ANSWERS.items()),
    )
    case = record_of(case_files(analyze_case(options)))
    (vessel,) = case.result["vessels"]
    scores = [s for s in vessel["scores"] if s["lesion"] == 1 and s["system"] in SYSTEMS]
    return measured_vessels(case)[VESSEL], scores


def told(measured: dict[str, Any], digits: int, unit: str) -> str:
    """Return a value with its interval."""
    value, low, high = (f"{measured[key]:.{digits}f}" for key in ("value", "low", "high"))
    return f"{value}{unit} ({low} to {high})"


def words(lesion: dict[str, Any], scores: list[dict[str, Any]]) -> str:
    """Return the measures and the scores as lines."""
    stumps = (lesion[f"{end}_stump"]["call"] for end in ("proximal", "distal"))
    lines = [
        f"{VESSEL}, lesion 1: total occlusion",
        f"length            {told(lesion['length_mm'], 1, ' mm')}",
        f"calcium fraction  {told(lesion['max_calcium_fraction'], 2, '')}",
        f"calcium arc       {told(lesion['max_calcium_arc_deg'], 0, '°')}",
        f"bend              {told(lesion['bend_deg'], 0, '°')}",
        f"stumps            {' proximal, '.join(stumps)} distal",
        "",
        f"{'score':28}{'corrected':12}apparent",
    ]
    titles = dict.fromkeys(score["title"] for score in scores)
    for title in titles:
        by_basis = {s["basis"]: points(s) for s in scores if s["title"] == title}
        short = title.replace(" (CT-adapted)", "*").replace("Opolski 2015, stump at", "stump at")
        both = (by_basis["corrected"], by_basis.get("apparent", ""))
        lines.append(f"{short:28}{both[0]:12}{both[1]}".rstrip())
    return "\n".join([*lines, "* CT-adapted"])


def points(score: dict[str, Any]) -> str:
    """Return the best call and the interval that is left, as the command does."""
    return span(score["points"], score["points_low"], score["points_high"])


def draw(drawn: Drawn, scores: list[dict[str, Any]]) -> Figure:
    """Return the whole picture."""
    figure = sheet(f"{CASE} (synthetic), pulled straight; dashed: entry and exit", 118)
    grid = figure.add_gridspec(4, 4, height_ratios=[1, 1, 1, 2.1], width_ratios=[1, 1, 1, 1.75])
    top = figure.add_subplot(grid[0, :])
    straightened(top, drawn, 0)
    mark_ends(top, drawn)
    top.legend(handles=contour_key(drawn.contrast), loc="center left", bbox_to_anchor=(1.0, 0.5),
               **ON_DARK)  # fmt: skip
    for row, curve in ((1, curves.fraction), (2, curves.arc)):
        ax = figure.add_subplot(grid[row, :], sharex=top)
        curve(ax, drawn)
        shade(ax, drawn)
    ax.set(xlim=(drawn.along_mm[0], drawn.along_mm[-1]))
    ax.set_xlabel("arc length along the measured axis, mm")
    lesion = drawn.lesions[0]
    places = {
        "before entry": lesion["start_mm"] - SIDE_MM,
        "most calcium": lesion["max_calcium_fraction"]["at_mm"],
        "after exit": lesion["end_mm"] + SIDE_MM,
    }
    for column, (what, mm) in enumerate(places.items()):
        ax = figure.add_subplot(grid[3, column])
        section(ax, drawn, drawn.nearest(mm))
        ax.set_title(f"{what}, {mm:.1f} mm")
    text = figure.add_subplot(grid[3, 3])
    text.axis("off")
    text.text(0, 1, words(lesion, scores), family="DejaVu Sans Mono", fontsize=5.6, va="top")
    return figure


def main() -> int:
    """Analyse, draw, save."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".readme" / "result.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    picture = styled(partial(draw, *analysed()), "png")
    assert picture is not None
    target.write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main())
