"""The formats of lines: what a file of each begins with, and who reads it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ctocalc.files.lines import simvascular
from ctocalc.files.lines.fcsv import read_fcsv, refuse_acsv
from ctocalc.files.lines.json_points import read_json
from ctocalc.files.lines.line import Line, refused
from ctocalc.files.lines.numpy_arrays import read_npy, read_npz
from ctocalc.files.lines.text import read_text
from ctocalc.files.lines.vtk_legacy import read_vtk_legacy
from ctocalc.files.lines.vtk_xml import read_vtk_xml

HEAD_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format: ``claims(head, suffix)`` tells it by a file's first bytes, else by its suffix."""

    name: str
    claims: Callable[[bytes, str], bool]
    read: Callable[[bytes], tuple[Line, ...]]


def _begins(*marks: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, _: head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(marks)


def _comment(suffix: str, *marks: bytes) -> Callable[[bytes, str], bool]:
    return lambda head, ending: ending == suffix or head.startswith(marks)


def _refuse_xml(_: bytes) -> tuple[Line, ...]:
    raise refused("The XML is neither VTK polydata (.vtp) nor a SimVascular path (.pth)")


FORMATS = (
    Format(name="NumPy array", claims=_begins(b"\x93NUMPY"), read=read_npy),
    Format(name="NumPy archive", claims=_begins(b"PK\x03\x04"), read=read_npz),
    Format(name="VTK XML polydata", claims=lambda h, _: b"<VTKFile" in h, read=read_vtk_xml),
    Format(
        name="SimVascular path",
        claims=lambda head, _: simvascular.claims(head),
        read=simvascular.read_simvascular,
    ),
    Format(name="other XML", claims=_begins(b"<"), read=_refuse_xml),
    Format(name="VTK legacy polydata", claims=_begins(b"# vtk DataFile"), read=read_vtk_legacy),
    Format(name="JSON or 3D Slicer markups", claims=_begins(b"{", b"["), read=read_json),
    Format(
        name="3D Slicer fiducials",
        claims=_comment(".fcsv", b"# Markups fiducial file", b"# Fiducial List file"),
        read=read_fcsv,
    ),
    Format(
        name="3D Slicer annotations",
        claims=_comment(".acsv", b"# Annotation file"),
        read=refuse_acsv,
    ),
    Format(name="table or text", claims=lambda *_: True, read=read_text),
)
"""In this order: the first that claims a file reads it."""


def read_lines(data: bytes, suffix: str) -> tuple[Line, ...]:
    """Return the lines that a file of any known format holds; ``suffix`` such as ".csv"."""
    head = data[:HEAD_BYTES]
    reader = next(form for form in FORMATS if form.claims(head, suffix.lower()))
    with np.errstate(all="ignore"):  # what overflows is refused as not finite
        return reader.read(data)
