"""CaseRecord: a case as its files tell it, for everything that is drawn from a result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ctocalc._arrays import Array


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CaseRecord:
    """A written case: pages, figures and exports take this, so that they never need the scan.

    ``result`` is ``result.json``; ``stations`` gives every column of ``stations.tsv`` by vessel
    (numbers float64, NaN where the cell is empty; booleans 1, 0, NaN; words as text); ``sections``
    the arrays of ``sections.npz`` by vessel, as ``files.sections`` describes them.  A vessel that
    was refused has neither stations nor sections.  ``digest`` is the SHA-256 of ``result.json``.
    """

    result: dict[str, Any]
    stations: Mapping[str, Mapping[str, Array]]
    sections: Mapping[str, Mapping[str, Array]]
    digest: str = ""
