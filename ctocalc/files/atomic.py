"""A file or a folder of files that is there whole, or not at all."""

import os
import secrets
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from ctocalc.errors import OutputFailed


def replace_file(target: Path, content: bytes) -> None:
    """Write a file, replacing an older one, so that nobody ever sees half of it.

    Raises
    ------
    OutputFailed
        When it cannot be written.
    """
    fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    try:
        _write(fresh, content)
        fresh.replace(target)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise OutputFailed(
            f"The output file could not be written ({why}); nothing was left half-written."
        ) from None
    finally:
        fresh.unlink(missing_ok=True)


def replace_folder(target: Path, files: Mapping[str, bytes], ours: Collection[str]) -> None:
    """Write ``files`` (by name, or folder/name) as ``target``, replacing one of the same kind.

    They are written to a hidden sibling, flushed to disk and moved into place, so nobody ever
    sees half a folder.  ``ours`` names what an older folder may hold; anything else in it was
    put there by somebody, and is not deleted.

    Raises
    ------
    OutputFailed
        When the folder cannot be written, or the older one holds a stranger's files.
    """
    mark = secrets.token_hex(4)
    fresh = target.with_name(f".{target.name}.{mark}.new")
    aside = target.with_name(f".{target.name}.{mark}.old")
    try:
        _refuse_strangers(target, ours)
        fresh.mkdir(parents=True)
        for name, content in files.items():
            (fresh / name).parent.mkdir(exist_ok=True)
            _write(fresh / name, content)
        for folder in {(fresh / name).parent for name in files} | {fresh}:
            _flush_folder(folder)
        _swap(fresh, target, aside)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise OutputFailed(
            f"The results could not be written ({why}); nothing was left half-written. Choose an "
            "output folder that can be written to and has room."
        ) from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(aside, ignore_errors=True)


def _refuse_strangers(target: Path, ours: Collection[str]) -> None:
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        found = "something that is not a folder"
    elif target.is_dir() and any(
        child.name not in ours and not child.name.startswith(".") for child in target.iterdir()
    ):
        found = "a folder with files that are not results of ctocalc"
    else:
        return
    raise OutputFailed(
        f"In the output folder, {found} has the name of this case and would be replaced; choose "
        "another output folder or case id, or move it away."
    )


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _swap(fresh: Path, target: Path, aside: Path) -> None:
    """Move ``fresh`` into the place of ``target``; on failure the older folder comes back."""
    replaced = target.is_dir()
    if replaced:
        target.rename(aside)
    try:
        fresh.rename(target)
    except BaseException:  # an interrupt too must not cost the older result
        if replaced:
            aside.rename(target)
        raise
    _flush_folder(target.parent)
