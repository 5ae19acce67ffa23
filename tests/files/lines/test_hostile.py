"""Damaged and hostile files: refused with a code, at once, without filling the memory.

``CTOCALC_FUZZ=10000`` runs more inputs.
"""

import io
import json
import os
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from ctocalc.errors import CenterlineRefused, Code, SettingsRefused
from ctocalc.files.centerlines import read_tree
from ctocalc.files.clinical import read_clinical
from ctocalc.files.settings import read_settings
from tests.files.lines.hostile import mutants
from tests.files.lines.test_formats import FORMATS, LINE, RADIUS
from tests.files.lines.writers import markups, npy, npy_claiming, vtk, vtp

COUNT = int(os.environ.get("CTOCALC_FUZZ", "600"))
MOST_CPU_S = 5.0
MOST_BYTES = 300_000_000
CODES = {Code.CENTERLINE_UNREADABLE, Code.CENTERLINE_TOO_SHORT}
SEEDS = [*(data for data, _ in FORMATS.values()), vtp([LINE[:20], LINE[20:]]), b"x,y,z\n"]
SUFFIXES = (".csv", ".fcsv", ".vtp", ".json", ".npy", ".acsv", "")


def outcome(path: Path) -> Code | None:
    """How reading ends: a line (None) or a code; anything else fails the test."""
    before = time.process_time()
    try:
        tree = read_tree(path, vessel="LAD", label="1")
        assert np.isfinite(tree.main.points_lps_mm).all()
        code = None
    except CenterlineRefused as error:
        code = error.code
        assert code in CODES
        assert len(str(error)) < 600
    assert time.process_time() - before < MOST_CPU_S
    return code


def test_damaged_files_are_lines_or_are_refused_with_a_code(tmp_path: Path) -> None:
    ends = set()
    for n, data in enumerate(mutants(SEEDS, COUNT)):
        path = tmp_path / f"input{SUFFIXES[n % len(SUFFIXES)]}"
        path.write_bytes(data)
        ends.add(outcome(path))
        path.unlink()
    assert ends >= {None, Code.CENTERLINE_UNREADABLE}


def bomb() -> bytes:
    """An archive of 1 GB of zeros in a megabyte."""
    file = io.BytesIO()
    with (
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("points.npy", "w", force_zip64=True) as member,
    ):
        member.write(npy_claiming("(41666666, 3)"))
        for _ in range(100):
            member.write(bytes(10_000_000))
    return file.getvalue()


def external(place: str) -> bytes:
    head = f'<!DOCTYPE a [<!ENTITY e SYSTEM "{place}"> <!ENTITY l "lol">]>'
    return vtp([LINE]).replace(b"?>", b"?>" + head.encode(), 1).replace(b'ascii">', b'ascii">&e;')


HOSTILE = {
    "entity.vtp": external("file:///etc/hostname"),
    "laughs.vtp": b'<!DOCTYPE a [<!ENTITY a "lol"><!ENTITY b "' + b"&a;" * 99 + b'">]><VTKFile/>',
    "remote.pth": b'<!DOCTYPE path SYSTEM "http://127.0.0.1:9/x.dtd"><path/>',
    "deep.vtp": b"<VTKFile>" + b"<a>" * 200_000,
    "wide.vtp": b"<VTKFile>" + b"<a/>" * 1_000_000,
    "deep.json": b"[" * 1_000_000,
    "deeper.json": b'{"a":' * 1_000_000,
    "lists.json": b"[" + b"[]," * 1_000_000 + b"[]]",
    "digits.json": b"[[" + b"9" * 1_000_000 + b",1,2],[1,2,3]]",
    "large.json": json.dumps([[1e999, 0, 0], [0, 0, 10**400], [0, 0, 90]]).encode(),
    "claims.npy": npy_claiming("(1000000000000, 3)"),
    "negative.npy": npy_claiming("(-1, 3)"),
    "overflow.npy": npy_claiming("(99999999999999999999, 99999999999999999999)"),
    "nested.npy": npy_claiming("(" * 5000),
    "pickle.npy": npy(np.array([[print, 2, 3]], dtype=object)),
    "bomb.npz": bomb(),
    "blocks.vtp": vtp([LINE], form="binary", compressor="vtkZLibDataCompressor").replace(
        b'binary">', b'binary">////////////////////////'
    ),
    "sizes.vtp": vtp([LINE], form="binary").replace(b'binary">', b'binary">/////w==', 3),
    "offset.vtp": vtp([LINE], form="appended-raw").replace(b'offset="0"', b'offset="99999999999"'),
    "count.vtk": vtk([LINE], binary=True).replace(b"POINTS 41", b"POINTS 999999999"),
    "cells.vtk": vtk([LINE]).replace(b"LINES 1 42", b"LINES 999999999 42"),
    "fields.vtk": vtk([LINE], RADIUS).replace(b"FieldData 1", b"FieldData 999999999"),
    "index.vtk": vtk([LINE]).replace(b"41 0 1 2", b"41 0 1 99"),
    "index.vtp": vtp([LINE]).replace(b">0 1 2", b">0 -1 2"),
    "many.mrk.json": markups(*[("L", LINE[:2])] * 2000),
    "rows.csv": b"1,2,3\n" * 300_000,
    "one.csv": b"1" * 15_000_000,
    "names.csv": b"vessel,x,y,z\n" + b"".join(b"%d,1,2,%d\n" % (n // 3, n) for n in range(12_000)),
    "commas.csv": b"," * 3_000_000,
    "quote.csv": b'x,y,z\n"' + b"1" * 1_000_000,
    "large.csv": b"\n" * 20_000_001,
    "utf16.csv": b"\xff\xfe" + b"\xd8" * 999,
    "empty.csv": b"",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(HOSTILE[name])
    assert outcome(tmp_path / name) in CODES


@pytest.mark.parametrize("name", ["bomb.npz", "lists.json", "wide.vtp", "blocks.vtp", "claims.npy"])
def test_hostile_files_do_not_fill_the_memory(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    tracemalloc.start()
    try:
        read_tree(path, vessel="LAD", label="1")
    except CenterlineRefused as error:
        assert "hostname" not in str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < MOST_BYTES


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "loop.csv").symlink_to(tmp_path / "loop.csv")
    for name in ("pipe.csv", "loop.csv", "gone.csv", "a\0b.csv", "x" * 5000, "."):
        assert outcome(tmp_path / name) is Code.CENTERLINE_UNREADABLE
    assert outcome(Path("/dev/zero")) is Code.CENTERLINE_UNREADABLE


TOML = [
    b'[axis]\nstation_mm = 0.5\n[image]\nhu_per_mgcc = 1.4\n',
    b'prior_attempt = "no"\nage = 61\n[LAD]\nduration_months = 12\nprior_attempt = "yes"\n',
    b"a = [[[[1, 2], 3]]]\nb = {c = 1979-05-27T07:32:00Z}\n",
]  # fmt: skip


def test_damaged_settings_are_refused_with_a_code(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    deep = [b"a = " + b"[" * 100_000, b"a." * 50_000 + b"b = 1", b"[" * 9_999]
    for data in [*mutants(TOML, COUNT // 3, start=10**6), *deep]:
        path.write_bytes(data)
        for read in (read_settings, read_clinical):
            before = time.process_time()
            try:
                read(path)
            except SettingsRefused as error:
                assert error.code is Code.SETTINGS_INVALID
            assert time.process_time() - before < MOST_CPU_S
