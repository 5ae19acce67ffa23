"""``ctocalc score SYSTEM``: a score from a form, or from a table of forms, without an image."""

import json
from dataclasses import replace
from pathlib import Path

import click

from ctocalc.cli.exit_codes import Exit
from ctocalc.cli.score_page import score_page
from ctocalc.errors import Code
from ctocalc.files.atomic import replace_file
from ctocalc.files.form_table import FormTable, read_form_table, scored_table
from ctocalc.scores.facts import FACTS, Facts
from ctocalc.scores.form import FormError, fact_of, facts_from_form, fields, words_taken
from ctocalc.scores.record import score_json
from ctocalc.scores.registry import EVERYTHING, UnknownSystem, names
from ctocalc.scores.registry import system as find_system
from ctocalc.scores.system import Basis, Score, ScoringSystem, evaluate

ASSUMPTION = "from a form: that the lesion is a total occlusion is assumed, not checked"
FORM = "ctocalc.form"
FIELDS = tuple(dict.fromkeys(field for system in EVERYTHING for field in fields(system)))


def _option(name: str) -> click.Option:
    spec = FACTS.get(fact_of(name) or "")
    takes = ["N"] if spec and spec.unit else []
    for system in EVERYTHING:
        takes += words_taken(system, name) if name in fields(system) else ()
    meaning = spec.meaning if spec else f"The item '{name}' itself, as the edition defines it."
    text = meaning[0].upper() + meaning[1:].rstrip(".") + "."
    return click.Option(
        [_spelled(name), name], metavar="|".join(dict.fromkeys(takes)), help=text,
        expose_value=False, callback=_collect,
    )  # fmt: skip


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
@click.option(
    "--table", type=click.Path(path_type=Path), metavar="FILE",
    help="Score a table: TSV or CSV, a case_id column, and form names (length_mm, ...) as header. "
    "An empty cell is 'not given'.",
)  # fmt: skip
@click.option(
    "--keep", metavar="COLUMN", multiple=True,
    help="A further column of the table, passed through. Any other unknown column is refused.",
)  # fmt: skip
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE",
    help="Where the scored table goes, instead of stdout.",
)  # fmt: skip
@click.pass_context
def command(
    ctx: click.Context, *, system: str, edition: str | None, basis: str, as_json: bool,
    table: Path | None, keep: tuple[str, ...], out: Path | None,
) -> None:  # fmt: skip
    """Score a total occlusion from a form, or one per row of a table.

    What is not given stays not given: the score is then an interval. Research use; recommends
    no treatment.
    """
    form = ctx.meta.get(FORM, {})
    try:
        chosen = find_system(system, edition)
        if table is None:
            score = _scored(chosen, facts_from_form(chosen, form), Basis(basis))
    except (UnknownSystem, FormError) as error:
        raise click.UsageError(_as_options(str(error))) from error
    if table is not None:
        if form or as_json:
            raise click.UsageError("--table takes the answers from the table, and prints a table.")
        if out is not None and out.resolve() == table.resolve():
            raise click.UsageError("--out would replace the table; choose another file.")
        _score_table(ctx, read_form_table(table, chosen, keep=keep), Basis(basis), out)
    elif keep or out:
        raise click.UsageError("--keep and --out belong to --table.")
    elif as_json:
        click.echo(json.dumps(score_json(score), indent=2, ensure_ascii=False))
    else:
        click.echo(score_page(score))


command.params.extend(_option(name) for name in FIELDS)
command.epilog = f"Systems: {', '.join(names())}. Their definitions: ctocalc scores SYSTEM."


def _scored(system: ScoringSystem, facts: Facts, basis: Basis) -> Score:
    score = evaluate(system, facts, basis=basis)
    return replace(score, notes=(*score.notes, ASSUMPTION))


def _score_table(ctx: click.Context, table: FormTable, basis: Basis, out: Path | None) -> None:
    for fault in table.faults:
        click.echo(f"{Code.MANIFEST_INVALID}: {fault}", err=True)
    if table.faults:
        ctx.exit(Exit.REFUSED)
    for sentence in table.remarks:
        click.echo(sentence, err=True)
    scores = [_scored(table.system, row.facts, basis) for row in table.rows]
    text = scored_table(table, scores)
    if out is None:
        click.echo(text, nl=False)
    else:
        replace_file(out, text.encode())


def _as_options(sentence: str) -> str:
    """Write field names the way they are typed; the words that a field takes are no fields."""
    head, takes, answers = sentence.partition("; it takes ")
    words = []
    for word in head.split(" "):
        bare = word.rstrip(",;:")
        words.append(_spelled(bare) + word[len(bare) :] if bare in FIELDS else word)
    return " ".join(words) + takes + answers
