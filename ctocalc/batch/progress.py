"""How far a batch is: counts, rate and time left; one line per case for the log."""

import json
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

from ctocalc.batch.orders import Outcome
from ctocalc.batch.runner import Event, Started, Tick

WINDOW = 50


class Tally:
    """Counts of one run.  ``clock`` gives seconds.

    The rate is that of the last ``WINDOW`` cases that were really run: those found done before
    would promise too much.
    """

    def __init__(self, total: int, clock: Callable[[], float]) -> None:
        self.total, self._clock = total, clock
        self.done = self.failed = self.workers = 0
        self._begun = clock()
        self._ends: deque[float] = deque(maxlen=WINDOW)
        self._running: Counter[str] = Counter()

    def take(self, event: Event) -> None:
        """Count an event."""
        if isinstance(event, Tick):
            self.workers = event.workers
        elif isinstance(event, Started):
            self._running[event.case_id] = 1
        else:
            self._running.pop(event.case_id, None)
            self.done += 1
            self.failed += not event.whole
            if not event.done_before:
                self._ends.append(self._clock())

    @property
    def running(self) -> int:
        """Cases in hand now."""
        return len(self._running)

    @property
    def per_minute(self) -> float | None:
        """Cases per minute, None before the first one ended."""
        if not self._ends:
            return None
        # The window opens at the end of the case before it, or with the run.
        whole = len(self._ends) < WINDOW
        first = self._begun if whole else self._ends[0]
        count = len(self._ends) - (0 if whole else 1)
        passed = max(self._clock(), self._ends[-1]) - first
        return 60.0 * count / passed if passed > 0 else None

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the last case ends at this rate, None where that is not known."""
        rate = self.per_minute
        return 60.0 * (self.total - self.done) / rate if rate else None

    def words(self) -> str:
        """Return one line for people."""
        rate, left = self.per_minute, self.seconds_left
        parts = [f"{self.done} of {self.total} done", f"{self.running} running"]
        parts.append(f"{self.failed} failed")
        parts.append(f"{rate:.1f} cases/min" if rate is not None else "rate not known yet")
        if left is not None and self.done < self.total:
            parts.append(f"{clock_words(left)} left")
        return ", ".join(parts)


def clock_words(seconds: float) -> str:
    """Return a time as h:mm:ss."""
    whole = round(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


def log_line(outcome: Outcome, *, as_json: bool) -> str:
    """Return the line of one case for the log, with the time; nothing in it identifies."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    if as_json:
        return json.dumps({"time": now, **asdict(outcome)}, ensure_ascii=False)
    words = [now, outcome.case_id, outcome.status, f"{outcome.seconds:.1f} s"]
    words.append(f"attempts {outcome.attempts}")
    told = ": ".join(filter(None, (outcome.code, outcome.reason)))
    return "\t".join([*words, *filter(None, (told, ", ".join(outcome.refused)))])
