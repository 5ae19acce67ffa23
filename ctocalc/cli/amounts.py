"""Measured values as people read them; rounded here and nowhere else."""

from ctocalc.quantity import Measured, Unit
from ctocalc.scores.words import UNIT_WORDS


def told(measured: Measured) -> str:
    """Return value and interval with the unit, or why there is none; rounded for reading."""
    if measured.value is None:
        return f"cannot be told ({measured.reason})"
    whole = measured.unit in {Unit.DEG, Unit.SCORE}
    digits = 0 if whole else 2 if measured.unit is Unit.FRACTION else 1
    value, low, high = (
        "open" if number is None else f"{number:.{digits}f}"
        for number in (measured.value, measured.low, measured.high)
    )
    word = UNIT_WORDS.get(measured.unit, measured.unit.value)
    known = measured.low is not None or measured.high is not None
    return f"{value} {word}".strip() + (f" ({low} to {high})" if known else "")
