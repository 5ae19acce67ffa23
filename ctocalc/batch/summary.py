"""The tables of a whole batch: those of its cases end to end, in the manifest's order.

Bytes are copied, not parsed: a cell of a cohort table is the cell of the case's table.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import csv, parquet

from ctocalc.batch.cohort import cohort_tables, passed_column
from ctocalc.batch.manifest import Case, Manifest
from ctocalc.batch.orders import Outcome
from ctocalc.batch.overview import NAME, overview
from ctocalc.batch.store import Store
from ctocalc.errors import OutputFailed
from ctocalc.files.columns import Cell, Column
from ctocalc.files.tables import Table, cell_text

BLOCK_BYTES = 16 << 20
_TYPES = {"string": pa.string(), "integer": pa.int64(), "number": pa.float64(),
          "boolean": pa.bool_()}  # fmt: skip


def write_summary(manifest: Manifest, outcomes: Mapping[str, Outcome], store: Store) -> None:
    """Write ``cases`` and the tables of all ok cases (TSV with sidecar, Parquet), and their page.

    ``outcomes`` by case; a case without one has not been run.  Whole or not at all.

    Raises
    ------
    OutputFailed
        When a table cannot be written, or the tables of a finished case are gone.
    """
    try:
        with store.workspace("=cohort") as fresh:
            for name, columns in cohort_tables().items():
                _write(name, columns, manifest, outcomes, fresh, store.out)
            (fresh / NAME).write_bytes(overview(fresh, store.drawn(outcomes)))
            for path in sorted(fresh.iterdir()):
                path.replace(store.out / path.name)
    except (OSError, pa.ArrowException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise OutputFailed(
            f"The tables of the batch could not be written ({why}); the cases are kept. Run the "
            "same command again when the output folder can be written to and has room."
        ) from None


def _write(
    name: str, columns: Sequence[Column], manifest: Manifest, outcomes: Mapping[str, Outcome],
    fresh: Path, out: Path,
) -> None:  # fmt: skip
    whole = (*columns, *map(passed_column, manifest.passed))
    empty = Table(name=name, columns=whole, rows=())
    ok = [c for c in manifest.cases if c.case_id in outcomes and outcomes[c.case_id].status == "ok"]
    if name == "cases":
        parts = _case_rows(manifest, outcomes, ok, out)
    else:
        expected = Table(name=name, columns=tuple(columns[1:]), rows=()).text().encode()
        parts = (_rows_of(case, _body(out, case, name, expected)) for case in ok)
    table = fresh / f"{name}.tsv"
    with table.open("xb") as file:
        file.write(empty.text().encode())
        file.writelines(parts)
        file.flush()
        os.fsync(file.fileno())
    (fresh / f"{name}.json").write_text(empty.sidecar(), encoding="utf-8", newline="\n")
    _write_parquet(table, whole)


def _body(out: Path, case: Case, name: str, header: bytes) -> bytes:
    data = (out / case.case_id / f"{name}.tsv").read_bytes()
    if not data.startswith(header):
        raise OutputFailed(
            f"{case.case_id}: its {name}.tsv is not of this version; delete its folder and run "
            "the same command again."
        )
    return data[len(header) :]


def _rows_of(case: Case, body: bytes) -> bytes:
    """Return the rows of a case's table with the case before them and what is passed after."""
    if not body:
        return b""
    prefix = f"{case.case_id}\t".encode()
    after = {row.vessel.encode(): _passed(row.passed) for row in case.rows}
    if len(set(after.values())) == 1:
        (suffix,) = set(after.values())
        return prefix + body[:-1].replace(b"\n", suffix + b"\n" + prefix) + suffix + b"\n"
    lines = body[:-1].split(b"\n")
    return b"".join(
        prefix + line + after.get(line.partition(b"\t")[0], b"") + b"\n" for line in lines
    )


def _passed(cells: Iterable[str]) -> bytes:
    return "".join(f"\t{cell_text(cell)}" for cell in cells).encode()


def _case_rows(
    manifest: Manifest, outcomes: Mapping[str, Outcome], ok: Iterable[Case], out: Path
) -> Iterator[bytes]:
    """Yield one line per row of the manifest."""
    vessels = {case.case_id: _vessel_states(out, case.case_id) for case in ok}
    for row in manifest.rows:
        found = outcomes.get(row.case_id)
        told: tuple[Cell, ...] = (None,) * 3
        spent: tuple[Cell, ...] = (None,) * 2
        if found is not None:
            told = (found.status, found.code, found.reason)
            spent = (found.attempts or None, found.seconds)
        state = vessels.get(row.case_id, {}).get(row.vessel, ("", "", ""))
        cells = (row.case_id, row.vessel, *told, *state, *spent, *row.passed)
        yield ("\t".join(map(cell_text, cells)) + "\n").encode()


def _vessel_states(out: Path, case_id: str) -> dict[str, tuple[str, str, str]]:
    """Return status, code and a reader's answers of each vessel of a finished case."""
    lines = (out / case_id / "vessels.tsv").read_text(encoding="utf-8").splitlines()
    at = [lines[0].split("\t").index(name) for name in ("vessel", "status", "code", "reader_edits")]
    rows = (line.split("\t") for line in lines[1:])
    return {row[at[0]]: (row[at[1]], row[at[2]], row[at[3]]) for row in rows}


def _write_parquet(table: Path, columns: Sequence[Column]) -> None:
    """Write the Parquet copy of a TSV, block by block: memory does not grow with the table."""
    schema = pa.schema([(column.name, _TYPES[column.kind]) for column in columns])
    reader = csv.open_csv(
        table,
        read_options=csv.ReadOptions(block_size=BLOCK_BYTES),
        parse_options=csv.ParseOptions(delimiter="\t", quote_char=False),
        convert_options=csv.ConvertOptions(
            column_types=schema, null_values=[""], strings_can_be_null=True,
            true_values=["true"], false_values=["false"],
        ),
    )  # fmt: skip
    with parquet.ParquetWriter(table.with_suffix(".parquet"), schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)
