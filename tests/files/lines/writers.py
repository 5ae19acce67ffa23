"""One vessel in every format: small writers, written from the formats' own descriptions."""

import base64
import io
import json
import lzma
import struct
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from ctocalc._arrays import Array, Floats

XML = '<?xml version="1.0"?>\n'


def lz4_literals(data: bytes) -> bytes:
    """An LZ4 block without copies."""
    if len(data) < 15:
        return bytes([len(data) << 4]) + data
    more, last = divmod(len(data) - 15, 255)
    return b"\xf0" + b"\xff" * more + bytes([last]) + data


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "vtkZLibDataCompressor": zlib.compress,
    "vtkLZMADataCompressor": lzma.compress,
    "vtkLZ4DataCompressor": lz4_literals,
}


def vtp(
    lines: list[Floats],
    radius: Floats | None = None,
    *,
    form: str = "ascii",
    compressor: str = "",
    header: str = "UInt32",
    order: str = "LittleEndian",
    space: str = "",
    block: int = 500,
) -> bytes:
    """A VTK XML file; ``form``: ascii, binary, appended-raw, appended-base64."""
    mark = "<" if order == "LittleEndian" else ">"
    word = mark + ("u4" if header == "UInt32" else "u8")
    appended = bytearray()

    def array(name: str, kind: str, values: Array, more: str = "") -> str:
        tag = f'<DataArray type="{kind}" Name="{name}" {more}'
        if form == "ascii":
            text = " ".join(repr(v) for v in values.ravel().tolist())
            return f'{tag} format="ascii">{text}</DataArray>'
        numpy_kind = {"Float64": "f8", "Int64": "i8"}[kind]
        raw = values.astype(mark + numpy_kind).tobytes()
        head, body = framed(raw)
        if form == "binary":
            return f'{tag} format="binary">{coded(head, body).decode()}</DataArray>'
        at = len(appended)
        appended.extend(coded(head, body) if form.endswith("base64") else head + body)
        return f'{tag} format="appended" offset="{at}"/>'

    def framed(raw: bytes) -> tuple[bytes, bytes]:
        if not compressor:
            return np.array([len(raw)], word).tobytes(), raw
        blocks = [raw[n : n + block] for n in range(0, len(raw), block)]
        packed = [PACKERS[compressor](one) for one in blocks]
        sizes = [len(blocks), block, len(raw) % block, *(len(one) for one in packed)]
        return np.array(sizes, word).tobytes(), b"".join(packed)

    def coded(head: bytes, body: bytes) -> bytes:
        if compressor:
            return base64.b64encode(head) + base64.b64encode(body)
        return base64.b64encode(head + body)

    points = np.concatenate(lines)
    counts = [len(line) for line in lines]
    letters = " ".join(str(ord(letter)) for letter in space) + " 0"
    field = f'<Array type="String" Name="SPACE" format="ascii">{letters}</Array>'
    body = (
        f'{XML}<VTKFile type="PolyData" byte_order="{order}" header_type="{header}"'
        f"{f' compressor={chr(34)}{compressor}{chr(34)}' if compressor else ''}><PolyData>"
        f"{f'<FieldData>{field}</FieldData>' if space else ''}"
        f'<Piece NumberOfPoints="{len(points)}" NumberOfLines="{len(lines)}"><PointData>'
        + ("" if radius is None else array("MaximumInscribedSphereRadius", "Float64", radius))
        + "</PointData><Points>"
        + array("Points", "Float64", points, 'NumberOfComponents="3"')
        + "</Points><Lines>"
        + array("connectivity", "Int64", np.arange(len(points)))
        + array("offsets", "Int64", np.cumsum(counts))
        + "</Lines></Piece></PolyData>"
    )
    if not appended:
        return f"{body}</VTKFile>".encode()
    kind = form.removeprefix("appended-")
    start = f'{body}<AppendedData encoding="{kind}">\n_'.encode()
    return start + bytes(appended) + b"\n</AppendedData></VTKFile>"


def vtk(
    lines: list[Floats],
    radius: Floats | None = None,
    *,
    binary: bool = False,
    version: str = "4.2",
    title: str = "vtk output",
) -> bytes:
    """A legacy file, of version 4.2 or 5.1."""
    points = np.concatenate(lines)
    ends = np.cumsum([0, *(len(line) for line in lines)])

    def values(array: Array, kind: str) -> bytes:
        if binary:
            return array.astype(">" + kind).tobytes() + b"\n"
        return (" ".join(repr(v) for v in array.ravel().tolist()) + "\n").encode()

    out = f"# vtk DataFile Version {version}\n{title}\n{'BINARY' if binary else 'ASCII'}\n".encode()
    out += f"DATASET POLYDATA\nPOINTS {len(points)} double\n".encode() + values(points, "f8")
    if version == "5.1":
        out += f"LINES {len(ends)} {len(points)}\nOFFSETS vtktypeint64\n".encode()
        out += values(ends, "i8") + b"CONNECTIVITY vtktypeint64\n"
        out += values(np.arange(len(points)), "i8")
    else:
        cells = [np.r_[b - a, np.arange(a, b)] for a, b in pairwise(ends)]
        flat = np.concatenate(cells)
        out += f"LINES {len(lines)} {len(flat)}\n".encode() + values(flat, "i4")
    if radius is not None:
        out += f"POINT_DATA {len(points)}\nFIELD FieldData 1\n".encode()
        out += f"Radius 1 {len(points)} double\n".encode()
        out += values(radius, "f8")
    return out


def markups(*curves: tuple[str, Floats], version: str = "3", **more: object) -> bytes:
    """A markups file of curves (name, points); ``more`` goes into each."""
    return json.dumps({
        "@schema": f"https://raw.example/markups-schema-v1.0.{version}.json#",
        "markups": [
            {
                "type": "Curve", "name": name, "coordinateSystem": "LPS", "coordinateUnits": "mm",
                "controlPoints": [
                    {"id": str(n), "position": p, "positionStatus": "defined"}
                    for n, p in enumerate(points.tolist())
                ],
                **more,
            }
            for name, points in curves
        ],
    }).encode()  # fmt: skip


def fcsv(points: Floats, system: str = "LPS") -> bytes:
    """A fiducial list as 3D Slicer 4.11 writes it; without a system as 4.0 wrote it."""
    head = "# Markups fiducial file version = 4.11\n"
    head += f"# CoordinateSystem = {system}\n" if system else ""
    head += "# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n"
    rows = [f"n_{n},{x!r},{y!r},{z!r},0,0,0,1,1,1,0,F-{n},," for n, (x, y, z) in
            enumerate(points.tolist())]  # fmt: skip
    return (head + "\n".join(rows) + "\n").encode()


def pth(points: Floats) -> bytes:
    """A SimVascular path, centimetres."""
    cm = (points / 10.0).tolist()
    places = "".join(
        f'<path_point id="{n}"><pos x="{x!r}" y="{y!r}" z="{z!r}"/><tangent x="0" y="0" z="1"/>'
        "</path_point>"
        for n, (x, y, z) in enumerate(cm)
    )
    return (
        f'{XML}<format version="1.0"/>\n<path id="1" method="0"><timestep id="0"><path_element>'
        f'<control_points><point id="0" x="1" y="2" z="3"/></control_points>'
        f"<path_points>{places}</path_points></path_element></timestep></path>"
    ).encode()


def npy(array: Array) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def npy_claiming(shape: str, content: bytes = b"") -> bytes:
    """An array whose header claims any shape."""
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    header += b" " * (63 - (10 + len(header)) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + content
