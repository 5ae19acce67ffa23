"""How figures look, the same on every machine, and how they become bytes."""

import io
from collections.abc import Callable
from typing import Any, Literal

from matplotlib import style as looks
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ctocalc.report.palette import ON_IMAGE, ON_PAPER, SCALE_RGB
from ctocalc.report.stills import WINDOWS

Form = Literal["png", "svg"]

WIDTH_MM = 180.0  # two columns of a journal
DPI = 200
INCH_MM = 25.4
WALL, LUMEN, CALCIUM = (ON_PAPER[kind] for kind in ("wall", "lumen", "calcium"))
CONTOURS = {"wall": "--", "lumen": "-", "calcium": "-"}
INK, BAND, RULE, MISSING = "#222222", "#d9dce1", "#777777", "#8a8f98"
_CENTRE_HU, _SPAN_HU = WINDOWS["angio"]
WINDOW_HU = (_CENTRE_HU - _SPAN_HU / 2, _CENTRE_HU + _SPAN_HU / 2)
SCALE = LinearSegmentedColormap.from_list("scale", SCALE_RGB / 255)
# The key of what is drawn over grey images: on dark, as there.
ON_DARK: dict[str, Any] = {
    "frameon": True, "facecolor": "#333333", "edgecolor": "none", "framealpha": 1.0,
    "labelcolor": "white",
}  # fmt: skip

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
    return [
        Line2D([], [], color=ON_IMAGE[kind], ls=dashes, label=kind)
        for kind, dashes in CONTOURS.items()
        if contrast or kind != "lumen"
    ]
