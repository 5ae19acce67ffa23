"""What the page's reader review starts from: rules, questions, and the automatic answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from ctocalc.report.rules import score_rules
from ctocalc.scores.facts import FACTS
from ctocalc.scores.record import facts_json
from ctocalc.scores.terms import term
from ctocalc.study.calls import QUESTIONS, Question
from ctocalc.study.clinical import ClinicalFacts
from ctocalc.study.findings import given_facts
from ctocalc.study.questions import FACTS as CLINICAL
from ctocalc.study.questions import ClinicalFact
from ctocalc.study.record import CaseRecord
from ctocalc.study.review import OCCLUSIONS, SCHEMA

Json = Mapping[str, Any]
# What a stent hides: told anew when a reader says that there is one, or none.
CALCIUM = (
    "calcification_any", "calcium_fraction", "full_moon", "arc_where_half_calcified_deg",
    "calcium_arc_deg", "calcium_share_of_length", "largest_arc_deg", "calcium_thickness_mm",
    "calcium_longest_mm", "stretch_over_270_mm", "calcified_nodule", "vessel_diameter_mm",
)  # fmt: skip
# What the fields are in; the names of questions do not all say it.
UNITS = {
    "age": "years", "bend_deg": "°", "calcium_arc_deg": "°", "duration_months": "months",
    "lvef": "%",
}  # fmt: skip


def review_data(case: CaseRecord, *, blind: bool = False) -> dict[str, Any]:
    """Return the data of the review: without a single automatic answer where it is ``blind``.

    The review of a reviewed result goes on from the automatic answers that it keeps.
    """
    result, kept = case.result, case.result.get("review")
    return {
        "schema": SCHEMA,
        "case_id": result["case_id"],
        "version": result["provenance"]["version"],
        "result_digest": kept["result_digest"] if kept else case.digest,
        "same_cto_gap_mm": result["provenance"]["settings"]["lesion"]["same_cto_gap_mm"],
        "questions": {
            name: _question(name, question, blind=blind) for name, question in QUESTIONS.items()
        },
        "clinical": {fact.name: _clinical(fact, blind=blind) for fact in CLINICAL},
        "calcium": () if blind else CALCIUM,
        "blind": blind,
        "vessels": list(_vessels(result, blind=blind)),
        "kept": None if blind or kept is None else {
            name: kept[name] for name in ("reader", "status", "comment", "edits")
        },
        **({} if blind else score_rules()),
    }  # fmt: skip


def _label(name: str) -> str:
    unit = UNITS.get(name)
    return f"{term(name)}, {unit}" if unit else term(name)


def _question(name: str, question: Question, *, blind: bool) -> Json:
    """Return how a call is asked, and what each answer tells where scores follow it."""
    return {
        "label": _label(name),
        "meaning": question.meaning,
        "words": {
            word: {} if blind else facts_json(facts) for word, facts in question.words.items()
        },
        "number": question.number,
        "highest": question.highest,
        "settles": {} if blind else facts_json(question.settles),
    }


def _clinical(fact: ClinicalFact, *, blind: bool) -> Json:
    """Return how a clinical fact is asked: its words, or its number, and what each tells."""
    words = [word for word in fact.metavar.split("|") if word.islower()]
    numbers = not words or fact.metavar != "|".join(words)
    return {
        "label": _label(fact.name),
        "meaning": fact.meaning,
        "expected": fact.expected,
        "by_vessel": fact.by_vessel,
        "words": {word: {} if blind else _told(fact, word) for word in words},
        "number": list(_told(fact, "1")) if numbers else [],
        "highest": _highest(fact) if numbers else None,
    }


def _told(fact: ClinicalFact, text: str) -> dict[str, Any]:
    """Return the score's facts that an answer changes."""
    nothing = given_facts("", ClinicalFacts())
    answer: dict[str, Any] = {fact.field: fact.read(text)}
    facts = given_facts("", ClinicalFacts(**answer))
    return facts_json({name: told for name, told in facts.items() if told != nothing[name]})


def _highest(fact: ClinicalFact) -> float:
    """Return the highest number that the question takes."""
    candidates = (1200.0, 130.0, 100.0, 3.0)
    return next(number for number in candidates if _takes(fact, f"{number:g}"))


def _takes(fact: ClinicalFact, text: str) -> bool:
    try:
        fact.read(text)
    except ValueError:
        return False
    return True


def _vessels(result: Json, *, blind: bool) -> Iterator[Json]:
    """Yield the automatic answers of every measured vessel."""
    kept = {v["vessel"]: v for v in (result.get("review") or {"automatic": []})["automatic"]}
    for place, vessel in enumerate(result["vessels"]):
        if vessel["status"] != "ok":
            continue
        told = kept.get(vessel["vessel"], vessel)
        clinical = told.get("clinical") or {}
        read: dict[str, Any] = {f.field: f.read(_text(clinical[f.name])) for f in CLINICAL
                if clinical.get(f.name) is not None}  # fmt: skip
        facts = [] if blind else told.get("facts") or []
        yield {
            "vessel": vessel["vessel"],
            "anchor": f"vessel-{place}",
            "length_mm": vessel["length_mm"],
            "clinical": {} if blind else clinical,
            "occlusions": None if blind else told.get("occlusions", _occlusions(vessel)),
            "facts": facts,
            "anew": []
            if blind
            else list(_anew(vessel, result.get("review"), ClinicalFacts(**read))),
            "open": {} if blind else _open(vessel["vessel"], ClinicalFacts(**read)),
        }


def _text(value: str | float) -> str:
    return value if isinstance(value, str) else repr(value).removesuffix(".0")


def _open(vessel: str, clinical: ClinicalFacts) -> Json:
    """Return the facts of a lesion that nobody has measured yet."""
    unseen = {"answer": "missing", "measured": None, "quoted": None, "borderline": False,
              "source": "image", "reason": "it is measured when the review is applied"}  # fmt: skip
    given = facts_json(given_facts(vessel, clinical))
    return {name: given.get(name, unseen) for name in FACTS}


def _anew(vessel: Json, review: Json | None, clinical: ClinicalFacts) -> Iterator[Json]:
    """Yield the lesions that were measured where a reader put their occlusions.

    Only where no other answer of the reader is in what was measured: it could not be taken back.
    """
    edits = (
        [edit for edit in review["edits"] if edit["vessel"] == vessel["vessel"]] if review else []
    )
    items = {edit["item"] for edit in edits}
    if OCCLUSIONS not in items or "in_stent" in items:
        return
    called = {edit["lesion"]["number"] for edit in edits if edit["lesion"]}
    given = facts_json(given_facts(vessel["vessel"], clinical))
    known = {lesion["lesion"]: lesion for lesion in vessel["facts"]}
    for lesion in vessel["lesions"]:
        number = lesion["lesion"]
        if lesion["occluded"] and number in known and number not in called:
            yield {
                "occlusions": [[one["start_mm"], one["end_mm"]] for one in lesion["occlusions"]],
                "facts": {**known[number]["facts"], **given},
                "apparent": known[number]["apparent"],
            }


def _occlusions(vessel: Json) -> list[list[float]]:
    return [
        [part["start_mm"], part["end_mm"]]
        for lesion in vessel["lesions"]
        if lesion["occluded"]
        for part in lesion["occlusions"]
    ]
