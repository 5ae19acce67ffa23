"""A small interpreter that knows nothing but the printed JSON of a definition."""

from itertools import product
from typing import Any

Json = dict[str, Any]
Answer = str | float | None
HOLDS = {
    ">": lambda value, cut: value > cut,
    ">=": lambda value, cut: value >= cut,
    "<": lambda value, cut: value < cut,
    "<=": lambda value, cut: value <= cut,
}
BOTH = {True, False}


def score(record: Json, entries: dict[str, str]) -> tuple[float, float, str | None] | None:
    """Return fewest and most points and the group, None where the system does not score."""
    facts = read(record, entries)
    excluded = record["not_scored_if"]
    if excluded and can_be(excluded["clause"], facts) == {True}:
        return None
    worth = [points(item, facts, entries) for item in record["items"]]
    low, high = sum(min(each) for each in worth), sum(max(each) for each in worth)
    groups = {group(record, low), group(record, high)}
    return low, high, groups.pop() if len(groups) == 1 else None


def read(record: Json, entries: dict[str, str]) -> dict[str, Answer]:
    """Return the facts that the entries answer; 'unknown' stays a word."""
    facts: dict[str, Answer] = {}
    items = {item["item"] for item in record["items"] if item["answerable"]}
    for name, text in entries.items():
        if not text:
            continue
        field = record["form"][name]
        if name in items and text in {"yes", "no", "unknown"}:
            facts |= {name: text} if name in record["facts"] and not field["number"] else {}
        elif field["answers"]:
            facts |= field["answers"][text]
        elif field["number"]:
            facts[field["fact"]] = text if text == "unknown" else float(text)
        else:
            facts[field["fact"]] = text
    return facts


def points(item: Json, facts: dict[str, Answer], entries: dict[str, str]) -> set[float]:
    """Return every number of points that the item can be worth."""
    name = item["item"]
    others = {fact for level in item["levels"] for fact in used(level["clause"])} - {name}
    part = name in {fact for level in item["levels"] for fact in used(level["clause"])}
    beside = others & (set(entries) if part else set(facts))
    whole = entries.get(name) if item["answerable"] and not beside else ""
    if whole == "unknown" and item["unknown_counts"]:
        whole = "yes"
    if whole in {"yes", "no"}:
        return {item["levels"][0]["points"] if whole == "yes" else 0}
    worth = set()
    for holding in product(*(can_be(level["clause"], facts) for level in item["levels"])):
        met = [level["points"] for level, h in zip(item["levels"], holding, strict=True) if h]
        worth.add(met[0] if met else 0)
    return worth


def can_be(clause: Json, facts: dict[str, Answer]) -> set[bool]:
    """Return every truth value that the clause can have."""
    if "first_given_of" in clause:
        given = [
            part for part in clause["first_given_of"]
            if any(facts.get(fact, "unknown") != "unknown" for fact in used(part))
        ]  # fmt: skip
        return can_be((given or clause["first_given_of"])[0], facts)
    for word, join in (("all_of", all), ("any_of", any)):
        if word in clause:
            return {join(each) for each in product(*(can_be(part, facts) for part in clause[word]))}
    return check(clause, facts.get(clause["fact"]))


def check(clause: Json, answer: Answer) -> set[bool]:
    rule = clause["rule"]
    if answer is None or (answer == "unknown" and not clause["unknown_counts"]):
        return BOTH
    if answer == "unknown":
        return {True}
    if rule["comparator"] == "is":
        return {(answer == "yes") is rule["threshold"]}
    comparators = {rule["comparator"], rule["rival"] or rule["comparator"]}
    return {HOLDS[each](answer, rule["threshold"]) for each in comparators}


def used(clause: Json) -> list[str]:
    if "fact" in clause:
        return [clause["fact"]]
    return [name for part in next(iter(clause.values())) for name in used(part)]


def group(record: Json, total: float) -> str | None:
    met = [g["name"] for g in record["groups"] if HOLDS[g["comparator"]](total, g["lower"])]
    return met[-1] if met else None
