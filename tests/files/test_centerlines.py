"""Centerline files: what is understood, in which frame, and what is refused with its line."""

from pathlib import Path

import numpy as np
import pytest

from ctocalc.errors import CenterlineRefused, Code
from ctocalc.files.centerlines import read_centerlines

LINE = np.stack([np.linspace(10, 14, 9), np.linspace(-30, -25, 9), np.linspace(100, 75, 9)], axis=1)
RAS = LINE * (-1, -1, 1)
RADIUS = np.linspace(1.9, 1.1, 9)


def text(
    points: np.ndarray = LINE,
    *,
    separator: str = ",",
    header: str = "",
    radius: bool = False,
    end: str = "\n",
) -> str:
    rows = [[*p, r] if radius else list(p) for p, r in zip(points, RADIUS, strict=True)]
    lines = [separator.join(f"{value:.6f}" for value in row) for row in rows]
    return end.join([header, *lines] if header else lines) + end


def saved(tmp_path: Path, content: str | bytes, name: str = "lad.csv") -> Path:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def refused(tmp_path: Path, content: str | bytes) -> CenterlineRefused:
    with pytest.raises(CenterlineRefused) as caught:
        read_centerlines(saved(tmp_path, content))
    return caught.value


UNDECLARED = {
    "bare csv": text(),
    "bare radius": text(radius=True),
    "tsv": text(separator="\t"),
    "semicolons": text(separator=";"),
    "blanks": text(separator="  "),
    "blanks with header": text(separator=" ", header="x y z"),
    "comma and blank": text(separator=", "),
    "decimal comma": text(separator=";").replace(".", ","),
    "decimal comma between blanks": text(separator=" ").replace(".", ","),
    "decimal comma tsv": text(separator="\t", header="X\tY\tZ").replace(".", ","),
    "mm": text(header="x_mm,y_mm,z_mm"),
    "brackets": text(header="X (mm),Y [mm],Z (mm)"),
    "quoted": text(header='"x","y","z","Radius (mm)"', radius=True),
    "maximum sphere": text(header="x,y,z,MaximumInscribedSphereRadius", radius=True),
    "paraview": text(header='"Points:0","Points:1","Points:2"'),
    "point names": text(header="point_x,point_y,point_z"),
    "windows": text(header="x,y,z", end="\r\n"),
    "byte order mark": "\ufeff" + text(header="x,y,z"),
    "unit in a comment": "# units: millimeters\n" + text(),
    "comments and blanks": "# made by hand\n\n" + text(header="x,y,z") + "\n\n",
    "excel": "sep=;\n" + text(separator=";"),
    "trailing separators": text(end=",\n"),
}
LPS = {
    "x_lps": text(header="x_lps_mm,y_lps_mm,z_lps_mm"),
    "letters": text(header="L,P,S"),
    "comment": "# frame: LPS\n" + text(),
    "slicer comment": "# CoordinateSystem = LPS\n" + text(header="x,y,z"),
    "number": "# CoordinateSystem = 1\n" + text(),
}
IN_RAS = {
    "x_ras": text(RAS, header="x_ras,y_ras,z_ras"),
    "letters": text(RAS, header="R,A,S"),
    "letters and radius": text(RAS, header="r,a,s,radius", radius=True),
    "comment": "% space: ras\n" + text(RAS),
    "number": "# CoordinateSystem = 0\n" + text(RAS),
}
ALL = (
    [(f"undeclared, {name}", content, False) for name, content in UNDECLARED.items()]
    + [(f"lps, {name}", content, True) for name, content in LPS.items()]
    + [(f"ras, {name}", content, True) for name, content in IN_RAS.items()]
)


@pytest.mark.parametrize(("name", "content", "declared"), ALL, ids=[case[0] for case in ALL])
def test_each_spelling_gives_the_same_line(
    tmp_path: Path, name: str, content: str, declared: bool
) -> None:
    line = read_centerlines(saved(tmp_path, content))
    np.testing.assert_allclose(line.points_lps_mm, LINE, atol=1e-6)
    assert line.frame_declared is declared
    assert len(line.digest) == 64
    if "adius" in content or "radius" in name:
        assert line.radius_mm is not None
        np.testing.assert_allclose(line.radius_mm, RADIUS, atol=1e-6)
    else:
        assert line.radius_mm is None


def test_columns_are_found_by_name_among_others(tmp_path: Path) -> None:
    rows = [f"{n},{p[2]},LAD,{r},{p[0]},{p[1]}" for n, (p, r) in enumerate(zip(LINE, RADIUS, strict=True))]  # fmt: skip  # noqa: E501
    line = read_centerlines(saved(tmp_path, "index,z,vessel,radius_mm,x,y\n" + "\n".join(rows)))
    np.testing.assert_allclose(line.points_lps_mm, LINE)
    np.testing.assert_allclose(np.asarray(line.radius_mm), RADIUS)


def test_a_utf16_file_of_a_spreadsheet_is_read(tmp_path: Path) -> None:
    line = read_centerlines(
        saved(tmp_path, text(separator="\t", header="x\ty\tz").encode("utf-16"))
    )
    np.testing.assert_allclose(line.points_lps_mm, LINE, atol=1e-6)


def test_the_users_frame_is_honoured_and_must_not_contradict_the_file(tmp_path: Path) -> None:
    file = saved(tmp_path, text(RAS))
    line = read_centerlines(file, frame="ras")
    np.testing.assert_allclose(line.points_lps_mm, LINE, atol=1e-6)
    assert line.frame_declared
    assert read_centerlines(file, frame="LPS").frame_declared
    stamped = saved(tmp_path, text(RAS, header="R,A,S"))
    assert read_centerlines(stamped, frame="ras").frame_declared
    with pytest.raises(CenterlineRefused):
        read_centerlines(stamped, frame="lps")


@pytest.mark.parametrize(
    ("name", "vessel", "label", "expected"),
    [
        ("lad.csv", None, None, "LAD"),
        ("lad.csv", "RCA", None, "RCA"),
        ("lad.csv", None, "cx", "LCX"),
        ("lad.csv", None, "main line", "LAD"),
        ("case7_RCA_v2.csv", None, None, "RCA"),
        ("rca-and-lad.csv", None, None, "rca-and-lad"),
        ("Graft to näher.csv", None, None, "line_1"),
        ("Graft to näher.csv", "Graft to näher", None, "Graft_to_n_her"),
        ("left main, branch.csv", None, None, "line_1"),
        ("lad.csv", "neo/vessel", None, "neo_vessel"),
    ],
)
def test_the_vessels_name(
    tmp_path: Path, name: str, vessel: str | None, label: str | None, expected: str
) -> None:
    line = read_centerlines(saved(tmp_path, text(), name), vessel=vessel, label=label)
    assert line.vessel == expected


def test_repeated_points_are_dropped_with_their_radius(tmp_path: Path) -> None:
    twice = np.repeat(np.column_stack([LINE, RADIUS]), 2, axis=0)
    content = "\n".join(",".join(map(str, row)) for row in twice)
    line = read_centerlines(saved(tmp_path, content))
    np.testing.assert_allclose(line.points_lps_mm, LINE)
    np.testing.assert_allclose(np.asarray(line.radius_mm), RADIUS)


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (text().replace("-30.000000", "DOE JOHN"), "Line 1, column 2: found text"),
        (text().replace("-25.000000", "DOE"), "Line 9, column 2: found text"),
        (text().replace("-25.000000", ""), "Line 9, column 2: found an empty cell"),
        (text().replace("-25.000000", "nan"), "Line 9, column 2: found a value that is not finite"),
        (text().replace("-25.000000", "inf"), "Line 9, column 2: found a value that is not finite"),
        ("x,y\n1,2\n", "Line 1: the header names no columns"),
        ("i,j,k\n1,2,3\n", "Line 1: the header names no columns"),
        ("x_lps,y_ras,z_lps\n1,2,3\n", "mixes LPS and RAS"),
        ("1,2,3,4,5,6\n", "Line 1: 6 columns without a header"),
        (text() + "1,2\n", "Line 10: 2 columns"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (text(LINE * 50), "in millimetres"),
        (text(np.concatenate([LINE[:5], LINE[:4] + 60])), "holds 2 line(s)"),
        (text() + text(LINE[::-1] + 0.1), "back along itself over 2"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(
    tmp_path: Path, content: str | bytes, where: str
) -> None:
    error = refused(tmp_path, content)
    assert error.code is Code.CENTERLINE_UNREADABLE
    assert where in str(error)
    assert "DOE" not in str(error)
    assert str(tmp_path) not in str(error)


@pytest.mark.parametrize("content", ["", "x,y,z\n", "1,2,3\n", "0,0,0\n0,0,9.9\n", "1,2,3\n" * 9])
def test_lines_without_length_are_refused(tmp_path: Path, content: str) -> None:
    assert refused(tmp_path, content).code is Code.CENTERLINE_TOO_SHORT


def test_a_missing_file_is_refused_without_its_path(tmp_path: Path) -> None:
    with pytest.raises(CenterlineRefused) as caught:
        read_centerlines(tmp_path / "DOE_JOHN.csv")
    assert "DOE" not in str(caught.value)


def test_readers_spread_and_a_point_per_millimetre_are_read(tmp_path: Path) -> None:
    rotterdam = "\n".join(f"{x} {y} {z} {r} 0.3" for (x, y, z), r in zip(LINE, RADIUS, strict=True))
    line = read_centerlines(saved(tmp_path, rotterdam))
    np.testing.assert_allclose(np.asarray(line.radius_mm), RADIUS)
    even = LINE + np.arange(9)[:, None] * (1, 0, 0) - np.linspace(0, 4, 9)[:, None] * (1, 0, 0)
    named = text(even, header="x,y,z,radius", radius=True)
    np.testing.assert_allclose(
        read_centerlines(saved(tmp_path, named)).points_lps_mm, even, atol=1e-6
    )


def test_our_own_stations_are_a_centerline(tmp_path: Path) -> None:
    head = "vessel\tstation\tarclength_mm\tx_lps_mm\ty_lps_mm\tz_lps_mm\ttangent_x\tlesion"
    rows = [f"{v}\t{n}\t{n * 0.5}\t{x}\t{y}\t{z}\t1\t0" for v in ("RCA", "LAD")
            for n, (x, y, z) in enumerate(LINE + (v == "LAD"))]  # fmt: skip
    file = saved(tmp_path, "\n".join([head, *rows]), "stations.tsv")
    line = read_centerlines(file, label="LAD")
    assert (line.vessel, line.frame_declared) == ("LAD", True)
    np.testing.assert_allclose(line.points_lps_mm, LINE + 1)
