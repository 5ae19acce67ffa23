"""What a volume file claims, checked before a library believes it.

MetaImage (and NRRD) headers may name another file for their voxels, anywhere; any header may claim
more voxels than there is memory.
"""

import gzip
import math
import re
import zlib
from pathlib import Path

import SimpleITK as sitk

from ctocalc.image.scan import MOST_BYTES

HEADER_BYTES = 1 << 16
_DATA_FILE = re.compile(rb"^\s*ElementDataFile\s*=[ \t]*(.*?)\s*$", re.IGNORECASE | re.MULTILINE)
_PLAIN_NAME = re.compile(r"[^/\\:%\s][^/\\:%\n]*")


def keeps_to_its_folder(path: Path) -> bool:
    """Whether all voxels lie in the file itself, or in a plain file beside it."""
    if path.name.lower().endswith((".nii", ".nii.gz")):
        return _is_one_nifti(path)
    with path.open("rb") as stream:
        head = stream.read(HEADER_BYTES)
    names = [found[1].decode("latin-1") for found in _DATA_FILE.finditer(head)]
    return all(name.upper() == "LOCAL" or beside(path, name) for name in names)


def fits_in_memory(reader: sitk.ImageFileReader) -> bool:
    """Whether the whole image, which libraries often read at once, is of a size that may be read.

    ``reader`` has read the image's information.
    """
    sizes = {sitk.sitkInt8: 1, sitk.sitkUInt8: 1, sitk.sitkInt16: 2, sitk.sitkUInt16: 2,
             sitk.sitkInt32: 4, sitk.sitkUInt32: 4, sitk.sitkFloat32: 4}  # fmt: skip
    voxel = sizes.get(reader.GetPixelID(), 8) * max(1, reader.GetNumberOfComponents())
    return bool(math.prod(reader.GetSize()) * voxel <= MOST_BYTES)


def beside(path: Path, name: str) -> bool:
    """Whether this is the plain name of a file in the same folder, and no link."""
    other = path.parent / name
    return bool(_PLAIN_NAME.fullmatch(name)) and other.is_file() and not other.is_symlink()


def _is_one_nifti(path: Path) -> bool:
    """Whether the magic says that header and voxels are one file (n+1, n+2)."""
    with path.open("rb") as stream:
        packed = stream.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(path) if packed else path.open("rb") as stream:
            head = stream.read(348)
    except (OSError, EOFError, zlib.error):
        return False
    return head[344:347] == b"n+1" or head[4:7] == b"n+2"
