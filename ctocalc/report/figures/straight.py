"""The vessel pulled straight, and its calcium unrolled by the clock: images along the vessel."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.image import AxesImage

from ctocalc._arrays import Floats
from ctocalc.report.figures.style import CONTOURS, SCALE, WINDOW_HU
from ctocalc.report.figures.vessel import LEAST_MM, Drawn
from ctocalc.report.palette import ON_IMAGE, UNKNOWN
from ctocalc.report.stills import THICKEST_MM

HOURS = (0, 3, 6, 9, 12)


def straightened(ax: Axes, vessel: Drawn, hour: int) -> None:
    """Draw the vessel cut along one hour of the clock (on top) and the opposite one."""
    cut = longitudinal(vessel.hu, hour)
    ax.imshow(cut.T, extent=_extent(vessel), aspect="auto", cmap="gray", origin="lower",
              vmin=WINDOW_HU[0], vmax=WINDOW_HU[1], interpolation="bilinear")  # fmt: skip
    for kind in ("wall", "lumen"):
        upper, lower = edges(vessel.radius_mm(kind), hour)
        for edge in (upper, -lower):
            ax.plot(vessel.along_mm, edge, color=ON_IMAGE[kind], lw=0.9, ls=CONTOURS[kind],
                    label=kind)  # fmt: skip
    share = longitudinal(vessel.calcium, hour)
    if (share > 0.5).any():
        ax.contour(vessel.along_mm, vessel.images["offset_mm"], share.T, levels=[0.5],
                   colors=ON_IMAGE["calcium"], linewidths=0.9)  # fmt: skip
    ax.set(ylim=(-3.5, 3.5), yticks=[-3, 0, 3], ylabel=f"{hour or 12} to {hour + 6} o'clock\nmm")


def unrolled(ax: Axes, vessel: Drawn) -> AxesImage:
    """Draw the thickness of calcium by clock angle and distance; pale grey: no wall was found.

    12 o'clock is at the top and the hours go down, as on the page.
    """
    thick = vessel.calcium_on_rays
    shown = np.where(thick < LEAST_MM, 0.0, thick)
    half = (vessel.along_mm[1] - vessel.along_mm[0]) / 2
    step = 12.0 / thick.shape[1]  # a ray stands for this many hours about it
    box = (vessel.along_mm[0] - half, vessel.along_mm[-1] + half, -step / 2, 12 - step / 2)
    ax.set_facecolor(UNKNOWN)
    image = ax.imshow(shown.T, extent=box, aspect="auto", origin="lower", cmap=SCALE,
                      vmin=0.0, vmax=THICKEST_MM, interpolation="nearest")  # fmt: skip
    ax.set(yticks=HOURS, yticklabels=[str(hour or 12) for hour in HOURS], ylim=(12.0, -step / 2))
    ax.set_ylabel("calcium\no'clock")
    if not np.nan_to_num(shown).any():
        words = "cannot be told" if np.isnan(shown).all() else "no calcium found"
        ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color="white")
    return image


def longitudinal(sections: Floats, hour: int) -> Floats:
    """Return the cut (N, P) of sections (N, P, P) along an hour, which lies at its last column."""
    count = sections.shape[1]
    middle = (count - 1) / 2
    turn = np.radians(30.0 * hour)
    steps = np.arange(count) - middle
    row = np.rint(middle + steps * np.cos(turn)).astype(int)
    column = np.rint(middle + steps * np.sin(turn)).astype(int)
    return np.asarray(sections[:, row, column])


def edges(radius_mm: Floats, hour: int) -> tuple[Floats, Floats]:
    """Return the radii (N,) of a contour at an hour of the clock and at the opposite one."""
    angles = radius_mm.shape[1]
    at = round(hour / 12 * angles) % angles
    return radius_mm[:, at], radius_mm[:, (at + angles // 2) % angles]


def _extent(vessel: Drawn) -> tuple[float, float, float, float]:
    along, half = vessel.along_mm, (vessel.along_mm[1] - vessel.along_mm[0]) / 2
    return along[0] - half, along[-1] + half, -vessel.edge_mm, vessel.edge_mm
