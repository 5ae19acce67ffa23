"""A whole batch: orders done somewhere, outcomes gathered, tables written."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from ctocalc.batch.manifest import Manifest
from ctocalc.batch.orders import Outcome
from ctocalc.batch.plan import Asked, Plan, ended
from ctocalc.batch.runner import Event, run
from ctocalc.batch.store import Store
from ctocalc.batch.summary import write_summary
from ctocalc.errors import OutputFailed

Outcomes = dict[str, Outcome]


def run_batch(
    planned: Plan,
    store: Store,
    where: AbstractContextManager[Any],
    watch: Callable[[Event], None],
) -> Outcomes:
    """Have the plan done by the workers of ``where``, a Dask client; ``watch`` sees every event.

    Returns the outcomes by case, those of before too.  Nothing is started when nothing is to do.

    Raises
    ------
    OutputFailed
        When the output folder cannot be made.
    """
    outcomes = {outcome.case_id: outcome for outcome in planned.done}
    store.prepare()
    store.sweep()
    if not planned.orders:
        return outcomes
    with where as client:
        for event in run(planned.orders, client):
            watch(event)
            if isinstance(event, Outcome):
                outcomes[event.case_id] = event
    store.sweep()
    return outcomes


def gather(manifest: Manifest, outcomes: Outcomes, asked: Asked) -> int:
    """Write the tables of the whole manifest, and return how many cases keep that from happening.

    Those are cases of other shards that have not ended, or only of older inputs, settings or
    versions: the shard that ends last finds none.

    Raises
    ------
    OutputFailed
        When the tables cannot be written.
    """
    store = Store(asked.out)
    others = [case for case in manifest.cases if case.case_id not in outcomes]
    recorded = [case for case in others if store.read(case.case_id)]
    known = dict(outcomes)
    if len(recorded) == len(others):  # only then are their inputs looked at: the disk's time
        known |= {outcome.case_id: outcome for outcome in ended(recorded, asked)}
    missing = len(manifest.cases) - len(known)
    if not store.exists():
        raise OutputFailed("The output folder is gone; run the same command again.")
    if not missing:
        write_summary(manifest, known, store)
    return missing
