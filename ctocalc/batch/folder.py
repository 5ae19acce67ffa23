"""The folder of one case, with all that is drawn from it: every command writes it here."""

from pathlib import Path

from ctocalc.files.case_folder import record_of
from ctocalc.files.results import case_files, write_files
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
