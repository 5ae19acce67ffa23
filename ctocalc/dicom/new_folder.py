"""A new folder that appears complete, or not at all."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ctocalc.errors import OutputFailed


@contextmanager
def new_folder(folder: Path, *, content: str) -> Iterator[Path]:
    """Yield a hidden sibling of ``folder``, which takes its place when the block has succeeded.

    ``content`` says in messages what the folder is for: "series", "case".

    Raises
    ------
    OutputFailed
        When the folder is a file or holds anything, or cannot be written.
    """
    refuse_filled(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f".{content}-", dir=folder.parent))
        try:
            yield temporary
            temporary.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            temporary.rename(folder)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            raise
    except OSError as error:
        raise OutputFailed(f"the {content} could not be written ({error.strerror})") from None


def refuse_filled(folder: Path) -> None:
    """Raise OutputFailed when the folder is a file or holds anything."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise OutputFailed("the output folder is not empty; name a new one")
