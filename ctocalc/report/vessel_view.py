"""One vessel as the page shows it: verdict, charts, pictures and the data of the viewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ctocalc._arrays import Array
from ctocalc.report import stills
from ctocalc.report.curves import Chart, charts
from ctocalc.report.packing import packed
from ctocalc.report.score_rows import ScoreRow, lesion_notes, score_rows
from ctocalc.report.verdict import (
    Row,
    agatston_row,
    further_rows,
    lesion_rows,
    region_rows,
    vessel_rows,
)
from ctocalc.report.view_map import ViewMapPicture, view_map_picture
from ctocalc.report.words import told
from ctocalc.study.record import CaseRecord

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class LesionView:
    """A lesion: what it is, its measures, its scores."""

    number: int
    headline: str
    extent: str
    rows: tuple[Row, ...]
    further: tuple[Row, ...]
    regions: tuple[tuple[str, tuple[Row, ...]], ...]
    views: ViewMapPicture | None
    scores: tuple[ScoreRow, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pictures:
    """What is drawn of a vessel: in mm from ``start_mm`` on, ``length_mm`` long."""

    start_mm: float
    length_mm: float
    half_mm: float
    first_mm: float
    section_start_mm: float
    section_length_mm: float
    bands: tuple[tuple[float, float, str], ...]
    ticks: tuple[float, ...]
    charts: tuple[Chart, ...]
    straightened: tuple[stills.Straightened, ...]
    unrolled: str
    gallery: tuple[stills.Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VesselView:
    """A vessel; ``pictures`` is None where nothing could be measured, and ``refused`` says why."""

    name: str
    anchor: str
    refused: str
    length: str
    lesions: tuple[LesionView, ...]
    no_score: tuple[str, ...]
    agatston: Row | None
    rows: tuple[Row, ...]
    pictures: Pictures | None


def vessel_view(case: CaseRecord, place: int) -> tuple[VesselView, dict[str, Any] | None]:
    """Return the view of the vessel at ``place`` of the result, and the data of its viewer."""
    vessel = case.result["vessels"][place]
    name = vessel["vessel"]
    stations, sections = case.stations.get(name), case.sections.get(name)
    pictures, data = None, None
    if stations is not None and sections is not None:
        thickness = stills.calcium_on_rays(sections)
        pictures = _pictures(vessel, stations, sections, thickness, case.result["image"])
        least = case.result["provenance"]["settings"]["calcium"]["arc_thickness_mm"]
        shown = [still.mm for still in pictures.gallery]
        data = packed(vessel, stations, sections, thickness, shown) | {
            "start_mm": pictures.start_mm, "length_mm": pictures.length_mm,
            "bands": pictures.bands, "arc_from_mm": least,
        }  # fmt: skip
    return _view(case, place, pictures), data


def _view(case: CaseRecord, place: int, pictures: Pictures | None) -> VesselView:
    vessel, settings = (
        case.result["vessels"][place],
        case.result["provenance"]["settings"]["lesion"],
    )
    stations = case.stations.get(vessel["vessel"])
    ok = vessel["status"] == "ok"
    lone = [score for score in vessel["scores"] if score["lesion"] is None]
    return VesselView(
        name=vessel["vessel"], anchor=f"vessel-{place}",
        refused="" if ok else f"{vessel['code']}: {vessel['reason']}",
        length=f"{vessel['length_mm']:.1f} mm measured" if ok else "refused",
        lesions=tuple(_lesion(vessel, one, stations or {}, settings) for one in vessel["lesions"]),
        no_score=tuple(dict.fromkeys(score["reason"] for score in lone)),
        agatston=agatston_row(vessel),
        rows=vessel_rows(vessel), pictures=pictures,
    )  # fmt: skip


def _lesion(
    vessel: Json, lesion: Json, stations: Mapping[str, Array], settings: Json
) -> LesionView:
    kind = "Total occlusion" if lesion["occluded"] else "Subtotal: a channel is seen"
    words = [
        "target" if lesion["target"] and len(vessel["lesions"]) > 1 else "",
        lesion["segment"] or "",
        "truncated: it reaches an end of the line" if lesion["truncated"] else "",
    ]
    scores = score_rows(vessel, lesion, stations)
    return LesionView(
        number=lesion["lesion"],
        headline=", ".join(filter(None, [kind, *words])),
        extent=_extent(lesion),
        rows=lesion_rows(lesion), further=further_rows(lesion), regions=region_rows(lesion),
        views=view_map_picture(stations, lesion, settings), scores=scores,
        notes=lesion_notes(vessel, lesion),
    )  # fmt: skip


def _extent(lesion: Json) -> str:
    """Return where a lesion lies, and the islands of contrast within its occlusions."""
    where = f"{lesion['start_mm']:.1f} to {lesion['end_mm']:.1f} mm from the start"
    islands = [
        f"an island of contrast from {island['start_mm']:.1f} to {island['end_mm']:.1f} mm"
        for part in lesion["occlusions"] for island in part["islands"]
    ]  # fmt: skip
    return "; ".join([f"{where}, {told(lesion['length_mm'])} long", *islands])


def _pictures(
    vessel: Json,
    stations: Mapping[str, Array],
    sections: Mapping[str, Array],
    thickness: Array,
    image: Json,
) -> Pictures:
    along, seen = stations["arclength_mm"], sections["arclength_mm"]
    step = float(np.median(np.diff(along))) if len(along) > 1 else 1.0
    start, length = float(along[0] - step / 2), float(along[-1] - along[0] + step)
    bands = [
        (part["start_mm"], part["end_mm"], "occluded" if lesion["occluded"] else "subtotal")
        for lesion in vessel["lesions"]
        for part in lesion["occlusions"] or [lesion]
    ]
    gallery = tuple(
        stills.section_still(sections, mm, title)
        for mm, title in stills.telling_places(vessel, sections)
    )
    every = next(s for s in (5, 10, 20, 50, 100) if length / s <= 14)
    return Pictures(
        start_mm=start, length_mm=length, bands=tuple(bands),
        half_mm=float(sections["offset_mm"][-1] * (1 + 1 / (len(sections["offset_mm"]) - 1))),
        first_mm=_first_place(vessel, gallery), section_start_mm=float(seen[0] - step / 2),
        section_length_mm=float(seen[-1] - seen[0] + step),
        ticks=tuple(float(t) for t in np.arange(0, start + length, every) if t >= start),
        charts=charts(stations, vessel, image),
        straightened=tuple(stills.straightened(sections, a) for a in stills.ROTATIONS_DEG),
        unrolled=stills.unrolled(thickness),
        gallery=gallery,
    )  # fmt: skip


def _first_place(vessel: Json, gallery: tuple[stills.Section, ...]) -> float:
    """Return where the viewer begins: at most calcium of the target lesion, or in its middle."""
    for lesion in sorted(vessel["lesions"], key=lambda lesion: not lesion["target"]):
        fraction = lesion["max_calcium_fraction"]
        middle = (lesion["start_mm"] + lesion["end_mm"]) / 2
        return float(fraction["at_mm"] if fraction["value"] and "at_mm" in fraction else middle)
    return gallery[0].mm
