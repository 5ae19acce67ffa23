"""What no image can tell: the clinical facts a user gives."""

from dataclasses import dataclass, field
from typing import Literal

from ctocalc.scores.facts import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFacts:
    """Clinical facts of one vessel of one patient.

    Not given is None or ``Answer.MISSING``; ``Answer.UNKNOWN`` was asked, and nobody can tell.
    ``duration_months`` is a number of months, "unknown" or None.
    """

    prior_attempt: Answer = Answer.MISSING
    duration_months: float | Literal["unknown"] | None = None
    in_stent: Answer = Answer.MISSING
    graft_on_vessel: Answer = Answer.MISSING
    age_years: float | None = None
    sex: Literal["female", "male", "unknown"] | None = None
    prior_cabg: Answer = Answer.MISSING
    prior_mi: Answer = Answer.MISSING
    lvef_percent: float | None = None
    rentrop: int | None = None
    collaterals: Answer = Answer.MISSING
    cap_ambiguity: Answer = Answer.MISSING
    tortuosity: str | None = None
    calcification_grade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalSheet:
    """Facts for the whole patient, and what differs for single vessels."""

    patient: ClinicalFacts = field(default_factory=ClinicalFacts)
    by_vessel: dict[str, ClinicalFacts] = field(default_factory=dict)

    def of(self, vessel: str) -> ClinicalFacts:
        """Return the facts that hold for a vessel: its own, else the patient's."""
        return self.by_vessel.get(vessel, self.patient)
