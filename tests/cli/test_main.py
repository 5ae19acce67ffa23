"""The command group: what its help looks like, and what it makes of trouble."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ctocalc.cli.main import COMMANDS, group

FULL = Path("/dev/full")


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_no_help_shows_the_marks_of_its_layout(command: str) -> None:
    done = CliRunner().invoke(group, [*command.split(), "--help"])
    assert done.exit_code == 0
    assert "\\" not in done.stdout
    assert "\b" not in done.stdout


def test_exit_codes_keep_their_lines() -> None:
    text = CliRunner().invoke(group, ["--help"]).stdout
    assert "  Exit codes: 0 done; 1 unexpected fault; 2 usage; 3 input refused;\n" in text


@pytest.mark.skipif(not FULL.exists(), reason="there is no device here that is always full")
@pytest.mark.parametrize("words", [["scores", "--json"], ["settings"], ["--help"]])
def test_a_stdout_without_room_is_an_output_that_could_not_be_written(words: list[str]) -> None:
    with FULL.open("w") as stdout:
        done = subprocess.run(
            [sys.executable, "-c", "from ctocalc.cli.main import main; main()", *words],
            check=False, stdout=stdout, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
    assert done.returncode == 5
    assert done.stderr.startswith("OUTPUT_FAILED: ")


HALF_MADE = """
import ctocalc.cli.main as program

class Half:
    def __init__(self):
        raise KeyboardInterrupt

    def __del__(self):
        self.absent

program.group = lambda **_: Half()
program.main()
"""


def test_what_an_interruption_leaves_half_made_does_not_complain() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", HALF_MADE], check=False, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr) == (130, "Interrupted.\n")
