"""Everything that is drawn of one case."""

from typing import Literal

from ctocalc.study.record import CaseRecord


def drawings(
    case: CaseRecord, form: Literal["png", "svg"] = "png", *, blind: bool = False
) -> dict[str, bytes]:
    """Return the pages and figures of a case by their path in its folder; ``blind``: that too."""
    # Here, so that a run without a report does not pay for matplotlib and jinja2.
    from ctocalc.report.blind import blind_page
    from ctocalc.report.figures.case import case_figures
    from ctocalc.report.page import case_page

    pages = {"report.html": case_page(case)} | ({"blind.html": blind_page(case)} if blind else {})
    return pages | case_figures(case, form)
