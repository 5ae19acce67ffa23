"""Clinical facts: from a TOML file and from options, as text, into a ClinicalSheet."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ctocalc.errors import SettingsRefused
from ctocalc.files.toml import read_toml, refused
from ctocalc.scores.facts import Answer
from ctocalc.scores.grades import GRADES
from ctocalc.study.clinical import ClinicalFacts, ClinicalSheet
from ctocalc.vessel.segments import vessel_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFact:
    """One fact as users give it: option ``--prior-attempt``, TOML key ``prior_attempt``.

    ``field`` is its name in ClinicalFacts; ``by_vessel`` facts may differ between vessels.
    ``expected`` completes the sentence of a refusal; ``metavar`` and ``meaning`` describe the
    option.
    """

    name: str
    field: str
    meaning: str
    expected: str
    metavar: str
    read: Callable[[str], object]
    by_vessel: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer: the fact's name, its text, and the vessel it holds for (None: the patient)."""

    name: str
    text: str
    vessel: str | None = None


def _one_of(*words: str) -> Callable[[str], object]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(text)
        return text.lower()

    return read


def _number(low: float, high: float) -> Callable[[str], object]:
    return lambda text: _between(text, low, high)


def _between(text: str, low: float, high: float) -> float:
    value = float(text)
    if not low <= value <= high:
        raise ValueError(text)
    return value


def _answer(text: str) -> Answer:
    answer = Answer(text.lower())
    if answer is Answer.MISSING:
        raise ValueError(text)
    return answer


def _months(text: str) -> float | str:
    return "unknown" if text.lower() == "unknown" else _between(text, 0, 1200)


def _grade(text: str) -> int:
    if text not in {"0", "1", "2", "3"}:
        raise ValueError(text)
    return int(text)


YES_NO = "yes, no or unknown"


def _yes_no(name: str, meaning: str, *, by_vessel: bool) -> ClinicalFact:
    return ClinicalFact(
        name=name, field=name, meaning=meaning, expected=YES_NO, metavar="yes|no|unknown",
        read=_answer, by_vessel=by_vessel,
    )  # fmt: skip


def _words(name: str, meaning: str, *, by_vessel: bool) -> ClinicalFact:
    words = tuple(GRADES[name])
    return ClinicalFact(
        name=name, field=name, meaning=meaning, expected=" or ".join(words),
        metavar="|".join(words), read=_one_of(*words), by_vessel=by_vessel,
    )  # fmt: skip


FACTS = (
    _yes_no("prior_attempt", "An earlier PCI of this occlusion failed.", by_vessel=True),
    ClinicalFact(
        name="duration_months", field="duration_months", by_vessel=True, read=_months,
        expected="months (0-1200) or unknown", metavar="N|unknown", meaning="Age of the occlusion.",
    ),
    _yes_no("in_stent", "The occlusion lies in a stent.", by_vessel=True),
    _yes_no("graft_on_vessel", "A bypass graft goes to this vessel.", by_vessel=True),
    ClinicalFact(
        name="age", field="age_years", read=_number(0, 130), expected="years (0-130)",
        metavar="YEARS", meaning="Age of the patient.",
    ),
    _words("sex", "Sex of the patient.", by_vessel=False),
    _yes_no("prior_cabg", "Bypass surgery in the past.", by_vessel=False),
    _yes_no("prior_mi", "Myocardial infarction in the past.", by_vessel=False),
    ClinicalFact(
        name="lvef", field="lvef_percent", read=_number(0, 100), expected="percent (0-100)",
        metavar="PERCENT", meaning="Left-ventricular ejection fraction.",
    ),
    ClinicalFact(
        name="rentrop", field="rentrop", by_vessel=True, read=_grade, expected="0, 1, 2 or 3",
        metavar="0-3", meaning="Rentrop grade of the collateral filling.",
    ),
    _yes_no("collaterals", "There are collaterals fit for intervention.", by_vessel=True),
    _yes_no("cap_ambiguity", "The place of the proximal cap is ambiguous.", by_vessel=True),
    _words("tortuosity", "Tortuosity as a reader grades it.", by_vessel=True),
    _words("calcification_grade", "Calcification as a reader grades it.", by_vessel=True),
)  # fmt: skip
_BY_NAME = {fact.name: fact for fact in FACTS}


def read_clinical(path: Path) -> tuple[Given, ...]:
    """Read a clinical file: facts of the patient, then one table per vessel where it differs.

    Raises
    ------
    SettingsRefused
        When it cannot be read, is no TOML, or holds an unknown key or value.
    """
    given = tuple(_walk(read_toml(path, "The clinical file")))
    clinical_sheet(given)
    return given


def _walk(content: Mapping[str, Any], vessel: str | None = None) -> Iterable[Given]:
    for key, value in content.items():
        if isinstance(value, Mapping) and vessel is None:
            yield from _walk(value, vessel_name(key) or key)
        elif key not in _BY_NAME:
            raise refused(f"The clinical fact {key} is not known; there are {', '.join(_BY_NAME)}.")
        else:
            yield Given(name=key, text=_text(value), vessel=vessel)


def _text(value: object) -> str:
    """Return a TOML value as an option would give it; true and false mean yes and no."""
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def clinical_sheet(given: Iterable[Given]) -> ClinicalSheet:
    """Return the sheet: a later answer replaces an earlier one, a vessel's own the patient's.

    Raises
    ------
    SettingsRefused
        When a value is not one of its fact's, or a fact of the patient names a vessel.
    """
    patient = ClinicalFacts()
    own: dict[str, dict[str, Any]] = {}
    for one in given:
        fact = _BY_NAME[one.name]
        value = _read(fact, one)
        if one.vessel is None:
            patient = _with(patient, {fact.field: value})
        else:
            own.setdefault(one.vessel, {})[fact.field] = value
    by_vessel = {vessel: _with(patient, facts) for vessel, facts in own.items()}
    return ClinicalSheet(patient=patient, by_vessel=by_vessel)


def _with(facts: ClinicalFacts, changes: dict[str, Any]) -> ClinicalFacts:
    return replace(facts, **changes)


def _read(fact: ClinicalFact, one: Given) -> object:
    if one.vessel is not None and not fact.by_vessel:
        raise refused(f"{fact.name} belongs to the patient, not to a vessel ({one.vessel}).")
    try:
        return fact.read(one.text.strip())
    except ValueError:
        raise _wrong(fact, one) from None


def _wrong(fact: ClinicalFact, one: Given) -> SettingsRefused:
    return refused(f"{fact.name} is {one.text!r}; expected {fact.expected}.")
