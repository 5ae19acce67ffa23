"""What the viewer is given: fewer sections outside lesions, none lost that is quoted."""

import base64
import copy
import zlib
from pathlib import Path

import numpy as np
import pytest

from ctocalc.report.packing import packed
from ctocalc.report.stills import calcium_on_rays
from ctocalc.study.record import CaseRecord
from tests.report.drawn_case import ENTRY_MM, EXIT_MM, LUMEN_MM, WALL_MM, drawn_case


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> CaseRecord:
    folder: Path = tmp_path_factory.mktemp("case")
    return drawn_case(folder)


def test_every_station_in_a_lesion_every_mm_elsewhere_and_every_quoted_one(
    case: CaseRecord,
) -> None:
    vessel = copy.deepcopy(case.result["vessels"][0])
    vessel["calcium"]["plaques"][0]["start_mm"] = 45.5
    sections = case.sections["LAD"]
    found = packed(vessel, case.stations["LAD"], sections, calcium_on_rays(sections), [47.5])
    kept = set(found["mm"])
    along = sections["arclength_mm"]
    inside = along[(along >= ENTRY_MM - 3) & (along <= EXIT_MM + 3)]
    whole = np.arange(0.0, 51.0)
    quoted = {45.5, 47.5}
    assert {*inside, *whole} | quoted <= kept
    # The landing zone behind the lesion is quoted too.
    assert len(kept - {*inside, *whole} - quoted) <= 2


def test_the_block_holds_the_arrays_of_the_file(case: CaseRecord) -> None:
    sections, stations = case.sections["LAD"], case.stations["LAD"]
    thickness = calcium_on_rays(sections)
    found = packed(case.result["vessels"][0], stations, sections, thickness, [])
    block = zlib.decompress(base64.b64decode(found["block"]))
    kept = np.searchsorted(sections["arclength_mm"], np.array(found["mm"]) - 1e-6)
    count, size, angles, rays = len(kept), found["size"], found["angles"], found["rays"]
    lengths = [2 * count * size**2, 2 * count * angles, 2 * count * angles, 2 * count * rays]
    ends = np.cumsum(lengths)
    assert len(block) == ends[-1] + count * size**2
    hu = np.frombuffer(block[: ends[0]], "<i2").reshape(count, size, size)
    np.testing.assert_array_equal(hu, sections["hu"][kept])
    wall = np.frombuffer(block[ends[0] : ends[1]], "<i2")
    assert set(wall) == {round(1000 * WALL_MM)}
    lumen = np.frombuffer(block[ends[1] : ends[2]], "<i2")
    assert set(lumen) == {round(1000 * LUMEN_MM), -1}
    calcium = np.frombuffer(block[ends[3] :], np.uint8).reshape(count, size, size)
    np.testing.assert_array_equal(calcium, sections["calcium"][kept])
    told = [np.nan if v is None else v for v in found["columns"]["calcium_fraction"]]
    np.testing.assert_allclose(told, stations["calcium_fraction"][kept], atol=6e-5)
