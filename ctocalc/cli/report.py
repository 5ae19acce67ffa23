"""``ctocalc report``: pages and figures drawn anew from results."""

from pathlib import Path
from typing import Literal

import click

from ctocalc.cli.exit_codes import Exit


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

    RESULT_DIR is the folder of one case, as `ctocalc analyze` wrote it, or the output folder of
    `ctocalc batch`: then all its measured cases are drawn, and cohort.html, whose rows lead to
    them. The same version draws the same bytes as then.
    """
    from ctocalc.batch.redraw import draw_again

    drawn = refused = 0
    for number, folder in enumerate(folders, 1):
        place = f"folder {number} of {len(folders)}: " if len(folders) > 1 else ""
        for name, refusal in draw_again(folder, figures, blind=blind):
            if refusal is None:
                drawn += 1
                click.echo(f"{name}: drawn")
            else:
                refused += 1
                where = place + (f"{name}: " if name else "")
                click.echo(f"{refusal.code}: {where}{refusal}", err=True)
    if not refused:
        return Exit.DONE
    return Exit.SOME_FAILED if drawn else Exit.REFUSED
