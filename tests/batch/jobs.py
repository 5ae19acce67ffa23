"""Jobs that a batch is given instead of the real one: quick, or poisoned by the case's name."""

import os
import resource
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

from ctocalc.batch.folder import write_result
from ctocalc.batch.options import CaseOptions
from ctocalc.batch.scan import KeptScans
from ctocalc.errors import Code, ImageRefused, OutputFailed
from ctocalc.study.result import CaseResult
from tests.case_results import case_result

MARKS = "marks.txt"


@cache
def _made() -> CaseResult:
    return case_result()


def quick(options: CaseOptions, out: Path, scans: KeptScans) -> tuple[str, ...]:
    """Write a ready-made result, and note in a file of its own that the case was run."""
    write_result(replace(_made(), case_id=options.case_id), out, report=False)
    with (options.series.parent / MARKS).open("a") as file:
        file.write(f"{options.case_id}\n")
    return ()


def slow(options: CaseOptions, out: Path, scans: KeptScans) -> tuple[str, ...]:
    time.sleep(0.3)
    return poisoned(options, out, scans)


def roomy(options: CaseOptions, out: Path, scans: KeptScans) -> tuple[str, ...]:
    """Fail where freed memory is given back at once."""
    assert "MALLOC_TRIM_THRESHOLD_" not in os.environ
    return quick(options, out, scans)


def poisoned(options: CaseOptions, out: Path, scans: KeptScans) -> tuple[str, ...]:
    kind = options.case_id.partition("-")[0]
    if kind in POISON:
        POISON[kind](options)
    return quick(options, out, scans)


def _fault(options: CaseOptions) -> None:
    raise ValueError("Smith^John")


def _refuse(options: CaseOptions) -> None:
    raise ImageRefused(Code.NOT_CT, "The series is of modality MR; expected CT.")


def _full(options: CaseOptions) -> None:
    raise OutputFailed("The results could not be written (No space left on device).")


def _grow(options: CaseOptions) -> None:
    held = [bytearray(64 << 20) for _ in range(100)]
    raise AssertionError(len(held))


def _grow_unseen(options: CaseOptions) -> None:
    """Take memory that the system was not asked to limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    held = [b"x" * (64 << 20) for _ in range(100)]
    time.sleep(60)
    raise AssertionError(len(held))


def _swallow(options: CaseOptions) -> None:
    """Take a lack of memory for bad input, as a decoder does."""
    try:
        _grow(options)
    except MemoryError as error:
        raise ImageRefused(Code.PIXELS_UNDECODABLE, "Cannot be decoded.") from error


def _kill_once(options: CaseOptions) -> None:
    mark = options.series.parent / f"{options.case_id}.begun"
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)


def _take_away(options: CaseOptions) -> None:
    shutil.rmtree(options.series.parent / "out")


def _signal(number: int) -> Callable[[CaseOptions], None]:
    return lambda options: os.kill(os.getpid(), number)


POISON: dict[str, Callable[[CaseOptions], None]] = {
    "crash": _signal(signal.SIGSEGV),
    "abort": _signal(signal.SIGABRT),
    "exit": lambda options: os._exit(3),
    "hang": lambda options: time.sleep(1000),
    "memory": _grow,
    "rss": _grow_unseen,
    "swallow": _swallow,
    "raise": _fault,
    "leave": lambda options: exit(7),
    "refuse": _refuse,
    "full": _full,
    "gone": _take_away,
    "kill": _signal(signal.SIGKILL),
    "once": _kill_once,
}
