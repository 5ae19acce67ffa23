"""A canary patient: a marker in every text of the images, and in every name of file and folder.

It appears in nothing that is printed, logged or written.
"""

import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from pydicom._dicom_dict import DicomDictionary
from pydicom.dataset import Dataset

from ctocalc.cli.main import main
from ctocalc.dicom.tags import WANTED
from ctocalc.dicom.write import Acquisition, write_series
from ctocalc.geometry.grid import VoxelGrid
from ctocalc.image.volume import Volume
from tests.dicom_builder import Series, files
from tests.tube_scan import write_line, write_scan

MARKS = {
    **dict.fromkeys(("LO", "SH", "PN", "ST", "LT", "UT", "UC", "AE", "UR"), "CANARY^DOE"),
    "CS": "CANARY", "DA": "19631224", "DT": "19631224101112", "TM": "235917", "AS": "077Y",
    "UI": "1.2.3.666777666",
}  # fmt: skip
CODED = re.compile(r"[A-Za-z0-9+/=]{400,}")
SECRETS = ("CANARY", "DOE", "19631224", "235917", "077Y", "666777666")
# Without these there is no image to be read: they are spoilt one by one below.
NEEDED = {"Modality", "PhotometricInterpretation", "RescaleType", "SOPClassUID", "SOPInstanceUID"}
KEPT = NEEDED | {"SeriesInstanceUID", "FrameOfReferenceUID", "StudyInstanceUID"}
Run = Callable[..., tuple[int, str]]


def marked() -> Dataset:
    """Return every text element that DICOM knows, and a private one, with a marker."""
    ds = Dataset()
    for tag, (vr, _, _, _, keyword) in DicomDictionary.items():
        if vr in MARKS and tag >> 16 > 0x0002 and keyword not in KEPT:
            ds.add_new(tag, vr, MARKS[vr])
    ds.private_block(0x0019, "CANARY^DOE", create=True).add_new(1, "LO", "CANARY^DOE")
    ds.PatientIdentityRemoved = "NO"
    return ds


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tube as DICOM with every text marked, in folders and files of that name."""
    folder = tmp_path_factory.mktemp("CANARY_DOE")
    image = sitk.ReadImage(str(write_scan(folder)))
    affine = np.eye(4)
    affine[:3, :3] = np.diag(image.GetSpacing())[:, ::-1]
    affine[:3, 3] = image.GetOrigin()
    stored = sitk.GetArrayFromImage(image)
    volume = Volume(
        stored=stored, slope=1.0, intercept=0.0,
        grid=VoxelGrid(shape_kji=stored.shape, lps_from_kji=affine),
    )  # fmt: skip
    write_series(volume, folder / "CANARY^DOE", Acquisition(label="CANARY^DOE", kvp=120))
    texts = marked()
    asked = Dataset()
    for tag in WANTED & set(texts.keys()):
        asked.add(texts[tag])
    for n, file in enumerate(list(files(folder / "CANARY^DOE"))):
        ds = pydicom.dcmread(file)
        ds.update(texts if n % 50 == 0 else asked)
        ds.save_as(file.with_name(f"CANARY-{n}.dcm"))
        file.unlink()
    (folder / "CANARY^DOE" / "CANARY.txt").write_text("CANARY^DOE" * 50)
    write_line(folder / "lad.csv")
    return folder


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> Run:  # fmt: skip
    """Run a command; return its exit code and everything it printed or logged."""

    def call(*arguments: str | Path) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["ctocalc", *map(str, arguments)])
        capfd.readouterr()
        caplog.clear()
        with caplog.at_level(logging.DEBUG), pytest.raises(SystemExit) as leaving:
            main()
        return int(leaving.value.code or 0), "".join(capfd.readouterr()) + caplog.text

    return call


def assert_clean(text: str) -> None:
    """Look for the marks; three letters occur by chance in coded pictures, which are left out."""
    text = CODED.sub("", text)
    assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_inspect_tells_nothing(canary: Path, run: Run, options: tuple[str, ...]) -> None:
    code, said = run("inspect", canary / "CANARY^DOE", *options)
    assert code == 0
    assert "120" in said and "other" in said  # the voltage, and the kernel that is none
    assert_clean(said)


@pytest.mark.slow
def test_analyze_tells_and_writes_nothing(canary: Path, run: Run, tmp_path: Path) -> None:
    code, said = run(
        "analyze", canary / "CANARY^DOE", "--centerline", canary / "lad.csv", "--out", tmp_path
    )
    assert code == 0, said
    assert "IDENTITY_PRESENT" in said
    assert_clean(said)
    written = list(files(tmp_path))
    assert len(written) > 4
    for file in written:
        assert_clean(file.name)
        assert_clean(file.read_bytes().decode("latin-1"))
        if file.suffix == ".npz":
            with np.load(file) as arrays:
                assert_clean(" ".join([*arrays.files, *(str(arrays[a].dtype) for a in arrays)]))


SPOILT = [
    *((name, "CANARY") for name in ("Modality", "PhotometricInterpretation", "RescaleType")),
    ("SOPClassUID", "1.2.3.666777666"), ("ImageType", ["CANARY", "DOE"]),
    *((name, "CANARY") for name in (
        "TriggerTime", "ImagePositionPatient", "PixelSpacing", "ImageOrientationPatient", "KVP",
        "SliceThickness", "RescaleSlope", "SeriesNumber", "AcquisitionNumber", "NumberOfFrames",
        "SpecificCharacterSet")),
]  # fmt: skip


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "value"), SPOILT, ids=[name for name, _ in SPOILT])
def test_no_element_that_is_used_is_told(
    tmp_path: Path, run: Run, name: str, value: object
) -> None:
    """A name where a number or a code belongs."""
    folder = tmp_path / "CANARY^DOE"
    SMALL.write(folder)
    for file in list(files(folder)):
        ds = pydicom.dcmread(file)
        tag = pydicom.datadict.tag_for_keyword(name)
        assert tag is not None
        ds.add_new(tag, "LO" if value == "CANARY" else pydicom.datadict.dictionary_VR(tag), value)
        ds.save_as(file)
    (tmp_path / "line.csv").write_text("x,y,z\n-4,13,100\n-4,13,101\n-4,13,102\n")
    assert_clean(run("inspect", folder)[1])
    assert_clean(run("inspect", folder, "--json")[1])
    assert_clean(run("analyze", folder, "--centerline", tmp_path / "line.csv", "--json")[1])


SMALL = Series(shape=(6, 8, 9))


@pytest.mark.parametrize("name", ["TransferSyntaxUID", "MediaStorageSOPClassUID"])
def test_no_element_of_the_file_meta_is_told(tmp_path: Path, run: Run, name: str) -> None:
    folder = tmp_path / "CANARY^DOE"
    SMALL.write(folder)
    for file in list(files(folder)):
        known = str(getattr(pydicom.dcmread(file).file_meta, name, ""))
        data = file.read_bytes()
        file.write_bytes(data.replace(known.encode(), b"1.666777666".ljust(len(known), b"0"), 1))
    assert_clean(run("inspect", folder)[1])
    assert_clean(run("inspect", folder, "--json")[1])
