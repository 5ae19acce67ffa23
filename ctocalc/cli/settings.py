"""``ctocalc settings``: every setting with its default, as a TOML file to edit and give back."""

import inspect
import json
from dataclasses import fields
from typing import Any

import click


@click.command()
def command() -> None:
    """Print the settings with their defaults, as TOML for ``analyze --settings``.

    Keep the lines that you change and leave out the rest; the unit stands in the name.
    """
    from ctocalc.study.settings import AnalysisSettings

    defaults = AnalysisSettings()
    click.echo("\n\n".join(_section(f.name, getattr(defaults, f.name)) for f in fields(defaults)))


def _section(name: str, stage: Any) -> str:
    meaning = inspect.cleandoc(type(stage).__doc__ or "").replace("``", "")
    lines = [f"# {line}".rstrip() for line in meaning.splitlines()]
    lines.append(f"[{name}]")
    lines += [_line(f.name, getattr(stage, f.name)) for f in fields(stage)]
    return "\n".join(lines)


def _line(name: str, value: object) -> str:
    # TOML has no null: a setting without a default is shown as a comment.
    return f"# {name} =" if value is None else f"{name} = {json.dumps(value)}"
