"""Each damage a core lab meets: the same HU at the same points of the patient, or a code.

The first eleven are those of the peer comparison (``USERS.md`` A1), the others our own.  The
phantom is a pattern whose HU is known at every point, so that one wrong slice anywhere shows.
"""

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import JPEGLSLossless, RLELossless, generate_uid

from ctocalc.dicom.read import open_series, read
from ctocalc.errors import Code, ImageRefused
from ctocalc.image.scan import require_measurable
from tests.dicom_builder import Edit, Series, files, hu_at, put_hu, save, write
from tests.multi_frame import multi_frame

PLAIN = Series(shape=(40, 12, 14))
Damage = Callable[[Path], object]


def measure(folder: Path, *, phase: str | None = None, series: Series = PLAIN) -> str:
    """Return "same", "WRONG", or the code of the refusal, of a read around the middle."""
    try:
        opened = open_series(folder, phase=phase)
        require_measurable(opened.facts)
        volume, _, _ = read(opened, series.centre()[None], margin_mm=4)
    except ImageRefused as error:
        return error.code
    kji = np.moveaxis(np.indices(volume.grid.shape_kji), 0, -1).astype(float)
    points = volume.grid.points(kji)
    reach = np.abs((points - series.centre()) @ series.normal).max()
    right = np.abs(volume.hu() - hu_at(points)).max() <= 1.001 and reach >= 3.9
    return "same" if right else "WRONG"


def edited(edit: Edit, series: Series = PLAIN) -> Damage:
    return lambda folder: series.write(folder, edit=edit)


def placed(at: list[float], edit: Edit | None = None) -> Damage:
    return lambda folder: save(PLAIN.datasets(at), folder, edit=edit)


def setting(**elements: object) -> Edit:
    def edit(_: int, ds: Dataset) -> None:
        for name, value in elements.items():
            if value is None:
                delattr(ds, name)
            else:
                setattr(ds, name, value)

    return edit


def one(at: int, edit: Callable[[Dataset], None]) -> Edit:
    def only(n: int, ds: Dataset) -> None:
        if n == at:
            edit(ds)

    return only


def after(at: int, **elements: object) -> Edit:
    whole = setting(**elements)
    return lambda n, ds: whole(n, ds) if n >= at else None


ALL = [float(k) for k in range(40)]
BETWEEN = [k + 0.5 for k in ALL]


def ordered(datasets: list[Dataset], folder: Path) -> None:
    """Write data sets with the instance numbers of their order."""
    folder.mkdir(exist_ok=True)
    for n, ds in enumerate(datasets):
        ds.InstanceNumber = n + 1
        write(ds, folder / f"{n:04d}")


def own_intercept(n: int, ds: Dataset) -> None:
    ds.RescaleIntercept = -1024 + 5 * n
    put_hu(ds, hu_at(PLAIN.points(np.array(ds.ImagePositionPatient, dtype=float))))


def two(shift: float, edit: Edit) -> Damage:
    """Two images in one series, the second one of zeros."""

    def make(folder: Path) -> None:
        datasets = PLAIN.datasets(ALL + [k + shift for k in ALL])
        for n, ds in enumerate(datasets):
            if n >= 40:
                ds.PixelData = bytes(len(ds.PixelData))
            edit(n, ds)
        save(datasets, folder)

    return make


def alike(shift: float) -> Damage:
    """Two images in one series, the second one of zeros, each with its slices numbered from 1."""

    def make(folder: Path) -> None:
        folder.mkdir()
        for n, ds in enumerate(PLAIN.datasets(ALL + [k + shift for k in ALL])):
            if n >= 40:
                ds.PixelData = bytes(len(ds.PixelData))
            ds.InstanceNumber = 1 + n % 40
            write(ds, folder / f"{n:04d}")

    return make


def jittered(n: int, ds: Dataset) -> None:
    ds.TriggerTime = (300 if n < 40 else 345) + (7 * n) % 30


def wide(n: int, ds: Dataset) -> None:
    """Delays that differ more from beat to beat than the phases do on the whole."""
    ds.TriggerTime = (300 if n < 40 else 400) + (37 * n) % 90


def by_slab(n: int, ds: Dataset) -> None:
    """Two phases of four slabs, each slab with its own heart beat."""
    ds.TriggerTime = (300 if n < 40 else 700) + 11 * (n % 40 // 10)


def by_beat(n: int, ds: Dataset) -> None:
    """The same, with beats so different that delays alone do not part the phases."""
    ds.TriggerTime = (300 if n < 40 else 700) + 60 * (n % 40 // 10)


def unlabelled(folder: Path) -> None:
    datasets = PLAIN.datasets(ALL + BETWEEN)
    for ds in datasets[40:]:
        ds.PixelData = bytes(len(ds.PixelData))
    ordered(datasets, folder)


def copied(folder: Path) -> None:
    PLAIN.write(folder / "a")
    (folder / "b").mkdir()
    for file in list(files(folder / "a")):
        (folder / "b" / f"Copy of {file.name}").write_bytes(file.read_bytes())


def altered_copy(folder: Path) -> None:
    PLAIN.write(folder / "a")
    file = next(f for f in files(folder / "a") if _place(f) == pytest.approx(110))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    (folder / "copy").write_bytes(data)


def _place(file: Path) -> float:
    import pydicom

    return float(pydicom.dcmread(file).ImagePositionPatient[2])


def syntaxes(folder: Path) -> None:
    for part, syntax in enumerate((None, RLELossless, JPEGLSLossless)):
        chosen = [ds for n, ds in enumerate(_datasets()) if n % 3 == part]
        for n, ds in enumerate(chosen):
            folder.mkdir(exist_ok=True)
            write(ds, folder / f"{part}-{n}", *([syntax] if syntax else []))


def _datasets(_kept: list[list[Dataset]] = []) -> list[Dataset]:  # noqa: B006 - one series
    if not _kept:
        _kept.append(PLAIN.datasets())
    return _kept[0]


def frames(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    write(multi_frame(PLAIN.datasets()), folder / "x")


def cut(left: int) -> Damage:
    def make(folder: Path) -> None:
        PLAIN.write(folder)
        file = next(f for f in files(folder) if _place(f) == pytest.approx(110))
        file.write_bytes(file.read_bytes()[:left])

    return make


def scout_like(folder: Path) -> None:
    """Two unmarked scouts with the series' own UID."""
    datasets = PLAIN.datasets([*ALL, 5.0, 6.0])
    for ds in datasets[40:]:
        ds.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
    save(datasets, folder)


def negated(ds: Dataset) -> None:
    ds.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]


def lookup(_: int, ds: Dataset) -> None:
    item = Dataset()
    item.LUTDescriptor, item.ModalityLUTType, item.LUTData = [1, 0, 16], "HU", b"\0\0"
    ds.ModalityLUTSequence = Sequence([item])


def inverted(_: int, ds: Dataset) -> None:
    ds.PhotometricInterpretation = "MONOCHROME1"
    put_hu(ds, 100 - hu_at(PLAIN.points(np.array(ds.ImagePositionPatient, dtype=float))))


def commas(_: int, ds: Dataset) -> None:
    ds.ImagePositionPatient = None
    ds.add_new(0x00200032, "LO", "1,5\\2,5\\3,5")


def wide_padding(_: int, ds: Dataset) -> None:
    ds.add_new(0x00280120, "US", 63536)


def unscaled(_: int, ds: Dataset) -> None:
    """The values are those of an intercept of -1024, which the header does not give."""
    ds.RescaleIntercept = 0


def unsigned(_: int, ds: Dataset) -> None:
    ds.RescaleIntercept = 0
    put_hu(ds, hu_at(PLAIN.points(np.array(ds.ImagePositionPatient, dtype=float))))
    ds.PixelRepresentation = 0


def zero_filled(ds: Dataset) -> None:
    """A copy that broke off, into a file that had its full length before."""
    half = len(ds.PixelData) // 2
    ds.PixelData = ds.PixelData[:half] + bytes(len(ds.PixelData) - half)


def twice(folder: Path) -> None:
    datasets = PLAIN.datasets()
    datasets[20].PixelData = datasets[19].PixelData
    save(datasets, folder)


def compressed_files(folder: Path) -> None:
    PLAIN.write(folder)
    for file in list(files(folder)):
        file.write_bytes(gzip.compress(file.read_bytes()))


STEPS = [float(n if n <= 19 else 19 + 2 * (n - 19)) for n in range(30)]
FRACTIONS = Series(shape=(40, 12, 14), slope=0.1, intercept=0.0)
TILTED = Series(shape=(40, 12, 14), tilt_per_slice_mm=0.5 * np.tan(np.radians(15)))
SQUARE = Series(shape=(40, 12, 14), spacing_mm=(0.4, 0.4))
SHIFTED = [ds for k in ALL for ds in (k,)]

PEERS: list[tuple[str, Damage, str, Series]] = [
    ("clean control", edited(setting()), "same", SQUARE),
    ("one slice missing", placed([k for k in ALL if k != 19]), "SLICE_MISSING", PLAIN),
    ("five slices missing", placed([k for k in ALL if not 17 < k < 23]), "SLICE_MISSING", PLAIN),
    ("two phases", two(0.5, lambda n, ds: setattr(ds, "TriggerTime", 300 + n // 40)),
     "SEVERAL_PHASES", PLAIN),
    ("one slice twice", placed(sorted([*ALL, 19.0])), "SLICE_DUPLICATE", PLAIN),
    ("gantry tilt", edited(setting(), TILTED), "same", TILTED),
    ("step changes midway", placed(STEPS), "SPACING_IRREGULAR", PLAIN),
    ("intercept per slice", edited(own_intercept), "same", PLAIN),
    ("slope 0.1", edited(setting(), FRACTIONS), "same", FRACTIONS),
    ("pixels not square", edited(setting()), "same", PLAIN),
    ("instance numbers shuffled", edited(setting()), "same", PLAIN),
]  # fmt: skip
OWN: list[tuple[str, Damage, str]] = [
    ("whole series copied beside itself", copied, "same"),
    ("a copy with another pixel", altered_copy, "SLICE_DUPLICATE"),
    ("acquisitions half a step apart", two(0.5, lambda n, ds: setattr(
        ds, "AcquisitionNumber", 1 + n // 40)), "SEVERAL_PHASES"),
    ("jittered delays, same places", two(0.0, jittered), "SEVERAL_PHASES"),
    ("two phases of four beats", two(0.0, by_slab), "SEVERAL_PHASES"),
    ("one phase, delays jitter", edited(lambda n, ds: setattr(ds, "TriggerTime", 640 + 7 * n % 13)),
     "same"),
    ("two phases of four unlike beats", two(0.0, by_beat), "SEVERAL_PHASES"),
    ("two images numbered alike, same places", alike(0.0), "SLICE_DUPLICATE"),
    ("two images numbered alike, half a step apart", alike(0.5), "SEVERAL_PHASES"),
    ("two images numbered alike, a fifth of a step apart", alike(0.2), "SEVERAL_PHASES"),
    ("two images that only instance numbers tell apart", unlabelled, "SEVERAL_PHASES"),
    ("kernels half a step apart", two(0.5, lambda n, ds: setattr(
        ds, "ConvolutionKernel", "Bv40d" if n < 40 else "Br59d")), "SEVERAL_SERIES"),
    ("voltages half a step apart", two(0.5, lambda n, ds: setattr(
        ds, "KVP", 80 if n < 40 else 140)), "SEVERAL_SERIES"),
    ("second acquisition over a part", placed([*ALL, *(k + 0.5 for k in ALL[14:26])],
     lambda n, ds: setattr(ds, "AcquisitionNumber", 1 + n // 40)), "SEVERAL_PHASES"),
    ("kernel changes midway", edited(after(20, ConvolutionKernel="Br59d")), "ORIENTATION_MIXED"),
    ("frame of reference changes", edited(after(20, FrameOfReferenceUID=str(generate_uid()))),
     "ORIENTATION_MIXED"),
    ("one slice mirrored by its header", edited(one(19, negated)), "ORIENTATION_MIXED"),
    ("one slice of other pixels", edited(one(19, lambda ds: setattr(
        ds, "PixelSpacing", [0.401, 0.301]))), "ORIENTATION_MIXED"),
    ("scouts under the same UID", scout_like, "ORIENTATION_MIXED"),
    ("no rescale", edited(setting(RescaleSlope=None, RescaleIntercept=None)),
     "PIXELS_UNDECODABLE"),
    ("no rescale in one slice", edited(one(19, lambda ds: delattr(ds, "RescaleIntercept"))),
     "PIXELS_UNDECODABLE"),
    ("a lookup table instead", edited(lookup), "PIXELS_UNDECODABLE"),
    ("inverted grey", edited(inverted), "PIXELS_UNDECODABLE"),
    ("palette colours", edited(setting(PhotometricInterpretation="PALETTE COLOR")), "NO_IMAGES"),
    ("iodine map", edited(setting(RescaleType="MGML")), "NOT_CT"),
    ("not CT", edited(setting(Modality="PT")), "NOT_CT"),
    ("a name for a modality", edited(setting(Modality="CANARY")), "NOT_CT"),
    ("numbers with commas", edited(commas), "GEOMETRY_MISSING"),
    ("cut within the pixels", cut(-40), "TRUNCATED"),
    ("cut within the head", cut(700), "SLICE_MISSING"),
    ("an empty file", cut(0), "SLICE_MISSING"),
    ("a tilt tag without tilt", edited(setting(GantryDetectorTilt=15)), "same"),
    ("thickness and location lie", edited(setting(SliceThickness=3, SliceLocation=0)), "same"),
    ("three syntaxes in one series", syntaxes, "same"),
    ("one multi-frame object", frames, "same"),
    ("padding of the wrong sign", edited(wide_padding), "same"),
    ("every slice its own acquisition", edited(
        lambda n, ds: setattr(ds, "AcquisitionNumber", n)), "same"),
    ("every slice its own study", edited(
        lambda n, ds: setattr(ds, "StudyInstanceUID", generate_uid())), "same"),
    ("a slope without bounds", edited(setting(RescaleSlope="1e300")), "PIXELS_UNDECODABLE"),
    ("a slice out of this world", edited(one(19, lambda ds: setattr(
        ds, "ImagePositionPatient", ["1e308", 0, 0]))), "GEOMETRY_MISSING"),
    ("an intercept that is not given", edited(unscaled), "PIXELS_UNDECODABLE"),
    ("signed values called unsigned", edited(unsigned), "PIXELS_UNDECODABLE"),
    ("bytes in the other order", edited(lambda _, ds: setattr(
        ds, "PixelData", np.frombuffer(ds.PixelData, "<i2").byteswap().tobytes())),
     "PIXELS_UNDECODABLE"),
    ("the end of a slice is zero", edited(one(19, zero_filled)), "TRUNCATED"),
    ("one slice's pixels under two headers", twice, "SLICE_DUPLICATE"),
    ("maximum intensity projections", edited(setting(
        ImageType=["DERIVED", "SECONDARY", "AXIAL", "CT_SOM5 MIP"])), "NO_IMAGES"),
    ("a curved reformat", edited(setting(ImageType=["DERIVED", "SECONDARY", "CURVED_MPR"])),
     "NO_IMAGES"),
    ("a thin reformat", edited(setting(ImageType=["DERIVED", "SECONDARY", "MPR"])), "same"),
    ("every file compressed", compressed_files, "NO_IMAGES"),
    ("bits shifted", edited(setting(BitsStored=12)), "PIXELS_UNDECODABLE"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "damage", "outcome", "series"), PEERS, ids=[d[0] for d in PEERS])
def test_what_peers_get_wrong(
    tmp_path: Path, name: str, damage: Damage, outcome: str, series: Series
) -> None:
    if series is SQUARE:
        damage = edited(setting(), SQUARE)
    damage(tmp_path / "scan")
    assert measure(tmp_path / "scan", series=series) == outcome


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("name", "damage", "outcome"), OWN, ids=[d[0] for d in OWN])
def test_what_we_thought_of(tmp_path: Path, name: str, damage: Damage, outcome: str) -> None:
    damage(tmp_path / "scan")
    assert measure(tmp_path / "scan") == outcome


@pytest.mark.parametrize(
    ("shift", "edit", "phase"),
    [
        (0.0, jittered, "1"),
        (0.0, by_slab, "1"),
        (0.0, by_beat, "1"),
        (0.0, by_slab, "320ms"),
        (0.5, wide, "1"),
        (0.2, wide, "1"),
        (0.5, lambda n, ds: setattr(ds, "TriggerTime", 300 + 350 * (n // 40)), "300 ms"),
        (0.5, lambda n, ds: setattr(ds, "TemporalPositionIdentifier", 1 + n // 40), "1"),
        (0.5, lambda n, ds: setattr(ds, "NominalPercentageOfCardiacPhase", 40.0 + n // 40), "40%"),
    ],
)
def test_the_phase_that_was_chosen_is_measured(
    tmp_path: Path, shift: float, edit: Edit, phase: str
) -> None:
    two(shift, edit)(tmp_path / "scan")
    assert measure(tmp_path / "scan") == Code.SEVERAL_PHASES
    assert measure(tmp_path / "scan", phase=phase) == "same"
    assert measure(tmp_path / "scan", phase="2") == "WRONG"  # it is the other one
    assert {measure(tmp_path / "scan", phase=n) for n in ("3", "99%")} == {Code.NO_IMAGES}


def test_images_told_apart_by_instance_numbers_are_chosen_too(tmp_path: Path) -> None:
    unlabelled(tmp_path / "scan")
    assert measure(tmp_path / "scan", phase="1") == "same"


@pytest.mark.parametrize("shift", [0.2, 0.5])
def test_images_numbered_alike_that_take_turns_are_chosen_too(tmp_path: Path, shift: float) -> None:
    alike(shift)(tmp_path / "scan")
    assert {measure(tmp_path / "scan", phase=n) for n in "12"} == {"same", "WRONG"}


def test_delays_that_cannot_be_parted_are_refused_without_a_choice(tmp_path: Path) -> None:
    two(0.0, lambda n, ds: setattr(ds, "TriggerTime", 300 + (7 * n) % 13))(tmp_path / "scan")
    assert measure(tmp_path / "scan") == Code.SEVERAL_PHASES
    assert measure(tmp_path / "scan", phase="1") == Code.SEVERAL_PHASES
