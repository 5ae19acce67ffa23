"""The process that does cases, one after the other; its warden watches it from outside.

It may crash, hang or grow: all that is at stake is the case in hand.
"""

import ctypes
import importlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path

from ctocalc.batch.key import Key, key_of
from ctocalc.batch.orders import Limits, Order, Reply
from ctocalc.batch.scan import KeptScans
from ctocalc.batch.store import OUTPUT_FAILED, Record, Store
from ctocalc.errors import InputRefused, OutputFailed, UsageError

_PR_SET_PDEATHSIG = 1
PRELOADED = "ctocalc.batch.job"


def main(channel: int, lifeline: int, parent: int, memory_bytes: int) -> None:
    """Do the orders that come through ``channel`` until it closes.

    The process ends with its parent: the kernel is asked to see to it, and a thread watches
    ``lifeline``, which the parent holds open, where the kernel cannot.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    _die_with(parent, lifeline)
    importlib.import_module(PRELOADED)
    _limit_memory(memory_bytes)
    scans, orders = KeptScans(), Connection(channel)
    orders.send(None)
    while True:
        try:
            order: Order = orders.recv()
        except EOFError:
            return
        orders.send(_done(order, scans, orders.send))


def _die_with(parent: int, lifeline: int) -> None:
    def watch() -> None:
        os.read(lifeline, 1)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


def _limit_memory(memory_bytes: int) -> None:
    """Let allocations beyond the limit fail here, as MemoryError, and not in other processes."""
    import resource

    import psutil

    limit = psutil.Process().memory_info().vms + memory_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        try:
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))
        except (ValueError, OSError):
            return  # not on this system; the warden watches too


def _done(order: Order, scans: KeptScans, tell: Callable[[Key], None]) -> Reply:
    """Do one case, telling its key first; everything that Python can catch becomes a reply."""
    try:
        key = key_of(order.inputs, verify=order.verify)
        tell(key)
        record = Store(Path(order.out)).fresh(order.case_id, key)
        if record is not None and answers(record, order):
            return Reply(status="same")
        scans.turn_to(key.series)
        job, options = pickle.loads(order.work)
        refused = job(options, Path(order.out), scans)
        return Reply(status="ok", refused=tuple(refused))
    except BaseException as error:
        status, code, reason = _told(error, order.limits)
        return Reply(status=status, code=code, reason=reason)


def answers(record: Record, order: Order) -> bool:
    """Whether a record of the same inputs stands for the case."""
    return record.status == "ok" or not order.retry_failed


def _told(error: BaseException, limits: Limits) -> tuple[str, str | None, str]:
    """Return status, code and sentence; of what nobody foresaw, only the class is told."""
    if any(isinstance(one, MemoryError) for one in _chain(error)):
        return "memory", None, limits.memory_words
    if isinstance(error, InputRefused):
        return "refused", error.code.value, str(error)
    if isinstance(error, UsageError):
        return "refused", "USAGE", str(error)
    if isinstance(error, OutputFailed):
        return "error", OUTPUT_FAILED, str(error)
    return "error", None, f"Unexpected fault ({type(error).__name__}); please report it."


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
