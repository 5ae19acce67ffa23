"""What a finished case depends on, as one digest: the same key, the same result."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ctocalc.dicom.walk import entries_below

HEAD_BYTES = 16 << 10
# A header of these formats may name any file beside it for its voxels.
DETACHED = (".mhd", ".nhdr")

Paths = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseInputs:
    """What a case is made from; plain values, cheap to send and to load.

    ``paths`` are (role, path) of its files and folders; ``asked`` is everything else that it was
    asked for: the digests of its manifest cells, of the settings and of the version.
    """

    paths: Paths
    asked: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """Digest of a case's inputs.

    ``series`` is that of the scan alone, by names, sizes, times and heads; ``whole`` covers every
    byte of every file, None where nobody asked for that.
    """

    case: str = ""
    series: str = ""
    whole: str | None = None


def digest_of(*parts: object) -> str:
    """Return the SHA-256 of plain values."""
    return hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).hexdigest()


def key_of(inputs: CaseInputs, *, verify: bool) -> Key:
    """Return the key of a case as its files are now; a missing file has a key too."""
    marks = [(role, fingerprint(path)) for role, path in inputs.paths]
    whole = [fingerprint(path, whole=True) for _, path in inputs.paths] if verify else None
    return Key(
        case=digest_of(inputs.asked, marks),
        series=marks[0][1],
        whole=digest_of(whole) if whole else None,
    )


def fingerprint(path: str, *, whole: bool = False) -> str:
    """Return a digest of names, sizes, times and heads (or all bytes) of a file or a folder."""
    root = _root(path)
    total = hashlib.sha256()
    for file in _files(root):
        name = os.path.relpath(file, root)
        try:
            total.update(repr((name, *_stamp(file, whole=whole))).encode())
        except OSError as error:
            total.update(repr((name, error.errno)).encode())
    return total.hexdigest()


def _stamp(file: str, *, whole: bool) -> tuple[int, int, str]:
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        seen = os.fstat(descriptor)
        if whole:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        else:
            digest = hashlib.sha256(os.pread(descriptor, HEAD_BYTES, 0)).hexdigest()
    return seen.st_size, 0 if whole else seen.st_mtime_ns, digest


def _root(path: str) -> str:
    """Return what is read for a path: the folder of a DICOMDIR, and of a detached header."""
    named = Path(path)
    beside = named.suffix.lower() in DETACHED or named.name.upper() == "DICOMDIR"
    return str(named.parent) if beside else path


def _files(root: str) -> Iterator[str]:
    """Yield the files below a folder in a stable order, or the file itself; follow no link."""
    if not os.path.isdir(root):  # noqa: PTH112 - thousands of files, as text
        yield root
        return
    for entry in entries_below(root):
        if entry.is_file(follow_symlinks=False):
            yield entry.path
