"""A reader's calls on a lesion: what can be called, and what each call says to the scores."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from ctocalc.lesion.lesion import Lesion, Presence, Stump, StumpCall
from ctocalc.quantity import Measured, Unit
from ctocalc.scores.facts import FACTS, Answer, Fact, Source

Call = str | float
NO_CALLS: Mapping[str, Call] = MappingProxyType({})
READER = "a reader's call"
UNTOLD = "a reader cannot tell"
HALF, BENT_DEG = 0.5, 45.0
_ANSWERS = {"yes": Answer.YES, "no": Answer.NO}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing a reader may call.

    ``words`` gives for every word the facts that it settles; ``number`` names the facts that a
    number settles, up to ``highest``, and ``settles`` what else follows from it.  ``automatic`` is
    the image's own answer (None: it cannot tell); ``corrected`` is the lesion with the reader's.
    """

    meaning: str
    automatic: Callable[[Lesion], Call | None]
    words: Mapping[str, Mapping[str, Fact]]
    number: tuple[str, ...] = ()
    highest: float | None = None
    settles: Mapping[str, Fact] = field(default_factory=dict)
    corrected: Callable[[Lesion, Call], Lesion] = lambda lesion, _: lesion

    def facts(self, call: Call) -> dict[str, Fact]:
        """Return the facts that a call settles."""
        if isinstance(call, str):
            return dict(self.words[call])
        return {**self.settles, **{name: _exactly(name, call) for name in self.number}}


def said(calls: Mapping[str, Call]) -> dict[str, Fact]:
    """Return every fact that the calls settle; a later question goes before an earlier one."""
    facts: dict[str, Fact] = {}
    for name, question in QUESTIONS.items():
        if name in calls:
            facts |= question.facts(calls[name])
    return facts


def called(lesion: Lesion, calls: Mapping[str, Call]) -> Lesion:
    """Return the lesion as a reader calls it; its other measures stay those of the image."""
    for name, question in QUESTIONS.items():
        if name in calls:
            lesion = question.corrected(lesion, calls[name])
    return lesion


def _answer(answer: Answer) -> Fact:
    return Fact(answer=answer, source=Source.READER)


# Looked at and not seen: nothing else may answer in its place.
_OPEN = Fact(source=Source.READER, reason=UNTOLD)
_NOT_GIVEN = Fact()


def _exactly(name: str, value: float) -> Fact:
    return _between(name, value, value, value)


def _between(name: str, low: float, high: float, value: float | None = None) -> Fact:
    unit = FACTS[name].unit or Unit.COUNT
    reason = None if value is not None else READER
    measured = Measured(value=value, unit=unit, low=low, high=high, reason=reason)
    return Fact(measured=measured, source=Source.READER)


def _above(name: str, cut: float) -> Fact:
    """Return the fact of an eye that sees more than ``cut``: both comparators are met."""
    return _between(name, math.nextafter(cut, math.inf), FACTS[name].highest or math.inf)


def _below(name: str, cut: float) -> Fact:
    return _between(name, 0.0, math.nextafter(cut, 0.0))


_HALF_CALCIFIED = {
    "calcification_any": _answer(Answer.YES),
    "calcium_fraction": _above("calcium_fraction", HALF),
    # Who calls the half asks anew which arc it has.
    "arc_where_half_calcified_deg": _NOT_GIVEN,
}
_NOT_HALF = {
    "calcium_fraction": _below("calcium_fraction", HALF),
    "arc_where_half_calcified_deg": _exactly("arc_where_half_calcified_deg", 0.0),
    "full_moon": _answer(Answer.NO),
}
_NO_CALCIUM = {
    "calcification_any": _answer(Answer.NO),
    "full_moon": _answer(Answer.NO),
    **{
        name: _exactly(name, 0.0)
        for name in (
            "calcium_fraction", "arc_where_half_calcified_deg", "calcium_arc_deg",
            "largest_arc_deg", "calcium_share_of_length", "calcium_thickness_mm",
            "calcium_longest_mm", "stretch_over_270_mm",
        )
    },
}  # fmt: skip


def _plain(fact: str) -> dict[str, dict[str, Fact]]:
    return {
        **{word: {fact: _answer(answer)} for word, answer in _ANSWERS.items()},
        "unknown": {fact: _OPEN},
    }


def _stump_words(fact: str) -> dict[str, dict[str, Fact]]:
    blunt, tapered = {fact: _answer(Answer.YES)}, {fact: _answer(Answer.NO)}
    return {"blunt": blunt, "tapered": tapered, "none": blunt, "unknown": {fact: _OPEN}}


def _presence(found: Presence) -> Call | None:
    return None if found.present is None else "yes" if found.present else "no"


def _seen(found: Presence, call: Call) -> Presence:
    present = {"yes": True, "no": False}.get(str(call))
    reason = UNTOLD if present is None else READER
    return Presence(present=present, value=found.value, reason=reason)


def _shaped(found: Stump, call: Call) -> Stump:
    shape = None if call == "unknown" else StumpCall(str(call))
    reason = UNTOLD if shape is None else READER
    return replace(found, call=shape, p_blunt=None, borderline=False, reason=reason)


def _measured(found: Measured, call: Call) -> Measured:
    if isinstance(call, str):
        return Measured.unknown(found.unit, UNTOLD)
    return Measured(value=call, low=call, high=call, unit=found.unit, reason=READER)


def _over(found: Measured, cut: float) -> Call | None:
    if found.value is None or (found.value <= cut and found.high is None and found.low is not None):
        return None  # a lower bound below the cut tells nothing
    return "yes" if found.value > cut else "no"


def _number(value: Measured) -> Call | None:
    return value.value


QUESTIONS: Mapping[str, Question] = MappingProxyType({
    "proximal_stump": Question(
        meaning="shape of the proximal cap; none: flush at a branch or ostium",
        automatic=lambda lesion: lesion.proximal_stump.call,
        words=_stump_words("blunt_stump"),
        corrected=lambda lesion, call: replace(
            lesion, proximal_stump=_shaped(lesion.proximal_stump, call)
        ),
    ),
    "distal_stump": Question(
        meaning="shape of the distal cap; none: flush at a branch",
        automatic=lambda lesion: lesion.distal_stump.call,
        words=_stump_words("blunt_stump_exit"),
        corrected=lambda lesion, call: replace(
            lesion, distal_stump=_shaped(lesion.distal_stump, call)
        ),
    ),
    "side_branch": Question(
        meaning="a side branch arises at the proximal cap",
        automatic=lambda lesion: _presence(lesion.proximal_side_branch),
        words=_plain("side_branch"),
        corrected=lambda lesion, call: replace(
            lesion, proximal_side_branch=_seen(lesion.proximal_side_branch, call)
        ),
    ),
    "bend_over_45": Question(
        meaning="the occlusion bends by more than 45 degrees",
        automatic=lambda lesion: _over(lesion.bend_deg, BENT_DEG),
        words={
            "yes": {"bend_deg": _above("bend_deg", BENT_DEG)},
            "no": {"bend_deg": _below("bend_deg", BENT_DEG)},
            "unknown": {"bend_deg": _OPEN},
        },
    ),
    "bend_deg": Question(
        meaning="largest bend of the occlusion, degrees",
        automatic=lambda lesion: _number(lesion.bend_deg),
        words={"unknown": {"bend_deg": _OPEN}}, number=("bend_deg",), highest=360.0,
        corrected=lambda lesion, call: replace(lesion, bend_deg=_measured(lesion.bend_deg, call)),
    ),
    "calcification": Question(
        meaning="any calcium inside the occlusion",
        automatic=lambda lesion: _presence(lesion.calcification),
        words=_plain("calcification_any") | {"no": _NO_CALCIUM},
        corrected=lambda lesion, call: replace(
            lesion, calcification=_seen(lesion.calcification, call)
        ),
    ),
    "calcium_over_half": Question(
        meaning="calcium fills more than half of a cross-section of the vessel",
        automatic=lambda lesion: _over(lesion.max_calcium_fraction, HALF),
        words={
            "yes": _HALF_CALCIFIED, "no": _NOT_HALF,
            "unknown": {
                "calcium_fraction": _OPEN, "arc_where_half_calcified_deg": _NOT_GIVEN,
            },
        },
    ),
    "full_moon": Question(
        meaning="calcium closes the circle and fills a whole section",
        automatic=lambda lesion: _presence(lesion.full_moon),
        words=_plain("full_moon") | {
            "yes": {**_HALF_CALCIFIED, "full_moon": _answer(Answer.YES)},
        },
        corrected=lambda lesion, call: replace(lesion, full_moon=_seen(lesion.full_moon, call)),
    ),
    "calcium_arc_deg": Question(
        meaning="largest single calcium arc, degrees, in the most calcified section",
        automatic=lambda lesion: _number(lesion.max_calcium_arc_largest_deg),
        words={
            "unknown": {
                "calcium_arc_deg": _OPEN, "largest_arc_deg": _OPEN,
                "arc_where_half_calcified_deg": _NOT_GIVEN,
            },
        },
        number=("calcium_arc_deg", "largest_arc_deg"), highest=360.0,
        settles={"arc_where_half_calcified_deg": _NOT_GIVEN},
        corrected=lambda lesion, call: replace(
            lesion,
            max_calcium_arc_largest_deg=_measured(lesion.max_calcium_arc_largest_deg, call),
        ),
    ),
    "multiple_occlusions": Question(
        meaning="two or more interruptions, at least 5 mm of contrast between them",
        automatic=lambda lesion: _presence(lesion.multiple_occlusions),
        words=_plain("multiple_occlusions"),
        corrected=lambda lesion, call: replace(
            lesion, multiple_occlusions=_seen(lesion.multiple_occlusions, call)
        ),
    ),
    "distal_landing_diseased": Question(
        meaning="the first 10 mm after the exit are narrower than 2 mm or stenosed > 50 %",
        automatic=lambda lesion: _presence(lesion.distal_landing.diseased),
        words=_plain("distal_landing_diseased"),
        corrected=lambda lesion, call: replace(
            lesion,
            distal_landing=replace(
                lesion.distal_landing, diseased=_seen(lesion.distal_landing.diseased, call)
            ),
        ),
    ),
})  # fmt: skip
