"""Colours for a terminal; files, pipes and NO_COLOR get plain text."""

import os
import re
from functools import partial
from typing import Any

import click

BOLD, LOOK, OPEN, REFUSED = ({"bold": True}, {"fg": "yellow"}, {"fg": "cyan"}, {"fg": "red"})
# What stands out; the words say the same without colour.
_LOOKS: tuple[tuple[str, dict[str, Any]], ...] = (
    (r"^\S[^:\n]*: (?=[0-9.]+ mm measured)", BOLD),
    (r"^ +lesion \d+.*$", BOLD),
    (r"^ +~ .*$|\(borderline\)", LOOK),
    (r"^ +\? .*$|\bcannot be told \(.*$|^ +no score: .*$", OPEN),
    (r"^.*\brefused \(.*$", REFUSED),
)


def painted(text: str) -> str:
    """Return the text with what matters in colour; `say` takes it away where none is wanted."""
    for pattern, look in _LOOKS:
        text = re.sub(pattern, partial(_styled, look), text, flags=re.MULTILINE)
    return text


def _styled(look: dict[str, Any], found: re.Match[str]) -> str:
    return click.style(found[0], **look)


def say(text: str) -> None:
    """Print to stdout; in colour on a terminal, unless NO_COLOR is set or it is a dumb one."""
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    click.echo(text, color=False if plain else None)
