"""Scoring systems as frozen tables, and their evaluation on facts."""

from dataclasses import dataclass
from enum import StrEnum

from ctocalc.scores.criterion import Criterion, Finding, find
from ctocalc.scores.facts import Answer, Facts, Source
from ctocalc.scores.logic import Check, judge_fact
from ctocalc.scores.rules import Comparator, Evidence, weakest
from ctocalc.scores.strategy import by_strategy
from ctocalc.scores.terms import term


class Basis(StrEnum):
    """What a calcium fraction means: as it looks (blooming included), or with blur undone."""

    APPARENT = "apparent"
    CORRECTED = "corrected"


CT = "CT"
ANGIOGRAPHY = "angiography"
CT_ADAPTED = "angiography (CT-adapted)"
CT_ANALOGUE = "CT analogue of intravascular imaging"
MODIFIED = "modified: calcium fraction with blur undone, not validated against outcome"
TOTAL_OCCLUSION = "total occlusion"
NOT_A_CTO = f"{TOTAL_OCCLUSION}, not CTO by definition: it is younger than 3 months"
CTO_MONTHS = 3.0
NO_TOTAL = "the criteria are facts about the calcium; no total is given"
# Nobody reads these on an angiogram: a form that holds one was filled from CT.
CT_ONLY_FACTS = (
    "calcium_fraction", "calcium_arc_deg", "arc_where_half_calcified_deg", "full_moon",
    "calcium_share_of_length",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The scores from ``lower`` up to the next group; ``rate`` (0-1) is the published endpoint.

    ``comparator`` says whether ``lower`` itself belongs to the group (>=) or not (>).  ``rate``
    is None where none is known or none may be printed.
    """

    lower: float
    name: str
    evidence: Evidence
    comparator: Comparator = Comparator.AT_LEAST
    rate: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringSystem:
    """One edition of one score: a table.

    ``filled_from_image`` names the items that a CT decides; facts of the image are not heard on
    the others.  ``calcium_area_item`` says that a calcified share of a cross-section is asked
    for.  Where ``excludes`` holds, the paper did not look at such patients and there is no score.
    ``adds_up`` False: criteria side by side, without a total.  ``departures`` are sentences on
    where this software reads the paper in its own way.
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
    excludes: Check | None = None
    adds_up: bool = True
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
    def facts(self) -> tuple[str, ...]:
        """Every fact that is asked, once."""
        asked = [check.fact for criterion in self.criteria for check in criterion.checks]
        return tuple(dict.fromkeys([*asked, *([self.excludes.fact] if self.excludes else [])]))

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
            rules = [check.rule for check in criterion.checks]
            if criterion.evidence is Evidence.UNCONFIRMED:
                found.append(criterion.item)
            elif any(rule.evidence is Evidence.UNCONFIRMED for rule in rules):
                found.append(f"{criterion.item}: threshold or reading")
        if any(group.evidence is Evidence.UNCONFIRMED for group in self.groups):
            found.append("groups")
        return tuple(found)

    def group(self, points: float) -> Group | None:
        """Return the group of a total, None where the system has no groups."""
        return next((g for g in reversed(self.groups) if g.comparator.holds(points, g.lower)), None)


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
    if system.excludes and judge_fact(system.excludes, facts[system.excludes.fact]).best:
        return not_scored(system, system.excludes.rule.note, basis=basis)
    said = facts.without_image()
    findings = tuple(
        find(criterion, facts if criterion.item in system.filled_from_image else said)
        for criterion in system.criteria
    )
    total = _total(findings) if system.adds_up else NOTHING
    group = _shared_group(system, total)
    adapted = system.modality == ANGIOGRAPHY and _is_from_ct(facts)
    validated = not (system.calcium_area_item and basis is Basis.CORRECTED)
    status = _status(facts, on_ct=adapted or system.modality in {CT, CT_ANALOGUE})
    holds = validated and not adapted and status != NOT_A_CTO
    rate = group.rate if group and holds else None
    notes = (
        status,
        None if validated else MODIFIED,
        _made_without(system, facts),
        by_strategy(system.criteria, said),
    )
    return Score(
        system=system,
        title=f"{system.title} (CT-adapted)" if adapted else system.title,
        modality=CT_ADAPTED if adapted else system.modality,
        basis=basis,
        points=total.points, points_low=total.low, points_high=total.high,
        points_image_only=_points_of_image(system, findings),
        group=group.name if group else None,
        published_rate=rate,
        published_rate_evidence=group.evidence if group and rate is not None else None,
        findings=findings,
        notes=tuple(note for note in notes if note),
        reason=_why_interval(findings) if system.adds_up else NO_TOTAL,
    )  # fmt: skip


def not_scored(system: ScoringSystem, reason: str, *, basis: Basis) -> Score:
    """Return the empty score of a vessel that has nothing to score, such as no total occlusion."""
    return Score(
        system=system, title=system.title, modality=system.modality, basis=basis,
        points=None, points_low=None, points_high=None, points_image_only=None,
        group=None, published_rate=None, published_rate_evidence=None,
        findings=(), notes=(), reason=reason,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Total:
    """Best call, fewest and most points; None as in Score."""

    points: float | None
    low: float | None
    high: float | None


NOTHING = _Total(None, None, None)


def _total(findings: tuple[Finding, ...]) -> _Total:
    low, high = sum(f.points_low for f in findings), sum(f.points_high for f in findings)
    return _Total(_sum(findings), low, high)


def _sum(findings: tuple[Finding, ...]) -> float | None:
    known = [f.points for f in findings if f.points is not None]
    return sum(known) if len(known) == len(findings) else None


def _points_of_image(system: ScoringSystem, findings: tuple[Finding, ...]) -> float | None:
    if not system.filled_from_image or not system.adds_up:
        return None
    return _sum(tuple(f for f in findings if f.item in system.filled_from_image))


def _shared_group(system: ScoringSystem, total: _Total) -> Group | None:
    if total.low is None or total.high is None:
        return None
    if total.points is not None:
        return system.group(total.points)
    lowest, highest = system.group(total.low), system.group(total.high)
    return lowest if lowest is highest else None


def _is_from_ct(facts: Facts) -> bool:
    """Whether the occlusion was found, or any of it read, on CT."""
    seen = facts.come_from(Source.IMAGE, Source.READER)
    return seen or any(facts[name].given for name in CT_ONLY_FACTS)


def _made_without(system: ScoringSystem, facts: Facts) -> str | None:
    check = system.excludes
    if check is None or facts[check.fact].answer is Answer.NO:
        return None
    return f"{check.rule.note}: whether that is so here was not given"


def _status(facts: Facts, *, on_ct: bool) -> str | None:
    """Say what kind of occlusion this is; None for one known to be chronic."""
    duration = facts["duration_months"].measured
    if duration is None or duration.value is None:
        return f"{TOTAL_OCCLUSION}{' on CT' if on_ct else ''}: its duration is not known"
    return NOT_A_CTO if duration.value < CTO_MONTHS else None


def _why_interval(findings: tuple[Finding, ...]) -> str | None:
    """Say which items would move the total."""
    moving = [f"{term(f.item)} ({f.reason})" for f in findings if f.points_low < f.points_high]
    return f"an interval because of {', '.join(moving)}" if moving else None
