"""The rules of the scores as data, for the interpreter in the page."""

from typing import Any

from ctocalc.scores.definition import definition
from ctocalc.scores.registry import SYSTEMS
from ctocalc.scores.strategy import CHOICES, STRATEGIES
from ctocalc.scores.system import CTO_MONTHS


def score_rules() -> dict[str, Any]:
    """Return the definitions as ``ctocalc scores --json`` prints them, and what they share."""
    return {
        "definitions": [definition(system) for system in SYSTEMS],
        "common": {
            "strategies": {
                name: dict(zip(CHOICES, (answer.value for answer in answers), strict=True))
                for name, answers in STRATEGIES.items()
            },
            "cto_months": CTO_MONTHS,
        },
    }
