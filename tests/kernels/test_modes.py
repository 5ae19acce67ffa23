"""The kernel tests again, without the JIT and with bounds checks, each in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MODES = ("NUMBA_DISABLE_JIT", "NUMBA_BOUNDSCHECK")
HERE = Path(__file__).parent

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        any(os.environ.get(mode) == "1" for mode in MODES), reason="this is already such a run"
    ),
]


@pytest.mark.parametrize("mode", MODES)
def test_kernels_agree_with_their_twins_under(mode: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE)],
        env={**os.environ, mode: "1"},
        cwd=HERE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]
    assert " passed" in run.stdout
