"""The views of a C-arm: what each foreshortens of a lesion, and what the best ones show."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ctocalc._arrays import Floats
from ctocalc.lesion.view import GRID_DEG, view_map
from ctocalc.report.figures.style import INK, RULE, SCALE, sheet
from ctocalc.report.figures.vessel import Drawn, Json
from ctocalc.report.view_map import MOST, course, lesion_settings, view_words

HEIGHT_MM = 65.0
PERCENT = (5, 10, 20, 30, 50)
WORDS = {
    "single": "best view ★", "biplane_first": "biplane, first ●",
    "biplane_second": "biplane, second ■",
}  # fmt: skip
MARKS = {"single": "*", "biplane_first": "o", "biplane_second": "s"}
SCALE_MM = 10.0


def views(vessel: Drawn, lesion: Json) -> Figure:
    """Return the map of foreshortening over all views, and the course as three views show it.

    Geometry only: neither breathing and beat nor other vessels in the beam are considered.
    """
    figure = sheet(f"{vessel.title}  lesion {lesion['lesion']}", HEIGHT_MM)
    grid = figure.add_gridspec(1, 4, width_ratios=[1.9, 1, 1, 1])
    foreshortening_map(figure.add_subplot(grid[0]), vessel, lesion)
    panels = [figure.add_subplot(grid[column]) for column in (1, 2, 3)]
    for ax, name in zip(panels, WORDS, strict=True):
        projected(ax, vessel, lesion, name)
    figure.legend(handles=_course_key(), loc="outside lower right", ncols=3)
    return figure


def _course_key() -> list[Line2D]:
    return [
        Line2D([], [], color=INK, lw=3.0, label="lesion"),
        Line2D([], [], color=RULE, lw=1.5, label="vessel"),
        Line2D([], [], marker="o", mfc="white", mec=INK, ms=4, ls="", label="start of the line"),
    ]


def foreshortening_map(ax: Axes, vessel: Drawn, lesion: Json) -> None:
    """Draw the foreshortening of a lesion over all views within the limits of the settings."""
    found = view_map(
        course(vessel.stations, lesion), lesion_settings(vessel.lesion_settings), GRID_DEG
    )
    across, along = found.lao_rao_deg, found.cran_caud_deg
    percent = 100.0 * found.foreshortening.T
    half = GRID_DEG / 2
    box = (across[0] - half, across[-1] + half, along[0] - half, along[-1] + half)
    image = ax.imshow(percent, extent=box, origin="lower", aspect="auto", cmap=SCALE.reversed(),
                      vmin=0, vmax=100 * MOST)  # fmt: skip
    lines = ax.contour(across, along, percent, levels=PERCENT, colors=INK, linewidths=0.5)
    ax.clabel(lines, fmt="%d %%", fontsize=6)
    for name, marker in MARKS.items():
        view = lesion["optimal_view"][name]
        if view["lao_rao_deg"] is not None:
            ax.plot(view["lao_rao_deg"], view["cran_caud_deg"], marker, color="black", mec="white",
                    ms=9 if marker == "*" else 6, mew=0.7, clip_on=False)  # fmt: skip
    ticks = range(-90, 91, 15)
    ax.set_xticks(ticks, labels=[str(abs(t)) for t in ticks])
    ax.set_yticks(ticks, labels=[str(abs(t)) for t in ticks])
    ax.set(xlim=box[:2], ylim=box[2:], xlabel="RAO  ←  degrees  →  LAO")
    ax.set_ylabel("caudal  ←  degrees  →  cranial")
    bar = ax.figure.colorbar(image, ax=ax, shrink=0.8, aspect=18, pad=0.02, extend="max")
    bar.set_label("foreshortening, %")


def projected(ax: Axes, vessel: Drawn, lesion: Json, name: str) -> None:
    """Draw the vessel as one view shows it, as at the monitor: AP has the patient's left right.

    Lesion thick; a ring where the line begins.  All views have the same scale.
    """
    view = lesion["optimal_view"][name]
    ax.set_axis_off()
    if view["lao_rao_deg"] is None:
        words = f"{WORDS[name]}\ncannot be told"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center")
        return
    angles = view["lao_rao_deg"], view["cran_caud_deg"]
    line = np.stack([vessel.stations[f"{axis}_lps_mm"] for axis in "xyz"], axis=1)
    middle = (line.max(axis=0) + line.min(axis=0)) / 2
    reach = float(np.linalg.norm(line - middle, axis=1).max()) * 1.05
    for points, color, width in (
        (line, RULE, 1.5),
        (course(vessel.stations, lesion), INK, 3.0),
    ):
        right, up = on_monitor(points - middle, *angles).T
        ax.plot(right, up, color=color, lw=width, solid_capstyle="butt")
    right, up = on_monitor(line[:1] - middle, *angles).T
    ax.plot(right, up, "o", mfc="white", mec=INK, ms=4)
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    ax.plot([-reach, SCALE_MM - reach], [-reach, -reach], color=INK, lw=1.5)
    ax.text(SCALE_MM / 2 - reach, 0.03 * reach - reach, f"{SCALE_MM:.0f} mm", ha="center",
            va="bottom")  # fmt: skip
    share = 100.0 * view["foreshortening"]["value"]
    ax.set_title(f"{WORDS[name]}\n{view_words(*angles)}\n{share:.1f} % foreshortened")


def on_monitor(points_lps_mm: Floats, lao_rao_deg: float, cran_caud_deg: float) -> Floats:
    """Return points (M, 2) to the right and up on the monitor of a view, seen from the detector."""
    a, b = np.radians([lao_rao_deg, cran_caud_deg])
    right = np.array([np.cos(a), np.sin(a), 0.0])
    up = np.array([-np.sin(a) * np.sin(b), np.cos(a) * np.sin(b), np.cos(b)])
    return np.asarray(points_lps_mm @ np.stack([right, up], axis=1))
