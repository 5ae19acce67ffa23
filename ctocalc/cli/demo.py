"""``ctocalc demo``: the main job on the synthetic cases, ready to look at."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctocalc.cli.exit_codes import Exit
from ctocalc.errors import InputRefused, OutputFailed

if TYPE_CHECKING:
    from ctocalc.study.result import CaseResult

CHECKOUT = Path(__file__).resolve().parents[2]
SYNTHETIC = CHECKOUT / "data" / "synthetic"
WITHOUT_DATA = ("soft-tapered-short", "blunt-calcified")
SEED = 1


@click.command()
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("results", "demo"),
    show_default=True,
    help="Folder for the results: OUT/CASE.",
)
def command(out: Path) -> Exit:
    """Run the main job on data/synthetic and print the score table.

    Without the checkout's data, two phantoms are rendered into a temporary folder instead. No
    clinical facts are given, so scores that ask for them are intervals. Research use.
    """
    from ctocalc.cli.demo_table import demo_table

    with _cases() as cases:
        click.echo(f"{len(cases)} cases; the first one ever also compiles.", err=True)
        found = {
            case.name: _attempt(case, out, f"{n}/{len(cases)}") for n, case in enumerate(cases, 1)
        }
    click.echo(demo_table({name: result for name, result in found.items() if result}))
    click.echo(f"Results: {_short(out)}")
    whole = all(r and all(v.status == "ok" for v in r.vessels) for r in found.values())
    return Exit.DONE if whole else Exit.SOME_FAILED


@contextmanager
def _cases() -> Iterator[list[Path]]:
    """Yield the folders of the synthetic cases; of rendered ones where there is no checkout."""
    found = sorted(path.parent for path in SYNTHETIC.glob("*/dicom"))
    if found:
        yield found
        return
    from ctocalc.cli.phantom_folder import write_case
    from ctocalc.phantom.cases import named
    from ctocalc.phantom.render import render

    click.echo(f"No data/synthetic here; rendering {' and '.join(WITHOUT_DATA)}.", err=True)
    with tempfile.TemporaryDirectory(prefix="ctocalc-demo-") as folder:
        cases = [Path(folder, name) for name in WITHOUT_DATA]
        for case in cases:
            write_case(render(named(case.name), seed=SEED), case, compressed=False)
        yield cases


def _attempt(case: Path, out: Path, count: str) -> CaseResult | None:
    """Analyze one case and write it, with a line on stderr; None when it failed."""
    from ctocalc.batch.folder import write_result
    from ctocalc.batch.job import analyze_case
    from ctocalc.batch.options import CaseOptions, LineOption

    click.echo(f"[{count}] {case.name} ... ", nl=False, err=True)
    begun = time.perf_counter()
    lines = tuple(LineOption(path=path) for path in sorted(case.glob("centerlines/*.csv")))
    try:
        result = analyze_case(CaseOptions(series=case / "dicom", lines=lines, case_id=case.name))
        write_result(result, out, report=True)
    except InputRefused as error:
        click.echo(f"{error.code}: {error}", err=True)
        return None
    except OutputFailed:
        click.echo("", err=True)
        raise
    except Exception as error:
        # The class only, as everywhere: the other cases go on.
        click.echo(f"unexpected fault ({type(error).__name__})", err=True)
        return None
    codes = sorted({notice.code.value for notice in result.quality})
    refused = [f"{v.vessel} refused ({v.code})" for v in result.vessels if v.status != "ok"]
    took = f"{time.perf_counter() - begun:.1f} s"
    click.echo(", ".join([took, *codes, *refused]), err=True)
    return result


def _short(folder: Path) -> Path:
    """Return the path relative to the current folder where it lies below it."""
    whole, here = folder.resolve(), Path.cwd().resolve()
    return whole.relative_to(here) if whole.is_relative_to(here) else folder
