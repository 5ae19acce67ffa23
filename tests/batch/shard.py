"""One task of a job array: ``python -m tests.batch.shard FOLDER I N``."""

import sys
from pathlib import Path

from ctocalc.batch.cluster import local_workers
from tests.batch.batches import Batch

if __name__ == "__main__":
    folder, number, of = sys.argv[1:]
    with local_workers(1) as workers:
        Batch(folder=Path(folder)).run(workers, shard=(int(number), int(of)))
