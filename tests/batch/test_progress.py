"""Progress: closed forms of counts, rate and time left; the log's line."""

import json

import pytest

from ctocalc.batch.orders import Outcome
from ctocalc.batch.progress import WINDOW, Tally, clock_words, log_line
from ctocalc.batch.runner import Started, Tick


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def done(case_id: str, status: str = "ok", *, before: bool = False) -> Outcome:
    return Outcome(case_id=case_id, status=status, attempts=1, done_before=before)


def test_counts_rate_and_time_left_are_those_of_steady_work() -> None:
    clock = Clock()
    tally = Tally(200, clock)
    assert tally.per_minute is None and tally.seconds_left is None
    for n in range(120):
        tally.take(Started(case_id=str(n)))
        clock.now += 2.0
        tally.take(done(str(n), "ok" if n % 4 else "refused"))
        assert tally.per_minute == pytest.approx(30.0)
        assert tally.seconds_left == pytest.approx(2.0 * (199 - n))
    assert (tally.done, tally.failed, tally.running) == (120, 30, 0)
    assert tally.words() == "120 of 200 done, 0 running, 30 failed, 30.0 cases/min, 0:02:40 left"


def test_the_rate_follows_a_change_within_its_window() -> None:
    clock = Clock()
    tally = Tally(1000, clock)
    for step in (1.0, 4.0):
        for n in range(2 * WINDOW):
            clock.now += step
            tally.take(done(str(n)))
        assert tally.per_minute == pytest.approx(60.0 / step)


def test_a_stall_lowers_the_rate() -> None:
    clock = Clock()
    tally = Tally(10, clock)
    clock.now += 60
    tally.take(done("a"))
    clock.now += 60
    tally.take(Tick(workers=2))
    assert tally.per_minute == pytest.approx(0.5) and tally.workers == 2


def test_what_was_done_before_promises_no_rate() -> None:
    tally = Tally(3, Clock())
    tally.take(done("a", before=True))
    assert tally.done == 1 and tally.per_minute is None


def test_times_are_hours_minutes_seconds() -> None:
    assert [clock_words(s) for s in (0.4, 61, 3600 * 30 + 59)] == ["0:00:00", "0:01:01", "30:00:59"]


def test_the_log_has_one_line_per_case() -> None:
    bad = Outcome(case_id="a", status="refused", code="NOT_CT", reason="It is MR.", attempts=2)
    words = log_line(bad, as_json=False)
    assert words.split("\t")[1:] == ["a", "refused", "0.0 s", "attempts 2", "NOT_CT: It is MR."]
    told = json.loads(log_line(bad, as_json=True))
    assert (told["case_id"], told["status"], told["code"]) == ("a", "refused", "NOT_CT")
    assert "\n" not in words + log_line(bad, as_json=True)
