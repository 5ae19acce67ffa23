"""``ctocalc score SYSTEM``: a score from a form, without an image."""

import json
from dataclasses import replace

import click

from ctocalc.scores.criterion import Finding
from ctocalc.scores.definition import amount, rule_words
from ctocalc.scores.facts import FACTS
from ctocalc.scores.form import FormError, facts_from_form, fields
from ctocalc.scores.logic import Condition
from ctocalc.scores.record import score_json
from ctocalc.scores.registry import SYSTEMS, UnknownSystem, names
from ctocalc.scores.registry import system as find_system
from ctocalc.scores.system import Basis, Score, evaluate

ASSUMPTION = "from a form: that the lesion is a total occlusion is assumed, not checked"
RESEARCH = "Research use; recommends no treatment."
FORM = "ctocalc.form"
YES_NO = {True: "yes", False: "no", None: "cannot tell"}


def _options() -> list[click.Parameter]:
    """Return one option per field of any system's form."""
    every = dict.fromkeys(field for system in SYSTEMS for field in fields(system))
    return [_option(name) for name in every]


def _option(name: str) -> click.Option:
    spec = FACTS.get(name)
    numeric = spec is not None and spec.unit is not None
    metavar = "N|unknown" if name == "duration_months" else "N" if numeric else "yes|no|unknown"
    meaning = spec.meaning if spec else f"The item '{name}' itself, as the edition defines it."
    text = meaning[0].upper() + meaning[1:].rstrip(".") + "."
    return click.Option(
        [_spelled(name), name], metavar=metavar, help=text, expose_value=False, callback=_collect
    )


def _spelled(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _collect(ctx: click.Context, option: click.Parameter, text: str | None) -> None:
    """Gather what was typed: the form's fields come from the tables, not from a signature."""
    if text is not None and option.name is not None:
        ctx.meta.setdefault(FORM, {})[option.name] = text


@click.command()
@click.argument("system", metavar="SYSTEM")
@click.option("--edition", metavar="NAME", help="Edition; the default is listed first by 'scores'.")
@click.option(
    "--basis", type=click.Choice([basis.value for basis in Basis]), default=Basis.APPARENT.value,
    show_default=True, help="What the calcium fraction is: as it looks, or with blur undone.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print the score as JSON and nothing else.")
@click.pass_context
def command(
    ctx: click.Context, system: str, edition: str | None, basis: str, as_json: bool
) -> None:
    """Score a total occlusion from a form.

    What is not given stays not given: the score is then an interval. Research use; recommends
    no treatment.
    """
    try:
        chosen = find_system(system, edition)
        facts = facts_from_form(chosen, ctx.meta.get(FORM, {}))
    except (UnknownSystem, FormError) as error:
        raise click.UsageError(_as_options(str(error))) from error
    score = evaluate(chosen, facts, basis=Basis(basis))
    score = replace(score, notes=(*score.notes, ASSUMPTION))
    if as_json:
        click.echo(json.dumps(score_json(score), indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_page(score)))


command.params.extend(_options())
command.epilog = f"Systems: {', '.join(names())}. Their definitions: ctocalc scores SYSTEM."


def _as_options(sentence: str) -> str:
    """Write field names the way they are typed."""
    every = {field for system in SYSTEMS for field in fields(system)}
    words = []
    for word in sentence.split(" "):
        bare = word.rstrip(",;:")
        words.append(_spelled(bare) + word[len(bare) :] if bare in every else word)
    return " ".join(words)


def _page(score: Score) -> list[str]:
    system = score.system
    rows = [("item", "answer", "rule", "points", "evidence")]
    lines: list[str | None] = [None]
    for finding in score.findings:
        rows.append(_row(finding))
        lines.append(finding.reason)
        rows += [_condition_row(condition) for condition in finding.conditions]
        lines += [None] * len(finding.conditions)
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    page = [f"{score.title}: {score.modality}, {system.endpoint}", ""]
    for row, reason in zip(rows, lines, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        page.append("  ".join([*cells, row[4]]).rstrip())
        if reason:
            page.append(f"    {reason}")
    return [*page, "", *_totals(score)]


def _row(finding: Finding) -> tuple[str, str, str, str, str]:
    threshold = finding.rule.evidence
    evidence = finding.evidence.value
    if threshold is not finding.evidence:
        evidence += f" (threshold {threshold.value})"
    rule = "see below" if finding.conditions else rule_words(finding.rule)
    points = span(finding.points, finding.points_low, finding.points_high)
    return finding.item, answer_words(finding), rule, points, evidence


def _condition_row(part: Condition) -> tuple[str, str, str, str, str]:
    return f"  {part.fact}", answer_words(part), rule_words(part.rule), "", part.rule.evidence.value


def answer_words(said: Finding | Condition) -> str:
    """Return the answer with the value it rests on."""
    value = said.measured.value if said.measured else None
    call = YES_NO[said.present] + (", borderline" if said.borderline else "")
    if value is None or said.measured is None:
        return call
    return f"{amount(value, said.measured.unit)}: {call}"


def span(points: float | None, low: float | None, high: float | None) -> str:
    """Return points as one number, or as the interval that is left."""
    if low is None or high is None:
        return "not scored"
    if low == high:
        return f"{low:g}"
    return f"{low:g} to {high:g}" if points is None else f"{points:g} ({low:g} to {high:g})"


def _totals(score: Score) -> list[str]:
    system = score.system
    image = "cannot be told" if score.points_image_only is None else f"{score.points_image_only:g}"
    total = span(score.points, score.points_low, score.points_high)
    lines = [
        f"total: {total} of {system.most_points:g} (items that an image decides: {image})",
        f"group: {score.group or 'cannot be told'}",
    ]
    if score.published_rate is not None:
        lines.append(
            f"published rate of this group: {score.published_rate:.0%} {system.endpoint} "
            f"(evidence {score.published_rate_evidence}, {system.citation})"
        )
    if system.unconfirmed:
        lines.append(f"unconfirmed: {', '.join(system.unconfirmed)}")
    lines += [score.reason] if score.reason else []
    return [*lines, *score.notes, f"source: {system.citation} (edition {system.edition})", RESEARCH]
