"""Which series is taken when a folder holds several, and what the header says of it."""

from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from ctocalc.dicom.kernel import is_sharp
from ctocalc.dicom.read import open_series
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.scan import require_measurable
from tests.dicom_builder import Edit, Series, header_of, write

SMALL = Series(shape=(6, 4, 5))


def numbered(number: int) -> Edit:
    def edit(_: int, ds: Dataset) -> None:
        ds.SeriesNumber = number

    return edit


def test_several_usable_series_are_never_guessed(tmp_path: Path) -> None:
    SMALL.write(tmp_path / "a", edit=numbered(9))
    Series(shape=(7, 4, 5)).write(tmp_path / "b", edit=numbered(2))
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_SERIES
    assert "2 series" in str(refused.value)
    assert "--series N" in str(refused.value)
    assert open_series(tmp_path, wanted="1").grid.shape_kji[0] == 7  # by SeriesNumber
    assert open_series(tmp_path, wanted="2").grid.shape_kji[0] == 6


def test_a_phase_is_chosen_among_series_too(tmp_path: Path) -> None:
    for number, percent in ((1, 40.0), (2, 75.0)):

        def edit(_: int, ds: Dataset, number: int = number, percent: float = percent) -> None:
            ds.SeriesNumber, ds.NominalPercentageOfCardiacPhase = number, percent

        Series(shape=(5 + number, 4, 5)).write(tmp_path / str(number), edit=edit)
    for phase, slices in (("40%", 6), ("75 %", 7)):
        opened = open_series(tmp_path, phase=phase)
        assert (opened.facts.slices, opened.facts.phase) == (slices, f"{phase[:2]} %")
    for phase, code in (("1", Code.SEVERAL_SERIES), ("60%", Code.NO_IMAGES), ("x", Code.NO_IMAGES)):
        with pytest.raises(ImageRefused) as refused:
            open_series(tmp_path, phase=phase)
        assert refused.value.code is code


def test_a_series_with_phases_is_not_passed_over_for_another(tmp_path: Path) -> None:
    def phase(n: int, ds: Dataset) -> None:
        ds.TriggerTime = 300 + 350 * (n % 2)

    SMALL.write(tmp_path / "a")
    datasets = SMALL.datasets([k // 2 for k in range(12)])
    for n, ds in enumerate(datasets):
        phase(n, ds)
        write(ds, tmp_path / f"p{n}")
    with pytest.raises(ImageRefused) as refused:
        open_series(tmp_path)
    assert refused.value.code is Code.SEVERAL_SERIES


def test_scouts_reports_captures_and_mr_do_not_compete(tmp_path: Path) -> None:
    def scout(_: int, ds: Dataset) -> None:
        ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]

    def report(_: int, ds: Dataset) -> None:
        del ds.PixelData

    def capture(_: int, ds: Dataset) -> None:
        del ds.ImagePositionPatient, ds.ImageOrientationPatient

    def mr(_: int, ds: Dataset) -> None:
        ds.Modality = "MR"

    for edit in (scout, report, capture, mr):
        SMALL.write(tmp_path / edit.__name__, edit=edit)
    with pytest.raises(ImageRefused):
        open_series(tmp_path / "scout")
    with pytest.raises(ImageRefused) as refused:
        require_measurable(open_series(tmp_path / "mr").facts)
    assert refused.value.code is Code.NOT_CT
    SMALL.write(tmp_path / "ct")
    assert open_series(tmp_path).facts.modality == "CT"


def test_a_scout_within_the_series_is_set_aside_and_told(tmp_path: Path) -> None:
    def first_is_scout(n: int, ds: Dataset) -> None:
        if n == 0:
            ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
            ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]

    SMALL.write(tmp_path, edit=first_is_scout)
    opened = open_series(tmp_path)
    assert opened.grid.shape_kji[0] == 5
    (notice,) = (n for n in opened.notices if n.code is Code.FILES_SET_ASIDE)
    assert "1 scout" in notice.message


def _no_voltage(ds: Dataset) -> None:
    del ds.KVP


def _sharp(ds: Dataset) -> None:
    ds.ConvolutionKernel = ["Bv64d", "3"]


def _mono(ds: Dataset) -> None:
    ds.ImageType = ["DERIVED", "PRIMARY", "AXIAL", "VMI"]


def _kev(ds: Dataset) -> None:
    ds.SeriesDescription = "CANARY MonoE 55keV"


def _gsi(ds: Dataset) -> None:
    ds.ImageType = ["DERIVED", "SECONDARY", "GSI MONO"]


def _dual(ds: Dataset) -> None:
    ds.ImageType = ["DERIVED", "PRIMARY", "AXIAL", "DE_MONO"]


def _unenhanced(ds: Dataset) -> None:
    ds.SeriesDescription = "CANARY_VNC 0.6"


def _counting(ds: Dataset) -> None:
    ds.ManufacturerModelName = "NAEOTOM Alpha"


def _iodine(ds: Dataset) -> None:
    ds.RescaleType = "MGML"


def _lossy(ds: Dataset) -> None:
    ds.LossyImageCompression = "01"


def _named(ds: Dataset) -> None:
    del ds.PatientIdentityRemoved


def _burned(ds: Dataset) -> None:
    ds.BurnedInAnnotation = "YES"


def _born(ds: Dataset) -> None:
    ds.PatientIdentityRemoved = "YES"
    ds.PatientBirthDate = "19630412"


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (_no_voltage, Code.KVP_UNKNOWN),
        (_sharp, Code.KERNEL_SHARP),
        (_mono, Code.SPECTRAL_IMAGE),
        (_kev, Code.SPECTRAL_IMAGE),
        (_gsi, Code.SPECTRAL_IMAGE),
        (_dual, Code.SPECTRAL_IMAGE),
        (_unenhanced, Code.SPECTRAL_IMAGE),
        (_counting, Code.SPECTRAL_IMAGE),
        (_lossy, Code.LOSSY_COMPRESSION),
        (_named, Code.IDENTITY_PRESENT),
        (_burned, Code.IDENTITY_PRESENT),
        (_born, Code.IDENTITY_PRESENT),
    ],
)
def test_each_quality_warning_has_its_cause(tmp_path: Path, edit: object, code: Code) -> None:
    assert callable(edit)
    SMALL.write(tmp_path / "good")
    SMALL.write(tmp_path / "edited", edit=lambda _n, ds: edit(ds))
    assert not open_series(tmp_path / "good").notices
    notices = open_series(tmp_path / "edited").notices
    assert [n.code for n in notices] == [code]
    assert all("CANARY" not in n.message and "1963" not in n.message for n in notices)


def test_values_that_are_no_hounsfield_units_are_not_measured(tmp_path: Path) -> None:
    SMALL.write(tmp_path, edit=lambda _n, ds: _iodine(ds))
    with pytest.raises(ImageRefused) as refused:
        require_measurable(open_series(tmp_path).facts)
    assert refused.value.code is Code.NOT_CT
    assert "MGML" not in str(refused.value)


@pytest.mark.parametrize(
    ("maker", "kernel", "sharp"),
    [
        ("SIEMENS", "B26f", False),
        ("SIEMENS", "Bv40d", False),
        ("Siemens Healthineers", "I46f", True),
        ("SIEMENS", "Br59d", True),
        ("TOSHIBA", "FC03", False),
        ("TOSHIBA", "FC43", False),
        ("TOSHIBA", "FC51", True),
        ("CANON", "FC30", True),
        ("GE MEDICAL SYSTEMS", "STANDARD", False),
        ("GE MEDICAL SYSTEMS", "LUNG", True),
        ("GE MEDICAL SYSTEMS", "BONE PLUS", True),
        ("Philips", "XCB", False),
        ("Nobody", "B70", False),
        ("Nobody", "", False),
    ],
)
def test_known_sharp_kernels(tmp_path: Path, maker: str, kernel: str, sharp: bool) -> None:
    ds = SMALL.datasets([0])[0]
    ds.Manufacturer, ds.ConvolutionKernel = maker, kernel
    write(ds, tmp_path / "x")
    header = header_of(tmp_path / "x")
    assert header is not None
    assert is_sharp(header.shared) is sharp
