"""Cross-sections where they tell most, with contours, and the calcium of each on the clock."""

from collections.abc import Iterator

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.projections.polar import PolarAxes

from ctocalc._arrays import Floats
from ctocalc.report.figures.style import (
    BAND,
    CALCIUM,
    CONTOURS,
    INK,
    ON_DARK,
    RULE,
    WIDTH_MM,
    WINDOW_HU,
    contour_key,
    sheet,
)
from ctocalc.report.figures.vessel import LEAST_MM, Drawn, Json
from ctocalc.report.palette import ON_IMAGE

MOST_PLACES = 4
HEIGHT_MM = 92.0
SCALE_MM = 2.0
HOLE_MM, RING_MM = 1.5, 2.0  # of the dial: its hole, and the thickness that it has room for


def sections(vessel: Drawn, lesion: Json) -> Figure:
    """Return the telling sections of a lesion: entry, largest fraction, largest arc, exit.

    Proximal on the left; one section stands for all that it shows.  Seen from proximal, 12 o'clock
    up, the clock runs clockwise.  Below each its calcium: how thick it is at every hour, the arc in
    the middle.
    """
    return _figure(f"{vessel.title}  lesion {lesion['lesion']}", vessel, list(_telling(lesion)))


def calcified_sections(vessel: Drawn) -> Figure | None:
    """Return the most calcified sections of a vessel without a lesion; None without calcium."""
    columns = {"calcium_fraction": "largest fraction", "calcium_arc_deg": "largest arc"}
    s = vessel.stations["arclength_mm"]
    found = {name: np.nan_to_num(vessel.stations[name]) for name in columns}
    places = [
        (words, float(s[int(found[name].argmax())]))
        for name, words in columns.items()
        if found[name].any()
    ]
    return _figure(vessel.title, vessel, places) if places else None


def _telling(lesion: Json) -> Iterator[tuple[str, float]]:
    yield "entry", lesion["start_mm"]
    for name, words in (
        ("max_calcium_fraction", "largest fraction"), ("max_calcium_arc_deg", "largest arc")
    ):  # fmt: skip
        found = lesion[name]
        if found["value"] and found.get("at_mm") is not None:
            yield words, found["at_mm"]
    yield "exit", lesion["end_mm"]


def _shown(vessel: Drawn, places: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return every section once, proximal first, with all that it shows."""
    found: dict[int, list[tuple[str, float]]] = {}
    for words, at_mm in sorted(places, key=lambda place: place[1]):
        found.setdefault(vessel.nearest(at_mm), []).append((words, at_mm))
    return [(",\n".join(words for words, _ in same), same[0][1]) for same in found.values()]


def _figure(title: str, vessel: Drawn, telling: list[tuple[str, float]]) -> Figure:
    places = _shown(vessel, telling)
    figure = sheet(title, HEIGHT_MM, WIDTH_MM * max(len(places), 2) / MOST_PLACES)
    grid = figure.add_gridspec(2, len(places), height_ratios=[1.25, 1])
    thick = vessel.calcium_on_rays
    for column, (words, at_mm) in enumerate(places):
        n = vessel.nearest(at_mm)
        section(figure.add_subplot(grid[0, column]), vessel, n)
        share = vessel.told("calcium_fraction", float(vessel.along_mm[n]))
        figure.axes[-1].set_title(f"{words}, {at_mm:.1f} mm")
        figure.axes[-1].set_xlabel(
            "calcium cannot be told" if np.isnan(share) else f"calcium fraction {share:.2f}"
        )
        dial = figure.add_subplot(grid[1, column], projection="polar")
        assert isinstance(dial, PolarAxes)
        clock(dial, thick[n], vessel.told("calcium_arc_deg", float(vessel.along_mm[n])))
        if column == 0:
            dial.text(-0.38, 0.5, "calcium arc of the station\nand thickness (line: 1 mm)",
                      rotation=90, transform=dial.transAxes, ha="center", va="center")  # fmt: skip
    figure.legend(handles=contour_key(vessel.contrast), loc="outside lower center", ncols=3,
                  **ON_DARK)  # fmt: skip
    return figure


def section(ax: Axes, vessel: Drawn, n: int) -> None:
    """Draw one section with its contours and a bar of 2 mm."""
    rim, offset = vessel.edge_mm, vessel.images["offset_mm"]
    ax.imshow(vessel.hu[n], extent=(-rim, rim, -rim, rim), origin="lower", cmap="gray",
              vmin=WINDOW_HU[0], vmax=WINDOW_HU[1], interpolation="bilinear")  # fmt: skip
    for kind in ("wall", "lumen"):
        across, up = outline(vessel.radius_mm(kind)[n])
        ax.plot(across, up, color=ON_IMAGE[kind], ls=CONTOURS[kind], label=kind)
    share = vessel.calcium[n]
    if (share > 0.5).any():
        ax.contour(offset, offset, share, levels=[0.5], colors=ON_IMAGE["calcium"], linewidths=1.2)
    ax.plot([-2.9, -2.9 + SCALE_MM], [-2.9, -2.9], color="white", lw=2, solid_capstyle="butt")
    ax.text(-2.9 + SCALE_MM / 2, -2.75, f"{SCALE_MM:.0f} mm", color="white", ha="center")
    ax.set(xticks=[], yticks=[], xlim=(-3.2, 3.2), ylim=(-3.2, 3.2))


def outline(radius_mm: Floats) -> tuple[Floats, Floats]:
    """Return a closed contour (A + 1,) as points to the right and up, 12 o'clock on top."""
    angle = np.linspace(0.0, 2 * np.pi, len(radius_mm) + 1)
    closed = np.append(radius_mm, radius_mm[0])
    return closed * np.sin(angle), closed * np.cos(angle)


def clock(dial: PolarAxes, thick_mm: Floats, arc_deg: float) -> None:
    """Draw where on the clock calcium lies and how thick it is; the arc stands in the middle."""
    angle = np.linspace(0.0, 2 * np.pi, len(thick_mm), endpoint=False)
    round_ = np.linspace(0.0, 2 * np.pi, 361)
    dial.fill_between(round_, HOLE_MM, HOLE_MM + RING_MM, color=BAND, lw=0, zorder=0)
    counted = thick_mm >= LEAST_MM
    thick, width = np.minimum(thick_mm[counted], RING_MM), 2 * np.pi / len(thick_mm)
    dial.bar(angle[counted], thick, width=width, bottom=HOLE_MM, color=CALCIUM, edgecolor=CALCIUM,
             lw=0.3)  # fmt: skip
    dial.plot(round_, np.full(361, HOLE_MM + 1.0), color=RULE, lw=0.5)
    told = "cannot\nbe told" if np.isnan(arc_deg) else f"{arc_deg:.0f}°"
    dial.text(0.5, 0.5, told, transform=dial.transAxes, ha="center", va="center", color=INK)
    dial.set_theta_zero_location("N")
    dial.set_theta_direction(-1)
    dial.grid(visible=False)
    dial.set(ylim=(0, HOLE_MM + RING_MM), yticks=[])
    dial.set_xticks(np.radians([0, 90, 180, 270]), labels=["12", "3", "6", "9"])
    dial.tick_params(pad=-1)
    dial.spines["polar"].set_visible(False)
