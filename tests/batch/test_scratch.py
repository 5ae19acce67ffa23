"""Folders of batches that were killed are removed, those in use and young ones are not."""

import os
import tempfile
from pathlib import Path

import pytest

from ctocalc.batch.scratch import PREFIX, YOUNG_SECONDS, scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def aged(folder: Path) -> None:
    os.utime(folder, (0, folder.stat().st_mtime - 2 * YOUNG_SECONDS))


def test_it_is_removed_with_what_is_in_it(temporary: Path) -> None:
    with scratch() as folder:
        (folder / "file").touch()
    assert list(temporary.iterdir()) == []


def test_what_a_killed_batch_left_is_swept_by_the_next(temporary: Path) -> None:
    left = temporary / f"{PREFIX}left"
    (left / "deep").mkdir(parents=True)
    aged(left)
    with scratch() as folder:
        assert list(temporary.iterdir()) == [folder]


def test_that_of_a_batch_that_runs_stays(temporary: Path) -> None:
    with scratch() as mine:
        aged(mine)
        with scratch():
            assert mine.is_dir()


def test_what_is_young_or_not_ours_stays(temporary: Path) -> None:
    young, other = temporary / f"{PREFIX}young", temporary / "results"
    young.mkdir()
    other.mkdir()
    aged(other)
    with scratch():
        assert young.is_dir() and other.is_dir()


def test_a_link_is_not_followed(temporary: Path) -> None:
    target = temporary / "results"
    target.mkdir()
    aged(target)
    (temporary / f"{PREFIX}link").symlink_to(target)
    with scratch():
        assert target.is_dir()
