"""``ctocalc phantom NAME``: a synthetic case with its truth."""

from pathlib import Path

import click


@click.command()
@click.argument("name", required=False, metavar="NAME")
@click.option("--out", type=click.Path(path_type=Path), help="New folder for the case.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Of noise and line jitter.",
)
@click.option("--list", "listing", is_flag=True, help="Print the named cases and leave.")
@click.option("--compressed", is_flag=True, help="JPEG-LS lossless; needs pyjpegls.")
def command(
    *, name: str | None, out: Path | None, seed: int, listing: bool, compressed: bool
) -> None:
    """Write a digital phantom: DICOM, the lines a user would give, and the truth.

    \b
    NAME is one of --list, or random:SEED, or random-hard:SEED.
    DIR/dicom/*.dcm, DIR/centerlines/*.csv, DIR/truth.json, DIR/stations.tsv.
    """  # noqa: D301 - click wants the character itself, a raw docstring shows it to the reader
    from ctocalc.phantom.cases import EVERY, named

    if listing:
        for known in EVERY:
            click.echo(f"{known}\t{named(known).summary}")
        return
    if name is None or out is None:
        raise click.UsageError("A case needs a NAME and --out DIR; --list shows the names.")
    from ctocalc.cli.phantom_folder import write_case
    from ctocalc.dicom.new_folder import refuse_filled
    from ctocalc.phantom.cases import recipe
    from ctocalc.phantom.render import render

    try:
        spec = recipe(name)
    except KeyError:
        known_names = ", ".join(EVERY)
        raise click.UsageError(
            f"There is no phantom of that name; known are {known_names}, random:SEED and "
            "random-hard:SEED."
        ) from None
    refuse_filled(out)
    write_case(render(spec, seed=seed), out, compressed=compressed)
    click.echo(f"{spec.name}: dicom, centerlines, truth.json, stations.tsv written.", err=True)
