"""The same vessel through every format is the same line; what a format cannot tell is refused."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from ctocalc.errors import CenterlineRefused, Code
from ctocalc.files.centerlines import read_centerlines
from ctocalc.files.lines.lz4 import unpack_block
from tests.files.lines.writers import (
    PACKERS,
    fcsv,
    markups,
    npy,
    npz,
    pth,
    vtk,
    vtp,
)

DATA = Path(__file__).resolve().parents[2] / "data" / "polydata"
T = np.linspace(0.0, 1.0, 41)
LINE = np.stack([30 * np.cos(2 * T), -120 + 30 * np.sin(2 * T), 1500 - 40 * T], axis=1)
RAS = LINE * (-1, -1, 1)
RADIUS = np.linspace(2.1, 0.9, 41)

FORMATS: dict[str, tuple[bytes, bool]] = {
    "lad.mrk.json": (markups(("L", LINE)), True),
    "old.mrk.json": (markups(("L", LINE), version="0"), True),
    "default.mrk.json": (
        markups(("L", LINE)).replace(b'"coordinateSystem": "LPS", "coordinateUnits": "mm", ', b""),
        True,
    ),
    "ras.mrk.json": (markups(("L", RAS), coordinateSystem="RAS"), True),
    "number.mrk.json": (markups(("L", RAS), coordinateSystem=0), True),
    "um.mrk.json": (markups(("L", LINE * 1000), coordinateUnits="um"), True),
    "coded.mrk.json": (
        markups(("L", LINE / 10), coordinateUnits=["cm", "UCUM", "centimeter"]),
        True,
    ),
    "lps.fcsv": (fcsv(LINE), True),
    "number.fcsv": (fcsv(LINE, "1"), True),
    "ras.fcsv": (fcsv(RAS, "RAS"), True),
    "zero.fcsv": (fcsv(RAS, "0"), True),
    "unsaid.fcsv": (fcsv(RAS, ""), True),
    "path.pth": (pth(LINE), False),
    "line.npy": (npy(LINE), False),
    "fortran.npy": (npy(np.asfortranarray(np.column_stack([LINE, RADIUS]))), False),
    "big.npy": (npy(np.column_stack([LINE, RADIUS]).astype(">f8")), False),
    "line.npz": (npz(points=LINE, radius=RADIUS), False),
    "lps.npz": (npz(points_lps_mm=LINE, radius_mm=RADIUS), True),
    "ras.npz": (npz(points_ras=RAS, radius_mm=RADIUS), True),
    "said.npz": (npz(points=RAS, radius=RADIUS, frame=np.array("RAS")), True),
    "list.json": (json.dumps(LINE.tolist()).encode(), False),
    "object.json": (
        json.dumps(
            {"points": RAS.tolist(), "radius_mm": RADIUS.tolist(), "frame": "ras"}
        ).encode(),
        True,
    ),
    "cm.json": (
        json.dumps(
            {"points": (LINE / 10).tolist(), "radius": (RADIUS / 10).tolist(), "Units": "cm"}
        ).encode(),
        False,
    ),
    "around.json": (
        json.dumps(
            {
                "lines": [{"points": (RAS / 10).tolist(), "radius_mm": RADIUS.tolist()}],
                "unit": ["cm", "UCUM", "centimeter"],
                "coordinate_system": "RAS",
            }
        ).encode(),
        True,
    ),
    "row.npz": (npz(points=RAS, radius=RADIUS, frame=np.array(["RAS"])), True),
    "named.json": (json.dumps({"points_lps_mm": LINE.tolist()}).encode(), True),
    "rotterdam.txt": (
        "\n".join(
            f"{x!r} {y!r} {z!r} {r!r} 0.25"
            for (x, y, z), r in zip(LINE.tolist(), RADIUS.tolist(), strict=True)
        ).encode(),
        False,
    ),
    "cm.csv": (
        b"X (cm);Y (cm);Z (cm);Radius (mm)\n"
        + "\n".join(
            f"{x / 10!r};{y / 10!r};{z / 10!r};{r!r}"
            for (x, y, z), r in zip(LINE.tolist(), RADIUS.tolist(), strict=True)
        ).encode(),
        False,
    ),
    "space.vtp": (vtp([RAS], RADIUS, space="RAS"), True),
    "slicer.vtk": (vtk([RAS], RADIUS, title="3D Slicer output. SPACE=RAS"), True),
    "segments.vtp": (
        vtp([LINE]).replace(
            b" ".join(str(n).encode() for n in range(41)),
            b" ".join(f"{n} {n + 1}".encode() for n in range(40)),
        ).replace(b">41</DataArray>", b">" + b" ".join(b"%d" % (2 * n) for n in range(1, 41))
                  + b"</DataArray>"),
        False,
    ),
    **{
        f"{version}-{'binary' if binary else 'ascii'}.vtk": (
            vtk([LINE], RADIUS, binary=binary, version=version),
            False,
        )
        for version, binary in product(("4.2", "5.1"), (False, True))
    },
    "ascii.vtp": (vtp([LINE], RADIUS), False),
    **{
        f"{form}-{header}-{order}-{compressor or 'plain'}.vtp": (
            vtp([LINE], RADIUS, form=form, compressor=compressor, header=header, order=order),
            False,
        )
        for form, header, order, compressor in product(
            ("binary", "appended-raw", "appended-base64"),
            ("UInt32", "UInt64"),
            ("LittleEndian", "BigEndian"),
            ("", *PACKERS),
        )
    },
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_vessel_through_every_format_is_the_same_line(tmp_path: Path, name: str) -> None:
    data, declared = FORMATS[name]
    (tmp_path / name).write_bytes(data)
    line = read_centerlines(tmp_path / name, vessel="LAD")
    np.testing.assert_allclose(line.points_lps_mm, LINE, atol=1e-6)
    assert line.frame_declared is declared
    if line.radius_mm is not None:
        np.testing.assert_allclose(line.radius_mm, RADIUS, atol=1e-6)
    with_radius = b"adius" in data or "radius" in name or name in ("fortran.npy", "big.npy")
    has_one = with_radius or name.endswith((".npz", ".txt"))
    assert (line.radius_mm is not None) is has_one


@pytest.mark.parametrize("name", [n for n, (_, declared) in FORMATS.items() if declared])
def test_a_formats_own_rule_is_a_declaration_that_the_user_must_not_contradict(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_bytes(FORMATS[name][0])
    other = {"lps": "ras", "ras": "lps"}
    agreed = [f for f in other if _reads(tmp_path / name, f)]
    assert len(agreed) == 1


def _reads(path: Path, frame: str) -> bool:
    try:
        read_centerlines(path, frame=frame)
    except CenterlineRefused:
        return False
    return True


REFUSED: dict[str, tuple[bytes, str]] = {
    "closed.mrk.json": (markups(("L", LINE), type="ClosedCurve"), "no open curve"),
    "points.mrk.json": (markups(("L", LINE), type="Fiducial"), "no open curve"),
    "none.mrk.json": (b'{"markups": []}', "no open curve"),
    "unit.mrk.json": (markups(("L", LINE), coordinateUnits="inch"), "unit"),
    "ijk.mrk.json": (markups(("L", LINE), coordinateSystem="IJK"), "neither LPS nor RAS"),
    "ijk.fcsv": (fcsv(LINE, "2"), "neither LPS nor RAS"),
    "text.fcsv": (fcsv(LINE).replace(b"n_3,", b"n_3,DOE"), "Line 7"),
    "old.acsv": (b"# Annotation file old.acsv\npoint|1|2|3|1|1\n", "annotations"),
    "result.json": (b'{"schema": "ctocalc-result/1", "vessels": []}', "stations.tsv"),
    "both.json": (json.dumps({"points_lps": [], "points_ras": []}).encode(), "several"),
    "inch.json": (json.dumps({"points": LINE.tolist(), "unit": "inch"}).encode(), "unit"),
    "units.json": (
        json.dumps({"unit": "mm", "lines": [{"points": LINE.tolist(), "unit": "cm"}]}).encode(),
        "two units",
    ),
    "cm.json": (json.dumps({"points_mm": LINE.tolist(), "unit": "cm"}).encode(), "millimetres"),
    "frames.json": (
        json.dumps({"frame": "RAS", "lines": [{"points_lps": LINE.tolist()}]}).encode(),
        "both LPS and RAS",
    ),
    "frames.npz": (npz(points=LINE, frame=np.array(["RAS", "LPS"])), "neither LPS nor RAS"),
    "cm.csv": (b"# Coordinate units: cm\n1,2,3\n", "unit is not mm"),
    "words.json": (b'[["1", "2", "3"], ["1", "2", "9"]]', "lists of numbers"),
    "truth.json": (b"[[true, 1, 2], [3, 4, 5]]", "lists of numbers"),
    "surface.vtk": (vtk([LINE]).replace(b"LINES", b"POLYGONS"), "no lines"),
    "grid.vtk": (vtk([LINE]).replace(b"POLYDATA", b"UNSTRUCTURED_GRID"), "polydata"),
    "points.vtp": (vtp([LINE]).replace(b"Lines", b"Verts"), "no points or no lines"),
    "grid.vtp": (vtp([LINE]).replace(b"PolyData", b"ImageData"), "polydata"),
    "page.xml": (b"<html><body/></html>", "neither VTK"),
    "no.pth": (b"<path><timestep/></path>", "holds no path"),
    "counted.csv": (
        "\n".join(f"{n},{x},{y},{z}" for n, (x, y, z) in enumerate(LINE)).encode(),
        "counts the rows",
    ),
    "grey.csv": (
        "\n".join(f"{x},{y},{z},350" for x, y, z in LINE).encode(),
        "no radius",
    ),
    "units.csv": (b"x_mm,y_mm,z_cm\n1,2,3\n", "mixes units"),
    "matrix.npy": (npy(np.eye(4)[:, :2]), "no table"),
    "words.npy": (npy(np.array([["1", "2", "3"]])), "no table"),
    "objects.npy": (npy(np.array([[1, 2, object()]], dtype=object)), "objects"),
    "radii.npz": (npz(points=LINE, radius=RADIUS[:-1]), "one per point"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_line_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    data, reason = REFUSED[name]
    (tmp_path / name).write_bytes(data)
    with pytest.raises(CenterlineRefused) as caught:
        read_centerlines(tmp_path / name)
    assert caught.value.code is Code.CENTERLINE_UNREADABLE
    assert reason in str(caught.value)
    assert "DOE" not in str(caught.value)


@pytest.mark.parametrize(("count", "known"), [(41, True), (40, False)])
def test_a_curves_measured_radius_is_its_radius(tmp_path: Path, count: int, known: bool) -> None:
    measured = [{"name": "length", "value": 3}, {
        "name": "Radius", "units": "mm", "controlPointValues": RADIUS[:count].tolist()
    }]  # fmt: skip
    (tmp_path / "l.mrk.json").write_bytes(markups(("L", LINE), measurements=measured))
    line = read_centerlines(tmp_path / "l.mrk.json")
    assert (line.radius_mm is not None) is known
    if known:
        np.testing.assert_allclose(np.asarray(line.radius_mm), RADIUS)


@pytest.mark.parametrize("name", ["lz4_big_endian.vtp", "lzma_inline.vtp", "binary_5_1.vtk"])
def test_files_that_vtk_itself_wrote(name: str) -> None:
    """Written by VTK 9.7 from the formulas below; so our own writers are not the only judge."""
    line = read_centerlines(DATA / name, vessel="LAD")
    n = np.arange(120)
    wanted = np.stack([n // 10, 0.25 * n, 100 - 0.5 * n], axis=1)
    np.testing.assert_array_equal(line.points_lps_mm, wanted)
    np.testing.assert_array_equal(np.asarray(line.radius_mm), 1.5 + (n % 3) / 4)


@pytest.mark.parametrize("name", ["pieces.vtp", "pieces.vtk"])
def test_pieces_that_vmtk_split_are_put_together(tmp_path: Path, name: str) -> None:
    cells = [LINE[:15], LINE[:15] + 30, LINE[14:30], LINE[29:], LINE[14:20] + 30]
    numbers = b"0 1 0 0 1"
    if name.endswith("vtp"):
        array = b'<CellData><DataArray type="Int64" Name="CenterlineIds" format="ascii">'
        data = vtp(cells).replace(b"<Points>", array + numbers + b"</DataArray></CellData><Points>")
    else:
        data = vtk(cells) + b"CELL_DATA 5\nFIELD FieldData 1\nCenterlineIds 1 5 long\n" + numbers
    (tmp_path / name).write_bytes(data)
    np.testing.assert_allclose(read_centerlines(tmp_path / name, label="1").points_lps_mm, LINE)
    with pytest.raises(CenterlineRefused, match="2 line"):
        read_centerlines(tmp_path / name)


def test_undefined_control_points_are_no_points(tmp_path: Path) -> None:
    document = json.loads(markups(("L", LINE)))
    document["markups"][0]["controlPoints"][5]["positionStatus"] = "undefined"
    (tmp_path / "lad.mrk.json").write_text(json.dumps(document))
    line = read_centerlines(tmp_path / "lad.mrk.json")
    np.testing.assert_allclose(line.points_lps_mm, np.delete(LINE, 5, axis=0))


@pytest.mark.parametrize(
    ("block", "content"),
    [
        (b"\x00", b""),
        (b"\x30abc", b"abc"),
        # "ab", then 8 bytes copied from 2 back: a copy that overlaps itself; "z" at the end.
        (b"\x24ab\x02\x00\x10z", b"ab" * 5 + b"z"),
        # A run of 19 + 255 + 3 bytes, its length told in further bytes.
        (b"\x1fx\x01\x00\xff\x03\x10y", b"x" * (1 + 4 + 15 + 255 + 3) + b"y"),
        (b"\xf0\x00" + b"q" * 15, b"q" * 15),
    ],
)  # fmt: skip
def test_lz4_blocks_are_unpacked(block: bytes, content: bytes) -> None:
    assert unpack_block(block, len(content)) == content


@pytest.mark.parametrize(
    "block", [b"\x30ab", b"\x14a\x02\x00\x00", b"\x14a\x00\x00\x00", b"\xf0", b"\x1fa\x01\x00\xff"]
)
def test_damaged_lz4_blocks_are_told(block: bytes) -> None:
    with pytest.raises(ValueError, match="block"):
        unpack_block(block, 300)
