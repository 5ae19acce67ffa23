"""Numbers of a result as a reader takes them in: rounded, with interval and unit."""

import re
from collections.abc import Mapping
from typing import Any

from ctocalc.quantity import Unit
from ctocalc.scores.terms import term
from ctocalc.scores.words import UNIT_WORDS, rate_words

_DIGITS = {Unit.DEG: 0, Unit.FRACTION: 2, Unit.HU: 0, Unit.SCORE: 0, Unit.COUNT: 0}
_SIGNS = {Unit.DEG: "°", Unit.HU: " HU", Unit.MM2: " mm²", Unit.MM3: " mm³", Unit.COUNT: ""}
UNTOLD = "cannot be told"
_NAME = re.compile(r"[a-z]+(?:_[a-z0-9]+)+")
# Measures whose names alone would not say what they are of.
MEASURES = {
    "agatston": "Agatston score",
    "bend_chord_deg": "bend between 10 mm chords",
    "calcium_free_mm": "length of the landing zone free of calcium",
    "channel": "channel of contrast",
    "cta_calcium_score": "CTA calcium score",
    "diameter_mm": "diameter of a branch",
    "diseased": "disease of the distal landing zone",
    "distance_to_entry_mm": "distance of a branch to the entry",
    "distance_to_exit_mm": "distance of a branch to the exit",
    "foreshortening": "optimal view",
    "gap_mm": "contrast between occlusions",
    "largest_stenosis_percent": "stenosis of the landing zone",
    "length_1mm_mm": "length between lumens of 1 mm",
    "length_tip_mm": "length between the tips",
    "longest_arc_over_270_mm": "longest arc over 270 degrees",
    "max_arc_where_half_calcified_deg": "calcium arc where half of the section is calcified",
    "max_calcium_arc_deg": "largest calcium arc",
    "max_calcium_arc_largest_deg": "largest single calcium arc",
    "max_calcium_area_mm2": "calcium area by thresholds of the literature",
    "max_calcium_fraction": "largest calcium fraction",
    "max_calcium_fraction_apparent": "largest apparent calcium fraction",
    "max_calcium_fraction_station": "largest calcium fraction of one station",
    "max_calcium_thickness_mm": "largest calcium thickness",
    "mean_diameter_mm": "mean diameter of the landing zone",
    "min_diameter_mm": "smallest diameter of the landing zone",
    "ostial": "ostial entry",
    "proximal_side_branch": "side branch at the proximal cap",
    "reference_diameter_mm": "reference diameter of the landing zone",
    "remodelling_largest": "largest remodelling ratio",
    "remodelling_smallest": "smallest remodelling ratio",
    "volume_mm3": "calcium volume",
    "mass_mg": "calcium mass",
    "wall_diameter_at_calcium_mm": "wall diameter at the largest calcium fraction",
}


def number(value: float | None, unit: str | None) -> str:
    """Return one number with its unit; "open" for the end of an interval that is not known."""
    if value is None:
        return "open"
    told = Unit(unit) if unit else Unit.COUNT
    word = UNIT_WORDS.get(told, told.value)
    return f"{value:.{_DIGITS.get(told, 1)}f}{_SIGNS.get(told, f' {word}' if word else '')}"


def interval(measured: Mapping[str, Any]) -> str:
    """Return the 95 % interval of a measured value, empty where there is none."""
    low, high, unit = measured["low"], measured["high"], measured["unit"]
    if (low is None and high is None) or low == high == measured["value"]:
        return ""
    bare = [number(end, unit).split(" ")[0].removesuffix("°") for end in (low, high)]
    return f"{bare[0]} to {bare[1]}"


def told(measured: Mapping[str, Any] | None) -> str:
    """Return the value of a measured record with its unit, or that it cannot be told."""
    if measured is None or measured["value"] is None:
        return UNTOLD
    return number(measured["value"], measured["unit"])


def spaced(text: str) -> str:
    """Return a machine name, or every one in a text, as words without the unit."""
    if text in MEASURES:
        return MEASURES[text]
    return _NAME.sub(lambda name: term(name[0]), text) if " " in text else term(text)


def plural(count: int, one: str, more: str) -> str:
    """Return the count with its noun."""
    return f"{count} {one if count == 1 else more}"


def rate(share: float | None) -> str:
    """Return a published rate, or that none may be printed."""
    return "not printed" if share is None else rate_words(share)


def capitalized(sentence: str) -> str:
    """Return a sentence with its first letter large and nothing else touched."""
    return sentence[:1].upper() + sentence[1:]
