"""``ctocalc settings`` prints a settings file that says what the code does by default."""

import tomllib
from dataclasses import asdict

from click.testing import CliRunner

from ctocalc.cli.settings import command
from ctocalc.study.settings import AnalysisSettings


def printed() -> str:
    return CliRunner().invoke(command, catch_exceptions=False).stdout


def test_the_printed_file_holds_every_default_and_nothing_else() -> None:
    stages = asdict(AnalysisSettings()).items()
    known = {
        stage: {name: value for name, value in settings.items() if value is not None}
        for stage, settings in stages
    }
    assert tomllib.loads(printed()) == known


def test_a_setting_without_a_default_is_shown_and_every_stage_is_explained() -> None:
    lines = printed().splitlines()
    assert "# hu_per_mgcc =" in lines
    headings = [i for i, line in enumerate(lines) if line.startswith("[")]
    assert all(lines[i - 1].startswith("# ") for i in headings)
