"""The locks pin by hash, hold no address, and satisfy what pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = ({"sys_platform": "linux"}, {"sys_platform": "darwin"})
LOCKS = ("runtime", "dev")

Pins = dict[str, str]


def entries(lock: str) -> list[str]:
    text = (ROOT / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")
    return re.sub(r" \\\n\s*", " ", text).splitlines()


def pins(lock: str, environment: dict[str, str]) -> Pins:
    """Return name -> version as an installer in this environment would take them."""
    chosen: Pins = {}
    for entry in entries(lock):
        requirement = Requirement(entry.split(" --hash=")[0])
        if requirement.marker is None or requirement.marker.evaluate(environment):
            (pin,) = requirement.specifier
            assert pin.operator == "=="
            assert (
                chosen.setdefault(canonicalize_name(requirement.name), pin.version) == pin.version
            )
    return chosen


def environments() -> list[dict[str, str]]:
    return [
        {"python_version": python, "python_full_version": f"{python}.0", **platform}
        for python in PYTHONS
        for platform in PLATFORMS
    ]


def group(name: str) -> list[Requirement]:
    wanted: list[Requirement] = []
    for item in PROJECT["dependency-groups"][name]:
        if isinstance(item, dict):
            wanted += group(item["include-group"])
        else:
            wanted.append(Requirement(item))
    return wanted


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_holds_hashes_and_no_address(lock: str) -> None:
    assert len(entries(lock)) > 20
    for entry in entries(lock):
        assert "://" not in entry
        assert re.fullmatch(r"\S+==\S+( ;[^#]+?)?( --hash=sha256:[0-9a-f]{64})+", entry), entry[:80]


@pytest.mark.parametrize(("lock", "with_group"), [("runtime", "build"), ("dev", "dev")])
def test_lock_satisfies_the_project(lock: str, with_group: str) -> None:
    wanted = [Requirement(text) for text in PROJECT["project"]["dependencies"]] + group(with_group)
    for environment in environments():
        chosen = pins(lock, environment)
        for requirement in wanted:
            version = chosen.get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement} is not in {lock}.txt: run scripts/lock"
            assert requirement.specifier.contains(version), f"{requirement}: {version} is locked"


def test_development_adds_to_the_runtime_and_changes_nothing_in_it() -> None:
    for environment in environments():
        assert pins("runtime", environment).items() <= pins("dev", environment).items()


def test_supported_pythons_agree_with_the_classifiers() -> None:
    supported = SpecifierSet(PROJECT["project"]["requires-python"])
    prefix = "Programming Language :: Python :: "
    listed = [c.removeprefix(prefix) for c in PROJECT["project"]["classifiers"]]
    declared = {c for c in listed if re.fullmatch(r"3\.\d+", c)}
    assert declared == {f"3.{n}" for n in range(30) if supported.contains(f"3.{n}.0")}
    assert declared == set(PYTHONS)
