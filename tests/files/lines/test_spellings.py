"""Other ways to write the same line: shuffled segments, diameters, a frame in a comment."""

import json
from pathlib import Path

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import CenterlineRefused
from ctocalc.files.centerlines import read_centerlines, read_tree
from ctocalc.files.lines.columns import named_columns
from ctocalc.files.lines.line import radius_share
from ctocalc.files.lines.polydata import polydata_lines
from ctocalc.vessel.centerline import Centerline
from tests.files.lines.writers import markups, vtk, vtp

T = np.linspace(0.0, 1.0, 41)
LINE = np.stack([30 * np.cos(2 * T), -120 + 30 * np.sin(2 * T), 1500 - 40 * T], axis=1)
RADIUS = np.linspace(2.1, 0.9, 41)


def read(tmp_path: Path, name: str, data: bytes, frame: str | None = None) -> Centerline:
    (tmp_path / name).write_bytes(data)
    return read_centerlines(tmp_path / name, vessel="LAD", frame=frame)


def segments(pairs: list[list[int]]) -> list[Floats]:
    lines = polydata_lines(LINE, [np.array(pair) for pair in pairs], None, None)
    return [line.points_mm for line in lines]


@pytest.mark.parametrize("seed", range(5))
def test_segments_in_any_order_are_one_line(seed: int) -> None:
    pairs = [[n, n + 1] for n in range(40)]
    shuffled = np.random.default_rng(seed).permutation(pairs).tolist()
    (line,) = segments(shuffled)
    np.testing.assert_array_equal(line, LINE)


def test_segments_that_point_either_way_still_make_the_line() -> None:
    rng = np.random.default_rng(1)
    pairs = [[n, n + 1][:: rng.choice([1, -1])] for n in rng.permutation(40).tolist()]
    (line,) = segments(pairs)
    np.testing.assert_array_equal(line[np.argsort(-line[:, 2])], LINE)
    assert len(line) == 41


def test_segments_of_two_lines_make_two() -> None:
    pairs = [[n, n + 1] for n in (*range(10), *range(20, 40))]
    found = segments(np.random.default_rng(2).permutation(pairs).tolist())
    assert sorted(map(len, found)) == [11, 21]


@pytest.mark.parametrize("more", [[[20, 5]], [[40, 0]], [[7, 8]]], ids=["fork", "ring", "twice"])
def test_segments_that_fork_or_close_are_no_one_line(more: list[list[int]]) -> None:
    pairs = [[n, n + 1] for n in range(40)] + more
    assert len(segments(np.random.default_rng(3).permutation(pairs).tolist())) > 1


@pytest.mark.parametrize(
    ("name", "share"),
    [("Radius", 1), ("MaximumInscribedSphereRadius", 1), ("diameter_mm", 0.5), ("Diameter", 0.5),
     ("lumen diameter", 0.5), ("min diameter", 0), ("diametral", 0), ("d", 0)],
)  # fmt: skip
def test_names_of_radii_and_diameters(name: str, share: float) -> None:
    assert radius_share(name) == share


def test_a_diameter_is_twice_the_radius_in_every_format(tmp_path: Path) -> None:
    wide = 2 * RADIUS
    rows = [f"{x!r},{y!r},{z!r},{d!r}" for (x, y, z), d in
            zip(LINE.tolist(), wide.tolist(), strict=True)]  # fmt: skip
    measured = {"name": "Diameter", "units": "mm", "controlPointValues": wide.tolist()}
    files = {
        "a.csv": "\n".join(["x,y,z,diameter_mm", *rows]).encode(),
        "b.json": json.dumps({"points": LINE.tolist(), "diameter": wide.tolist()}).encode(),
        "c.mrk.json": markups(("LAD", LINE), measurements=[measured]),
        "d.vtp": vtp([LINE], wide).replace(b"MaximumInscribedSphereRadius", b"Diameter"),
        "e.vtk": vtk([LINE], wide).replace(b"Radius 1", b"Diameter 1"),
    }
    for name, data in files.items():
        line = read(tmp_path, name, data)
        np.testing.assert_allclose(np.asarray(line.radius_mm), RADIUS, atol=1e-6, err_msg=name)


def test_a_radius_goes_before_a_diameter() -> None:
    for header, at in (
        (["diameter", "x", "y", "z", "radius"], 4),
        (["x", "y", "z", "diameter"], 3),
    ):
        columns = named_columns(header, 1)
        assert columns.radius == at
        assert columns.radius_mm == (1.0 if at == 4 else 0.5)
    assert named_columns(["x", "y", "z", "diameter (cm)"], 1).radius_mm == 5.0


def commented(word: str) -> bytes:
    return vtp([LINE * (-1, -1, 1)]).replace(b"?>", f"?>\n<!-- SPACE={word} -->".encode(), 1)


def test_a_frame_in_a_comment_of_a_vtp_is_declared(tmp_path: Path) -> None:
    line = read(tmp_path, "a.vtp", commented("RAS"))
    assert line.frame_declared
    np.testing.assert_allclose(line.points_lps_mm, LINE, atol=1e-6)
    with pytest.raises(CenterlineRefused, match="declares RAS, the user LPS"):
        read(tmp_path, "a.vtp", commented("RAS"), frame="lps")
    both = vtp([LINE], space="LPS").replace(b"?>", b"?><!-- SPACE=RAS -->", 1)
    with pytest.raises(CenterlineRefused, match="both LPS and RAS"):
        read(tmp_path, "b.vtp", both)


def test_a_shuffled_polyline_of_a_file_is_read(tmp_path: Path) -> None:
    pairs = np.random.default_rng(0).permutation([[n, n + 1] for n in range(40)])
    numbers = " ".join(map(str, pairs.ravel().tolist())).encode()
    data = vtp([LINE]).replace(b" ".join(b"%d" % n for n in range(41)), numbers)
    ends = b" ".join(b"%d" % (2 * n) for n in range(1, 41))
    data = data.replace(b">41</DataArray>", b">" + ends + b"</DataArray>")
    (tmp_path / "lad.vtp").write_bytes(data)
    tree = read_tree(tmp_path / "lad.vtp")
    assert not tree.others
    np.testing.assert_allclose(tree.main.points_lps_mm, LINE, atol=1e-6)
