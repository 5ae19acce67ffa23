"""How figures look, the same on every machine, and how they become bytes."""

import io
from collections.abc import Callable
from typing import Any, Literal

from matplotlib import style as looks
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

Form = Literal["png", "svg"]

WIDTH_MM = 180.0  # two columns of a journal
DPI = 200
INCH_MM = 25.4
# Colour-blind safe, and apart on grey; every line differs by its dashes as well.
WALL, LUMEN, CALCIUM = "#ffb000", "#4f9dff", "#dc267f"
INK, BAND, RULE, MISSING = "#222222", "#d9dce1", "#777777", "#8a8f98"
WINDOW_HU = (-250.0, 850.0)

_LOOK: dict[str, Any] = {
    "font.family": "DejaVu Sans", "font.size": 7, "axes.titlesize": 7, "axes.labelsize": 7,
    "legend.fontsize": 6.5, "xtick.labelsize": 6.5, "ytick.labelsize": 6.5,
    "axes.linewidth": 0.6, "xtick.major.width": 0.6, "ytick.major.width": 0.6,
    "lines.linewidth": 1.2, "legend.frameon": False, "figure.titlesize": 8.5,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": INK,
    "xtick.color": INK, "ytick.color": INK,
    "svg.hashsalt": "ctocalc", "svg.fonttype": "path", "savefig.dpi": DPI,
}  # fmt: skip
# Nobody's own matplotlibrc changes a figure.
STYLE: list[str | dict[str, Any]] = ["default", _LOOK]


def styled(draw: Callable[[], Figure | None], form: Form) -> bytes | None:
    """Draw a figure in the house's look; return the same bytes for the same values."""
    with looks.context(STYLE):
        figure = draw()
        return None if figure is None else saved(figure, form)


def sheet(title: str, height_mm: float, width_mm: float = WIDTH_MM) -> Figure:
    """Return an empty figure; its title holds case id and vessel, nothing else."""
    size = (width_mm / INCH_MM, height_mm / INCH_MM)
    figure = Figure(figsize=size, layout="constrained")
    figure.suptitle(title, x=0.01, ha="left", weight="bold")
    return figure


def saved(figure: Figure, form: Form) -> bytes:
    """Return a figure as PNG or SVG, without date, host or version."""
    _settle(figure)
    buffer = io.BytesIO()
    nothing = {"png": {"Software": None}, "svg": {"Date": None, "Creator": None}}
    figure.savefig(buffer, format=form, metadata=nothing[form])
    return buffer.getvalue()


def _settle(figure: Figure) -> None:
    """Lay the axes out once, to a hundred-thousandth: the solver's last digits differ by run."""
    engine = figure.get_layout_engine()
    if engine is None:
        return
    engine.execute(figure)
    figure.set_layout_engine("none")
    for ax in figure.axes:
        ax.set_position(tuple(round(part, 5) for part in ax.get_position(original=True).bounds))


def contour_key(contrast: bool) -> list[Line2D]:
    """Return what a legend of the contours shows."""
    kinds = (("wall", WALL, "-"), ("lumen", LUMEN, "--"), ("calcium", CALCIUM, "-"))
    return [
        Line2D([], [], color=color, ls=dashes, label=name)
        for name, color, dashes in kinds
        if contrast or name != "lumen"
    ]
