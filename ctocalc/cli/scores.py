"""``ctocalc scores``: the definitions, for a clinician and for a machine."""

import json

import click

from ctocalc.scores.definition import CALCIUM_TWICE, definition
from ctocalc.scores.record import Record
from ctocalc.scores.registry import SYSTEMS, UnknownSystem, editions
from ctocalc.scores.rules import EVIDENCE_MEANING


@click.command()
@click.argument("system", metavar="[SYSTEM]", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the definitions as JSON.")
def command(system: str | None, as_json: bool) -> None:
    """List the score systems: items, comparators, thresholds, points, evidence, citation.

    The first edition of a system is its default.
    """
    try:
        chosen = editions(system) if system else SYSTEMS
    except UnknownSystem as error:
        raise click.UsageError(str(error)) from error
    records = [definition(each) for each in chosen]
    if as_json:
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    click.echo("\n\n".join("\n".join(_page(record)) for record in records))
    click.echo("\nEvidence grades")
    for grade, meaning in EVIDENCE_MEANING.items():
        click.echo(f"  {grade.value}  {meaning}")


def _page(record: Record) -> list[str]:
    lines = [
        f"{record['title']}    ctocalc score {record['system']} --edition {record['edition']}",
        f"  {record['citation']}; {record['modality']}; endpoint: {record['endpoint']}",
        f"  0 to {record['most_points']:g} points; "
        f"from the image: {', '.join(record['filled_from_image'])}",
    ]
    for item in record["items"]:
        lines += _item(item)
    lines.append("  groups")
    lines += [_group(group) for group in record["groups"]]
    lines.append("  words")
    lines += [f"    {fact}: {meaning}" for fact, meaning in record["facts"].items()]
    if record["unconfirmed"]:
        lines.append(f"  unconfirmed: {', '.join(record['unconfirmed'])}")
    if record["calcium_area_item"]:
        lines.append(f"  {CALCIUM_TWICE}")
    return lines + [f"  note: {sentence}" for sentence in record["departures"]]


def _item(item: Record) -> list[str]:
    lines = [f"  {item['item']}: {item['title']} [item {item['evidence']}]"]
    for level in item["levels"]:
        grades = "/".join(level["threshold_evidence"])
        lines.append(f"    {level['points']:g} if {level['when']} [rule {grades}]")
        lines += [f"      {remark}" for remark in level["notes"]]
    return lines + ([f"      {item['note']}"] if item["note"] else [])


def _group(group: Record) -> str:
    rate = group["published_rate"]
    told = "no rate printed" if rate is None else f"{rate:.0%} reached the endpoint"
    return f"    from {group['lower']:g}: {group['name']}, {told} [{group['evidence']}]"
