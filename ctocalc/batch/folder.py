"""The folder of one case, with all that is drawn from it: every command writes it here."""

from pathlib import Path
from typing import Literal

from ctocalc.files.atomic import replace_folder
from ctocalc.files.case_folder import read_case, record_of
from ctocalc.files.results import CASE_FILES, DRAWN, case_files, write_files
from ctocalc.report.case import drawings
from ctocalc.study.result import CaseResult


def write_result(result: CaseResult, out: Path, *, report: bool) -> Path:
    """Write ``out/case_id`` whole, with its page and figures if ``report``; return the folder.

    What is drawn is drawn from the files, so ``ctocalc report`` gives the same bytes later.

    Raises
    ------
    OutputFailed
        When it cannot be written, or would replace files that ctocalc did not write.
    """
    files = case_files(result)
    return write_files(result.case_id, files | (drawings(record_of(files)) if report else {}), out)


def redraw(folder: Path, form: Literal["png", "svg"] = "png", *, blind: bool = False) -> str:
    """Draw everything anew in the folder of a written case; return the case's id.

    The files of the result are carried over as they are, and the folder is replaced whole;
    ``blind`` adds the page for blind reading.

    Raises
    ------
    InputRefused
        RESULT_UNREADABLE, when it is no folder of a case.
    OutputFailed
        When it cannot be written, or holds files that ctocalc did not write.
    """
    folder = folder.resolve()
    case = read_case(folder)
    measured = [folder / name for name in sorted(CASE_FILES - DRAWN)]
    files = {path.name: path.read_bytes() for path in measured if path.is_file()}
    replace_folder(folder, files | drawings(case, form, blind=blind), CASE_FILES)
    return str(case.result["case_id"])
