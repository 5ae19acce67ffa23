"""Small batches: a manifest of cases whose job is made for the test."""

import hashlib
from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ctocalc.batch.batch import Outcomes, gather, run_batch
from ctocalc.batch.manifest import Manifest, read_manifest
from ctocalc.batch.orders import Limits
from ctocalc.batch.plan import Asked, Job, plan, share
from ctocalc.batch.runner import Event
from ctocalc.batch.store import Store
from tests.batch import jobs

LIMITS = Limits(seconds=60.0, memory_bytes=1 << 30)
TIMED = ("cases.tsv", "cases.parquet", "batch.log")


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A manifest and how it is run."""

    folder: Path
    job: Job = jobs.quick
    limits: Limits = LIMITS
    out_name: str = "out"

    @property
    def out(self) -> Path:
        return self.folder / self.out_name

    @property
    def manifest(self) -> Manifest:
        return read_manifest(self.folder / "manifest.tsv")

    def asked(self, *, retry_failed: bool = False, verify: bool = False) -> Asked:
        return Asked(
            out=self.out, job=self.job, limits=self.limits, retry_failed=retry_failed,
            verify=verify,
        )  # fmt: skip

    def run(
        self, client: Any, asked: Asked | None = None, shard: tuple[int, int] = (0, 1)
    ) -> tuple[Outcomes, list[Event]]:
        manifest, events = self.manifest, list[Event]()
        asked = asked or self.asked()
        planned = plan(share(manifest.cases, *shard), asked)
        outcomes = run_batch(planned, Store(self.out), nullcontext(client), events.append)
        gather(manifest, outcomes, asked)
        return outcomes, events

    def to_run(self, asked: Asked | None = None) -> list[str]:
        return [order.case_id for order in plan(self.manifest.cases, asked or self.asked()).orders]

    def tables(self) -> dict[str, str]:
        """Return digests of everything that must not differ between two runs."""
        return {
            str(path.relative_to(self.out)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(self.out.rglob("*"))
            if path.is_file() and ".batch" not in path.parts and path.name not in TIMED
        }

    def marks(self) -> list[str]:
        """Return the cases in the order in which they were run, again and again."""
        return (self.folder / jobs.MARKS).read_text().split()


def batch(folder: Path, case_ids: Iterable[str], *, scans: int = 2, job: Job = jobs.quick,
          limits: Limits = LIMITS) -> Batch:  # fmt: skip
    """Write a manifest whose cases share a few scans."""
    rows = ["case_id\tseries\tcenterline\tvessel\tsite"]
    for n, case_id in enumerate(case_ids):
        rows.append(f"{case_id}\tscan{n % scans}\tline.csv\tRCA\tsite {n % 3}")
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(scans):
        (folder / f"scan{n}").mkdir(exist_ok=True)
    (folder / "line.csv").write_text("0,0,0\n")
    (folder / "manifest.tsv").write_text("\n".join(rows) + "\n")
    return Batch(folder=folder, job=job, limits=limits)
