"""What is known about one occlusion: the vocabulary that images, readers and forms fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from ctocalc.quantity import Measured, Unit


class Answer(StrEnum):
    """The answer to a yes/no question.

    UNKNOWN was asked and nobody can tell; MISSING was not given, or cannot be told here.
    """

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    MISSING = "missing"


class Source(StrEnum):
    """Who said so."""

    IMAGE = "image"
    READER = "reader"
    GIVEN = "given"
    NOT_GIVEN = "not given"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One input: a measured number, or an answer, with its source.

    A number sits in ``measured`` (low, high = its interval; where one of them alone is None the
    value is of a part, such as the visible length of a truncated occlusion, and bounds the whole).
    ``quoted`` is what was measured behind an answer, such as a cap's taper: shown beside it, never
    held against a rule.
    ``borderline`` belongs to answers: the other answer is nearly as likely.  ``reason`` is a
    sentence that travels into the finding, whether or not the answer is known.
    """

    answer: Answer = Answer.MISSING
    measured: Measured | None = None
    quoted: Measured | None = None
    borderline: bool = False
    source: Source = Source.NOT_GIVEN
    reason: str | None = None

    def __post_init__(self) -> None:
        if self.measured is not None and self.answer is not Answer.MISSING:
            raise ValueError("a fact is a measured number or an answer, not both")
        if self.quoted is not None and self.answer is Answer.MISSING:
            raise ValueError("a number is quoted behind an answer")
        if self.borderline and self.answer not in {Answer.YES, Answer.NO}:
            raise ValueError("only a yes or a no can be borderline")

    @property
    def given(self) -> bool:
        """Whether somebody looked and did not answer 'unknown'."""
        return self.source is not Source.NOT_GIVEN and self.answer is not Answer.UNKNOWN


NOT_GIVEN = Fact()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactSpec:
    """What a fact means: ``unit`` None for yes/no; the range in which a number is accepted.

    ``whole``: a grade, so only whole numbers are accepted.
    """

    meaning: str
    unit: Unit | None = None
    highest: float | None = None
    whole: bool = False


FACTS: Mapping[str, FactSpec] = MappingProxyType({
    "blunt_stump": FactSpec(
        meaning="the proximal cap (entry) is blunt, not tapered; no stump counts as blunt (U)"
    ),
    "blunt_stump_exit": FactSpec(
        meaning="the distal cap (exit) is blunt, not tapered; no stump counts as blunt (U)"
    ),
    "calcification_any": FactSpec(meaning="any calcium inside the occlusion (at least 0.4 mg)"),
    "calcium_fraction": FactSpec(
        meaning="largest calcium area / outer-wall area of one section inside the occlusion (0-1)",
        unit=Unit.FRACTION, highest=1.0,
    ),
    "full_moon": FactSpec(meaning="calcium closes the circle and fills a whole section"),
    "arc_where_half_calcified_deg": FactSpec(
        meaning="largest single calcium arc among sections that are at least half calcified",
        unit=Unit.DEG, highest=360.0,
    ),
    "calcium_arc_deg": FactSpec(
        meaning="largest single calcium arc, in the section of the calcium fraction",
        unit=Unit.DEG, highest=360.0,
    ),
    "bend_deg": FactSpec(
        meaning="largest bend of the vessel inside the occlusion, at its entry included",
        unit=Unit.DEG, highest=360.0,
    ),
    "length_mm": FactSpec(meaning="length from entry to exit along the axis", unit=Unit.MM),
    "multiple_occlusions": FactSpec(
        meaning="two or more complete interruptions, at least 5 mm of contrast between them"
    ),
    "side_branch": FactSpec(
        meaning="a side branch arises at the proximal cap (within 3 mm, a setting)"
    ),
    "prior_attempt": FactSpec(meaning="an earlier PCI of this occlusion failed"),
    "duration_months": FactSpec(meaning="age of the occlusion in months", unit=Unit.MONTH),
    "calcium_share_of_length": FactSpec(
        meaning="share of the occlusion's length that is calcified (0-1)",
        unit=Unit.FRACTION, highest=1.0,
    ),
    "largest_bend_proximal_deg": FactSpec(
        meaning="largest bend of the CTO vessel proximal to the entry",
        unit=Unit.DEG, highest=360.0,
    ),
    "second_bend_proximal_deg": FactSpec(
        meaning="second largest bend of the CTO vessel proximal to the entry, 0 if there is none",
        unit=Unit.DEG, highest=360.0,
    ),
    "largest_bend_vessel_deg": FactSpec(
        meaning="largest bend of the CTO vessel along its whole course",
        unit=Unit.DEG, highest=360.0,
    ),
    "second_bend_vessel_deg": FactSpec(
        meaning="second largest bend of the CTO vessel along its whole course, 0 if there is none",
        unit=Unit.DEG, highest=360.0,
    ),
    "tortuosity_seen": FactSpec(meaning="a reader sees tortuosity"),
    "tortuosity_grade_moderate": FactSpec(
        meaning="a reader grades the tortuosity moderate or severe"
    ),
    "tortuosity_grade_severe": FactSpec(
        meaning="a reader grades the tortuosity severe, or the course cannot be seen"
    ),
    "calcification_seen": FactSpec(meaning="a reader sees calcification"),
    "calcification_moderate": FactSpec(
        meaning="a reader grades the calcification moderate or severe"
    ),
    "calcification_severe": FactSpec(meaning="a reader grades the calcification severe"),
    "distal_landing_diseased": FactSpec(
        meaning="the first 10 mm after the exit are narrower than 2 mm or stenosed > 50 %"
    ),
    "ostial": FactSpec(meaning="the occlusion begins at the vessel's ostium"),
    "circumflex": FactSpec(meaning="the occluded vessel is the circumflex"),
    "right_coronary": FactSpec(meaning="the occluded vessel is the right coronary artery"),
    "non_lad": FactSpec(meaning="the occluded vessel is not the left anterior descending"),
    "graft_on_vessel": FactSpec(meaning="a bypass graft goes to the CTO vessel"),
    "cap_ambiguity": FactSpec(meaning="the place of the proximal cap is ambiguous"),
    "interventional_collaterals": FactSpec(meaning="there are collaterals fit for intervention"),
    "rentrop": FactSpec(
        meaning="Rentrop grade of the collateral filling (0-3)",
        unit=Unit.SCORE, highest=3.0, whole=True,
    ),
    "prior_cabg": FactSpec(meaning="bypass surgery in the past"),
    "prior_mi": FactSpec(meaning="myocardial infarction in the past"),
    "female": FactSpec(meaning="the patient is female"),
    "age_years": FactSpec(meaning="age of the patient", unit=Unit.YEAR, highest=130.0),
    "lvef_percent": FactSpec(
        meaning="left-ventricular ejection fraction", unit=Unit.PERCENT, highest=100.0
    ),
    "adr": FactSpec(meaning="antegrade dissection and re-entry is used, or looked at"),
    "retrograde": FactSpec(meaning="the retrograde approach is used, or looked at"),
    # Facts of the CT analogues of intravascular criteria; no score asks them.
    "largest_arc_deg": FactSpec(
        meaning="largest single calcium arc of any section of the occlusion",
        unit=Unit.DEG, highest=360.0,
    ),
    "calcium_thickness_mm": FactSpec(
        meaning="largest thickness of calcium along a ray", unit=Unit.MM
    ),
    "calcium_longest_mm": FactSpec(
        meaning="length of the longest calcified stretch", unit=Unit.MM
    ),
    "stretch_over_270_mm": FactSpec(
        meaning="length of the longest stretch with a calcium arc > 270 deg", unit=Unit.MM
    ),
    "calcified_nodule": FactSpec(meaning="there is a calcified nodule"),
    "vessel_diameter_mm": FactSpec(
        meaning="diameter of the vessel's outer wall at the calcium", unit=Unit.MM
    ),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything known about one lesion.

    ``answers`` maps names of FACTS to facts.  ``items`` answers whole score items by name, as
    the edition defines them; such an answer goes before the facts that the item is made of.
    """

    answers: Mapping[str, Fact] = field(default_factory=dict)
    items: Mapping[str, Fact] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, fact in self.answers.items():
            spec = FACTS.get(name)
            if spec is None:
                raise ValueError(f"{name} is no fact; the facts are {', '.join(FACTS)}")
            if fact.measured is not None and fact.measured.unit is not spec.unit:
                raise ValueError(f"{name} is given in {fact.measured.unit}, not in {spec.unit}")
            if spec.unit is not None and fact.answer in {Answer.YES, Answer.NO}:
                raise ValueError(f"{name} is a number; yes or no goes to the item")

    def __getitem__(self, name: str) -> Fact:
        """Return the fact, or NOT_GIVEN."""
        return self.answers.get(name, NOT_GIVEN)

    def without_image(self) -> "Facts":
        """Return what was said rather than measured."""
        said = (
            {name: fact for name, fact in given.items() if fact.source is not Source.IMAGE}
            for given in (self.answers, self.items)
        )
        answers, items = said
        return Facts(answers=answers, items=items)

    def come_from(self, *sources: Source) -> bool:
        """Return whether any fact has one of the sources."""
        return any(f.source in sources for f in (*self.answers.values(), *self.items.values()))
