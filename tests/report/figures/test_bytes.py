"""The same values give the same bytes, in another process and whatever the user's own style is."""

import os
import subprocess
import sys
from pathlib import Path

RUN = """
import hashlib
from ctocalc.files.case_folder import record_of
from ctocalc.files.results import case_files
from ctocalc.report.figures.case import case_figures
from tests.case_results import case_result
case = record_of(case_files(case_result()))
for form in ("png", "svg"):
    for name, data in case_figures(case, form).items():
        print(name, len(data), hashlib.sha256(data).hexdigest())
        assert form == "svg" or b"matplotlib" not in data.lower()
"""
ROOT = Path(__file__).resolve().parents[3]


def drawn(seed: str, style: Path) -> str:
    environment = os.environ | {
        "PYTHONHASHSEED": seed, "MATPLOTLIBRC": str(style), "PYTHONPATH": str(ROOT),
        "SOURCE_DATE_EPOCH": seed,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", RUN], env=environment, check=True,
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    return done.stdout


def test_bytes_do_not_depend_on_the_process_or_on_anyones_style(tmp_path: Path) -> None:
    odd, plain = tmp_path / "odd", tmp_path / "plain"
    odd.write_text("font.size: 15\naxes.facecolor: red\nsavefig.dpi: 31\nsvg.fonttype: none\n")
    plain.write_text("")
    one, two = drawn("1", odd), drawn("22", plain)
    assert one == two
    assert len(one.splitlines()) >= 8
