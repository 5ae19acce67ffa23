"""The scores of a lesion in rows: totals, items, what is borderline and what moves a total."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctocalc._arrays import Array
from ctocalc.quantity import Unit
from ctocalc.report.places import place_of
from ctocalc.report.words import interval, spaced, told
from ctocalc.scores.registry import UnknownSystem, system
from ctocalc.scores.system import MODIFIED, TOTAL_OCCLUSION, ScoringSystem
from ctocalc.scores.words import amount, rate_words, span

Json = Mapping[str, Any]
Stations = Mapping[str, Array]
FROM_IMAGE = frozenset({"image", "reader"})
ANSWERS = {True: "yes", False: "no", None: "cannot tell"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """One item of a score, or one condition of a compound item (``points`` empty)."""

    name: str
    item: str
    points: str
    present: str
    value: str
    interval: str
    at_mm: float | None
    rule: str
    source: str
    evidence: str
    note: str
    borderline: bool
    undecided: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRow:
    """One edition of one score on one lesion, both bases side by side.

    ``apparent`` is empty where the score asks for no calcium fraction; ``moved`` says that an
    undecided item could still change a total.
    """

    system: str
    edition: str
    title: str
    endpoint: str
    corrected: str
    apparent: str
    most: str
    group: str
    image_only: str
    rate: str
    items: tuple[ItemRow, ...]
    moved: bool
    notes: tuple[str, ...]
    unconfirmed: str
    from_image: bool


def score_rows(vessel: Json, lesion: Json, stations: Stations) -> tuple[ScoreRow, ...]:
    """Return one row per edition, in the order of the result."""
    editions: dict[tuple[str, str], list[Json]] = {}
    for score in vessel["scores"]:
        if score["lesion"] == lesion["lesion"]:
            editions.setdefault((score["system"], score["edition"]), []).append(score)
    return tuple(_score(scores, lesion, stations) for scores in editions.values())


def mostly_from_image(score: Json) -> bool:
    """Return whether the image, or a reader of it, answers more than half of the items."""
    sources = [item["source"] for item in score["items"]]
    return sum(source in FROM_IMAGE for source in sources) > len(sources) / 2


def lesion_notes(vessel: Json, lesion: Json) -> tuple[str, ...]:
    """Return what holds for all scores of a lesion: its age, and what "corrected" means."""
    notes = (n for s in vessel["scores"] if s["lesion"] == lesion["lesion"] for n in s["notes"])
    told = dict.fromkeys(filter(_of_the_lesion, notes))
    return tuple(f"corrected: {note}" if note == MODIFIED else note for note in told)


def _of_the_lesion(note: str) -> bool:
    return note == MODIFIED or note.startswith(TOTAL_OCCLUSION)


def asked(name: str, edition: str) -> ScoringSystem | None:
    """Return the definition of an edition; None where this version knows it no more."""
    try:
        return system(name, edition)
    except UnknownSystem:
        return None


def _score(scores: list[Json], lesion: Json, stations: Stations) -> ScoreRow:
    by_basis = {score["basis"]: score for score in scores}
    shown = by_basis.get("corrected", scores[0])
    definition = asked(shown["system"], shown["edition"])
    items = [
        row
        for basis, score in by_basis.items()
        for item in score["items"]
        if score is shown or _differs(item, shown)
        for row in _items(item, _Asked(definition, lesion, stations, basis, score is not shown))
    ]
    rates = dict.fromkeys(filter(None, map(_rate, scores)))
    apparent = by_basis.get("apparent")
    image_only = shown["points_image_only"]
    return ScoreRow(
        system=shown["system"], edition=shown["edition"], title=shown["title"],
        endpoint=shown["endpoint"], corrected=_total(shown),
        apparent=_total(apparent) if apparent else "",
        most=f"{definition.most_points:g}" if definition else "",
        group=_group(by_basis) if definition is None or definition.groups else "",
        image_only="" if image_only is None else f"{image_only:g}", rate="; ".join(rates),
        items=tuple(items), moved=any(item.undecided for item in items),
        notes=tuple(note for note in shown["notes"] if not _of_the_lesion(note)),
        unconfirmed=", ".join(spaced(part) for part in shown["unconfirmed"]),
        from_image=mostly_from_image(shown),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Asked:
    definition: ScoringSystem | None
    lesion: Json
    stations: Stations
    basis: str
    named: bool

    def place(self, fact: str | None) -> float | None:
        return place_of(fact, self.lesion, self.basis, self.stations)

    def fact(self, item: str) -> str | None:
        """Return the first fact that an item asks for: its own, where it is a single check."""
        criteria = self.definition.criteria if self.definition else ()
        return next((c.checks[0].fact for c in criteria if c.item == item), None)


def _items(item: Json, about: _Asked) -> list[ItemRow]:
    low, high, points = item["points_low"], item["points_high"], item["points"]
    basis = f" ({about.basis})" if about.named else ""
    span_words = f"{low:g} to {high:g}"
    counted = span_words if points is None else f"{points:g}"
    if points is not None and low != high:
        counted += f" ({span_words})"
    fact = next(
        (c["fact"] for c in item["conditions"] if c["measured"] == item["measured"]),
        about.fact(item["item"]),
    )
    whole = _row(item, spaced(item["item"]) + basis, counted, about.place(fact))
    parts = [
        _row(part, spaced(part["fact"]), "", about.place(part["fact"]))
        for part in item["conditions"]
    ]
    return [whole, *parts]


def _row(found: Json, item: str, points: str, at_mm: float | None) -> ItemRow:
    measured = found["measured"]
    known = measured is not None and measured["value"] is not None
    from_image = found["source"] in FROM_IMAGE
    return ItemRow(
        name=found.get("item") or found["fact"], item=item, points=points,
        present=ANSWERS[found["present"]], value=told(measured) if measured else "",
        interval=interval(measured) if known else "",
        at_mm=at_mm if from_image and found["present"] is not None else None,
        rule=rule_words(found["rule"]), source=found["source"],
        evidence=found.get("evidence") or found["rule"]["evidence"], note=found["reason"] or "",
        borderline=found["borderline"],
        undecided=found.get("points_low") != found.get("points_high"),
    )  # fmt: skip


def rule_words(rule: Json) -> str:
    """Return a recorded rule, such as '≥ 20 mm'."""
    if rule["comparator"] == "is":
        return "yes" if rule["threshold"] else "no"
    sign = {">=": "≥", "<=": "≤"}.get(rule["comparator"], rule["comparator"])
    unit = Unit(rule["unit"]) if rule["unit"] else None
    if unit is Unit.DEG:
        return f"{sign} {rule['threshold']:g}°"
    return f"{sign} {amount(rule['threshold'], unit)}"


def _differs(item: Json, shown: Json) -> bool:
    return all(item != other for other in shown["items"])


def _total(score: Json) -> str:
    return span(score["points"], score["points_low"], score["points_high"])


def _group(by_basis: Mapping[str, Json]) -> str:
    groups = {basis: score["group"] or "open" for basis, score in by_basis.items()}
    if len(set(groups.values())) == 1:
        return next(iter(groups.values()))
    return "; ".join(f"{group} ({basis})" for basis, group in groups.items())


def _rate(score: Json) -> str:
    rate = score["published_rate"]
    if rate is None:
        return ""
    grade = score["published_rate_evidence"]
    return f"{rate_words(rate)} {score['endpoint']} ({score['basis']}, grade {grade})"
