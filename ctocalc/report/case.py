"""Everything that is drawn of one case."""

from ctocalc.study.record import CaseRecord


def drawings(case: CaseRecord) -> dict[str, bytes]:
    """Return the pages and figures of a case by their path in its folder."""
    # Here, so that a run without a report does not pay for matplotlib.
    from ctocalc.report.figures.case import case_figures

    return case_figures(case)
