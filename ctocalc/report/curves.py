"""Curves along a vessel as SVG paths in mm: they stand in the page itself, without a script."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Floats

Json = Mapping[str, Any]
Stations = Mapping[str, Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A curve: ``path`` and ``band`` (its 95 % interval) in mm by 0-100 from the top."""

    name: str
    style: str
    path: str
    band: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A horizontal line at a value: a threshold, or a tick of the scale."""

    value: float
    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Curves with one scale, 0 to ``top``; ``missing`` says why there is none."""

    name: str
    title: str
    top: float
    lines: tuple[Line, ...] = ()
    ticks: tuple[Mark, ...] = ()
    thresholds: tuple[Mark, ...] = ()
    missing: str = ""


# Chart: title, smallest top, ticks, and its curves (column, what it is called, style, interval).
_Curve = tuple[str, str, str, bool]
_CHARTS: dict[str, tuple[str, float, str, tuple[_Curve, ...]]] = {
    "fraction": ("Calcium fraction of the section", 1.0, "", (
        ("calcium_fraction", "corrected", "calcium", True),
        ("calcium_fraction_apparent", "apparent", "other", False),
    )),
    "arc": ("Calcium arc", 360.0, "°", (
        ("calcium_arc_deg", "all arcs", "calcium", True),
        ("calcium_arc_largest_deg", "largest single", "other", False),
    )),
    "area": ("Areas, mm²", 8.0, "", (
        ("wall_area_mm2", "outer wall", "wall", False),
        ("lumen_area_mm2", "lumen", "lumen", False),
        ("calcium_area_mm2", "calcium", "calcium mixed", False),
    )),
    "hu": ("Lumen attenuation, HU", 600.0, "", (
        ("lumen_hu", "brightest lumen-like contrast", "lumen", False),
    )),
}  # fmt: skip
_STEPS = {"fraction": 0.5, "arc": 90.0}
NOTHING_SEEN = "Cannot be told: see the quality flags"


def charts(stations: Stations, vessel: Json, image: Json) -> tuple[Chart, ...]:
    """Return the four charts of one vessel, from its stations and the rules its scores used."""
    limits = dict(_thresholds(vessel, image))
    return tuple(
        _chart(name, stations, limits.get(name, ()), lowest_top)
        for name, (_, lowest_top, _, _) in _CHARTS.items()
    )


def path_of(x: Floats, y: Floats) -> str:
    """Return the SVG path through the points, interrupted where ``y`` is NaN."""
    known = np.isfinite(y)
    pieces = []
    for is_known, group in groupby(range(len(x)), key=lambda n: bool(known[n])):
        if is_known:
            points = [f"{x[n]:.2f} {y[n]:.2f}" for n in group]
            # A single point still shows, as a dot of the line's width.
            pieces.append("M" + "L".join(points if len(points) > 1 else points * 2))
    return "".join(pieces)


def _chart(
    name: str, stations: Stations, limits: tuple[tuple[float, str], ...], lowest_top: float
) -> Chart:
    title, _, unit, curves = _CHARTS[name]
    values = [stations[column] for column, *_ in curves]
    highest = max([lowest_top, *(np.nanmax(v) for v in values if np.isfinite(v).any())])
    highest = max([highest, *(1.05 * value for value, _ in limits)])
    step = _STEPS.get(name) or _round_step(highest / 3)
    top = highest if highest == lowest_top else float(np.ceil(highest / step) * step)
    ticks = np.arange(0.0, top + 1e-9, step)
    x = stations["arclength_mm"]
    lines = tuple(
        Line(
            name=word, style=style, path=path_of(x, _height(stations[column], top)),
            band=_band(stations, column, top) if with_band else "",
        )
        for column, word, style, with_band in curves
    )  # fmt: skip
    if not any(line.path for line in lines):
        return Chart(name=name, title=title, top=top, missing=NOTHING_SEEN)
    return Chart(
        name=name, title=title, top=top, lines=lines,
        ticks=tuple(
            _mark(tick, f"{tick:g}{unit}", top) for tick in ticks
            if all(abs(tick - value) > 0.04 * top for value, _ in limits)
        ),
        thresholds=tuple(_mark(value, label, top) for value, label in limits),
    )  # fmt: skip


def _mark(value: float, label: str, top: float) -> Mark:
    return Mark(value=float(value), y=round(float(_height(np.array(value), top)), 2), label=label)


def _height(values: Array, top: float) -> Floats:
    return np.asarray(100.0 * (1.0 - values / top))


def _round_step(about: float) -> float:
    power = 10.0 ** np.floor(np.log10(about))
    return float(power * next(m for m in (1, 2, 5, 10) if m * power >= about))


def _band(stations: Stations, column: str, top: float) -> str:
    """Return the interval of a column as closed shapes."""
    x = stations["arclength_mm"]
    low, high = (_height(stations[f"{column}_{end}"], top) for end in ("low", "high"))
    known = np.isfinite(low) & np.isfinite(high)
    shapes = []
    for is_known, group in groupby(range(len(x)), key=lambda n: bool(known[n])):
        if is_known:
            run = list(group)
            rim = [(x[n], high[n]) for n in run] + [(x[n], low[n]) for n in reversed(run)]
            shapes.append("M" + "L".join(f"{a:.2f} {b:.2f}" for a, b in rim) + "Z")
    return "".join(shapes)


def _thresholds(vessel: Json, image: Json) -> Iterator[tuple[str, tuple[tuple[float, str], ...]]]:
    """Yield the thresholds of each chart: the rules of the scores, and the blood pool."""
    found: dict[str, dict[float, None]] = {"fraction": {}, "arc": {}}
    for score in vessel["scores"]:
        for item in score["items"]:
            for part in item["conditions"] or [item]:
                fact = part.get("fact", "")
                if item["item"] == "calcification" and not fact.startswith("calcium_share"):
                    chart = {"1": "fraction", "deg": "arc"}.get(part["rule"]["unit"] or "")
                    if chart and (part["measured"] or fact):
                        found[chart].setdefault(part["rule"]["threshold"])
    for chart, sign in (("fraction", ""), ("arc", "°")):
        yield chart, tuple((v, f"rule {v:g}{sign}") for v in sorted(found[chart]))
    pool = image["blood_pool_hu"]["value"]
    if pool is not None:
        yield "hu", ((pool, f"blood pool {pool:.0f} HU"),)
