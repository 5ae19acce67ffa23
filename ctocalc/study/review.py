"""Review: what a reader changed in a result, as data; and what a reviewed result keeps of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from ctocalc.errors import Code, SettingsRefused
from ctocalc.scores.facts import Facts
from ctocalc.study.calls import Call
from ctocalc.study.clinical import ClinicalFacts

SCHEMA = "ctocalc-review/1"
OCCLUSIONS = "occlusions"

Caps = tuple[tuple[float, float], ...]
Word = Call | Caps | None


def refused(sentence: str) -> SettingsRefused:
    """Return the refusal of a review; ``sentence`` says what it is or holds."""
    return SettingsRefused(Code.REVIEW_INVALID, f"The review {sentence}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The lesion that an edit is about, as the reader leaves it: number, entry and exit."""

    number: int
    start_mm: float
    end_mm: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One answer of a reader, and the automatic one that it replaced (None: there was none).

    ``item`` is "occlusions" (all of a vessel; pairs of entry and exit, mm), a question of
    ``study.calls`` about a lesion, or a clinical fact.  ``vessel`` is None for facts of the
    patient, ``lesion`` for all that is not about one.
    """

    vessel: str | None
    lesion: Place | None
    item: str
    automatic: Word
    reader: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """A reader's edits of one result.

    ``reader`` is no name; ``when`` (UTC) is the reader's own act; ``version`` made the page;
    ``result_digest`` is the SHA-256 of the automatic ``result.json``; ``blind``: the reader did
    not see the automatic answers.
    """

    case_id: str
    reader: str
    when: str
    version: str
    result_digest: str
    status: str
    blind: bool
    comment: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LesionFacts:
    """What the scores of one lesion were given, by basis of the calcium fraction.

    ``calls`` are the answers to the questions of `study.calls`, as they stand.
    """

    lesion: int
    start_mm: float
    end_mm: float
    corrected: Facts
    apparent: Facts
    calls: Mapping[str, Call | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticScore:
    """A total without the review."""

    lesion: int | None
    system: str
    edition: str
    basis: str
    points: float | None
    points_low: float | None
    points_high: float | None
    group: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AutomaticVessel:
    """One vessel without the review: its occlusions, and what its scores were given and gave."""

    vessel: str
    occlusions: Caps
    clinical: ClinicalFacts
    facts: tuple[LesionFacts, ...]
    scores: tuple[AutomaticScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reviewed:
    """The review of a result, and the automatic answers beside it.

    The review's edits hold the automatic values of this very analysis; ``same_result`` says
    whether the reader saw the same bytes.
    """

    review: Review
    same_result: bool
    automatic: tuple[AutomaticVessel, ...]
