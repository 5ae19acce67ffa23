"""One pass over a folder: the headers of all its slices, and what else was there."""

import hashlib
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ctocalc.dicom.elements import quiet_pydicom
from ctocalc.dicom.headers import SliceHeader, read_headers
from ctocalc.dicom.walk import entries_below
from ctocalc.errors import Code, ImageRefused

MOST_FILES = 100_000
MOST_SLICES = 200_000

UNREADABLE = "that could not be parsed"
LINK = "links, which are not followed"
COPY = "copies of the same image"
ARCHIVE = "archives or compressed files, which are not unpacked"
_ARCHIVES = (b"PK\3\4", b"\x1f\x8b", b"BZh", b"7z\xbc\xaf", b"Rar!", b"\xfd7zXZ", b"(\xb5/\xfd")

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """What a folder holds: headers of slices, and counts.

    ``files`` counts all files, ``dicom`` those that hold slices; ``aside`` counts what was not
    used, by reason.  Other files than DICOM are in ``files`` alone.
    """

    headers: tuple[SliceHeader, ...]
    files: int
    dicom: int
    aside: tuple[tuple[str, int], ...]


def scan(path: Path, *, progress: Progress | None = None) -> Scan:
    """Read the heads of all files below ``path`` (or of that one file).

    Nothing outside the folder is read: links are not followed, and what a DICOMDIR points to is
    not looked up; the folder that holds it is searched instead.

    Raises
    ------
    ImageRefused
        NO_IMAGES when the path is neither a folder nor a file, or holds too many files.
    """
    headers: list[SliceHeader] = []
    aside: Counter[str] = Counter()
    count = dicom = 0
    with quiet_pydicom():
        for file, is_link in _files(path):
            count += 1
            if count > MOST_FILES or len(headers) > MOST_SLICES:
                raise _too_many()
            if progress:
                progress(count)
            if is_link:
                aside[LINK] += 1
                continue
            try:
                found = read_headers(file)
            except Exception:  # pydicom raises almost anything on damaged files
                aside[UNREADABLE] += 1
                continue
            dicom += bool(found)
            if not found and _is_archive(file):
                aside[ARCHIVE] += 1
            headers.extend(found)
    single = _without_copies(headers)
    aside[COPY] += len(headers) - len(single)
    return Scan(headers=single, files=count, dicom=dicom, aside=tuple(sorted((+aside).items())))


def _is_archive(file: str) -> bool:
    with open(file, "rb") as stream:  # noqa: PTH123 - a path as text is enough
        head = stream.read(262)
    return head.startswith(_ARCHIVES) or head[257:] == b"ustar"


def _without_copies(headers: list[SliceHeader]) -> tuple[SliceHeader, ...]:
    """Leave out files that are byte for byte copies of another one: the same image twice.

    A copy with another content under the same identity stays: it is not known which one is right.
    """
    same: dict[tuple[bytes, int], set[str]] = defaultdict(set)
    for header in headers:
        if header.identity:
            same[header.identity, header.size].add(header.path)
    copies: set[str] = set()
    for paths in same.values():
        seen: set[bytes] = set()
        for path in sorted(paths) if len(paths) > 1 else ():
            digest = _digest(path)
            copies |= {path} if digest in seen else set()
            seen.add(digest)
    return tuple(header for header in headers if header.path not in copies)


def _digest(path: str) -> bytes:
    try:
        with open(path, "rb") as stream:  # noqa: PTH123 - a path as text is enough
            return hashlib.file_digest(stream, "sha256").digest()
    except OSError:
        return path.encode(errors="surrogateescape")  # equal to no other


def _files(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield every regular file, and every link to something with True."""
    if path.name.upper() == "DICOMDIR" and path.is_file():
        path = path.parent
    if path.is_file():
        yield os.fspath(path), False
        return
    if not path.is_dir():
        raise ImageRefused(
            Code.NO_IMAGES,
            "The path of the series is neither a folder nor a plain file; give an existing folder.",
        )
    for entry in entries_below(os.fspath(path)):
        if entry.is_symlink() or entry.is_file(follow_symlinks=False):
            yield entry.path, entry.is_symlink()


def _too_many() -> ImageRefused:
    return ImageRefused(
        Code.NO_IMAGES,
        f"The folder holds more than {MOST_FILES} files or {MOST_SLICES} slices; give the folder "
        "of the series itself.",
    )
