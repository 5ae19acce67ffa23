"""Pages drawn anew: of one case, or of a whole batch with the page that leads to its cases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pyarrow import parquet

from ctocalc.batch.folder import redraw
from ctocalc.batch.overview import NAME, overview
from ctocalc.batch.store import Store
from ctocalc.errors import Code, InputRefused
from ctocalc.files.atomic import replace_file
from ctocalc.files.results import is_case_id

CASES = "cases.parquet"


def draw_again(
    folder: Path, form: Literal["png", "svg"], *, blind: bool
) -> Iterator[tuple[str, InputRefused | None]]:
    """Draw the pages of a case's folder, or of all cases of a batch's; yield each as it is done.

    Yields
    ------
    name : str
        The case, or the page of the batch; empty where a folder is neither.
    refusal : InputRefused or None
        Why it was not drawn; it stops no other.

    Raises
    ------
    OutputFailed
        When something cannot be written, or holds files that ctocalc did not write.
    """
    if not (folder / CASES).is_file():
        yield _one(folder, form, blind=blind)
        return
    try:
        cases = _measured(folder)
        for case in cases:
            name, refusal = _one(folder / case, form, blind=blind)
            yield name or case, refusal
        replace_file(folder / NAME, overview(folder, Store(folder).drawn(cases)))
    except (OSError, pa.ArrowException, LookupError) as error:
        yield (
            NAME,
            InputRefused(
                Code.RESULT_UNREADABLE,
                f"The tables of the batch cannot be read ({type(error).__name__}); run "
                "`ctocalc batch` again on the same folder, which writes them anew.",
            ),
        )
    else:
        yield NAME, None


def _one(
    folder: Path, form: Literal["png", "svg"], *, blind: bool
) -> tuple[str, InputRefused | None]:
    try:
        return redraw(folder, form, blind=blind), None
    except InputRefused as error:
        return "", error


def _measured(folder: Path) -> list[str]:
    """Return the cases of a batch that were measured, each once, in the order of its table."""
    table = parquet.read_table(folder / CASES, columns=["case_id", "status"]).to_pydict()
    rows = zip(table["case_id"], table["status"], strict=True)
    return list(dict.fromkeys(case for case, status in rows if status == "ok" and is_case_id(case)))
