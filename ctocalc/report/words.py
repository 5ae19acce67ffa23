"""Numbers of a result as a reader takes them in: rounded, with interval and unit."""

from collections.abc import Mapping
from typing import Any

from ctocalc.quantity import Unit
from ctocalc.scores.words import UNIT_WORDS, rate_words

_DIGITS = {Unit.DEG: 0, Unit.FRACTION: 2, Unit.HU: 0, Unit.SCORE: 0, Unit.COUNT: 0}
_SIGNS = {Unit.DEG: "°", Unit.HU: " HU", Unit.MM2: " mm²", Unit.MM3: " mm³", Unit.COUNT: ""}
UNTOLD = "cannot be told"


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


def spaced(name: str) -> str:
    """Return a machine name as words, without its unit."""
    for unit in ("_mm3", "_mm2", "_mm", "_deg", "_mg", "_percent"):
        name = name.removesuffix(unit)
    return name.replace("_", " ")


def plural(count: int, one: str, more: str) -> str:
    """Return the count with its noun."""
    return f"{count} {one if count == 1 else more}"


def rate(share: float | None) -> str:
    """Return a published rate, or that none may be printed."""
    return "not printed" if share is None else rate_words(share)


def capitalized(sentence: str) -> str:
    """Return a sentence with its first letter large and nothing else touched."""
    return sentence[:1].upper() + sentence[1:]
