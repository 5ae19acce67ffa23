"""High-throughput JPEG 2000: codestreams of another program's encoder are decoded exactly."""

from pathlib import Path

import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Series, write
from tests.known_series import assert_true

SERIES = Series(shape=(6, 16, 18))
STREAMS = Path(__file__).parents[1] / "data" / "htj2k"
SYNTAXES = [f"1.2.840.10008.1.2.4.{n}" for n in (201, 202, 203)]


def written(folder: Path, syntax: str, *, left: float = 1.0) -> Path:
    folder.mkdir()
    for n, ds in enumerate(SERIES.datasets()):
        stream = (STREAMS / f"{n}.j2c").read_bytes()
        write(ds, folder / f"{n}")
        ds.file_meta.TransferSyntaxUID = UID(syntax)
        ds.PixelData = encapsulate([stream[: int(left * len(stream))]])
        ds["PixelData"].is_undefined_length = True
        ds.save_as(folder / f"{n}")
    return folder


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_htj2k_is_decoded_exactly(tmp_path: Path, syntax: str) -> None:
    opened = open_series(written(tmp_path / "scan", syntax))
    volume, _, _ = read(opened, SERIES.centre()[None], margin_mm=50)
    assert volume.stored.shape == SERIES.shape
    assert_true(volume)


def test_htj2k_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    opened = open_series(written(tmp_path / "scan", SYNTAXES[0], left=0.6))
    with pytest.raises(ImageRefused) as refused:
        read(opened, SERIES.centre()[None], margin_mm=50)
    assert refused.value.code is Code.TRUNCATED
