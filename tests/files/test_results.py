"""result.json and the case folder: names, numbers, bytes, and what happens when writing fails."""

import copy
import errno
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from jsonschema import Draft202012Validator

from ctocalc.errors import OutputFailed
from ctocalc.files.results import case_files, is_case_id, result_text, write_case
from ctocalc.files.schema import result_schema
from ctocalc.quantity import Measured, Unit
from tests.case_results import DIGEST, PIXELS, STATIONS, case_result

VALIDATOR = Draft202012Validator(result_schema())
# The published names, in their published order; more may follow, none may go.
PUBLISHED = {
    "": "schema case_id status quality provenance image vessels",
    "quality.0": "code severity vessel message",
    "provenance": "version settings settings_digest inputs",
    "provenance.inputs.0": "role sha256",
    "image": "spacing_mm slice_thickness_mm kvp kernel phase psf_fwhm_mm noise_hu blood_pool_hu "
    "hu_per_mgcc",
    "vessels.0": "vessel status code length_mm centerline calcium lesions scores",
    "vessels.0.centerline": "digest points frame",
    "vessels.0.calcium": "volume_mm3 mass_mg agatston cta_calcium_score plaques",
    "vessels.0.lesions.0": "lesion target occluded segment truncated start_mm end_mm start_lps_mm "
    "end_lps_mm occlusions length_mm length_tip_mm length_1mm_mm bend_deg bend_chord_deg "
    "max_calcium_fraction max_calcium_fraction_station max_calcium_fraction_apparent "
    "max_calcium_arc_deg max_calcium_arc_largest_deg max_arc_where_half_calcified_deg full_moon "
    "calcium_volume_mm3 calcium_mass_mg agatston cta_calcium_score calcium_length_mm "
    "calcium_longest_mm calcium_by_region proximal_stump distal_stump proximal_side_branch "
    "remodelling_largest remodelling_smallest side_branches distal_landing "
    "occlusion_likelihood_cues",
    "vessels.0.lesions.0 ": "segment segment_reason ostial gap_mm largest_bend_proximal_deg "
    "second_bend_proximal_deg bends_proximal largest_bend_vessel_deg second_bend_vessel_deg "
    "bends_vessel calcium_share_of_length max_calcium_thickness_mm longest_arc_over_270_mm "
    "wall_diameter_at_calcium_mm optimal_view crossing_facts",
    "vessels.0.lesions.0.optimal_view": "single biplane_first biplane_second biplane_apart_deg",
    "vessels.0.lesions.0.optimal_view.single": "lao_rao_deg cran_caud_deg foreshortening",
    "vessels.0.lesions.0.bends_vessel.0": "at_mm start_mm end_mm angle_deg",
    "vessels.0.lesions.0.side_branches.0": "vessel place start_mm end_mm distance_to_entry_mm "
    "distance_to_exit_mm diameter_mm take_off_deg",
    "vessels.0.lesions.0.distal_landing": "start_mm end_mm mean_diameter_mm min_diameter_mm "
    "reference_diameter_mm largest_stenosis_percent diseased calcium_free_mm calcium_free "
    "calcium_free_sectors reason",
    "vessels.0.lesions.0.occlusion_likelihood_cues": "length_5_5_mm length_9_mm length_15_mm "
    "attenuation_rises_distally",
    "vessels.0.lesions.0.crossing_facts": "proximal_cap_seen proximal_cap_blunt "
    "proximal_cap_flush side_branch_at_cap ostial length_20_mm distal_landing_diseased "
    "distal_cap_blunt heavy_calcium bend_over_45_deg myocardial_side calcium_free "
    "calcium_free_sectors",
    "vessels.0.lesions.0.occlusions.0": "start_mm end_mm start_lps_mm end_lps_mm length_mm "
    "proximal_stump distal_stump islands",
    "vessels.0.lesions.0.calcium_by_region": "proximal_cap proximal_third middle_third "
    "distal_third distal_cap",
    "vessels.0.lesions.0.calcium_by_protocol": "hu_130 hu_350 hu_600 lumen_2sd lumen_3sd "
    "half_maximum",
    "vessels.0.lesions.0.calcium_by_protocol.hu_350": "max_calcium_fraction max_calcium_area_mm2",
    "vessels.0.lesions.0.length_mm": "value low high unit",
    "vessels.0.lesions.0.bend_deg": "value low high unit at_mm",
    "vessels.0.lesions.0.agatston": "value low high unit reason",
    "vessels.0.lesions.0.distal_stump": "call taper_mm p_blunt borderline reason",
    "vessels.0.lesions.0.full_moon": "present value borderline reason",
    "vessels.0.scores.0": "system edition modality endpoint lesion basis points points_low "
    "points_high points_image_only group published_rate items citation evidence reason",
    "vessels.0.scores.0.items.0": "item points present source measured rule conditions borderline "
    "evidence reason",
    "vessels.0.scores.0.items.0.rule": "comparator threshold unit",
}


@pytest.fixture
def record() -> Any:
    return json.loads(result_text(case_result()))


def at(record: Any, path: str) -> Any:
    for key in filter(None, path.strip().split(".")):
        record = record[int(key)] if key.isdigit() else record[key]
    return record


@pytest.mark.parametrize("path", PUBLISHED)
def test_the_published_names_are_there_in_their_order(record: Any, path: str) -> None:
    names = PUBLISHED[path].split()
    assert [name for name in at(record, path) if name in names] == names


def objects(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        yield path
        for key, child in value.items():
            yield from objects(child, (*path, key))
    elif isinstance(value, list):
        for n, child in enumerate(value):
            yield from objects(child, (*path, n))


def test_a_real_record_meets_the_schema(record: Any) -> None:
    Draft202012Validator.check_schema(result_schema())
    assert [error.message for error in VALIDATOR.iter_errors(record)] == []


def test_no_object_may_grow_or_lose_a_name_unseen(record: Any) -> None:
    may_grow = {("provenance",), ("provenance", "settings"), ("image",)}
    optional = {"at_mm", "reason"}
    seen = set()
    for path in objects(record):
        kind = tuple("*" if isinstance(key, int) else key for key in path)
        if kind in seen or kind[:2] in {("provenance", "packages"), ("provenance", "settings")}:
            continue
        seen.add(kind)
        grown = copy.deepcopy(record)
        at(grown, ".".join(map(str, path)))["surprise"] = 1
        assert VALIDATOR.is_valid(grown) == (path in may_grow), path
        for name in at(record, ".".join(map(str, path))):
            poorer = copy.deepcopy(record)
            del at(poorer, ".".join(map(str, path)))[name]
            assert name in optional or not VALIDATOR.is_valid(poorer), (*path, name)


def test_the_schema_wants_a_reason_for_null_and_the_right_unit(record: Any) -> None:
    length = record["vessels"][0]["lesions"][0]["length_mm"]
    length["value"] = None
    assert not VALIDATOR.is_valid(record)
    length["reason"] = "no contrast"
    assert VALIDATOR.is_valid(record)
    length["unit"] = "deg"
    assert not VALIDATOR.is_valid(record)


def test_numbers_keep_every_digit(record: Any) -> None:
    assert record["vessels"][0]["length_mm"] == 60 + 1 / 3
    assert "60.333333333333336" in result_text(case_result())


def test_nan_never_reaches_the_file() -> None:
    result = case_result()
    spoiled = replace(result.vessels[0], length_mm=float("nan"))
    with pytest.raises(ValueError, match="nan"):
        result_text(replace(result, vessels=(spoiled,)))


def test_what_is_not_measured_yet_is_null_not_empty(record: Any) -> None:
    lesion = record["vessels"][0]["lesions"][0]
    cues = lesion["occlusion_likelihood_cues"]
    assert cues["attenuation_rises_distally"]["present"] is None
    assert cues["attenuation_rises_distally"]["reason"]
    assert lesion["proximal_side_branch"] == {
        "present": None, "value": None, "borderline": False, "reason": "no other line was given",
    }  # fmt: skip


def test_a_refused_vessel_says_why_and_claims_nothing(record: Any) -> None:
    refused = record["vessels"][2]
    assert (refused["status"], refused["code"]) == ("refused", "CENTERLINE_OUTSIDE_IMAGE")
    assert (refused["calcium"], refused["length_mm"], refused["lesions"]) == (None, None, [])


def test_equal_results_give_equal_bytes_in_any_process() -> None:
    here = digests()
    code = "from tests.files.test_results import digests; print(digests())"
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120,
            cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert done.stdout.strip() == str(here)


def digests() -> list[tuple[str, str]]:
    from hashlib import sha256

    return [(name, sha256(data).hexdigest()) for name, data in case_files(case_result()).items()]


def test_sections_hold_what_was_measured() -> None:
    result = case_result()
    images = result.vessels[0].images
    assert images is not None
    with np.load(io.BytesIO(case_files(result)["sections.npz"])) as arrays:
        hu, calcium = arrays["LAD/hu"], arrays["LAD/calcium"]
        assert hu.dtype == np.int16 and hu.shape == (STATIONS, PIXELS, PIXELS)
        assert hu[0, 0, 0] == -32768
        assert np.nanmax(np.abs(hu.ravel()[1:] - images.hu.ravel()[1:])) <= 0.5
        assert calcium.dtype == np.uint8
        assert np.abs(calcium / 255 - images.calcium).max() <= 0.5 / 255 + 1e-7
        assert np.array_equal(arrays["RCA/normal"], images.frames.normal)
        assert np.isnan(arrays["LAD/lumen_radius_mm"][3]).all()
        assert arrays["LAD/wall_radius_mm"].dtype == np.float32
        assert not any(name.startswith("LCX") for name in arrays.files)


def test_the_archive_of_sections_holds_no_time() -> None:
    with zipfile.ZipFile(io.BytesIO(case_files(case_result())["sections.npz"])) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("text", ["case", "a.b_c-9", "x" * 64])
def test_case_ids_that_may_be(text: str) -> None:
    assert is_case_id(text)


@pytest.mark.parametrize("text", ["", ".", "..", "a/b", "a b", "x" * 65, "ä", "a\n", "a\\b"])
def test_case_ids_that_may_not_be(text: str) -> None:
    assert not is_case_id(text)


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_folder_is_written_and_replaced_whole(tmp_path: Path) -> None:
    result = case_result()
    folder = write_case(result, tmp_path / "new" / "out")
    assert listing(folder) == sorted(case_files(result))
    assert {name: (folder / name).read_bytes() for name in listing(folder)} == case_files(result)
    bare = replace(result, vessels=result.vessels[2:])
    assert write_case(bare, tmp_path / "new" / "out") == folder
    assert "sections.npz" not in listing(folder), "nothing of the older result stays"
    assert listing(folder.parent) == ["case-1"]


def test_a_failure_half_way_leaves_the_older_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_case(case_result(), tmp_path)
    before = (folder / "result.json").read_bytes()
    calls = iter(range(100))

    def full_disk(handle: int) -> None:
        if next(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full_disk)
    changed = replace(case_result(), quality=())
    with pytest.raises(OutputFailed, match="No space left on device") as failure:
        write_case(changed, tmp_path)
    assert str(tmp_path) not in str(failure.value)
    assert listing(tmp_path) == ["case-1"]
    assert (folder / "result.json").read_bytes() == before


@pytest.mark.parametrize("failure", [PermissionError(errno.EACCES, "no"), KeyboardInterrupt()])
def test_when_the_move_fails_the_older_result_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException
) -> None:
    folder = write_case(case_result(), tmp_path)
    rename = Path.rename

    def refuse_the_new_one(self: Path, target: Path) -> Path:
        if self.suffix == ".new":
            raise failure
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new_one)
    with pytest.raises((OutputFailed, KeyboardInterrupt)):
        write_case(case_result(), tmp_path)
    assert listing(tmp_path) == ["case-1"]
    assert (folder / "result.json").is_file()


def test_an_output_folder_that_is_a_file_is_a_failed_output(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputFailed, match="could not be written"):
        write_case(case_result(), tmp_path / "out")
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("stranger", ["scan.dcm", "notes.txt"])
def test_a_folder_of_somebody_else_is_never_replaced(tmp_path: Path, stranger: str) -> None:
    folder = write_case(case_result(), tmp_path)
    (folder / stranger).write_text("mine")
    with pytest.raises(OutputFailed, match="not results of ctocalc"):
        write_case(case_result(), tmp_path)
    assert (folder / stranger).read_text() == "mine"


def test_a_link_in_the_place_of_the_case_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "case-1").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OutputFailed, match="not a folder"):
        write_case(case_result(), tmp_path)
    assert listing(tmp_path / "elsewhere") == []


def test_the_settings_of_the_run_stand_in_the_definitions() -> None:
    text = case_files(case_result())["definitions.md"].decode()
    assert "| `axis.station_mm` | 0.5 |" in text
    assert "yu_2017" in text


def test_a_place_and_a_reason_appear_only_where_they_are_set(record: Any) -> None:
    assert "at_mm" not in record["image"]["noise_hu"]
    unknown = Measured.unknown(Unit.HU, "no blood pool was found")
    result = case_result()
    image = replace(result.image, noise_hu=unknown)
    noise = json.loads(result_text(replace(result, image=image)))["image"]["noise_hu"]
    assert noise == {
        "value": None, "low": None, "high": None, "unit": "[hnsf'U]",
        "reason": "no blood pool was found",
    }  # fmt: skip
    assert record["provenance"]["inputs"] == [{"role": "series", "sha256": DIGEST}]
