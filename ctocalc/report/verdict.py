"""The verdict of a lesion in rows: what was measured, how sure it is, and where it was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ctocalc.report.words import UNTOLD, interval, number, spaced, told

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table of measures; ``at_mm`` is the station that a click shows."""

    label: str
    value: str
    interval: str = ""
    at_mm: float | None = None
    note: str = ""
    borderline: bool = False


# Name in the record, what a reader calls it, and where it lies if the value itself does not say.
_MEASURES = (
    ("length_mm", "Length, entry to exit", "start_mm"),
    ("max_calcium_fraction", "Largest calcium fraction, corrected", None),
    ("max_calcium_fraction_apparent", "Largest calcium fraction, apparent", None),
    ("max_calcium_arc_deg", "Largest calcium arc", None),
    ("max_calcium_arc_largest_deg", "Largest single arc", None),
    ("bend_deg", "Bend", None),
)
_AMOUNTS = (
    ("calcium_mass_mg", "Calcium mass", "start_mm"),
    ("calcium_volume_mm3", "Calcium volume", "start_mm"),
    ("calcium_length_mm", "Length of all calcium", "start_mm"),
    ("max_calcium_thickness_mm", "Largest calcium thickness", None),
    ("remodelling_largest", "Remodelling ratio, largest", None),
    ("remodelling_smallest", "Remodelling ratio, smallest", None),
)
REGIONS = ("proximal_cap", "proximal_third", "middle_third", "distal_third", "distal_cap")


def lesion_rows(lesion: Json) -> tuple[Row, ...]:
    """Return the measures that scores and readers ask for first."""
    rows = [_measure(lesion, *entry) for entry in _MEASURES]
    rows.insert(5, _presence("Full moon", lesion["full_moon"], lesion["start_mm"]))
    rows += [
        _stump("Proximal stump", lesion["proximal_stump"], lesion["start_mm"]),
        _stump("Distal stump", lesion["distal_stump"], lesion["end_mm"]),
        _presence("Side branch at the cap", lesion["proximal_side_branch"], lesion["start_mm"]),
        _presence("Multiple occlusions", lesion["multiple_occlusions"], lesion["start_mm"]),
    ]
    if "channel" in lesion:  # results of before it was told have none
        rows.append(_presence("Channel of contrast", lesion["channel"], lesion["start_mm"]))
    return tuple(rows)


def further_rows(lesion: Json) -> tuple[Row, ...]:
    """Return amounts, remodelling and the landing zone."""
    landing = lesion["distal_landing"]
    return (
        *(_measure(lesion, *entry) for entry in _AMOUNTS),
        _presence("Distal landing zone diseased", landing["diseased"], landing["start_mm"]),
        Row(
            label="Landing zone, mean diameter", value=told(landing["mean_diameter_mm"]),
            interval=interval(landing["mean_diameter_mm"]), at_mm=landing["start_mm"],
            note=landing["mean_diameter_mm"].get("reason") or "",
        ),
    )  # fmt: skip


def region_rows(lesion: Json) -> tuple[tuple[str, tuple[Row, ...]], ...]:
    """Return fraction, arc and mass of each region of the lesion, proximal first."""
    regions = lesion["calcium_by_region"] or {}
    return tuple(
        (
            spaced(name).capitalize(),
            tuple(
                _measure(regions[name], field, label, "start_mm")
                for field, label in (
                    ("max_calcium_fraction", "fraction"),
                    ("max_calcium_arc_deg", "arc"),
                    ("calcium_mass_mg", "mass"),
                )
            ),
        )
        for name in REGIONS
        if regions.get(name)
    )


def vessel_rows(vessel: Json) -> tuple[Row, ...]:
    """Return the calcium of the whole measured artery."""
    calcium = vessel["calcium"] or {}
    names = {
        "volume_mm3": "Calcium volume", "mass_mg": "Calcium mass", "agatston": "Agatston score",
        "cta_calcium_score": "CTA calcium score",
    }  # fmt: skip
    return tuple(_measure(calcium, name, label, None) for name, label in names.items() if calcium)


def agatston_row(vessel: Json) -> Row | None:
    """Return the Agatston score of the artery, which only CT without contrast has."""
    calcium = vessel["calcium"]
    if not calcium or calcium["agatston"]["value"] is None:
        return None
    return _measure(calcium, "agatston", "Agatston score", None)


def untold(record: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Walk through a record; yield (reason, what) of everything that could not be told."""
    if isinstance(record, list):
        for part in record:
            yield from untold(part, name)
    if not isinstance(record, Mapping):
        return
    unknown = any(key in record and record[key] is None for key in ("value", "present", "call"))
    if record.get("reason") and unknown and not record.get("present"):
        yield record["reason"], spaced(name)
        return
    for key, part in record.items():
        if key not in {"crossing_facts", "occlusion_likelihood_cues", "scores"}:
            yield from untold(part, name if key in {"value", "taper_mm"} else key)


def _measure(record: Json, name: str, label: str, place: str | None) -> Row:
    found = record[name]
    at_mm = found.get("at_mm") if place is None else record[place]
    return Row(
        label=label, value=told(found), interval=interval(found),
        at_mm=at_mm if found["value"] is not None else None, note=found.get("reason") or "",
    )  # fmt: skip


def _presence(label: str, found: Json, place: float | None) -> Row:
    value = found["value"] or {}
    word = {True: "yes", False: "no", None: UNTOLD}[found["present"]]
    measured = value.get("value") is not None
    amount = f" ({told(value)})" if measured and found["present"] is not None else ""
    at_mm = value.get("at_mm")
    return Row(
        label=label, value=word + amount, interval=interval(value) if measured else "",
        at_mm=(place if at_mm is None else at_mm) if found["present"] is not None else None,
        note=found["reason"] or "", borderline=found["borderline"],
    )  # fmt: skip


def _stump(label: str, found: Json, place: float) -> Row:
    taper = found["taper_mm"]
    words = []
    if taper["value"] is not None:
        words.append(f"tapers over {number(taper['value'], taper['unit'])}")
    if found["p_blunt"] is not None:
        words.append(f"probability of blunt {found['p_blunt']:.2f}")
    call = found["call"]
    shown = UNTOLD if call is None else "none (flush)" if call == "none" else str(call)
    return Row(
        label=label, value=shown, at_mm=None if call is None else place,
        note="; ".join(filter(None, [*words, found["reason"]])), borderline=found["borderline"],
    )  # fmt: skip
