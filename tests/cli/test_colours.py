"""Colours: on a terminal only, never instead of words."""

import click
import pytest

from ctocalc.cli.colours import painted, say
from ctocalc.cli.summary import summary
from tests.case_results import case_result


def test_paint_changes_no_word_and_marks_what_matters() -> None:
    text = summary(case_result())
    shown = painted(text)
    assert click.unstyle(shown) == text
    coloured = [click.unstyle(line) for line in shown.splitlines() if "\x1b[33m" in line]
    assert any("~ length" in line for line in coloured)
    assert all("~" in line or "borderline" in line for line in coloured)
    assert "\x1b[31mLCX: refused (CENTERLINE_OUTSIDE_IMAGE)\x1b[0m" in shown
    assert "\x1b[1mLAD: \x1b[0m60.3 mm measured" in shown


@pytest.mark.parametrize(
    ("environment", "terminal", "coloured"),
    [
        ({}, True, True),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),  # empty: not set, as no-color.org has it
        ({"TERM": "dumb"}, True, False),
        ({}, False, False),
    ],
)
def test_only_a_terminal_that_wants_them_gets_colours(
    environment: dict[str, str],
    terminal: bool,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal, raising=False)
    say(painted("x refused (A)"))
    assert ("\x1b[" in capsys.readouterr().out) is coloured
