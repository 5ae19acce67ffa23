"""``ctocalc batch``: many patients, unattended."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ctocalc.cli.exit_codes import Exit
from ctocalc.errors import SettingsRefused

if TYPE_CHECKING:
    from ctocalc.batch.manifest import Manifest
    from ctocalc.batch.orders import Outcome
    from ctocalc.batch.plan import Asked, Plan

SECONDS = 1800.0
GIB = 4.0
NAMED = 100


def _shard(ctx: click.Context, option: click.Parameter, text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    number, of = (int(part) for part in found.groups()) if found else (0, 0)
    if not number < of:
        raise click.BadParameter("expected I/N, I from 0 to N-1", ctx, option)
    return number, of


@click.command()
@click.argument("manifest", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder: OUT/CASE_ID.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes on this machine; default: one per core.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Use the workers of this Dask scheduler.")
@click.option(
    "--shard",
    callback=_shard,
    metavar="I/N",
    help="Only part I (from 0) of N, for job arrays; who ends last writes the tables.",
)
@click.option(
    "--resume",
    is_flag=True,
    expose_value=False,
    help="Run only what is missing or changed; this is what always happens.",
)
@click.option("--retry-failed", is_flag=True, help="Run again what failed before, too.")
@click.option(
    "--verify",
    is_flag=True,
    help="Tell what has changed by all bytes of the inputs; cases done without it run again.",
)
@click.option("--dry-run", is_flag=True, help="Say what would run, and leave.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=SECONDS,
    show_default=True,
    metavar="SECONDS",
    help="For one case; usual are seconds per vessel.",
)
@click.option(
    "--memory-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=GIB,
    show_default=True,
    metavar="GIB",
    help="For one case; usual is half a GiB.",
)
@click.option(
    "--settings",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Settings that differ from the defaults; see `ctocalc settings`.",
)
@click.option("--no-report", is_flag=True, help="No pages and no figures.")
@click.option("--json-log", is_flag=True, help="Log in JSON lines, on stdout too.")
def command(  # noqa: PLR0913
    *, manifest: Path, out: Path, workers: int | None, scheduler: str | None,
    shard: tuple[int, int] | None, retry_failed: bool, verify: bool, dry_run: bool,
    time_limit: float, memory_limit: float, settings: Path | None, no_report: bool,
    json_log: bool,
) -> Exit:  # fmt: skip
    """Measure and score the cases of MANIFEST, each in a process of its own.

    MANIFEST is a CSV or TSV with a header, one row per vessel: case_id, series, centerline,
    vessel, then any of series_select, phase, frame, label, branch, whole_tree, cap, target_lesion,
    contours, mask, review and the clinical facts of `ctocalc analyze`; other columns are passed
    through to the tables. Paths are relative to it. The same command again runs what is missing or
    changed. Research use; recommends no treatment.
    """
    if workers and scheduler:
        raise click.UsageError("give --workers or --scheduler, not both.")
    from ctocalc.batch.job import finish_case
    from ctocalc.batch.manifest import read_manifest
    from ctocalc.batch.missing import missing_paths
    from ctocalc.batch.orders import Limits
    from ctocalc.batch.plan import Asked, plan, share

    try:
        read = read_manifest(manifest, settings=settings)
    except SettingsRefused as error:
        for note in getattr(error, "__notes__", ()):
            click.echo(note, err=True)
        raise
    asked = Asked(
        out=out, job=partial(finish_case, report=not no_report), report=not no_report,
        settings=settings, verify=verify, retry_failed=retry_failed,
        limits=Limits(seconds=time_limit, memory_bytes=int(memory_limit * 2**30)),
    )  # fmt: skip
    for remark in (*read.remarks, *_missing(missing_paths(read.rows, manifest.parent))):
        click.echo(f"Note: {remark}", err=True)
    planned = plan(share(read.cases, *shard) if shard else read.cases, asked)
    click.echo(_words(read, planned), err=True)
    if dry_run:
        for order in planned.orders:
            click.echo(order.case_id)
        return Exit.DONE
    return _run(read, planned, asked, workers=workers, scheduler=scheduler, json_log=json_log)


def _missing(found: Iterable[str]) -> Iterator[str]:
    """Name what is not there, the first hundred: what needs it will be refused."""
    told = list(found)
    yield from (f"{one}; its case or its vessel will be refused." for one in told[:NAMED])
    if told[NAMED:]:
        yield f"{len(told) - NAMED} more paths are not there."


def _words(manifest: Manifest, planned: Plan) -> str:
    failed = sum(not outcome.whole for outcome in planned.done)
    before = f", {failed} of them not whole (--retry-failed runs them anew)" if failed else ""
    return (
        f"{len(manifest.rows)} rows, {len(manifest.cases)} cases: {len(planned.orders)} to run, "
        f"{len(planned.done)} done before{before}."
    )


def _run(
    manifest: Manifest, planned: Plan, asked: Asked, *, workers: int | None,
    scheduler: str | None, json_log: bool,
) -> Exit:  # fmt: skip
    from ctocalc.batch.batch import gather, run_batch
    from ctocalc.batch.cluster import cores, local_workers, scheduler_at
    from ctocalc.batch.store import Store
    from ctocalc.cli.batch_progress import Log, shown

    store = Store(asked.out)
    number = min(workers or cores(), max(1, len(planned.orders)))
    where = scheduler_at(scheduler) if scheduler else local_workers(number)
    with shown(len(planned.orders), Log(asked.out / "batch.log", as_json=json_log)) as watch:
        outcomes = run_batch(planned, store, where, watch)
    bad = [one for case in manifest.cases if (one := outcomes.get(case.case_id)) and not one.whole]
    for outcome in bad[:NAMED]:
        click.echo(_sentence(outcome), err=True)
    if bad[NAMED:]:
        click.echo(f"... and {len(bad) - NAMED} more; see cases.tsv.", err=True)
    left = gather(manifest, outcomes, asked)
    if left:
        click.echo(
            f"{left} cases of other shards have not ended; who ends last writes the tables.",
            err=True,
        )
    if not json_log:
        whole = len(outcomes) - len(bad)
        click.echo(f"{whole} of {len(outcomes)} cases whole. Results: {asked.out}")
    return Exit.SOME_FAILED if bad else Exit.DONE


def _sentence(outcome: Outcome) -> str:
    if outcome.status == "ok":
        return f"{outcome.case_id}: refused vessels: {', '.join(outcome.refused)}"
    told = outcome.code or outcome.status.upper()
    return f"{outcome.case_id}: {told}: {outcome.reason}"
