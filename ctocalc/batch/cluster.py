"""Where a batch runs: a local Dask cluster, or the workers of somebody's scheduler."""

import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from typing import Any

import dask
import psutil

from ctocalc.batch.scratch import scratch
from ctocalc.errors import UsageError

# Dask's own messages hold addresses, keys and tracebacks.
SILENT = logging.CRITICAL + 1
CONNECT_SECONDS = 30.0
CLOSE_SECONDS = 10.0
START_SECONDS = 600.0
MEND_SECONDS = 0.5
# Longer than a worker takes to start on a busy machine.
ABSENT_SECONDS = 30.0
GONE = ("failed", "closed")
# A lost worker is no case's fault; those that are lost again and again are counted by the runner.
ALLOWED_FAILURES = 1000
_QUIET = {
    "distributed.scheduler.allowed-failures": ALLOWED_FAILURES,
    "distributed.logging": {"distributed": SILENT},
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.terminate": False,
    "distributed.scheduler.active-memory-manager.start": False,
    "distributed.scheduler.worker-saturation": 1.0,
}


@contextmanager
def local_workers(workers: int) -> Iterator[Any]:
    """Yield the client of a cluster of this machine: one process and one thread per worker.

    Workers that die are replaced.  Whatever happens, no process of it outlives the block.
    """
    from distributed import Client, LocalCluster

    logging.getLogger("distributed").setLevel(SILENT)
    with scratch() as folder, dask.config.set(_QUIET | {"temporary-directory": str(folder)}):
        cluster = client = None
        over = threading.Event()
        try:
            # None at first: a worker that dies while it starts makes this give up, scaling not.
            with _deaf_to_ctrl_c():
                cluster = LocalCluster(
                    n_workers=0, threads_per_worker=1, processes=True, memory_limit=0,
                    dashboard_address="127.0.0.1:0", host="127.0.0.1", silence_logs=SILENT,
                    local_directory=str(folder),
                )  # fmt: skip
            mending = threading.Thread(target=_mend, args=(cluster, workers, over), daemon=True)
            mending.start()
            client = Client(cluster)
            client.wait_for_workers(1, timeout=START_SECONDS)
            yield client
            over.set()
            mending.join()
        except BaseException:
            over.set()
            _end_workers(cluster)
            raise
        finally:
            opened: list[Any] = [one for one in (client, cluster) if one is not None]
            for closing in opened:
                try:
                    closing.close(timeout=CLOSE_SECONDS)
                except (TimeoutError, OSError):
                    _end_workers(cluster)


@contextmanager
def _deaf_to_ctrl_c() -> Iterator[None]:
    """Keep Ctrl-C from the threads that are started within, and so from their processes.

    A terminal sends it to all of them; one that still starts would die with a traceback.
    """
    resource_tracker.ensure_running()  # the first process would start it, and hear again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _mend(cluster: Any, workers: int, over: threading.Event) -> None:
    """Replace workers that are gone for good until ``over``.

    Dask's nanny starts a dead worker again, except one that dies while it starts.
    """
    absent: dict[Any, float] = {}
    while not over.wait(MEND_SECONDS):
        present, now = set(cluster.scheduler.workers), time.monotonic()
        nannies = {
            name: nanny for name, nanny in list(cluster.workers.items())
            if nanny.worker_address not in present
        }  # fmt: skip
        absent = {name: absent.get(name, now) for name in nannies}
        dead = [
            name for name, nanny in nannies.items()
            if nanny.status.name in GONE or now - absent[name] > ABSENT_SECONDS
        ]  # fmt: skip
        with suppress(Exception):  # Dask's own faults of the moment: the next turn tries again
            if dead:
                cluster.sync(cluster.scale_down, dead, callback_timeout=CLOSE_SECONDS)
            if len(cluster.workers) < workers:
                cluster.scale(workers)


def _end_workers(cluster: Any) -> None:
    """Kill the workers at once: they would wait for the cases in hand."""
    for nanny in cluster.workers.values() if cluster else ():
        nanny.auto_restart = False
        try:
            worker = psutil.Process(nanny.pid)
            family = [worker, *worker.children(recursive=True)]
        except (psutil.Error, ValueError, TypeError):
            continue
        for process in family:
            with suppress(psutil.Error):
                process.kill()


@contextmanager
def scheduler_at(address: str) -> Iterator[Any]:
    """Yield the client of a scheduler that runs already; its workers stay when the block ends.

    Raises
    ------
    UsageError
        When nothing answers there.
    """
    from distributed import Client

    logging.getLogger("distributed").setLevel(SILENT)
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError):
        raise UsageError(
            "--scheduler: no Dask scheduler answers at that address; give one such as "
            "tcp://host:8786."
        ) from None
    try:
        yield client
    finally:
        with suppress(TimeoutError, OSError):
            client.close(timeout=CLOSE_SECONDS)


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1
