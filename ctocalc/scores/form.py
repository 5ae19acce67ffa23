"""Forms: words as typed on a command line or in a table's row, turned into facts."""

import math
from collections.abc import Mapping

from ctocalc.errors import CtocalcError
from ctocalc.quantity import Measured
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.system import ScoringSystem

# Asked in every system: a total occlusion younger than 3 months is no CTO.
ALWAYS = "duration_months"
# Answered through the item 'calcification'.
NOT_ASKED = "calcification_any"
ANSWERS = (Answer.YES, Answer.NO, Answer.UNKNOWN)


class FormError(CtocalcError):
    """A form that cannot be read; the sentence says what is wrong and what would be right."""


def fields(system: ScoringSystem) -> tuple[str, ...]:
    """Return the names that the system's form takes, in the order of its items.

    An item's own name answers the whole item with yes, no or unknown; the other names are facts.
    """
    found: dict[str, None] = {}
    for criterion in system.criteria:
        if len(criterion.levels) == 1:
            found[criterion.item] = None
        found.update(dict.fromkeys(c.fact for c in criterion.checks if c.fact != NOT_ASKED))
    return (*found,) if ALWAYS in found else (*found, ALWAYS)


def facts_from_form(system: ScoringSystem, entries: Mapping[str, str]) -> Facts:
    """Read the entries of one form.

    Parameters
    ----------
    system : ScoringSystem
        The edition whose form it is.
    entries : mapping of str to str
        Field name to what was typed; an empty string is "not given".

    Raises
    ------
    FormError
        For a name that the form does not have, a word or number that the field does not take,
        or an item answered twice.
    """
    given = {name: text.strip() for name, text in entries.items() if text.strip()}
    known = fields(system)
    for name in given:
        if name not in known:
            raise FormError(
                f"{system.name} {system.edition} does not use {name}; it uses {', '.join(known)}"
            )
    answers = {name: _read(name, text) for name, text in given.items() if name in FACTS}
    items = {}
    for criterion in system.criteria:
        parts = [c.fact for c in criterion.checks if c.fact in given and c.fact != criterion.item]
        if criterion.item not in given:
            continue
        if criterion.item not in answers and parts:
            raise FormError(
                f"{criterion.item} is answered twice: give it, or {', '.join(parts)}, not both"
            )
        # Beside another part of a compound item the name means the fact, alone the whole item.
        if not parts:
            items[criterion.item] = _read_answer(criterion.item, given[criterion.item])
    return Facts(answers=answers, items=items)


def _read(name: str, text: str) -> Fact:
    unit = FACTS[name].unit
    if unit is None:
        return _read_answer(name, text)
    if name == ALWAYS and text.lower() == Answer.UNKNOWN:
        return Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)
    value = _read_number(name, text)
    measured = Measured(value=value, unit=unit, low=value, high=value)
    return Fact(measured=measured, source=Source.GIVEN)


def _read_answer(name: str, text: str) -> Fact:
    for answer in ANSWERS:
        if text.lower() == answer:
            return Fact(answer=answer, source=Source.GIVEN)
    raise FormError(f"{name} is {text!r}; it takes {', '.join(ANSWERS)}")


def _read_number(name: str, text: str) -> float:
    highest = FACTS[name].highest
    accepted = "a number of 0 or more" if highest is None else f"a number from 0 to {highest:g}"
    word = " or unknown" if name == ALWAYS else ""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and 0 <= value <= (math.inf if highest is None else highest):
        return value
    raise FormError(f"{name} is {text!r}; it takes {accepted}{word}")
