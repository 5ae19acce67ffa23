"""Scoring systems as frozen tables, and their evaluation on facts."""

from dataclasses import dataclass
from enum import StrEnum

from ctocalc.scores.criterion import Criterion, Finding, find
from ctocalc.scores.facts import Facts, Source
from ctocalc.scores.rules import Evidence, weakest


class Basis(StrEnum):
    """What a calcium fraction means: as it looks (blooming included), or with blur undone."""

    APPARENT = "apparent"
    CORRECTED = "corrected"


CT = "CT"
ANGIOGRAPHY = "angiography"
CT_ADAPTED = "angiography (CT-adapted)"
MODIFIED = "modified: calcium fraction with blur undone, not validated against outcome"
NOT_A_CTO = "total occlusion, not CTO by definition: it is younger than 3 months"
CTO_MONTHS = 3.0
# Nobody reads these on an angiogram: a form that holds one was filled from CT.
CT_ONLY_FACTS = (
    "calcium_fraction", "calcium_arc_deg", "arc_where_half_calcified_deg", "full_moon",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The scores from ``lower`` up to the next group; ``rate`` (0-1) is the published endpoint.

    ``rate`` is None where none is known or none may be printed.
    """

    lower: float
    name: str
    evidence: Evidence
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringSystem:
    """One edition of one score: a table.

    ``filled_from_image`` names the items that a CT decides; ``calcium_area_item`` says that a
    calcified share of a cross-section is asked for; ``departures`` are sentences on where this
    software reads the paper in its own way.
    """

    name: str
    edition: str
    title: str
    modality: str
    endpoint: str
    criteria: tuple[Criterion, ...]
    groups: tuple[Group, ...]
    citation: str
    filled_from_image: tuple[str, ...]
    calcium_area_item: bool
    departures: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        items = [criterion.item for criterion in self.criteria]
        if len(set(items)) < len(items) or not set(self.filled_from_image) <= set(items):
            raise ValueError(f"{self.name} {self.edition}: items are unique and known")
        if any(g.rate is not None and g.evidence is Evidence.UNCONFIRMED for g in self.groups):
            raise ValueError(f"{self.name} {self.edition}: an unconfirmed rate is never shipped")

    @property
    def most_points(self) -> float:
        """The highest possible total."""
        return sum(criterion.levels[0].points for criterion in self.criteria)

    @property
    def evidence(self) -> Evidence:
        """The weakest grade of any item or threshold."""
        grades = [criterion.evidence for criterion in self.criteria]
        grades += [check.rule.evidence for criterion in self.criteria for check in criterion.checks]
        return weakest(tuple(grades))

    @property
    def unconfirmed(self) -> tuple[str, ...]:
        """Name every part that is graded U."""
        found = []
        for criterion in self.criteria:
            if criterion.evidence is Evidence.UNCONFIRMED:
                found.append(criterion.item)
            rules = [check.rule for check in criterion.checks]
            if any(rule.evidence is Evidence.UNCONFIRMED for rule in rules):
                found.append(f"{criterion.item}: threshold or reading")
        if any(group.evidence is Evidence.UNCONFIRMED for group in self.groups):
            found.append("groups")
        return tuple(found)

    def group(self, points: float) -> Group | None:
        """Return the group of a total, None where the system has no groups."""
        return next((g for g in reversed(self.groups) if points >= g.lower), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A score of one lesion.

    ``points`` is the sum of best calls, None when an item cannot be told.  ``points_low`` and
    ``points_high`` are the fewest and the most points that intervals and missing answers leave;
    None only when the lesion is not scored at all.  Research use: it recommends no treatment.
    """

    system: ScoringSystem
    title: str
    modality: str
    basis: Basis
    points: float | None
    points_low: float | None
    points_high: float | None
    points_image_only: float | None
    group: str | None
    published_rate: float | None
    published_rate_evidence: Evidence | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]
    reason: str | None


def evaluate(system: ScoringSystem, facts: Facts, *, basis: Basis) -> Score:
    """Score one total occlusion.

    Parameters
    ----------
    system : ScoringSystem
        The edition.
    facts : Facts
        What is known; what is not in it is "not given", never 0.
    basis : Basis
        What the calcium fraction in ``facts`` means.  No rate stands on the corrected basis of
        a system with a calcium area item.

    Returns
    -------
    Score
        ``points_low <= points <= points_high`` wherever ``points`` is known.
    """
    findings = tuple(find(criterion, facts) for criterion in system.criteria)
    points = _sum([f.points for f in findings])
    low, high = sum(f.points_low for f in findings), sum(f.points_high for f in findings)
    group = _shared_group(system, points, low, high)
    adapted = system.modality == ANGIOGRAPHY and _is_from_ct(facts, findings)
    modified = system.calcium_area_item and basis is Basis.CORRECTED
    rate = None if group is None or adapted or modified else group.rate
    return Score(
        system=system,
        title=f"{system.title} (CT-adapted)" if adapted else system.title,
        modality=CT_ADAPTED if adapted else system.modality,
        basis=basis,
        points=points, points_low=low, points_high=high,
        points_image_only=_sum([f.points for f in findings if f.item in system.filled_from_image]),
        group=group.name if group else None,
        published_rate=rate,
        published_rate_evidence=group.evidence if group and rate is not None else None,
        findings=findings,
        notes=tuple(
            note for note in (
                _status(facts, on_ct=adapted or system.modality == CT),
                MODIFIED if modified else None,
            ) if note
        ),
        reason=_why_interval(findings),
    )  # fmt: skip


def not_scored(system: ScoringSystem, reason: str, *, basis: Basis) -> Score:
    """Return the empty score of a vessel that has nothing to score, such as no total occlusion."""
    return Score(
        system=system, title=system.title, modality=system.modality, basis=basis,
        points=None, points_low=None, points_high=None, points_image_only=None,
        group=None, published_rate=None, published_rate_evidence=None,
        findings=(), notes=(), reason=reason,
    )  # fmt: skip


def _sum(points: list[float | None]) -> float | None:
    known = [p for p in points if p is not None]
    return sum(known) if len(known) == len(points) else None


def _shared_group(
    system: ScoringSystem, points: float | None, low: float, high: float
) -> Group | None:
    if points is not None:
        return system.group(points)
    lowest, highest = system.group(low), system.group(high)
    return lowest if lowest is highest else None


def _is_from_ct(facts: Facts, findings: tuple[Finding, ...]) -> bool:
    seen = any(f.source in {Source.IMAGE, Source.READER} for f in findings)
    return seen or any(facts[name].given for name in CT_ONLY_FACTS)


def _status(facts: Facts, *, on_ct: bool) -> str | None:
    """Say what kind of occlusion this is; None for one known to be chronic."""
    duration = facts["duration_months"].measured
    if duration is None or duration.value is None:
        return f"total occlusion{' on CT' if on_ct else ''}: its duration is not known"
    return NOT_A_CTO if duration.value < CTO_MONTHS else None


def _why_interval(findings: tuple[Finding, ...]) -> str | None:
    """Say which items would move the total."""
    moving = [f"{f.item} ({f.reason})" for f in findings if f.points_low < f.points_high]
    return f"an interval because of {', '.join(moving)}" if moving else None
