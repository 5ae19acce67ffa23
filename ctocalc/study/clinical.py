"""What no image can tell: the clinical facts a user gives; None is "not given"."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal


class Answer(StrEnum):
    """An explicit answer; ``UNKNOWN`` means asked, and nobody can tell."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicalFacts:
    """Clinical facts of one vessel of one patient.

    ``duration_months`` is a number of months, "unknown" (asked, nobody can tell) or None.
    """

    prior_attempt: Answer | None = None
    duration_months: float | Literal["unknown"] | None = None
    in_stent: Answer | None = None
    graft_on_vessel: Answer | None = None
    age_years: float | None = None
    sex: Literal["female", "male"] | None = None
    prior_cabg: Answer | None = None
    prior_mi: Answer | None = None
    lvef_percent: float | None = None
    rentrop: int | None = None
    collaterals: Answer | None = None
    cap_ambiguity: Answer | None = None
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
