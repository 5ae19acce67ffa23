"""The house rules that a linter cannot say: sizes, names, prints, paths of a machine."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = sorted((ROOT / "ctocalc").rglob("*.py"))
PYTHON = [*PACKAGE, *sorted(p for d in ("tests", "scripts") for p in (ROOT / d).rglob("*.py"))]
MOST_LINES = 600
MOST_PARAMETERS = {"kernels": 10}
NAMES_THAT_SAY_NOTHING = {"utils", "util", "helpers", "helper", "core", "common", "misc"}
# Written so that this file does not match itself.
PATH_OF_A_MACHINE = re.compile(r"(^|[^A-Za-z.<>])/(roo[t]|hom[e]/[a-z]+|wor[k]|User[s]/[a-z]+)/")
REGISTRY = re.compile(r"--(extra-)?inde[x]-url|--fin[d]-links|pypi\.or[g]/simple")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


def parsed(path: Path) -> ast.Module:
    """Parse, twice if need be: after other tests CPython 3.11 has once miscounted its own depth."""
    text = path.read_text(encoding="utf-8")
    try:
        return ast.parse(text)
    except SystemError:
        return ast.parse(text)


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    tree = parsed(path)
    return [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def tracked_text() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout: no list of the tracked files")
    texts = {}
    for name in listed.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and b"\0" not in (raw := path.read_bytes()):
            texts[name] = raw.decode("utf-8", errors="replace")
    return texts


def test_no_file_is_too_long() -> None:
    long = [p for p in PYTHON if len(p.read_text(encoding="utf-8").splitlines()) > MOST_LINES]
    assert names(long) == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert names([p for p in PACKAGE if p.stem in NAMES_THAT_SAY_NOTHING]) == []


def test_every_folder_of_the_package_is_a_package() -> None:
    folders = {p.parent for p in PACKAGE}
    assert names(sorted(d for d in folders if not (d / "__init__.py").is_file())) == []


def test_only_the_shell_writes_to_the_terminal() -> None:
    for path in PACKAGE:
        if path.is_relative_to(ROOT / "ctocalc" / "cli"):
            continue
        tree = parsed(path)
        calls = [n.func for n in ast.walk(tree) if isinstance(n, ast.Call)]
        printing = [c for c in calls if isinstance(c, ast.Name) and c.id == "print"]
        assert not printing, f"{path.relative_to(ROOT)} prints"


def test_no_function_takes_a_bag_of_options_or_too_many_parameters() -> None:
    for path in PACKAGE:
        room = path.relative_to(ROOT / "ctocalc").parts[0]
        for function in functions(path):
            parameters = function.args
            where = f"{path.relative_to(ROOT)}: {function.name}"
            if room not in ("kernels", "cli"):
                assert parameters.kwarg is None, f"{where} takes **{parameters.kwarg}"
            if room != "cli" and not function.name.startswith("_"):
                count = len(parameters.posonlyargs + parameters.args + parameters.kwonlyargs)
                assert count <= MOST_PARAMETERS.get(room, 8), f"{where} takes {count} parameters"


def test_no_tracked_file_names_a_path_of_a_machine_or_a_registry() -> None:
    for name, text in tracked_text().items():
        for pattern in (PATH_OF_A_MACHINE, REGISTRY):
            found = pattern.search(text)
            assert found is None, f"{name} holds {found.group()!r}"


def test_tests_do_not_become_packages() -> None:
    assert names(sorted((ROOT / "tests").rglob("__init__.py"))) == []
