"""``ctocalc scores``: the definitions, for a clinician and for a machine."""

import json
from collections.abc import Iterator

import click

from ctocalc.scores.definition import CALCIUM_TWICE, HOW_TO_SCORE, definition, grade_words
from ctocalc.scores.record import Record
from ctocalc.scores.registry import EVERYTHING, UnknownSystem, editions
from ctocalc.scores.rules import EVIDENCE_MEANING
from ctocalc.scores.words import range_words, rate_words


@click.command()
@click.argument("system", metavar="[SYSTEM]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the definitions as JSON.")
@click.option("--list", "as_list", is_flag=True, help="One line per system and edition.")
def command(system: str | None, as_json: bool, as_list: bool) -> None:
    """List the score systems: items, comparators, thresholds, points, evidence, citation.

    The first edition of a system is its default. The page is enough to score a case by hand.
    """
    try:
        chosen = editions(system) if system else EVERYTHING
    except UnknownSystem as error:
        raise click.UsageError(str(error)) from error
    records = [definition(each) for each in chosen]
    if as_json:
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
    elif as_list:
        click.echo("\n".join(_rows(records)))
    else:
        click.echo("\n\n".join("\n".join(_page(record)) for record in records))
        click.echo("\n".join(["", "How to score", *(f"  {words}" for words in HOW_TO_SCORE)]))
        click.echo("\nEvidence grades")
        for grade, meaning in EVIDENCE_MEANING.items():
            click.echo(f"  {grade.value}  {meaning}")


def _rows(records: list[Record]) -> Iterator[str]:
    widths = [max(len(record[name]) for record in records) for name in ("system", "edition")]
    for record in records:
        name, edition = record["system"].ljust(widths[0]), record["edition"].ljust(widths[1])
        points = range_words(record["most_points"])
        yield f"{name}  {edition}  {record['title']}; {points}; {record['endpoint']}"


def _page(record: Record) -> Iterator[str]:
    yield f"{record['title']}    ctocalc score {record['system']} --edition {record['edition']}"
    yield f"  {record['citation']}; {record['modality']}; endpoint: {record['endpoint']}"
    image = ", ".join(record["filled_from_image"]) or "nothing"
    yield f"  {range_words(record['most_points'])}; from the image: {image}"
    if excluded := record["not_scored_if"]:
        yield f"  not scored if {excluded['when']}: {excluded['reason']}"
    for item in record["items"]:
        yield from _item(item)
    if record["groups"]:
        yield "  groups"
    yield from (_group(group, record["endpoint"]) for group in record["groups"])
    yield "  words"
    yield from (f"    {fact}: {meaning}" for fact, meaning in record["facts"].items())
    yield from (f"    {sentence}" for sentence in grade_words(record))
    if record["unconfirmed"]:
        yield f"  unconfirmed: {', '.join(record['unconfirmed'])}"
    if record["calcium_area_item"]:
        yield f"  {CALCIUM_TWICE}"
    yield from (f"  note: {sentence}" for sentence in record["departures"])


def _item(item: Record) -> Iterator[str]:
    yield f"  {item['item']}: {item['title']} [item {item['evidence']}]"
    for n, level in enumerate(item["levels"]):
        grades = "/".join(level["threshold_evidence"])
        start = "else " if n else ""
        yield f"    {start}{level['points']:g} if {level['when']} [rule {grades}]"
        yield from (f"      {remark}" for remark in level["notes"])
    if item["note"]:
        yield f"      {item['note']}"


def _group(group: Record, endpoint: str) -> str:
    rate = group["published_rate"]
    told = "no rate printed" if rate is None else f"{rate_words(rate)} {endpoint}"
    bound = "from" if group["comparator"] == ">=" else "above"
    return f"    {bound} {group['lower']:g}: {group['name']}, {told} [{group['evidence']}]"
