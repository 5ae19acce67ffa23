"""What is seen of a running batch: a line on a terminal, a line now and then elsewhere, the log."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from ctocalc.batch.orders import Outcome
from ctocalc.batch.progress import Tally, log_line
from ctocalc.batch.runner import Event

QUIET_SECONDS = 60.0
LIVE_SECONDS = 0.2


@contextmanager
def shown(total: int, log: "Log") -> Iterator[Callable[[Event], None]]:
    """Yield what takes every event; the last state stays on the screen."""
    tally = Tally(total, time.monotonic)
    with _live(tally) if total and sys.stderr.isatty() else _now_and_then(tally) as show:

        def watch(event: Event) -> None:
            tally.take(event)
            log.take(event)
            show()

        yield watch
    if total:
        click.echo(tally.words(), err=True)


@contextmanager
def _live(tally: Tally) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(tally.words(), total=tally.total)

        def show() -> None:
            bar.update(task, completed=tally.done, description=tally.words())

        yield _every(LIVE_SECONDS, show)


@contextmanager
def _now_and_then(tally: Tally) -> Iterator[Callable[[], None]]:
    yield _every(QUIET_SECONDS, lambda: click.echo(tally.words(), err=True))


def _every(seconds: float, show: Callable[[], None]) -> Callable[[], None]:
    last = time.monotonic()

    def maybe() -> None:
        nonlocal last
        if time.monotonic() - last >= seconds:
            last = time.monotonic()
            show()

    return maybe


class Log:
    """One line per case, appended to a file; without room for it the batch goes on."""

    def __init__(self, path: Path, *, as_json: bool) -> None:
        self._path, self._as_json = path, as_json

    def take(self, event: Event) -> None:
        """Log an event where it is the end of a case; what another run did, it has logged."""
        if not isinstance(event, Outcome):
            return
        line = log_line(event, as_json=self._as_json)
        if self._as_json:
            click.echo(line)
        if event.done_before:
            return
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError:
            return
