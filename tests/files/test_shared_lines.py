"""Every centerline under shared/data behaves as its README states: one table."""

from pathlib import Path

import numpy as np
import pytest

from ctocalc.errors import CenterlineRefused, Code
from ctocalc.files.centerlines import read_tree
from ctocalc.files.lines.formats import read_lines
from ctocalc.vessel.tree import branches_of

AORTA = (-12.328, -199.076, 1772.930)
TREES = "multimodars_ccta_centerlines"
NLST = "nlst_chest_toshiba/centerlines"
SLICER = "slicer_markups/samples"

# Lines as they stand in the file: number of points and length of each; radius range of all.
HELD = {
    f"{TREES}/rca_cl.vtp": (
        [(504, 142.846), (679, 182.460), (706, 190.845), (763, 204.353)],
        (0.798, 15.389),
    ),
    f"{TREES}/lca_cl.vtp": (
        [(300, 96.319), (387, 121.233), (819, 216.619), (691, 184.424), (618, 173.087)],
        (0.465, 15.389),
    ),
    f"{TREES}/ao_cl.vtp": ([(152, 56.488)], (12.778, 15.389)),
    f"{TREES}/centerline_raw.csv": ([(188, 161.54)], None),
    f"{TREES}/centerline_aorta.csv": ([(75, 55.49)], None),
    f"{TREES}/centerline_rca.csv": ([(818, 567.7)], None),
    f"{TREES}/centerline_rca_short.csv": ([(788, 559.7)], None),
    f"{TREES}/centerline_lca.csv": ([(1092, 865.0)], None),
    f"{NLST}/lad.csv": ([(32, 94.82)], None),
    f"{NLST}/rca.csv": ([(15, 42.57)], None),
    f"{NLST}/lcx.csv": ([(7, 14.89)], None),
}
# Read as a vessel: which line is picked, points that are left, whether the frame is declared.
READ = {
    f"{TREES}/rca_cl.vtp:1": (423, False),
    f"{TREES}/rca_cl.vtp:4": (682, False),
    f"{TREES}/lca_cl.vtp:3": (731, False),
    f"{TREES}/centerline_raw.csv": (188, False),
    f"{TREES}/centerline_aorta.csv": (75, False),
    f"{TREES}/centerline_rca.csv:1": (463, False),
    f"{TREES}/centerline_rca_short.csv:2": (176, False),
    f"{TREES}/centerline_lca.csv:1": (385, False),
    f"{NLST}/lad.csv": (32, False),
    f"{NLST}/rca.csv": (15, False),
    f"{NLST}/lcx.csv": (7, False),
}
REFUSED = {
    f"{TREES}/rca_cl.vtp": "holds 4 line(s)",
    f"{TREES}/lca_cl.vtp": "holds 5 line(s)",
    f"{TREES}/ao_cl.vtp": "nowhere narrower than 4 mm",
    f"{TREES}/centerline_rca.csv": "holds 5 line(s)",
    f"{TREES}/centerline_rca_short.csv": "holds 5 line(s)",
    f"{TREES}/centerline_lca.csv": "holds 6 line(s)",
    # Fiducials scattered over a head: RAS, but no line.
    f"{SLICER}/slicer3.fcsv": "holds 2 line(s)",
    f"{SLICER}/slicer4.acsv": "annotations of 3D Slicer 4.0",
    **{
        f"{SLICER}/AnnotationTest/{name}.acsv": "annotations of 3D Slicer 4.0"
        for name in ("F", "F_1", "F_2", "F_3", "F_4", "M", "M_1", "R", "R_1", "R_2")
    },
}


def test_the_table_names_every_line_that_is_there(shared_data: Path) -> None:
    found = {
        str(path.relative_to(shared_data))
        for folder in (TREES, NLST, SLICER)
        for path in (shared_data / folder).rglob("*")
        if path.suffix in (".csv", ".vtp", ".fcsv", ".acsv")
    }
    assert found == {name.partition(":")[0] for name in (*HELD, *READ, *REFUSED)}


@pytest.mark.parametrize("name", HELD)
def test_points_lengths_and_radii(shared_data: Path, name: str) -> None:
    wanted, radii = HELD[name]
    lines = read_lines((shared_data / name).read_bytes(), Path(name).suffix)
    steps = [np.linalg.norm(np.diff(line.points_mm, axis=0), axis=1) for line in lines]
    for line, step, (count, length) in zip(lines, steps, wanted, strict=True):
        assert len(line.points_mm) == count
        assert step.sum() == pytest.approx(length, abs=0.05)
    if radii:
        known = np.concatenate([np.asarray(line.radius_mm) for line in lines])
        assert (known.min(), known.max()) == pytest.approx(radii, abs=5e-4)
    else:
        assert all(line.radius_mm is None for line in lines)


@pytest.mark.parametrize("name", READ)
def test_as_a_vessel(shared_data: Path, name: str) -> None:
    count, declared = READ[name]
    file, _, label = name.partition(":")
    tree = read_tree(shared_data / file, vessel="RCA" if "lad" not in file else "LAD",
                     label=label or None)  # fmt: skip
    assert len(tree.main.points_lps_mm) == count
    assert tree.main.frame_declared is declared
    assert [n.code for n in tree.main.notices] == [Code.CENTERLINE_IN_AORTA] * ("vtp" in file)


@pytest.mark.parametrize("name", REFUSED)
def test_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(CenterlineRefused) as caught:
        read_tree(shared_data / name)
    assert caught.value.code is Code.CENTERLINE_UNREADABLE
    assert REFUSED[name] in str(caught.value)


@pytest.mark.parametrize(("name", "left_out"), [("rca", 40.7), ("lca", 42.7)])
def test_trunk_and_aorta_are_shared_and_counted_once(
    shared_data: Path, name: str, left_out: float
) -> None:
    file = shared_data / TREES / f"{name}_cl.vtp"
    lines = read_lines(file.read_bytes(), ".vtp")
    for number, line in enumerate(lines, 1):
        np.testing.assert_allclose(line.points_mm[0], AORTA, atol=1e-3)
        tree = read_tree(file, vessel="RCA", label=str(number))
        assert f"first {left_out} mm lie in the aorta" in tree.main.notices[0].message
        branches = branches_of([tree.main], tree.others)
        assert len(branches) == len(lines) - 1
        starts = [branch.points_lps_mm[0] for branch in branches]
        for start in starts:
            others = np.concatenate([tree.main.points_lps_mm, *(b.points_lps_mm for b in branches)])
            near = np.sort(np.linalg.norm(others - start, axis=1))
            assert near[1] < 2.0  # it leaves another line, and starts nowhere else


@pytest.mark.parametrize(("name", "jumps"), [("rca", 4), ("rca_short", 4), ("lca", 5)])
def test_branches_one_after_another_are_noticed(shared_data: Path, name: str, jumps: int) -> None:
    with pytest.raises(CenterlineRefused) as caught:
        read_tree(shared_data / TREES / f"centerline_{name}.csv")
    assert f"holds {jumps + 1} line(s)" in str(caught.value)


def test_old_fiducials_are_ras(shared_data: Path) -> None:
    (line,) = read_lines((shared_data / SLICER / "slicer3.fcsv").read_bytes(), ".fcsv")
    assert (line.frame, len(line.points_mm)) == ("ras", 56)
    np.testing.assert_array_equal(line.points_mm[0], (12.5, -93.5, 7.5))
