"""A new folder is there whole, or not at all."""

from pathlib import Path

import pytest

from ctocalc.dicom.new_folder import new_folder
from ctocalc.errors import OutputFailed


def test_an_empty_folder_is_replaced_when_the_block_is_done(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with new_folder(tmp_path / "out", content="case") as fresh:
        (fresh / "a").touch()
        assert not list((tmp_path / "out").iterdir())
    assert [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")] == ["out", "out/a"]


@pytest.mark.parametrize("fault", [KeyboardInterrupt, ZeroDivisionError])
def test_a_fault_in_the_block_leaves_nothing(tmp_path: Path, fault: type[BaseException]) -> None:
    with pytest.raises(fault), new_folder(tmp_path / "out", content="case") as fresh:
        (fresh / "half").touch()
        raise fault
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_told_as_a_failed_output(tmp_path: Path) -> None:
    with (
        pytest.raises(OutputFailed, match="the case could not be written \\(no room\\)"),
        new_folder(tmp_path / "out", content="case"),
    ):
        raise OSError(28, "no room")
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_way_is_kept(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("kept")
    with (
        pytest.raises(OutputFailed, match="not empty"),
        new_folder(tmp_path / "out", content="case"),
    ):
        pass
    assert (tmp_path / "out").read_text() == "kept"
