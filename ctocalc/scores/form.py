"""Forms: words as typed on a command line or in a table's row, turned into facts."""

import math
from collections.abc import Collection, Mapping
from dataclasses import replace

from ctocalc.errors import CtocalcError
from ctocalc.quantity import Measured
from ctocalc.scores.criterion import Criterion
from ctocalc.scores.facts import FACTS, Answer, Fact, Facts, Source
from ctocalc.scores.grades import GRADES
from ctocalc.scores.system import ScoringSystem
from ctocalc.scores.terms import term

# Asked in every system: a total occlusion younger than 3 months is no CTO.
ALWAYS = "duration_months"
# Answered through the item of the same meaning.
NOT_ASKED = ("calcification_any", "calcification_seen", "tortuosity_seen")
# The options of ``analyze``, where their names are shorter than the facts'.
SHORT = {
    "age": "age_years", "lvef": "lvef_percent", "collaterals": "interventional_collaterals",
}  # fmt: skip
ANSWERS = (Answer.YES, Answer.NO, Answer.UNKNOWN)


class FormError(CtocalcError):
    """A form that cannot be read; the sentence says what is wrong and what would be right.

    ``field`` is the name it is about.
    """

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


def fields(system: ScoringSystem) -> tuple[str, ...]:
    """Return the names that the system's form takes, in the order of its items.

    An item's own name answers the whole item with yes, no or unknown, where it is answerable;
    the other names are facts, short names of facts, and questions that a reader's grade answers.
    """
    found: dict[str, None] = {}
    for criterion in system.criteria:
        if criterion.answerable:
            found[criterion.item] = None
        found.update(dict.fromkeys(_names([check.fact for check in criterion.checks])))
    if system.excludes:
        found[system.excludes.fact] = None
    return (*found,) if ALWAYS in found else (*found, ALWAYS)


def _names(facts: list[str]) -> list[str]:
    """Return every name by which facts can be given."""
    short = [name for name, fact in SHORT.items() if fact in facts]
    asked = [
        question
        for question, words in GRADES.items()
        if any(fact in graded for graded in words.values() for fact in facts)
    ]
    return [*(fact for fact in facts if fact not in NOT_ASKED), *short, *asked]


def words_taken(system: ScoringSystem, name: str) -> tuple[str, ...]:
    """Return the words that a field takes, besides a number."""
    fact = fact_of(name)
    yes_no = name in _answerable(system) or (fact is not None and FACTS[fact].unit is None)
    plain = ANSWERS if yes_no else (Answer.UNKNOWN,) if fact else ()
    return tuple(dict.fromkeys((*GRADES.get(name, ()), *(str(word) for word in plain))))


def fact_of(name: str) -> str | None:
    """Return the fact that a field's name stands for; None for an item's own name or a grade."""
    fact = SHORT.get(name, name)
    return fact if fact in FACTS else None


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
        or a question answered twice.
    """
    given = {name: text.strip() for name, text in entries.items() if text.strip()}
    known = fields(system)
    answers: dict[str, Fact] = {}
    for name, text in given.items():
        if name not in known:
            raise FormError(
                name,
                f"{system.name} {system.edition} does not use {name}; it uses {', '.join(known)}",
            )
        for fact, answer in _facts(system, name, text).items():
            if fact in answers:
                raise FormError(name, f"{fact} is answered twice, the second time by {name}")
            answers[fact] = answer
    _check_bends(answers)
    items: dict[str, Fact] = {}
    for criterion in _answerable(system).values():
        if criterion.item in given and _is_answer(given[criterion.item]):
            items |= _item(criterion, given[criterion.item], answers, asked=entries.keys())
    return Facts(answers=answers, items=items)


def _check_bends(answers: Mapping[str, Fact]) -> None:
    for stretch in ("proximal", "vessel"):
        names = [f"{place}_bend_{stretch}_deg" for place in ("largest", "second")]
        largest, second = (answers[n].measured if n in answers else None for n in names)
        if largest is None or second is None or largest.value is None or second.value is None:
            continue
        if second.value > largest.value:
            raise FormError(
                names[1],
                f"{names[1]} is {second.value:g}; it takes at most {names[0]}, {largest.value:g}",
            )


def _answerable(system: ScoringSystem) -> dict[str, Criterion]:
    """Return the items that a yes or no settles."""
    return {criterion.item: criterion for criterion in system.criteria if criterion.answerable}


def _is_answer(text: str) -> bool:
    return text.lower() in ANSWERS


def _facts(system: ScoringSystem, name: str, text: str) -> dict[str, Fact]:
    """Return the facts that one entry answers; none where it answers the item alone."""
    if name in _answerable(system) and _is_answer(text):
        alike = name in FACTS and FACTS[name].unit is None
        return {name: _read_answer(name, text)} if alike else {}
    if name in GRADES:
        return _read_grade(system, name, text)
    fact = fact_of(name)
    if fact is not None:
        return {fact: _read(fact, name, text)}
    raise _refusal(name, text, words_taken(system, name))


def _item(
    criterion: Criterion, text: str, answers: Mapping[str, Fact], *, asked: Collection[str]
) -> dict[str, Fact]:
    """Return the answer to a whole item, if the entry is that.

    An 'unknown' that the score gives no meaning leaves the facts standing.  A name that is also
    one of the item's several facts answers that one alone where the form asks for the others too,
    answered or not.
    """
    name = criterion.item
    others = [c.fact for c in criterion.checks if c.fact != name]
    if criterion.named_as_part:
        if any(fact in asked for fact in others):
            return {}
        said = _read_answer(name, text)
        return {name: replace(said, reason=f"taken for {' and '.join(map(term, others))} too")}
    parts = [fact for fact in others if fact in answers]
    meant = text.lower() != Answer.UNKNOWN or criterion.unknown_counts
    if parts and meant:
        raise FormError(name, f"{name} is answered twice: give it, or {', '.join(parts)}, not both")
    return {} if parts else {name: _read_answer(name, text)}


def _read_grade(system: ScoringSystem, name: str, text: str) -> dict[str, Fact]:
    answers = GRADES[name].get(text.lower())
    if answers is None:
        raise _refusal(name, text, words_taken(system, name))
    return {
        fact: Fact(answer=answer, source=Source.GIVEN)
        for fact, answer in answers.items()
        if fact in system.facts
    }


def _read(fact: str, name: str, text: str) -> Fact:
    unit = FACTS[fact].unit
    if unit is None:
        return _read_answer(name, text)
    if text.lower() == Answer.UNKNOWN:
        return Fact(answer=Answer.UNKNOWN, source=Source.GIVEN)
    value = _read_number(fact, name, text)
    measured = Measured(value=value, unit=unit, low=value, high=value)
    return Fact(measured=measured, source=Source.GIVEN)


def _read_answer(name: str, text: str) -> Fact:
    if not _is_answer(text):
        raise _refusal(name, text, ANSWERS)
    return Fact(answer=Answer(text.lower()), source=Source.GIVEN)


def _refusal(name: str, text: str, words: tuple[str, ...]) -> FormError:
    return FormError(name, f"{name} is {text!r}; it takes {', '.join(words)}")


def _read_number(fact: str, name: str, text: str) -> float:
    spec = FACTS[fact]
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    highest = math.inf if spec.highest is None else spec.highest
    if math.isfinite(value) and 0 <= value <= highest and (value.is_integer() or not spec.whole):
        return value
    raise FormError(name, f"{name} is {text!r}; it takes {number_words(fact)}")


def number_words(fact: str) -> str:
    """Return in words which numbers a fact takes."""
    spec = FACTS[fact]
    kind = "a whole number" if spec.whole else "a number"
    range_ = "of 0 or more" if spec.highest is None else f"from 0 to {spec.highest:g}"
    return f"{kind} {range_} or unknown"
