"""What runs on a Dask worker: claim a case, have it done, record how it ended.

Whose fault a death is.  A child that had done other cases may have been spoilt by them: the case
gets another one.  In a child of its own a crash or the memory limit is the case's own fault.
SIGKILL and SIGTERM come from outside (somebody, or the system out of memory): the case is begun
again, ``MOST_KILLS`` times in all.  A hang is not tried twice: it has had its time.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from ctocalc.batch.orders import Order, Outcome
from ctocalc.batch.store import OUTPUT_FAILED, Record, Store
from ctocalc.batch.warden import Ending, Warden
from ctocalc.errors import OutputFailed

MOST_KILLS = 3

_idle: list[Warden] = []
_guard = threading.Lock()


def run_order(order: Order) -> Outcome:
    """Do one case and record it; whatever happens, an outcome is returned."""
    if order.version != version("ctocalc"):
        return _failed(order, None, "This worker has another version of ctocalc than the command.")
    store = Store(Path(order.out))
    try:
        with store.claim(order.case_id) as begun:
            if begun is None:
                return Outcome(case_id=order.case_id, status="busy")
            with _warden(order) as warden:
                return _recorded(order, store, _attempts(order, warden, begun))
    except (OSError, OutputFailed):
        store.take_back(order.case_id)
        return _failed(
            order, OUTPUT_FAILED,
            "The output folder cannot be written to, is full or gone; run the same command again.",
        )  # fmt: skip
    except RuntimeError as error:
        return _failed(order, None, f"The case was not begun: {error}.")


def _failed(order: Order, code: str | None, reason: str) -> Outcome:
    return Outcome(case_id=order.case_id, status="error", code=code, reason=reason)


def _attempts(order: Order, warden: Warden, begun: int) -> tuple[Ending, int]:
    """Return the attempt that counts, and how many there were."""
    kills = 0
    while True:
        begun += 1
        ending = warden.do(order)
        kills += ending.killed
        spoilt = ending.used and ending.status in ("crashed", "memory")
        if not (spoilt or (ending.killed and kills < MOST_KILLS)):
            return ending, begun


def _recorded(order: Order, store: Store, found: tuple[Ending, int]) -> Outcome:
    ending, attempts = found
    reply = ending.reply
    if reply is not None and reply.status == "same":
        record = store.read(order.case_id)
        assert record is not None
        return outcome_of(order.case_id, record)
    record = Record(
        key=ending.key.case,
        whole=ending.key.whole,
        status=ending.status,
        code=reply.code if reply else None,
        reason=ending.reason,
        refused=reply.refused if reply else (),
        attempts=attempts,
        seconds=round(ending.seconds, 3),
        result=store.stamp(order.case_id) if ending.status == "ok" else None,
        files=store.files(order.case_id) if ending.status == "ok" else (),
    )
    if record.status != "ok":
        store.forget_result(order.case_id)
    store.write(order.case_id, record)
    return outcome_of(order.case_id, record, done_before=False)


def outcome_of(case_id: str, record: Record, *, done_before: bool = True) -> Outcome:
    """Return what a record says."""
    return Outcome(
        case_id=case_id, status=record.status, code=record.code, reason=record.reason,
        refused=record.refused, attempts=record.attempts, seconds=record.seconds,
        done_before=done_before,
    )  # fmt: skip


@contextmanager
def _warden(order: Order) -> Iterator[Warden]:
    """Lend an idle warden, the one that has this scan open where there is one."""
    series = order.inputs.paths[0][1] if order.inputs.paths else ""
    with _guard:
        fitting = next((w for w in _idle if w.series == series), None)
        warden = fitting or (_idle[0] if _idle else Warden())
        if warden in _idle:
            _idle.remove(warden)
    try:
        yield warden
    finally:
        with _guard:
            _idle.append(warden)
