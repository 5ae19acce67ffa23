"""``--help`` and ``--version`` answer at once: nothing heavy is imported for them."""

import subprocess
import sys

import pytest

from ctocalc.cli.main import COMMANDS

HEAVY = (
    "numpy", "scipy", "numba", "llvmlite", "pydicom", "SimpleITK", "skimage", "matplotlib",
    "pydantic", "distributed", "dask", "pyarrow", "rich", "jinja2",
)  # fmt: skip
RUN = """
import sys
from ctocalc.cli.main import main
sys.argv = ["ctocalc", *{arguments!r}]
try:
    main()
except SystemExit as leaving:
    assert leaving.code == 0, leaving.code
print("HEAVY", *sorted(set({heavy!r}) & set(sys.modules)), file=sys.stderr)
"""


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = RUN.format(arguments=arguments, heavy=HEAVY)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_group_imports_nothing_heavy(option: str) -> None:
    done = run(option)
    assert done.stderr.split() == ["HEAVY"]
    assert "ctocalc" in done.stdout


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_help_of_a_command_imports_nothing_heavy(command: str) -> None:
    done = run(command, "--help")
    assert done.stderr.split() == ["HEAVY"]
    assert done.stdout.startswith(f"Usage: ctocalc {command} ")


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = f"import ctocalc, sys; print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == []
