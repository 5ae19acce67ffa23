"""``ctocalc analyze``: a series and centerlines in, measures and scores out."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ctocalc.cli.exit_codes import Exit
from ctocalc.errors import InputRefused, SettingsRefused
from ctocalc.files.clinical import Given, clinical_sheet
from ctocalc.study.questions import FACTS, ClinicalFact

if TYPE_CHECKING:
    from ctocalc.batch.options import CaseOptions, LineOption

T = TypeVar("T")
ANSWERS = "ctocalc.answers"


def _option(fact: ClinicalFact) -> click.Option:
    vessel, again = ("[VESSEL=]", " Repeatable.") if fact.by_vessel else ("", "")
    return click.Option(
        [f"--{fact.name.replace('_', '-')}", fact.name], multiple=True,
        metavar=vessel + fact.metavar, help=fact.meaning + again,
        expose_value=False, callback=_collect,
    )  # fmt: skip


def _collect(ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> None:
    """Gather the clinical answers: they come from the table of facts, not from a signature."""
    answers = ctx.meta.setdefault(ANSWERS, [])
    for text in texts:
        vessel, value = _for_vessel(text, str)
        given = Given(name=str(option.name), text=value, vessel=vessel)
        if any((g.name, g.vessel) == (given.name, given.vessel) for g in answers):
            raise click.BadParameter("given twice for the same vessel or patient", ctx, option)
        try:
            clinical_sheet([given])
        except SettingsRefused as error:
            raise click.BadParameter(str(error), ctx, option) from None
        answers.append(given)


def _for_vessel(text: str, read: Callable[[str], T]) -> tuple[str | None, T]:
    """Split ``[VESSEL=]value``."""
    vessel, equals, value = text.partition("=")
    return (vessel.strip(), read(value)) if equals else (None, read(text))


def _cap(text: str) -> tuple[float, float]:
    start, end = (float(number) for number in text.split(","))
    if not (0 <= start < end < math.inf):
        raise ValueError(text)
    return start, end


def _lesion_number(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _read_each(read: Callable[[str], T], expected: str) -> Callable[..., Any]:
    def callback(ctx: click.Context, option: click.Parameter, texts: tuple[str, ...]) -> Any:
        try:
            return tuple(_for_vessel(text, read) for text in texts)
        except ValueError:
            raise click.BadParameter(f"expected {expected}", ctx, option) from None

    return callback


def _phase(ctx: click.Context, option: click.Parameter, text: str | None) -> str | None:
    from ctocalc.image.listed import parse_wanted

    if text is not None and parse_wanted(text) is None:
        raise click.BadParameter("expected a number as listed, 75% or 650ms", ctx, option)
    return text


def _line(text: str, vessel: str | None) -> "LineOption":
    """Split FILE[:LABEL]; a path that exists goes first, so drives and colons in it do no harm."""
    from ctocalc.batch.options import LineOption

    head, colon, tail = text.rpartition(":")
    if colon and not Path(text).exists() and Path(head).exists():
        return LineOption(path=Path(head), label=tail, vessel=vessel)
    return LineOption(path=Path(text), vessel=vessel)


@click.command(
    epilog="Clinical answers that are not given stay not given: scores become intervals."
)
@click.argument("series", type=click.Path(path_type=Path))
@click.option(
    "--centerline",
    "centerlines",
    multiple=True,
    required=True,
    metavar="FILE[:LABEL]",
    help="Centerline of one vessel, ostium first, LPS mm unless it says RAS; LABEL (or a number) "
    "picks a line of a file with several, the others are its side branches. Repeatable.",
)
@click.option(
    "--vessel",
    "vessels",
    multiple=True,
    metavar="RCA|LAD|LCX|LM|...",
    help="Name of the vessel when the file's name does not say (it is line_1 then); one per "
    "--centerline, in their order.",
)
@click.option(
    "--frame",
    type=click.Choice(["lps", "ras"], case_sensitive=False),
    help="Frame of the lines when neither the file nor its format says.",
)
@click.option(
    "--branch",
    "branches",
    multiple=True,
    metavar="FILE[:LABEL]",
    help="Line of a side branch, not measured for itself. Repeatable.",
)
@click.option(
    "--whole-tree",
    is_flag=True,
    help="The lines given are all the branches there are: where none arises, none is.",
)
@click.option("--series", "wanted_series", metavar="N|UID", help="Which of several series.")
@click.option(
    "--phase",
    "wanted_phase",
    metavar="N|PERCENT%|MSms",
    help="Which of several heart phases: its number in `ctocalc inspect`, 75% or 650ms.",
    callback=_phase,
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the results: OUT/CASE_ID.")
@click.option("--case-id", default="case", show_default=True, help="Name of the case; no identity.")
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Settings that differ from the defaults; see `ctocalc settings`.",
)
@click.option(
    "--clinical",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Clinical facts as a file; the options below go before it.",
)
@click.option(
    "--cap",
    "caps_mm",
    multiple=True,
    metavar="[VESSEL=]MM,MM",
    help="Entry and exit of an occlusion by hand, mm along the vessel. Repeatable.",
    callback=_read_each(_cap, "two arc lengths in mm, entry before exit, such as LAD=12.5,30"),
)
@click.option(
    "--target-lesion",
    "targets",
    multiple=True,
    metavar="[VESSEL=]N",
    help="The lesion that is asked about, from 1, proximal first.",
    callback=_read_each(_lesion_number, "a number from 1, such as LAD=2"),
)
@click.option(
    "--contours",
    multiple=True,
    metavar="[VESSEL=]FILE",
    help="A reader's lumen and wall contours, which replace the automatic ones. Repeatable.",
    callback=_read_each(Path, "a file"),
)
@click.option(
    "--mask",
    "masks",
    multiple=True,
    metavar="[VESSEL=]FILE[:lumen]",
    help="A reader's binary mask of the vessel's outer wall, or of its lumen. Repeatable.",
    callback=_read_each(Path, "a file"),
)
@click.option(
    "--review",
    type=click.Path(path_type=Path),
    metavar="FILE.json",
    help="A reader's review, as the page saves it: scores follow it, what was automatic stays "
    "beside it.",
)
@click.option(
    "--no-report",
    is_flag=True,
    help="No page and no figures.",
)
@click.option("--json", "as_json", is_flag=True, help="Print result.json and nothing else.")
@click.pass_context
def command(  # noqa: PLR0913, PLR0917
    ctx: click.Context,
    series: Path,
    centerlines: tuple[str, ...],
    vessels: tuple[str, ...],
    frame: str | None,
    branches: tuple[str, ...],
    whole_tree: bool,
    wanted_series: str | None,
    wanted_phase: str | None,
    out: Path | None,
    case_id: str,
    settings: Path | None,
    clinical: Path | None,
    caps_mm: tuple[tuple[str | None, tuple[float, float]], ...],
    targets: tuple[tuple[str | None, int], ...],
    contours: tuple[tuple[str | None, Path], ...],
    masks: tuple[tuple[str | None, Path], ...],
    review: Path | None,
    no_report: bool,
    as_json: bool,
) -> Exit:  # fmt: skip
    """Measure and score the chronic total occlusions of one patient.

    SERIES is a folder of DICOM files (searched recursively), or a NIfTI, NRRD or MHA file.
    Research use; recommends no treatment.
    """
    if vessels and len(vessels) != len(centerlines):
        raise click.UsageError("give one --vessel per --centerline, in their order, or none.")
    if out is None and not as_json:
        raise click.UsageError("give --out DIR for the results, or --json to print them.")
    from ctocalc.batch.options import CaseOptions

    named = vessels or (None,) * len(centerlines)
    options = CaseOptions(
        series=series,
        lines=tuple(_line(text, vessel) for text, vessel in zip(centerlines, named, strict=True)),
        branches=tuple(_line(text, None) for text in branches),
        whole_tree=whole_tree,
        case_id=case_id,
        wanted_series=wanted_series,
        wanted_phase=wanted_phase,
        frame=frame,
        settings=settings,
        clinical=clinical,
        answers=tuple(ctx.meta.get(ANSWERS, ())),
        caps_mm=caps_mm,
        targets=targets,
        contours=contours,
        masks=masks,
        review=review,
    )
    return run(options, out=out, report=not no_report, as_json=as_json)


def run(options: "CaseOptions", *, out: Path | None, report: bool, as_json: bool) -> Exit:
    """Analyze one case, write it to ``out``, and say on stdout and stderr what came of it."""
    from ctocalc.batch.folder import write_result
    from ctocalc.batch.job import analyze_case, warnings
    from ctocalc.cli.colours import painted, say
    from ctocalc.cli.summary import summary
    from ctocalc.files.results import result_text

    try:
        result = analyze_case(options)
    except InputRefused as error:
        for note in getattr(error, "__notes__", ()):
            click.echo(note, err=True)
        raise
    for line in warnings(result):
        click.echo(line, err=True)
    folder = write_result(result, out, report=report) if out else None
    if as_json:
        click.echo(result_text(result), nl=False)
    else:
        say(painted(summary(result)))
        click.echo(f"Results: {folder}")
    some_failed = any(vessel.status != "ok" for vessel in result.vessels)
    return Exit.SOME_FAILED if some_failed else Exit.DONE


command.params.extend(_option(fact) for fact in FACTS)
