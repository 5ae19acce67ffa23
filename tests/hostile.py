"""Damaged DICOM folders from a seed, and what reading makes of them."""

import resource
import shutil
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk
from pydicom.dataset import Dataset
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLSLossless,
    RLELossless,
)

from ctocalc.dicom.listing import listing
from ctocalc.dicom.read import open_series, read
from ctocalc.dicom.series import find_series
from ctocalc.errors import InputRefused
from ctocalc.files import images
from tests.dicom_builder import Series, files, hu_at, save, write
from tests.multi_frame import multi_frame

SMALL = Series(shape=(6, 9, 10))
SYNTAXES = {
    "explicit": ExplicitVRLittleEndian, "implicit": ImplicitVRLittleEndian,
    "big": ExplicitVRBigEndian, "deflated": DeflatedExplicitVRLittleEndian,
    "rle": RLELossless, "jpegls": JPEGLSLossless,
}  # fmt: skip
SECONDS = 10.0
"""No case may take longer; a small series takes milliseconds."""
MOST_MEMORY = 6 << 30
"""Of addresses, on top of what is there: a claim that is believed would need more."""
Rng = np.random.Generator
Spoil = Callable[[bytearray, Rng], None]


def originals(folder: Path) -> Path:
    """Write the series that are damaged, one folder per kind."""
    for name, syntax in SYNTAXES.items():
        save(SMALL.datasets(), folder / name, syntax=syntax)
    for compressor in ("JPEG", "JPEG2000"):
        (folder / compressor).mkdir()
        for n, ds in enumerate(SMALL.datasets()):
            save_compressed(ds, folder / compressor / str(n), compressor)
    for name in ("explicit", "implicit", "rle"):
        (folder / f"frames-{name}").mkdir()
        write(multi_frame(SMALL.datasets()), folder / f"frames-{name}" / "x", SYNTAXES[name])
    return folder


def save_compressed(ds: Dataset, file: Path, compressor: str) -> None:
    """Write a data set with pixels that SimpleITK compressed: pydicom cannot."""
    kind = "<i2" if ds.PixelRepresentation else "<u2"
    stored = np.frombuffer(ds.PixelData, kind).reshape(1, ds.Rows, ds.Columns)
    writer = sitk.ImageFileWriter()
    writer.SetImageIO("GDCMImageIO")
    writer.UseCompressionOn()
    writer.SetCompressor(compressor)
    writer.SetFileName(str(file))
    writer.Execute(sitk.GetImageFromArray(stored))
    compressed = pydicom.dcmread(file)
    ds.file_meta = compressed.file_meta
    ds.PixelData = compressed.PixelData
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    ds.save_as(file, enforce_file_format=True)


def make(base: Path, folder: Path, seed: tuple[int, int]) -> str:
    """Fill ``folder`` with a damaged copy, the same for the same seed; return what was done."""
    rng = np.random.default_rng(seed)
    shutil.rmtree(folder, ignore_errors=True)
    kinds = sorted(path.name for path in base.iterdir())
    kind = kinds[rng.integers(len(kinds))]
    shutil.copytree(base / kind, folder)
    spoil = SPOILS[rng.integers(len(SPOILS))]
    found = list(files(folder))
    chosen = found if rng.random() < 0.3 else [found[rng.integers(len(found))]]
    for file in chosen:
        data = bytearray(file.read_bytes())
        spoil(data, rng)
        file.write_bytes(data)
    return f"{kind}, {getattr(spoil, 'func', spoil).__name__}"


def attempt(folder: Path) -> str:
    """Return "read", "read, as it was", a code, or a fault, of listing and reading a folder."""
    try:
        listing(find_series(folder))
        opened = open_series(folder)
        volume, _, _ = read(opened, opened.grid.points(np.ones(3))[None], margin_mm=50)
    except InputRefused as error:
        return error.code
    except Exception as error:
        return f"FAULT {type(error).__name__}: {error}"
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).astype(float)
    apart = np.abs(volume.hu() - hu_at(volume.grid.points(kji)))
    return "read, as it was" if np.nanmax(apart) <= 1.001 else "read"


def volume_originals(folder: Path) -> Path:
    """Write one small volume in every format that is read."""
    folder.mkdir()
    made = sitk.GetImageFromArray(np.arange(210, dtype=np.int16).reshape(5, 6, 7))
    made.SetSpacing((0.4, 0.5, 0.75))
    made.SetDirection(sitk.Euler3DTransform((0.0, 0.0, 0.0), 0.3, -0.2, 0.5).GetMatrix())
    for suffix in ("nii", "nii.gz", "nrrd", "mha"):
        sitk.WriteImage(made, str(folder / f"x.{suffix}"))
    return folder


def make_volume(base: Path, folder: Path, seed: tuple[int, int]) -> str:
    """Fill ``folder`` with one damaged volume file; return what was done."""
    rng = np.random.default_rng(seed)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    found = sorted(files(base))
    file = found[rng.integers(len(found))]
    spoil = VOLUME_SPOILS[rng.integers(len(VOLUME_SPOILS))]
    data = bytearray(file.read_bytes())
    spoil(data, rng)
    (folder / file.name).write_bytes(data)
    return f"{file.name}, {spoil.__name__}"


def attempt_volume(folder: Path) -> str:
    """Return "read", a code, or a fault, of reading the volume file in a folder."""
    (file,) = files(folder)
    try:
        opened = images.open_image(file)
        images.read(opened, opened.grid.points(np.ones((1, 3))), margin_mm=1)
    except InputRefused as error:
        return error.code
    except Exception as error:
        return f"FAULT {type(error).__name__}: {error}"
    return "read"


@contextmanager
def limited() -> Iterator[None]:
    """Limit the memory of this process, so that a believed claim fails at once."""
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + MOST_MEMORY, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def flip_anywhere(data: bytearray, rng: Rng) -> None:
    """Change a few bytes."""
    for at in rng.integers(0, len(data), rng.integers(1, 9)):
        data[at] = rng.integers(256)


def flip_in_head(data: bytearray, rng: Rng) -> None:
    """Change a few bytes before the pixels."""
    for at in rng.integers(128, min(len(data), 1400), rng.integers(1, 6)):
        data[at] = rng.integers(256)


def flip_in_pixels(data: bytearray, rng: Rng) -> None:
    """Change a few bytes of what are mostly pixels: codestreams, segment headers, item lengths."""
    for at in rng.integers(max(0, len(data) - 260), len(data), rng.integers(1, 12)):
        data[at] = rng.integers(256)


def cut(data: bytearray, rng: Rng) -> None:
    """Cut the file off."""
    del data[rng.integers(len(data)) :]


def repeat(data: bytearray, rng: Rng) -> None:
    """Put a piece of the file into it again: elements twice, items within items."""
    start = int(rng.integers(132, len(data)))
    piece = data[start : start + int(rng.integers(1, 400))]
    at = int(rng.integers(132, len(data)))
    data[at:at] = piece * int(rng.integers(1, 50))


def lie(data: bytearray, rng: Rng, *, element: bytes, long: bool) -> None:
    """Overwrite the length of an element."""
    at = data.find(element)
    if at < 0:
        return
    claims = (0, 1, 7, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 1 << 31, 1 << 20)
    length = claims[rng.integers(len(claims))]
    if long:
        struct.pack_into("<I", data, at + 8, length)
    else:
        struct.pack_into("<H", data, at + 6, length & 0xFFFF)


def claim(data: bytearray, rng: Rng, *, element: bytes) -> None:
    """Overwrite the value of an unsigned short."""
    at = data.find(element)
    if at >= 0:
        values = (0, 1, 8, 9, 255, 4096, 65535)
        struct.pack_into("<H", data, at + 8, values[rng.integers(len(values))])


def text(data: bytearray, rng: Rng, *, element: bytes) -> None:
    """Overwrite the beginning of a text."""
    at = data.find(element)
    words = (b"1e308\\", b"-1\\", b"nan\\", b"999999999", b"0\\0\\0", b"\xff\xfe\0\0", b"\\\\\\\\")
    word = words[rng.integers(len(words))]
    if 0 <= at < len(data) - 30:
        length = struct.unpack_from("<H", data, at + 6)[0]
        data[at + 8 : at + 8 + min(length, len(word))] = word[:length]


def nest(data: bytearray, rng: Rng) -> None:
    """Put sequences of undefined length into each other, thousands deep, before an element."""
    opened = b"\x08\x00\x12\x21SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    at = max(132, data.find(b"\x08\x00\x60\x00"))
    data[at:at] = opened * int(rng.integers(1, 30_000))


def flip_first(data: bytearray, rng: Rng) -> None:
    """Change a few bytes where headers are."""
    for at in rng.integers(0, min(len(data), 400), rng.integers(1, 5)):
        data[at] = rng.integers(256)


def other_digits(data: bytearray, rng: Rng) -> None:
    """Change a few digits of a header that is text."""
    places = [at for at in range(min(len(data), 500)) if 48 <= data[at] <= 57]
    for at in rng.permutation(places)[: rng.integers(1, 4)]:
        data[int(at)] = rng.integers(48, 58)


VOLUME_SPOILS: tuple[Spoil, ...] = (
    flip_anywhere, cut, repeat, flip_first, flip_first, other_digits,
)  # fmt: skip
SPOILS: tuple[Spoil, ...] = (
    flip_anywhere, flip_in_head, flip_in_head, flip_in_pixels, flip_in_pixels, cut, repeat, nest,
    *(partial(lie, element=e, long=True) for e in (
        b"\xe0\x7f\x10\x00", b"\x00\x52\x30\x92", b"\x00\x52\x29\x92", b"\xfe\xff\x00\xe0")),
    *(partial(lie, element=e, long=False) for e in (
        b"\x08\x00\x16\x00", b"\x20\x00\x32\x00", b"\x02\x00\x10\x00", b"\x28\x00\x10\x00")),
    *(partial(claim, element=b"\x28\x00" + e + b"\x00US") for e in (
        b"\x02", b"\x10", b"\x11")),
    *(partial(claim, element=b"\x28\x00" + e + b"\x01US") for e in (
        b"\x00", b"\x01", b"\x02", b"\x03", b"\x20")),
    *(partial(text, element=e) for e in (
        b"\x28\x00\x08\x00", b"\x20\x00\x32\x00", b"\x20\x00\x37\x00", b"\x28\x00\x30\x00",
        b"\x28\x00\x52\x10", b"\x28\x00\x53\x10", b"\x02\x00\x10\x00", b"\x20\x00\x11\x00",
        b"\x18\x00\x50\x00", b"\x18\x00\x60\x00")),
)  # fmt: skip
