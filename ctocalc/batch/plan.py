"""What a batch has to do: an order per case, and which cases are done already."""

import os
import pickle
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from itertools import groupby
from pathlib import Path

from ctocalc.batch.cohort import cohort_tables
from ctocalc.batch.key import CaseInputs, digest_of, key_of
from ctocalc.batch.manifest import Case
from ctocalc.batch.options import CaseOptions
from ctocalc.batch.orders import Limits, Order, Outcome
from ctocalc.batch.scan import KeptScans
from ctocalc.batch.store import Store
from ctocalc.batch.worker import outcome_of
from ctocalc.files.settings import read_settings
from ctocalc.study.provenance import settings_digest
from ctocalc.study.settings import AnalysisSettings

READERS = 8

Job = Callable[[CaseOptions, Path, KeptScans], Sequence[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How a batch is to be run, beside what it is run on.

    ``report``: each case has its page and figures, which the job then draws.
    """

    out: Path
    job: Job
    limits: Limits
    report: bool = True
    settings: Path | None = None
    verify: bool = False
    retry_failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Orders still to be done, by scan; outcomes of the cases that are done already."""

    orders: tuple[Order, ...]
    done: tuple[Outcome, ...]


def share(cases: Sequence[Case], number: int, of: int) -> tuple[Case, ...]:
    """Return the part of a job array's task ``number`` (from 0): cases of a scan stay together."""
    cases = by_scan(cases)
    return cases[len(cases) * number // of : len(cases) * (number + 1) // of]


def by_scan(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Return cases in the order of their scans' first cases."""
    first: dict[Path, int] = {}
    for case in cases:
        first.setdefault(case.options.series, len(first))
    return tuple(sorted(cases, key=lambda case: first[case.options.series]))


def plan(cases: Sequence[Case], asked: Asked) -> Plan:
    """Compare every case with what is recorded of it; nothing is run or written.

    Raises
    ------
    SettingsRefused
        When the settings file is not valid.
    """
    orders = _orders(cases, asked)
    store = Store(asked.out)
    with ThreadPoolExecutor(READERS) as pool:
        groups = [list(group) for _, group in groupby(orders, lambda o: o.inputs.paths[0])]
        found = [one for several in pool.map(lambda g: _known(g, store), groups) for one in several]
    return Plan(
        orders=tuple(order for order, outcome in found if outcome is None),
        done=tuple(outcome for _, outcome in found if outcome is not None),
    )


def ended(cases: Sequence[Case], asked: Asked) -> tuple[Outcome, ...]:
    """Return how cases ended that were run, by whomever, on what is asked for now.

    Raises
    ------
    SettingsRefused
        When the settings file is not valid.
    """
    store = Store(asked.out)

    def found(order: Order) -> Outcome | None:
        record = store.ended(order.case_id, key_of(order.inputs, verify=False))
        return outcome_of(order.case_id, record) if record else None

    with ThreadPoolExecutor(READERS) as pool:
        return tuple(filter(None, pool.map(found, _orders(cases, asked))))


def _orders(cases: Sequence[Case], asked: Asked) -> list[Order]:
    settings = read_settings(asked.settings) if asked.settings else AnalysisSettings()
    tables = {name: [column.name for column in of] for name, of in cohort_tables().items()}
    fixed = digest_of(settings_digest(settings), version("ctocalc"), tables, asked.report)
    return [_order(case, asked, fixed) for case in by_scan(cases)]


def _order(case: Case, asked: Asked, fixed: str) -> Order:
    cells = [row.cells for row in case.rows]
    paths = tuple((role, os.fspath(path.absolute())) for role, path in case.paths)
    return Order(
        case_id=case.case_id,
        out=os.fspath(asked.out.absolute()),
        inputs=CaseInputs(paths=paths, asked=digest_of(fixed, cells)),
        work=pickle.dumps((asked.job, case.options)),
        limits=asked.limits,
        version=version("ctocalc"),
        verify=asked.verify,
        retry_failed=asked.retry_failed,
    )


def _known(orders: Sequence[Order], store: Store) -> list[tuple[Order, Outcome | None]]:
    """Return the orders of one scan, each with its recorded outcome where that stands."""
    return [(order, _standing(order, store)) for order in orders]


def _standing(order: Order, store: Store) -> Outcome | None:
    record = store.read(order.case_id)
    if record is None or (order.retry_failed and record.status != "ok"):
        return None
    key = key_of(order.inputs, verify=order.verify)
    record = store.fresh(order.case_id, key)
    return outcome_of(order.case_id, record) if record else None
