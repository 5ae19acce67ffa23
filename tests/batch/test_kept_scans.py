"""Cases of one scan share one read of it, and nothing in their results tells."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ctocalc._arrays import Floats
from ctocalc.batch.scan import KeptScans, Scan, open_scan, read_scan
from ctocalc.dicom import pixels
from ctocalc.dicom.write import Acquisition, write_series
from ctocalc.files import itk_volumes
from ctocalc.image.volume import Volume
from tests.tube_scan import write_scan

MARGIN_MM = 3.0


@pytest.fixture(scope="module", params=["plain", "compressed", "file"])
def series(
    request: pytest.FixtureRequest, synthetic: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    plain = synthetic / "soft-tapered-short" / "dicom"
    if request.param == "plain":
        return plain
    folder = tmp_path_factory.mktemp("scan")
    if request.param == "file":
        write_scan(folder)
        return folder / "scan.mha"
    pytest.importorskip("jpeg_ls")
    scan = open_scan(plain)
    volume, _, _ = read_scan(scan, corners(scan, 0.3, 0.5), margin_mm=MARGIN_MM)
    facts = Acquisition(label="kept", kvp=120, compressed=True, contrast=True)
    write_series(volume, folder / "dicom", facts)
    return folder / "dicom"


def corners(scan: Scan, low: float, high: float) -> Floats:
    """Return two points that span a part of the scan."""
    top = np.array(scan.grid.shape_kji) - 1.0
    return scan.grid.points(np.array([low * top, high * top]))


def parts(scan: Scan) -> Iterator[Floats]:
    """Yield boxes that lie in, beside and around those before."""
    for low, high in ((0.4, 0.6), (0.45, 0.5), (0.3, 0.45), (0.1, 0.2), (0.2, 0.9), (0.4, 0.6)):
        yield corners(scan, low, high)


def same(one: tuple[Volume, Any, str], other: tuple[Volume, Any, str]) -> bool:
    return (
        one[1:] == other[1:]
        and one[0].stored.dtype == other[0].stored.dtype
        and np.array_equal(one[0].stored, other[0].stored)
        and one[0].grid.shape_kji == other[0].grid.shape_kji
        and np.array_equal(one[0].grid.lps_from_kji, other[0].grid.lps_from_kji)
        and (one[0].slope, one[0].intercept, one[0].padding_stored)
        == (other[0].slope, other[0].intercept, other[0].padding_stored)
    )


def test_values_and_digests_are_those_of_a_fresh_read(series: Path) -> None:
    kept = KeptScans()
    kept.turn_to("mark")
    for points in parts(open_scan(series)):
        scan = kept.open(series, wanted=None, phase=None)
        mine = kept.read(scan, points, margin_mm=MARGIN_MM)
        assert same(mine, read_scan(open_scan(series), points, margin_mm=MARGIN_MM))


def counted(monkeypatch: pytest.MonkeyPatch, module: Any, name: str) -> list[int]:
    calls: list[int] = []
    real: Callable[..., Any] = getattr(module, name)

    def call(*args: Any) -> Any:
        calls.append(1)
        return real(*args)

    monkeypatch.setattr(module, name, call)
    return calls


def test_what_was_read_is_not_read_again(series: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = KeptScans()
    kept.turn_to("mark")
    scan = kept.open(series, wanted=None, phase=None)
    calls = [
        counted(monkeypatch, pixels, "_fill"),
        counted(monkeypatch, pixels, "decoded_frame"),
        counted(monkeypatch, itk_volumes, "voxels_of"),
    ]
    kept.read(scan, corners(scan, 0.2, 0.8), margin_mm=MARGIN_MM)
    first = sum(map(sum, calls))
    assert first > 0
    kept.read(scan, corners(scan, 0.3, 0.7), margin_mm=MARGIN_MM)
    assert sum(map(sum, calls)) == first
    assert kept.open(series, wanted=None, phase=None) is scan
    kept.turn_to("other files")
    kept.read(kept.open(series, wanted=None, phase=None), corners(scan, 0.3, 0.7),
              margin_mm=MARGIN_MM)  # fmt: skip
    assert sum(map(sum, calls)) > first
