"""``ctocalc inspect``: what is in a folder, and is it usable."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctocalc.errors import ImageRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ctocalc.cli.inspect_page import Found

STEP, WIDTH = 50, 20


@click.command()
@click.argument("series", type=click.Path(path_type=Path), metavar="SERIES")
@click.option("--json", "as_json", is_flag=True, help="Print JSON (ctocalc-inspect/1) instead.")
@click.option("--uids", is_flag=True, help="Print the series UIDs too; they can identify.")
def command(series: Path, *, as_json: bool, uids: bool) -> None:
    """List the series and phases of SERIES: what each is, and whether it can be measured.

    The numbers are what `ctocalc analyze --series N --phase N` takes. No name, identifier, date
    or path is printed. Heads are read, and three slices of each image.
    """
    from ctocalc.cli.inspect_page import document, page

    found = _look(series)
    if as_json:
        click.echo(json.dumps(document(found, uids=uids), indent=1, allow_nan=False))
    else:
        click.echo("\n".join(page(found, uids=uids)))


def _look(series: Path) -> "Found":
    from ctocalc.batch.scan import require_path
    from ctocalc.cli.inspect_page import Found
    from ctocalc.dicom.listing import listing
    from ctocalc.dicom.series import choose, find_series
    from ctocalc.files import images

    require_path(series)
    if series.is_file() and images.is_image_file(series):
        one = images.listed(series)
        return Found(images=(one,), files=1, taken=(1, 1) if one.usable else None)
    show = _progress()
    folder = find_series(series, progress=show)
    if show:
        click.echo("\r" + WIDTH * " " + "\r", nl=False, err=True)
    taken = refused = None
    try:
        info, phase = choose(folder.series)
        taken = info.number, phase.number
    except ImageRefused as error:
        refused = error
    seen = folder.scan
    return Found(
        images=listing(folder), files=seen.files, dicom=seen.dicom, aside=seen.aside,
        taken=taken, refused=refused,
    )  # fmt: skip


def _progress() -> "Callable[[int], None] | None":
    """Return a counter of files for a terminal, None elsewhere."""
    if not sys.stderr.isatty():
        return None

    def show(count: int) -> None:
        if count % STEP == 0:
            click.echo(f"\r{count} files", nl=False, err=True)

    return show
