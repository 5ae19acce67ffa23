"""A written case read back: every number of the tables and sections, and nothing half-read."""

from pathlib import Path

import numpy as np
import pytest

from ctocalc.errors import Code, InputRefused
from ctocalc.files.case_folder import read_case
from ctocalc.files.results import result_record, write_case
from tests.case_results import case_result


def test_a_case_reads_back_as_it_was_written(tmp_path: Path) -> None:
    result = case_result()
    case = read_case(write_case(result, tmp_path))
    assert case.result == result_record(result)
    measured = [vessel for vessel in result.vessels if vessel.profile is not None]
    assert list(case.stations) == [vessel.vessel for vessel in measured]
    for vessel in measured:
        assert vessel.profile is not None
        stations = case.stations[vessel.vessel]
        for name in ("lumen_area_mm2", "calcium_fraction", "calcium_arc_deg"):
            np.testing.assert_array_equal(stations[name], vessel.profile.column(name))
        np.testing.assert_array_equal(stations["arclength_mm"], vessel.profile.frames.arclength_mm)
        np.testing.assert_array_equal(stations["wall_source"], vessel.profile.wall_source)
        assert set(np.unique(stations["occluded"])) <= {0.0, 1.0}
    for vessel in result.vessels:
        assert (vessel.images is not None) == (vessel.vessel in case.sections)
        if vessel.images is not None:
            arrays = case.sections[vessel.vessel]
            seen = np.isfinite(vessel.images.hu)
            np.testing.assert_array_equal(arrays["hu"][seen], np.rint(vessel.images.hu[seen]))


@pytest.mark.parametrize("name", ["result.json", "stations.tsv", "stations.json", "sections.npz"])
@pytest.mark.parametrize("content", [b"", b"{}", b'{"schema": "ctocalc-result/9"}', b"\xff\x00"])
def test_a_damaged_folder_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    folder = write_case(case_result(), tmp_path)
    (folder / name).write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        read_case(folder)
    assert refused.value.code is Code.RESULT_UNREADABLE
    assert str(tmp_path) not in str(refused.value)


@pytest.mark.parametrize("content", [b"[" * 200_000, b"[]", b"{}", b"7"])
def test_a_result_of_another_shape_is_refused(tmp_path: Path, content: bytes) -> None:
    folder = write_case(case_result(), tmp_path)
    for name in ("result.json", "stations.json"):
        (folder / name).write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        read_case(folder)
    assert refused.value.code is Code.RESULT_UNREADABLE
