"""Pictures of a vessel that stand in the page without a script, and in its printed record."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import map_coordinates

from ctocalc._arrays import Array, Floats
from ctocalc.report.curves import path_of
from ctocalc.report.palette import UNKNOWN_RGB, colours
from ctocalc.report.png import data_uri
from ctocalc.vessel.arcs import thickness_on_rays
from ctocalc.vessel.boundary import Boundary, BoundaryKind

Json = Mapping[str, Any]
Sections = Mapping[str, Array]

# Centre and width in HU; the first is shown at the start.
WINDOWS = {"angio": (300, 800), "calcium": (700, 1400), "wide": (500, 3000)}
ROTATIONS_DEG = (0, 90)
# Thickness of calcium on a ray, mm, as far as the colours of the map go.
THICKEST_MM = 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Straightened:
    """The straightened vessel at one rotation, with its contours in mm above the axis."""

    angle_deg: int
    picture: str
    wall: str
    lumen: str
    calcium: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One cross-section, seen from proximal, 12 o'clock up; contours in mm, y downwards."""

    title: str
    mm: float
    picture: str
    wall: str
    lumen: str
    calcium: str


def calcium_on_rays(sections: Sections) -> Floats:
    """Return the calcium (S, R) in mm on rays about the wall's centre; NaN without a wall."""
    radius = sections["wall_radius_mm"].astype(np.float64)
    has_wall = np.isfinite(radius).all(axis=1)
    thickness = np.full((len(radius), 1), np.nan)
    if has_wall.any():
        wall = Boundary(
            radius_mm=radius[has_wall], kind=BoundaryKind.WALL,
            confidence=sections["wall_confidence"][has_wall],
        )  # fmt: skip
        share = (sections["calcium"][has_wall] / 255).astype(np.float32)
        offset = sections["offset_mm"].astype(np.float64)
        found = thickness_on_rays(share, wall, wall.centroid_mm, offset)
        thickness = np.full((len(radius), found.shape[1]), np.nan)
        thickness[has_wall] = found
    return thickness


def unrolled(thickness: Floats) -> str:
    """Return the map of calcium as an image: a column per station, 12 o'clock on top."""
    return data_uri(map_colours(thickness.T))


def map_colours(thickness_mm: Floats) -> Array:
    """Return the RGB of a thickness; grey where there is no wall."""
    rgb = colours(np.nan_to_num(thickness_mm) / THICKEST_MM)
    rgb[~np.isfinite(thickness_mm)] = UNKNOWN_RGB
    return rgb


def scale_picture() -> str:
    """Return the colours of the map from 0 to ``THICKEST_MM``."""
    return data_uri(map_colours(np.linspace(0, THICKEST_MM, 128)[None, :]))


def grey(hu: Array, window: tuple[int, int] = WINDOWS["angio"]) -> Array:
    """Return grey values 0-255 of HU; outside the scan is black."""
    centre, width = window
    return np.rint(np.clip((hu - (centre - width / 2)) / width, 0, 1) * 255).astype(np.uint8)


def straightened(sections: Sections, angle_deg: int) -> Straightened:
    """Return the vessel cut lengthwise; the upper edge lies at the clock angle."""
    offset = sections["offset_mm"].astype(np.float64)
    angle = np.deg2rad(angle_deg)
    # Rows of the image from the upper edge down: first towards the angle, last away from it.
    at = (np.outer([np.sin(angle), np.cos(angle)], offset[::-1]) - offset[0]) / (
        offset[1] - offset[0]
    )
    cut, calcium = (
        np.stack([map_coordinates(pixels.astype(float), at, order=1) for pixels in sections[name]])
        for name in ("hu", "calcium")
    )
    x = sections["arclength_mm"]
    paths = {
        kind: "".join(
            path_of(x, sign * radius_at(sections[f"{kind}_radius_mm"], angle + turn))
            for sign, turn in ((-1, 0.0), (1, np.pi))
        )
        for kind in ("wall", "lumen")
    }
    return Straightened(
        angle_deg=angle_deg, picture=data_uri(grey(cut.T)), wall=paths["wall"],
        lumen=paths["lumen"], calcium=_half_filled(calcium, x.astype(np.float64), offset),
    )  # fmt: skip


def radius_at(radius_mm: Array, angle_rad: float) -> Floats:
    """Return the radius (S,) of contours (S, A) towards one angle."""
    count = radius_mm.shape[1]
    place = angle_rad / (2 * np.pi) * count % count
    first = int(place) % count
    share = place - int(place)
    return np.asarray((1 - share) * radius_mm[:, first] + share * radius_mm[:, (first + 1) % count])


def section_still(sections: Sections, mm: float, title: str) -> Section:
    """Return the section nearest to an arc length."""
    n = int(np.abs(sections["arclength_mm"] - mm).argmin())
    offset = sections["offset_mm"].astype(np.float64)
    return Section(
        title=title, mm=float(sections["arclength_mm"][n]),
        picture=data_uri(grey(sections["hu"][n].T[::-1])),
        wall=outline(sections["wall_radius_mm"][n]), lumen=outline(sections["lumen_radius_mm"][n]),
        calcium=_half_filled(sections["calcium"][n], offset, -offset),
    )  # fmt: skip


def outline(radius_mm: Array) -> str:
    """Return a contour as an SVG path: clockwise from the top, as seen from proximal."""
    angle = np.arange(len(radius_mm) + 1) * (2 * np.pi / len(radius_mm))
    closed = np.append(radius_mm, radius_mm[0])
    return path_of(closed * np.sin(angle), -closed * np.cos(angle))


def _half_filled(share: Array, x_mm: Floats, y_mm: Floats) -> str:
    """Return where calcium fills half a pixel (255: all of it) as an SVG path."""
    if not share.any():
        return ""
    from skimage.measure import find_contours

    outlines = find_contours(np.pad(share, 1).astype(float), 127.5)
    return "".join(
        path_of(_between(x_mm, row), _between(y_mm, column))
        for row, column in (line.T for line in outlines)
    )


def _between(places: Floats, index: Floats) -> Floats:
    """Return the places at fractions of an index that counts from one before the first."""
    return np.asarray(np.interp(index - 1.0, np.arange(-1, len(places) + 1), _one_more(places)))


def _one_more(places: Floats) -> Floats:
    """Return evenly continued places, one more at either end."""
    before, after = 2 * places[0] - places[1], 2 * places[-1] - places[-2]
    return np.concatenate([[before], places, [after]])


def telling_places(vessel: Json, sections: Sections) -> Iterator[tuple[float, str]]:
    """Yield the arc lengths of the sections worth a picture, with their titles, proximal first."""
    along = sections["arclength_mm"]
    found: dict[tuple[float, str], list[str]] = {}
    several = len(vessel["lesions"]) > 1
    for lesion in vessel["lesions"]:
        number = f"lesion {lesion['lesion']}: " if several else ""
        places = {
            "entry": lesion["start_mm"],
            "largest fraction": _where(lesion["max_calcium_fraction"]),
            "largest arc": _where(lesion["max_calcium_arc_deg"]),
            "largest bend": _where(lesion["bend_deg"]),
            "exit": lesion["end_mm"],
        }
        for title, mm in places.items():
            if mm is not None:
                shown = float(along[np.abs(along - mm).argmin()])
                found.setdefault((shown, number), []).append(title)
    if not found:
        amount = sections["calcium"].astype(float).sum(axis=(1, 2))
        most = along[amount.argmax()] if amount.any() else along[len(along) // 2]
        found[float(most), ""] = ["most calcium" if amount.any() else "middle of the line"]
    for (mm, number), titles in sorted(found.items()):
        yield mm, number + ", ".join(titles)


def _where(measured: Json) -> float | None:
    """Return where a value lies; None where it is 0, which lies everywhere."""
    return measured.get("at_mm") if measured["value"] else None
