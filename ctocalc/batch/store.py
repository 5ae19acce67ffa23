"""What a batch keeps beside its results: one small record per case, and who works on it.

``DIR/.batch/CASE_ID.json`` is written whole or not at all, after the case's folder; a claim is a
lock on ``DIR/.batch/CASE_ID.lock``, which the system lets go when its holder dies.  The lock's file
holds how often the case was begun, so attempts that nobody lived to tell are counted too.
"""

import errno
import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from ctocalc.batch.key import Key
from ctocalc.errors import OutputFailed
from ctocalc.files.atomic import replace_file

FOLDER = ".batch"
OUTPUT_FAILED = "OUTPUT_FAILED"
LOCKLESS = {errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS}
_LEFTOVER = re.compile(r"\.(?P<case>.+)\.[0-9a-f]{8}\.(new|old)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """How a case ended.

    ``status`` is ok, refused, error, crashed, timeout or memory; ``refused`` names the vessels of
    an ok case that were refused.  ``seconds`` are those of the last attempt.  ``result`` is size,
    time and SHA-256 of ``result.json``, None where there is none; ``files`` what its folder holds.
    """

    key: str
    whole: str | None
    status: str
    code: str | None = None
    reason: str | None = None
    refused: tuple[str, ...] = ()
    attempts: int = 1
    seconds: float = 0.0
    result: tuple[int, int, str] | None = None
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Store:
    """The output folder of a batch."""

    out: Path

    def prepare(self) -> None:
        """Make the folder.

        Raises
        ------
        OutputFailed
            When it cannot be made.
        """
        try:
            (self.out / FOLDER).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise OutputFailed(f"The output folder cannot be made ({why}).") from None

    def exists(self) -> bool:
        """Whether the folder is there: a disk that was taken away is not made anew."""
        return (self.out / FOLDER).is_dir()

    def read(self, case_id: str) -> Record | None:
        """Return the record of a case; None where there is none that can be read."""
        try:
            found = json.loads(self._path(case_id, "json").read_bytes())
            known = {field.name: found[field.name] for field in fields(Record)}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        known |= {name: tuple(known[name]) for name in ("refused", "files")}
        known["result"] = known["result"] and tuple(known["result"])
        return Record(**known)

    def write(self, case_id: str, record: Record) -> None:
        """Write the record of a case.

        Raises
        ------
        OutputFailed
            When it cannot be written.
        """
        text = json.dumps(asdict(record), ensure_ascii=False) + "\n"
        replace_file(self._path(case_id, "json"), text.encode())

    def fresh(self, case_id: str, key: Key) -> Record | None:
        """Return the record of a case whose inputs and result are as they were, else None.

        What could only not be written counts as missing.
        """
        record = self.ended(case_id, key)
        return None if record is None or record.code == OUTPUT_FAILED else record

    def ended(self, case_id: str, key: Key) -> Record | None:
        """Return what ``fresh`` does, also of a case that could not be written."""
        record = self.read(case_id)
        if record is None or record.key != key.case:
            return None
        if key.whole is not None and record.whole != key.whole:
            return None
        if record.status == "ok" and not self._untouched(case_id, record):
            return None
        return record

    def files(self, case_id: str) -> tuple[str, ...]:
        """Return the names of what the case's folder holds."""
        return tuple(sorted(child.name for child in (self.out / case_id).iterdir()))

    def stamp(self, case_id: str) -> tuple[int, int, str]:
        """Return size, time and digest of the case's ``result.json``."""
        path = self.out / case_id / "result.json"
        seen, data = path.stat(), path.read_bytes()
        return seen.st_size, seen.st_mtime_ns, hashlib.sha256(data).hexdigest()

    def _untouched(self, case_id: str, record: Record) -> bool:
        """Whether the result is the one recorded; a copied folder has other times."""
        try:
            seen = (self.out / case_id / "result.json").stat()
            same = record.result is not None and record.result[:2] == (
                seen.st_size, seen.st_mtime_ns
            )  # fmt: skip
            if not {*record.files} <= {*self.files(case_id)}:
                return False
            return same or self.stamp(case_id)[2] == (record.result or ("",))[-1]
        except OSError:
            return False

    @contextmanager
    def claim(self, case_id: str) -> Iterator[int | None]:
        """Hold the case; yield how often it was begun before by others, None if it is held.

        Where the file system has no locks two runs may both do a case: to the same result.

        Raises
        ------
        OSError
            When the folder cannot be written, or is gone.
        """
        descriptor = self._locked(case_id)
        if descriptor is None:
            yield None
            return
        try:
            digits = os.pread(descriptor, 16, 0)
            begun = int(digits) if digits.isdigit() else 0
            os.pwrite(descriptor, str(begun + 1).encode(), 0)
            yield begun
        finally:
            try:
                self._path(case_id, "lock").unlink(missing_ok=True)
            finally:
                os.close(descriptor)

    def _locked(self, case_id: str) -> int | None:
        """Return a descriptor of the case's lock file, locked; None when another holds it."""
        path = self._path(case_id, "lock")
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(descriptor)
                return None
            except OSError as error:
                if error.errno not in LOCKLESS:
                    os.close(descriptor)
                    raise
            # The holder before may have removed the file that was just locked.
            try:
                if os.fstat(descriptor).st_ino == path.stat().st_ino:
                    return descriptor
            except FileNotFoundError:
                pass
            os.close(descriptor)

    def drawn(self, cases: Iterable[str]) -> frozenset[str]:
        """Return those of the cases that have a page."""
        return frozenset(case for case in cases if (self.out / case / "report.html").is_file())

    def forget_result(self, case_id: str) -> None:
        """Remove an older result of a case that has failed now: it belongs to other inputs.

        A folder that holds anything else stays.
        """
        from ctocalc.files.results import CASE_FILES  # heavy, and seldom needed

        folder = self.out / case_id
        if folder.is_dir() and {child.name for child in folder.iterdir()} <= CASE_FILES:
            shutil.rmtree(folder, ignore_errors=True)

    def take_back(self, case_id: str) -> None:
        """Remove what a case has made anew where the output folder has vanished under it."""
        if self.exists():
            return
        with suppress(OSError):  # it holds something else, or is not there
            self.forget_result(case_id)
            self.out.rmdir()

    def sweep(self) -> None:
        """Remove what killed writers have left behind, of cases and records that nobody holds."""
        for folder in (self.out, self.out / FOLDER):
            try:
                found = [entry.name for entry in os.scandir(folder) if entry.name[:1] == "."]
            except OSError:
                continue
            for name in found:
                left = _LEFTOVER.fullmatch(name)
                if left:
                    self._remove(folder / name, left["case"].removesuffix(".json"))

    def _remove(self, leftover: Path, case_id: str) -> None:
        try:
            with self._held(case_id) as free:
                if free and leftover.is_dir():
                    shutil.rmtree(leftover, ignore_errors=True)
                elif free:
                    leftover.unlink(missing_ok=True)
        except OSError:
            return

    @contextmanager
    def _held(self, case_id: str) -> Iterator[bool]:
        """Hold a case without beginning it."""
        descriptor = self._locked(case_id)
        try:
            yield descriptor is not None
        finally:
            if descriptor is not None:
                if not os.fstat(descriptor).st_size:
                    self._path(case_id, "lock").unlink(missing_ok=True)
                os.close(descriptor)

    @contextmanager
    def workspace(self, name: str) -> Iterator[Path]:
        """Yield a hidden folder beside the cases for files on their way; it is gone afterwards.

        One at a time has it: a second run waits.
        """
        while (descriptor := self._locked(name)) is None:
            time.sleep(0.2)
        folder = self.out / f".{name}.{secrets.token_hex(4)}.new"
        try:
            folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            self._path(name, "lock").unlink(missing_ok=True)
            os.close(descriptor)

    def _path(self, case_id: str, end: str) -> Path:
        return self.out / FOLDER / f"{case_id}.{end}"
