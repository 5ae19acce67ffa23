"""Every figure of a case, by its path in the folder."""

import re
from collections.abc import Callable, Iterator
from functools import partial

from matplotlib.figure import Figure

from ctocalc.report.figures.along import along
from ctocalc.report.figures.crossed import calcified_sections, sections
from ctocalc.report.figures.style import Form, styled
from ctocalc.report.figures.vessel import Drawn, measured_vessels
from ctocalc.report.figures.view import views
from ctocalc.study.record import CaseRecord


def case_figures(case: CaseRecord, form: Form = "png") -> dict[str, bytes]:
    """Return the figures of every measured vessel; of a refused one there is nothing to draw."""
    return {
        f"figures/{name}.{form}": data
        for vessel, drawn in measured_vessels(case).items()
        for name, draw in _figures(vessel, drawn)
        if (data := styled(draw, form)) is not None
    }


def _figures(vessel: str, drawn: Drawn) -> Iterator[tuple[str, Callable[[], Figure | None]]]:
    # A vessel may be called like a lesion of another; no vessel's name holds a plus sign.
    vessel = re.sub(r"_(?=lesion\d+$)", "_+", vessel)
    yield f"{vessel}_along", partial(along, drawn)
    for lesion in drawn.lesions:
        name = f"{vessel}_lesion{lesion['lesion']}"
        yield f"{name}_sections", partial(sections, drawn, lesion)
        yield f"{name}_views", partial(views, drawn, lesion)
    if not drawn.lesions:
        yield f"{vessel}_sections", partial(calcified_sections, drawn)
