"""The job of a poisoned batch: a case that its own name makes crash, hang, grow or raise."""

import os
import signal
import time
from pathlib import Path

from ctocalc.batch.job import finish_case
from ctocalc.batch.options import CaseOptions
from ctocalc.batch.scan import KeptScans


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
