"""Everything that is drawn of one case."""

from ctocalc.report.figures.case import case_figures
from ctocalc.study.record import CaseRecord


def drawings(case: CaseRecord) -> dict[str, bytes]:
    """Return the pages and figures of a case by their path in its folder."""
    return case_figures(case)
