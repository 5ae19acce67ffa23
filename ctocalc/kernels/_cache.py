"""Where compiled kernels are kept, and under which key.

Numba's own index goes stale silently when a constant or helper of another module changes, misses
when a file is touched or lies elsewhere, and hands one number to two signatures that are compiled
at the same time.  Here the folder is named by a digest of everything that shapes machine code, and
every signature has a file of its own, written whole or not at all.
"""

import functools
import hashlib
import os
import pickle
import shutil
import sys
import tempfile
import time
from pathlib import Path
from types import FunctionType
from typing import Any

import llvmlite
import numba
import numpy as np
from llvmlite import binding
from numba.core import caching, config, serialize

# Settings of Numba (environment or file) that change the code it makes.
CODE_SETTINGS = (
    "BOUNDSCHECK",
    "CPU_NAME",
    "CPU_FEATURES",
    "DEBUGINFO_DEFAULT",
    "DISABLE_INTEL_SVML",
    "ENABLE_AVX",
    "LLVM_REFPRUNE_PASS",
    "LOOP_VECTORIZE",
    "OPT",
    "SLP_VECTORIZE",
    "USE_LLVMLITE_MEMORY_MANAGER",
)
UNUSED_SECONDS = 30 * 24 * 3600


def digest() -> str:
    """Return the key of the cache folder: sources, versions, CPU and code-changing settings."""
    whole = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        source = path.read_bytes()
        whole.update(f"{path.name} {len(source)}\n".encode() + source)
    versions = (sys.version, numba.__version__, llvmlite.__version__, np.__version__)
    machine = (binding.get_process_triple(), binding.get_host_cpu_name(), cpu_features())
    settings = [(name, repr(getattr(config, name, None))) for name in CODE_SETTINGS]
    whole.update(repr((versions, machine, settings)).encode())
    return whole.hexdigest()[:16]


def cpu_features() -> str:
    """Return the features of this CPU, or "" where LLVM cannot tell."""
    try:
        return str(binding.get_host_cpu_features().flatten())
    except RuntimeError:
        return ""


@functools.cache
def folder() -> Path:
    """Return the cache folder of this code on this machine, made and writable.

    ``CTOCALC_CACHE_DIR``, else ``XDG_CACHE_HOME/ctocalc``, else ``~/.cache/ctocalc``; where none
    of them can be written, a folder of this user alone under the temporary folder.
    """
    name = f"kernels-{digest()}"
    for base in _bases():
        place = base / name
        try:
            new = not place.exists()
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            tempfile.TemporaryFile(dir=place).close()
            os.utime(place)  # last use, for `_sweep`
        except OSError:
            continue
        if _private(place):
            if new:
                _sweep(base)
            return place
    return Path(tempfile.mkdtemp(prefix="ctocalc-")) / name


def _bases() -> list[Path]:
    wished = os.environ.get("CTOCALC_CACHE_DIR")
    shared = os.environ.get("XDG_CACHE_HOME")
    user = getattr(os, "getuid", lambda: 0)()
    bases = [Path(wished)] if wished else []
    if shared:
        bases.append(Path(shared) / "ctocalc")
    home = os.path.expanduser("~")  # noqa: PTH111 - Path.home() raises where there is none
    bases.append(Path(home) / ".cache" / "ctocalc")
    bases.append(Path(tempfile.gettempdir()) / f"ctocalc-{user}")
    return bases


def _private(place: Path) -> bool:
    # Entries are unpickled: a folder that another user made or may write is not to be trusted.
    if not hasattr(os, "getuid"):
        return True
    seen = place.lstat()
    return seen.st_uid == os.getuid() and not seen.st_mode & 0o022


def _sweep(base: Path) -> None:
    """Remove the folders of other code that nobody has used for a month."""
    for other in base.glob("kernels-*"):
        try:
            unused = time.time() - other.stat().st_mtime > UNUSED_SECONDS
        except OSError:  # another process sweeps too
            continue
        if unused:
            shutil.rmtree(other, ignore_errors=True)


class _Locator(caching._CacheLocator):
    def __init__(self, function: FunctionType, file: str) -> None:
        self._py_file = file
        self._line = function.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        return str(folder())

    def get_source_stamp(self) -> str:
        return ""  # the folder's name is the stamp

    def get_disambiguator(self) -> str:
        return str(self._line)

    @classmethod
    def from_function(cls, py_func: FunctionType, py_file: str) -> "_Locator":
        return cls(py_func, py_file)


class _Results(caching.CompileResultCacheImpl):
    _locator_classes = [_Locator]  # noqa: RUF012 - overrides Numba's list


class _Entries:
    """One file per signature, named by it."""

    def __init__(self, place: str, stem: str) -> None:
        self._place, self._stem = Path(place), stem

    def _path(self, key: Any) -> Path:
        return self._place / f"{self._stem}-{hashlib.sha256(str(key).encode()).hexdigest()[:16]}"

    def load(self, key: Any) -> Any:
        try:
            return pickle.loads(self._path(key).read_bytes())
        except FileNotFoundError:
            return None
        except Exception:  # a torn or foreign entry is compiled anew and overwritten
            return None

    def save(self, key: Any, data: Any) -> None:
        path = self._path(key)
        with tempfile.NamedTemporaryFile(dir=self._place, prefix=".", delete=False) as part:
            part.write(serialize.dumps(data))  # type: ignore[no-untyped-call]
        Path(part.name).replace(path)

    def flush(self) -> None:
        for path in self._place.glob(f"{self._stem}-*"):
            path.unlink(missing_ok=True)


class KernelCache(caching.FunctionCache):
    """Numba's cache of one function, in the folder and files of this module."""

    _impl_class = _Results

    def __init__(self, function: Any) -> None:
        super().__init__(function)  # type: ignore[no-untyped-call]
        self._cache_file: Any = _Entries(self._cache_path, self._impl.filename_base)
