"""Orders to workers, outcomes back: one case per task, those of a scan on one worker."""

import secrets
import time
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Any

from ctocalc.batch.orders import Order, Outcome
from ctocalc.batch.worker import run_order

TICK_SECONDS = 0.5
BUSY_SECONDS = 2.0
FETCH_SECONDS = 5.0
MOST_LOSSES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A case was given to a worker."""

    case_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Nothing happened; ``workers`` are there."""

    workers: int


Event = Started | Outcome | Tick


def run(orders: Sequence[Order], client: Any) -> Iterator[Event]:
    """Have every order done, and yield what happens while it happens.

    A case whose worker is lost goes to another one, ``MOST_LOSSES`` times; one that another run
    holds is asked for again until it is done.
    """
    yield from _Run(orders, client).events()


class _Run:
    def __init__(self, orders: Sequence[Order], client: Any) -> None:
        self._client, self._mark = client, secrets.token_hex(4)
        self._waiting = _ByScan(orders)
        self._left = len(orders)
        self._running: dict[Any, tuple[Order, str]] = {}
        self._ended: Queue[Any] = Queue()
        self._later: deque[tuple[float, Order]] = deque()
        self._begun: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()

    def events(self) -> Iterator[Event]:
        while self._left:
            try:
                workers: dict[str, int] = self._client.nthreads()
                yield from self._take_back(workers)
                yield from self._give(workers)
            except (OSError, TimeoutError, CancelledError):  # Dask's errors of a closed connection
                yield from self._abandoned()
                return
            yield from self._take(workers)

    def _abandoned(self) -> Iterator[Outcome]:
        """Yield the cases that are left when the scheduler is lost; nothing is recorded of them."""
        held = [order for order, _ in self._running.values()]
        for order in (*held, *self._waiting.left(), *(order for _, order in self._later)):
            yield Outcome(
                case_id=order.case_id, status="error",
                reason="The Dask scheduler was lost; run the same command again.",
            )  # fmt: skip

    def _give(self, workers: dict[str, int]) -> Iterator[Event]:
        """Give every idle thread a case, first to the workers that have a scan open."""
        while self._later and self._later[0][0] <= time.monotonic():
            self._waiting.again(self._later.popleft()[1])
        load = Counter(address for _, address in self._running.values())
        for address, threads in workers.items():
            for _ in range(threads - load[address]):
                order = self._waiting.next_for(address)
                if order is None:
                    return
                self._submit(order, address)
                yield Started(case_id=order.case_id)

    def _submit(self, order: Order, address: str) -> None:
        # Keys are the scheduler's, whoever asks: the mark keeps two runs of one manifest apart.
        self._begun[order.case_id] += 1
        key = f"{order.case_id}-{self._mark}-{self._begun[order.case_id]}"
        future = self._client.submit(run_order, order, key=key, pure=False, workers=[address])
        self._running[future] = order, address
        future.add_done_callback(self._ended.put)

    def _take(self, workers: dict[str, int]) -> Iterator[Event]:
        try:
            future = self._ended.get(timeout=TICK_SECONDS)
        except Empty:
            yield Tick(workers=len(workers))
            return
        if future not in self._running:  # taken back before
            return
        order, _ = self._running[future]
        outcome = None
        if future.status == "finished":
            try:
                # It is fetched from the worker: were that one gone by now, Dask would wait for
                # another one at its address for ever.
                outcome = future.result(timeout=FETCH_SECONDS)
            except (OSError, TimeoutError, CancelledError):
                self._ended.put(future)  # asked again, unless its worker is found lost before
                return
        del self._running[future]
        if outcome is None:
            yield from self._lose(order)
            return
        future.release()
        if outcome.status == "busy":
            self._later.append((time.monotonic() + BUSY_SECONDS, order))
        else:
            self._left -= 1
            yield outcome

    def _take_back(self, workers: dict[str, int]) -> Iterator[Outcome]:
        """Take the cases of lost workers back.

        Dask would give them to others, but not when there is none at that moment.  Should a worker
        live on unseen, its claim keeps the case from being done twice.
        """
        lost = [(f, order) for f, (order, address) in self._running.items()
                if address not in workers]  # fmt: skip
        for future, order in lost:
            del self._running[future]
            future.cancel()
            yield from self._lose(order)

    def _lose(self, order: Order) -> Iterator[Outcome]:
        """Have a case begun again, unless its workers were lost too often."""
        self._lost[order.case_id] += 1
        if self._lost[order.case_id] < MOST_LOSSES:
            self._waiting.again(order)
            return
        self._left -= 1
        yield Outcome(
            case_id=order.case_id, status="crashed", attempts=self._begun[order.case_id],
            reason=f"Its workers were lost {MOST_LOSSES} times; see the cluster's own messages.",
        )  # fmt: skip


class _ByScan:
    """Orders that wait, by scan; a worker stays with its scan while one case of it is left."""

    def __init__(self, orders: Sequence[Order]) -> None:
        self._scans: defaultdict[str, deque[Order]] = defaultdict(deque)
        self._open: dict[str, str] = {}
        for order in orders:
            self._scans[_scan(order)].append(order)

    def next_for(self, worker: str) -> Order | None:
        """Return the next order for a worker.

        From its own scan; else from one that nobody has open; else from the longest one left.
        """
        left = self._scans
        if not left:
            return None
        scan = self._open.get(worker, "")
        if scan not in left:
            taken = set(self._open.values())
            new = next((scan for scan in left if scan not in taken), None)
            scan = new if new is not None else max(left, key=lambda scan: len(left[scan]))
        self._open[worker] = scan
        order = left[scan].popleft()
        if not left[scan]:
            del left[scan]
        return order

    def left(self) -> Iterator[Order]:
        """Return the orders that wait."""
        return (order for waiting in self._scans.values() for order in waiting)

    def again(self, order: Order) -> None:
        """Put an order back."""
        self._scans[_scan(order)].append(order)


def _scan(order: Order) -> str:
    return order.inputs.paths[0][1]
