"""Curves along the vessel: fraction, arc, areas, brightness of the lumen, with thresholds."""

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes

from ctocalc.report.figures.style import CALCIUM, INK, LUMEN, MISSING, RULE, WALL
from ctocalc.report.figures.vessel import Drawn

HALF, HALF_CIRCLE_DEG = 0.5, 180.0  # what the calcium items of the scores ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One curve: its column of ``stations.tsv``, and how it is told from its neighbours."""

    column: str
    label: str
    color: str
    dashes: str = "-"
    interval: bool = True


FRACTION = (
    Line(column="calcium_fraction", label="corrected", color=CALCIUM),
    Line(column="calcium_fraction_apparent", label="apparent", color=INK, dashes=":",
         interval=False),
)  # fmt: skip
ARC = (
    Line(column="calcium_arc_deg", label="all arcs", color=CALCIUM),
    Line(column="calcium_arc_largest_deg", label="largest one", color=INK, dashes=":",
         interval=False),
)  # fmt: skip
AREA = (
    Line(column="wall_area_mm2", label="wall", color=WALL, dashes="--"),
    Line(column="lumen_area_mm2", label="lumen", color=LUMEN),
    Line(column="calcium_area_mm2", label="calcium", color=CALCIUM, dashes="-."),
)
BRIGHTNESS = (Line(column="lumen_hu", label="lumen", color=LUMEN, interval=False),)


def fraction(ax: Axes, vessel: Drawn) -> None:
    """Draw the calcium fraction, and the half that scores ask for."""
    _draw(ax, vessel, FRACTION)
    _threshold(ax, HALF)
    ax.set(ylim=(0, 1), yticks=[0, 0.5, 1], ylabel="calcium\nfraction")


def arc(ax: Axes, vessel: Drawn) -> None:
    """Draw the arc of calcium, and the half circle."""
    _draw(ax, vessel, ARC)
    _threshold(ax, HALF_CIRCLE_DEG)
    ax.set(ylim=(0, 360), yticks=[0, 90, 180, 270, 360], ylabel="calcium arc\ndegrees")


def area(ax: Axes, vessel: Drawn) -> None:
    """Draw the areas of wall, lumen and calcium."""
    _draw(ax, vessel, AREA)
    ax.set_ylim(bottom=0)
    ax.set_ylabel("area\nmm²")


def brightness(ax: Axes, vessel: Drawn) -> None:
    """Draw how bright the lumen is, and the blood pool's brightness."""
    _draw(ax, vessel, BRIGHTNESS)
    if vessel.blood_pool_hu is not None and vessel.contrast:
        ax.axhline(vessel.blood_pool_hu, color=RULE, lw=0.7, ls=(0, (4, 2)), label="blood pool")
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
        ax.set_ylim(bottom=0)
    ax.set_ylabel("contrast\nHU")


def _draw(ax: Axes, vessel: Drawn, lines: tuple[Line, ...]) -> None:
    s, told = vessel.stations["arclength_mm"], False
    for line in lines:
        values = vessel.stations[line.column]
        if not np.isfinite(values).any():
            continue
        told = True
        if line.interval:
            low, high = (vessel.stations[f"{line.column}_{end}"] for end in ("low", "high"))
            ax.fill_between(s, low, high, color=line.color, alpha=0.2, lw=0)
        ax.plot(s, values, color=line.color, ls=line.dashes, label=line.label)
    if told:
        ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    else:
        ax.text(0.5, 0.5, "cannot be told", transform=ax.transAxes, ha="center", va="center",
                color=MISSING)  # fmt: skip
        ax.set_yticks([])


def _threshold(ax: Axes, value: float) -> None:
    ax.axhline(value, color=RULE, lw=0.7, ls=(0, (4, 2)))
