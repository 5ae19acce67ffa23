"""Clinical facts: from a TOML file and from options, as text, into a ClinicalSheet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ctocalc.errors import SettingsRefused
from ctocalc.files.toml import read_toml, refused
from ctocalc.study.clinical import ClinicalFacts, ClinicalSheet
from ctocalc.study.questions import BY_NAME, ClinicalFact
from ctocalc.vessel.segments import vessel_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """One answer: the fact's name, its text, and the vessel it holds for (None: the patient)."""

    name: str
    text: str
    vessel: str | None = None


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
        elif key not in BY_NAME:
            raise refused(f"The clinical fact {key} is not known; there are {', '.join(BY_NAME)}.")
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
        fact = BY_NAME[one.name]
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
