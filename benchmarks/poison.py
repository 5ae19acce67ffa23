"""The job of a poisoned batch: a case that its own name makes crash, hang, grow or raise."""

import os
import signal
import time
from dataclasses import replace
from functools import cache
from pathlib import Path

from ctocalc.batch.job import analyze_case, finish_case
from ctocalc.batch.options import CaseOptions
from ctocalc.batch.scan import KeptScans
from ctocalc.files.results import write_case
from ctocalc.study.result import CaseResult


@cache
def _analyzed(plain: CaseOptions) -> CaseResult:
    return analyze_case(plain)


def quick(options: CaseOptions, out: Path, scans: KeptScans) -> tuple[str, ...]:
    """Do what its name says, or write the result of the first such case of this process."""
    if options.case_id.partition("-")[0] == "good":
        result = _analyzed(replace(options, case_id="any"))
        write_case(replace(result, case_id=options.case_id), out)
        return ()
    return poisoned(options, out, scans)


def poisoned(options: CaseOptions, out: Path, scans: KeptScans) -> tuple[str, ...]:
    """Do a case, or what its name says."""
    match options.case_id.partition("-")[0]:
        case "crash":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "hang":
            time.sleep(1e6)
        case "memory":
            held = [bytearray(64 << 20) for _ in range(1000)]
            raise AssertionError(len(held))
        case "raise":
            raise ValueError("planted")
    return finish_case(options, out, scans, report=False)
