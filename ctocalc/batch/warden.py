"""The watch over one child process: whatever becomes of it is charged to the case it was doing."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection

import psutil

from ctocalc.batch.key import Key
from ctocalc.batch.orders import Order, Reply

POLL_SECONDS = 0.05
START_SECONDS = 300.0
# A child that keeps so much of its limit between two cases is replaced before the next.
KEPT_SHARE = 0.5
FROM_OUTSIDE = (-signal.SIGKILL, -signal.SIGTERM)
_BOOT = (
    "import json, sys\n"
    "channel, lifeline, parent, memory_bytes, path = json.loads(sys.argv[1])\n"
    "sys.path[:] = path\n"
    "from ctocalc.batch.child import main\n"
    "main(channel, lifeline, parent, memory_bytes)\n"
)
# Dask's nanny has its workers give memory back at once: every array then costs its pages anew, half
# as many seconds again for a case.
_MEMORY_BACK = "MALLOC_TRIM_THRESHOLD_"
# The kernel ends a child with the *thread* that started it: this one lives as long as the process.
_STARTER = ThreadPoolExecutor(1, thread_name_prefix="starter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How an attempt ended: with the child's reply, or with its death.

    ``status`` is that of the reply, or crashed, timeout, memory.  ``killed``: by a signal that came
    from outside; ``used``: the child had done other cases before.  ``key`` is empty where the child
    died before it could tell.
    """

    status: str
    seconds: float
    key: Key
    reply: Reply | None = None
    reason: str | None = None
    killed: bool = False
    used: bool = False


class Warden:
    """Holds one child, and starts another when it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: Connection | None = None
        self._lifeline = -1
        self._memory_bytes = 0
        self._cases = 0
        self._key = Key()
        self.series = ""

    def do(self, order: Order) -> Ending:
        """Have the child do a case, and wait until it has, or is dead."""
        self._ready(order.limits.memory_bytes)
        used, begun = self._cases > 0, time.monotonic()
        self._cases += 1
        self._key = Key()
        self.series = order.inputs.paths[0][1] if order.inputs.paths else ""
        status, reason, reply = self._watch(order, begun)
        seconds = time.monotonic() - begun
        code = None
        if reply is None or reply.status == "memory":
            code = self.end()
        elif self._memory() > KEPT_SHARE * order.limits.memory_bytes:
            self.end()
        killed = status == "crashed" and code in FROM_OUTSIDE
        if status == "crashed":
            reason = _death(code)
        return Ending(
            status=status, seconds=seconds, key=self._key, reply=reply, reason=reason,
            killed=killed, used=used,
        )  # fmt: skip

    def _watch(self, order: Order, begun: float) -> tuple[str, str | None, Reply | None]:
        assert self._channel is not None
        limits = order.limits
        try:
            self._channel.send(order)
            while True:
                if self._channel.poll(POLL_SECONDS):
                    told: Key | Reply = self._channel.recv()
                    if isinstance(told, Reply):
                        return told.status, told.reason, told
                    self._key = told
                if time.monotonic() - begun > limits.seconds:
                    why = f"It was ended after {limits.seconds:g} s; see --time-limit."
                    return "timeout", why, None
                if self._memory() > limits.memory_bytes:
                    return "memory", limits.memory_words, None
        except (EOFError, OSError):
            return "crashed", None, None

    def _memory(self) -> int:
        assert self._process is not None
        with contextlib.suppress(psutil.Error):
            return int(psutil.Process(self._process.pid).memory_info().rss)
        return 0

    def _ready(self, memory_bytes: int) -> None:
        """Start a child unless there is one that fits; three times at most.

        Raises
        ------
        RuntimeError
            When none can be started.
        """
        alive = self._process is not None and self._process.poll() is None
        if alive and self._memory_bytes == memory_bytes:
            return
        self.end()
        for _ in range(3):
            with contextlib.suppress(EOFError, OSError):
                self._start(memory_bytes)
                assert self._channel is not None
                if self._channel.poll(START_SECONDS):
                    self._channel.recv()
                    return
            self.end()
        raise RuntimeError("no process for a case could be started")

    def _start(self, memory_bytes: int) -> None:
        ours, theirs = Pipe()
        lifeline, held = os.pipe()
        with _closing(lifeline), theirs:
            given = [theirs.fileno(), lifeline, os.getpid(), memory_bytes, sys.path]
            self._channel, self._lifeline, self._memory_bytes = ours, held, memory_bytes
            self._process = _STARTER.submit(
                subprocess.Popen,
                [sys.executable, "-c", _BOOT, json.dumps(given)],
                pass_fds=(theirs.fileno(), lifeline),
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # libraries write paths there
            ).result()
        self._cases = 0

    def end(self) -> int | None:
        """End the child if there is one; return its exit code, negative for a signal."""
        code = None
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                # One that closed its end is dying by itself: its own code tells more than ours.
                code = self._process.wait(0.0 if self._listens() else 5.0)
            if code is None:
                self._process.kill()
                code = self._process.wait()
        if self._channel is not None:
            self._channel.close()
        if self._lifeline >= 0:
            os.close(self._lifeline)
        self._process = self._channel = None
        self._lifeline = -1
        return code

    def _listens(self) -> bool:
        """Whether the child still holds its end of the channel."""
        try:
            return self._channel is not None and not self._channel.poll(0)
        except (EOFError, OSError):
            return False


@contextlib.contextmanager
def _closing(descriptor: int) -> Iterator[None]:
    try:
        yield
    finally:
        os.close(descriptor)


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        return f"The process of the case was ended by {name}."
    return f"The process of the case ended by itself (exit code {code})."


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != _MEMORY_BACK}
