"""The views of a C-arm on the page: what each foreshortens of a lesion, and the best of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Floats
from ctocalc.lesion.measures import LesionSettings
from ctocalc.lesion.view import GRID_DEG, view_map
from ctocalc.report.palette import colours
from ctocalc.report.png import data_uri

Json = Mapping[str, Any]
# The share of its length from which on a view has the darkest colour of the map.
MOST = 0.5
NAMES = {
    "single": ("★", "Least foreshortened view"), "biplane_first": ("●", "Biplane pair, first"),
    "biplane_second": ("■", "Biplane pair, second"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BestView:
    """A view that the map marks: x degrees to LAO, y degrees to caudal (downwards)."""

    sign: str
    label: str
    words: str
    share: str
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewMapPicture:
    """The map from ``x`` and ``y`` on, ``width`` and ``height`` degrees large, cranial on top."""

    picture: str
    scale: str
    x: float
    y: float
    width: float
    height: float
    best: tuple[BestView, ...]


def view_map_picture(
    stations: Mapping[str, Array], lesion: Json, settings: Json
) -> ViewMapPicture | None:
    """Return the map of a lesion; None where its views cannot be told.

    Geometry of the course only: neither breathing and beat nor other vessels in the beam.
    """
    best = tuple(_best(lesion.get("optimal_view") or {}))
    if not best:
        return None
    found = view_map(course(stations, lesion), lesion_settings(settings), GRID_DEG)
    across, along = found.lao_rao_deg, found.cran_caud_deg
    return ViewMapPicture(
        picture=data_uri(colours(1 - found.foreshortening.T[::-1] / MOST)),
        scale=data_uri(colours(np.linspace(1, 0, 128)[None, :])),
        x=float(across[0] - GRID_DEG / 2), y=float(-along[-1] - GRID_DEG / 2),
        width=len(across) * GRID_DEG, height=len(along) * GRID_DEG, best=best,
    )  # fmt: skip


def _best(found: Json) -> Iterator[BestView]:
    for name, (sign, label) in NAMES.items():
        view = found.get(name)
        if view and view["lao_rao_deg"] is not None:
            x, tilt = view["lao_rao_deg"], view["cran_caud_deg"]
            yield BestView(
                sign=sign, label=label, words=view_words(x, tilt), x=x, y=-tilt,
                share=f"{100 * view['foreshortening']['value']:.1f} % foreshortened",
            )  # fmt: skip


def view_words(lao_rao_deg: float, cran_caud_deg: float) -> str:
    """Return a view of a C-arm as angiographers write it."""
    sideways = f"{'LAO' if lao_rao_deg > 0 else 'RAO'} {abs(lao_rao_deg):.0f}°"
    tilt = f"{'cranial' if cran_caud_deg > 0 else 'caudal'} {abs(cran_caud_deg):.0f}°"
    return f"{sideways if lao_rao_deg else 'AP'}, {tilt if cran_caud_deg else '0°'}"


def course(stations: Mapping[str, Array], lesion: Json) -> Floats:
    """Return the course (M, 3) of a lesion, from its entry through the stations to its exit."""
    s = stations["arclength_mm"]
    inside = (s > lesion["start_mm"]) & (s < lesion["end_mm"])
    line = np.stack([stations[f"{axis}_lps_mm"][inside] for axis in "xyz"], axis=1)
    return np.vstack([lesion["start_lps_mm"], line, lesion["end_lps_mm"]])


def lesion_settings(told: Json) -> LesionSettings:
    """Return the settings that a result was made with."""
    names = {field.name for field in fields(LesionSettings)}
    return LesionSettings(**{name: value for name, value in told.items() if name in names})
