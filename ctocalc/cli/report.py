"""``ctocalc report``: pages and figures drawn anew from results."""

from pathlib import Path
from typing import Literal

import click

from ctocalc.cli.exit_codes import Exit
from ctocalc.errors import InputRefused


@click.command(epilog="Nothing but what is drawn is touched; the scan is not needed.")
@click.argument(
    "folders",
    metavar="RESULT_DIR...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
)
@click.option(
    "--figures",
    type=click.Choice(["png", "svg"]),
    default="png",
    show_default=True,
    help="Form of the figures; the analysis itself draws PNGs.",
)
@click.option(
    "--blind",
    is_flag=True,
    help="Draw blind.html too: a page without the automatic answers, to hand out by itself for "
    "independent reading.",
)
def command(folders: tuple[Path, ...], figures: Literal["png", "svg"], blind: bool) -> Exit:
    """Rebuild report.html and the figures of cases that were analyzed.

    RESULT_DIR is the folder of one case, as `ctocalc analyze` wrote it. The same version draws the
    same bytes as then.
    """
    from ctocalc.batch.folder import redraw

    refused: list[InputRefused] = []
    for number, folder in enumerate(folders, 1):
        try:
            case_id = redraw(folder, figures, blind=blind)
        except InputRefused as error:
            place = f"folder {number} of {len(folders)}: " if len(folders) > 1 else ""
            click.echo(f"{error.code}: {place}{error}", err=True)
            refused.append(error)
        else:
            click.echo(f"{case_id}: drawn")
    if not refused:
        return Exit.DONE
    return Exit.REFUSED if len(refused) == len(folders) else Exit.SOME_FAILED
