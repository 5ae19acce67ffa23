"""Everything along one vessel on one axis: pulled straight twice, unrolled, and as curves."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ctocalc.report.figures import curves
from ctocalc.report.figures.straight import straightened, unrolled
from ctocalc.report.figures.style import BAND, INK, ON_DARK, WINDOW_HU, contour_key, sheet
from ctocalc.report.figures.vessel import Drawn

HEIGHTS = (1.0, 1.0, 1.15, 1.0, 1.0, 1.0, 0.9)
HEIGHT_MM = 165.0
CURVES = (curves.fraction, curves.arc, curves.area, curves.brightness)


def along(vessel: Drawn) -> Figure:
    """Return the figure of one vessel along its measured axis, proximal to the left.

    Shaded: an occlusion from entry to exit (hatched where a channel is left: a subtotal); all that
    stands one above the other lies at the same arc length.
    """
    figure = sheet(vessel.title, HEIGHT_MM)
    axes = figure.subplots(len(HEIGHTS), 1, sharex=True, height_ratios=HEIGHTS)
    straightened(axes[0], vessel, 0)
    straightened(axes[1], vessel, 3)
    image = unrolled(axes[2], vessel)
    for draw, ax in zip(CURVES, axes[3:], strict=True):
        draw(ax, vessel)
        ax.spines[["top", "right"]].set_visible(False)
        shade(ax, vessel)
    for ax in axes[:3]:
        mark_ends(ax, vessel)
    _name(axes[0], vessel)
    _key(axes[0], vessel)
    bar = figure.colorbar(image, cax=axes[2].inset_axes((1.02, 0, 0.015, 1)), extend="max")
    bar.set_label("thickness, mm")
    axes[-1].set_xlabel(f"arc length along the measured axis, mm{_shading(vessel)}")
    axes[-1].set_xlim(vessel.along_mm[0], vessel.along_mm[-1])
    figure.align_ylabels()
    return figure


def shade(ax: Axes, vessel: Drawn) -> None:
    """Shade every occlusion behind the curves; a subtotal is hatched."""
    for lesion in vessel.lesions:
        hatch = None if lesion["occluded"] else "////"
        for part in lesion["occlusions"]:
            ax.axvspan(part["start_mm"], part["end_mm"], facecolor=BAND, edgecolor="white",
                       hatch=hatch, lw=0, zorder=0)  # fmt: skip


def mark_ends(ax: Axes, vessel: Drawn) -> None:
    """Mark entry and exit of every occlusion on an image."""
    for lesion in vessel.lesions:
        for part in lesion["occlusions"]:
            for mm in (part["start_mm"], part["end_mm"]):
                ax.axvline(mm, color="white", lw=0.8, ls=(0, (2, 2)))


def _name(ax: Axes, vessel: Drawn) -> None:
    """Name the lesions above the uppermost image."""
    ax.set_title("" if vessel.contrast else "no contrast: lumen and occlusions cannot be told")
    if vessel.lesions:
        ax.set_title(" ")  # keeps their place free
    place = ax.get_xaxis_transform()
    for lesion in vessel.lesions:
        start, end = lesion["start_mm"], lesion["end_mm"]
        words = f"lesion {lesion['lesion']}" + ("" if lesion["occluded"] else " (subtotal)")
        (bar,) = ax.plot([start, end], [1.06, 1.06], transform=place, color=INK, lw=1.5,
                         clip_on=False, solid_capstyle="butt")  # fmt: skip
        name = ax.text((start + end) / 2, 1.1, words, transform=place, ha="center", va="bottom")
        for artist in (bar, name):
            artist.set_in_layout(False)


def _shading(vessel: Drawn) -> str:
    """Return what the shades mean of those that there are."""
    kinds = {lesion["occluded"]: None for lesion in vessel.lesions}
    words = {True: "shaded: occlusion", False: "hatched: subtotal"}
    return f" ({', '.join(words[kind] for kind in kinds)})" if kinds else ""


def _key(ax: Axes, vessel: Drawn) -> None:
    window = "window\n{:.0f} to\n{:.0f} HU".format(*WINDOW_HU).replace("-", "−")
    keys = contour_key(vessel.contrast)
    key = ax.legend(handles=keys, loc="upper left", bbox_to_anchor=(1.015, 1.0), title=window,
                    alignment="left", title_fontsize=6.5, borderaxespad=0.0, **ON_DARK)  # fmt: skip
    key.get_title().set_color("white")
