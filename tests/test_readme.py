"""What the README shows is there, and the picture is drawn by the script that it names."""

import re
import runpy
import sys
from pathlib import Path

import pytest

from ctocalc.cli.main import COMMANDS
from ctocalc.scores.facts import FACTS as SCORE_FACTS
from ctocalc.study.questions import FACTS

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PNG = b"\x89PNG\r\n\x1a\n"
LARGEST_PICTURE = 300_000


def test_the_two_commands_stand_before_everything_else() -> None:
    first = README.split("```")[1].split()
    assert [word for word in first if word.startswith("scripts/")] == [
        "scripts/run",
        "scripts/test",
    ]
    assert README.index("scripts/test") < README.index("![") < README.index("## Use")


def test_every_command_is_shown_and_every_shown_command_exists() -> None:
    shown = re.findall(r"^ctocalc (\w+)", README[README.index("## Use") :], flags=re.M)
    assert sorted(set(shown)) == sorted(COMMANDS)


def test_every_file_it_names_is_there() -> None:
    named = re.findall(r"`((?:scripts|data|requirements|\.readme)/[\w./-]*)`", README)
    named += re.findall(r"\]\(([^)]+)\)", README)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_option_it_names_exists() -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "ctocalc" / "cli").glob("*.py")
    )
    of_tables = {f"--{f.name.replace('_', '-')}" for f in FACTS}
    of_tables |= {f"--{name.replace('_', '-')}" for name in SCORE_FACTS}
    of_pip = {"--require-hashes", "--no-deps"}
    for option in set(re.findall(r"--[a-z][a-z-]+", README)) - of_tables - of_pip:
        assert f'"{option}"' in code, option


def test_the_picture_is_a_small_png() -> None:
    picture = (ROOT / ".readme" / "result.png").read_bytes()
    assert picture.startswith(PNG) and len(picture) < LARGEST_PICTURE


@pytest.mark.slow
def test_the_picture_is_drawn_from_an_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "drawn.png"
    monkeypatch.setattr(sys, "argv", ["draw_readme_picture.py", str(target)])
    with pytest.raises(SystemExit) as leaving:
        runpy.run_path(str(ROOT / "scripts" / "draw_readme_picture.py"), run_name="__main__")
    assert leaving.value.code == 0
    assert target.read_bytes().startswith(PNG)
