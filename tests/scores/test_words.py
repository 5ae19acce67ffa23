"""Numbers, rules and spans as people read them."""

import pytest

from ctocalc.quantity import Unit
from ctocalc.scores.words import amount, range_words, rate_words, span


@pytest.mark.parametrize(
    ("points", "low", "high", "words"),
    [
        (None, None, None, "not scored"),
        (3, 3, 3, "3"),
        (None, 1.5, 4, "1.5 to 4"),
        (2, 1, 4, "2 (1 to 4)"),
        (0, 0, 0, "0"),
    ],
)
def test_spans(points: float | None, low: float | None, high: float | None, words: str) -> None:
    assert span(points, low, high) == words


def test_amounts_rates_and_ranges() -> None:
    assert amount(0.5, Unit.FRACTION) == "0.5"
    assert amount(2.0, Unit.SCORE) == "2"
    assert amount(12.0, Unit.MONTH) == "12 months"
    assert amount(22.25, Unit.MM) == "22.25 mm"
    assert (rate_words(0.742), rate_words(0.1), rate_words(1.0)) == ("74.2%", "10%", "100%")
    assert range_words(6.5) == "0 to 6.5 points"
    assert "no total" in range_words(None)
