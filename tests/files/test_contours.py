"""Contour files of core-lab workstations: rings by group; damage is named by its line."""

from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.errors import Code, SettingsRefused
from ctocalc.files.contours import Contours, read_contours
from ctocalc.vessel.boundary import BoundaryKind
from tests.files.lines.hostile import mutants

ANGLE = np.linspace(0.0, 2 * np.pi, 40, endpoint=False)


def ring(radius_mm: float, z: float) -> Floats:
    return np.stack([radius_mm * np.cos(ANGLE), radius_mm * np.sin(ANGLE), z + 0 * ANGLE], axis=1)


def contour_text(*rings: tuple[str, Floats], vessel: str = "lad") -> str:
    """A file in the layout of a workstation's text export."""
    head = [
        "# <GENERAL_INFO>", "# patient_name : DOE^JOHN", "# patient_id : 4711",
        f"# vessel_name : {vessel}", "", "# <CONTOUR_INFO>",
    ]  # fmt: skip
    parts = (
        [
            f"# Contour index: {n}", f"# group: {group}", "# SliceDistance: 0.5",
            f"# Number of points: {len(points)}",
            *(f"{x!r} {y!r} {z!r}" for x, y, z in points.tolist()), "",
        ]
        for n, (group, points) in enumerate(rings)
    )  # fmt: skip
    return "\n".join([*head, *chain.from_iterable(parts)])


RINGS = [(group, ring(radius, 0.5 * n)) for n in range(6)
         for group, radius in (("Lumen", 1.0), ("VesselWall", 1.6))]  # fmt: skip
WHOLE = contour_text(*RINGS)


def read(tmp_path: Path, content: str | bytes) -> Contours:
    file = tmp_path / "contours.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_contours(file)


def test_rings_are_read_by_group_with_the_vessel_the_file_names(tmp_path: Path) -> None:
    found = read(tmp_path, contour_text(*RINGS, ("Stent", ring(1.2, 0.0))))
    assert found.vessel == "LAD"
    assert {one.kind for one in found.rings} == set(BoundaryKind)
    for one, radius in zip(found.rings, (1.0, 1.6), strict=True):
        assert len(one.points_lps_mm) == 6
        np.testing.assert_allclose(one.points_lps_mm[2], ring(radius, 1.0))
    assert read(tmp_path, contour_text(*RINGS, vessel="DOE")).vessel is None


def test_a_closing_point_and_other_separators_are_no_difference(tmp_path: Path) -> None:
    closed = [(group, np.concatenate([points, points[:1]])) for group, points in RINGS]
    assert len(read(tmp_path, contour_text(*closed)).rings[0].points_lps_mm[0]) == len(ANGLE)
    commas = "\n".join(
        line if line.startswith("#") else line.replace(" ", ", ") for line in WHOLE.splitlines()
    )
    np.testing.assert_allclose(read(tmp_path, commas).rings[0].points_lps_mm[0], ring(1.0, 0.0))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (WHOLE[: WHOLE.index("# Contour index: 4") - 90], "cut off or damaged"),
        (WHOLE.replace("1.6 0.0 0.5", "1.6 0.0"), "three coordinates"),
        (WHOLE.replace("1.6 0.0 0.5", "1.6 DOE 0.5"), "three coordinates"),
        (WHOLE.replace("1.6 0.0 0.5", "1.6 nan 0.5"), "three coordinates"),
        (contour_text(("Lumen", ring(1.0, 0.0)[:4])), "at least 6"),
        (contour_text(("Stent", ring(1.0, 0.0))), "no contour of the group"),
        ("1 2 3\n", "before the first contour"),
        ("", "no contour of the group"),
    ],
)
def test_what_is_no_contour_is_refused_with_its_place(
    tmp_path: Path, content: str, reason: str
) -> None:
    with pytest.raises(SettingsRefused) as caught:
        read(tmp_path, content)
    assert caught.value.code is Code.SETTINGS_INVALID
    assert reason in str(caught.value)
    assert "DOE" not in str(caught.value)


def test_damaged_files_are_read_or_refused(tmp_path: Path) -> None:
    for data in mutants([WHOLE.encode()], 150, start=77_000):
        try:
            assert read(tmp_path, data).rings
        except SettingsRefused as error:
            assert "DOE" not in str(error)


def test_lumens_larger_than_their_walls_are_taken_for_swapped_groups(tmp_path: Path) -> None:
    swapped = [("VesselWall" if group == "Lumen" else "Lumen", points) for group, points in RINGS]
    with pytest.raises(SettingsRefused, match="On 6 of 6 sections the lumen is larger"):
        read(tmp_path, contour_text(*swapped))


@pytest.mark.parametrize("larger", [3, 4])
def test_some_lumens_may_be_larger_and_those_of_other_sections_are(
    tmp_path: Path, larger: int
) -> None:
    """Readers' lines touch; a wide lumen far from every drawn wall is not compared with one."""
    rings = [("VesselWall", ring(1.6, 0.5 * n)) for n in range(6)]
    rings += [("Lumen", ring(1.7 if n < larger else 1.0, 0.5 * n)) for n in range(6)]
    rings += [("Lumen", ring(2.5, 20.0 + n)) for n in range(9)]
    if larger == 3:
        assert len(read(tmp_path, contour_text(*rings)).rings) == 2
    else:
        with pytest.raises(SettingsRefused, match="On 4 of 6"):
            read(tmp_path, contour_text(*rings))
