"""Compiled once per machine: other folders and dates load it, other code or settings do not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ctocalc
from ctocalc.kernels import _cache
from ctocalc.kernels._jit import UNCHECKED

SCRIPT = """
import numpy as np
from ctocalc.kernels import _cache, runs
runs.runs(np.array([True, False, True]))
stats = runs.runs.kernel.stats
print(_cache.folder(), sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not UNCHECKED, reason="these tests start processes of their own"),
]


def clone(place: Path) -> Path:
    """Copy the kernels, as a fresh checkout would: another folder, other dates."""
    for room in ("", "kernels"):
        source, target = Path(ctocalc.__file__).parent / room, place / "ctocalc" / room
        target.mkdir(parents=True)
        for path in source.glob("*.py"):
            shutil.copyfile(path, target / path.name)
            os.utime(target / path.name, (1_000_000_000, 1_000_000_000))
    return place


def started(source: Path, cache: Path, **settings: str) -> subprocess.Popen[str]:
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "CTOCALC_"))}
    ours = {"CTOCALC_CACHE_DIR": str(cache), "PYTHONPATH": str(source), **settings}
    command = [sys.executable, "-c", SCRIPT]
    return subprocess.Popen(
        command, env={**keep, **ours}, cwd=source, stdout=subprocess.PIPE, text=True
    )


def finished(process: subprocess.Popen[str]) -> tuple[str, int, int]:
    """Return the cache folder, the hits and the misses of one kernel."""
    out, _ = process.communicate()
    assert process.returncode == 0
    folder, hits, misses = out.split()
    return folder, int(hits), int(misses)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A cache filled by one checkout, and the folder it chose."""
    place = tmp_path_factory.mktemp("first")
    folder, hits, misses = finished(started(clone(place / "a"), place / "cache"))
    assert (hits, misses) == (0, 1)
    return place / "cache", folder


def test_another_checkout_loads_what_the_first_compiled(
    first: tuple[Path, str], tmp_path: Path
) -> None:
    cache, folder = first
    assert finished(started(clone(tmp_path / "b" / "deeper"), cache)) == (folder, 1, 0)


def test_an_edited_constant_of_any_kernel_file_compiles_anew(
    first: tuple[Path, str], tmp_path: Path
) -> None:
    cache, folder = first
    source = clone(tmp_path)
    helper = source / "ctocalc" / "kernels" / "spline.py"
    text = helper.read_text()
    assert "TAIL = 10" in text
    helper.write_text(text.replace("TAIL = 10", "TAIL = 11"))
    other, hits, misses = finished(started(source, cache))
    assert other != folder
    assert (hits, misses) == (0, 1)


def test_settings_that_change_the_code_do_not_share_entries(
    first: tuple[Path, str], tmp_path: Path
) -> None:
    cache, folder = first
    checked, hits, _ = finished(started(clone(tmp_path), cache, NUMBA_BOUNDSCHECK="1"))
    assert checked != folder
    assert hits == 0


def test_a_torn_entry_is_compiled_anew(first: tuple[Path, str], tmp_path: Path) -> None:
    cache, folder = first
    shutil.copytree(cache, tmp_path / "cache")
    for path in (tmp_path / "cache" / Path(folder).name).iterdir():
        path.write_bytes(path.read_bytes()[:40])
    source = clone(tmp_path / "a")
    assert finished(started(source, tmp_path / "cache"))[1:] == (0, 1)
    assert finished(started(source, tmp_path / "cache"))[1:] == (1, 0)


def test_processes_at_the_same_time_leave_a_whole_cache(tmp_path: Path) -> None:
    source, cache = clone(tmp_path / "a"), tmp_path / "cache"
    for process in [started(source, cache) for _ in range(2)]:
        finished(process)
    assert finished(started(source, cache))[1:] == (1, 0)
    assert not list(cache.rglob(".*"))


def test_without_a_writable_home_a_temporary_folder_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    for name in ("CTOCALC_CACHE_DIR", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.setenv(name, str(blocked))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    place = _cache.folder.__wrapped__()
    assert place.is_relative_to(tmp_path)
    assert not place.stat().st_mode & 0o077


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="POSIX permissions")
def test_a_folder_that_others_may_write_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = tmp_path / f"kernels-{_cache.digest()}"
    shared.mkdir()
    shared.chmod(0o777)
    monkeypatch.setenv("CTOCALC_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "own"))
    assert _cache.folder.__wrapped__().is_relative_to(tmp_path / "own")


def test_folders_unused_for_a_month_are_swept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, recent = tmp_path / "kernels-old", tmp_path / "kernels-recent"
    for other in (old, recent):
        other.mkdir()
    os.utime(old, (1_000_000_000, 1_000_000_000))
    monkeypatch.setenv("CTOCALC_CACHE_DIR", str(tmp_path))
    place = _cache.folder.__wrapped__()
    assert {path.name for path in tmp_path.iterdir()} == {place.name, "kernels-recent"}
