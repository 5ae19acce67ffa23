"""One phantom as a folder: images, lines, truth."""

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ctocalc._arrays import Array
from ctocalc.dicom.new_folder import new_folder
from ctocalc.dicom.write import Acquisition, write_series
from ctocalc.phantom.lines import Line
from ctocalc.phantom.render import PhantomCase


def write_case(case: PhantomCase, folder: Path, *, compressed: bool) -> None:
    """Write ``dicom``, ``centerlines``, ``truth.json`` and ``stations.tsv`` into a new folder.

    Raises
    ------
    OutputFailed
        When the folder exists and is not empty, or cannot be written.
    """
    with new_folder(folder, content="case") as fresh:
        _fill(case, fresh, compressed=compressed)


def _fill(case: PhantomCase, folder: Path, *, compressed: bool) -> None:
    facts = Acquisition(
        label=case.name, kvp=case.kvp, compressed=compressed,
        contrast=bool(case.truth["image"]["contrast"]),
    )  # fmt: skip
    write_series(case.volume, folder / "dicom", facts)
    (folder / "centerlines").mkdir()
    for line in case.lines:
        path = folder / "centerlines" / f"{line.vessel}.csv"
        path.write_text(line_csv(line), encoding="utf-8", newline="\n")
    truth = json.dumps(case.truth, indent=1, allow_nan=False) + "\n"
    (folder / "truth.json").write_text(truth, encoding="utf-8", newline="\n")
    table = stations_tsv(case.stations)
    (folder / "stations.tsv").write_text(table, encoding="utf-8", newline="\n")


def line_csv(line: Line) -> str:
    """Return a given line as CSV: LPS millimetres to the micrometre, ostium first."""
    head = ["x_mm", "y_mm", "z_mm"]
    columns = [*line.points_lps_mm.T]
    if line.radius_mm is not None:
        head.append("radius_mm")
        columns.append(line.radius_mm)
    rows = [",".join(f"{x:.3f}" for x in row) for row in zip(*columns, strict=True)]
    return "\n".join([",".join(head), *rows]) + "\n"


def stations_tsv(stations: Mapping[str, Array]) -> str:
    """Return the true stations as a tab-separated table; NaN and lesion 0 are empty cells."""
    columns = [_cells(name, column) for name, column in stations.items()]
    rows = [list(row) for row in zip(*columns, strict=True)]
    return "\n".join("\t".join(row) for row in [list(stations), *rows]) + "\n"


def _cells(name: str, column: Array) -> list[str]:
    if column.dtype == np.bool_:
        return ["true" if x else "false" for x in column]
    if np.issubdtype(column.dtype, np.floating):
        return ["" if np.isnan(x) else f"{x:.9g}" for x in column]
    return ["" if name == "lesion" and x == 0 else str(x) for x in column]
