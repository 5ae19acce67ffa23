"""``inspect``: every series and phase of a folder, whether it is usable, and no identity."""

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pydicom.dataset import Dataset

from ctocalc.batch.scan import open_scan
from ctocalc.cli.inspect import command
from ctocalc.errors import Code, ImageRefused
from tests.dicom_builder import Edit, Series, save

SMALL = Series(shape=(8, 10, 12))
KEYS = {
    "series", "phase", "what", "usable", "code", "reason", "images", "set_aside", "multi_frame",
    "syntax", "columns", "rows", "slices", "spacing_mm", "slice_thickness_mm", "tilt_deg", "kvp",
    "kernel", "phase_percent", "delay_ms_low", "delay_ms_high", "contrast_by_header",
    "contrast_pool_seen", "notices",
}  # fmt: skip
SECRETS = ("CANARY", "DOE", "2020")


def run(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(command, [str(folder), *options])


def document(folder: Path, *options: str) -> dict[str, Any]:
    done = run(folder, "--json", *options)
    assert (done.exit_code, done.stderr) == (0, "")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def numbered(number: int, **elements: object) -> Edit:
    def edit(_: int, ds: Dataset) -> None:
        ds.SeriesNumber = number
        for name, value in elements.items():
            if value is None:
                delattr(ds, name)
            else:
                setattr(ds, name, value)

    return edit


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two phases, a thick series, a scout, a dose report, MR, a cut file, notes and a link."""
    folder = tmp_path_factory.mktemp("DOE_JANE")
    both = SMALL.datasets([*range(8), *range(8)])
    for n, ds in enumerate(both):
        ds.SeriesNumber, ds.NominalPercentageOfCardiacPhase = 1, 40.0 if n < 8 else 75.0
    save(both, folder / "phases")
    save(SMALL.datasets([0, 1, 2, 4, 5, 6, 7, 8]), folder / "gap", edit=numbered(2))
    Series(shape=(1, 10, 12)).write(
        folder / "scout", edit=numbered(3, ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"])
    )
    Series(shape=(1, 10, 12)).write(folder / "report", edit=numbered(4, PixelData=None))
    SMALL.write(folder / "mr", edit=numbered(5, Modality="MR"))
    (folder / "cut").write_bytes(b"\0" * 128 + b"DICM\x02\0\0\0UL\4")
    (folder / "DOE.txt").write_text("CANARY" * 100)
    (folder / "link").symlink_to(folder / "mr" / "im0000")
    return folder


def test_every_image_is_listed_with_what_it_is_and_why_not(mixed: Path) -> None:
    found = document(mixed)
    assert (found["schema"], found["files"], found["dicom_files"]) == ("ctocalc-inspect/1", 37, 34)
    assert found["set_aside"] == {
        "links, which are not followed": 1, "that could not be parsed": 1,
    }  # fmt: skip
    rows = [(i["series"], i["phase"], i["what"], i["slices"], i["code"]) for i in found["images"]]
    assert rows == [
        (1, 1, "CT", 8, None),
        (1, 2, "CT", 8, None),
        (2, 1, "CT", 8, None),
        (3, 1, "scout", 0, "NO_IMAGES"),
        (4, 1, "CT without slices", 0, "NO_IMAGES"),
        (5, 1, "MR", 8, "NOT_CT"),
    ]
    assert all(set(image) == KEYS for image in found["images"])
    assert (found["taken"], found["code"]) == (None, "SEVERAL_SERIES")


def test_facts_are_those_of_the_header(mixed: Path) -> None:
    first, second, gap, *_ = document(mixed)["images"]
    assert (first["columns"], first["rows"], first["kvp"], first["kernel"]) == (
        12,
        10,
        120,
        "Bv40d",
    )
    assert first["spacing_mm"] == pytest.approx([0.5, 0.4, 0.3])
    assert (first["phase_percent"], second["phase_percent"]) == (40, 75)
    assert first["syntax"] == "explicit little endian"
    assert [n["code"] for n in gap["notices"]] == ["SLICE_MISSING"]
    assert "refused" in gap["notices"][0]["message"]


def test_the_numbers_are_what_analyze_takes(mixed: Path) -> None:
    for image in document(mixed)["images"]:
        wanted = {"wanted": str(image["series"]), "phase": str(image["phase"])}
        if image["code"] == "NO_IMAGES":
            with pytest.raises(ImageRefused) as refused:
                open_scan(mixed, **wanted)
            assert refused.value.code == image["code"]
            continue
        scan = open_scan(mixed, **wanted)
        assert (scan.facts.slices, scan.facts.kvp) == (image["slices"], image["kvp"])
        percent = image["phase_percent"]
        assert scan.facts.phase == (f"{percent:g} %" if percent else None)


def test_what_is_taken_is_what_opening_takes(tmp_path: Path) -> None:
    SMALL.write(tmp_path / "a", edit=numbered(7))
    Series(shape=(3, 10, 12)).write(tmp_path / "b", edit=numbered(1))
    assert document(tmp_path)["taken"] == {"series": 2, "phase": 1}
    assert open_scan(tmp_path).grid.shape_kji[0] == 8


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_nothing_identifying_is_printed(mixed: Path, options: tuple[str, ...]) -> None:
    done = run(mixed, *options)
    said = done.stdout + done.stderr
    for secret in (*SECRETS, str(mixed), "phases", "1.2.826"):
        assert secret not in said
    with_uids = run(mixed, "--uids", *options).stdout
    assert "1.2.826" in with_uids
    assert not any(secret in with_uids for secret in SECRETS)


def test_the_table_has_a_line_per_image_and_the_reasons_below(mixed: Path) -> None:
    lines = run(mixed).stdout.splitlines()
    assert lines[0].startswith("series  phase  what")
    assert [line.split()[0] for line in lines[1:7]] == ["1", "1", "2", "3", "4", "5"]
    assert "series 5, phase 1: NOT_CT: The series is of modality MR" in "\n".join(lines)
    assert "37 files, 34 with DICOM images" in lines[-2]


def test_volume_files_are_listed_too(shared_data: Path) -> None:
    file = shared_data / "dicom2nifti" / "generic" / "compressed_ground_truth.nii.gz"
    (image,) = document(file)["images"]
    assert (image["what"], image["slices"], image["usable"]) == ("volume file", 4, True)


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    done = run(tmp_path / "DOE")
    assert isinstance(done.exception, ImageRefused)
    assert done.exception.code is Code.NO_IMAGES


def test_values_beyond_their_bits_are_told_before_anyone_measures(tmp_path: Path) -> None:
    def lie(_: int, ds: Dataset) -> None:
        ds.BitsStored, ds.HighBit = 8, 7

    Series(shape=(6, 8, 9)).write(tmp_path / "scan", edit=lie)
    (image,) = document(tmp_path / "scan")["images"]
    assert (image["usable"], image["code"]) == (False, Code.PIXELS_UNDECODABLE)


def test_bright_even_blood_is_seen_and_soft_tissue_is_not(tmp_path: Path) -> None:
    wide = Series(shape=(5, 80, 90))
    for name, hu, seen in (("blood", 400, True), ("tissue", 40, False)):
        wide.write(tmp_path / name, edit=_filled(hu))
        assert document(tmp_path / name)["images"][0]["contrast_pool_seen"] is seen


def test_progress_is_shown_on_a_terminal_alone(tmp_path: Path) -> None:
    for n in range(60):
        (tmp_path / f"DOE{n}").write_bytes(b"junk")
    SMALL.write(tmp_path / "ct")
    code = "from ctocalc.cli.main import main; main()"
    terminal, other_end = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-c", code, "inspect", str(tmp_path), "--json"],
        check=True, stdout=subprocess.PIPE, stderr=other_end,
    )  # fmt: skip
    os.close(other_end)
    shown = os.read(terminal, 10_000)
    os.close(terminal)
    assert b"50 files" in shown
    assert json.loads(done.stdout)["files"] == 68
    assert run(tmp_path).stderr == ""


@pytest.mark.parametrize("phase", ["75", "x%", "75%%", "-1", ""])
def test_analyze_takes_a_phase_that_can_be_one(phase: str, tmp_path: Path) -> None:
    """A number alone is one as listed; what can be no phase is a fault of usage."""
    from ctocalc.cli.analyze import command as analyze

    SMALL.write(tmp_path)
    line = tmp_path / "lad.csv"
    line.write_text("x,y,z\n-6,12,101\n-6,12,102\n-6,12,103\n")
    words = [str(tmp_path), "--centerline", str(line), "--json", "--phase", phase]
    done = CliRunner().invoke(analyze, words)
    if phase == "75":
        assert isinstance(done.exception, ImageRefused)
        assert "no such phase" in str(done.exception)
    else:
        assert (done.exit_code, "75% or 650ms" in done.stderr) == (2, True)


def test_a_volume_file_has_no_phases(shared_data: Path) -> None:
    file = shared_data / "dicom2nifti" / "generic" / "compressed_ground_truth.nii.gz"
    assert open_scan(file, wanted="1", phase="1").grid.shape_kji[0] == 4
    with pytest.raises(ImageRefused) as refused:
        open_scan(file, phase="75%")
    assert refused.value.code is Code.NO_IMAGES


def _filled(hu: int) -> Edit:
    def edit(_: int, ds: Dataset) -> None:
        count = ds.Rows * ds.Columns
        ds.PixelData = (hu + 1024).to_bytes(2, "little") * count

    return edit
