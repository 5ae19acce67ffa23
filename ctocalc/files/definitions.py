"""``definitions.md``: what every score of a run meant, frozen beside its results."""

from collections.abc import Iterable, Mapping

from ctocalc.scores.definition import CALCIUM_TWICE, HOW_TO_SCORE, definition, grade_words
from ctocalc.scores.record import Record
from ctocalc.scores.registry import ANALOGUES
from ctocalc.scores.rules import EVIDENCE_MEANING
from ctocalc.scores.system import ScoringSystem
from ctocalc.scores.words import range_words, rate_words


def definitions_markdown(
    systems: Iterable[ScoringSystem], settings_facts: Mapping[str, str | float | bool]
) -> str:
    """Render the definitions of the systems, and the analogues beside them, as Markdown.

    Parameters
    ----------
    systems : iterable of ScoringSystem
        The editions that the run scored; they are printed from the tables that scored.
    settings_facts : mapping
        Settings that the definitions depend on (name with its unit, value), as used in the run.
    """
    lines = ["# Definitions", "", "Research use; recommends no treatment.", ""]
    lines += ["## Evidence grades", ""]
    lines += [f"- **{grade.value}** {words}" for grade, words in EVIDENCE_MEANING.items()]
    if settings_facts:
        lines += ["", "## Settings of this run", "", "| setting | value |", "| --- | --- |"]
        lines += [f"| `{name}` | {_cell(value)} |" for name, value in settings_facts.items()]
    lines += ["", "## How to score", "", *(f"- {sentence}" for sentence in HOW_TO_SCORE)]
    for system in (*systems, *ANALOGUES):
        lines += ["", *_section(definition(system))]
    return "\n".join(lines) + "\n"


def _section(record: Record) -> list[str]:
    lines = [
        f"## {record['title']}",
        "",
        f"System `{record['system']}`, edition `{record['edition']}`. {record['citation']}. "
        f"Modality: {record['modality']}. Endpoint: {record['endpoint']}. "
        f"{range_words(record['most_points']).capitalize()}. "
        f"Filled from the image: {', '.join(record['filled_from_image']) or 'nothing'}.",
        "",
        "| item | points | when | item grade | rule grade | notes | source |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [row for item in record["items"] for row in _rows(item)]
    if excluded := record["not_scored_if"]:
        lines += ["", f"Not scored if {excluded['when']}: {excluded['reason']}."]
    if record["groups"]:
        lines += ["", "| total | group | published rate | grade |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {group['comparator']} {group['lower']:g} | {_cell(group['name'])} | {_rate(group)} "
        f"| {group['evidence']} |"
        for group in record["groups"]
    ]
    lines += ["", *(f"- `{fact}`: {words}" for fact, words in record["facts"].items())]
    lines += [f"- {sentence}" for sentence in grade_words(record)]
    if record["unconfirmed"]:
        lines += ["", f"Unconfirmed: {', '.join(record['unconfirmed'])}."]
    if record["calcium_area_item"]:
        lines += ["", CALCIUM_TWICE]
    lines += [f"\nDeparture: {sentence}" for sentence in record["departures"]]
    return lines


def _rows(item: Record) -> list[str]:
    return [
        f"| {item['item']} | {level['points']:g} | {_cell(level['when'])} | {item['evidence']} "
        f"| {'/'.join(level['threshold_evidence'])} | {_cell(_remarks(item, level))} "
        f"| {_cell(item['citation'])} |"
        for level in item["levels"]
    ]


def _remarks(item: Record, level: Record) -> str:
    return "; ".join([*level["notes"], *([item["note"]] if item["note"] else [])])


def _rate(group: Record) -> str:
    rate = group["published_rate"]
    return "not printed" if rate is None else rate_words(rate)


def _cell(value: str | float | bool) -> str:
    """Escape what would break a table's row."""
    return str(value).replace("|", r"\|").replace("\n", " ")
