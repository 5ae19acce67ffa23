#!/usr/bin/env python3
"""Draw .readme/result.png from a fresh analysis of data/synthetic: draw_readme_picture.py [PNG].

Only what the analysis wrote is drawn: result.json, stations.tsv and sections.npz.
"""

import csv
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ctocalc.batch.job import analyze_case
from ctocalc.batch.options import CaseOptions, LineOption
from ctocalc.files.clinical import Given
from ctocalc.files.results import write_case
from ctocalc.scores.words import span

ROOT = Path(__file__).resolve().parents[1]
CASE, VESSEL = "blunt-calcified", "LAD"
SYSTEMS = ("jcto", "jcto_ct", "ct_rector", "kcct", "recharge_ct")  # the others stand in the files
ANSWERS = {"prior_attempt": "no", "duration_months": "6"}
GREY: dict[str, Any] = {
    "cmap": "gray", "vmin": -250, "vmax": 850, "origin": "lower", "interpolation": "bilinear",
}  # fmt: skip
WALL, LUMEN, CALCIUM, BAND = "#ff9f1c", "#2ec4ff", "#ff4f9a", "#8a8f98"
SIDE_MM = 6.0  # of the sections before entry and after exit
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """What the files of a case say about one vessel and its first lesion."""

    lesion: dict[str, Any]
    scores: list[dict[str, Any]]
    stations: dict[str, Floats]
    images: dict[str, Floats]

    @property
    def along_mm(self) -> Floats:
        """Arc length of every station."""
        return self.images["arclength_mm"]


def analysed(folder: Path) -> Drawn:
    """Run the main job and read back what it wrote."""
    source = ROOT / "data" / "synthetic" / CASE
    options = CaseOptions(
        series=source / "dicom",
        lines=(LineOption(path=source / "centerlines" / f"{VESSEL}.csv"),),
        case_id=CASE,
        answers=tuple(Given(name=name, text=text, vessel=None) for name, text in ANSWERS.items()),
    )
    case = write_case(analyze_case(options), folder)
    (vessel,) = json.loads((case / "result.json").read_text(encoding="utf-8"))["vessels"]
    with (case / "stations.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    wanted = ("calcium_fraction", "calcium_arc_deg")
    with np.load(case / "sections.npz") as arrays:
        images = {name.split("/")[1]: arrays[name].astype(float) for name in arrays}
    return Drawn(
        lesion=vessel["lesions"][0],
        scores=[s for s in vessel["scores"] if s["lesion"] == 1 and s["system"] in SYSTEMS],
        stations={name: np.array([float(r[name] or "nan") for r in rows]) for name in wanted},
        images=images,
    )


def places(drawn: Drawn) -> dict[str, int]:
    """Return the stations of the three cross-sections, by letter."""
    lesion = drawn.lesion
    wanted = (
        lesion["start_mm"] - SIDE_MM,
        lesion["max_calcium_fraction"]["at_mm"],
        lesion["end_mm"] + SIDE_MM,
    )
    return {
        letter: int(np.abs(drawn.along_mm - mm).argmin())
        for letter, mm in zip("ABC", wanted, strict=True)
    }


def straightened(ax: Axes, drawn: Drawn) -> None:
    """Draw the vessel pulled straight, cut along the clock's 12 and 6."""
    images, along = drawn.images, drawn.along_mm
    offset, middle = images["offset_mm"], len(images["offset_mm"]) // 2
    cut = images["hu"][:, :, middle].T
    half_mm, half_px = (along[1] - along[0]) / 2, (offset[1] - offset[0]) / 2
    box = (along[0] - half_mm, along[-1] + half_mm, offset[0] - half_px, offset[-1] + half_px)
    ax.imshow(cut, extent=box, aspect="equal", **GREY)
    opposite = images["wall_radius_mm"].shape[1] // 2
    for kind, color in (("wall", WALL), ("lumen", LUMEN)):
        radius = np.where(images[f"{kind}_radius_mm"] > 0, images[f"{kind}_radius_mm"], np.nan)
        ax.plot(along, radius[:, 0], color=color, lw=1)
        ax.plot(along, -radius[:, opposite], color=color, lw=1)
    share = images["calcium"][:, :, middle].T / 255
    ax.contour(along, offset, share, levels=[0.5], colors=CALCIUM, linewidths=1)
    ax.set(ylim=(-3.5, 3.5), yticks=[-2, 0, 2], ylabel="mm")
    ax.tick_params(labelbottom=False)


def section(ax: Axes, drawn: Drawn, station: int, title: str) -> None:
    """Draw one cross-section as seen from proximal: 12 o'clock up, the clock runs clockwise."""
    images = drawn.images
    offset = images["offset_mm"]
    half = (offset[1] - offset[0]) / 2
    box = (offset[0] - half, offset[-1] + half) * 2
    ax.imshow(images["hu"][station], extent=box, **GREY)
    for kind, color in (("wall", WALL), ("lumen", LUMEN)):
        radius = images[f"{kind}_radius_mm"][station]
        if (radius > 0).all():
            angle = np.linspace(0, 2 * np.pi, len(radius) + 1)
            closed = np.append(radius, radius[0])
            ax.plot(closed * np.sin(angle), closed * np.cos(angle), color=color, lw=1.3)
    share = images["calcium"][station] / 255
    if share.max() > 0.5:
        ax.contour(offset, offset, share, levels=[0.5], colors=CALCIUM, linewidths=1.3)
    ax.set(xticks=[], yticks=[], xlim=(-3.2, 3.2), ylim=(-3.2, 3.2))
    ax.set_title(title, fontsize=8, pad=3)


def curves(ax: Axes, drawn: Drawn) -> None:
    """Draw calcium fraction and arc along the vessel."""
    ax.fill_between(drawn.along_mm, drawn.stations["calcium_fraction"], color=CALCIUM, alpha=0.25)
    ax.plot(drawn.along_mm, drawn.stations["calcium_fraction"], color=CALCIUM, lw=1.3)
    ax.axhline(0.5, color=CALCIUM, lw=0.8, ls=":")
    ax.set(ylim=(0, 1), xlabel="arc length from the start of the line, mm")
    ax.set_ylabel("calcium fraction", color=CALCIUM)
    arc = ax.twinx()
    arc.plot(drawn.along_mm, drawn.stations["calcium_arc_deg"], color="#3d5a80", lw=1.1)
    arc.set(ylim=(0, 360), yticks=[0, 90, 180, 270, 360])
    arc.set_ylabel("calcium arc, degrees", color="#3d5a80")


def told(measured: dict[str, Any], digits: int, unit: str) -> str:
    """Return a value with its interval."""
    value, low, high = (f"{measured[key]:.{digits}f}" for key in ("value", "low", "high"))
    return f"{value}{unit} ({low} to {high})"


def words(drawn: Drawn) -> str:
    """Return the measures and the scores as lines."""
    lesion = drawn.lesion
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
    titles = dict.fromkeys(score["title"] for score in drawn.scores)
    for title in titles:
        by_basis = {s["basis"]: points(s) for s in drawn.scores if s["title"] == title}
        short = title.replace(" (CT-adapted)", "*").replace("Opolski 2015, stump at", "stump at")
        both = (by_basis["corrected"], by_basis.get("apparent", ""))
        lines.append(f"{short:28}{both[0]:12}{both[1]}".rstrip())
    return "\n".join([*lines, "* CT-adapted"])


def points(score: dict[str, Any]) -> str:
    """Return the best call and the interval that is left, as the command does."""
    return span(score["points"], score["points_low"], score["points_high"])


def draw(drawn: Drawn) -> Figure:
    """Return the whole picture."""
    mpl.rcParams.update({"font.size": 8, "axes.linewidth": 0.6, "font.family": "DejaVu Sans"})
    figure = Figure(figsize=(9.2, 5.6), dpi=150, layout="constrained")
    grid = figure.add_gridspec(3, 4, height_ratios=[1.15, 1.4, 2], width_ratios=[1, 1, 1, 1.75])
    top = figure.add_subplot(grid[0, :])
    straightened(top, drawn)
    middle = figure.add_subplot(grid[1, :], sharex=top)
    curves(middle, drawn)
    lesion, stations = drawn.lesion, places(drawn)
    for ax in (top, middle):
        for mm in (lesion["start_mm"], lesion["end_mm"]):
            ax.axvline(mm, color=BAND, lw=1, ls="--")
        for station in stations.values():
            ax.axvline(drawn.along_mm[station], color="white" if ax is top else "#cccccc", lw=0.6)
    middle.axvspan(lesion["start_mm"], lesion["end_mm"], color=BAND, alpha=0.15, lw=0)
    for letter, station in stations.items():
        top.text(drawn.along_mm[station] + 0.3, 2.4, letter, color="white", fontsize=9)
    titles = ("before entry", "most calcium", "after exit")
    for column, (letter, what) in enumerate(zip(stations, titles, strict=True)):
        mm = drawn.along_mm[stations[letter]]
        ax = figure.add_subplot(grid[2, column])
        section(ax, drawn, stations[letter], f"{letter}  {what}, {mm:.1f} mm")
    text = figure.add_subplot(grid[2, 3])
    text.axis("off")
    text.text(0, 1, words(drawn), family="DejaVu Sans Mono", fontsize=6.6, va="top")
    top.set_title(
        f"{CASE} (synthetic), pulled straight, cut from 12 to 6 o'clock; dashed: entry and exit",
        fontsize=9,
    )
    keys = [Line2D([], [], color=c, label=n) for n, c in
            {"outer wall": WALL, "lumen": LUMEN, "calcium": CALCIUM}.items()]  # fmt: skip
    top.legend(handles=keys, loc="lower right", ncols=3, fontsize=7, framealpha=0.8)
    return figure


def main() -> int:
    """Analyse, draw, save."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".readme" / "result.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        figure = draw(analysed(Path(folder)))
    figure.savefig(target, metadata={"Software": None})
    return 0


if __name__ == "__main__":
    sys.exit(main())
