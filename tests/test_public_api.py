"""The public API: the documented names, all of them, and light to import."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ctocalc

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def documented() -> set[str]:
    drawn = re.search(r"::\n\n((?:    .+\n)+)", ctocalc.__doc__ or "")
    assert drawn is not None
    lines = drawn[1].splitlines()
    return {
        name for line in lines for name in re.split(r",\s*", line[4:].split("  ", 1)[1].strip())
    }


def test_the_documented_names_are_the_exported_ones() -> None:
    assert documented() | {"__version__"} == set(ctocalc.__all__) == set(dir(ctocalc))
    assert len(ctocalc.__all__) == len(set(ctocalc.__all__)) < 30


@pytest.mark.parametrize("name", sorted(set(ctocalc.__all__) - {"__version__"}))
def test_a_name_is_the_thing_it_says(name: str) -> None:
    thing = getattr(ctocalc, name)
    home = importlib.import_module(thing.__module__)
    assert getattr(home, thing.__name__) is thing
    assert thing.__name__ in {name, name.removesuffix("_series")}
    assert thing.__doc__


def test_the_version_is_the_installed_one() -> None:
    pyproject = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{ctocalc.__version__}"' in pyproject


def test_another_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyze'"):
        _ = ctocalc.analyze  # type: ignore[attr-defined]


def test_scores_need_no_array_library() -> None:
    code = (
        "import sys; from ctocalc import Basis, Facts, evaluate, system\n"
        "print(evaluate(system('jcto'), Facts(), basis=Basis.CORRECTED).points_high)\n"
        "print(sorted({'numpy', 'numba', 'scipy', 'pydicom'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["5", "[]"]


def test_the_python_of_the_readme_runs_and_finds_the_occlusion(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (code,) = re.findall(r"^```python\n(.+?)^```", README, flags=re.M | re.S)
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    (line,) = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"RCA 1: \d+\.\d mm, calcium 0\.\d\d", line)
    assert isinstance(names["result"], ctocalc.CaseResult)
